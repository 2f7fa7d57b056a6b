//! The one table of actions: what each is called, its keys, its slash command, and the function that carries it out.
//!
//! Keys, the user's `[keys]`, help, palette, slash commands, completion and hints are made from it, so that none can differ
//! from what is done. Another action is another row; a row without a function does not compile.

mod custom;
mod table;

pub use custom::{action, customise, name, rows};
pub use table::ROWS;

use super::keys::Keymap;

/// The rows in force.
pub fn keymap() -> Keymap {
    Keymap::new(rows())
}

#[cfg(test)]
mod tests;
