//! Markdown for the transcript: text → width-free blocks → lines at a width.
//!
//! [`parse`] makes [`Block`]s of a whole text, [`Growing`] of a text that arrives in pieces; both
//! cut the text into the same segments, so they always agree. [`lines`] lays one block out at a
//! width, and [`wrap_plain`] wraps text that is not Markdown. Blocks know their byte range in the
//! text, so that copying takes the source and a resize needs no new parse.
//!
//! The text must have passed [`crate::sanitize`] before. Called by the user interface. It draws
//! nothing, knows no terminal, and highlights no code.

pub mod block;
mod fence;
mod grow;
mod inline;
mod layout;
mod parse;
mod segment;
mod table;
#[cfg(test)]
mod tests;
mod wrap;

pub use block::{Alignment, Block, Code, Inline, Item, Kind, List, Marks, Table, codes};
pub use grow::Growing;
pub use layout::{CodeStyles, Numbering, Styles, lines, lines_with};
pub use segment::parse;
pub use wrap::wrap_plain;
