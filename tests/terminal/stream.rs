//! While a reply streams: resizing, typing, scrolling.

use rig::home::Home;
use rig::keys::{CTRL_END, PAGE_UP};
use rig::screen::Screen;
use rig::shown::Shown;

#[test]
fn any_size_of_the_window_while_a_reply_streams_loses_nothing() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 300");
    screen.wait_for_text("word9");
    screen.resize(40, 10);
    let seen = screen.wait_for("the narrow window", |shown| {
        shown
            .row_with("╭ Message")
            .is_some_and(|row| row.chars().count() == 40)
            && shown.last_word() > Some(20)
    });
    screen.resize(20, 5);
    screen.wait_for("the words for a window too small", |shown| {
        shown.has("needs 40×10") || shown.has("needs") && shown.has("40×10")
    });
    screen.resize(40, 10);
    screen.wait_for("more of the reply", |shown| {
        shown.has("╭ Message") && shown.last_word() > seen.last_word()
    });
    screen.resize(120, 40);
    let shown = screen.wait_for("the whole reply", |shown| {
        shown.has("word299") && shown.is_ready() && shown.has("word0 word1 word2")
    });
    let text = shown.text();
    let words: Vec<usize> = text
        .split_whitespace()
        .filter_map(|word| word.strip_prefix("word")?.parse().ok())
        .collect();
    assert_eq!(words, (0..300).collect::<Vec<_>>(), "{text}");
    screen.quit();
}

#[test]
fn a_window_of_one_cell_is_no_reason_to_fail() {
    let home = Home::new();
    let mut screen = Screen::start(&home, (1, 1), &["--demo"]);
    screen.wait_until("a frame", |emulator| emulator.frames() > 0);
    screen.resize(120, 40);
    screen.wait_for_text("╭ Message");
    screen.ask("repeat 2 ha", "haha");
    screen.resize(1, 1);
    screen.wait_for_no("haha");
    screen.quit();
}

#[test]
fn a_message_written_during_a_reply_waits_and_is_sent_next() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 80");
    screen.wait_for_text("word3");
    screen.send("turns");
    let shown = screen.wait_for_text("⧗ queued: turns");
    assert!(!shown.has("word79"), "the reply is still on its way");
    let shown = screen.wait_for("the second reply", |shown| {
        shown.has("turn 2") && shown.is_ready()
    });
    assert!(shown.has("word79") && !shown.has("⧗"), "{}", shown.text());
    screen.quit();
}

#[test]
fn the_view_stays_where_it_was_scrolled_to_and_follows_again_from_the_end() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.resize(80, 16);
    screen.wait_for("the smaller window", |shown| {
        shown
            .row_with("╭ Message")
            .is_some_and(|row| row.chars().count() == 80)
    });
    screen.send("long 200");
    screen.wait_for("a full view", |shown| shown.last_word() > Some(120));
    screen.press(PAGE_UP);
    let held = screen.wait_for_text("more below · Ctrl+End");
    assert!(held.has("● replying"), "{}", held.text());
    let later = screen.wait_until_ready();
    let words = |shown: &Shown| -> Vec<String> {
        let text = shown.text();
        let all = text.split_whitespace();
        all.filter(|word| word.starts_with("word"))
            .map(str::to_owned)
            .collect()
    };
    assert_eq!(words(&later), words(&held));
    screen.press(CTRL_END);
    screen.wait_for_text("word199");
    assert!(!screen.shown().has("more below"));
    screen.quit();
}
