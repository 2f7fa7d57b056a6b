//! Reads a session's stream from the network: `/queue/data`, or `/queue/join` before 4.9, which serves a single job.
//!
//! It is opened after its first job has joined, and carries every job that joins while it is open. It never reconnects:
//! the server ends a session's jobs when their stream is lost, and a second stream beside it takes its messages away
//! (seen in 4.44, 5.49 and 6.31).

use super::app::App;
use super::client::Client;
use super::error::Error;
use super::job::{JobUpdate, Jobs, Update};
use super::step::Step;
use crate::http::{Body, Upload};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::time::Instant;

/// The longest pause before a full queue is tried again.
const LONGEST_PAUSE: Duration = Duration::from_secs(30);

/// An open stream and the jobs that it carries.
#[derive(Debug)]
pub struct Stream {
    body: Body,
    jobs: Jobs,
}

impl Stream {
    /// Opens the stream of a session, in which a job must have joined before.
    pub async fn open(client: &Client, app: &App, session_hash: &str) -> Result<Self, Error> {
        let body = client.open_stream(app, session_hash).await?;
        Ok(Self::of(body, app, client))
    }

    fn of(body: Body, app: &App, client: &Client) -> Self {
        let limit = client.options().frame_limit;
        Self {
            jobs: Jobs::new(app, limit, body.url().to_owned()),
            body,
        }
    }

    /// Joins as apps of 4.0 to 4.8 require: the stream is opened first, and when the queue asks for them, the inputs of
    /// `body` are posted. `tell` is called with the positions in the queue until then. Returns the job's number too.
    pub async fn join(
        client: &Client,
        app: &App,
        body: &Value,
        upload: &Upload,
        tell: &(dyn Fn(Step) + Sync),
    ) -> Result<(String, Self), Error> {
        let stream = client.join_stream(app, body).await?;
        let mut stream = Self::of(stream, app, client);
        stream.jobs.add(String::new());
        let event_id = loop {
            let JobUpdate { event_id, update } = stream.next().await?;
            match update {
                Update::SendData => break event_id.unwrap_or_default(),
                Update::Queued { rank, eta } => tell(Step::Queued { rank, eta }),
                Update::Failed(error) => return Err(error),
                Update::Closed => return Err(stream.jobs.ended_early()),
                _ => {}
            }
        };
        let mut body = body.clone();
        body["event_id"] = json!(event_id);
        client.send_data(app, &body, upload).await?;
        Ok((event_id, stream))
    }

    /// Its jobs.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Its jobs, of which some are added and taken away.
    pub fn jobs_mut(&mut self) -> &mut Jobs {
        &mut self.jobs
    }

    /// The next thing that happens, [`Update::Closed`] at the stream's end. Safe to drop while it waits: nothing is
    /// lost. After the end or an error it must not be called again.
    pub async fn next(&mut self) -> Result<JobUpdate, Error> {
        loop {
            if let Some(update) = self.jobs.next_update()? {
                return Ok(update);
            }
            match self.body.chunk().await? {
                Some(bytes) => self.jobs.push(bytes.as_ref())?,
                None => {
                    return Ok(JobUpdate {
                        event_id: None,
                        update: Update::Closed,
                    });
                }
            }
        }
    }
}

/// Joins the queue, and tries again with growing pauses while it is full or overloaded (429, 503), until the client's
/// patience for that is over. There is a pause even if the app asks for none.
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
