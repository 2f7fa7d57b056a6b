//! What the program may write to a terminal: visible text, and its own escape sequences. Everything else came from
//! outside.

use super::unseen::is_unseen;

/// Fails unless all bytes are text and sequences of the program's own.
pub fn assert_only_own_sequences(bytes: &[u8]) {
    let text = std::str::from_utf8(bytes).expect("all that is written is UTF-8");
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| is_unseen(c) && !matches!(c, '\r' | '\n')) {
        let (before, found) = rest.split_at(at);
        let Some(length) = own_sequence(found) else {
            let near: String = found.chars().take(60).collect();
            let last: Vec<char> = before.chars().rev().take(60).collect();
            let last: String = last.into_iter().rev().collect();
            panic!("{near:?} was written behind {last:?}");
        };
        rest = &found[length..];
    }
}

/// The length of the sequence that a text begins with, if it is one that the program makes.
fn own_sequence(text: &str) -> Option<usize> {
    let introduced = text.strip_prefix('\x1b')?;
    if let Some(command) = introduced.strip_prefix("]") {
        let end = command.find('\x1b')?;
        let is_ended = command[end..].starts_with("\x1b\\");
        return (is_ended && is_own_command(&command[..end])).then_some(2 + end + 2);
    }
    let body = introduced.strip_prefix('[')?;
    let end = body.find(|c: char| ('@'..='~').contains(&c))?;
    let (parameters, last) = (&body[..end], body[end..].chars().next()?);
    is_own_control(parameters, last).then_some(2 + end + 1)
}

/// A hyperlink to an address in printable ASCII, or a text in Base64 for the clipboard.
fn is_own_command(command: &str) -> bool {
    let link = command.strip_prefix("8;;");
    let is_link = |link: &str| {
        let schemes = ["http://", "https://", "mailto:"];
        let is_known = link.is_empty() || schemes.iter().any(|scheme| link.starts_with(scheme));
        is_known && link.bytes().all(|byte| byte.is_ascii_graphic())
    };
    let copied = command.strip_prefix("52;c;");
    let is_base64 = |copied: &str| {
        let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+/=".contains(&byte);
        copied.bytes().all(is_plain)
    };
    link.is_some_and(is_link) || copied.is_some_and(is_base64)
}

fn is_own_control(parameters: &str, last: char) -> bool {
    let numbers: Vec<&str> = parameters.split(';').collect();
    let are_numbers = |count: usize| {
        let is_number = |text: &&str| text.parse::<u16>().is_ok();
        numbers.len() == count && numbers.iter().all(is_number)
    };
    match last {
        'm' => is_own_style(&numbers),
        'H' => are_numbers(2),
        'G' | 'L' | 'M' | 'A' => are_numbers(1),
        'r' => parameters.is_empty() || parameters == "?1007" || are_numbers(2),
        's' => parameters == "?1007",
        'K' => matches!(parameters, "" | "2"),
        'J' => matches!(parameters, "" | "2"),
        // Keyboard flags; wrapping, the alternate screen, the cursor, frames, paste, focus, the mouse.
        'u' => matches!(parameters, ">5" | "<1"),
        // The question for the mode of bracketed paste.
        'p' => parameters == "?2004$",
        'h' | 'l' => matches!(
            parameters,
            "?7" | "?25"
                | "?1000"
                | "?1002"
                | "?1003"
                | "?1004"
                | "?1006"
                | "?1007"
                | "?1015"
                | "?1049"
                | "?2004"
                | "?2026"
        ),
        _ => false,
    }
}

/// One attribute, or colours: at most one of each kind.
fn is_own_style(numbers: &[&str]) -> bool {
    match numbers {
        [attribute] => attribute
            .parse::<u8>()
            .is_ok_and(|attribute| attribute < 60),
        [kind @ ("38" | "48" | "58"), rest @ ..] => {
            let length = match rest.first() {
                Some(&"5") => 2,
                Some(&"2") => 4,
                _ => return false,
            };
            let other = rest.get(length..);
            let is_other = |other: &[&str]| {
                other.is_empty() || other.first() != Some(kind) && is_own_style(other)
            };
            other.is_some_and(is_other)
        }
        ["39" | "49" | "59", rest @ ..] => is_own_style(rest),
        _ => false,
    }
}

#[test]
fn the_sequences_of_the_program_are_told_from_others() {
    assert_only_own_sequences(
        "a\x1b[1;1H\x1b[38;5;4;49mb\x1b[0m\x1b]8;;http://a\x1b\\c\x1b]8;;\x1b\\完\r\n".as_bytes(),
    );
    for foreign in [
        "\x1b]0;t\x07",
        "\x1b]0;t\x1b\\",
        "\x1b]8;;file:///x\x1b\\",
        "\x1b]8;id=1;http://a\x1b\\",
        "\x1b]52;p;?\x1b\\",
        "\x1b[6n",
        "\x1b[?47h",
        "\x1b[8;1;1t",
        "\x1b[0;7;8m",
        "\x1bc",
        "\x1bPq\x1b\\",
        "\x1b_x\x1b\\",
        "\u{9b}2J",
        "\0",
        "\u{202e}",
        "\u{200b}",
        "\x07",
        "\x1b[",
    ] {
        let judged = std::panic::catch_unwind(|| assert_only_own_sequences(foreign.as_bytes()));
        assert!(judged.is_err(), "{foreign:?}");
    }
}
