//! Writes the outputs of functions into the page and finds what follows from them.

use super::{Chain, Failure, Running, notice};
use crate::gradio::app::{ComponentId, FnIndex};
use crate::gradio::course::Cause;
use crate::gradio::delta::Outputs;
use crate::gradio::error::Error;
use crate::gradio::step::Step;
use crate::gradio::wiring::{self, Outcome};
use serde_json::Value;
use std::sync::Arc;

impl Chain {
    /// A dependency is done: its outputs are stored, and what follows is due.
    pub(super) fn finish(
        &mut self,
        (fn_index, cause): (FnIndex, &Cause),
        outputs: Vec<Value>,
        states: &[ComponentId],
    ) -> Step {
        for failure in &mut self.failures {
            let mut answers = failure.answers.iter();
            failure.is_answered |= answers.any(|id| output(&self.app, fn_index, *id).is_some());
        }
        let mut changed = self.write_outputs(fn_index, outputs);
        changed.extend(
            states
                .iter()
                .filter(|id| wiring::is_servers(&self.app, **id)),
        );
        let app = Arc::clone(&self.app);
        self.course.ended(&app, fn_index, cause);
        self.course.follow(&app, fn_index, Outcome::Success, cause);
        self.change(fn_index, changed, cause);
        Step::Values
    }

    /// A dependency has failed. Parallel and following functions still run; then the error is reported. Where it writes
    /// to no watched component and another function has written there, it is reported as a notice beside the reply, as
    /// a page does.
    pub(super) fn fail(&mut self, at: usize, error: Error) -> Option<Step> {
        let (run, outputs, _) = self.given_up(at);
        let fn_index = run.fn_index;
        let watched = self.course.scope().watched().to_vec();
        let is_begun = watched.iter().any(|id| self.written.contains_key(id));
        let is_beside = is_begun && !self.writes_watched(fn_index);
        self.write_outputs(fn_index, outputs);
        let app = Arc::clone(&self.app);
        self.course.ended(&app, fn_index, &run.cause);
        self.course
            .follow(&app, fn_index, Outcome::Failure, &run.cause);
        if is_beside {
            return Some(notice(&error));
        }
        let its = |id: &ComponentId| output(&self.app, fn_index, *id).is_some();
        let its: Vec<ComponentId> = watched.iter().copied().filter(its).collect();
        self.failures.push(Failure {
            error,
            answers: if its.is_empty() { watched } else { its },
            is_answered: false,
        });
        None
    }

    /// The outputs of a function that is at work have changed: what the change of a component fires is due. `states` are
    /// those that the server says to have changed; a page of Gradio 4 fires it for these at the end alone.
    pub(super) fn grow(&mut self, at: usize, states: &[ComponentId]) {
        self.clock += 1;
        self.running[at].changed_at = self.clock;
        self.running[at].is_ahead = true;
        let run = &self.running[at];
        let scope = self.course.scope();
        let outputs = self
            .app
            .dependency(run.fn_index)
            .map(|found| &found.outputs);
        let is_changed = |id: &ComponentId| {
            scope.fires_when_changed(*id)
                && !wiring::is_servers(&self.app, *id)
                && self
                    .growing(run, *id)
                    .is_some_and(|value| value != self.session.value(&self.app, *id))
        };
        let outputs = outputs.into_iter().flatten().copied();
        let mut changed: Vec<ComponentId> = outputs.filter(is_changed).collect();
        if self.app.major() != Some(4) {
            let fires = |id: &&ComponentId| wiring::is_servers(&self.app, **id);
            changed.extend(states.iter().filter(fires));
        }
        if changed.is_empty() {
            return;
        }
        let cause = Cause {
            is_growth: true,
            ..run.cause.clone()
        };
        let fn_index = run.fn_index;
        self.write_what_grows();
        self.change(fn_index, changed, &cause);
    }

    /// Writes the outputs of what is at work into the page, as they are now: something reads them.
    pub(super) fn write_what_grows(&mut self) {
        for at in 0..self.running.len() {
            let run = &mut self.running[at];
            if std::mem::take(&mut run.is_ahead) {
                let (fn_index, changed_at) = (run.fn_index, run.changed_at);
                let outputs = self.outputs(&self.running[at]);
                let outputs = outputs.map(Outputs::values).unwrap_or_default();
                self.write(fn_index, outputs, changed_at);
            }
        }
    }

    /// Writes outputs into the page. Gives the components whose change fires something.
    pub(super) fn write_outputs(
        &mut self,
        fn_index: FnIndex,
        outputs: Vec<Value>,
    ) -> Vec<ComponentId> {
        self.clock += 1;
        self.write(fn_index, outputs, self.clock)
    }

    fn write(&mut self, fn_index: FnIndex, outputs: Vec<Value>, now: u64) -> Vec<ComponentId> {
        let app = Arc::clone(&self.app);
        let Some(dependency) = app.dependency(fn_index) else {
            return Vec::new();
        };
        let written = dependency.outputs.iter().zip(&outputs);
        let written = written.filter(|(_, output)| updated(output).is_some());
        self.written.extend(written.map(|(id, _)| (*id, now)));
        let scope = self.course.scope();
        let is_followed = |id| !wiring::is_servers(&app, id) && scope.fires_when_changed(id);
        self.session.store(&app, dependency, outputs, is_followed)
    }

    fn change(&mut self, written_by: FnIndex, changed: Vec<ComponentId>, cause: &Cause) {
        let scope = Arc::clone(self.course.scope());
        for id in changed {
            let left_out = scope.left_out();
            if !left_out.is_shown_already(&self.app, written_by, id) {
                self.course.happen(&self.app, id, "change", cause);
            }
        }
    }

    fn outputs(&self, run: &Running) -> Option<&Outputs> {
        let event_id = run.event_id()?;
        let mut streams = self.streams.iter();
        streams.find_map(|stream| stream.jobs().outputs(event_id))
    }

    /// The value that a function at work has given a component so far.
    pub(super) fn growing(&self, run: &Running, id: ComponentId) -> Option<&Value> {
        let position = output(&self.app, run.fn_index, id)?;
        updated(self.outputs(run)?.get(position)?)
    }

    pub(super) fn writes_watched(&self, fn_index: FnIndex) -> bool {
        let mut watched = self.course.scope().watched().iter();
        watched.any(|id| output(&self.app, fn_index, *id).is_some())
    }
}

fn output(app: &crate::gradio::App, fn_index: FnIndex, id: ComponentId) -> Option<usize> {
    let dependency = app.dependency(fn_index)?;
    dependency.outputs.iter().position(|output| *output == id)
}

/// The value in `gr.update(value=…)`, `None` for an update that has none; any other value is its own.
fn updated(value: &Value) -> Option<&Value> {
    match value.get("__type__").and_then(Value::as_str) {
        Some("update") => value.get("value"),
        _ => Some(value),
    }
}
