use super::{Answer, Decoder, Received, TerminalInput};
use crossterm::event::{
    Event, KeyCode, KeyEvent, KeyEventKind, KeyModifiers, MouseButton, MouseEvent, MouseEventKind,
};
use proptest::prelude::*;
use std::time::{Duration, Instant};

mod splitting;

const NONE: KeyModifiers = KeyModifiers::NONE;
const SHIFT: KeyModifiers = KeyModifiers::SHIFT;
const ALT: KeyModifiers = KeyModifiers::ALT;
const CTRL: KeyModifiers = KeyModifiers::CONTROL;

fn ms(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn inputs(received: Vec<Received>) -> Vec<TerminalInput> {
    received.into_iter().map(|one| one.input).collect()
}

/// What bytes that are read at once mean, and those that wait for more after a long pause.
fn read(bytes: &[u8]) -> Vec<TerminalInput> {
    let now = Instant::now();
    let mut decoder = Decoder::new(now);
    let mut out = Vec::new();
    decoder.feed(bytes, now, &mut out);
    decoder.expire(now + ms(60_000), &mut out);
    assert_eq!(decoder.deadline(), None);
    inputs(out)
}

fn key(modifiers: KeyModifiers, code: KeyCode) -> TerminalInput {
    TerminalInput::Event(Event::Key(KeyEvent::new(code, modifiers)))
}

fn char(modifiers: KeyModifiers, c: char) -> TerminalInput {
    key(modifiers, KeyCode::Char(c))
}

fn paste(text: &str) -> TerminalInput {
    TerminalInput::Event(Event::Paste(text.to_owned()))
}

fn answer(text: &str) -> TerminalInput {
    TerminalInput::Answer(Answer::Other(text.to_owned()))
}

#[track_caller]
fn assert_keys(expected: &[(&str, KeyModifiers, KeyCode)]) {
    for (bytes, modifiers, code) in expected {
        let read = read(bytes.as_bytes());
        assert_eq!(read, [key(*modifiers, *code)], "{bytes:?}");
    }
}

#[test]
fn characters_and_control_characters_are_keys() {
    use KeyCode::{Backspace, Char, Enter, Tab};
    assert_keys(&[
        ("a", NONE, Char('a')),
        ("Ä", SHIFT, Char('Ä')),
        ("完", NONE, Char('完')),
        ("😀", NONE, Char('😀')),
        ("\r", NONE, Enter),
        ("\n", CTRL, Char('j')),
        ("\t", NONE, Tab),
        ("\x7f", NONE, Backspace),
        ("\x08", CTRL, Char('h')),
        ("\0", CTRL, Char(' ')),
        ("\x03", CTRL, Char('c')),
        ("\x1c", CTRL, Char('\\')),
        ("\x1f", CTRL, Char('_')),
        ("\x1bz", ALT, Char('z')),
        ("\x1bZ", ALT | SHIFT, Char('Z')),
        ("\x1bя", ALT, Char('я')),
        ("\x1b\r", ALT, Enter),
        ("\x1b\x7f", ALT, Backspace),
        ("\x1b\x01", ALT | CTRL, Char('a')),
    ]);
    assert_eq!(read("\u{9b}".as_bytes()), []);
}

#[test]
fn the_keys_of_xterm_are_known() {
    use KeyCode::{BackTab, Char, Delete, Down, End, Enter, F, Home, Insert, Left, PageDown, Up};
    assert_keys(&[
        ("\x1b[A", NONE, Up),
        ("\x1b[1;3A", ALT, Up),
        ("\x1b[1;5D", CTRL, Left),
        ("\x1bOB", NONE, Down),
        ("\x1b[F", NONE, End),
        ("\x1b[1;5F", CTRL, End),
        ("\x1bOH", NONE, Home),
        ("\x1b[1~", NONE, Home),
        ("\x1b[2~", NONE, Insert),
        ("\x1b[3;2~", SHIFT, Delete),
        ("\x1b[6;5~", CTRL, PageDown),
        ("\x1b[Z", SHIFT, BackTab),
        ("\x1b[1;6Z", SHIFT | CTRL, BackTab),
        ("\x1bOP", NONE, F(1)),
        ("\x1b[P", NONE, F(1)),
        ("\x1b[1;2Q", SHIFT, F(2)),
        ("\x1b[R", NONE, F(3)),
        ("\x1b[1;5R", CTRL, F(3)),
        ("\x1bOR", NONE, F(3)),
        ("\x1bO2S", SHIFT, F(4)),
        ("\x1bO1;5S", CTRL, F(4)),
        ("\x1b[13~", NONE, F(3)),
        ("\x1b[15~", NONE, F(5)),
        ("\x1b[17;5~", CTRL, F(6)),
        ("\x1b[21~", NONE, F(10)),
        ("\x1b[24~", NONE, F(12)),
        ("\x1b[28~", NONE, F(15)),
        ("\x1b[34~", NONE, F(20)),
        ("\x1bOM", NONE, Enter),
        ("\x1bOq", NONE, Char('1')),
        ("\x1bOj", NONE, Char('*')),
        ("\x1b\x1b[A", ALT, Up),
        ("\x1b\x1bOA", ALT, Up),
    ]);
}

#[test]
fn the_keys_of_rxvt_and_of_the_linux_console_are_known() {
    use KeyCode::{Delete, End, F, Home, PageUp, Right, Up};
    assert_keys(&[
        ("\x1b[7~", NONE, Home),
        ("\x1b[8~", NONE, End),
        ("\x1b[7^", CTRL, Home),
        ("\x1b[3$", SHIFT, Delete),
        ("\x1b[5@", CTRL | SHIFT, PageUp),
        ("\x1b\x1b[3$", ALT | SHIFT, Delete),
        ("\x1b[a", SHIFT, Up),
        ("\x1bOc", CTRL, Right),
        ("\x1b[11~", NONE, F(1)),
        ("\x1b[[A", NONE, F(1)),
        ("\x1b[[E", NONE, F(5)),
    ]);
    // What follows is no part of the key.
    assert_eq!(
        read(b"\x1b[3$y"),
        [key(SHIFT, KeyCode::Delete), char(NONE, 'y')]
    );
}

#[test]
fn the_keys_of_kittys_protocol_are_known_by_their_place_on_the_keyboard() {
    use KeyCode::{BackTab, Backspace, Char, Enter, Esc, F, Left, Tab};
    assert_keys(&[
        ("\x1b[27u", NONE, Esc),
        ("\x1b[13;2u", SHIFT, Enter),
        ("\x1b[9u", NONE, Tab),
        ("\x1b[9;2u", SHIFT, BackTab),
        ("\x1b[127;5u", CTRL, Backspace),
        ("\x1b[99;5u", CTRL, Char('c')),
        ("\x1b[97:65;6u", CTRL | SHIFT, Char('A')),
        // With Caps Lock and Num Lock on.
        ("\x1b[99;197u", CTRL, Char('c')),
        ("\x1b[1089::99;5u", CTRL, Char('c')),
        ("\x1b[1103:1071:122;4u", ALT | SHIFT, Char('z')),
        ("\x1b[1089;5u", CTRL, Char('с')),
        // Another Latin layout is its own.
        ("\x1b[106::99;5u", CTRL, Char('j')),
        ("\x1b[57409u", NONE, Char('.')),
        ("\x1b[57414u", NONE, Enter),
        ("\x1b[57417;5u", CTRL, Left),
        ("\x1b[57376u", NONE, F(13)),
        ("\x1b[100;9u", KeyModifiers::SUPER, Char('d')),
    ]);
    let released = KeyEvent::new_with_kind(Char('a'), CTRL, KeyEventKind::Release);
    let released = TerminalInput::Event(Event::Key(released));
    assert_eq!(read(b"\x1b[97;5:3u"), [released]);
    // A lock, a media key, a modifier alone.
    assert_eq!(read(b"\x1b[57358u\x1b[57428u\x1b[57441;2u"), []);
}

#[test]
fn the_keys_of_modify_other_keys_are_known() {
    use KeyCode::{BackTab, Char, Enter};
    assert_keys(&[
        ("\x1b[27;2;13~", SHIFT, Enter),
        ("\x1b[27;2;9~", SHIFT, BackTab),
        ("\x1b[27;2;65~", SHIFT, Char('A')),
        ("\x1b[27;5;95~", CTRL, Char('_')),
        ("\x1b[27;3;1103~", ALT, Char('я')),
    ]);
}

#[test]
fn keys_that_send_one_byte_elsewhere_are_one_key() {
    use KeyCode::{Backspace, Enter, Esc, Tab};
    assert_keys(&[
        ("\x1b[91;5u", NONE, Esc),
        ("\x1b[1093::91;5u", NONE, Esc),
        ("\x1b[27;5;91~", NONE, Esc),
        ("\x1b[27;5;105~", NONE, Tab),
        ("\x1b[109;5u", NONE, Enter),
        ("\x1b[127;2u", NONE, Backspace),
        ("\x1b[27;2u", NONE, Esc),
    ]);
}

#[test]
fn characters_made_with_alt_graph_are_text_and_chords_of_letters_are_not() {
    use KeyCode::{Char, Enter};
    assert_keys(&[
        ("\x1b[64;7u", NONE, Char('@')),
        ("\x1b[27;7;8364~", NONE, Char('€')),
        ("\x1b[123;8u", NONE, Char('{')),
        ("\x1b[97;7u", CTRL | ALT, Char('a')),
        ("\x1b[13;7u", CTRL | ALT, Enter),
    ]);
}

#[test]
fn what_the_mouse_does_is_told_in_three_forms() {
    use MouseEventKind::{Down, Drag, Moved, ScrollDown, ScrollUp, Up};
    let left = MouseButton::Left;
    for (bytes, kind, modifiers, column, row) in [
        ("\x1b[<0;1;2M", Down(left), NONE, 0, 1),
        ("\x1b[<2;300;200m", Up(MouseButton::Right), NONE, 299, 199),
        ("\x1b[<32;5;6M", Drag(left), NONE, 4, 5),
        ("\x1b[<35;5;6M", Moved, NONE, 4, 5),
        ("\x1b[<80;5;6M", ScrollUp, CTRL, 4, 5),
        ("\x1b[32;5;6M", Down(left), NONE, 4, 5),
        ("\x1b[97;5;6M", ScrollDown, NONE, 4, 5),
        ("\x1b[M %&", Down(left), NONE, 4, 5),
        ("\x1b[M#%&", Up(left), NONE, 4, 5),
        ("\x1b[Mh!!", ScrollUp, ALT, 0, 0),
    ] {
        let expected = MouseEvent {
            kind,
            column,
            row,
            modifiers,
        };
        let expected = TerminalInput::Event(Event::Mouse(expected));
        assert_eq!(read(bytes.as_bytes()), [expected], "{bytes:?}");
    }
    // A button that nothing here has.
    assert_eq!(read(b"\x1b[<128;1;1M\x1b[M\xa0\xe9\xe9"), []);
}

#[test]
fn the_windows_focus_is_told() {
    assert_eq!(
        read(b"\x1b[I\x1b[O"),
        [Event::FocusGained, Event::FocusLost].map(TerminalInput::Event)
    );
}

#[test]
fn a_paste_is_exactly_what_stands_between_its_marks() {
    assert_eq!(
        read("\x1b[200~a\r\n\x1b[A\x1b\x03\0 完\x1b[201~b".as_bytes()),
        [paste("a\r\n\x1b[A\x1b\x03\0 完"), char(NONE, 'b')]
    );
    assert_eq!(read(b"\x1b[200~\x1b[201~"), [paste("")]);
    assert_eq!(read(b"\x1b[200~a\xffb\x1b[201~"), [paste("a\u{fffd}b")]);
    // An end without a beginning.
    assert_eq!(read(b"\x1b[201~"), []);
}

#[test]
fn answers_of_the_terminal_are_no_keys_and_no_text() {
    let known = |mode, is_known| TerminalInput::Answer(Answer::Mode { mode, is_known });
    assert_eq!(read(b"\x1b[?2004;1$y"), [known(2004, true)]);
    assert_eq!(read(b"\x1b[?2004;2$y"), [known(2004, true)]);
    assert_eq!(read(b"\x1b[?2004;0$y"), [known(2004, false)]);
    for bytes in [
        "[?62;22c",
        "[>1;4600;0c",
        "[?5u",
        "[0n",
        "[24;80R",
        "[1;1R",
        "[?1;2R",
        "[8;24;80t",
        "[4;2$y",
        "[?997;1n",
        "[2;1;1;112;112;1;0x",
        "]10;rgb:ffff/ffff/ffff",
        "]l the title",
        "P1+r524742=38",
        "P>|XTerm(380)",
        "_Gi=1;OK",
        "P|é\u{9c}完",
    ] {
        let is_string = !bytes.starts_with('[');
        let ends: &[&str] = if is_string {
            &["\x1b\\", "\x07"]
        } else {
            &[""]
        };
        for end in ends {
            let all = format!("\x1b{bytes}{end}");
            assert_eq!(read(all.as_bytes()), [answer(bytes)], "{all:?}");
            let typed = read(format!("a{all}b").as_bytes());
            let typed_too = [char(NONE, 'a'), answer(bytes), char(NONE, 'b')];
            assert_eq!(typed, typed_too, "{all:?}");
        }
    }
}

#[test]
fn sequences_that_mean_nothing_are_silent() {
    for bytes in [
        "\x1b[5;6;7;8z",
        "\x1b[?5;6;7h",
        "\x1b[!p",
        "\x1b[ q",
        "\x1b[99~",
        "\x1b[1:2:3m",
        "\x1b[[Z",
        "\x1bO@",
    ] {
        let read: Vec<_> = read(bytes.as_bytes());
        let are_keys = read
            .iter()
            .any(|input| matches!(input, TerminalInput::Event(_)));
        assert!(!are_keys, "{bytes:?}: {read:?}");
    }
    let long = format!(
        "\x1b[{}A\x1b]1{}\x1b\\x",
        "1;".repeat(9999),
        "2".repeat(99999)
    );
    assert_eq!(read(long.as_bytes()), [char(NONE, 'x')]);
}

#[test]
fn typing_goes_on_behind_a_sequence_without_an_end() {
    let escape = key(NONE, KeyCode::Esc);
    assert_eq!(read(b"\x1b[1;\x03"), [char(CTRL, 'c')]);
    assert_eq!(read(b"\x1bP1$r\r"), [key(NONE, KeyCode::Enter)]);
    assert_eq!(read(b"\x1b]11;rgb\x1b[A"), [key(NONE, KeyCode::Up)]);
    assert_eq!(read(b"\x1b]11;rgb\x1b"), [escape]);
    assert_eq!(read("\x1b[1é".as_bytes()), [char(NONE, 'é')]);
    // Somebody presses a bracket with Alt, and goes on typing.
    let bracket = char(ALT, ']');
    assert_eq!(
        read(b"\x1b]hi"),
        [bracket, char(NONE, 'h'), char(NONE, 'i')]
    );
    assert_eq!(
        read(b"\x1b[\r"),
        [char(ALT, '['), key(NONE, KeyCode::Enter)]
    );
}

#[test]
fn bytes_that_are_no_utf8_are_shown_as_such() {
    let broken = || char(NONE, '\u{fffd}');
    assert_eq!(read(b"\xe9a"), [broken(), char(NONE, 'a')]);
    assert_eq!(read(b"\xe5\xaea"), [broken(), char(NONE, 'a')]);
    assert_eq!(read(b"\xff"), [broken()]);
    assert_eq!(read(b"\xe5\xc3\xa9"), [broken(), char(NONE, 'é')]);
}

/// What comes of bytes when nothing follows them within `pause`, and then of `rest`.
fn apart(bytes: &[u8], pause: u64, rest: &[u8]) -> Vec<TerminalInput> {
    let start = Instant::now();
    let later = start + ms(pause);
    let mut decoder = Decoder::new(start);
    let mut out = Vec::new();
    decoder.feed(bytes, start, &mut out);
    decoder.expire(later, &mut out);
    decoder.feed(rest, later, &mut out);
    inputs(out)
}

#[test]
fn an_esc_with_nothing_behind_it_for_30_ms_is_the_esc_key() {
    let escape = || key(NONE, KeyCode::Esc);
    assert_eq!(apart(b"\x1b", 29, b""), []);
    assert_eq!(apart(b"\x1b", 29, b"[A"), [key(NONE, KeyCode::Up)]);
    assert_eq!(apart(b"\x1b", 30, b""), [escape()]);
    assert_eq!(apart(b"\x1b", 30, b"z"), [escape(), char(NONE, 'z')]);
    assert_eq!(apart(b"\x1b\x1b", 30, b""), [escape(), escape()]);
}

#[test]
fn an_esc_has_the_time_of_its_byte() {
    let start = Instant::now();
    let mut decoder = Decoder::new(start);
    let mut out = Vec::new();
    decoder.feed(b"\x1b", start + ms(10), &mut out);
    assert_eq!(decoder.deadline(), Some(start + ms(40)));
    decoder.expire(start + ms(60), &mut out);
    assert_eq!(out[0].at, start + ms(10));
}

#[test]
fn an_introducer_with_nothing_behind_it_for_half_a_second_is_its_letter_with_alt() {
    for (bytes, c) in [("\x1b[", '['), ("\x1b]", ']'), ("\x1b_", '_')] {
        assert_eq!(apart(bytes.as_bytes(), 499, b""), [], "{bytes:?}");
        let expected = [char(ALT, c), char(NONE, 'A')];
        assert_eq!(apart(bytes.as_bytes(), 500, b"A"), expected, "{bytes:?}");
    }
    let expected = [char(ALT | SHIFT, 'P'), char(NONE, 'A')];
    assert_eq!(apart(b"\x1bP", 500, b"A"), expected);
}

#[test]
fn a_sequence_waits_for_its_end_and_not_for_ever() {
    assert_eq!(apart(b"\x1b[1;5", 4999, b"A"), [key(CTRL, KeyCode::Up)]);
    assert_eq!(apart(b"\x1b[1;5", 5000, b"A"), [char(SHIFT, 'A')]);
    let colour = "]11;rgb:0/0/0";
    let (first, second) = colour.split_at(7);
    let first = format!("\x1b{first}");
    let second = format!("{second}\x1b\\");
    assert_eq!(
        apart(first.as_bytes(), 4999, second.as_bytes()),
        [answer(colour)]
    );
    assert_eq!(apart(first.as_bytes(), 5000, b"x"), [char(NONE, 'x')]);
    // A paste takes as long as it takes.
    assert_eq!(apart(b"\x1b[200~a", 60_000, b"b\x1b[201~"), [paste("ab")]);
}
