//! The user's own editor has the terminal, and the program goes on beside it.

use rig::home::{Home, program};
use rig::keys::{CTRL_C, CTRL_G};
use rig::screen::{Screen, WINDOW};
use rig::shown::words;
use std::fs;

/// Starts the program with an editor that is this script, in a folder whose name has a space.
fn with_editor(home: &Home, script: &str) -> Screen {
    let folder = home.path().join("my tools");
    fs::create_dir(&folder).expect("a home can be written to");
    fs::write(folder.join("editor"), format!("#!/bin/sh\n{script}\n"))
        .expect("a home can be written to");
    let start =
        "chmod +x 'my tools/editor'; EDITOR=\"'./my tools/editor' 'two words'\" exec \"$0\" --demo";
    let screen = Screen::start_other(home, WINDOW, "sh", &["-c", start, program()]);
    screen.wait_for_text("╭ Message");
    screen
}

fn wait_for_editor(screen: &Screen) {
    screen.wait_until("the editor", |emulator| {
        emulator.screen().contents().contains("in the editor")
    });
}

#[test]
fn a_reply_streams_on_and_is_saved_while_the_editor_is_open() {
    let home = Home::new();
    let script = "echo \"in the editor with $1\"; read line; printf 'edited %s' \"$line\" > \"$2\"";
    let mut screen = with_editor(&home, script);
    screen.send("long 80");
    screen.wait_for_text("word3");
    screen.type_text("a draft");
    screen.press(CTRL_G);
    wait_for_editor(&screen);
    let id = home.id_of("long 80");
    home.wait_for_saved(&id, |saved| {
        let reply = &saved["messages"][1];
        let text = reply["text"].as_str().unwrap_or_default();
        reply["state"] == "complete" && text.trim_end() == words(80)
    });
    screen.look(|emulator| {
        let contents = emulator.screen().contents();
        assert!(contents.contains("with two words"), "{contents}");
        assert!(!emulator.screen().alternate_screen(), "something was drawn");
    });
    assert!(!screen.is_raw());
    screen.press("it\r");
    let shown = screen.wait_for("the edited text", |shown| shown.draft() == "edited it");
    assert!(shown.has("word79") && shown.is_ready(), "{}", shown.text());
    screen.quit();
}

#[test]
fn a_signal_while_the_editor_is_open_ends_the_program_and_loses_nothing() {
    let home = Home::new();
    let script = "printf 'saved there' > \"$2\"; echo 'in the editor'; read line";
    let mut screen = with_editor(&home, script);
    screen.send("long 4000");
    screen.wait_for_text("word3");
    screen.press(CTRL_G);
    wait_for_editor(&screen);
    screen.signal("TERM");
    assert_eq!(screen.wait_for_exit(), 143);
    let saved = home.exported(&home.id_of("long 4000"));
    assert_eq!(saved["messages"][1]["state"], "stopped");
    assert_eq!(saved["draft"]["text"], "saved there");
}

#[test]
fn ctrl_c_in_the_editor_is_for_the_editor_alone() {
    let home = Home::new();
    let script = "trap 'echo interrupted' INT; echo 'in the editor'; read line; read line; printf '%s' \"$line\" > \"$2\"";
    let mut screen = with_editor(&home, script);
    screen.type_text("a draft");
    screen.press(CTRL_G);
    wait_for_editor(&screen);
    screen.press(CTRL_C);
    screen.wait_until("the interrupt", |emulator| {
        emulator.screen().contents().contains("interrupted")
    });
    screen.press("it\rit\r");
    screen.wait_for("the edited text", |shown| shown.draft() == "it");
    screen.quit();
}

#[test]
fn what_the_editor_has_not_read_is_not_typed_into_the_draft() {
    let home = Home::new();
    let script = "echo 'in the editor'; read line; printf '%s' \"$line\" > \"$2\"";
    let mut screen = with_editor(&home, script);
    screen.type_text("a draft");
    screen.press(CTRL_G);
    wait_for_editor(&screen);
    // Keys, a whole answer of the terminal, and the beginning of another.
    screen.press("it\rleft\r\x1b[?62;22c\x1b]11;rgb:0000");
    screen.wait_for("the edited text", |shown| shown.draft() == "it");
    screen.write("/0000/0000\x1b\\");
    screen.type_text("!");
    let shown = screen.shown();
    assert_eq!(shown.draft(), "it!");
    assert!(shown.has("You are talking to"), "nothing was sent");
    screen.quit();
}

#[test]
fn what_an_editor_has_saved_before_it_failed_is_not_thrown_away() {
    let home = Home::new();
    let script = "echo 'in the editor'; printf 'hours of work' > \"$2\"; exit 1";
    let mut screen = with_editor(&home, script);
    screen.type_text("a draft");
    screen.press(CTRL_G);
    let shown = screen.wait_for_text("has saved is in");
    assert_eq!(shown.draft(), "a draft");
    let text = shown.text();
    let mut words = text.split_whitespace();
    let path = words.rfind(|word| word.contains("spacechat-"));
    let path = path.expect("the notice names the file");
    let saved = fs::read_to_string(path).expect("the file is there");
    fs::remove_file(path).expect("it is ours");
    assert_eq!(saved, "hours of work");
    screen.quit();
}
