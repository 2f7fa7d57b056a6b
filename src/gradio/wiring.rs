//! How the functions of a page are connected: which an event fires, which follow a finished one, and which can change a
//! watched component.
//!
//! Pure, over `/config` alone. Nothing is fired here.

use super::app::{App, Component, ComponentId, Dependency, FnIndex, RunsAfter};
use super::chat_interface::LeftOut;
use std::collections::HashSet;

/// How a function ended, for what follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It gave its outputs.
    Success,
    /// It raised an error.
    Failure,
}

/// The events of a component that its user sets.
pub const SETTING_EVENTS: [&str; 5] = ["input", "change", "select", "blur", "upload"];
/// How many functions of one turn are examined: more than any usable page has.
pub const LONGEST_COURSE: usize = 200;

/// The scope of a turn of a chat: the watched components, and the functions that can matter for them.
///
/// What matters is found backwards from what is watched: a function that writes to it, by an event of the turn, of
/// the page's opening or of a setting; what that function takes; whatever writes to that; and so on.
#[derive(Debug, Clone, Default)]
pub struct Scope {
    watched: Vec<ComponentId>,
    live: HashSet<ComponentId>,
    /// Those whose change fires something that is run.
    firing: HashSet<ComponentId>,
    left_out: LeftOut,
}

impl Scope {
    /// The scope of a turn that begins with the event which fires `first`. `typed` is the component that a message is
    /// typed into: it is set before each message, so that a function which only clears it changes nothing.
    pub fn new(app: &App, first: FnIndex, watched: &[ComponentId], typed: ComponentId) -> Self {
        let reached = reached(app, first);
        let mut live: HashSet<ComponentId> = watched.iter().copied().collect();
        loop {
            let before = live.len();
            for dependency in &reached {
                if dependency.outputs.iter().any(|id| live.contains(id)) {
                    live.extend(dependency.inputs.iter().filter(|id| **id != typed));
                }
            }
            if live.len() == before {
                break;
            }
        }
        let left_out = watched.first().map(|chat| LeftOut::new(app, first, *chat));
        let mut scope = Self {
            watched: watched.to_vec(),
            live,
            firing: HashSet::new(),
            left_out: left_out.unwrap_or_default(),
        };
        for dependency in app.dependencies() {
            let targets = dependency.targets.iter();
            let by_change = targets.filter(|(_, event)| event == "change");
            let mut firing = by_change.filter_map(|(id, _)| *id).peekable();
            if firing.peek().is_some() && scope.runs(app, dependency) {
                scope.firing.extend(firing);
            }
        }
        scope
    }

    /// The components whose values are the reply.
    pub fn watched(&self) -> &[ComponentId] {
        &self.watched
    }

    /// What of the turn need not be run.
    pub fn left_out(&self) -> &LeftOut {
        &self.left_out
    }

    /// Whether a component can change what is watched.
    pub fn matters(&self, id: ComponentId) -> bool {
        self.live.contains(&id)
    }

    /// Whether a component's change fires a function that is run.
    pub fn fires_when_changed(&self, id: ComponentId) -> bool {
        self.firing.contains(&id)
    }

    /// Whether a function is run: where it, or one that runs by itself after it, writes to what matters; where it
    /// writes to nothing, so that it can only be there for what it does at the server; and where it takes a State
    /// that matters, which it can change in place.
    pub fn runs(&self, app: &App, dependency: &Dependency) -> bool {
        app.chain(dependency).into_iter().any(|step| {
            let changes_in_place =
                |id: &ComponentId| self.live.contains(id) && is_servers(app, *id);
            step.outputs.iter().any(|id| self.live.contains(id))
                || !self.left_out.is_interface()
                    && step.backend_fn
                    && (step.outputs.is_empty() || step.inputs.iter().any(changes_in_place))
        })
    }

    /// Whether a function writes to what matters.
    pub fn is_changed_by(&self, app: &App, dependency: &Dependency) -> bool {
        app.chain(dependency)
            .into_iter()
            .any(|step| step.outputs.iter().any(|id| self.live.contains(id)))
    }
}

/// The functions that a turn can reach: those that `first`'s event fires, those of a setting and of the page's opening,
/// and all that run after them.
fn reached(app: &App, first: FnIndex) -> Vec<&Dependency> {
    let own = app.dependency(first).map(|first| &*first.targets);
    let begins = |dependency: &&Dependency| {
        dependency.id == first
            || dependency.targets.iter().any(|target| {
                target.1 == "load"
                    || SETTING_EVENTS.contains(&target.1.as_str())
                    || target.0.is_some() && own.is_some_and(|own| own.contains(target))
            })
    };
    let mut reached: Vec<&Dependency> = app.dependencies().iter().filter(begins).collect();
    let mut known: HashSet<FnIndex> = reached.iter().map(|found| found.id).collect();
    let mut at = 0;
    while let Some(done) = reached.get(at).map(|found| found.id) {
        at += 1;
        for next in app.dependencies() {
            if next.trigger_after == Some(done) && known.insert(next.id) {
                reached.push(next);
            }
        }
    }
    reached
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

/// All functions that a turn may run, about in their order: `first`, what runs by itself after it, and what the change
/// of their outputs fires. None is listed twice, and it ends after [`LONGEST_COURSE`] of them.
pub fn course<'a>(app: &'a App, first: &'a Dependency) -> Vec<&'a Dependency> {
    let mut course: Vec<&Dependency> = Vec::new();
    let mut begun = vec![first];
    let (mut known, mut changed) = (HashSet::new(), HashSet::new());
    let mut at = 0;
    while let Some(first) = begun.get(at) {
        at += 1;
        for step in app.chain(first) {
            if course.len() == LONGEST_COURSE {
                return course;
            }
            if known.insert(step.id) {
                course.push(step);
                let new = step.outputs.iter().filter(|id| changed.insert(**id));
                begun.extend(new.flat_map(|id| fired_by(app, *id, "change")));
            }
        }
    }
    course
}

/// The functions that run when the page opens; not those that only end with it.
pub fn fired_at_load(app: &App) -> impl Iterator<Item = &Dependency> {
    app.dependencies().iter().filter(|dependency| {
        let mut targets = dependency.targets.iter();
        !dependency.is_endless && targets.any(|(_, event)| event == "load")
    })
}

/// The functions that run after `done`, which ended so: `success` and `failure` in their case, `then` in any, but from
/// Gradio 6 on not after a failure (`dependency.ts` of 6.31).
pub fn following(app: &App, done: FnIndex, outcome: Outcome) -> impl Iterator<Item = &Dependency> {
    let is_strict = is_one_by_one(app);
    app.dependencies().iter().filter(move |dependency| {
        let follows = match (outcome, dependency.runs_after) {
            (Outcome::Success, after) => after != RunsAfter::Failure,
            (Outcome::Failure, RunsAfter::Any) => !is_strict,
            (Outcome::Failure, after) => after == RunsAfter::Failure,
        };
        dependency.trigger_after == Some(done) && follows
    })
}

/// Whether the handlers of one event run one after the other, as pages do from Gradio 6 on (`dependency.ts` of 6.31):
/// each takes its inputs when it is its turn. Before, all begin at once.
pub fn is_one_by_one(app: &App) -> bool {
    app.major().is_some_and(|major| major >= 6)
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
    fn what_feeds_the_chat_is_run_and_what_only_counts_or_clears_is_not() {
        let app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1, 2, 5], "outputs": [1, 2]},
            {"targets": [[1, "change"]], "inputs": [1], "outputs": [4]},
            {"targets": [[0, "load"]], "inputs": [], "outputs": [5]},
            {"targets": [[null, "then"]], "trigger_after": 0, "inputs": [], "outputs": [1]},
            {"targets": [[3, "change"]], "inputs": [3], "outputs": [2]},
            {"targets": [[0, "load"]], "inputs": [], "outputs": [2], "types": {"continuous": true}},
        ]));
        let scope = Scope::new(&app, 0, &[2], 1);
        let runs = |id| scope.runs(&app, app.dependency(id).unwrap());
        assert_eq!([0, 1, 2, 3, 4].map(runs), [true, false, true, false, true]);
        assert_eq!(ids(fired_by(&app, 1, "submit")), [0]);
        assert_eq!(ids(fired_at_load(&app)), [2]);
        assert!(scope.fires_when_changed(3) && !scope.fires_when_changed(2));
        assert!(!scope.fires_when_changed(1));
        assert!(is_servers(&app, 3) && !is_servers(&app, 2));
    }

    #[test]
    fn what_is_there_for_its_effect_alone_is_run_and_what_only_another_event_reads_is_not() {
        let app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1, 2], "outputs": [1, 2]},
            {"targets": [[null, "then"]], "trigger_after": 0, "inputs": [2], "outputs": []},
            {"targets": [[null, "then"]], "trigger_after": 0, "inputs": [2], "outputs": [3]},
            {"targets": [[5, "click"]], "inputs": [3], "outputs": [2]},
        ]));
        let scope = Scope::new(&app, 0, &[2], 1);
        let runs = |id| scope.runs(&app, app.dependency(id).unwrap());
        assert_eq!([1, 2].map(runs), [true, false]);
    }

    #[test]
    fn a_course_of_functions_that_fire_each_other_ends() {
        let circle = |_| json!({"targets": [[2, "change"]], "inputs": [2], "outputs": [2, 3]});
        let app = page(&Value::Array((0..3000).map(circle).collect()));
        let course = course(&app, app.dependency(0).unwrap());
        assert_eq!(course.len(), LONGEST_COURSE);
        assert_eq!(course[0].id, 0);
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
        let mut six = app.clone();
        six.version = "6.31.0".to_owned();
        assert_eq!(ids(following(&six, 0, Outcome::Success)), [1, 2]);
        assert_eq!(ids(following(&six, 0, Outcome::Failure)), [3]);
    }
}
