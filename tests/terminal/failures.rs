//! Failures are reported where they happened, with advice, and no written text is lost.

use rig::home::Home;
use rig::keys::F5;
use rig::screen::{Screen, WINDOW};
use spacechat::testing::store::FILE_NAME;
use std::fs;
use std::net::TcpListener;

/// An address of this machine where nobody listens.
fn nowhere() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has a free port");
    let address = listener.local_addr().expect("it is bound");
    let port = address.port();
    format!("http://127.0.0.1:{port}")
}

#[test]
fn a_space_that_cannot_be_reached_is_told_and_the_embedded_one_goes_on_in_the_same_window() {
    let home = Home::new();
    let space = nowhere();
    let mut screen = Screen::start(&home, WINDOW, &["-s", &space]);
    screen.wait_for_text("╭ Message");
    screen.send("repeat 2 ha");
    let shown = screen.wait_for("the error", |shown| {
        shown.has("✗ Could not") && shown.has("⧗ waiting")
    });
    let text = shown.text();
    let place = |what: &str| {
        text.find(what)
            .unwrap_or_else(|| panic!("no {what:?} in {text}"))
    };
    assert!(place("repeat 2 ha") < place("✗ Could not"), "{text}");
    assert!(place("✗ Could not") < place("→ "), "{text}");
    assert!(place("→ ") < place("Ctrl+T asks another source"), "{text}");
    screen.press(F5);
    let shown = screen.wait_for_text("Without a network");
    assert!(shown.has("Enter sends your message there"));
    screen.type_text("demo");
    screen.enter();
    let shown = screen.wait_for("the reply of the embedded Space", |shown| {
        shown.has("haha") && shown.is_ready()
    });
    assert!(
        shown.has("· demo ·") && !shown.has("✗ "),
        "{}",
        shown.text()
    );
    screen.ask("turns", "turn 2");
    screen.quit();
    // It stays with the embedded Space at the next start, whatever the default is.
    let mut screen = Screen::start(&home, WINDOW, &["-c"]);
    screen.wait_for("the conversation", |shown| {
        shown.has("haha") && shown.has("· demo ·")
    });
    screen.ask("repeat 2 ho", "hoho");
    screen.quit();
}

#[test]
fn a_database_that_cannot_be_opened_is_told_on_the_terminal_and_left_as_it_is() {
    let home = Home::new();
    let file = home.data().join(FILE_NAME);
    fs::create_dir(home.data()).unwrap();
    let foreign = "this is no database ".repeat(1000);
    fs::write(&file, &foreign).unwrap();
    let mut screen = Screen::start(&home, WINDOW, &["--demo"]);
    assert_eq!(screen.wait_for_exit(), 1);
    screen.look(|emulator| {
        let told = emulator.screen().contents();
        assert!(!emulator.screen().alternate_screen(), "{told}");
        assert!(
            told.contains("spacechat: ") && told.contains(FILE_NAME),
            "{told}"
        );
    });
    assert!(!screen.is_raw());
    assert_eq!(fs::read_to_string(&file).unwrap(), foreign);
}

#[test]
fn an_error_in_mid_reply_stands_below_what_came() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("fail no luck today");
    let shown = screen.wait_for("the error", |shown| {
        shown.has("✗ The Space") && shown.has("✗ failed")
    });
    assert!(
        shown.has("some text and then") && shown.has("then r retries"),
        "{}",
        shown.text()
    );
    screen.ask("repeat 2 ha", "haha");
    screen.quit();
}

#[test]
fn a_model_that_waits_before_its_first_word_is_told_as_reading() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("think 40");
    screen.wait_for("the stage", |shown| {
        shown.has("the model reads") && shown.has("◐ waiting")
    });
    screen.wait_for_text("I thought for 40 steps.");
    screen.quit();
}
