//! Markdown for the transcript: text → width-free blocks → lines at a width.
//!
//! [`parse`] makes [`Block`]s of a whole text, [`Growing`] of a text that arrives in pieces; both
//! cut the text into the same segments, so they always agree. [`lines`] lays one block out at a
//! width, and [`wrap_plain`] wraps text that is not Markdown. Blocks know their byte range in the
//! text, so that copying takes the source and a resize needs no new parse.
//!
//! The text must have passed [`crate::sanitize`] before. It draws nothing and knows no terminal.

pub mod block;
mod fence;
mod formula;
mod grow;
pub mod highlight;
mod inline;
mod layout;
pub mod links;
mod parse;
mod runs;
mod segment;
mod styles;
mod table;
#[cfg(test)]
mod tests;
mod wrap;

pub use block::{Block, Code, Inline, Kind, codes};
pub use grow::Growing;
pub use highlight::{CodeTokens, Highlighter};
pub use layout::{Numbering, Part, lines, lines_of, parts};
pub use links::Links;
pub use segment::parse;
pub use styles::{Styles, Syntax};
pub use wrap::wrap_plain;
