//! A running function: its request, and its state until it ends.

use super::Pending;
use crate::gradio::app::{App, ComponentId, FnIndex, Protocol};
use crate::gradio::client::Client;
use crate::gradio::course::Cause;
use crate::gradio::error::Error;
use crate::gradio::queue::{Stream, join_with_retry};
use crate::gradio::step::Step;
use crate::http::Upload;
use serde_json::Value;
use std::future::poll_fn;
use std::sync::Arc;
use std::task::Poll;
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
    /// Whether it joins the queue by a request that is answered at once (4.9 and later).
    is_joining: bool,
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
            is_joining: is_queued && asker.app.protocol != Protocol::Sse,
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

/// The next request that is answered. Safe to drop while it waits.
///
/// Functions that fire together join one after the other, each as soon as the one before it is in the queue: two requests
/// that are sent at once on two connections may reach the server in either order, and the queue would keep that order.
pub(super) async fn answer(running: &mut [Running]) -> (usize, Result<Answer, Error>) {
    poll_fn(|context| {
        let mut is_one_joining = false;
        for (at, run) in running.iter_mut().enumerate() {
            let Phase::Asking(request) = &mut run.phase else {
                continue;
            };
            if run.is_joining && std::mem::replace(&mut is_one_joining, true) {
                continue;
            }
            if let Poll::Ready(answer) = request.as_mut().poll(context) {
                return Poll::Ready((at, answer));
            }
        }
        Poll::Pending
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures_util::FutureExt;
    use std::sync::mpsc::{Sender, channel};

    /// A function whose request says when it is begun, and is answered when `is_answered`.
    fn running(number: i64, is_joining: bool, is_answered: bool, begun: &Sender<i64>) -> Running {
        let begun = begun.clone();
        let request = async move {
            let _ = begun.send(number);
            if !is_answered {
                std::future::pending::<()>().await;
            }
            Ok(Answer::Joined(number.to_string()))
        };
        Running {
            fn_index: number,
            cause: Cause::default(),
            phase: Phase::Asking(Box::pin(request)),
            upload: Upload::default(),
            uploaded: 0,
            is_queued: is_joining,
            is_joining,
            changed_at: 0,
            is_ahead: false,
        }
    }

    #[test]
    fn a_function_joins_when_the_one_before_it_is_in_the_queue() {
        let (begun, told) = channel();
        let mut all = [
            running(0, true, false, &begun),
            running(1, true, true, &begun),
            running(2, false, false, &begun),
        ];
        assert!(answer(&mut all).now_or_never().is_none());
        assert_eq!(told.try_iter().collect::<Vec<_>>(), [0, 2]);
        all[0].phase = Phase::Listening("0".to_owned());
        let (at, _) = answer(&mut all).now_or_never().expect("it is answered");
        assert_eq!(at, 1);
    }
}
