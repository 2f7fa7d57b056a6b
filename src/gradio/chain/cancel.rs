//! A chain ended early: its job is cancelled at the server, and its last values are taken.

use super::{Chain, Phase};
use crate::gradio::app::Protocol;
use crate::gradio::job::Update;

impl Chain {
    /// Ends the running job at the server and waits, at most the client's cancel timeout, for the
    /// server to say so. What came until then can be read from [`Chain::watched`].
    pub async fn cancel(&mut self) {
        let patience = self.client.options().cancel_timeout;
        if tokio::time::timeout(patience, self.cancel_job())
            .await
            .is_err()
        {
            tracing::warn!("the server did not confirm the cancellation in time");
        }
    }

    async fn cancel_job(&mut self) {
        // These apps have no route for it: they end a job when its stream is closed.
        if self.app.protocol == Protocol::Sse {
            return;
        }
        let (fn_index, hash) = match &self.phase {
            Phase::Joining(fn_index, _) | Phase::Streaming(fn_index, _) => {
                (*fn_index, self.session.hash().to_owned())
            }
            _ => return,
        };
        let Some(event_id) = self.event_id().await else {
            return;
        };
        let asked = self
            .client
            .cancel(&self.app, &hash, fn_index, &event_id)
            .await;
        if let Err(error) = asked {
            tracing::warn!(%error, "the job could not be cancelled");
            return;
        }
        self.drain().await;
    }

    /// The number of the job that is to be cancelled, waited for while it may still become known. `None`
    /// where there is no job.
    async fn event_id(&mut self) -> Option<String> {
        let Phase::Joining(fn_index, pending) = &mut self.phase else {
            return match &self.phase {
                Phase::Streaming(_, events) => Some(events.job().event_id().to_owned()),
                _ => None,
            };
        };
        let fn_index = *fn_index;
        let mut joined = self.joined.subscribe();
        if let Some(event_id) = joined.borrow().clone() {
            return Some(event_id);
        }
        let (sent, total) = self.upload.progress();
        // A body that is still on its way never becomes a job once the connection is dropped; a whole
        // one may be a job already, whose number is worth waiting for.
        if sent < total {
            return None;
        }
        tokio::select! {
            known = joined.wait_for(Option::is_some) => known.ok()?.clone(),
            events = pending => {
                let events = Box::new(events.ok()?);
                let event_id = events.job().event_id().to_owned();
                self.phase = Phase::Streaming(fn_index, events);
                Some(event_id)
            }
        }
    }

    /// Follows a job that was cancelled to its end: the last values, then the end; whatever else arrives does
    /// not matter any more.
    async fn drain(&mut self) {
        if let Phase::Joining(fn_index, pending) = &mut self.phase {
            let fn_index = *fn_index;
            let Ok(events) = pending.await else { return };
            self.phase = Phase::Streaming(fn_index, Box::new(events));
        }
        let Phase::Streaming(_, events) = &mut self.phase else {
            return;
        };
        while let Ok(update) = events.next().await {
            if matches!(update, Update::Completed | Update::Cancelled) {
                break;
            }
        }
    }
}
