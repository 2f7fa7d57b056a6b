//! The one table of actions: what each is called, its keys, its slash command, and the function that carries it out.
//!
//! Keys, the user's `[keys]`, help, palette, slash commands, completion and hints are made from it, so that none can differ
//! from what is done. Another action is another row; a row without a function does not compile.

mod action;
mod chord;
mod custom;
mod row;
mod table;

pub use action::{Action, Edit};
pub use chord::{Chord, NoKey};
pub use custom::{action, customise, name, rows};
pub use row::{Argument, Context, Group, Row, Run, Slash};
pub use table::ROWS;

use crossterm::event::KeyEvent;

/// The row that a key means where one of `contexts` holds; the first of them that knows it decides.
pub fn lookup(key: KeyEvent, contexts: &[Context]) -> Option<&'static Row> {
    let chord = Chord::of(key);
    contexts.iter().find_map(|context| {
        let mut rows = rows().iter();
        rows.find(|row| row.context == *context && row.keys.contains(&chord))
    })
}

/// The first row of an action.
pub fn row_of(action: Action) -> Option<&'static Row> {
    rows().iter().find(|row| row.action == action)
}

/// The first key of an action, as hints show it.
pub fn shown_key(action: Action) -> String {
    row_of(action).map(Row::shown_key).unwrap_or_default()
}

/// The first key of an action where it holds, as hints show it.
pub fn key_in(action: Action, context: Context) -> String {
    let mut rows = rows().iter();
    let row = rows.find(|row| (row.action, row.context) == (action, context));
    row.map(Row::shown_key).unwrap_or_default()
}

#[cfg(test)]
mod tests;
