//! Keys that the user has chosen instead of the table's.
//!
//! They are set once, before the first key is looked up. Help and hints show them.

use crate::app::actions::ROWS;
use crate::app::keys::{Action, Chord, Row};
use std::sync::OnceLock;

static CUSTOM: OnceLock<Vec<Row>> = OnceLock::new();

/// The rows with the keys that are in force.
pub fn rows() -> &'static [Row] {
    CUSTOM.get().map_or(ROWS, Vec::as_slice)
}

/// Gives actions other keys, for as long as the program runs. The first call counts.
pub fn customise(changes: &[(Action, Vec<Chord>)]) {
    let all = ROWS.iter().map(|row| {
        let change = changes
            .iter()
            .rev()
            .find(|(action, _)| *action == row.action);
        match change {
            // A few keys for as long as the program runs.
            Some((_, keys)) => Row {
                keys: keys.clone().leak(),
                ..*row
            },
            None => *row,
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
    let mut actions = ROWS.iter().map(|row| row.action);
    actions.find(|action| name(*action) == wanted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::Edit;

    #[test]
    fn every_action_has_a_name_of_its_own_and_is_found_by_it() {
        for row in ROWS {
            assert_eq!(action(&name(row.action)), Some(row.action));
        }
        assert_eq!(name(Action::NewConversation), "new-conversation");
        assert_eq!(name(Action::CopyCode(1)), "copy-code-1");
        assert_eq!(name(Action::Edit(Edit::WordLeft)), "edit-word-left");
        assert_eq!(action("no-such-action"), None);
    }

    #[test]
    fn keys_are_read_as_they_are_shown_and_as_people_write_them() {
        for row in ROWS {
            for chord in row.keys {
                assert_eq!(chord.to_string().parse(), Ok(*chord));
            }
        }
        assert_eq!("CTRL+F".parse::<Chord>(), "ctrl+f".parse());
        for wrong in ["", "hyper+x", "ctrl+", "f13", "ctrl+enterr"] {
            assert!(wrong.parse::<Chord>().is_err(), "{wrong}");
        }
    }
}
