//! A chain ended early: its jobs are cancelled at the server, and their last values are taken.

use super::Chain;
use super::call::Running;
use crate::gradio::app::{FnIndex, Protocol};
use std::sync::Arc;

impl Chain {
    /// Ends what runs at the server and waits, at most the client's cancel timeout, for the
    /// server to say so. What came until then can be read from [`Chain::watched`].
    pub async fn cancel(&mut self) {
        self.course.end();
        let patience = self.client.options().cancel_timeout;
        if tokio::time::timeout(patience, self.cancel_jobs())
            .await
            .is_err()
        {
            tracing::warn!("the server did not confirm the cancellation in time");
        }
    }

    async fn cancel_jobs(&mut self) {
        // These apps have no route for it: they end a job when its stream is closed.
        if self.app.protocol == Protocol::Sse {
            return;
        }
        // What is not queued cannot be ended. A body that is still on its way never becomes a job once the connection is
        // dropped; a whole one may be a job already, whose number is worth waiting for.
        let may_be_a_job = |run: &Running| {
            let (sent, total) = run.upload.progress();
            run.event_id().is_some() || run.is_queued && sent >= total
        };
        self.running.retain(may_be_a_job);
        let mut asked: Vec<String> = Vec::new();
        loop {
            let joined = self.running.iter().filter_map(|run| {
                let event_id = run.event_id()?.to_owned();
                (!asked.contains(&event_id)).then_some((run.fn_index, event_id))
            });
            for (fn_index, event_id) in joined.collect::<Vec<_>>() {
                self.cancel_job(fn_index, &event_id).await;
                asked.push(event_id);
            }
            // Each is followed to its end: the last values, then the end; whatever else arrives does not matter any
            // more.
            if self.running.is_empty() || self.advance().await.is_err() {
                return;
            }
        }
    }

    async fn cancel_job(&mut self, fn_index: FnIndex, event_id: &str) {
        let (client, app) = (self.client.clone(), Arc::clone(&self.app));
        let hash = self.session.hash();
        let asked = client.cancel(&app, hash, fn_index, event_id);
        if let Err(error) = asked.await {
            tracing::warn!(%error, "the job could not be cancelled");
        }
    }
}
