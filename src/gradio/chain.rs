//! Runs an event of a page as a browser does: the functions that it fires, and those that follow.
//!
//! [`Chain::next`] yields [`Step`]s: dependencies are posted or joined, those of one event side by side, their outputs
//! are written back into the [`Session`], then those are due that an end fires (`then`, `success`, `failure`) and the
//! `change` of what was written, while it is still growing too; for State the server reports what changed. What does
//! not matter for the watched components is left out ([`Scope`]: Qwen-Agent's `flushed`, a word counter), because
//! nothing would show it.
//!
//! Not here: what the values mean, and whether a session may be used again.

mod call;
mod cancel;
mod outputs;

use super::app::{App, ComponentId, FnIndex};
use super::client::Client;
use super::course::{Cause, Course, Due};
use super::error::Error;
use super::job::{JobUpdate, Update};
use super::message::Log;
use super::queue::Stream;
use super::session::Session;
use super::step::Step;
use super::wiring::Scope;
use crate::http;
use crate::http::json::budget;
use call::{Answer, Asker, Phase, Running, answer};
use futures_util::future::select_all;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::future::pending;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};

/// How often the progress of an upload is read.
const UPLOAD_TICK: Duration = Duration::from_millis(100);

type Pending<T> = Pin<Box<dyn Future<Output = Result<T, Error>> + Send>>;

/// An open page: its app, its components, and the scope of what matters.
#[derive(Debug, Clone)]
pub struct Tab {
    /// The client of the app.
    pub client: Client,
    /// The app.
    pub app: Arc<App>,
    /// The components as they stand.
    pub session: Session,
    /// What matters.
    pub scope: Arc<Scope>,
}

/// One run of a chain; see the module's documentation. Dropping it drops the connection, at which
/// the server ends the jobs at their next yield; [`Chain::cancel`] ends them at once.
pub struct Chain {
    client: Client,
    app: Arc<App>,
    session: Session,
    query: String,
    course: Course,
    running: Vec<Running>,
    /// The session's stream; one for each job of an app of 4.0 to 4.8.
    streams: Vec<Stream>,
    opening: Option<Pending<Stream>>,
    notes: (UnboundedSender<Step>, UnboundedReceiver<Step>),
    /// Counts the changes of outputs.
    clock: u64,
    /// When each component was last written to.
    written: HashMap<ComponentId, u64>,
    /// The first one first.
    failures: Vec<Failure>,
}

/// The error of a function, which is reported when nothing runs any more.
struct Failure {
    error: Error,
    /// The watched components that the function writes to; all of them where it writes to none.
    answers: Vec<ComponentId>,
    /// Whether another function has written to one of these since, and so replaced the reply.
    is_answered: bool,
}

impl Chain {
    /// A chain that begins with the event that fires dependency `first`, with the values of `session`, and ends
    /// when all that matters for `scope` has run. `query` is added to the routes (`?__theme=light`).
    pub fn new(tab: Tab, first: FnIndex, query: &str) -> Self {
        let mut chain = Self::idle(tab, query);
        chain.course.begin(&chain.app, first);
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
            let cause = Cause::default();
            chain.course.happen(&chain.app, *component, event, &cause);
        }
        chain
    }

    /// These functions, one after the other, and what follows them.
    pub fn of_functions(tab: Tab, functions: &[FnIndex]) -> Self {
        let mut chain = Self::idle(tab, "");
        chain.course.run_in_turn(functions);
        chain
    }

    fn idle(tab: Tab, query: &str) -> Self {
        Self {
            course: Course::new(tab.scope),
            client: tab.client,
            app: tab.app,
            session: tab.session,
            query: query.to_owned(),
            running: Vec::new(),
            streams: Vec::new(),
            opening: None,
            notes: unbounded_channel(),
            clock: 0,
            written: HashMap::new(),
            failures: Vec::new(),
        }
    }

    /// The value of a watched component, as far as this chain has changed it; `None` before any function has.
    pub fn watched(&self, id: ComponentId) -> Option<&Value> {
        let growing = self
            .running
            .iter()
            .filter_map(|run| Some((run.changed_at, self.growing(run, id)?)))
            .max_by_key(|(changed_at, _)| *changed_at);
        let written = self.written.get(&id).copied();
        match growing {
            Some((changed_at, value)) if written.is_none_or(|written| changed_at >= written) => {
                Some(value)
            }
            _ => written.map(|_| self.session.value(&self.app, id)),
        }
    }

    /// An error where a reply of this length, read from the watched component, and the outputs that it is read from
    /// take more memory together than the client's limit allows. A reply is in memory several times: read, sent, shown
    /// and saved.
    pub fn require_room(&self, reply: usize) -> Result<(), Error> {
        let outputs: usize = self
            .streams
            .iter()
            .map(|stream| stream.jobs().bound())
            .sum();
        let outputs = if outputs == 0 { reply } else { outputs };
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

    /// Runs it to its end without reporting steps: for opening a page or setting something in it. Returns the page and
    /// the error of a function that failed. Dropping it ends what runs.
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
    /// error it must not be called again; [`Chain::watched`] still returns the last value.
    pub async fn next(&mut self) -> Result<Step, Error> {
        loop {
            if let Some(step) = self.advance().await? {
                return Ok(step);
            }
        }
    }

    async fn advance(&mut self) -> Result<Option<Step>, Error> {
        while let Some(due) = self.course.take(&self.app)? {
            self.fire(due);
        }
        if self.running.is_empty() {
            return self.end().map(Some);
        }
        let is_asking = self.running.iter().any(|run| run.event_id().is_none());
        tokio::select! {
            biased;
            Some(step) = self.notes.1.recv() => Ok(Some(step)),
            (at, answer) = answer(&mut self.running) => self.answered(at, answer),
            stream = opened(&mut self.opening) => {
                self.streams.push(stream?);
                self.listen();
                Ok(None)
            }
            (at, update) = update(&mut self.streams) => self.on_update(at, update?),
            () = tokio::time::sleep(UPLOAD_TICK), if is_asking => {
                Ok(self.running.iter_mut().find_map(Running::upload_step))
            }
        }
    }

    /// Nothing runs any more: reports the failures, then the end.
    fn end(&mut self) -> Result<Step, Error> {
        if self.failures.is_empty() {
            return Ok(Step::Done);
        }
        let failure = self.failures.remove(0);
        if failure.is_answered {
            return Ok(notice(&failure.error));
        }
        Err(failure.error)
    }

    /// Starts the request of a dependency.
    fn fire(&mut self, due: Due) {
        let Due { fn_index, cause } = due;
        let app = Arc::clone(&self.app);
        let called = app.dependency(fn_index).filter(|found| found.backend_fn);
        let Some(dependency) = called.filter(|_| !self.course.scope().left_out().has(fn_index))
        else {
            self.finish((fn_index, &cause), Vec::new(), &[]);
            return;
        };
        self.write_what_grows();
        // The browser names the component whose event it was, for those that follow too.
        let mut body = json!({
            "data": self.session.inputs(&app, dependency),
            "event_data": null,
            "fn_index": fn_index,
            "trigger_id": cause.trigger,
            "session_hash": self.session.hash(),
        });
        self.client.sign(&mut body, fn_index);
        let asker = Asker {
            client: &self.client,
            app: &self.app,
            query: &self.query,
            notes: &self.notes.0,
        };
        self.running
            .push(Running::ask(&asker, (fn_index, cause), body));
    }

    /// A request is answered.
    fn answered(
        &mut self,
        at: usize,
        answer: Result<Answer, Error>,
    ) -> Result<Option<Step>, Error> {
        match answer {
            Ok(Answer::Outputs(outputs, states)) => {
                let run = self.running.remove(at);
                Ok(Some(self.finish(
                    (run.fn_index, &run.cause),
                    outputs,
                    &states,
                )))
            }
            Ok(Answer::Joined(event_id)) => {
                self.running[at].phase = Phase::Listening(event_id);
                self.listen();
                Ok(None)
            }
            Ok(Answer::Streaming(event_id, stream)) => {
                self.running[at].phase = Phase::Listening(event_id);
                self.streams.push(*stream);
                Ok(None)
            }
            Err(error @ Error::Failed { .. }) => Ok(self.fail(at, error)),
            Err(error) => Err(error),
        }
    }

    /// Adds all jobs that have joined to the stream, and opens it if necessary.
    fn listen(&mut self) {
        let is_known = |event_id: &str| {
            let mut jobs = self
                .streams
                .iter()
                .flat_map(|stream| stream.jobs().event_ids());
            jobs.any(|known| known == event_id)
        };
        let joined = self.running.iter().filter_map(Running::event_id);
        let new: Vec<String> = joined
            .filter(|id| !is_known(id))
            .map(str::to_owned)
            .collect();
        if new.is_empty() {
            return;
        }
        if let Some(stream) = self.streams.first_mut() {
            for event_id in new {
                stream.jobs_mut().add(event_id);
            }
        } else if self.opening.is_none() {
            let (client, app) = (self.client.clone(), Arc::clone(&self.app));
            let hash = self.session.hash().to_owned();
            self.opening = Some(Box::pin(
                async move { Stream::open(&client, &app, &hash).await },
            ));
        }
    }

    /// Takes an update of a stream.
    fn on_update(&mut self, stream: usize, update: JobUpdate) -> Result<Option<Step>, Error> {
        let JobUpdate { event_id, update } = update;
        let of_job = |run: &Running| event_id.is_some() && run.event_id() == event_id.as_deref();
        let Some(at) = self.running.iter().position(of_job) else {
            return match update {
                Update::Heartbeat => Ok(Some(Step::Heartbeat)),
                Update::Closed => self.closed(stream).map(|()| None),
                _ => Ok(None),
            };
        };
        let fn_index = self.running[at].fn_index;
        // The progress of a function beside the reply is not shown.
        let is_shown = self.running.len() == 1 || self.writes_watched(fn_index);
        Ok(match update {
            Update::Queued { rank, eta } => is_shown.then_some(Step::Queued { rank, eta }),
            Update::Started => is_shown.then_some(Step::Started),
            Update::Heartbeat => Some(Step::Heartbeat),
            Update::Progress(units) => Some(Step::Progress(units)),
            Update::Log(log) => Some(Step::Log(log)),
            Update::Values(states) => {
                self.grow(at, &states);
                self.writes_watched(fn_index).then_some(Step::Values)
            }
            Update::SendData | Update::Closed => None,
            Update::Failed(error) => self.fail(at, error),
            Update::Completed => {
                let (run, outputs, states) = self.given_up(at);
                Some(self.finish((run.fn_index, &run.cause), outputs, &states))
            }
            Update::Cancelled => {
                let (run, outputs, _) = self.given_up(at);
                self.write_outputs(run.fn_index, outputs);
                let app = Arc::clone(&self.app);
                self.course.ended(&app, run.fn_index, &run.cause);
                is_shown.then(|| {
                    self.course.end();
                    Step::Cancelled
                })
            }
        })
    }

    /// A stream has ended. A job that joined while the server was closing it is served by another stream.
    fn closed(&mut self, at: usize) -> Result<(), Error> {
        let stream = &self.streams[at];
        let is_over = stream.jobs().has_ended_any() && !stream.jobs().has_any_message();
        if is_over || stream.jobs().event_ids().next().is_none() {
            self.streams.remove(at);
            self.listen();
            return Ok(());
        }
        Err(stream.jobs().ended_early())
    }

    /// Removes a function that has ended, with its outputs and the State components that it changed. A stream that
    /// nothing is waited for any more is closed.
    fn given_up(&mut self, at: usize) -> (Running, Vec<Value>, Vec<ComponentId>) {
        let run = self.running.remove(at);
        let event_id = run.event_id().unwrap_or_default();
        let mut streams = self.streams.iter_mut();
        let taken = streams.find_map(|stream| stream.jobs_mut().take(event_id));
        if self.running.iter().all(|run| !run.is_queued) {
            self.streams.clear();
        }
        let (outputs, states) = taken.unwrap_or_default();
        (run, outputs.into_values(), states)
    }
}

/// The stream that is being opened, once it is. Safe to drop while it waits.
async fn opened(opening: &mut Option<Pending<Stream>>) -> Result<Stream, Error> {
    match opening {
        None => pending().await,
        Some(stream) => {
            let stream = stream.await;
            *opening = None;
            stream
        }
    }
}

/// The next update of any stream. Safe to drop while it waits.
async fn update(streams: &mut [Stream]) -> (usize, Result<JobUpdate, Error>) {
    if streams.is_empty() {
        return pending().await;
    }
    let next = streams.iter_mut().map(|stream| Box::pin(stream.next()));
    let (update, at, _) = select_all(next).await;
    (at, update)
}

/// An error as a notice beside the reply, as a page shows it.
fn notice(error: &Error) -> Step {
    Step::Log(Log {
        level: "error".to_owned(),
        text: error.to_string(),
        title: None,
    })
}
