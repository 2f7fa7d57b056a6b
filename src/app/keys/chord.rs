//! A key with the keys that are held beside it: as the terminal reports it, as it is shown, and as the settings write it.

use super::layouts::latin;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use std::str::FromStr;

/// A key with the keys that are held beside it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Chord(pub KeyModifiers, pub KeyCode);

const NONE: KeyModifiers = KeyModifiers::NONE;
/// The Ctrl key.
pub(in crate::app) const CTRL: KeyModifiers = KeyModifiers::CONTROL;
/// The Alt key.
pub(in crate::app) const ALT: KeyModifiers = KeyModifiers::ALT;
/// The Shift key.
pub(in crate::app) const SHIFT: KeyModifiers = KeyModifiers::SHIFT;

/// Ctrl and a letter.
pub(in crate::app) const fn ctrl(c: char) -> Chord {
    Chord(CTRL, KeyCode::Char(c))
}

/// Alt and a letter.
pub(in crate::app) const fn alt(c: char) -> Chord {
    Chord(ALT, KeyCode::Char(c))
}

/// A key by itself.
pub(in crate::app) const fn key(code: KeyCode) -> Chord {
    Chord(NONE, code)
}

impl Chord {
    /// The chord of a key event. Shift is part of a typed character and not named beside it, and
    /// letters under Ctrl are lower case, however the terminal reports them. Under Ctrl or Alt a letter of another script
    /// is the Latin one of its key.
    pub fn of(key: KeyEvent) -> Self {
        // Super and its like stay, so that Super and a letter is not the letter.
        let held = key.modifiers;
        let code = match key.code {
            KeyCode::Char(c) if held.intersects(CTRL | ALT) => KeyCode::Char(latin(c)),
            code => code,
        };
        match code {
            KeyCode::Char(c) if held.contains(CTRL) => {
                Self(held - SHIFT, KeyCode::Char(c.to_ascii_lowercase()))
            }
            KeyCode::Char(c) if held.contains(SHIFT) => {
                Self(held - SHIFT, KeyCode::Char(c.to_ascii_uppercase()))
            }
            KeyCode::BackTab => Self(held - SHIFT, KeyCode::BackTab),
            code => Self(held, code),
        }
    }
}

impl std::fmt::Display for Chord {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self(held, code) = self;
        let uppercase = matches!(code, KeyCode::Char(c) if c.is_ascii_uppercase());
        for (modifier, name) in [(CTRL, "Ctrl+"), (ALT, "Alt+"), (SHIFT, "Shift+")] {
            if held.contains(modifier) || (modifier == SHIFT && uppercase) {
                f.write_str(name)?;
            }
        }
        match code {
            KeyCode::Char(c) if held.is_empty() => write!(f, "{c}"),
            KeyCode::Char(c) => write!(f, "{}", c.to_ascii_uppercase()),
            KeyCode::Up => f.write_str("↑"),
            KeyCode::Down => f.write_str("↓"),
            KeyCode::Left => f.write_str("←"),
            KeyCode::Right => f.write_str("→"),
            KeyCode::PageUp => f.write_str("PgUp"),
            KeyCode::PageDown => f.write_str("PgDn"),
            other => write!(f, "{other}"),
        }
    }
}

/// A chord that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not a key. Write ctrl+f, alt+enter, f5 or x.")]
pub struct NoKey(String);

impl FromStr for Chord {
    type Err = NoKey;

    /// Reads `ctrl+f`, `Alt+Shift+Enter`, `pgup`, `x`.
    fn from_str(text: &str) -> Result<Self, NoKey> {
        let wrong = || NoKey(text.to_owned());
        let (held, key) = match text.rsplit_once('+') {
            // The plus key itself.
            Some(("", "")) => ("", "+"),
            Some((held, "")) => (held.strip_suffix('+').ok_or_else(wrong)?, "+"),
            Some((held, key)) => (held, key),
            None => ("", text),
        };
        let mut modifiers = KeyModifiers::NONE;
        for word in held.split('+').filter(|word| !word.is_empty()) {
            modifiers |= match word.to_ascii_lowercase().as_str() {
                "ctrl" | "control" => KeyModifiers::CONTROL,
                "alt" | "meta" => KeyModifiers::ALT,
                "shift" => KeyModifiers::SHIFT,
                _ => return Err(wrong()),
            };
        }
        let mut code = code(key).ok_or_else(wrong)?;
        // Alt+H is shown so, and is the small letter.
        if let KeyCode::Char(letter) = &mut code
            && !modifiers.is_empty()
        {
            letter.make_ascii_lowercase();
        }
        Ok(Self::of(crossterm::event::KeyEvent::new(code, modifiers)))
    }
}

fn code(key: &str) -> Option<KeyCode> {
    let mut letters = key.chars();
    if let (Some(letter), None) = (letters.next(), letters.next()) {
        return Some(match letter {
            '↑' => KeyCode::Up,
            '↓' => KeyCode::Down,
            '←' => KeyCode::Left,
            '→' => KeyCode::Right,
            letter => KeyCode::Char(letter),
        });
    }
    let lower = key.to_ascii_lowercase();
    if let Some(number) = lower
        .strip_prefix('f')
        .and_then(|number| number.parse().ok())
    {
        return (1..=12).contains(&number).then_some(KeyCode::F(number));
    }
    Some(match lower.as_str() {
        "enter" | "return" => KeyCode::Enter,
        "esc" | "escape" => KeyCode::Esc,
        "tab" => KeyCode::Tab,
        "backtab" | "back tab" => KeyCode::BackTab,
        "space" => KeyCode::Char(' '),
        "backspace" => KeyCode::Backspace,
        "delete" | "del" => KeyCode::Delete,
        "insert" => KeyCode::Insert,
        "home" => KeyCode::Home,
        "end" => KeyCode::End,
        "pgup" | "pageup" => KeyCode::PageUp,
        "pgdn" | "pagedown" => KeyCode::PageDown,
        "up" => KeyCode::Up,
        "down" => KeyCode::Down,
        "left" => KeyCode::Left,
        "right" => KeyCode::Right,
        _ => return None,
    })
}
