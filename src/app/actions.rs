//! The one table of actions: what each is called, its keys, its slash command, and the function that carries it out.
//!
//! Keys, the user's `[keys]`, help, palette, slash commands, completion and hints are made from it, so that none can differ
//! from what is done. Another action is another row; a row without a function does not compile.

mod custom;
mod table;

pub use custom::{action, customise, name, rows};
pub use table::ROWS;

use super::keys::{Action, Context, Keymap};

/// The rows in force.
pub fn keymap() -> Keymap {
    Keymap::new(rows())
}

/// The first key of an action, as hints show it.
pub fn shown_key(action: Action) -> String {
    keymap().shown_key(action)
}

/// The first key of an action where it holds, as hints show it.
pub fn key_in(action: Action, context: Context) -> String {
    keymap().key_in(action, context)
}

#[cfg(test)]
mod tests;
