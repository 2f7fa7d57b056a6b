//! The rows in force: the table, with the keys that the user's settings give. Which rows there are is not its business.

use super::{Action, Chord, Context, Row};
use crossterm::event::KeyEvent;

/// All rows, in the order of the help.
#[derive(Debug, Clone, Copy)]
pub struct Keymap(&'static [Row]);

impl Keymap {
    /// Made of these rows.
    pub fn new(rows: &'static [Row]) -> Self {
        Self(rows)
    }

    /// The rows, in the order of the help.
    pub fn rows(self) -> &'static [Row] {
        self.0
    }

    /// The row that a key means where one of `contexts` holds; the first of them that knows it decides.
    pub fn lookup(self, key: KeyEvent, contexts: &[Context]) -> Option<&'static Row> {
        let chord = Chord::of(key);
        contexts.iter().find_map(|context| {
            let mut rows = self.0.iter();
            rows.find(|row| row.context == *context && row.keys.contains(&chord))
        })
    }

    /// The first row of an action.
    pub fn row_of(self, action: Action) -> Option<&'static Row> {
        self.0.iter().find(|row| row.action == action)
    }

    /// The first key of an action, as hints show it; empty where it has none.
    pub fn shown_key(self, action: Action) -> String {
        self.row_of(action).map(Row::shown_key).unwrap_or_default()
    }

    /// The first key of an action where it holds, as hints show it.
    pub fn key_in(self, action: Action, context: Context) -> String {
        let mut rows = self.0.iter();
        let row = rows.find(|row| (row.action, row.context) == (action, context));
        row.map(Row::shown_key).unwrap_or_default()
    }
}
