//! An event of a page, the functions that it fires, and those that follow by themselves: as a browser runs them, one
//! after the other.
//!
//! [`Chain::next`] is pulled for [`Step`]s: a dependency is posted or joined, its outputs are written back into the
//! [`Session`], then those are due that its end fires (`then`, `success`, `failure`) and the `change` of what it
//! wrote; for State the server tells what changed. Several handlers of one event take their inputs when it
//! happens, as in a browser. What does not matter for the watched components is left out ([`Scope`]: Qwen-Agent's `flushed`,
//! a word counter): nothing here would show it.
//!
//! Not here: what the values mean, and whether a session may be used again; `provider` decides.

mod cancel;

use super::app::{App, ComponentId, FnIndex, Protocol};
use super::client::Client;
use super::course::{Course, Due};
use super::error::Error;
use super::job::Update;
use super::message::Log;
use super::queue::{Events, join_with_retry};
use super::session::Session;
use super::step::Step;
use super::wiring::{self, Outcome, Scope};
use crate::http::json::budget;
use crate::http::{self, Upload};
use serde_json::{Value, json};
use std::collections::HashSet;
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

/// A page that is open: the app behind it, its components, and what matters of it.
#[derive(Debug, Clone)]
pub struct Tab {
    /// Who asks the app.
    pub client: Client,
    /// The app.
    pub app: Arc<App>,
    /// The components as they stand.
    pub session: Session,
    /// What matters.
    pub scope: Arc<Scope>,
}

/// One run of a chain; see the module's documentation. Dropping it drops the connection, at which
/// the server ends the job at its next yield; [`Chain::cancel`] ends it at once.
pub struct Chain {
    client: Client,
    app: Arc<App>,
    session: Session,
    query: String,
    phase: Phase,
    upload: Upload,
    uploaded: u64,
    notes: (UnboundedSender<Step>, UnboundedReceiver<Step>),
    /// The job in the queue, known before its stream is open.
    joined: watch::Sender<Option<String>>,
    /// The component whose event fired what runs now.
    trigger: Option<ComponentId>,
    course: Course,
    /// The watched components that a function has written to.
    written: HashSet<ComponentId>,
    /// The error of a function after which others still run, and whether one of these has answered in its place.
    failure: Option<Error>,
    is_answered: bool,
}

impl Chain {
    /// A chain that begins with the event that fires dependency `first`, with the values of `session`, and ends
    /// when all that matters for `scope` has run. `query` is added to the routes (`?__theme=light`).
    pub fn new(tab: Tab, first: FnIndex, query: &str) -> Self {
        let mut chain = Self::idle(tab, query);
        chain.course.begin(&chain.app, &chain.session, first);
        chain
    }

    /// What runs when the page opens, as far as it can matter. It ends at once where nothing does.
    pub fn at_load(tab: Tab) -> Self {
        let mut chain = Self::idle(tab, "");
        chain.course.load(&chain.app);
        chain
    }

    /// What runs at these events of components, each with its name, as far as it can matter.
    pub fn at_events(tab: Tab, events: &[(ComponentId, &str)]) -> Self {
        let mut chain = Self::idle(tab, "");
        for (component, event) in events {
            chain
                .course
                .happen(&chain.app, &chain.session, *component, event);
        }
        chain
    }

    /// These functions, one after the other, and what follows them.
    pub fn of_functions(tab: Tab, functions: &[FnIndex]) -> Self {
        let mut chain = Self::idle(tab, "");
        for function in functions {
            chain.course.run(&chain.app, *function);
        }
        chain
    }

    fn idle(tab: Tab, query: &str) -> Self {
        Self {
            course: Course::new(tab.scope),
            client: tab.client,
            app: tab.app,
            session: tab.session,
            query: query.to_owned(),
            phase: Phase::Next,
            upload: Upload::default(),
            uploaded: 0,
            notes: unbounded_channel(),
            joined: watch::Sender::default(),
            trigger: None,
            written: HashSet::new(),
            failure: None,
            is_answered: false,
        }
    }

    /// The value of a watched component, as far as this chain has changed it; `None` before any function has.
    pub fn watched(&self, id: ComponentId) -> Option<&Value> {
        if let Phase::Streaming(fn_index, events) = &self.phase
            && let Some(position) = self.output(*fn_index, id)
            && let Some(value) = events.job().outputs().get(position)
            && let Some(value) = updated(value)
        {
            return Some(value);
        }
        let kept = || self.session.value(&self.app, id);
        self.written.contains(&id).then(kept)
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
    /// then, and the error of a function that failed. Dropping it ends what runs.
    pub async fn settle(mut self) -> (Session, Option<Error>) {
        loop {
            match self.next().await {
                Ok(Step::Done | Step::Cancelled) => return (self.session, None),
                Ok(_) => {}
                Err(error) => return (self.session, Some(error)),
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
                (None, Some(failure)) if self.is_answered => Ok(Some(notice(&failure))),
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
        if !dependency.backend_fn || self.course.scope().left_out().has(fn_index) {
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
            Update::Values => self.writes_watched(fn_index).then_some(Step::Values),
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
        self.is_answered |= self.writes_watched(fn_index);
        let mut changed = self.keep(fn_index, outputs);
        changed.extend(
            states
                .iter()
                .filter(|id| wiring::is_servers(&self.app, **id)),
        );
        self.course.follow(&self.app, fn_index, Outcome::Success);
        let scope = Arc::clone(self.course.scope());
        for id in changed {
            if !scope.left_out().is_shown_already(&self.app, fn_index, id) {
                self.course.happen(&self.app, &self.session, id, "change");
            }
        }
        self.phase = Phase::Next;
        Step::Values
    }

    /// A dependency has failed. What runs after a failure runs all the same; then the error is told. Where it writes to
    /// nothing that is watched and something has been written there, it is told as a page tells it, beside the reply.
    fn fail(&mut self, fn_index: FnIndex, error: Error) -> Result<Option<Step>, Error> {
        if !matches!(error, Error::Failed { .. }) {
            return Err(error);
        }
        let watched = self.course.scope().watched().iter();
        let is_begun = watched.into_iter().any(|id| self.written.contains(id));
        let is_beside = is_begun && !self.writes_watched(fn_index);
        if let Phase::Streaming(_, events) = std::mem::replace(&mut self.phase, Phase::Next) {
            self.keep(fn_index, events.into_outputs().0.into_values());
        }
        let is_followed = self.course.follow(&self.app, fn_index, Outcome::Failure);
        if is_beside {
            return Ok(Some(notice(&error)));
        }
        if !is_followed {
            return Err(error);
        }
        self.failure.get_or_insert(error);
        self.is_answered = false;
        Ok(None)
    }

    /// Writes outputs into the page. Gives the components whose change fires something.
    fn keep(&mut self, fn_index: FnIndex, outputs: Vec<Value>) -> Vec<ComponentId> {
        let app = Arc::clone(&self.app);
        let Some(dependency) = app.dependency(fn_index) else {
            return Vec::new();
        };
        let written = dependency.outputs.iter().zip(&outputs);
        let written = written.filter(|(_, output)| updated(output).is_some());
        self.written.extend(written.map(|(id, _)| *id));
        let is_followed =
            |id| !wiring::is_servers(&app, id) && wiring::has_change_handler(&app, id);
        self.session.store(&app, dependency, outputs, is_followed)
    }

    fn output(&self, fn_index: FnIndex, id: ComponentId) -> Option<usize> {
        let dependency = self.app.dependency(fn_index)?;
        dependency.outputs.iter().position(|output| *output == id)
    }

    fn writes_watched(&self, fn_index: FnIndex) -> bool {
        let mut watched = self.course.scope().watched().iter();
        watched.any(|id| self.output(fn_index, *id).is_some())
    }
}

/// An error as a page tells it, beside the reply.
fn notice(error: &Error) -> Step {
    Step::Log(Log {
        level: "error".to_owned(),
        text: error.to_string(),
        title: None,
    })
}

/// The value in `gr.update(value=…)`, `None` for an update that has none; any other value is its own.
fn updated(value: &Value) -> Option<&Value> {
    match value.get("__type__").and_then(Value::as_str) {
        Some("update") => value.get("value"),
        _ => Some(value),
    }
}
