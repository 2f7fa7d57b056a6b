//! Keys that the person has chosen instead of the table's.
//!
//! They are taken once, before the first key is looked up; the table stays what it is, and the
//! help and all hints are made from what holds.

use super::{Action, BINDINGS, Binding, Chord};
use crossterm::event::{KeyCode, KeyModifiers};
use std::str::FromStr;
use std::sync::OnceLock;

static CUSTOM: OnceLock<Vec<Binding>> = OnceLock::new();

/// The bindings that hold.
pub fn bindings() -> &'static [Binding] {
    CUSTOM.get().map_or(BINDINGS, Vec::as_slice)
}

/// Gives actions other keys, for as long as the program runs. What is said first counts.
pub fn customise(changes: &[(Action, Vec<Chord>)]) {
    let all = BINDINGS.iter().map(|binding| {
        let change = changes
            .iter()
            .rev()
            .find(|(action, _)| *action == binding.action);
        match change {
            // A few keys for as long as the program runs.
            Some((_, keys)) => Binding {
                keys: keys.clone().leak(),
                ..*binding
            },
            None => *binding,
        }
    });
    let _ = CUSTOM.set(all.collect());
}

/// The name of an action in the settings: `new-conversation`, `copy-code-1`, `edit-word-left`.
pub fn name(action: Action) -> String {
    let mut name = String::new();
    for c in format!("{action:?}").chars() {
        let begins_word = c.is_ascii_uppercase() || c.is_ascii_digit();
        if begins_word && !name.is_empty() && !name.ends_with('-') {
            name.push('-');
        }
        if c.is_ascii_alphanumeric() {
            name.push(c.to_ascii_lowercase());
        }
    }
    name
}

/// The action of this name.
pub fn action(wanted: &str) -> Option<Action> {
    let mut actions = BINDINGS.iter().map(|binding| binding.action);
    actions.find(|action| name(*action) == wanted)
}

/// A chord that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no key; write ctrl+f, alt+enter, f5 or x")]
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
        return Some(KeyCode::Char(letter));
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keymap::Edit;

    #[test]
    fn every_action_has_a_name_of_its_own_and_is_found_by_it() {
        for binding in BINDINGS {
            assert_eq!(action(&name(binding.action)), Some(binding.action));
        }
        assert_eq!(name(Action::NewConversation), "new-conversation");
        assert_eq!(name(Action::CopyCode(1)), "copy-code-1");
        assert_eq!(name(Action::Edit(Edit::WordLeft)), "edit-word-left");
        assert_eq!(action("no-such-action"), None);
    }

    #[test]
    fn keys_are_read_as_they_are_shown_and_as_people_write_them() {
        for binding in BINDINGS {
            for chord in binding.keys {
                assert_eq!(chord.to_string().parse(), Ok(*chord));
            }
        }
        assert_eq!("CTRL+F".parse::<Chord>(), "ctrl+f".parse());
        for wrong in ["", "hyper+x", "ctrl+", "f13", "ctrl+enterr"] {
            assert!(wrong.parse::<Chord>().is_err(), "{wrong}");
        }
    }
}
