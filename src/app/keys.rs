//! Keys and what they mean: the names of actions, chords, and the rows that join them.
//!
//! Which rows there are is not here: the table is in [`crate::app::actions`].

mod action;
pub(in crate::app) mod chord;
mod keymap;
mod layouts;
pub(in crate::app) mod option;
pub(in crate::app) mod row;

pub use action::{Action, Edit};
pub use chord::{Chord, NoKey};
pub use keymap::Keymap;
pub use row::{Argument, Context, Group, Row, Run, Slash};
