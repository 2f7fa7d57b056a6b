//! Typing told from pasting, where the terminal does not tell them apart.
//!
//! Most terminals mark a paste. Once that is known of this one, nothing is held here. Elsewhere time decides, which is
//! passed in: three or more characters within 8 ms of each other are a burst, handed on as one paste. A line end within it
//! is text; the last one, with nothing behind it for 30 ms, is the Enter key. An Enter is held for 8 ms, because it may begin
//! such a burst. [`crate::app::update()`] feeds it and asks [`PasteDetector::wake_at`] when it
//! must be asked again.

use crate::app::event::Input;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::time::Duration;

/// The longest pause between the characters of a burst; nobody types as fast.
const BURST_PAUSE: Duration = Duration::from_millis(8);
/// How long nothing must stand behind the last line end of a burst, before it is an Enter.
const LINE_END_PAUSE: Duration = Duration::from_millis(30);
/// The characters that must follow each other so quickly before they are a burst.
const BURST_LENGTH: usize = 3;

/// The modifiers that this program has no keys with.
const FOREIGN: KeyModifiers = KeyModifiers::SUPER
    .union(KeyModifiers::HYPER)
    .union(KeyModifiers::META);

/// The keys that are held back, and why.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct PasteDetector {
    /// Whether the terminal marks pastes.
    is_needless: bool,
    held: Held,
    /// When the last plain character came, and how many came in quick succession.
    last: Duration,
    run: usize,
}

#[derive(Debug, Default, Clone, PartialEq)]
enum Held {
    #[default]
    Nothing,
    /// An Enter, which may begin a burst, and at most one character behind it.
    Keys(Vec<KeyEvent>),
    /// The text of a burst.
    Burst(String),
    /// The text of a burst, and the Enter behind it, which may be its last line end.
    LineEnd(String, KeyEvent),
}

impl PasteDetector {
    /// Takes what came at `now` and gives what it means, in order. Held keys come out with a
    /// later call, at the latest with [`PasteDetector::tick`] at [`PasteDetector::wake_at`].
    pub fn take(&mut self, input: Input, now: Duration) -> Vec<Input> {
        let mut out = self.tick(now);
        self.is_needless |= matches!(input, Input::PastesAreBracketed | Input::Paste(_));
        match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => {}
            // A terminal may tell of these, but no key of this program has them: they are the
            // desktop's, and never the letter alone.
            Input::Key(key) if key.modifiers.intersects(FOREIGN) => {}
            Input::Key(key) if !self.is_needless => self.key(key, now, &mut out),
            // The window's business is in no order with what is typed.
            Input::Resize | Input::Focus(_) => out.push(input),
            other => {
                self.release(&mut out);
                out.push(other);
            }
        }
        out
    }

    /// Gives what was held for long enough at `now`.
    pub fn tick(&mut self, now: Duration) -> Vec<Input> {
        let mut out = Vec::new();
        if self.wake_at().is_some_and(|at| at <= now) {
            self.release(&mut out);
        }
        out
    }

    /// When [`PasteDetector::tick`] has something to give.
    pub fn wake_at(&self) -> Option<Duration> {
        let pause = match &self.held {
            Held::Nothing => return None,
            Held::Keys(_) | Held::Burst(_) => BURST_PAUSE,
            Held::LineEnd(..) => LINE_END_PAUSE,
        };
        Some(self.last + pause)
    }

    /// Nothing more belongs to what is held.
    fn release(&mut self, out: &mut Vec<Input>) {
        match std::mem::take(&mut self.held) {
            Held::Nothing => {}
            Held::Keys(keys) => out.extend(keys.into_iter().map(Input::Key)),
            Held::Burst(text) => out.push(Input::Paste(text)),
            Held::LineEnd(text, enter) => {
                let text = (!text.is_empty()).then_some(Input::Paste(text));
                out.extend(text);
                out.push(Input::Key(enter));
            }
        }
    }

    fn key(&mut self, key: KeyEvent, now: Duration, out: &mut Vec<Input>) {
        let quick = now.saturating_sub(self.last) <= BURST_PAUSE && self.run > 0;
        let plain = plain_text(key);
        let is_burst = quick && self.run + 1 >= BURST_LENGTH;
        self.held = match (std::mem::take(&mut self.held), plain) {
            (Held::Burst(text), Some(c)) => burst(text, c, key),
            // Something stands behind the line end.
            (Held::LineEnd(text, _), Some(c)) => burst(text + "\r", c, key),
            // A text may hold control characters, which come as keys: not even then does a line end in it send.
            (Held::LineEnd(text, _), None) => {
                out.extend([Input::Paste(text + "\r"), Input::Key(key)]);
                Held::Nothing
            }
            (Held::Keys(keys), Some(c)) if is_burst => {
                burst(keys.into_iter().filter_map(plain_text).collect(), c, key)
            }
            (Held::Keys(mut keys), Some(_)) if quick => {
                keys.push(key);
                Held::Keys(keys)
            }
            (held, plain) => {
                self.held = held;
                self.release(out);
                match plain {
                    Some(c) if is_burst => burst(String::new(), c, key),
                    Some('\r') => Held::Keys(vec![key]),
                    _ => {
                        out.push(Input::Key(key));
                        Held::Nothing
                    }
                }
            }
        };
        self.last = now;
        self.run = match plain {
            Some(_) if quick => self.run + 1,
            Some(_) => 1,
            None => 0,
        };
    }
}

/// A burst that goes on with this character.
fn burst(mut text: String, character: char, key: KeyEvent) -> Held {
    if character == '\r' {
        return Held::LineEnd(text, key);
    }
    text.push(character);
    Held::Burst(text)
}

/// The character that a key types. With Ctrl or Alt none does, but for Ctrl+J, which is the line feed of a text whose lines
/// end in two characters.
fn plain_text(key: KeyEvent) -> Option<char> {
    if key.code == KeyCode::Char('j') && key.modifiers == KeyModifiers::CONTROL {
        return Some('\n');
    }
    if !(key.modifiers - KeyModifiers::SHIFT).is_empty() {
        return None;
    }
    match key.code {
        KeyCode::Char(c) => Some(c),
        KeyCode::Enter if key.modifiers.is_empty() => Some('\r'),
        KeyCode::Tab => Some('\t'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ms(millis: u64) -> Duration {
        Duration::from_millis(1000 + millis)
    }

    fn key(code: KeyCode) -> Input {
        Input::Key(KeyEvent::new(code, KeyModifiers::NONE))
    }

    /// Feeds keys at their times, then waits until nothing is held.
    fn meant(keys: &[(u64, KeyCode)]) -> Vec<Input> {
        let mut detector = PasteDetector::default();
        let mut out = Vec::new();
        for &(at, code) in keys {
            out.extend(detector.take(key(code), ms(at)));
        }
        while let Some(at) = detector.wake_at() {
            out.extend(detector.tick(at));
        }
        out
    }

    #[test]
    fn typed_keys_pass_as_they_are() {
        let typed = [
            (0, KeyCode::Char('h')),
            (90, KeyCode::Char('i')),
            (200, KeyCode::Enter),
        ];
        assert_eq!(
            meant(&typed),
            [
                key(KeyCode::Char('h')),
                key(KeyCode::Char('i')),
                key(KeyCode::Enter)
            ]
        );
    }

    /// A text as a terminal types it, `millis` between its characters.
    fn burst(text: &str, millis: u64) -> Vec<(u64, KeyCode)> {
        let code = |c| match c {
            '\r' => KeyCode::Enter,
            c => KeyCode::Char(c),
        };
        (0..)
            .map(|index| index * millis)
            .zip(text.chars().map(code))
            .collect()
    }

    fn pasted(text: &str) -> Input {
        Input::Paste(text.to_owned())
    }

    #[test]
    fn a_burst_of_characters_is_a_paste_and_line_ends_within_it_do_not_send() {
        let [a, b] = ['a', 'b'].map(|c| key(KeyCode::Char(c)));
        for millis in [0, 7] {
            let typed = burst("ab\rcd\r\ref", millis);
            let expected = [a.clone(), b.clone(), pasted("\rcd\r\ref")];
            assert_eq!(meant(&typed), expected, "{millis}");
        }
    }

    #[test]
    fn a_burst_that_begins_with_line_ends_does_not_send() {
        assert_eq!(meant(&burst("\rab", 0)), [pasted("\rab")]);
        assert_eq!(meant(&burst("\r\ra", 0)), [pasted("\r\ra")]);
    }

    #[test]
    fn two_characters_are_no_burst() {
        let [enter, a] = [KeyCode::Enter, KeyCode::Char('a')].map(key);
        assert_eq!(meant(&burst("\ra", 0)), [enter.clone(), a.clone()]);
        assert_eq!(meant(&burst("a\r", 0)), [a, enter.clone()]);
        assert_eq!(meant(&burst("\r\r", 0)), [enter.clone(), enter]);
    }

    #[test]
    fn the_last_line_end_of_a_burst_sends_where_nothing_follows() {
        let mut detector = PasteDetector::default();
        let mut out = Vec::new();
        for (at, code) in burst("yes\r", 0) {
            out.extend(detector.take(key(code), ms(at)));
        }
        assert_eq!(out, ['y', 'e'].map(|c| key(KeyCode::Char(c))));
        assert!(detector.tick(ms(29)).is_empty());
        assert_eq!(detector.tick(ms(30)), [pasted("s"), key(KeyCode::Enter)]);
        assert_eq!(detector.wake_at(), None);
    }

    #[test]
    fn what_stands_behind_a_line_end_in_time_belongs_to_the_paste() {
        let mut typed = burst("yes\r", 0);
        typed.push((29, KeyCode::Char('n')));
        let expected = [pasted("s\rn")];
        assert_eq!(meant(&typed)[2..], expected);
        typed[4].0 = 31;
        let expected = [pasted("s"), key(KeyCode::Enter), key(KeyCode::Char('n'))];
        assert_eq!(meant(&typed)[2..], expected);
    }

    #[test]
    fn a_key_that_types_nothing_behind_a_line_end_of_a_burst_does_not_send_it() {
        for code in [KeyCode::Left, KeyCode::Backspace] {
            let mut typed = burst("yes\r", 0);
            typed.push((5, code));
            assert_eq!(meant(&typed)[2..], [pasted("s\r"), key(code)]);
        }
    }

    #[test]
    fn a_line_end_of_two_characters_is_one_in_a_burst() {
        let mut detector = PasteDetector::default();
        let mut out = Vec::new();
        let line_feed = Input::Key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL));
        let one = |c| key(KeyCode::Char(c));
        for input in [one('a'), key(KeyCode::Enter), line_feed, one('b')] {
            out.extend(detector.take(input, ms(0)));
        }
        out.extend(detector.tick(ms(8)));
        assert_eq!(out, [one('a'), pasted("\r\nb")]);
    }

    #[test]
    fn what_the_window_tells_interrupts_no_burst() {
        let mut detector = PasteDetector::default();
        for (at, code) in burst("yes\r", 0) {
            detector.take(key(code), ms(at));
        }
        assert_eq!(detector.take(Input::Resize, ms(1)), [Input::Resize]);
        assert!(detector.take(key(KeyCode::Char('n')), ms(2)).is_empty());
        assert_eq!(detector.tick(ms(10)), [pasted("s\rn")]);
    }

    #[test]
    fn nothing_is_held_where_pastes_are_marked() {
        for told in [Input::PastesAreBracketed, pasted("one")] {
            let mut detector = PasteDetector::default();
            assert_eq!(detector.take(told.clone(), ms(0)), [told]);
            for (at, code) in burst("\rab\rcd\r", 0) {
                assert_eq!(detector.take(key(code), ms(at)), [key(code)]);
                assert_eq!(detector.wake_at(), None);
            }
        }
    }

    #[test]
    fn what_is_held_when_it_is_known_that_pastes_are_marked_was_typed() {
        let mut detector = PasteDetector::default();
        for (at, code) in burst("yes\r", 0) {
            detector.take(key(code), ms(at));
        }
        assert_eq!(
            detector.take(Input::PastesAreBracketed, ms(1)),
            [pasted("s"), key(KeyCode::Enter), Input::PastesAreBracketed]
        );
    }

    #[test]
    fn a_key_with_a_modifier_of_the_desktop_says_nothing() {
        let mut detector = PasteDetector::default();
        for modifier in [
            KeyModifiers::SUPER,
            KeyModifiers::HYPER | KeyModifiers::SHIFT,
            KeyModifiers::META | KeyModifiers::CONTROL,
        ] {
            for code in [KeyCode::Char('d'), KeyCode::Enter, KeyCode::Esc] {
                let key = Input::Key(KeyEvent::new(code, modifier));
                assert!(detector.take(key, ms(0)).is_empty());
                assert_eq!(detector.wake_at(), None);
            }
        }
    }

    #[test]
    fn a_key_that_is_released_says_nothing() {
        let mut detector = PasteDetector::default();
        let released = KeyEvent::new_with_kind(
            KeyCode::Char('a'),
            KeyModifiers::NONE,
            KeyEventKind::Release,
        );
        assert!(detector.take(Input::Key(released), ms(0)).is_empty());
    }
}
