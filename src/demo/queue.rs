//! Events: who waits and at which rank, and what runs. Each function has its own lane, as in Gradio. What an event does, and
//! how it ends, is in `running`.
//!
//! One odd habit of 4.44 is kept because clients meet it: after a stream was dropped before its event ended, that
//! session's later streams never say `close_stream`, however well their events end.

mod running;

pub(super) use running::{cancel, forget, join, settled, timed_output};

use std::collections::{BTreeMap, HashMap, HashSet, VecDeque};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use serde_json::Value;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

use super::mailbox::{Mailbox, Message};
use super::wire;

/// The events and messages of one life of the Space.
#[derive(Debug, Default)]
pub(super) struct Queue {
    lanes: BTreeMap<u64, Lane>,
    mailboxes: HashMap<String, Arc<Mailbox>>,
    /// Events of each session whose end no stream has delivered yet.
    pending: HashMap<String, HashSet<String>>,
}

/// The events of one function.
#[derive(Debug, Default)]
struct Lane {
    waiting: VecDeque<Arc<Event>>,
    running: Vec<(Arc<Event>, Instant)>,
    spent: Average,
    /// Time between yields.
    yields: Average,
}

#[derive(Clone, Copy, Debug, Default)]
struct Average {
    total: Duration,
    count: u32,
}

impl Average {
    fn add(&mut self, took: Duration) -> Duration {
        self.total += took;
        self.count += 1;
        self.total / self.count
    }

    fn value(self) -> Option<Duration> {
        (self.count > 0).then(|| self.total / self.count)
    }
}

/// One call of a function, queued or not.
#[derive(Clone, Debug)]
pub(super) struct Call {
    pub(super) function: u64,
    pub(super) data: Vec<Value>,
    pub(super) session: String,
}

/// One joined call.
#[derive(Debug)]
struct Event {
    id: String,
    call: Call,
    /// False once its stream is gone: it says nothing more and stops at its next yield.
    alive: AtomicBool,
    cancelled: CancellationToken,
}

impl Queue {
    /// What waits for a session's streams; `None` if it never joined, or a dropped stream took it away.
    pub(super) fn mailbox(&self, session: &str) -> Option<Arc<Mailbox>> {
        self.mailboxes.get(session).cloned()
    }

    /// How many events wait, in all lanes.
    pub(super) fn waiting(&self) -> usize {
        self.lanes.values().map(|lane| lane.waiting.len()).sum()
    }

    /// Puts a message of a live event into its session's mailbox. One that ends the event is its last: whatever else
    /// ends it at the same moment, a cancel for instance, comes too late.
    fn send(&self, event: &Event, json: Value, ends: bool) {
        if !event.alive.load(Ordering::Relaxed) {
            return;
        }
        if ends {
            event.alive.store(false, Ordering::Relaxed);
        }
        if let Some(mailbox) = self.mailboxes.get(&event.call.session) {
            mailbox.put(Message {
                json,
                ends: ends.then(|| event.id.clone()),
            });
        }
    }

    /// Sends the waiting events of a lane their ranks, from rank `from` on.
    fn tell_ranks(&self, lane: &Lane, concurrency: usize, from: usize) {
        let average = lane.spent.value();
        let until_free = match lane.running.iter().map(|(_, start)| start.elapsed()).max() {
            Some(longest) if lane.running.len() >= concurrency => {
                average.map(|average| average.saturating_sub(longest))
            }
            _ => Some(Duration::ZERO),
        };
        for (rank, event) in lane.waiting.iter().enumerate().skip(from) {
            let before = u32::try_from(rank).unwrap_or(u32::MAX);
            let share = u32::try_from(concurrency).unwrap_or(u32::MAX);
            let eta = average
                .zip(until_free)
                .map(|(average, free)| average + free + average / share * before);
            self.send(
                event,
                wire::estimation(&event.id, rank, lane.waiting.len(), eta),
                false,
            );
        }
    }

    fn all_running(&self) -> impl Iterator<Item = &Arc<Event>> {
        self.lanes
            .values()
            .flat_map(|lane| lane.running.iter().map(|(event, _)| event))
    }
}
