//! A running function: its request, and its state until it ends.

use super::Pending;
use crate::gradio::app::{App, ComponentId, FnIndex, Protocol};
use crate::gradio::client::Client;
use crate::gradio::course::Cause;
use crate::gradio::queue::{Stream, join_with_retry};
use crate::gradio::step::Step;
use crate::http::Upload;
use serde_json::Value;
use std::sync::Arc;
use tokio::sync::mpsc::UnboundedSender;

/// Bodies below this size, in bytes, are sent at once, and no progress is reported.
const LARGE_BODY: u64 = 256 << 10;

/// The answer to the request of a function.
pub(super) enum Answer {
    /// Its outputs and the State components that it changed: it is not queued.
    Outputs(Vec<Value>, Vec<ComponentId>),
    /// Its number in the queue.
    Joined(String),
    /// Its number and a stream of its own (4.0 to 4.8).
    Streaming(String, Box<Stream>),
}

/// The phase of a function.
pub(super) enum Phase {
    /// Its request is not answered yet.
    Asking(Pending<Answer>),
    /// The stream reports on it, under this number.
    Listening(String),
}

/// A running function.
pub(super) struct Running {
    pub fn_index: FnIndex,
    pub cause: Cause,
    pub phase: Phase,
    pub upload: Upload,
    uploaded: u64,
    pub is_queued: bool,
    /// When its outputs last changed, as the chain counts; 0 before they have.
    pub changed_at: u64,
    /// Whether its outputs have changed since they were last written into the page.
    pub is_ahead: bool,
}

/// What the request of a function needs.
pub(super) struct Asker<'a> {
    pub client: &'a Client,
    pub app: &'a Arc<App>,
    pub query: &'a str,
    pub notes: &'a UnboundedSender<Step>,
}

impl Running {
    /// Requests a function with `body`.
    pub fn ask(asker: &Asker<'_>, (fn_index, cause): (FnIndex, Cause), body: Value) -> Self {
        let upload = Upload::default();
        let dependency = asker.app.dependency(fn_index);
        let is_queued = dependency.is_some_and(|found| asker.app.is_queued(found));
        Self {
            phase: Phase::Asking(asker.request(is_queued, body, upload.clone())),
            fn_index,
            cause,
            upload,
            uploaded: 0,
            is_queued,
            changed_at: 0,
            is_ahead: false,
        }
    }

    /// Its number in the queue, once it has one.
    pub fn event_id(&self) -> Option<&str> {
        match &self.phase {
            Phase::Listening(event_id) => Some(event_id),
            Phase::Asking(_) => None,
        }
    }

    /// The progress of a large body, where it has changed.
    pub fn upload_step(&mut self) -> Option<Step> {
        let (sent, total) = self.upload.progress();
        if total < LARGE_BODY || sent == self.uploaded {
            return None;
        }
        self.uploaded = sent;
        Some(Step::Uploading { sent, total })
    }
}

impl Asker<'_> {
    fn request(&self, is_queued: bool, body: Value, upload: Upload) -> Pending<Answer> {
        let (client, app) = (self.client.clone(), Arc::clone(self.app));
        let (query, notes) = (self.query.to_owned(), self.notes.clone());
        if !is_queued {
            return Box::pin(async move {
                let (outputs, states) = client.predict(&app, &query, &body, &upload).await?;
                Ok(Answer::Outputs(outputs, states))
            });
        }
        let tell = move |step| drop(notes.send(step));
        if app.protocol == Protocol::Sse {
            if app.is_silent_at_work() {
                tell(Step::SilentUntil(client.patience(&app)));
            }
            return Box::pin(async move {
                let joined = Stream::join(&client, &app, &body, &upload, &tell).await;
                let (event_id, stream) = joined?;
                Ok(Answer::Streaming(event_id, Box::new(stream)))
            });
        }
        Box::pin(async move {
            let joined = join_with_retry(&client, &app, (&query, &body), &upload, &tell).await;
            Ok(Answer::Joined(joined?))
        })
    }
}
