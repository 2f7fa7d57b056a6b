//! The gate for foreign text: nothing that steers, turns or hides gets through it, any cutting gives the same, and the way
//! back leads to the source.

use super::chance::{Chance, pieces};
use super::unseen::is_unseen;
use spacechat::testing::sanitize::{self, Gate, Shown};
use unicode_width::UnicodeWidthChar;

/// How many combining marks may stand on one character; a joiner and a selector may come in addition.
const MOST_MARKS: usize = 8;

pub fn check(input: &[u8]) {
    let original = String::from_utf8_lossy(input);
    let shown = sanitize::text(&original);
    check_text(&shown.text);
    check_map(&original, &shown);
    let again = sanitize::text(&shown.text);
    assert_eq!(again.text, shown.text, "what is shown is shown as it is");
    assert_eq!((again.hidden, again.removed), (0, 0));
    let mut chance = Chance::of(input);
    let each: Vec<usize> = original.char_indices().map(|(at, _)| at).collect();
    for cuts in [
        chance.cuts(original.len()),
        [&each[..], &[original.len()]].concat(),
    ] {
        check_pieces(&pieces(&original, &cuts), &shown);
    }
    let line = sanitize::line(&original);
    assert!(!line.chars().any(is_unseen), "{line:?}");
}

fn check_text(text: &str) {
    let mut before = None;
    let mut marks = 0;
    for c in text.chars() {
        assert!(c == '\n' || !is_unseen(c), "{c:?} in {text:?}");
        // Each belongs to the letter or the sign before it; no two joiners, and no two selectors, follow each other.
        let is_led = match c {
            '\u{200c}' | '\u{200d}' => {
                before.is_some_and(|before| before != '\n' && !is_joiner(before))
            }
            _ if is_selector(c) => {
                before.is_some_and(|before| before != '\n' && before.width() != Some(0))
            }
            _ => true,
        };
        assert!(is_led, "{c:?} in {text:?}");
        marks = if c.width() == Some(0) { marks + 1 } else { 0 };
        assert!(marks <= MOST_MARKS + 2, "{marks} marks in {text:?}");
        before = Some(c);
    }
}

fn is_joiner(c: char) -> bool {
    matches!(c, '\u{200c}' | '\u{200d}')
}

fn is_selector(c: char) -> bool {
    matches!(c, '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}')
}

fn check_map(original: &str, shown: &Shown) {
    let mut last = 0;
    for (at, c) in shown.text.char_indices() {
        let source = shown.source_offset(at);
        assert!(
            original.is_char_boundary(source) && source >= last,
            "at {at}"
        );
        last = source;
        let range = shown.map.range(at..at + c.len_utf8());
        assert!(original.get(range.clone()).is_some(), "{range:?} for {at}");
        let is_copied = original
            .get(source..)
            .is_some_and(|rest| rest.starts_with(c));
        assert!(
            is_copied || original.get(range).is_some_and(|text| !text.is_empty()),
            "at {at}"
        );
    }
    let whole = shown.map.range(0..shown.text.len());
    assert_eq!(whole, 0..original.len(), "the whole of {original:?}");
}

fn check_pieces(pieces: &[&str], shown: &Shown) {
    let mut gate = Gate::new();
    let mut text = String::new();
    for piece in pieces {
        gate.push(piece, &mut text);
    }
    gate.finish(&mut text);
    assert_eq!(text, shown.text, "cut into {pieces:?}");
    assert_eq!(gate.map(), &shown.map, "cut into {pieces:?}");
    assert_eq!(
        (gate.hidden(), gate.removed()),
        (shown.hidden, shown.removed)
    );
}
