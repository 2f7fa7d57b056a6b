//! What the Space's dependencies do: `change_agent`, `add_text`, `agent_run` and `flushed`, as in Qwen-Agent's `WebUI`.
//! They run as queued events or directly for `/run/…`, and know nothing of streams or ranks.

use std::sync::Arc;

use serde_json::{Value, json};
use tokio::time::Instant;

use super::diff::diff;
use super::lock::lock;
use super::past::{Attached, Past, Role, Turn};
use super::queue::Call;
use super::scenario::{self, Step, Steps};
use super::space::Space;
use super::wire::{self, Failure};

/// Number of the function that another agent was chosen for.
pub(super) const CHANGE_AGENT: u64 = 0;
/// Number of the function that takes the message box's text into the history.
pub(super) const ADD_TEXT: u64 = 1;
/// Number of the function that answers.
pub(super) const AGENT_RUN: u64 = 2;
/// Number of the function that gives the message box back.
pub(super) const FLUSHED: u64 = 3;

/// The number of a function by its API name.
pub(super) fn by_name(name: &str) -> Option<u64> {
    ["change_agent", "add_text", "agent_run", "flushed"]
        .into_iter()
        .zip(CHANGE_AGENT..)
        .find(|(known, _)| *known == name)
        .map(|(_, id)| id)
}

/// Whether a function yields (and so says `is_generating` once) or returns.
pub(super) fn is_generator(function: u64) -> bool {
    function != FLUSHED
}

/// Runs a function up to its first yield or its return and gives its outputs.
///
/// For `agent_run` that is the bubble in which the model still thinks: its reply comes through the queue only.
pub(super) fn first_outputs(space: &Arc<Space>, call: &Call) -> Result<Vec<Value>, Failure> {
    match call.function {
        CHANGE_AGENT => Ok(vec![input(call, 0)?.clone()]),
        ADD_TEXT => add_text(space, call),
        AGENT_RUN => Ok(Reply::start(space, call)?.outputs()),
        _ => Ok(vec![json!({"interactive": true, "__type__": "update"})]),
    }
}

/// An input by its place; too few of them fail as they do in Gradio, late and without a word.
fn input(call: &Call, index: usize) -> Result<&Value, Failure> {
    call.data.get(index).ok_or(Failure::Hidden)
}

/// Takes the message into the session's history, where it stays also if no reply ever follows.
fn add_text(space: &Space, call: &Call) -> Result<Vec<Value>, Failure> {
    let message = input(call, 0)?;
    let mut pairs = wire::chatbot(input(call, 1)?).ok_or(Failure::Hidden)?;
    input(call, 2)?;
    let text = message
        .get("text")
        .and_then(Value::as_str)
        .ok_or(Failure::Hidden)?;
    let files = message
        .get("files")
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default();
    let mut turn = Turn::new(Role::User, text);
    let mut shown = Vec::new();
    for file in files {
        let (attached, entry) = attach(space, file).ok_or(Failure::Hidden)?;
        turn.files.push(attached);
        shown.push(entry);
    }
    lock(&space.sessions)
        .entry(call.session.clone())
        .or_default()
        .push(turn);
    pairs.push(json!([wire::bubble(text, &Value::Array(shown)), null]));
    let emptied =
        json!({"interactive": false, "value": {"files": [], "text": ""}, "__type__": "update"});
    Ok(vec![emptied, Value::Array(pairs), Value::Null])
}

/// A file of the message, and its entry in the bubble. `None` without a `mime_type`, on which the original fails too.
fn attach(space: &Space, file: &Value) -> Option<(Attached, Value)> {
    let path = file.get("path")?.as_str()?;
    let kind = file.get("mime_type")?.as_str()?;
    let original = file.get("orig_name").and_then(Value::as_str);
    let name = original.unwrap_or_else(|| path.rsplit('/').next().unwrap_or(path));
    let size = lock(&space.files).get(path).map(hyper::body::Bytes::len);
    let entry = json!({
        "file": {
            "path": path, "url": format!("{}/file={path}", space.root), "size": file.get("size"), "orig_name": original,
            "mime_type": kind, "is_stream": false, "meta": {"_type": "gradio.FileData"},
        },
        "alt_text": null,
    });
    Some((
        Attached {
            name: name.to_owned(),
            size,
        },
        entry,
    ))
}

/// What [`Reply::next`] did.
#[derive(Debug, PartialEq)]
pub(super) enum Progress {
    /// A yield; the operations that change the first output. The other outputs never change.
    Yielded(Vec<Value>),
    /// The last yield is behind; the history holds the reply.
    Finished,
}

/// `agent_run` at work: a generator whose yields are asked for one by one.
pub(super) struct Reply {
    space: Arc<Space>,
    session: String,
    pairs: Vec<Value>,
    agent: usize,
    text: String,
    steps: Steps,
    /// When the last step was due.
    due: Instant,
}

impl Reply {
    /// Up to the first yield, in which the model is thinking.
    pub(super) fn start(space: &Arc<Space>, call: &Call) -> Result<Self, Failure> {
        let pairs = wire::chatbot(input(call, 0)?)
            .filter(|pairs| !pairs.is_empty())
            .ok_or(Failure::Hidden)?;
        input(call, 1)?;
        let chosen = input(call, 2)?.as_u64().unwrap_or(0);
        let agent = usize::try_from(chosen)
            .ok()
            .filter(|agent| *agent < wire::AGENTS)
            .ok_or(Failure::Hidden)?;
        let history = lock(&space.sessions)
            .get(&call.session)
            .cloned()
            .unwrap_or_default();
        let steps = steps(space, &history);
        let mut reply = Self {
            space: Arc::clone(space),
            session: call.session.clone(),
            pairs,
            agent,
            text: wire::THINKING.to_owned(),
            steps,
            due: Instant::now(),
        };
        let bubbles = reply.bubbles();
        reply.show(bubbles);
        reply.text.clear();
        Ok(reply)
    }

    /// All outputs in full: the chatbot, the state (which never leaves the server) and the selector.
    pub(super) fn outputs(&self) -> Vec<Value> {
        vec![
            Value::Array(self.pairs.clone()),
            Value::Null,
            json!(self.agent),
        ]
    }

    /// Runs to the next yield, at the Space's pace. Dropping the future is safe: the step is lost, as a cancelled reply is.
    pub(super) async fn next(&mut self) -> Result<Progress, Failure> {
        loop {
            let Some(step) = self.steps.next() else {
                let turn = Turn::new(Role::Assistant, &self.text);
                lock(&self.space.sessions)
                    .entry(self.session.clone())
                    .or_default()
                    .push(turn);
                return Ok(Progress::Finished);
            };
            self.pause().await;
            match step {
                Step::Wait => continue,
                Step::Fail(failure) => return Err(failure),
                Step::Append(piece) => self.text.push_str(&piece),
                Step::Whole(text) => self.text = text,
            }
            let new = self.bubbles();
            let last = self.pairs.len() - 1;
            let root = [json!(last), json!(1)];
            let operations = diff(&root, &self.pairs[last][1], &new);
            self.show(new);
            return Ok(Progress::Yielded(operations));
        }
    }

    /// Waits for the moment of the next step. Moments follow each other by the clock, so that timers that fire late do
    /// not make the whole reply slower than its pace.
    async fn pause(&mut self) {
        let pace = self.space.options.pace;
        if pace.is_zero() {
            tokio::task::yield_now().await;
        } else {
            self.due += pace;
            tokio::time::sleep_until(self.due).await;
        }
    }

    /// The assistant's side of the last pair with the text as it now is.
    fn bubbles(&self) -> Value {
        let mut bubbles = vec![Value::Null; wire::AGENTS];
        bubbles[self.agent] = wire::bubble(wire::trimmed(&self.text), &Value::Null);
        Value::Array(bubbles)
    }

    fn show(&mut self, bubbles: Value) {
        if let Some(side) = self.pairs.last_mut().and_then(|pair| pair.get_mut(1)) {
            *side = bubbles;
        }
    }
}

/// What will be said: a scenario if the newest message begins with its word, else the tour's answer in words. Without a
/// message in the session there is nothing to answer, and the reply fails as the original's does.
fn steps(space: &Space, history: &[Turn]) -> Steps {
    let past = Past::of(history);
    if past.question().is_none() {
        return Box::new(std::iter::once(Step::Fail(Failure::Hidden)));
    }
    scenario::steps(history, &past)
        .unwrap_or_else(|| scenario::say(&space.options.tour.answer(&past)))
}
