//! How the functions of a page hang together: which ones an event fires, which ones follow one that is done, and
//! which of them can change what is watched.
//!
//! Pure, over `/config` alone. [`super::chain`] fires what is found here.

use super::app::{App, Component, ComponentId, Dependency, FnIndex, RunsAfter};
use std::collections::HashSet;

/// How a function ended, for what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It gave its outputs.
    Success,
    /// It raised an error.
    Failure,
}

/// The components that can change what is watched: itself, all State, and whatever a function takes that writes to
/// one of these.
#[derive(Debug, Clone, Default)]
pub struct Relevant {
    components: HashSet<ComponentId>,
}

impl Relevant {
    /// What can change `watched`. `typed` is the component that a message is typed into: it is set before
    /// each message, so that a function which only clears it changes nothing.
    pub fn new(app: &App, watched: ComponentId, typed: Option<ComponentId>) -> Self {
        let states = app.components().filter(|component| component.is_state());
        let mut components: HashSet<ComponentId> = states.map(|state| state.id).collect();
        components.insert(watched);
        loop {
            let before = components.len();
            for dependency in app.dependencies() {
                if dependency.outputs.iter().any(|id| components.contains(id)) {
                    let taken = dependency.inputs.iter().filter(|id| Some(**id) != typed);
                    components.extend(taken);
                }
            }
            if components.len() == before {
                return Self { components };
            }
        }
    }

    /// Whether a function, or one that runs by itself after it, writes to one of these.
    pub fn is_changed_by(&self, app: &App, dependency: &Dependency) -> bool {
        app.chain(dependency)
            .into_iter()
            .any(|step| step.outputs.iter().any(|id| self.components.contains(id)))
    }
}

/// The functions that `event` of component `id` fires, in the app's order.
pub fn fired_by<'a>(
    app: &'a App,
    id: ComponentId,
    event: &'a str,
) -> impl Iterator<Item = &'a Dependency> {
    app.dependencies()
        .iter()
        .filter(move |dependency| dependency.is_fired_by(id, event))
}

/// The functions that run when the page opens.
pub fn fired_at_load(app: &App) -> impl Iterator<Item = &Dependency> {
    app.dependencies()
        .iter()
        .filter(|dependency| dependency.targets.iter().any(|(_, event)| event == "load"))
}

/// The functions that run after `done`, which ended so: `then` in any case, `success` and `failure` in theirs.
pub fn following(app: &App, done: FnIndex, outcome: Outcome) -> impl Iterator<Item = &Dependency> {
    app.dependencies().iter().filter(move |dependency| {
        let other = match outcome {
            Outcome::Success => RunsAfter::Failure,
            Outcome::Failure => RunsAfter::Success,
        };
        dependency.trigger_after == Some(done) && dependency.runs_after != other
    })
}

/// Whether a change of this component fires anything.
pub fn has_change_handler(app: &App, id: ComponentId) -> bool {
    fired_by(app, id, "change").next().is_some()
}

/// Whether the server alone knows when this component changes.
pub fn is_servers(app: &App, id: ComponentId) -> bool {
    app.is(id, Component::is_state)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A page with a message box (1), a chat (2), a State (3), a counter (4) and a model list (5).
    fn page(dependencies: &Value) -> App {
        let kinds = ["textbox", "chatbot", "state", "markdown", "dropdown"];
        let components: Vec<Value> = (1..)
            .zip(kinds)
            .map(|(id, kind)| json!({"id": id, "type": kind, "props": {}}))
            .collect();
        App::read(&json!({"components": components, "dependencies": dependencies})).unwrap()
    }

    fn ids<'a>(found: impl Iterator<Item = &'a Dependency>) -> Vec<FnIndex> {
        found.map(|dependency| dependency.id).collect()
    }

    #[test]
    fn what_feeds_the_chat_is_relevant_and_what_only_counts_or_clears_is_not() {
        let app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1, 2, 5], "outputs": [1, 2]},
            {"targets": [[1, "change"]], "inputs": [1], "outputs": [4]},
            {"targets": [[0, "load"]], "inputs": [], "outputs": [5]},
            {"targets": [[null, "then"]], "trigger_after": 0, "inputs": [], "outputs": [1]},
            {"targets": [[3, "change"]], "inputs": [3], "outputs": [2]},
        ]));
        let relevant = Relevant::new(&app, 2, Some(1));
        let changes = |id| relevant.is_changed_by(&app, app.dependency(id).unwrap());
        assert_eq!(
            [0, 1, 2, 3, 4].map(changes),
            [true, false, true, false, true]
        );
        assert_eq!(ids(fired_by(&app, 1, "submit")), [0]);
        assert_eq!(ids(fired_at_load(&app)), [2]);
        assert!(has_change_handler(&app, 3) && !has_change_handler(&app, 2));
        assert!(is_servers(&app, 3) && !is_servers(&app, 2));
    }

    #[test]
    fn what_follows_depends_on_how_a_function_ended() {
        let app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1], "outputs": [2]},
            {"targets": [[null, "then"]], "trigger_after": 0},
            {"targets": [[null, "success"]], "trigger_after": 0, "trigger_only_on_success": true},
            {"targets": [[null, "failure"]], "trigger_after": 0, "trigger_only_on_failure": true},
        ]));
        assert_eq!(ids(following(&app, 0, Outcome::Success)), [1, 2]);
        assert_eq!(ids(following(&app, 0, Outcome::Failure)), [1, 3]);
    }
}
