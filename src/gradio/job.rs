//! One job of the queue, from the bytes of its stream to the values of its outputs; no I/O.
//!
//! [`Job::push`] takes bytes, [`Job::next_update`] tells what they say, and the outputs are kept between
//! (see [`super::delta`]). Recorded streams of every version are replayed through it by the tests.
//! It does not know what the outputs mean. [`super::queue`] feeds it from the network.

use super::delta::Outputs;
use super::error::{Error, words};
use super::message::{Envelope, Log, Message, Output, ProgressUnit};
use super::sse::{Decoder, FrameTooLarge};
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

/// The state of one job; see the module's documentation.
#[derive(Debug)]
pub struct Job {
    url: String,
    decoder: Decoder,
    frames: VecDeque<Vec<u8>>,
    event_id: String,
    outputs: Outputs,
    diffs: bool,
    /// Whether whole values have come, after which diffs may.
    begun: bool,
}

impl Job {
    /// A job that has joined the queue as `event_id`, which is empty before an app of 4.0 to 4.8
    /// has named it. `diffs` is what the app's protocol says,
    /// `frame_limit` bounds a frame in bytes, and errors name `url`.
    pub fn new(event_id: String, diffs: bool, frame_limit: usize, url: String) -> Self {
        Self {
            url,
            decoder: Decoder::new(frame_limit),
            frames: VecDeque::new(),
            event_id,
            outputs: Outputs::default(),
            diffs,
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

    /// The final outputs, after [`Update::Completed`].
    pub fn into_outputs(self) -> Outputs {
        self.outputs
    }

    /// Takes the next bytes of the stream, cut anywhere.
    pub fn push(&mut self, bytes: &[u8]) -> Result<(), Error> {
        let mut frames = Vec::new();
        let pushed = self.decoder.push(bytes, &mut frames);
        self.frames.extend(frames);
        pushed.map_err(|FrameTooLarge { limit }| Error::FrameTooLarge {
            url: self.url.clone(),
            limit,
        })
    }

    /// What the bytes so far say next; `None` when more are needed.
    pub fn next_update(&mut self) -> Result<Option<Update>, Error> {
        while let Some(frame) = self.frames.pop_front() {
            if let Some(update) = self.read(&frame)? {
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

    fn read(&mut self, frame: &[u8]) -> Result<Option<Update>, Error> {
        let Envelope { event_id, message } =
            Envelope::read(frame).map_err(|detail| Error::Garbled {
                url: self.url.clone(),
                detail,
                // What begins as a message may hold a prompt or a reply.
                excerpt: if frame.starts_with(b"{") {
                    String::new()
                } else {
                    words(frame)
                },
            })?;
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
            Message::Generating(output) => self.generating(output),
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
            Output::Data(data) if self.diffs && self.begun => self.outputs.apply(data),
            Output::Data(data) => {
                self.begun = true;
                self.outputs.set(data);
            }
            Output::Empty => return Ok(None),
            Output::Failed { message, title } => return Err(Error::Failed { message, title }),
        }
        Ok(Some(Update::Values))
    }

    fn completed(&mut self, output: Output) -> Result<Update, Error> {
        match output {
            Output::Data(data) => {
                self.outputs.set(data);
                Ok(Update::Completed)
            }
            Output::Empty => Ok(Update::Cancelled),
            Output::Failed { message, title } => Err(Error::Failed { message, title }),
        }
    }
}

#[cfg(test)]
mod tests;
