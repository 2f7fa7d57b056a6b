//! Keys as a user meant them, before they mean anything to the program.
//!
//! Three things that a terminal blurs are told apart here by time, which is passed in:
//! an Esc key from an escape sequence that arrived in two parts (an Esc is held for 30 ms);
//! typing from text pasted by a terminal without bracketed paste (characters within 8 ms of each
//! other are a burst, handed on as one paste, and a line end in it is no Enter); and an Enter
//! that begins such a burst (held for as long). [`crate::app::update()`] feeds it and asks
//! [`PasteDetector::wake_at`] when it must be asked again.

use crate::app::event::Input;
use crossterm::event::{KeyCode, KeyEvent, KeyEventKind, KeyModifiers};
use std::time::Duration;

/// How long an Esc waits for the rest of a sequence.
const ESC_HELD: Duration = Duration::from_millis(30);
/// The longest pause between the characters of a burst; nobody types as fast.
const BURST_PAUSE: Duration = Duration::from_millis(8);
/// The characters that must follow each other so quickly before they are a burst.
const BURST_LENGTH: usize = 3;

/// The modifiers that this program has no keys with.
const FOREIGN: KeyModifiers = KeyModifiers::SUPER
    .union(KeyModifiers::HYPER)
    .union(KeyModifiers::META);

/// The keys that are held back, and why.
#[derive(Debug, Default, Clone, PartialEq)]
pub struct PasteDetector {
    held: Held,
    /// When the last plain character came, and how many came in quick succession.
    last: Duration,
    run: usize,
}

#[derive(Debug, Default, Clone, PartialEq)]
enum Held {
    #[default]
    Nothing,
    /// An Esc, which may begin a sequence.
    Esc(KeyEvent),
    /// The parameters of a sequence whose Esc came apart from it.
    Sequence(String),
    /// An Enter, which may begin a burst.
    Enter(KeyEvent),
    /// The text of a burst.
    Burst(String),
}

impl PasteDetector {
    /// Takes what came at `now` and gives what it means, in order. Held keys come out with a
    /// later call, at the latest with [`PasteDetector::tick`] at [`PasteDetector::wake_at`].
    pub fn take(&mut self, input: Input, now: Duration) -> Vec<Input> {
        let mut out = self.tick(now);
        match input {
            Input::Key(key) if key.kind == KeyEventKind::Release => {}
            // A terminal may tell of these, but no key of this program has them: they are the
            // desktop's, and never the letter alone.
            Input::Key(key) if key.modifiers.intersects(FOREIGN) => {}
            Input::Key(key) => self.key(key, now, &mut out),
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
        match &self.held {
            Held::Nothing => None,
            Held::Esc(_) | Held::Sequence(_) => Some(self.last + ESC_HELD),
            Held::Enter(_) | Held::Burst(_) => Some(self.last + BURST_PAUSE),
        }
    }

    fn release(&mut self, out: &mut Vec<Input>) {
        match std::mem::take(&mut self.held) {
            // A sequence without an end means nothing to anybody.
            Held::Nothing | Held::Sequence(_) => {}
            Held::Esc(key) | Held::Enter(key) => out.push(Input::Key(key)),
            Held::Burst(text) => out.push(Input::Paste(text)),
        }
    }

    fn key(&mut self, key: KeyEvent, now: Duration, out: &mut Vec<Input>) {
        let quick = now.saturating_sub(self.last) <= BURST_PAUSE && self.run > 0;
        let plain = plain_text(key);
        match (std::mem::take(&mut self.held), plain) {
            (Held::Esc(_), Some('[' | 'O')) => self.held = Held::Sequence(String::new()),
            (Held::Esc(_), Some(c)) if c != '\n' => out.push(Input::Key(KeyEvent::new(
                key.code,
                key.modifiers | KeyModifiers::ALT,
            ))),
            (Held::Sequence(mut parameters), Some(c)) => {
                if ('\u{40}'..='\u{7e}').contains(&c) {
                    out.extend(sequence(&parameters, c).map(Input::Key));
                } else {
                    parameters.push(c);
                    self.held = Held::Sequence(parameters);
                }
            }
            (Held::Burst(mut text), Some(c)) => {
                text.push(c);
                self.held = Held::Burst(text);
            }
            (Held::Enter(enter), Some(c)) => {
                // Nobody presses Enter and a character at once: both were pasted.
                debug_assert!(plain_text(enter) == Some('\n'));
                self.held = Held::Burst(format!("\n{c}"));
            }
            (held, plain) => {
                self.held = held;
                self.release(out);
                self.fresh(key, plain, quick, out);
            }
        }
        self.last = now;
        self.run = match plain {
            Some(_) if quick => self.run + 1,
            Some(_) => 1,
            None => 0,
        };
    }

    /// A key while nothing is held.
    fn fresh(&mut self, key: KeyEvent, plain: Option<char>, quick: bool, out: &mut Vec<Input>) {
        match plain {
            Some(c) if quick && self.run + 1 >= BURST_LENGTH => {
                self.held = Held::Burst(c.to_string());
            }
            Some('\n') => self.held = Held::Enter(key),
            _ if key.code == KeyCode::Esc && key.modifiers.is_empty() => self.held = Held::Esc(key),
            _ => out.push(Input::Key(key)),
        }
    }
}

/// The character that a key types: nothing with Ctrl or Alt does.
fn plain_text(key: KeyEvent) -> Option<char> {
    if !(key.modifiers - KeyModifiers::SHIFT).is_empty() {
        return None;
    }
    match key.code {
        KeyCode::Char(c) => Some(c),
        KeyCode::Enter if key.modifiers.is_empty() => Some('\n'),
        KeyCode::Tab => Some('\t'),
        _ => None,
    }
}

/// The key that a CSI or SS3 sequence stands for, where the program knows it; with the modifiers
/// of its second parameter (xterm's `1 +` bits for Shift, Alt and Ctrl).
fn sequence(parameters: &str, last: char) -> Option<KeyEvent> {
    let mut numbers = parameters
        .split(';')
        .map(|part| part.parse::<u8>().unwrap_or(1));
    let first = numbers.next().unwrap_or(1);
    let code = match (last, first) {
        ('A', _) => KeyCode::Up,
        ('B', _) => KeyCode::Down,
        ('C', _) => KeyCode::Right,
        ('D', _) => KeyCode::Left,
        ('H', _) | ('~', 1 | 7) => KeyCode::Home,
        ('F', _) | ('~', 4 | 8) => KeyCode::End,
        ('P', _) => KeyCode::F(1),
        ('Q', _) => KeyCode::F(2),
        ('R', _) => KeyCode::F(3),
        ('S', _) => KeyCode::F(4),
        ('Z', _) => KeyCode::BackTab,
        ('~', 3) => KeyCode::Delete,
        ('~', 5) => KeyCode::PageUp,
        ('~', 6) => KeyCode::PageDown,
        _ => return None,
    };
    let bits = numbers.next().unwrap_or(1).saturating_sub(1);
    let mut modifiers = KeyModifiers::NONE;
    for (bit, modifier) in [
        (1, KeyModifiers::SHIFT),
        (2, KeyModifiers::ALT),
        (4, KeyModifiers::CONTROL),
    ] {
        if bits & bit != 0 {
            modifiers |= modifier;
        }
    }
    Some(KeyEvent::new(code, modifiers))
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
        let mut guard = PasteDetector::default();
        let mut out = Vec::new();
        for &(at, code) in keys {
            out.extend(guard.take(key(code), ms(at)));
        }
        while let Some(at) = guard.wake_at() {
            out.extend(guard.tick(at));
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

    #[test]
    fn a_burst_of_characters_is_a_paste_and_its_line_ends_do_not_send() {
        let burst: Vec<(u64, KeyCode)> = "ab\ncd\n"
            .chars()
            .map(|c| {
                (
                    0,
                    if c == '\n' {
                        KeyCode::Enter
                    } else {
                        KeyCode::Char(c)
                    },
                )
            })
            .collect();
        let expected = [
            key(KeyCode::Char('a')),
            key(KeyCode::Char('b')),
            Input::Paste("\ncd\n".to_owned()),
        ];
        assert_eq!(meant(&burst), expected);
    }

    #[test]
    fn a_burst_that_begins_with_a_line_end_does_not_send() {
        let burst = [
            (0, KeyCode::Enter),
            (1, KeyCode::Char('a')),
            (1, KeyCode::Char('b')),
        ];
        assert_eq!(meant(&burst), [Input::Paste("\nab".to_owned())]);
    }

    #[test]
    fn an_esc_alone_is_an_esc_once_it_was_held() {
        let mut guard = PasteDetector::default();
        assert!(guard.take(key(KeyCode::Esc), ms(0)).is_empty());
        assert!(guard.tick(ms(29)).is_empty());
        assert_eq!(guard.tick(ms(30)), [key(KeyCode::Esc)]);
        assert_eq!(guard.wake_at(), None);
    }

    #[test]
    fn a_sequence_that_arrives_in_two_parts_is_its_key_and_no_esc() {
        let parts = [
            (0, KeyCode::Esc),
            (5, KeyCode::Char('[')),
            (5, KeyCode::Char('A')),
        ];
        assert_eq!(meant(&parts), [key(KeyCode::Up)]);
        let parts = [
            (0, KeyCode::Esc),
            (5, KeyCode::Char('[')),
            (5, KeyCode::Char('6')),
            (6, KeyCode::Char('~')),
        ];
        assert_eq!(meant(&parts), [key(KeyCode::PageDown)]);
        let with_control: Vec<_> = [KeyCode::Esc]
            .into_iter()
            .chain("[1;5F".chars().map(KeyCode::Char))
            .map(|code| (0, code))
            .collect();
        assert_eq!(
            meant(&with_control),
            [Input::Key(KeyEvent::new(
                KeyCode::End,
                KeyModifiers::CONTROL
            ))]
        );
    }

    #[test]
    fn a_letter_right_behind_an_esc_is_the_letter_with_alt() {
        let parts = [(0, KeyCode::Esc), (2, KeyCode::Char('z'))];
        assert_eq!(
            meant(&parts),
            [Input::Key(KeyEvent::new(
                KeyCode::Char('z'),
                KeyModifiers::ALT
            ))]
        );
    }

    #[test]
    fn two_escs_are_two_escs() {
        assert_eq!(
            meant(&[(0, KeyCode::Esc), (10, KeyCode::Esc)]),
            [key(KeyCode::Esc), key(KeyCode::Esc)]
        );
    }

    #[test]
    fn a_key_with_a_modifier_of_the_desktop_says_nothing() {
        let mut guard = PasteDetector::default();
        for modifier in [
            KeyModifiers::SUPER,
            KeyModifiers::HYPER | KeyModifiers::SHIFT,
            KeyModifiers::META | KeyModifiers::CONTROL,
        ] {
            for code in [KeyCode::Char('d'), KeyCode::Enter, KeyCode::Esc] {
                let key = Input::Key(KeyEvent::new(code, modifier));
                assert!(guard.take(key, ms(0)).is_empty());
                assert_eq!(guard.wake_at(), None);
            }
        }
    }

    #[test]
    fn a_key_that_is_released_says_nothing() {
        let mut guard = PasteDetector::default();
        let released = KeyEvent::new_with_kind(
            KeyCode::Char('a'),
            KeyModifiers::NONE,
            KeyEventKind::Release,
        );
        assert!(guard.take(Input::Key(released), ms(0)).is_empty());
    }
}
