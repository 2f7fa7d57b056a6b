//! The switcher over all messages, and the list by day.

use rig::home::Home;
use rig::keys::{CTRL_N, CTRL_O, CTRL_U, DOWN, END, ENTER, F3};
use rig::screen::Screen;

#[test]
fn an_old_sentence_is_found_by_its_words_and_landed_on() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.ask("repeat 1 我们去京都旅行", "我们去京都旅行");
    screen.ask("long 600", "word599");
    screen.press(CTRL_N);
    screen.wait_for_text("You are talking to");
    screen.ask("repeat 2 banana", "bananabanana");
    screen.press(CTRL_O);
    screen.wait_for_text("╭ Switch conversation");
    // No title says so; two of the texts do.
    screen.type_text("word599");
    screen.wait_for("the reply in which it is", |shown| {
        shown.has("word598 word599") && shown.has("repeat 1 我们")
    });
    screen.press(CTRL_U);
    screen.wait_for_no("word598");
    screen.type_text("旅");
    screen.wait_for("the sentences below their conversation", |shown| {
        shown.has("     我们去京都旅行") && shown.has("     repeat 1 我们去京都旅行")
    });
    screen.press(DOWN);
    screen.wait_for_text("▸ 我们去京都旅行");
    screen.press_apart(ENTER);
    screen.wait_for("the beginning of a long conversation", |shown| {
        !shown.has("╭ Switch conversation") && shown.has("我们去京都旅行") && !shown.has("word599")
    });
    screen.resize(60, 14);
    screen.press(CTRL_O);
    screen.wait_for_text("╭ Switch conversation");
    screen.type_text("word300");
    screen.wait_for_text("word299 word300");
    screen.press_apart(ENTER);
    screen.wait_for("the word itself, far down in a message", |shown| {
        shown.has("Find › word300") && shown.has("word299 ") && !shown.has("word599")
    });
    screen.quit();
}

#[test]
fn the_list_goes_by_day_and_a_conversation_is_pinned_and_duplicated_in_it() {
    let home = Home::new();
    let mut screen = Screen::with_two_conversations(&home);
    screen.press(F3);
    screen.wait_for("one day", |shown| {
        shown.has("│ Today") && shown.has("▸  repeat 2 banana")
    });
    screen.press(DOWN);
    screen.wait_for_text("▸  repeat 2 apple");
    screen.press("p");
    screen.wait_for("the pinned one first", |shown| {
        let text = shown.text();
        let places = [
            "│ Pinned",
            "▸  repeat 2 apple",
            "│ Today",
            "│   repeat 2 banana",
        ]
        .map(|part| text.find(part));
        places.iter().all(Option::is_some) && places.is_sorted()
    });
    // A letter right behind another one would be a paste.
    screen.press(END);
    screen.press("y");
    screen.wait_for_text("▸  repeat 2 apple (c…");
    screen.press_apart(ENTER);
    screen.wait_for_text("appleapple");
    screen.quit();
    let listed = home.listed();
    assert_eq!(listed.len(), 3);
    let messages = |title: &str| {
        let export = home.exported(&home.id_of(title));
        export["messages"].as_array().map(Vec::len)
    };
    assert_eq!(
        messages("repeat 2 apple"),
        messages("repeat 2 apple (copy)")
    );
    // The pin is there at the next start.
    let mut screen = Screen::demo(&home, &[]);
    screen.press(F3);
    screen.wait_for_text("│ Pinned");
    screen.quit();
}
