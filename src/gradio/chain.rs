//! An event of a page, the functions that it fires, and those that follow by themselves: as a browser runs them, one
//! after the other.
//!
//! [`Chain::next`] is pulled for [`Step`]s: a dependency is posted or joined, its outputs are written back into the
//! [`Session`], then those are due that its end fires (`then`, `success`, `failure`) and the `change` of what it
//! wrote; for State the server tells what changed. Several handlers of one event take their inputs when it
//! happens, as in a browser. What cannot change the watched component, a State or what feeds them is left out
//! (Qwen-Agent's `flushed`, a word counter): nothing here would show it.
//!
//! Not here: what the values mean, and whether a session may be used again; `provider` decides.

mod cancel;

use super::app::{App, ComponentId, FnIndex, Protocol};
use super::client::Client;
use super::course::{Course, Due};
use super::error::Error;
use super::job::Update;
use super::queue::{Events, join_with_retry};
use super::session::Session;
use super::step::Step;
use super::wiring::{self, Outcome};
use crate::http::json::budget;
use crate::http::{self, Upload};
use serde_json::{Value, json};
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
    Next,
    Posting(FnIndex, Pending<(Vec<Value>, Vec<ComponentId>)>),
    Joining(FnIndex, Pending<Events>),
    Streaming(FnIndex, Box<Events>),
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
    /// The component whose event fired what runs now.
    trigger: Option<ComponentId>,
    course: Course,
    /// Whether a dependency has written to the watched component.
    is_written: bool,
    /// The error of a function after which others still run.
    failure: Option<Error>,
}

impl Chain {
    /// A chain that begins with the event that fires dependency `first`, with the values of `session`, and ends
    /// when `watched` has its final value. `typed` is the component that the message was typed into. `query`
    /// is added to the routes (`?__theme=light`).
    pub fn new(
        client: Client,
        app: Arc<App>,
        session: Session,
        (first, watched, typed): (FnIndex, ComponentId, ComponentId),
        query: &str,
    ) -> Self {
        let mut chain = Self::idle(client, app, session, (watched, typed), query);
        chain.course.begin(&chain.app, &chain.session, first);
        chain
    }

    /// What runs when the page opens, as far as it can matter for `watched`. It ends at once where nothing does.
    pub fn at_load(
        client: Client,
        app: Arc<App>,
        session: Session,
        ends: (ComponentId, ComponentId),
    ) -> Self {
        let mut chain = Self::idle(client, app, session, ends, "");
        chain.course.load(&chain.app);
        chain
    }

    /// What runs when these components were set by the user: the functions that `events` of theirs fire, as far as
    /// they can matter for `watched`.
    pub fn at_settings(
        client: Client,
        app: Arc<App>,
        session: Session,
        ends: (ComponentId, ComponentId),
        (set, events): (&[ComponentId], &[&str]),
    ) -> Self {
        let mut chain = Self::idle(client, app, session, ends, "");
        for &component in set {
            for event in events {
                chain
                    .course
                    .happen(&chain.app, &chain.session, component, event);
            }
        }
        chain
    }

    fn idle(
        client: Client,
        app: Arc<App>,
        session: Session,
        (watched, typed): (ComponentId, ComponentId),
        query: &str,
    ) -> Self {
        Self {
            course: Course::new(&app, watched, typed),
            client,
            app,
            session,
            query: query.to_owned(),
            watched,
            phase: Phase::Next,
            upload: Upload::default(),
            uploaded: 0,
            notes: unbounded_channel(),
            joined: watch::Sender::default(),
            trigger: None,
            is_written: false,
            failure: None,
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

    /// Runs it to its end, with nobody listening: what opens a page or sets something in it. Gives the page as it is
    /// then. Dropping it ends what runs.
    pub async fn settle(mut self) -> Result<Session, Error> {
        loop {
            match self.next().await? {
                Step::Done | Step::Cancelled => return Ok(self.session),
                _ => {}
            }
        }
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
            Phase::Next => match (self.course.take()?, self.failure.take()) {
                (Some(due), failure) => {
                    self.failure = failure;
                    self.fire(due)?;
                    Ok(None)
                }
                (None, Some(failure)) => Err(failure),
                (None, None) => Ok(Some(Step::Done)),
            },
            Phase::Posting(fn_index, pending) => {
                let fn_index = *fn_index;
                tokio::select! {
                    answer = pending => match answer {
                        Ok((outputs, states)) => Ok(Some(self.finish(fn_index, outputs, &states))),
                        Err(error) => self.fail(fn_index, error),
                    },
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
                match events.next().await {
                    Ok(update) => Ok(self.streamed(fn_index, update)),
                    Err(error) => self.fail(fn_index, error),
                }
            }
        }
    }

    /// Starts the request of a dependency.
    fn fire(&mut self, due: Due) -> Result<(), Error> {
        let fn_index = due.fn_index;
        let app = Arc::clone(&self.app);
        let Some(dependency) = app.dependency(fn_index) else {
            return Err(Error::Unsupported {
                detail: format!("the app has no function {fn_index}"),
            });
        };
        if !dependency.backend_fn {
            self.finish(fn_index, Vec::new(), &[]);
            return Ok(());
        }
        // The browser names the component whose event it was, for those that follow too.
        self.trigger = due.trigger.or(self.trigger);
        let inputs = due.inputs;
        let body = json!({
            "data": inputs.unwrap_or_else(|| self.session.inputs(&app, dependency)),
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

    fn streamed(&mut self, fn_index: FnIndex, update: Update) -> Option<Step> {
        match update {
            Update::Queued { rank, eta } => Some(Step::Queued { rank, eta }),
            Update::Started => Some(Step::Started),
            Update::Heartbeat => Some(Step::Heartbeat),
            Update::Progress(units) => Some(Step::Progress(units)),
            Update::Log(log) => Some(Step::Log(log)),
            Update::Values => self.watched_output(fn_index).map(|_| Step::Values),
            Update::SendData => None,
            Update::Completed | Update::Cancelled => {
                let Phase::Streaming(_, events) = std::mem::replace(&mut self.phase, Phase::Next)
                else {
                    return None;
                };
                let (outputs, states) = events.into_outputs();
                if update == Update::Completed {
                    return Some(self.finish(fn_index, outputs.into_values(), &states));
                }
                self.keep(fn_index, outputs.into_values());
                self.course.end();
                Some(Step::Cancelled)
            }
        }
    }

    /// A dependency is done: its outputs are kept, and what follows is due.
    fn finish(&mut self, fn_index: FnIndex, outputs: Vec<Value>, states: &[ComponentId]) -> Step {
        let mut changed = self.keep(fn_index, outputs);
        changed.extend(
            states
                .iter()
                .filter(|id| wiring::is_servers(&self.app, **id)),
        );
        self.course.follow(&self.app, fn_index, Outcome::Success);
        for id in changed {
            self.course.happen(&self.app, &self.session, id, "change");
        }
        self.phase = Phase::Next;
        Step::Values
    }

    /// A dependency has failed. What runs after a failure runs all the same; then the error is told.
    fn fail(&mut self, fn_index: FnIndex, error: Error) -> Result<Option<Step>, Error> {
        if !matches!(error, Error::Failed { .. }) {
            return Err(error);
        }
        if let Phase::Streaming(_, events) = std::mem::replace(&mut self.phase, Phase::Next) {
            self.keep(fn_index, events.into_outputs().0.into_values());
        }
        if !self.course.follow(&self.app, fn_index, Outcome::Failure) {
            return Err(error);
        }
        self.failure.get_or_insert(error);
        Ok(None)
    }

    /// Writes outputs into the page. Gives the components whose change fires something.
    fn keep(&mut self, fn_index: FnIndex, outputs: Vec<Value>) -> Vec<ComponentId> {
        let app = Arc::clone(&self.app);
        let Some(dependency) = app.dependency(fn_index) else {
            return Vec::new();
        };
        let at = dependency.outputs.iter().position(|&id| id == self.watched);
        let written = at.and_then(|at| outputs.get(at)).and_then(updated);
        self.is_written |= written.is_some();
        let is_followed =
            |id| !wiring::is_servers(&app, id) && wiring::has_change_handler(&app, id);
        self.session.store(&app, dependency, outputs, is_followed)
    }

    fn watched_output(&self, fn_index: FnIndex) -> Option<usize> {
        let dependency = self.app.dependency(fn_index)?;
        dependency.outputs.iter().position(|&id| id == self.watched)
    }
}

/// The value in `gr.update(value=…)`, `None` for an update that has none; any other value is its own.
fn updated(value: &Value) -> Option<&Value> {
    match value.get("__type__").and_then(Value::as_str) {
        Some("update") => value.get("value"),
        _ => Some(value),
    }
}
