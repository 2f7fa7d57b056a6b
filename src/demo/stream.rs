//! Delivery: the messages that wait for a session's stream, and the two kinds of endless response that a client reads,
//! `/queue/data` and `/heartbeat/…`.
//!
//! Odd habits of 4.44 are kept because clients meet them: a stream of a session that never joined says `404: Session
//! not found.` and is cut off without a proper end, but one whose events are all over stays open, silent but for
//! heartbeats; and heartbeats come at a fixed period, also while a reply streams.

use std::sync::Arc;
use std::time::Duration;

use hyper::body::Bytes;
use tokio::sync::mpsc;
use tokio::time::{Instant, interval, interval_at};

use super::answer::{Part, frame};
use super::lock::lock;
use super::mailbox::Message;
use super::space::Space;
use super::trouble::Messages;
use super::{queue, wire};

/// How long a reader is waited for before a restart after its stream.
const LINGERING: Duration = Duration::from_secs(1);

/// Delivers a session's messages until none of its events is pending, the reader goes away, or the session is forgotten.
/// What becomes of them on their way is the business of `messages`.
pub(super) async fn deliver(
    space: Arc<Space>,
    session: String,
    out: mpsc::Sender<Part>,
    mut messages: Box<dyn Messages>,
) {
    let period = messages.period().unwrap_or(period(&space));
    let mut beat = interval_at(Instant::now() + period, period);
    loop {
        let mailbox = lock(&space.queue).mailbox(&session);
        let next = async {
            match &mailbox {
                Some(mailbox) => mailbox.next().await,
                None => None,
            }
        };
        let message = tokio::select! {
            biased;
            () = out.closed() => return queue::forget(&space, &session),
            message = next => message,
            _ = beat.tick() => Some(Message { json: wire::heartbeat(), ends: None }),
        };
        let Some(message) = message else {
            // Cut off without an end; a failure here cannot be reported.
            let _ = out.send(frame(&wire::session_not_found())).await;
            return;
        };
        match messages.sent(&message.json) {
            Some(parts) => {
                for part in parts {
                    let is_end = matches!(part, Part::End);
                    if out.send(part).await.is_err() || is_end {
                        return queue::forget(&space, &session);
                    }
                }
            }
            None => space.restart.notify_one(),
        }
        let is_over = message
            .ends
            .is_some_and(|id| queue::settled(&space, &session, &id));
        if is_over && !messages.never_closes() {
            let _ = out.send(frame(&wire::close_stream())).await;
            let _ = out.send(Part::End).await;
            if messages.restarts_after() {
                // The body is gone once its end is out; a reader that takes none of it is not waited for.
                let _ = tokio::time::timeout(LINGERING, out.closed()).await;
                space.restart.notify_one();
            }
            return;
        }
    }
}

/// The heartbeat connection of a session: a line at once and then one each period, until the reader goes away.
pub(super) async fn alive(space: Arc<Space>, out: mpsc::Sender<Part>) {
    let mut beat = interval(period(&space));
    loop {
        tokio::select! {
            () = out.closed() => return,
            _ = beat.tick() => {}
        }
        if out
            .send(Part::Bytes(Bytes::from_static(b"data: ALIVE\n\n")))
            .await
            .is_err()
        {
            return;
        }
    }
}

/// A period of zero is no period.
fn period(space: &Space) -> Duration {
    space.options.heartbeat.max(Duration::from_millis(1))
}
