//! What terminals send beside plain keys: their answers, and keys in every encoding. The bytes are written as terminals
//! write them.

use rig::home::{Home, program};
use rig::keys::{CTRL_C, CTRL_Q, DOWN, UP};
use rig::screen::{Screen, WINDOW};

/// Answers to questions that this program or one before it may have asked.
const ANSWERS: [&str; 9] = [
    "\x1b[?62;22c",
    "\x1b[>1;4600;0c",
    "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "\x1b]10;rgb:ffff/ffff/ffff\x07",
    "\x1bP>|XTerm(380)\x1b\\",
    "\x1bP1+r524742=38\x1b\\",
    "\x1b[?2004;1$y",
    "\x1b[24;80R",
    "\x1b_Gi=31;OK\x1b\\",
];

#[test]
fn answers_of_the_terminal_never_reach_the_draft_and_never_eat_typing() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    let mut expected = String::new();
    for (answer, letter) in ANSWERS.iter().zip('a'..) {
        screen.write(answer);
        screen.type_text(&letter.to_string());
        expected.push(letter);
        assert_eq!(screen.shown().draft(), expected, "{answer:?}");
    }
    screen.quit();
}

#[test]
fn answers_that_come_in_pieces_are_answers() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    for answer in ANSWERS {
        let mut bytes = [0; 4];
        for byte in answer.chars() {
            screen.write(byte.encode_utf8(&mut bytes));
        }
    }
    screen.type_text("x");
    assert_eq!(screen.shown().draft(), "x");
    screen.quit();
}

#[test]
fn the_terminal_is_asked_once_whether_it_marks_pastes_and_nothing_else() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.type_text("x");
    screen.look(|emulator| {
        let written = String::from_utf8_lossy(emulator.written()).into_owned();
        let asked: Vec<_> = written.match_indices("\x1b[?2004$p").collect();
        assert_eq!(asked.len(), 1);
        assert!(asked[0].0 > written.find("╭ Message").unwrap());
        // The cursor's place, the device's attributes, keyboard flags, colours: no part of the program wants to know.
        for question in ["\x1b[6n", "\x1b[c", "\x1b[0c", "\x1b[?u", "\x1b]11;?"] {
            assert_eq!(emulator.last_place(question), None, "{question:?}");
        }
    });
    screen.quit();
}

#[test]
fn ctrl_and_a_letter_is_the_same_key_in_every_layout() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.type_text("привет");
    // Ctrl+с of a Russian layout, with the key's place in the Latin one and without.
    screen.write("\x1b[1089::99;5u");
    screen.wait_for("the draft set aside", |shown| !shown.has("привет"));
    screen.type_text("пока");
    screen.write("\x1b[1089;5u");
    screen.wait_for("the draft set aside", |shown| !shown.has("пока"));
    screen.quit();
}

#[test]
fn shift_and_enter_is_a_new_line_in_tmux_too_and_alt_graph_types() {
    let home = Home::new();
    let start = "TMUX=/none,1,0 exec \"$0\" --demo";
    let mut screen = Screen::start_other(&home, WINDOW, "sh", &["-c", start, program()]);
    screen.wait_for_text("╭ Message");
    screen.look(|emulator| assert!(emulator.last_place("\x1b[>4;2m").is_some()));
    screen.type_text("a");
    screen.write("\x1b[27;2;13~");
    screen.write("\x1b[64;7u\x1b[27;7;91~");
    let shown = screen.wait_for("two lines", |shown| shown.draft() == "a @[");
    assert!(shown.has("You are talking to"), "nothing was sent");
    screen.press(CTRL_C);
    screen.press(CTRL_Q);
    assert_eq!(screen.wait_for_exit(), 0);
    screen.look(|emulator| {
        assert!(emulator.last_place("\x1b[>4;2m") < emulator.last_place("\x1b[>4;0m"));
    });
}

#[test]
fn the_wheel_as_arrow_keys_never_replaces_the_draft() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.look(|emulator| assert!(emulator.last_place("\x1b[?1007l").is_some()));
    screen.ask("repeat 2 ha", "haha");
    screen.type_text("a draft");
    // Three turns, in a terminal that sends arrow keys for them.
    screen.write(&format!("{}{}", UP.repeat(9), DOWN.repeat(3)));
    screen.type_text("!");
    assert_eq!(screen.shown().draft(), "a draft!");
    screen.press(CTRL_C);
    screen.wait_for("the draft set aside", |shown| !shown.has("a draft!"));
    screen.press(UP);
    screen.wait_for("the draft again", |shown| shown.draft() == "a draft!");
    screen.quit();
}
