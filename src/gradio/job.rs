//! The jobs of one stream of the queue, from its bytes to the values of their outputs; no I/O.
//!
//! A session has one stream, which carries the messages of all its jobs. [`Jobs::push`] takes bytes,
//! [`Jobs::next_update`] returns the next update and its job, and the outputs are kept in between (see
//! [`super::delta`]). Recorded streams of every version are replayed through it by the tests. It does not know what the
//! outputs mean.

use super::app::{App, ComponentId};
use super::delta::Outputs;
use super::error::Error;
use super::message::{Envelope, Log, Message, Output, ProgressUnit};
use crate::http::sse::{Decoder, FrameTooLarge};
use crate::http::{self, error::words, json};
use std::collections::VecDeque;

/// An update of a job's stream.
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
    /// The outputs changed: see [`Jobs::outputs`]. With it the State components that changed: only the server knows.
    Values(Vec<ComponentId>),
    /// The app shows progress.
    Progress(Vec<ProgressUnit>),
    /// The app shows a notice.
    Log(Log),
    /// The app is alive and has no news.
    Heartbeat,
    /// The job is done; the outputs are whole and final.
    Completed,
    /// The job was cancelled; the outputs are as far as they came.
    Cancelled,
    /// The job failed; the outputs are as far as they came.
    Failed(Error),
    /// Nothing more will come on this stream.
    Closed,
}

/// An update and the job it is of.
#[derive(Debug, Clone, PartialEq)]
pub struct JobUpdate {
    /// The job's `event_id`; `None` concerns every job of the stream.
    pub event_id: Option<String>,
    /// What happened.
    pub update: Update,
}

/// The dialect of an app's queue, as far as versions differ.
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

/// The jobs of one stream; see the module's documentation.
#[derive(Debug)]
pub struct Jobs {
    url: String,
    decoder: Decoder,
    frames: VecDeque<Vec<u8>>,
    dialect: Dialect,
    limit: usize,
    list: Vec<Job>,
    has_ended_any: bool,
    /// Messages of jobs that are not known yet: an open stream can be faster than the answer that names the job.
    early: VecDeque<Early>,
    /// Messages of a job that has become known since.
    ready: VecDeque<Early>,
}

/// A message that was there before its job was known, and what it takes in bytes.
#[derive(Debug)]
struct Early {
    event_id: String,
    message: Message,
    weight: usize,
}

/// One job.
#[derive(Debug)]
struct Job {
    event_id: String,
    outputs: Outputs,
    dialect: Dialect,
    changed_states: Vec<ComponentId>,
    /// Whether whole values have come, after which diffs may.
    begun: bool,
    /// Whether it has had a message.
    has_message: bool,
}

impl Jobs {
    /// A stream without any job. `frame_limit` bounds a frame in bytes, and with it what all outputs take together;
    /// errors name `url`.
    pub fn new(dialect: impl Into<Dialect>, frame_limit: usize, url: String) -> Self {
        Self {
            url,
            decoder: Decoder::new(frame_limit),
            frames: VecDeque::new(),
            dialect: dialect.into(),
            limit: frame_limit,
            list: Vec::new(),
            has_ended_any: false,
            early: VecDeque::new(),
            ready: VecDeque::new(),
        }
    }

    /// A job that has joined the queue as `event_id`, which is empty before an app of 4.0 to 4.8 has named it.
    pub fn add(&mut self, event_id: String) {
        let (known, early): (VecDeque<_>, _) = std::mem::take(&mut self.early)
            .into_iter()
            .partition(|early| early.event_id == event_id);
        self.early = early;
        self.ready.extend(known);
        self.list.push(Job::new(event_id, self.dialect));
    }

    /// The numbers of the jobs that are known.
    pub fn event_ids(&self) -> impl Iterator<Item = &str> {
        self.list.iter().map(|job| &*job.event_id)
    }

    /// Whether any job has had a message.
    pub fn has_any_message(&self) -> bool {
        self.list.iter().any(|job| job.has_message)
    }

    /// Whether a job has been taken away.
    pub fn has_ended_any(&self) -> bool {
        self.has_ended_any
    }

    /// A job's outputs as far as they have been received.
    pub fn outputs(&self, event_id: &str) -> Option<&Outputs> {
        let job = self.list.iter().find(|job| job.event_id == event_id)?;
        Some(&job.outputs)
    }

    /// The most that the outputs of all jobs, and the messages of jobs that are not known yet, can take, in bytes, as
    /// [`crate::http::json`] weighs them.
    pub fn bound(&self) -> usize {
        let outputs: usize = self.list.iter().map(|job| job.outputs.bound()).sum();
        let held = self.early.iter().chain(&self.ready);
        outputs + held.map(|early| early.weight).sum::<usize>()
    }

    /// Removes a job and returns its outputs, final after [`Update::Completed`], and the State components that it
    /// changed.
    pub fn take(&mut self, event_id: &str) -> Option<(Outputs, Vec<ComponentId>)> {
        let at = self.list.iter().position(|job| job.event_id == event_id)?;
        let job = self.list.remove(at);
        self.has_ended_any = true;
        Some((job.outputs, job.changed_states))
    }

    fn too_large(&self) -> Error {
        Error::Http(http::Error::TooLarge {
            url: self.url.clone(),
            limit: self.limit,
        })
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut frames = Vec::new();
        let pushed = self.decoder.push(bytes, &mut frames);
        self.frames.extend(frames);
        pushed.map_err(|FrameTooLarge { .. }| self.too_large())
    }

    /// The next update in the bytes so far; `None` when more are needed. An error concerns the whole stream.
    pub fn next_update(&mut self) -> Result<Option<JobUpdate>, Error> {
        loop {
            let update = if let Some(early) = self.ready.pop_front() {
                self.on_message(Some(early.event_id), early.message)?
            } else if let Some(frame) = self.frames.pop_front() {
                self.read(frame)?
            } else {
                return Ok(None);
            };
            if update.is_some() {
                return Ok(update);
            }
        }
    }

    /// The error of a stream that is over while a job is not.
    pub fn ended_early(&self) -> Error {
        Error::StreamEnded {
            url: self.url.clone(),
        }
    }

    fn read(&mut self, mut frame: Vec<u8>) -> Result<Option<JobUpdate>, Error> {
        let value = json::read(&mut frame, json::budget(self.limit));
        let value = value.map_err(|error| match error {
            json::Unread::TooLarge => self.too_large(),
            json::Unread::Malformed(error) => self.garbled(error.to_string(), &frame),
        })?;
        let Envelope { event_id, message } =
            Envelope::read(value).map_err(|detail| self.garbled(detail.to_owned(), &frame))?;
        drop(frame);
        self.on_message(event_id, message)
    }

    fn on_message(
        &mut self,
        event_id: Option<String>,
        message: Message,
    ) -> Result<Option<JobUpdate>, Error> {
        let is_another = |id: &&String| self.list.iter().all(|job| job.event_id != **id);
        if let Some(another) = event_id.as_ref().filter(is_another)
            && message != Message::SendData
        {
            self.hold_early(another.clone(), message);
            return Ok(None);
        }
        let of_all = |update| {
            Ok(Some(JobUpdate {
                event_id: None,
                update,
            }))
        };
        match message {
            Message::Heartbeat => return of_all(Update::Heartbeat),
            Message::CloseStream => return of_all(Update::Closed),
            Message::UnexpectedError {
                message,
                session_lost,
            } => {
                return Err(Error::Unexpected {
                    message,
                    session_lost,
                });
            }
            Message::QueueFull => {
                return Err(Error::QueueFull {
                    message: "Queue is full.".to_owned(),
                });
            }
            _ => {}
        }
        if message == Message::SendData
            && let Some(job) = self.list.iter_mut().find(|job| job.event_id.is_empty())
        {
            job.event_id = event_id.unwrap_or_default();
            return Ok(Some(JobUpdate {
                event_id: Some(job.event_id.clone()),
                update: Update::SendData,
            }));
        }
        // Apps of 4.0 to 4.8 have a stream for each job and name none.
        let named = |job: &Job| event_id.as_ref().is_none_or(|named| *named == job.event_id);
        let Some(at) = self.list.iter().position(named) else {
            return Ok(None);
        };
        let others: usize = self.bound() - self.list[at].outputs.bound();
        let job = &mut self.list[at];
        job.has_message = true;
        let update = job.on_message(message);
        // One diff after another can make a value of any size.
        let room = json::budget(self.limit).saturating_sub(others);
        if matches!(update, Some(Update::Values(_))) && !job.outputs.fit_in(room) {
            return Err(self.too_large());
        }
        let event_id = Some(job.event_id.clone());
        Ok(update.map(|update| JobUpdate { event_id, update }))
    }

    /// Keeps a message of a job that is not known yet, as far as there is room: it may be nobody's.
    fn hold_early(&mut self, event_id: String, message: Message) {
        let early = Early {
            weight: event_id.len() + message.weight(),
            event_id,
            message,
        };
        if self.bound() + early.weight <= json::budget(self.limit) {
            self.early.push_back(early);
        }
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
}

impl Job {
    fn new(event_id: String, dialect: Dialect) -> Self {
        Self {
            event_id,
            outputs: Outputs::default(),
            dialect,
            changed_states: Vec::new(),
            begun: false,
            has_message: false,
        }
    }

    fn on_message(&mut self, message: Message) -> Option<Update> {
        match message {
            Message::Estimation { rank, rank_eta, .. } => Some(Update::Queued {
                rank,
                eta: rank_eta,
            }),
            Message::ProcessStarts => Some(Update::Started),
            Message::Generating(output) => self.generating(output),
            Message::Completed(output) => Some(self.completed(output)),
            Message::Progress(units) => Some(Update::Progress(units)),
            Message::Log(log) => Some(Update::Log(log)),
            _ => None,
        }
    }

    fn generating(&mut self, output: Output) -> Option<Update> {
        match output {
            Output::Data {
                values,
                changed_states,
            } => {
                if self.dialect.sends_diffs && self.begun {
                    self.outputs.apply(values);
                } else {
                    self.begun = true;
                    self.outputs.set(values);
                }
                Some(Update::Values(changed_states))
            }
            Output::Empty => None,
            Output::Failed { message, title } => Some(self.failed(message, title)),
        }
    }

    fn completed(&mut self, output: Output) -> Update {
        match output {
            Output::Data {
                values,
                changed_states,
            } => {
                self.outputs.set(values);
                self.changed_states = changed_states;
                Update::Completed
            }
            Output::Empty => Update::Cancelled,
            Output::Failed { message, title } => self.failed(message, title),
        }
    }

    fn failed(&self, message: Option<String>, title: Option<String>) -> Update {
        let message = if self.dialect.quotes_errors {
            message.map(|words| unquoted(&words).unwrap_or(words))
        } else {
            message
        };
        Update::Failed(Error::Failed { message, title })
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
                // Characters that do not print, which no error message contains.
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
