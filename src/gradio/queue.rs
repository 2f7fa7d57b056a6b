//! A [`Job`] fed from the network: the stream of `/queue/data`, or of `/queue/join` before 4.9.
//!
//! It never reconnects: the server ends a session's jobs when their stream is lost, and a second
//! stream finds nothing (seen in 4.44, 5.49 and 6.31). [`super::chain`] is the caller.

use super::app::App;
use super::chain::Step;
use super::client::Client;
use super::delta::Outputs;
use super::error::Error;
use super::job::{Job, Update};
use super::upload::Upload;
use serde_json::{Value, json};
use std::time::Duration;

/// The first pause before a full queue is tried again, and the longest.
const QUEUE_PAUSES: (Duration, Duration) = (Duration::from_secs(2), Duration::from_secs(30));

/// The open stream of one job.
#[derive(Debug)]
pub struct Events {
    client: Client,
    response: reqwest::Response,
    url: String,
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
        let response = client.open_stream(app, session_hash).await?;
        let url = client.shown(&app.api_prefix, "/queue/data");
        let limit = client.options().frame_limit;
        Ok(Self {
            response,
            client: client.clone(),
            job: Job::new(event_id, app.protocol.sends_diffs(), limit, url.clone()),
            url,
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
        let response = client.join_stream(app, body).await?;
        let url = client.shown(&app.api_prefix, "/queue/join");
        let limit = client.options().frame_limit;
        let job = Job::new(String::new(), false, limit, url.clone());
        let mut events = Self {
            response,
            client: client.clone(),
            job,
            url,
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

    /// The job's outputs, after its end.
    pub fn into_outputs(self) -> Outputs {
        self.job.into_outputs()
    }

    /// The next thing that happens to the job. Safe to drop while it waits: nothing is lost. After
    /// [`Update::Completed`], [`Update::Cancelled`] or an error it must not be called again.
    pub async fn next(&mut self) -> Result<Update, Error> {
        loop {
            if let Some(update) = self.job.next_update()? {
                return Ok(update);
            }
            match self
                .client
                .in_time(&self.url, self.response.chunk())
                .await?
            {
                Some(bytes) => self.job.push(&bytes)?,
                None => return Err(self.job.ended_early()),
            }
        }
    }
}

/// Joins the queue, and tries again with growing pauses while it is full or overloaded.
pub(super) async fn join_patiently(
    client: &Client,
    app: &App,
    (query, body): (&str, &Value),
    upload: &Upload,
    tell: &(dyn Fn(Step) + Sync),
) -> Result<String, Error> {
    let (mut pause, longest) = QUEUE_PAUSES;
    let mut patience = client.options().queue_full_patience;
    loop {
        let error = match client.join(app, query, body, upload).await {
            Ok(event_id) => return Ok(event_id),
            Err(error) => error,
        };
        let retry_in = match &error {
            Error::QueueFull { .. } => pause,
            Error::Status {
                status: 429 | 503,
                retry_after,
                ..
            } => retry_after.unwrap_or(pause),
            _ => return Err(error),
        };
        if retry_in > patience {
            return Err(error);
        }
        patience -= retry_in;
        tell(Step::Refused {
            message: error.to_string(),
            retry_in,
        });
        tokio::time::sleep(retry_in).await;
        pause = (pause * 2).min(longest);
    }
}
