//! Exit: the steps of Ctrl+C, and the terminal restored however the program ends or stops.

use rig::home::{Home, program};
use rig::keys::{CTRL_C, CTRL_G, CTRL_Q, CTRL_U, CTRL_Z, ESC, F4, UP};
use rig::screen::{Screen, WINDOW};
use rig::shown::Emulator;
use rusqlite::Connection;
use spacechat::program::{report_panics, state_directory};
use spacechat::testing::store::FILE_NAME;
use spacechat::testing::terminal::Terminal;
use std::num::NonZeroU16;
use std::os::unix::fs::PermissionsExt;
use std::time::{Duration, Instant};
use std::{env, fs, mem, thread};

/// Every mode that the program turns on is off, and the cursor is there.
pub fn assert_given_back(screen: &Screen) {
    screen.look(|emulator| {
        let modes = emulator.screen();
        assert!(!modes.alternate_screen(), "the alternate screen");
        assert!(!modes.bracketed_paste(), "bracketed paste");
        assert!(!modes.hide_cursor(), "the cursor is hidden");
        assert_eq!(
            modes.mouse_protocol_mode(),
            vt100::MouseProtocolMode::None,
            "the mouse"
        );
        // What the emulator does not know: focus reports, synchronized updates, and the stack of keyboard flags.
        for (on, off) in [
            ("\x1b[?1004h", "\x1b[?1004l"),
            ("\x1b[?2026h", "\x1b[?2026l"),
            ("\x1b[>5u", "\x1b[<1u"),
        ] {
            assert!(
                emulator.last_place(on) < emulator.last_place(off),
                "{on:?} is left on"
            );
        }
    });
    assert!(!screen.is_raw(), "raw mode");
}

/// Whether the program has the terminal.
pub fn is_taken(emulator: &Emulator) -> bool {
    emulator.screen().alternate_screen() && emulator.screen().bracketed_paste()
}

#[test]
fn ctrl_c_stops_the_reply_then_sets_the_draft_aside_then_quits() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 4000");
    screen.wait_for_text("word5");
    screen.type_text("half a thought");
    screen.press(CTRL_C);
    let shown = screen.wait_for("the reply stopped", |shown| {
        shown.has("■ stopped") && shown.is_ready()
    });
    assert!(shown.has("word5"), "what came is kept");
    assert_eq!(shown.draft(), "half a thought");
    screen.press(CTRL_C);
    let shown = screen.wait_for_text("The draft is set aside. ↑ brings it back.");
    assert!(shown.has("write a message"));
    screen.press(UP);
    screen.wait_for("the draft again", |shown| shown.draft() == "half a thought");
    screen.press(CTRL_U);
    screen.wait_for_text("write a message");
    screen.press(CTRL_C);
    screen.wait_for_text("Press Ctrl+C again to quit.");
    screen.press(CTRL_C);
    assert_eq!(screen.wait_for_exit(), 0);
    assert_given_back(&screen);
}

#[test]
fn without_an_alternate_screen_the_prompt_stands_on_a_free_line_below() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.ask("repeat 2 ha", "haha");
    screen.press(CTRL_Q);
    assert_eq!(screen.wait_for_exit(), 0);
    let written = screen.look(|emulator| String::from_utf8_lossy(emulator.written()).into_owned());
    let (columns, rows) = WINDOW;
    let size = |length| NonZeroU16::new(length).unwrap();
    let mut plain = vt100::Parser::new(size(rows), size(columns), 0);
    plain.process(written.replace("\x1b[?1049", "\x1b[?9999").as_bytes());
    let plain = plain.screen();
    assert_eq!(plain.cursor_position(), (rows - 1, 0));
    let last: Vec<String> = plain.rows(0, columns).collect();
    assert_eq!(last[usize::from(rows) - 1], "");
    assert!(
        last[usize::from(rows) - 2].contains("╰ Enter send"),
        "{last:?}"
    );
}

#[test]
fn esc_stops_the_reply_and_keeps_what_came() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 4000");
    let seen = screen.wait_for_text("word9").last_word();
    screen.press(ESC);
    let shown = screen.wait_for("the reply stopped", |shown| {
        shown.has("■ stopped") && shown.is_ready()
    });
    assert!(shown.last_word() >= seen);
    // The model goes on knowing what was said.
    screen.ask("turns", "turn 1");
    screen.quit();
}

#[test]
fn ctrl_q_gives_the_terminal_back_also_in_mid_reply() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 4000");
    screen.wait_for_text("word2");
    screen.press(F4);
    screen.wait_for_text("The mouse scrolls.");
    screen.press(CTRL_Q);
    assert_eq!(screen.wait_for_exit(), 0);
    assert_given_back(&screen);
}

#[test]
fn signals_that_end_the_program_give_the_terminal_back_and_lose_nothing() {
    for (name, code) in [("TERM", 143), ("HUP", 129), ("INT", 130)] {
        let home = Home::new();
        let mut screen = Screen::demo(&home, &[]);
        screen.send("long 4000");
        let seen = screen.wait_for_text("word5").last_word().unwrap();
        screen.type_text("a draft");
        screen.signal(name);
        assert_eq!(screen.wait_for_exit(), code, "{name}");
        assert_given_back(&screen);
        let saved = home.exported(&home.id_of("long 4000"));
        assert_eq!(saved["draft"]["text"], "a draft", "{name}");
        assert!(
            saved.to_string().contains(&format!("word{seen} ")),
            "{name}"
        );
    }
}

#[test]
fn a_window_that_is_closed_ends_the_program_and_loses_nothing() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("repeat 2 ha");
    screen.wait_for_text("haha");
    screen.type_text("a draft");
    screen.close_window();
    screen.wait_for_exit();
    let saved = home.exported(&home.id_of("repeat 2 ha"));
    let draft = saved["draft"]["text"].as_str().unwrap();
    assert!(draft.starts_with("a draft"), "{draft:?}");
}

/// Waits until a process that is not the test's own child is gone.
fn wait_for_end(process: u32) {
    let until = Instant::now() + Duration::from_secs(180);
    while !matches!(state(process), None | Some('Z')) {
        assert!(
            Instant::now() < until,
            "the program goes on without a terminal"
        );
        thread::park_timeout(Duration::from_millis(10));
    }
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "finds the program in /proc")]
fn a_terminal_that_fails_without_a_signal_ends_the_program_and_loses_nothing() {
    let home = Home::new();
    // In a session of its own no terminal controls it, and none sends it a signal: only reads and writes fail.
    let script = "setsid \"$0\" --demo; read line";
    let mut screen = Screen::start_other(&home, WINDOW, "sh", &["-c", script, program()]);
    screen.wait_for_text("╭ Message");
    screen.send("long 4000");
    let seen = screen.wait_for_text("word9").last_word().unwrap();
    let program = session_of_its_own(screen.process());
    screen.close_window();
    wait_for_end(program);
    let saved = home.exported(&home.id_of("long 4000"));
    let reply = &saved["messages"][1];
    let left = reply["text"].as_str().unwrap().split_whitespace().count();
    assert!(left > seen, "word {seen} was seen and {left} are left");
    assert_eq!(reply["state"], "stopped");
}

/// The process that `setsid` has become, which the shell that is `process` started.
fn session_of_its_own(process: u32) -> u32 {
    let started = child(process);
    // It may have forked once more, where it led a group.
    let path = format!("/proc/{started}/task/{started}/children");
    let children = fs::read_to_string(path).unwrap_or_default();
    children.trim().parse().unwrap_or(started)
}

#[test]
fn the_editor_has_the_terminal_as_it_was_and_the_program_takes_it_again() {
    let home = Home::new();
    // An editor that says so, waits for a line, and changes the text.
    let editor = home.path().join("editor");
    let script =
        "#!/bin/sh\necho 'in the editor'; read line; printf 'edited %s' \"$line\" > \"$1\"\n";
    fs::write(&editor, script).unwrap();
    let start = "chmod +x editor; EDITOR=./editor exec \"$0\" --demo";
    let mut screen = Screen::start_other(&home, WINDOW, "sh", &["-c", start, program()]);
    screen.wait_for_text("╭ Message");
    screen.type_text("a draft");
    screen.press(CTRL_G);
    screen.wait_until("the editor", |emulator| {
        emulator.screen().contents().contains("in the editor")
    });
    assert_given_back(&screen);
    screen.press("it\r");
    screen.wait_for("the edited text", |shown| shown.draft() == "edited it");
    screen.look(|emulator| assert!(is_taken(emulator)));
    assert!(screen.is_raw());
    screen.press(CTRL_Q);
    assert_eq!(screen.wait_for_exit(), 0);
    assert_given_back(&screen);
}

#[test]
fn an_error_at_the_start_gives_the_terminal_back() {
    let home = Home::new();
    fs::create_dir_all(home.data().join(FILE_NAME)).unwrap();
    let mut screen = Screen::start(&home, WINDOW, &["--demo"]);
    assert_eq!(screen.wait_for_exit(), 1);
    assert_given_back(&screen);
}

#[test]
fn a_store_that_is_held_delays_the_end_by_two_seconds_at_most_and_the_loss_is_told() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.ask("repeat 2 ha", "haha");
    let id = home.id_of("repeat 2 ha");
    home.wait_for_saved(&id, |saved| saved["messages"][1]["text"] == "haha");
    let holder = Connection::open(home.data().join(FILE_NAME)).unwrap();
    holder.execute_batch("BEGIN IMMEDIATE").unwrap();
    screen.type_text("too late");
    screen.press(CTRL_Q);
    // The lock is never given up: that the program ends shows that it does not wait for it.
    assert_eq!(screen.wait_for_exit(), 1);
    assert_given_back(&screen);
    screen.look(|emulator| {
        let told = emulator.screen().contents();
        assert!(
            told.contains("The last changes could not be saved"),
            "{told}"
        );
    });
    drop(holder);
    assert_eq!(home.exported(&id)["messages"][1]["text"], "haha");
}

/// Set in the process that [`panics_give_the_terminal_back_with_their_report`] starts; its value says where it panics.
const PANIC_IN: &str = "SPACECHAT_TEST_PANIC_IN";

/// Takes the terminal and panics in it, in the thread that draws or in another one.
fn panic_in_a_taken_terminal(place: &str) {
    report_panics(state_directory());
    let mut terminal = Terminal::enter(None).expect("a pseudo-terminal is a terminal");
    if place == "another thread" {
        let other = thread::spawn(|| panic!("on purpose"));
        assert!(other.join().is_err());
        let frame = terminal.draw(|frame| frame.render_widget("a frame", frame.area()));
        println!("drawn: {}", frame.is_ok());
    } else {
        // Only the hook is left to give the terminal back.
        mem::forget(terminal);
        panic!("on purpose");
    }
}

#[test]
fn panics_give_the_terminal_back_with_their_report() {
    if let Ok(place) = env::var(PANIC_IN) {
        return panic_in_a_taken_terminal(&place);
    }
    let this = env::current_exe().unwrap();
    let script = "exec env \"$1\" \"$0\" --nocapture --exact exit::panics_give_the_terminal_back_with_their_report";
    for place in ["this thread", "another thread"] {
        let home = Home::new();
        let panics = format!("{PANIC_IN}={place}");
        let arguments = ["-c", script, this.to_str().unwrap(), &panics];
        let mut screen = Screen::start_other(&home, WINDOW, "sh", &arguments);
        screen.wait_for_exit();
        assert_given_back(&screen);
        let left = screen.look(|emulator| emulator.screen().contents());
        assert!(left.contains("on purpose"), "{place}: {left}");
        assert!(!left.contains("a frame"), "{place}: {left}");
        assert_eq!(
            left.contains("drawn: false"),
            place == "another thread",
            "{left}"
        );
        assert_report_is_private(&home, &left);
    }
}

/// The only report in the state directory is its owner's alone, has what is needed, and neither the panic's own words nor
/// a folder's name; the line on the terminal says where it is.
fn assert_report_is_private(home: &Home, told: &str) {
    let folder = home.path().join("state/spacechat");
    let found: Vec<_> = fs::read_dir(&folder)
        .expect("there is a state directory")
        .map(|entry| entry.expect("it can be read").path())
        .collect();
    let [report] = found.as_slice() else {
        panic!("{found:?}");
    };
    let about = fs::metadata(report).expect("the report is there");
    let mode = about.permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let name = report.file_name().expect("it has a name");
    // The path may be broken at the end of a row.
    let told: String = told.split_whitespace().collect();
    assert!(told.contains(&*name.to_string_lossy()), "{told}");
    let text = fs::read_to_string(report).expect("the report is text");
    let version = concat!("spacechat ", env!("CARGO_PKG_VERSION"));
    for needed in [
        version,
        "thread: ",
        "place: ",
        "exit.rs:",
        "backtrace:\n",
        "panic",
    ] {
        assert!(text.contains(needed), "no {needed:?} in {text}");
    }
    let sources = env!("CARGO_MANIFEST_DIR");
    for private in ["on purpose", "/home/", "/root/", "/tmp/", sources] {
        assert!(!text.contains(private), "{private:?} in {text}");
    }
}

/// The state of a process in one letter, as the kernel tells it: `T` when it is stopped.
pub fn state(process: u32) -> Option<char> {
    let line = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    line.rsplit_once(") ")?.1.chars().next()
}

/// The only child of a process.
pub fn child(process: u32) -> u32 {
    let path = format!("/proc/{process}/task/{process}/children");
    let children = fs::read_to_string(path).expect("the process lives");
    children.trim().parse().expect("it has one child")
}

#[test]
#[cfg_attr(
    not(target_os = "linux"),
    ignore = "reads the states of processes in /proc"
)]
fn ctrl_z_gives_the_terminal_to_the_shell_and_coming_back_draws_all_again() {
    let home = Home::new();
    // A shell with job control, as the one from which a user starts it.
    let script = "set -m; \"$0\" --demo; echo 'in the shell'; read line; fg >/dev/null; echo \"ended with $?\"";
    let mut screen = Screen::start_other(&home, WINDOW, "sh", &["-c", script, program()]);
    screen.wait_for_text("╭ Message");
    screen.send("long 100");
    screen.wait_for_text("word5");
    screen.type_text("a draft");
    let program = child(screen.process());
    screen.press(CTRL_Z);
    screen.wait_until("the shell", |emulator| {
        emulator.screen().contents().contains("in the shell")
    });
    assert_eq!(state(program), Some('T'));
    assert_given_back(&screen);
    let frames = screen.look(Emulator::frames);
    screen.press("\n");
    screen.wait_until("the program again", |emulator| {
        is_taken(emulator) && emulator.frames() > frames
    });
    let shown = screen.wait_for("the reply going on", |shown| {
        shown.has("word0 word1") && shown.has("word99") && shown.is_ready()
    });
    assert_eq!(shown.draft(), "a draft");
    screen.type_text(" goes on");
    assert_eq!(screen.shown().draft(), "a draft goes on");
    screen.press(CTRL_Q);
    screen.wait_until("the end", |emulator| {
        emulator.screen().contents().contains("ended with 0")
    });
    assert_given_back(&screen);
}
