//! A dependency fired as by a person's hand, and those that follow it by themselves.
//!
//! [`Chain::next`] is pulled for [`Step`]s: the first dependency is posted or joined, its outputs
//! are written back into the [`Session`], then the dependency whose `trigger_after` names it is
//! fired, and so on while the watched component or the server's memory can still change. What only
//! tidies the page up afterwards (Qwen-Agent's `flushed`) is left out, as nothing here would show it.
//!
//! Not here: what the values mean, and whether a session may be used again; `provider` decides.

use super::app::{App, Component, ComponentId, Dependency, FnIndex, LONGEST_CHAIN, Protocol};
use super::client::Client;
use super::error::Error;
use super::job::Update;
use super::queue::{Events, join_with_retry};
use super::session::Session;
use super::step::Step;
use crate::http::json::budget;
use crate::http::{self, Upload};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::sync::watch;

/// How often the progress of an upload is looked at.
const UPLOAD_TICK: Duration = Duration::from_millis(100);
/// Bodies below this leave in one breath; no progress is told of them, in bytes.
const LARGE_BODY: u64 = 256 << 10;

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

enum Phase {
    Fire(FnIndex),
    Posting(FnIndex, Pending<Vec<Value>>),
    Joining(FnIndex, Pending<Events>),
    Streaming(FnIndex, Box<Events>),
    Over,
}

/// One run of a chain; see the module's documentation. Dropping it drops the connection, at which
/// the server ends the job at its next yield; [`Chain::cancel`] ends it at once.
pub struct Chain {
    client: Client,
    app: Arc<App>,
    session: Session,
    query: String,
    watched: ComponentId,
    phase: Phase,
    upload: Upload,
    uploaded: u64,
    notes: (UnboundedSender<Step>, UnboundedReceiver<Step>),
    /// The job in the queue, known before its stream is open.
    joined: watch::Sender<Option<String>>,
    /// The component that fired the chain.
    trigger: Option<ComponentId>,
    fired: usize,
    /// Dependencies that follow those which are done, the next one first.
    due: VecDeque<FnIndex>,
    /// Whether a dependency has written to the watched component.
    is_written: bool,
}

impl Chain {
    /// A chain that begins at dependency `first` with the values of `session` and ends when
    /// `watched` has its final value. `query` is added to the routes (`?__theme=light`).
    pub fn new(
        client: Client,
        app: Arc<App>,
        session: Session,
        (first, watched): (FnIndex, ComponentId),
        query: &str,
    ) -> Self {
        Self {
            client,
            app,
            session,
            query: query.to_owned(),
            watched,
            phase: Phase::Fire(first),
            upload: Upload::default(),
            uploaded: 0,
            notes: unbounded_channel(),
            joined: watch::Sender::default(),
            trigger: None,
            fired: 0,
            due: VecDeque::new(),
            is_written: false,
        }
    }

    /// The value of the watched component, as far as this chain has changed it; `None` before any
    /// function has.
    pub fn watched(&self) -> Option<&Value> {
        if let Phase::Streaming(fn_index, events) = &self.phase
            && let Some(position) = self.watched_output(*fn_index)
            && let Some(value) = events.job().outputs().get(position)
            && let Some(value) = updated(value)
        {
            return Some(value);
        }
        let kept = || self.session.value(&self.app, self.watched);
        self.is_written.then(kept)
    }

    /// An error where a reply of this length, read from the watched component, and the outputs that it is read
    /// from take more memory together than the client's limit allows. A reply is held several times over: as
    /// it is read, told, shown and saved.
    pub fn require_room(&self, reply: usize) -> Result<(), Error> {
        let outputs = match &self.phase {
            Phase::Streaming(_, events) => events.job().outputs().bound(),
            _ => reply,
        };
        let limit = self.client.options().frame_limit;
        let taken = reply.saturating_mul(2).saturating_add(outputs);
        if taken <= budget(limit) {
            return Ok(());
        }
        Err(Error::Http(http::Error::TooLarge {
            url: self.client.base().to_string(),
            limit,
        }))
    }

    /// The components as the page holds them now.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The next step. Safe to drop while it waits. After [`Step::Done`], [`Step::Cancelled`] or an
    /// error it must not be called again; [`Chain::watched`] still tells how far the value came.
    pub async fn next(&mut self) -> Result<Step, Error> {
        loop {
            if let Some(step) = self.advance().await? {
                return Ok(step);
            }
        }
    }

    async fn advance(&mut self) -> Result<Option<Step>, Error> {
        match &mut self.phase {
            Phase::Fire(fn_index) => {
                let fn_index = *fn_index;
                self.fire(fn_index)?;
                Ok(None)
            }
            Phase::Posting(fn_index, pending) => {
                let fn_index = *fn_index;
                tokio::select! {
                    outputs = pending => Ok(Some(self.finish(fn_index, outputs?))),
                    () = tokio::time::sleep(UPLOAD_TICK) => Ok(self.upload_step()),
                }
            }
            Phase::Joining(fn_index, pending) => {
                let fn_index = *fn_index;
                tokio::select! {
                    biased;
                    Some(step) = self.notes.1.recv() => Ok(Some(step)),
                    events = pending => {
                        self.phase = Phase::Streaming(fn_index, Box::new(events?));
                        Ok(None)
                    }
                    () = tokio::time::sleep(UPLOAD_TICK) => Ok(self.upload_step()),
                }
            }
            Phase::Streaming(fn_index, events) => {
                let fn_index = *fn_index;
                let update = events.next().await?;
                self.streamed(fn_index, update)
            }
            Phase::Over => Ok(Some(Step::Done)),
        }
    }

    /// Starts the request of a dependency.
    fn fire(&mut self, fn_index: FnIndex) -> Result<(), Error> {
        self.fired += 1;
        let Some(dependency) = self.app.dependency(fn_index) else {
            return Err(Error::Unsupported {
                detail: format!("the app has no function {fn_index}"),
            });
        };
        if self.fired > LONGEST_CHAIN {
            return Err(Error::Unsupported {
                detail: "the app's functions follow each other in a circle".to_owned(),
            });
        }
        if !dependency.backend_fn {
            self.finish(fn_index, Vec::new());
            return Ok(());
        }
        // The browser names the component that a person touched, for the whole chain.
        let touched = dependency
            .targets
            .iter()
            .find_map(|(component, _)| *component);
        self.trigger = self.trigger.or(touched);
        let body = json!({
            "data": self.session.inputs(&self.app, dependency),
            "event_data": null,
            "fn_index": fn_index,
            "trigger_id": self.trigger,
            "session_hash": self.session.hash(),
        });
        self.upload = Upload::default();
        self.uploaded = 0;
        let (client, app) = (self.client.clone(), Arc::clone(&self.app));
        let (query, upload) = (self.query.clone(), self.upload.clone());
        if !self.app.is_queued(dependency) {
            let request = async move { client.predict(&app, &query, &body, &upload).await };
            self.phase = Phase::Posting(fn_index, Box::pin(request));
            return Ok(());
        }
        self.joined = watch::Sender::default();
        let joined = self.joined.clone();
        let (hash, notes) = (self.session.hash().to_owned(), self.notes.0.clone());
        if self.app.protocol == Protocol::Sse {
            if self.app.is_silent_at_work() {
                let patience = self.client.patience(&self.app);
                // The receiver is this chain's own.
                let _ = self.notes.0.send(Step::SilentUntil(patience));
            }
            let request = async move {
                let tell = |step| drop(notes.send(step));
                Events::join_by_stream(&client, &app, &body, &upload, &tell).await
            };
            self.phase = Phase::Joining(fn_index, Box::pin(request));
            return Ok(());
        }
        let request = async move {
            let tell = |step| drop(notes.send(step));
            let event_id = join_with_retry(&client, &app, (&query, &body), &upload, &tell).await?;
            drop(body);
            joined.send_replace(Some(event_id.clone()));
            Events::open(&client, &app, &hash, event_id).await
        };
        self.phase = Phase::Joining(fn_index, Box::pin(request));
        Ok(())
    }

    fn upload_step(&mut self) -> Option<Step> {
        let (sent, total) = self.upload.progress();
        if total < LARGE_BODY || sent == self.uploaded {
            return None;
        }
        self.uploaded = sent;
        Some(Step::Uploading { sent, total })
    }

    fn streamed(&mut self, fn_index: FnIndex, update: Update) -> Result<Option<Step>, Error> {
        Ok(match update {
            Update::Queued { rank, eta } => Some(Step::Queued { rank, eta }),
            Update::Started => Some(Step::Started),
            Update::Heartbeat => Some(Step::Heartbeat),
            Update::Progress(units) => Some(Step::Progress(units)),
            Update::Log(log) => Some(Step::Log(log)),
            Update::Values => self.watched_output(fn_index).map(|_| Step::Values),
            Update::SendData => None,
            Update::Completed | Update::Cancelled => {
                let Phase::Streaming(_, events) = std::mem::replace(&mut self.phase, Phase::Over)
                else {
                    return Ok(Some(Step::Done));
                };
                let outputs = events.into_outputs().into_values();
                if update == Update::Completed {
                    return Ok(Some(self.finish(fn_index, outputs)));
                }
                self.keep(fn_index, outputs);
                Some(Step::Cancelled)
            }
        })
    }

    /// A dependency is done: its outputs are kept, and the next one is made ready.
    fn finish(&mut self, fn_index: FnIndex, outputs: Vec<Value>) -> Step {
        self.keep(fn_index, outputs);
        let (app, watched) = (&self.app, self.watched);
        let matters = |dependency: &Dependency| {
            let is_state = |id: &ComponentId| app.is(*id, Component::is_state);
            dependency.outputs.contains(&watched) || dependency.outputs.iter().any(is_state)
        };
        let next = app
            .triggered_after(fn_index)
            .filter(|next| app.chain(next).into_iter().any(matters));
        self.due.extend(next.map(|next| next.id));
        self.phase = self.due.pop_front().map_or(Phase::Over, Phase::Fire);
        Step::Values
    }

    fn keep(&mut self, fn_index: FnIndex, outputs: Vec<Value>) {
        if let Some(dependency) = self.app.dependency(fn_index) {
            let at = dependency.outputs.iter().position(|&id| id == self.watched);
            let written = at.and_then(|at| outputs.get(at)).and_then(updated);
            self.is_written |= written.is_some();
            self.session.store(dependency, outputs);
        }
    }

    fn watched_output(&self, fn_index: FnIndex) -> Option<usize> {
        let dependency = self.app.dependency(fn_index)?;
        dependency.outputs.iter().position(|&id| id == self.watched)
    }

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

/// The value in `gr.update(value=…)`, `None` for an update that has none; any other value is its own.
fn updated(value: &Value) -> Option<&Value> {
    match value.get("__type__").and_then(Value::as_str) {
        Some("update") => value.get("value"),
        _ => Some(value),
    }
}
