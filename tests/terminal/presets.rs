//! System messages that are saved under a name.

use rig::home::Home;
use rig::keys::{ALT_D, ALT_P, ALT_S, CTRL_N, ESC, F2};
use rig::screen::Screen;

#[test]
fn a_saved_system_message_is_there_at_the_next_start_and_can_begin_every_conversation() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.press(F2);
    screen.wait_for_text("how the model should behave");
    screen.type_text("Answer in one word.");
    screen.wait_for_text(" tokens ─");
    screen.press(ALT_S);
    screen.wait_for_text("Save the system message as");
    screen.type_text("terse");
    screen.enter();
    screen.wait_for_text("Saved as “terse”");
    screen.quit();

    let mut screen = Screen::demo(&home, &[]);
    screen.press(ALT_P);
    screen.wait_for("the saved one with its text", |shown| {
        shown.has("▸ terse") && shown.has("Answer in one word.")
    });
    screen.press(ALT_D);
    screen.wait_for_text("New conversations begin with “terse”");
    screen.press(ESC);
    screen.wait_for_no("▸ terse");
    screen.ask("repeat 2 ha", "haha");
    screen.press(CTRL_N);
    screen.wait_for_no("haha");
    screen.ask("repeat 2 ho", "hoho");
    screen.wait_for_text("system: Answer in one word.");
    screen.quit();

    let mut screen = Screen::demo(&home, &["--system", "Another."]);
    screen.ask("repeat 2 hi", "hihi");
    screen.wait_for_text("system: Another.");
    screen.quit();
}
