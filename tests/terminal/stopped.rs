//! The program is stopped and continued from outside, by signals that the shell or another user sends.

use super::exit::{assert_given_back, child, is_taken, state};
use rig::home::{Home, program};
use rig::keys::{CTRL_Q, CTRL_Z};
use rig::screen::{Screen, WINDOW, signal};
use rig::shown::Emulator;

/// Starts the program from a shell with job control, which sets its own modes when the program has stopped, and continues
/// it when a line is entered; three times.
fn from_a_shell(home: &Home) -> Screen {
    let script = "set -m; \"$0\" --demo; \
        for time in 1 2 3; do stty sane; echo \"in the shell $time\"; read line; fg >/dev/null; done; \
        echo \"ended with $?\"; read line";
    let screen = Screen::start_other(home, WINDOW, "sh", &["-c", script, program()]);
    screen.wait_for_text("╭ Message");
    screen
}

/// Waits until the shell has the terminal.
fn wait_for_shell(screen: &Screen, time: usize) {
    screen.wait_until("the shell", |emulator| {
        let contents = emulator.screen().contents();
        contents.contains(&format!("in the shell {time}"))
    });
}

/// Waits for the shell, and continues the program.
fn continue_it(screen: &mut Screen, time: usize, is_given_back: bool) {
    wait_for_shell(screen, time);
    if is_given_back {
        assert_given_back(screen);
    }
    let (frames, written) = screen.look(|emulator| (emulator.frames(), emulator.written().len()));
    screen.press("\n");
    screen.wait_until("a whole frame", |emulator| {
        is_taken(emulator)
            && emulator.frames() > frames
            && emulator.shown().has("╭ Message")
            && !emulator.screen().contents().contains("in the shell")
    });
    let modes = ["\x1b[?1049h", "\x1b[?2004h", "\x1b[?1004h", "\x1b[>5u"];
    screen.look(|emulator| {
        let since = String::from_utf8_lossy(&emulator.written()[written..]).into_owned();
        for mode in modes {
            assert!(since.contains(mode), "{mode:?} in {since:?}");
        }
    });
    assert!(screen.is_raw());
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "reads the states of processes in /proc"
)]
fn a_program_stopped_from_outside_takes_its_terminal_again_when_it_goes_on() {
    let home = Home::new();
    let mut screen = from_a_shell(&home);
    let program = child(screen.process());
    screen.type_text("a");
    // It cannot know of this one: it leaves its modes on.
    signal("STOP", program);
    continue_it(&mut screen, 1, false);
    screen.type_text("b");
    // This one is as Ctrl+Z.
    signal("TSTP", program);
    wait_for_shell(&screen, 2);
    assert_eq!(state(program), Some('T'));
    continue_it(&mut screen, 2, true);
    screen.type_text("c");
    screen.press(CTRL_Z);
    continue_it(&mut screen, 3, true);
    screen.type_text("d");
    assert_eq!(screen.shown().draft(), "abcd");
    screen.press(CTRL_Q);
    screen.wait_until("the end", |emulator| {
        emulator.screen().contents().contains("ended with 0")
    });
    assert_given_back(&screen);
}

#[test]
fn a_window_that_was_resized_while_the_program_was_stopped_is_filled() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.signal("STOP");
    screen.resize(80, 24);
    screen.look(Emulator::frames);
    screen.signal("CONT");
    screen.wait_until("the new size", |emulator| {
        emulator.shown().text().lines().count() == 24 && emulator.shown().has("╭ Message")
    });
    screen.quit();
}
