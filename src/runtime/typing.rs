//! The input of the full screen's terminal: read while the program has the terminal, and by nobody here while another one
//! has it.

use crate::app::Input;
use crate::terminal::input::{InputReader, Pending, Received};
use crossterm::event::Event as TerminalEvent;
use std::io;

/// Input, as it is read.
#[derive(Debug, Default)]
pub struct Typing {
    /// None while the program has given the terminal away: a reader reads on until it is dropped.
    reader: Option<InputReader>,
}

impl Typing {
    /// Begins to read, where nothing is read yet; `pending` is for what is there.
    pub fn start(&mut self, pending: Pending) -> io::Result<()> {
        if self.reader.is_none() {
            self.reader = Some(InputReader::start(pending)?);
        }
        Ok(())
    }

    /// Takes no byte any more. What was read and not taken is forgotten: it was meant for who has the terminal next, and
    /// must not become a message.
    pub fn stop(&mut self) {
        self.reader = None;
    }

    /// Waits for what is read next; none when the terminal is gone. While nothing is read, it waits for ever. Safe to drop
    /// while it waits.
    pub async fn next(&mut self) -> Option<io::Result<Vec<Received>>> {
        match &mut self.reader {
            Some(reader) => reader.next().await,
            None => std::future::pending().await,
        }
    }

    /// What was read already.
    pub fn take(&mut self) -> Option<io::Result<Vec<Received>>> {
        self.reader.as_mut()?.take()
    }
}

/// What an event of the terminal is to the model.
pub fn input(event: TerminalEvent) -> Input {
    match event {
        TerminalEvent::Key(key) => Input::Key(key),
        TerminalEvent::Paste(text) => Input::Paste(text),
        TerminalEvent::Mouse(mouse) => Input::Mouse(mouse),
        TerminalEvent::Resize(..) => Input::Resize,
        TerminalEvent::FocusGained => Input::Focus(true),
        TerminalEvent::FocusLost => Input::Focus(false),
    }
}
