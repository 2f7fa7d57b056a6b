//! The events of a running chain: plain data.
//!
//! What they mean for a reply is decided elsewhere.

use super::message::{Log, ProgressUnit};
use std::time::Duration;

/// An event of a running chain.
#[derive(Debug, Clone, PartialEq)]
pub enum Step {
    /// A large body is on its way.
    Uploading {
        /// Bytes handed to the connection.
        sent: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The queue is full; it is tried again by itself.
    Refused {
        /// The app's words.
        message: String,
        /// When it is tried again.
        retry_in: Duration,
    },
    /// The job waits.
    Queued {
        /// How many stand before it.
        rank: Option<u64>,
        /// Seconds until its turn, where the app can guess.
        eta: Option<f64>,
    },
    /// The job runs.
    Started,
    /// The app does not send heartbeats; how long to wait for it in silence (4.0 to 4.3).
    SilentUntil(Duration),
    /// The app is alive and has no news.
    Heartbeat,
    /// The app shows progress.
    Progress(Vec<ProgressUnit>),
    /// The app shows a notice.
    Log(Log),
    /// The watched component has a new value: see [`watched`](super::Chain::watched).
    Values,
    /// The chain is at its end.
    Done,
    /// The app ended the job without completing it.
    Cancelled,
}
