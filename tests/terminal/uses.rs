//! The three uses that the program is for: a full-screen chat, switching between conversations, the system message.

use rig::home::Home;
use rig::keys::{CTRL_B, CTRL_N, CTRL_O, CTRL_PAGE_DOWN, CTRL_PAGE_UP, DOWN, ESC, F2, F3, TAB};
use rig::screen::Screen;

#[test]
fn a_message_is_sent_and_its_reply_streams_in() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 60");
    screen.wait_for("a part of the reply", |shown| {
        shown.has("word3") && shown.has("● replying") && !shown.has("word59")
    });
    let shown = screen.wait_for("the whole reply", |shown| {
        shown.has("word59") && shown.is_ready()
    });
    assert!(shown.has("long 60") && shown.has("word0 word1"));
    let shown = screen.ask("turns", "turn 2");
    assert!(shown.has("You") && shown.has("turns"), "{}", shown.text());
    screen.quit();
}

#[test]
fn saved_conversations_are_switched_by_title_by_list_and_by_key() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    for name in ["apple", "banana", "cherry"] {
        screen.ask(&format!("repeat 2 {name}"), &format!("{name}{name}"));
        screen.press(CTRL_N);
        screen.wait_for_text("You are talking to");
    }
    screen.press(CTRL_O);
    screen.wait_for("three conversations", |shown| {
        shown.has("Switch conversation") && shown.has("repeat 2 cherry")
    });
    screen.type_text("rpban");
    screen.wait_for_no("repeat 2 cherry");
    screen.enter();
    screen.wait_for("the second", |shown| {
        shown.has("bananabanana") && !shown.has("Switch conversation")
    });
    // Below the second in the list is the first, above it the third: the newest comes first.
    screen.press(CTRL_PAGE_DOWN);
    screen.wait_for_text("appleapple");
    screen.press(CTRL_PAGE_UP);
    screen.wait_for_text("bananabanana");
    screen.press(CTRL_PAGE_UP);
    screen.wait_for_text("cherrycherry");
    screen.press(F3);
    screen.wait_for_text("╭ Conversations");
    screen.press(DOWN);
    screen.wait_for_text("▸  repeat 2 banana");
    screen.enter();
    screen.wait_for_text("bananabanana");
    screen.press(CTRL_B);
    screen.wait_for_no("╭ Conversations");
    screen.quit();
}

#[test]
fn a_reply_goes_on_while_another_conversation_is_seen() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 60");
    screen.wait_for_text("word1");
    screen.press(CTRL_N);
    screen.wait_for_text("You are talking to");
    screen.press(F3);
    screen.wait_for_text("● long 60");
    screen.wait_for_text("◆ long 60");
    screen.press(ESC);
    screen.wait_for_no("▸");
    screen.press(CTRL_PAGE_DOWN);
    screen.wait_for_text("word59");
    screen.quit();
}

#[test]
fn the_system_message_is_written_in_its_panel_and_reaches_the_model() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    let shown = screen.ask("past", "[\"user\",\"past\"]");
    assert!(!shown.has("\"system\""));
    screen.press(F2);
    screen.wait_for_text("╭ System message");
    screen.type_text("Be brief.");
    screen.press_apart(TAB);
    screen.wait_for_no("editing the system message");
    screen.press(F2);
    screen.wait_for_no("╭ System message");
    let shown = screen.ask("past again", "System: Be brief.");
    assert!(shown.has("── system: Be brief."), "{}", shown.text());
    // The panel shows what is in force.
    screen.press(F2);
    screen.wait_for("the panel", |shown| {
        shown.has("╭ System message") && shown.has("│ Be brief.")
    });
    screen.quit();
}

#[test]
fn in_the_smallest_window_the_panes_lie_over_the_chat_and_everything_works() {
    let home = Home::new();
    let mut screen = Screen::start(&home, (40, 10), &["--demo"]);
    screen.wait_for_text("╭ Message");
    screen.press(F2);
    screen.wait_for_text("╭ System message");
    screen.type_text("Be brief.");
    screen.press(F2);
    screen.wait_for_no("╭ System message");
    screen.send("repeat 2 ha");
    screen.wait_for_text("haha");
    screen.press(F3);
    screen.wait_for_text("╭ Conversations");
    screen.press(ESC);
    screen.wait_for_no("╭ Conversations");
    screen.send("past");
    screen.wait_for_text("Be brief.");
    screen.quit();
}
