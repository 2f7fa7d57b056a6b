//! Find in the shown conversation: matches are counted, marked and visited.

use rig::home::Home;
use rig::keys::{CTRL_F, CTRL_N, CTRL_U, ESC, UP};
use rig::screen::Screen;

#[test]
fn words_are_found_counted_and_walked_round_and_esc_leaves_the_view_where_it_is() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.ask("long 300", "word299");
    screen.press(CTRL_F);
    screen.wait_for_text("Find ›");
    screen.type_text("word11 ");
    // From the end there is nothing further down: the view goes to the last place there is.
    screen.wait_for("one place", |shown| {
        shown.has("1 of 1") && shown.has("word11 word12") && shown.has("long 300")
    });
    screen.press(CTRL_U);
    screen.wait_for_no("of 1");
    screen.type_text("word100");
    let shown = screen.wait_for("the place", |shown| {
        shown.has("1 of 1") && shown.has("word100 ")
    });
    screen.press(CTRL_U);
    screen.type_text("word20");
    // word20 and word200 to word209.
    screen.wait_for("eleven places", |shown| shown.has(" of 11"));
    screen.press(UP);
    screen.press(UP);
    screen.wait_for("a place further up", |shown| shown.has("word20 "));
    let before = screen.shown();
    screen.enter();
    screen.wait_for("the next place", |shown| shown.text() != before.text());
    screen.press(ESC);
    screen.wait_for_no("Find ›");
    assert!(shown.has("word100"));
    // What is typed now is a message again.
    screen.type_text("x");
    assert_eq!(screen.shown().draft(), "x");
    screen.quit();
}

#[test]
fn what_arrives_while_one_searches_is_found_too_and_another_conversation_has_a_search_of_its_own() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 300");
    screen.wait_for_text("word3");
    screen.press(CTRL_F);
    screen.wait_for_text("Find ›");
    screen.type_text("word299");
    screen.wait_for("the last word", |shown| {
        shown.has("1 of 1") && shown.is_ready()
    });
    screen.press(CTRL_N);
    screen.wait_for_no("Find ›");
    screen.wait_for_text("You are talking to");
    screen.quit();
}
