//! The state of a reply in progress: its stage, notices, progress, and why it failed.
//!
//! Plain data, each with a form for JSON.

use std::time::Duration;

/// The stage of a reply, for a user.
#[derive(Debug, Clone, PartialEq)]
pub enum Stage {
    /// The Space is being looked up.
    Resolving,
    /// The Space sleeps or is being built; its own word for that.
    Waking(String),
    /// The prompt is on its way.
    Uploading {
        /// Bytes sent.
        sent: u64,
        /// Bytes in all.
        total: u64,
    },
    /// The queue is full; it is tried again.
    QueueFull {
        /// When.
        retry_in: Duration,
    },
    /// The job waits.
    Queued {
        /// How many stand before it.
        position: Option<u64>,
        /// Seconds until its turn, where the Space can guess.
        eta: Option<f64>,
    },
    /// The model reads the prompt; nothing of the reply has come.
    Reading,
    /// The reply comes.
    Streaming,
}

impl Stage {
    /// One word for `ask --json`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Resolving => "resolving",
            Self::Waking(_) => "waking",
            Self::Uploading { .. } => "uploading",
            Self::QueueFull { .. } => "queue_full",
            Self::Queued { .. } => "queued",
            Self::Reading => "reading",
            Self::Streaming => "streaming",
        }
    }
}

/// A notice of the Space, shown and not stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// `info`, `warning`, `success` or `error`.
    pub level: String,
    /// The text, its title first where there is one.
    pub text: String,
}

/// How far the Space says it is with something.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Progress {
    /// What it does.
    pub desc: String,
    /// The share that is done, from 0 to 1, where it is known.
    pub share: Option<f64>,
}
