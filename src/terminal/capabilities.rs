//! What is known of the terminal, from its answers and from what it does.

use super::input::{Answer, TerminalInput};
use crossterm::event::Event;

/// The mode of bracketed paste.
const BRACKETED_PASTE: u16 = 2004;

/// What is known of the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Capabilities {
    /// Whether it marks where a paste begins and ends. False also where that is not known.
    brackets_pastes: bool,
}

impl Capabilities {
    /// Learns from what came, and says whether it is known since now that pastes are marked.
    pub fn learn(&mut self, input: &TerminalInput) -> bool {
        let does_bracket = match input {
            TerminalInput::Answer(Answer::Mode { mode, is_known }) => {
                *mode == BRACKETED_PASTE && *is_known
            }
            TerminalInput::Event(Event::Paste(_)) => true,
            _ => false,
        };
        let is_new = does_bracket && !self.brackets_pastes;
        self.brackets_pastes |= does_bracket;
        is_new
    }
}

/// Whether tmux lies between, which has a clipboard of its own, knows no keyboard flags, and tells of keys in xterm's way
/// where it is asked.
pub fn is_in_tmux() -> bool {
    std::env::var_os("TMUX").is_some_and(|value| !value.is_empty())
}
