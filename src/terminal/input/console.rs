//! Input where the system hands over events and no bytes: crossterm reads them.

use super::{Pending, Received, TerminalInput, is_alt_graph};
use crossterm::event::{Event, EventStream, KeyCode, KeyModifiers};
use futures_util::{FutureExt, StreamExt};
use std::io;
use std::time::{Duration, Instant};

/// What came with one reading.
type Reading = io::Result<Vec<Received>>;

/// Reads the console until it is dropped.
#[derive(Debug)]
pub struct InputReader {
    events: EventStream,
}

impl InputReader {
    /// Begins to read.
    pub fn start(pending: Pending) -> io::Result<Self> {
        while pending == Pending::Discard && crossterm::event::poll(Duration::ZERO)? {
            crossterm::event::read()?;
        }
        let events = EventStream::new();
        Ok(Self { events })
    }

    /// Waits for what comes next; none when the console is gone. Safe to drop while it waits.
    pub async fn next(&mut self) -> Option<Reading> {
        let event = self.events.next().await?;
        Some(event.map(|event| {
            let (at, input) = (Instant::now(), TerminalInput::Event(typed(event)));
            vec![Received { at, input }]
        }))
    }

    /// What has come already, without waiting.
    pub fn take(&mut self) -> Option<Reading> {
        self.next().now_or_never().flatten()
    }
}

/// A character that was made with the right Alt key is text.
fn typed(event: Event) -> Event {
    match event {
        Event::Key(mut key) => {
            if let KeyCode::Char(character) = key.code
                && is_alt_graph(character, key.modifiers)
            {
                key.modifiers = KeyModifiers::NONE;
            }
            Event::Key(key)
        }
        other => other,
    }
}
