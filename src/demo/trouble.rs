//! Where something may go wrong at the embedded Space: at its port, with a request, with the bytes of an answer, with
//! the messages of a stream. Nothing does unless what implements these traits says so; which faults there are is not
//! known here.

use std::fmt;
use std::pin::Pin;
use std::time::Duration;

use hyper::Response;
use serde_json::Value;

use super::answer::{Outgoing, Part, frame};

/// An answer that comes in its own time, or never.
pub(super) type Instead = Pin<Box<dyn Future<Output = Response<Outgoing>> + Send>>;

/// What a stream sends for one message.
pub(super) type Parts = Box<dyn Iterator<Item = Part> + Send>;

/// The request that trouble may wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    Config,
    AppId,
    Upload,
    Predict,
    Join,
    Stream,
    Cancel,
}

/// What goes wrong, over all lives of the Space.
pub(super) trait Trouble: fmt::Debug + Send + Sync {
    /// For how long nobody listens at the port at first.
    fn closed_for(&self) -> Option<Duration> {
        None
    }

    /// Whether a connection that is dropped ends by a reset.
    fn resets(&self) -> bool {
        false
    }

    /// What goes wrong with a request at this place.
    fn strike(&self, _place: Place) -> Box<dyn Strike> {
        Box::new(Nothing)
    }
}

/// What goes wrong with one request.
pub(super) trait Strike: Send + Sync {
    /// What answers in the place of the Space.
    fn answer(&self) -> Option<Instead> {
        None
    }

    /// How the bytes of the answer arrive.
    fn body(&self, body: Outgoing) -> Outgoing {
        body
    }

    /// What becomes of the messages, where the answer is a stream of them.
    fn messages(&self) -> Box<dyn Messages> {
        Box::new(Nothing)
    }
}

/// The messages of one stream on their way out.
pub(super) trait Messages: Send {
    /// The period of heartbeats, where it is not the Space's.
    fn period(&self) -> Option<Duration> {
        None
    }

    /// Whether the stream stays open after its last event.
    fn never_closes(&self) -> bool {
        false
    }

    /// Whether the Space is restarted after this stream.
    fn restarts_after(&self) -> bool {
        false
    }

    /// What is sent for `message`; [`Part::End`] ends the stream. Nothing is sent, and the Space restarted, for `None`.
    fn sent(&mut self, message: &Value) -> Option<Parts> {
        Some(Box::new(std::iter::once(frame(message))))
    }
}

/// All goes well.
#[derive(Clone, Copy, Debug)]
pub(super) struct Nothing;

impl Trouble for Nothing {}
impl Strike for Nothing {}
impl Messages for Nothing {}
