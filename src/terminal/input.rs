//! What comes from the terminal: keys, pastes, the mouse, and the terminal's answers to questions.
//!
//! On Unix a thread reads the bytes, and [`decoder`] makes events of them. Windows hands over events and no bytes:
//! crossterm reads them there. What a key means to the program is not decided here.

#[cfg(unix)]
mod answers;
#[cfg(not(unix))]
mod console;
#[cfg(unix)]
mod control;
#[cfg(unix)]
mod decoder;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod mouse;
#[cfg(unix)]
mod reader;
#[cfg(all(test, unix))]
mod tests;

#[cfg(not(unix))]
pub use console::InputReader;
#[cfg(unix)]
pub use decoder::Decoder;
#[cfg(unix)]
pub use reader::InputReader;

use crossterm::event::{Event, KeyModifiers};
use std::time::Instant;

/// Something that came from the terminal.
#[derive(Debug, Clone, PartialEq)]
pub struct Received {
    /// When its last byte was read. An Esc key has the time of its byte, and comes 30 ms later.
    pub at: Instant,
    /// What it is.
    pub input: TerminalInput,
}

/// What can come from a terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TerminalInput {
    /// The user did something. The text of a paste is as it came, with bytes that are no UTF-8 replaced.
    Event(Event),
    /// The terminal answered a question, of this program or of one that ran before.
    Answer(Answer),
}

/// An answer of the terminal. It is never a key and never text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// DECRPM, the answer to `CSI ? mode $ p`: whether the terminal knows this private mode. It says 0 where it does
    /// not, and otherwise whether the mode is set.
    Mode {
        /// The number of the mode.
        mode: u16,
        /// Whether the terminal knows it, set or not.
        is_known: bool,
    },
    /// Any other, as it came, without its ESC and its end: `[?62;22c`, `]11;rgb:0000/0000/0000`.
    Other(String),
}

/// What to do with input that is there before reading begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pending {
    /// It is for this program: typed while it started.
    Keep,
    /// It was meant for a program that had the terminal before. A control sequence that it begins is still read to its
    /// end.
    Discard,
}

/// Whether a character was made with the right Alt key, which some systems report as Ctrl and Alt: no letter, digit or space
/// of ASCII is, and those are chords.
fn is_alt_graph(character: char, held: KeyModifiers) -> bool {
    let is_chord = character.is_ascii_alphanumeric() || character.is_ascii_control();
    let is_held = held - KeyModifiers::SHIFT == KeyModifiers::CONTROL | KeyModifiers::ALT;
    is_held && !is_chord && character != ' '
}
