//! Pasting: nothing is sent by what is pasted, and what is sent is exactly what was pasted.

use rig::home::Home;
use rig::keys::CTRL_J;
use rig::screen::Screen;
use sha2::{Digest, Sha256};

#[test]
fn a_bracketed_paste_with_line_ends_sends_nothing() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.paste("first line\nsecond line\n");
    let shown = screen.wait_for_text("second line");
    assert!(shown.has("You are talking to"), "nothing was sent");
    assert_eq!(shown.draft(), "first line second line");
    screen.enter();
    screen.wait_for("the message sent", |shown| {
        shown.has("write a message") && shown.is_ready()
    });
    screen.quit();
    let id = home.listed()[0]["id"].as_str().unwrap().to_owned();
    let saved = home.exported(&id);
    assert_eq!(saved["messages"][0]["text"], "first line\nsecond line\n");
}

#[test]
fn a_burst_of_characters_with_line_ends_sends_nothing() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    // A terminal without bracketed paste writes a paste as if it were typed, all at once.
    screen.write("first line\rsecond line\rthird");
    let shown = screen.wait_for_text("third");
    assert!(shown.has("You are talking to"), "nothing was sent");
    assert_eq!(shown.draft(), "first line second line third");
    screen.quit();
}

/// What a terminal answers that marks pastes.
const MARKS_PASTES: &str = "\x1b[?2004;1$y";

#[test]
fn a_text_and_enter_in_one_write_send() {
    for answer in ["", MARKS_PASTES] {
        let home = Home::new();
        let mut screen = Screen::demo(&home, &[]);
        screen.write(answer);
        screen.write("repeat 2 ha\r");
        screen.wait_for("the reply", |shown| shown.has("haha") && shown.is_ready());
        screen.quit();
    }
}

#[test]
fn no_burst_is_a_paste_where_the_terminal_marks_pastes() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.write(MARKS_PASTES);
    screen.write("repeat 2 ha\ra draft");
    let shown = screen.wait_for("the reply", |shown| shown.has("haha") && shown.is_ready());
    assert_eq!(shown.draft(), "a draft");
    screen.quit();
}

#[test]
fn a_terminal_that_has_marked_one_paste_marks_them_all() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.paste("repeat 2");
    screen.write(" ha\ra draft");
    let shown = screen.wait_for("the reply", |shown| shown.has("haha") && shown.is_ready());
    assert_eq!(shown.draft(), "a draft");
    screen.quit();
}

#[test]
fn a_line_end_that_is_typed_with_ctrl_j_sends_nothing() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.type_text("repeat 2 ha");
    screen.press(CTRL_J);
    screen.wait_for("two rows", |shown| {
        shown.cursor.is_some_and(|(row, _)| row == 38)
    });
    screen.type_text("more");
    let shown = screen.wait_for_text("│ more");
    assert!(shown.has("You are talking to"), "{}", shown.text());
    screen.quit();
}

/// Pastes a text that asks for its own length and hash, and compares what the Space got.
fn assert_sent_whole(text: &str, chip: &str) {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.paste(text);
    let shown = screen.wait_for_text("▣ pasted #1");
    assert!(
        shown.has(chip) && shown.has("You are talking to"),
        "{}",
        shown.text()
    );
    screen.enter();
    let digest = Sha256::digest(text.as_bytes());
    let hex: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let hex = hex.concat();
    let counted = format!(
        "{} characters, {} bytes, ",
        text.chars().count(),
        text.len()
    );
    screen.wait_for(&counted, |shown| {
        shown.has(&counted) && shown.has(&hex) && shown.is_ready()
    });
    screen.quit();
}

#[test]
fn a_paste_of_some_kilobytes_is_a_chip_and_is_sent_whole() {
    let lines: Vec<String> = (0..300)
        .map(|line| format!("{line}: 完了 and more words"))
        .collect();
    assert_sent_whole(&format!("hash\n{}", lines.join("\n")), " KB · ≈");
}

#[test]
fn a_paste_of_a_megabyte_is_a_chip_and_is_sent_whole() {
    let text = format!("hash {}", "All work and no play. ".repeat(48_000));
    assert!(text.len() > 1_000_000);
    assert_sent_whole(&text, "1.0 MB · ≈");
}
