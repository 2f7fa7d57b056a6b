//! Bytes of a keyboard: any cutting gives the same events, what is typed is never a control character, and after any bytes
//! and a pause a key is that key and an answer of the terminal is no text.

use super::chance::Chance;
use crossterm::event::{Event, KeyCode};
use spacechat::testing::terminal::{Decoder, Received, TerminalInput};
use std::time::{Duration, Instant};

/// Longer than any part of a sequence is waited for.
const PAUSE: Duration = Duration::from_secs(60);

/// What ends a paste, and what may follow it.
const PASTE_END: &str = "\x1b[201~";
const ANSWERS: [&str; 4] = [
    "\x1b[?2004;1$y",
    "\x1b[?62;22c",
    "\x1b]11;rgb:0000/0000/0000\x1b\\",
    "\x1bP>|XTerm(380)\x1b\\",
];

pub fn check(input: &[u8]) {
    let mut chance = Chance::of(input);
    let expected = read([input], &[]);
    assert_eq!(read(input.chunks(1), &[]), expected, "byte by byte");
    let cuts = chance.cuts(input.len());
    let pieces = cuts.windows(2).map(|pair| &input[pair[0]..pair[1]]);
    assert_eq!(read(pieces, &[]), expected, "cut at {cuts:?}");
    assert!(!text(&expected).contains(char::is_control), "{expected:?}");
    assert!(expected.len() <= input.len());
    let answer = ANSWERS[chance.below(ANSWERS.len())];
    let before = read([input], &[PASTE_END]);
    let behind = read([input], &[PASTE_END, answer, "x"]);
    let (before, behind) = (text(&before), text(&behind));
    assert_eq!(behind.strip_prefix(&before), Some("x"), "behind {answer:?}");
}

/// What bytes mean that come in these pieces at once, and then, after a pause, others.
fn read<'a>(pieces: impl IntoIterator<Item = &'a [u8]>, later: &[&str]) -> Vec<TerminalInput> {
    let mut now = Instant::now();
    let mut decoder = Decoder::new(now);
    let mut out = Vec::new();
    for piece in pieces {
        decoder.feed(piece, now, &mut out);
    }
    if !later.is_empty() {
        now += PAUSE;
        decoder.expire(now, &mut out);
    }
    for piece in later {
        decoder.feed(piece.as_bytes(), now, &mut out);
    }
    decoder.expire(now + PAUSE, &mut out);
    out.into_iter()
        .map(|Received { input, .. }| input)
        .collect()
}

/// The characters that are typed without Ctrl and Alt.
fn text(inputs: &[TerminalInput]) -> String {
    let typed = inputs.iter().filter_map(|input| match input {
        TerminalInput::Event(Event::Key(key)) => match key.code {
            KeyCode::Char(c) if key.modifiers.is_empty() => Some(c),
            _ => None,
        },
        _ => None,
    });
    typed.collect()
}
