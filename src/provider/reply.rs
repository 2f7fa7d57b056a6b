//! A reply on its way: events in order, and the ways to end it early.

use super::ProviderError;
use crate::chat::{Finish, Notice, Progress, Stage, Usage};
use futures_util::Stream;
use std::pin::Pin;
use std::task::{Context, Poll};
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use tokio_util::task::TaskTracker;

/// How many events may wait between the provider and its reader before the provider waits too.
const BACKLOG: usize = 64;

/// An event of a reply.
#[derive(Debug, Clone, PartialEq)]
pub enum ReplyEvent {
    /// The session to pass in the next request.
    Session(Session),
    /// The stage of the reply.
    Stage(Stage),
    /// All of the model's visible thinking so far.
    Reasoning(String),
    /// More of the reply's text.
    Delta(String),
    /// The reply was rewritten: all of its text so far.
    Replace(String),
    /// The part of the reply that is stored but not shown: all of it so far.
    HiddenTail(String),
    /// A notice of the Space.
    Notice(Notice),
    /// How far the Space says it is with something.
    Progress(Progress),
    /// The model that writes the reply, where it is another than the one that was asked for.
    Model(String),
    /// What the reply cost, as the source counted. The last one counts; they are not added up.
    Usage(Usage),
    /// Why the reply ended, where the source says so.
    Finish(Finish),
    /// The reply is complete; all of its shown text.
    Done(String),
}

/// What a provider needs to go on with a conversation that the server remembers. Kept in memory
/// only: a server forgets it at its next start.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Session {
    hash: Option<String>,
    /// The app instance id that knows it.
    pub(super) app_id: Option<String>,
}

impl Session {
    /// The session of this name at the app with this instance id.
    pub fn new(session_hash: impl Into<String>, app_id: Option<String>) -> Self {
        Self {
            hash: Some(session_hash.into()),
            app_id,
        }
    }

    /// The name of the session at the app; `None` at a server that remembers nothing.
    pub fn session_hash(&self) -> Option<&str> {
        self.hash.as_deref()
    }
}

/// A reply that is being received: a stream of events which ends after [`ReplyEvent::Done`] or
/// the first error. Dropping it ends the job at the server in the background, in a task of the
/// tracker that the provider was given; await the tracker before the program exits.
#[derive(Debug)]
pub struct Reply {
    events: mpsc::Receiver<Result<ReplyEvent, ProviderError>>,
    cancelled: CancellationToken,
    _guard: DropGuard,
}

/// The provider's side of a [`Reply`].
#[derive(Debug)]
pub struct ReplySender {
    events: mpsc::Sender<Result<ReplyEvent, ProviderError>>,
    cancelled: CancellationToken,
}

impl Reply {
    /// Runs `work` as a task of `tracker` and returns its reply.
    pub fn spawn<W>(tracker: &TaskTracker, work: impl FnOnce(ReplySender) -> W) -> Self
    where
        W: Future<Output = ()> + Send + 'static,
    {
        let (sender, events) = mpsc::channel(BACKLOG);
        let cancelled = CancellationToken::new();
        tracker.spawn(work(ReplySender {
            events: sender,
            cancelled: cancelled.clone(),
        }));
        Self {
            events,
            _guard: cancelled.clone().drop_guard(),
            cancelled,
        }
    }

    /// The next event; `None` after the last. Safe to drop while it waits.
    pub async fn next(&mut self) -> Option<Result<ReplyEvent, ProviderError>> {
        self.events.recv().await
    }

    /// Ends the reply: cancels the job at the server and waits for the confirmation, at most 2 s by
    /// default. Returns the events that were still on their way.
    pub async fn cancel(mut self) -> Vec<ReplyEvent> {
        self.cancelled.cancel();
        let mut last = Vec::new();
        while let Some(event) = self.events.recv().await {
            last.extend(event.ok());
        }
        last
    }
}

impl Stream for Reply {
    type Item = Result<ReplyEvent, ProviderError>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.events.poll_recv(cx)
    }
}

impl ReplySender {
    /// Passes an event on, waiting while the reader is behind. A reader that has gone away is no
    /// error; see [`ReplySender::cancelled`].
    pub async fn send(&self, event: ReplyEvent) {
        let _ = self.events.send(Ok(event)).await;
    }

    /// Sends a stage without waiting. It is dropped while the reader is far behind: the next stage
    /// says more.
    pub fn send_stage(&self, stage: Stage) {
        let _ = self.events.try_send(Ok(ReplyEvent::Stage(stage)));
    }

    /// Ends the reply with the result of its work.
    pub async fn end(&self, worked: Result<(), ProviderError>) {
        if let Err(error) = worked {
            tracing::info!(kind = %error.kind(), "the reply failed");
            self.fail(error).await;
        }
    }

    /// Ends the reply with an error.
    pub async fn fail(&self, error: ProviderError) {
        let _ = self.events.send(Err(error)).await;
    }

    /// The result of `work`; `None` when the reply is cancelled first.
    pub async fn unless_cancelled<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        tokio::select! {
            result = work => Some(result),
            () = self.cancelled() => None,
        }
    }

    /// Passes another reply's events on, and a cancellation back to it.
    pub async fn pass_on(&self, mut reply: Reply) {
        loop {
            let event = tokio::select! {
                event = reply.next() => event,
                () = self.cancelled() => {
                    for event in reply.cancel().await {
                        self.send(event).await;
                    }
                    return;
                }
            };
            match event {
                Some(Ok(event)) => self.send(event).await,
                Some(Err(error)) => return self.fail(error).await,
                None => return,
            }
        }
    }

    /// Completes when the reply is cancelled or its reader has gone away.
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }
}
