//! One job of the queue, from the bytes of its stream to the values of its outputs; no I/O.
//!
//! [`Job::push`] takes bytes, [`Job::next_update`] tells what they say, and the outputs are kept between
//! (see [`super::delta`]). Recorded streams of every version are replayed through it by the tests.
//! It does not know what the outputs mean. [`super::queue`] feeds it from the network.

use super::app::{App, ComponentId};
use super::delta::Outputs;
use super::error::Error;
use super::message::{Envelope, Log, Message, Output, ProgressUnit};
use crate::http::sse::{Decoder, FrameTooLarge};
use crate::http::{self, error::words, json};
use std::collections::VecDeque;

/// What a job's stream has to say.
#[derive(Debug, Clone, PartialEq)]
pub enum Update {
    /// The job waits.
    Queued {
        /// How many stand before it.
        rank: Option<u64>,
        /// Seconds until its turn, where the app can guess.
        eta: Option<f64>,
    },
    /// The queue has room and wants the inputs now (4.0 to 4.8).
    SendData,
    /// The job runs.
    Started,
    /// The outputs changed: see [`Job::outputs`].
    Values,
    /// The app shows progress.
    Progress(Vec<ProgressUnit>),
    /// The app shows a notice.
    Log(Log),
    /// The app is alive and has nothing to say.
    Heartbeat,
    /// The job is done; the outputs are whole and final.
    Completed,
    /// The job was cancelled; the outputs are as far as they came.
    Cancelled,
}

/// How an app's queue speaks, as far as versions differ.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Dialect {
    /// Values after the first arrive as diffs.
    pub sends_diffs: bool,
    /// The words of an error are a Python literal, quotes included (Gradio 4).
    pub quotes_errors: bool,
}

impl From<&App> for Dialect {
    fn from(app: &App) -> Self {
        Self {
            sends_diffs: app.protocol.sends_diffs(),
            quotes_errors: app.major() == Some(4),
        }
    }
}

/// The state of one job; see the module's documentation.
#[derive(Debug)]
pub struct Job {
    url: String,
    decoder: Decoder,
    frames: VecDeque<Vec<u8>>,
    event_id: String,
    outputs: Outputs,
    dialect: Dialect,
    limit: usize,
    changed_states: Vec<ComponentId>,
    /// Whether whole values have come, after which diffs may.
    begun: bool,
}

impl Job {
    /// A job that has joined the queue as `event_id`, which is empty before an app of 4.0 to 4.8
    /// has named it. `frame_limit` bounds a frame in bytes, and with it what all outputs take; errors
    /// name `url`.
    pub fn new(
        dialect: impl Into<Dialect>,
        event_id: String,
        frame_limit: usize,
        url: String,
    ) -> Self {
        Self {
            url,
            decoder: Decoder::new(frame_limit),
            frames: VecDeque::new(),
            event_id,
            outputs: Outputs::default(),
            dialect: dialect.into(),
            limit: frame_limit,
            changed_states: Vec::new(),
            begun: false,
        }
    }

    /// The job's number in the queue's messages.
    pub fn event_id(&self) -> &str {
        &self.event_id
    }

    /// The outputs as far as the stream has told them.
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    fn too_large(&self) -> Error {
        Error::Http(http::Error::TooLarge {
            url: self.url.clone(),
            limit: self.limit,
        })
    }

    /// The final outputs and the State components that were changed, after [`Update::Completed`].
    pub fn into_outputs(self) -> (Outputs, Vec<ComponentId>) {
        (self.outputs, self.changed_states)
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut frames = Vec::new();
        let pushed = self.decoder.push(bytes, &mut frames);
        self.frames.extend(frames);
        pushed.map_err(|FrameTooLarge { .. }| self.too_large())
    }

    /// What the bytes so far say next; `None` when more are needed.
    pub fn next_update(&mut self) -> Result<Option<Update>, Error> {
        while let Some(frame) = self.frames.pop_front() {
            if let Some(update) = self.read(frame)? {
                return Ok(Some(update));
            }
        }
        Ok(None)
    }

    /// The error of a stream that is over while the job is not.
    pub fn ended_early(&self) -> Error {
        Error::StreamEnded {
            url: self.url.clone(),
        }
    }

    fn read(&mut self, mut frame: Vec<u8>) -> Result<Option<Update>, Error> {
        let value = json::read(&mut frame, json::budget(self.limit));
        let value = value.map_err(|error| match error {
            json::Unread::TooLarge => self.too_large(),
            json::Unread::Malformed(error) => self.garbled(error.to_string(), &frame),
        })?;
        let Envelope { event_id, message } =
            Envelope::read(value).map_err(|detail| self.garbled(detail.to_owned(), &frame))?;
        drop(frame);
        if message == Message::SendData && self.event_id.is_empty() {
            self.event_id = event_id.unwrap_or_default();
            return Ok(Some(Update::SendData));
        }
        if event_id.is_some_and(|event_id| event_id != self.event_id) {
            return Ok(None);
        }
        match message {
            Message::Estimation { rank, rank_eta, .. } => Ok(Some(Update::Queued {
                rank,
                eta: rank_eta,
            })),
            Message::ProcessStarts => Ok(Some(Update::Started)),
            Message::Generating(output) => {
                let update = self.generating(output)?;
                // One diff after another can make a value of any size.
                let fits = self.outputs.fit_in(json::budget(self.limit));
                fits.then_some(update).ok_or_else(|| self.too_large())
            }
            Message::Completed(output) => self.completed(output).map(Some),
            Message::Progress(units) => Ok(Some(Update::Progress(units))),
            Message::Log(log) => Ok(Some(Update::Log(log))),
            Message::Heartbeat => Ok(Some(Update::Heartbeat)),
            Message::UnexpectedError {
                message,
                session_lost,
            } => Err(Error::Unexpected {
                message,
                session_lost,
            }),
            Message::CloseStream => Err(self.ended_early()),
            Message::QueueFull => Err(Error::QueueFull {
                message: "Queue is full.".to_owned(),
            }),
            Message::SendData | Message::Unknown => Ok(None),
        }
    }

    fn generating(&mut self, output: Output) -> Result<Option<Update>, Error> {
        match output {
            Output::Data { values, .. } if self.dialect.sends_diffs && self.begun => {
                self.outputs.apply(values);
            }
            Output::Data { values, .. } => {
                self.begun = true;
                self.outputs.set(values);
            }
            Output::Empty => return Ok(None),
            Output::Failed { message, title } => return Err(self.failed(message, title)),
        }
        Ok(Some(Update::Values))
    }

    fn failed(&self, message: Option<String>, title: Option<String>) -> Error {
        let message = if self.dialect.quotes_errors {
            message.map(|words| unquoted(&words).unwrap_or(words))
        } else {
            message
        };
        Error::Failed { message, title }
    }

    fn garbled(&self, detail: String, frame: &[u8]) -> Error {
        Error::Garbled {
            url: self.url.clone(),
            detail,
            // What begins as a message may hold a prompt or a reply.
            excerpt: if frame.starts_with(b"{") {
                String::new()
            } else {
                words(frame)
            },
        }
    }

    fn completed(&mut self, output: Output) -> Result<Update, Error> {
        match output {
            Output::Data {
                values,
                changed_states,
            } => {
                self.outputs.set(values);
                self.changed_states = changed_states;
                Ok(Update::Completed)
            }
            Output::Empty => Ok(Update::Cancelled),
            Output::Failed { message, title } => Err(self.failed(message, title)),
        }
    }
}

/// The text of a Python string literal: Gradio 4 passes `gr.Error("x")` on as its `repr`, `'x'`. `None` for what
/// is no whole literal: `'a' is not 'b'`.
fn unquoted(words: &str) -> Option<String> {
    let quote = words.chars().next().filter(|c| matches!(c, '\'' | '"'))?;
    let inner = words.strip_prefix(quote)?.strip_suffix(quote)?;
    let mut text = String::with_capacity(inner.len());
    let mut chars = inner.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => match chars.next()? {
                'n' => text.push('\n'),
                't' => text.push('\t'),
                'r' => text.push('\r'),
                escaped @ ('\\' | '\'' | '"') => text.push(escaped),
                // Characters that do not print; nobody words an error with them.
                other => text.extend(['\\', other]),
            },
            c if c == quote => return None,
            c => text.push(c),
        }
    }
    Some(text)
}

#[cfg(test)]
mod tests;
