//! Why the loop of the full screen wakes up, and how soon a frame must follow. What is done about it is in `screen`.

use super::job_control::JobSignal;
use crate::app::{Event, ReplyUpdate};
use crate::ui::JobResult;
use std::time::Duration;

/// The shortest time between two frames without input.
const FRAME: Duration = Duration::from_millis(16);
/// The same while a reply grows: faster than reading speed, and half the work.
const GROWING_FRAME: Duration = Duration::from_millis(32);

/// Why the loop woke up.
pub enum Woken {
    /// Input, which is taken already.
    Received,
    /// A signal of job control.
    Job(JobSignal),
    /// Something happened.
    Event(Event),
    /// The render worker has prepared this.
    JobResult(JobResult),
    /// The editor has ended, with this.
    Edited(Event),
    /// Time alone changes something.
    Clock,
    /// A frame is due.
    Frame,
}

impl Woken {
    /// How long after the last frame this requires a new one, if it does.
    pub fn due(&self) -> Option<Duration> {
        match self {
            Self::Received | Self::Job(_) | Self::Edited(_) | Self::Clock => Some(Duration::ZERO),
            Self::Event(event) => Some(pause_before(event)),
            Self::JobResult(_) => Some(FRAME),
            Self::Frame => None,
        }
    }
}

/// How long a frame may wait that shows what happened.
pub fn pause_before(event: &Event) -> Duration {
    match event {
        Event::Reply(_, ReplyUpdate::Delta(_) | ReplyUpdate::Replace(_)) => GROWING_FRAME,
        Event::Reply(_, ReplyUpdate::Done(_) | ReplyUpdate::Failed(_)) => Duration::ZERO,
        _ => FRAME,
    }
}

/// The shorter of two pauses, where there is one.
pub fn sooner(a: Option<Duration>, b: Option<Duration>) -> Option<Duration> {
    [a, b].into_iter().flatten().min()
}
