//! The messages that wait for a session's stream. Who puts them in and who takes them out is not known here.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;
use tokio::sync::Notify;

use super::lock::lock;

/// The messages that wait for a session's stream. Two streams of one session take them from each other.
#[derive(Debug, Default)]
pub(super) struct Mailbox {
    messages: Mutex<VecDeque<Message>>,
    arrived: Notify,
    closed: AtomicBool,
}

#[derive(Debug)]
pub(super) struct Message {
    pub(super) json: Value,
    /// The event that this message ends.
    pub(super) ends: Option<String>,
}

impl Mailbox {
    pub(super) fn put(&self, message: Message) {
        lock(&self.messages).push_back(message);
        self.arrived.notify_one();
    }

    pub(super) fn close(&self) {
        self.closed.store(true, Ordering::Relaxed);
        self.arrived.notify_one();
    }

    /// The next message, or `None` once the session was forgotten. Dropping the future loses nothing.
    pub(super) async fn next(&self) -> Option<Message> {
        loop {
            if self.closed.load(Ordering::Relaxed) {
                return None;
            }
            if let Some(message) = lock(&self.messages).pop_front() {
                return Some(message);
            }
            self.arrived.notified().await;
        }
    }
}
