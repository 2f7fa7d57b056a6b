//! A [`Job`] fed from the network: the stream of `/queue/data`, or of `/queue/join` before 4.9.
//!
//! It never reconnects: the server ends a session's jobs when their stream is lost, and a second
//! stream finds nothing (seen in 4.44, 5.49 and 6.31). [`super::chain`] pulls it.

use super::app::{App, ComponentId};
use super::client::Client;
use super::delta::Outputs;
use super::error::Error;
use super::job::{Job, Update};
use super::step::Step;
use crate::http::{Body, Upload};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// The longest pause before a full queue is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// The open stream of one job.
#[derive(Debug)]
pub struct Events {
    body: Body,
    job: Job,
}

impl Events {
    /// Opens the stream of the job `event_id` in the session. The job must have joined before.
    pub async fn open(
        client: &Client,
        app: &App,
        session_hash: &str,
        event_id: String,
    ) -> Result<Self, Error> {
        let body = client.open_stream(app, session_hash).await?;
        let limit = client.options().frame_limit;
        Ok(Self {
            job: Job::new(app, event_id, limit, body.url().to_owned()),
            body,
        })
    }

    /// Joins as apps of 4.0 to 4.8 want it: the stream is opened first, and when the queue asks
    /// for them, the inputs of `body` are posted. `tell` hears the places in the queue until then.
    pub async fn join_by_stream(
        client: &Client,
        app: &App,
        body: &Value,
        upload: &Upload,
        tell: &(dyn Fn(Step) + Sync),
    ) -> Result<Self, Error> {
        let stream = client.join_stream(app, body).await?;
        let limit = client.options().frame_limit;
        let mut events = Self {
            job: Job::new(app, String::new(), limit, stream.url().to_owned()),
            body: stream,
        };
        loop {
            match events.next().await? {
                Update::SendData => break,
                Update::Queued { rank, eta } => tell(Step::Queued { rank, eta }),
                _ => {}
            }
        }
        let mut body = body.clone();
        body["event_id"] = json!(events.job.event_id());
        client.send_data(app, &body, upload).await?;
        Ok(events)
    }

    /// The job whose stream this is.
    pub fn job(&self) -> &Job {
        &self.job
    }

    /// The job's outputs and the State components that it changed, after its end.
    pub fn into_outputs(self) -> (Outputs, Vec<ComponentId>) {
        self.job.into_outputs()
    }

    /// The next thing that happens to the job. Safe to drop while it waits: nothing is lost. After
    /// [`Update::Completed`], [`Update::Cancelled`] or an error it must not be called again.
    pub async fn next(&mut self) -> Result<Update, Error> {
        loop {
            if let Some(update) = self.job.next_update()? {
                return Ok(update);
            }
            match self.body.chunk().await? {
                Some(bytes) => self.job.push(bytes.as_ref())?,
                None => return Err(self.job.ended_early()),
            }
        }
    }
}

/// Joins the queue, and tries again with growing pauses while it is full or overloaded (429, 503), until the
/// client's patience for that is over. An app that asks for no pause gets one all the same.
pub(super) async fn join_with_retry(
    client: &Client,
    app: &App,
    (query, body): (&str, &Value),
    upload: &Upload,
    tell: &(dyn Fn(Step) + Sync),
) -> Result<String, Error> {
    let mut pause = client.options().queue_full_pause;
    let deadline = Instant::now() + client.options().queue_full_patience;
    loop {
        let error = match client.join(app, query, body, upload).await {
            Ok(event_id) => return Ok(event_id),
            Err(error) => error,
        };
        let asked = match (&error, error.refusal()) {
            (Error::QueueFull { .. }, _) => None,
            (_, Some(refusal)) if matches!(refusal.status, 429 | 503) => refusal.retry_after,
            _ => return Err(error),
        };
        let retry_in = asked.map_or(pause, |asked| asked.max(pause));
        // Compared as spans: a server may ask for more than a clock can hold.
        if retry_in > deadline.saturating_duration_since(Instant::now()) {
            return Err(error);
        }
        tell(Step::Refused {
            message: error.to_string(),
            retry_in,
        });
        tokio::time::sleep(retry_in).await;
        pause = (pause * 2).min(LONGEST_PAUSE);
    }
}
