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

use super::app::{App, ComponentId, FnIndex, Protocol};
use super::client::Client;
use super::error::Error;
use super::job::Update;
use super::queue::{Events, join_with_retry};
use super::session::Session;
use super::step::Step;
use super::wiring::{self, Outcome, Relevant};
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

/// A function runs at most this often in one chain: more goes round in a circle.
const MOST_ROUNDS: usize = 20;
/// The most functions that one chain fires.
const MOST_FIRED: usize = 200;

/// A function that is to run.
struct Due {
    fn_index: FnIndex,
    /// The component whose event fires it.
    trigger: Option<ComponentId>,
    /// Its inputs, where they are taken when the event happens.
    inputs: Option<Vec<Value>>,
}

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
    fired: Vec<FnIndex>,
    /// The functions that are to run, the next one first.
    due: VecDeque<Due>,
    relevant: Relevant,
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
        let mut chain = Self::idle(client, app, session, (watched, Some(typed)), query);
        let targets = chain
            .app
            .dependency(first)
            .map(|first| first.targets.clone());
        let event = targets
            .into_iter()
            .flatten()
            .find_map(|(component, event)| Some((component?, event)));
        match event {
            Some((component, event)) => chain.happen(component, &event, Some(first)),
            None => chain.add(first, None, None),
        }
        chain
    }

    /// What runs when the page opens, as far as it can matter for `watched`. It ends at once where nothing does.
    pub fn at_load(
        client: Client,
        app: Arc<App>,
        session: Session,
        (watched, typed): (ComponentId, ComponentId),
    ) -> Self {
        let mut chain = Self::idle(client, app, session, (watched, Some(typed)), "");
        let app = Arc::clone(&chain.app);
        for dependency in wiring::fired_at_load(&app) {
            if chain.relevant.is_changed_by(&app, dependency) {
                chain.add(dependency.id, None, None);
            }
        }
        chain
    }

    /// What runs when these components were set by the user: the functions that `events` of theirs fire, as far as
    /// they can matter for `watched`.
    pub fn at_settings(
        client: Client,
        app: Arc<App>,
        session: Session,
        (watched, typed): (ComponentId, ComponentId),
        (set, events): (&[ComponentId], &[&str]),
    ) -> Self {
        let mut chain = Self::idle(client, app, session, (watched, Some(typed)), "");
        for &component in set {
            for event in events {
                chain.happen(component, event, None);
            }
        }
        chain
    }

    fn idle(
        client: Client,
        app: Arc<App>,
        session: Session,
        (watched, typed): (ComponentId, Option<ComponentId>),
        query: &str,
    ) -> Self {
        Self {
            relevant: Relevant::new(&app, watched, typed),
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
            fired: Vec::new(),
            due: VecDeque::new(),
            is_written: false,
            failure: None,
        }
    }

    /// An event of a component: the functions that it fires are due, `first` in any case. Where they are several,
    /// each takes its inputs as they are now.
    fn happen(&mut self, component: ComponentId, event: &str, first: Option<FnIndex>) {
        let app = Arc::clone(&self.app);
        let fired: Vec<FnIndex> = wiring::fired_by(&app, component, event)
            .filter(|dependency| {
                first == Some(dependency.id) || self.relevant.is_changed_by(&app, dependency)
            })
            .map(|dependency| dependency.id)
            .collect();
        for &fn_index in &fired {
            let takes_now = fired.len() > 1;
            let inputs = takes_now
                .then(|| app.dependency(fn_index))
                .flatten()
                .map(|dependency| self.session.inputs(&app, dependency));
            self.add(fn_index, Some(component), inputs);
        }
    }

    fn add(&mut self, fn_index: FnIndex, trigger: Option<ComponentId>, inputs: Option<Vec<Value>>) {
        let again = self.app.dependency(fn_index);
        let each_time = again.is_some_and(|dependency| dependency.runs_each_time);
        if each_time || self.due.iter().all(|due| due.fn_index != fn_index) {
            self.due.push_back(Due {
                fn_index,
                trigger,
                inputs,
            });
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
            Phase::Next => match self.due.pop_front() {
                Some(due) => {
                    self.fire(due)?;
                    Ok(None)
                }
                None => match self.failure.take() {
                    Some(failure) => Err(failure),
                    None => Ok(Some(Step::Done)),
                },
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

    /// Refuses functions that fire each other for ever.
    fn require_an_end(&self, fn_index: FnIndex) -> Result<(), Error> {
        let rounds = self
            .fired
            .iter()
            .filter(|fired| **fired == fn_index)
            .count();
        if rounds < MOST_ROUNDS && self.fired.len() < MOST_FIRED {
            return Ok(());
        }
        Err(Error::Unsupported {
            detail: "the app's functions fire each other without an end".to_owned(),
        })
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
        self.require_an_end(fn_index)?;
        self.fired.push(fn_index);
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
                self.due.clear();
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
        self.follow(fn_index, Outcome::Success);
        for id in changed {
            self.happen(id, "change", None);
        }
        self.phase = Phase::Next;
        Step::Values
    }

    /// A dependency has failed. What runs after a failure runs all the same; then the error is told.
    fn fail(&mut self, fn_index: FnIndex, error: Error) -> Result<Option<Step>, Error> {
        let is_apps_own = matches!(error, Error::Failed { .. });
        let before = self.due.len();
        if is_apps_own {
            if let Phase::Streaming(_, events) = std::mem::replace(&mut self.phase, Phase::Next) {
                self.keep(fn_index, events.into_outputs().0.into_values());
            }
            self.follow(fn_index, Outcome::Failure);
        }
        if self.due.len() == before {
            return Err(error);
        }
        self.failure.get_or_insert(error);
        Ok(None)
    }

    fn follow(&mut self, fn_index: FnIndex, outcome: Outcome) {
        let app = Arc::clone(&self.app);
        for next in wiring::following(&app, fn_index, outcome) {
            if self.relevant.is_changed_by(&app, next) {
                self.add(next.id, None, None);
            }
        }
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
