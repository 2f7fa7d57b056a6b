//! Retries and edits are versions: nothing is overwritten.

use rig::home::Home;
use rig::keys::{ALT_UP, ALT_V, CTRL_U, ESC, UP};
use rig::screen::Screen;

/// A prompt with two replies, the second of which is seen.
fn with_two_replies(home: &Home) -> Screen {
    let mut screen = Screen::demo(home, &[]);
    screen.ask("repeat 2 ha", "haha");
    screen.press(ALT_UP);
    screen.wait_for_text("picked:");
    screen.retry();
    screen.wait_for("another reply", |shown| {
        shown.has("‹ 2/2 ›") && shown.has("haha") && shown.is_ready()
    });
    screen
}

#[test]
fn another_reply_and_another_wording_are_versions_and_the_former_ones_come_back() {
    let home = Home::new();
    let mut screen = with_two_replies(&home);

    screen.press(ALT_UP);
    screen.wait_for_text("picked:");
    screen.press(ALT_UP);
    screen.wait_for_text("▌repeat 2 ha");
    screen.press("e");
    screen.wait_for("the message in the composer", |shown| {
        shown.has("editing") && shown.draft() == "repeat 2 ha"
    });
    screen.press(CTRL_U);
    screen.wait_for_text("write a message");
    screen.type_text("repeat 3 ho");
    screen.enter();
    let shown = screen.wait_for("the other wording", |shown| {
        shown.has("hohoho") && shown.is_ready()
    });
    assert!(
        shown.has("‹ 2/2 ›") && !shown.has("haha"),
        "{}",
        shown.text()
    );

    for (key, text, version) in [("[", "haha", "‹ 1/2 ›"), ("]", "hohoho", "‹ 2/2 ›")] {
        screen.press(ALT_UP);
        screen.wait_for_text("picked:");
        screen.press(ALT_UP);
        screen.wait_for_text("▌repeat");
        screen.press(key);
        screen.wait_for(text, |shown| shown.has(text) && shown.has(version));
        screen.press(ESC);
        screen.wait_for_no("picked:");
    }
    // The model is told what is seen, and nothing of the other versions.
    let told = "[[\"user\",\"repeat 3 ho\"],[\"assistant\",\"hohoho\"],[\"user\",\"past\"]]";
    screen.ask("past", told);
    screen.quit();
}

#[test]
fn the_tree_leads_to_another_version_and_the_next_start_shows_that_one() {
    let home = Home::new();
    let mut screen = with_two_replies(&home);
    screen.press(ALT_V);
    screen.wait_for_text("All versions · 3 messages");
    screen.press(UP);
    screen.wait_for_text("▸ ├ ○");
    screen.enter();
    screen.wait_for_text("‹ 1/2 ›");
    screen.quit();
    let screen = Screen::demo(&home, &["-c"]);
    screen.wait_for_text("‹ 1/2 ›");
    screen.quit();
}
