//! Which functions of a page are to run, and which of them may begin: a queue that events add to.
//!
//! Pure: nothing is run here.

use super::app::{App, ComponentId, FnIndex, TriggerMode};
use super::error::Error;
use super::wiring::{self, Outcome, Scope};
use std::collections::VecDeque;
use std::sync::Arc;

/// A function runs at most this often because of itself: more is a loop.
const MOST_ROUNDS: usize = 20;
/// The most functions that one course runs, but for those that a growing value fires.
const MOST_FIRED: usize = 200;

/// What made a function run.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Cause {
    /// The component whose event it was.
    pub trigger: Option<ComponentId>,
    /// The functions that led to it, the first one first.
    pub path: Vec<FnIndex>,
    /// Whether it was fired by a value that was still growing, as every piece of a reply may do.
    pub is_growth: bool,
    /// The other handlers of the same event, which wait for the end of this one (Gradio 6).
    pub waiting: Vec<FnIndex>,
}

/// A function that is to run, and why.
#[derive(Debug, PartialEq)]
pub struct Due {
    /// The function.
    pub fn_index: FnIndex,
    /// Why.
    pub cause: Cause,
}

/// The functions that are to run; see the module's documentation.
#[derive(Debug)]
pub struct Course {
    /// The next one first.
    due: VecDeque<Due>,
    /// Those that begin when nothing else is to run any more.
    later: VecDeque<FnIndex>,
    /// Those that have begun and not ended.
    running: Vec<FnIndex>,
    fired: usize,
    is_over: bool,
    scope: Arc<Scope>,
}

impl Course {
    /// Nothing is to run yet. What does not matter for `scope` is never added.
    pub fn new(scope: Arc<Scope>) -> Self {
        Self {
            due: VecDeque::new(),
            later: VecDeque::new(),
            running: Vec::new(),
            fired: 0,
            is_over: false,
            scope,
        }
    }

    /// What matters.
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// The event that fires `first`, which runs in any case, and whatever else it fires.
    pub fn begin(&mut self, app: &App, first: FnIndex) {
        let targets = app.dependency(first).map(|first| &first.targets);
        let event = targets
            .into_iter()
            .flatten()
            .find_map(|(component, event)| Some((component.as_ref()?, event)));
        match event {
            Some((&component, event)) => {
                let cause = Cause::default();
                self.add_fired(app, (component, event), &cause, Some(first));
            }
            None => {
                self.add(app, first, Cause::default());
            }
        }
    }

    /// What runs when the page opens.
    pub fn load(&mut self, app: &App) {
        for dependency in wiring::fired_at_load(app) {
            if self.scope.runs(app, dependency) {
                self.add(app, dependency.id, Cause::default());
            }
        }
    }

    /// These functions, whatever fires them on the page, one after the other.
    pub fn run_in_turn(&mut self, functions: &[FnIndex]) {
        self.later.extend(functions);
    }

    /// An event of a component.
    pub fn happen(&mut self, app: &App, component: ComponentId, event: &str, cause: &Cause) {
        self.add_fired(app, (component, event), cause, None);
    }

    /// What runs after a function that ended so.
    pub fn follow(&mut self, app: &App, done: FnIndex, outcome: Outcome, cause: &Cause) {
        for next in wiring::following(app, done, outcome) {
            if self.scope.runs(app, next) {
                let waiting = Vec::new();
                self.add(
                    app,
                    next.id,
                    Cause {
                        waiting,
                        ..cause.clone()
                    },
                );
            }
        }
    }

    /// Takes the next function that may begin. An error where functions fire each other without
    /// end.
    pub fn take(&mut self, app: &App) -> Result<Option<Due>, Error> {
        if self.due.is_empty()
            && self.running.is_empty()
            && let Some(next) = self.later.pop_front()
        {
            self.add(app, next, Cause::default());
        }
        let may_begin = |due: &Due| {
            !self.running.contains(&due.fn_index)
                || mode(app, due.fn_index) == TriggerMode::Multiple
        };
        let next = self.due.iter().position(may_begin);
        let Some(mut due) = next.and_then(|at| self.due.remove(at)) else {
            return Ok(None);
        };
        let path = &mut due.cause.path;
        let rounds = path.iter().filter(|fired| **fired == due.fn_index).count();
        self.fired += usize::from(!due.cause.is_growth);
        if rounds == MOST_ROUNDS || path.len() == MOST_FIRED || self.fired > MOST_FIRED {
            return Err(Error::Unsupported {
                detail: "the app's functions fire each other without an end".to_owned(),
            });
        }
        path.push(due.fn_index);
        self.running.push(due.fn_index);
        Ok(Some(due))
    }

    /// A function that was taken for this cause has ended.
    pub fn ended(&mut self, app: &App, function: FnIndex, cause: &Cause) {
        if let Some(at) = self.running.iter().position(|runs| *runs == function) {
            self.running.remove(at);
        }
        // The handlers of one event do not lead to each other.
        let (last, path) = cause.path.split_last().unwrap_or((&function, &[]));
        debug_assert_eq!(*last, function, "the cause is that of the function");
        let cause = Cause {
            path: path.to_vec(),
            ..cause.clone()
        };
        self.add_waiting(app, cause);
    }

    /// Nothing begins any more.
    pub fn end(&mut self) {
        self.due.clear();
        self.later.clear();
        self.is_over = true;
    }

    fn add_fired(
        &mut self,
        app: &App,
        (component, event): (ComponentId, &str),
        cause: &Cause,
        first: Option<FnIndex>,
    ) {
        let fired = wiring::fired_by(app, component, event)
            .filter(|found| first == Some(found.id) || self.scope.runs(app, found));
        let fired: Vec<FnIndex> = fired.map(|found| found.id).collect();
        let cause = |waiting: &[FnIndex]| Cause {
            trigger: Some(component),
            waiting: waiting.to_vec(),
            ..cause.clone()
        };
        if wiring::is_one_by_one(app) {
            self.add_waiting(app, cause(&fired));
            return;
        }
        for fn_index in fired {
            self.add(app, fn_index, cause(&[]));
        }
    }

    /// Adds the first of the handlers that wait which is not dropped; the others go on waiting for it.
    fn add_waiting(&mut self, app: &App, mut cause: Cause) {
        while !cause.waiting.is_empty() {
            let next = cause.waiting.remove(0);
            if self.add(app, next, cause.clone()) {
                return;
            }
        }
    }

    /// Adds a function, unless its mode says otherwise. Returns whether it was added.
    fn add(&mut self, app: &App, fn_index: FnIndex, cause: Cause) -> bool {
        let waiting = self.due.iter_mut().find(|due| due.fn_index == fn_index);
        let is_added = !self.is_over
            && match (mode(app, fn_index), waiting) {
                (TriggerMode::Multiple, _) | (TriggerMode::AlwaysLast, None) => true,
                (TriggerMode::Once, waiting) => {
                    waiting.is_none() && !self.running.contains(&fn_index)
                }
                (TriggerMode::AlwaysLast, Some(waiting)) => {
                    if cause.path.len() > waiting.cause.path.len() {
                        waiting.cause = cause.clone();
                    }
                    false
                }
            };
        if is_added {
            self.due.push_back(Due { fn_index, cause });
        }
        is_added
    }
}

fn mode(app: &App, function: FnIndex) -> TriggerMode {
    let found = app.dependency(function);
    found.map_or(TriggerMode::Once, |found| found.trigger_mode)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    /// A message box (1), a chat (2) and a State (3).
    fn page(dependencies: &Value) -> App {
        let components = json!([
            {"id": 1, "type": "textbox", "props": {"value": "hi"}},
            {"id": 2, "type": "chatbot", "props": {"value": []}},
            {"id": 3, "type": "state", "props": {}},
        ]);
        App::read(&json!({"components": components, "dependencies": dependencies})).unwrap()
    }

    fn course(app: &App) -> Course {
        Course::new(Arc::new(Scope::new(app, 0, &[2], 1)))
    }

    fn taken(course: &mut Course, app: &App) -> Vec<FnIndex> {
        let due = std::iter::from_fn(|| course.take(app).unwrap());
        due.map(|due| due.fn_index).collect()
    }

    fn cause(path: &[FnIndex]) -> Cause {
        Cause {
            path: path.to_vec(),
            ..Cause::default()
        }
    }

    #[test]
    fn all_handlers_of_one_event_begin_together_and_what_follows_one_waits_for_it() {
        let app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1], "outputs": [3], "types": {"generator": true}},
            {"targets": [[1, "submit"]], "inputs": [1, 2], "outputs": [1, 2]},
            {"targets": [[null, "then"]], "trigger_after": 1, "inputs": [3], "outputs": [2]},
        ]));
        let mut course = course(&app);
        course.begin(&app, 0);
        assert_eq!(taken(&mut course, &app), [0, 1]);
        course.ended(&app, 1, &cause(&[1]));
        course.follow(&app, 1, Outcome::Success, &Cause::default());
        assert_eq!(taken(&mut course, &app), [2]);
    }

    #[test]
    fn from_gradio_6_on_the_handlers_of_one_event_wait_for_each_other() {
        let mut app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1], "outputs": [2]},
            {"targets": [[1, "submit"]], "inputs": [1, 2], "outputs": [2]},
            {"targets": [[null, "then"]], "trigger_after": 0, "inputs": [2], "outputs": [2]},
        ]));
        app.version = "6.31.0".to_owned();
        let mut course = course(&app);
        course.begin(&app, 0);
        let first = course.take(&app).unwrap().unwrap();
        assert_eq!(first.fn_index, 0);
        assert_eq!(course.take(&app).unwrap(), None);
        course.follow(&app, 0, Outcome::Success, &first.cause);
        course.ended(&app, 0, &first.cause);
        assert_eq!(taken(&mut course, &app), [2, 1]);
    }

    #[test]
    fn functions_that_are_run_in_turn_wait_for_each_other_and_for_what_they_fire() {
        let app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1], "outputs": [2]},
            {"targets": [[1, "blur"]], "inputs": [2], "outputs": [3]},
            {"targets": [[null, "then"]], "trigger_after": 0, "inputs": [2], "outputs": [2]},
        ]));
        let mut course = course(&app);
        course.run_in_turn(&[0, 1]);
        assert_eq!(taken(&mut course, &app), [0]);
        course.follow(&app, 0, Outcome::Success, &Cause::default());
        course.ended(&app, 0, &cause(&[0]));
        assert_eq!(taken(&mut course, &app), [2]);
        course.ended(&app, 2, &cause(&[2]));
        assert_eq!(taken(&mut course, &app), [1]);
    }

    #[test]
    fn what_is_fired_while_it_runs_is_dropped_or_runs_once_more_or_at_once_as_its_mode_says() {
        for (mode, at_once, afterwards) in [
            ("once", vec![], vec![]),
            ("always_last", vec![], vec![0]),
            ("multiple", vec![0, 0], vec![]),
        ] {
            let app = page(&json!([
                {"targets": [[2, "change"]], "inputs": [2], "outputs": [2], "trigger_mode": mode},
            ]));
            let mut course = course(&app);
            course.happen(&app, 2, "change", &Cause::default());
            assert_eq!(taken(&mut course, &app), [0], "{mode}");
            course.happen(&app, 2, "change", &Cause::default());
            course.happen(&app, 2, "change", &Cause::default());
            assert_eq!(taken(&mut course, &app), at_once, "{mode}");
            course.ended(&app, 0, &cause(&[0]));
            assert_eq!(taken(&mut course, &app), afterwards, "{mode}");
        }
    }

    #[test]
    fn functions_that_fire_each_other_end_after_twenty_rounds() {
        let app = page(&json!([{"targets": [[3, "change"]], "inputs": [3], "outputs": [2, 3]}]));
        let mut course = course(&app);
        let mut because = Cause::default();
        for _ in 0..MOST_ROUNDS {
            course.happen(&app, 3, "change", &because);
            course.happen(&app, 3, "change", &because);
            because = course.take(&app).unwrap().unwrap().cause;
            assert_eq!(course.take(&app).unwrap(), None, "it is due once");
            course.ended(&app, 0, &because);
        }
        course.happen(&app, 3, "change", &because);
        assert!(course.take(&app).is_err());
    }

    #[test]
    fn what_every_piece_of_a_long_reply_fires_is_no_circle() {
        let app = page(&json!([{"targets": [[3, "change"]], "inputs": [3], "outputs": [2]}]));
        let mut course = course(&app);
        let growth = Cause {
            is_growth: true,
            ..Cause::default()
        };
        for _ in 0..3 * MOST_FIRED {
            course.happen(&app, 3, "change", &growth);
            assert_eq!(taken(&mut course, &app), [0]);
            course.ended(&app, 0, &cause(&[0]));
        }
    }
}
