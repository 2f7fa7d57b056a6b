//! Which functions of a page are to run, and in which order: a queue that events add to.
//!
//! Pure; [`super::chain`] takes the next one, runs it, and says how it ended.

use super::app::{App, ComponentId, FnIndex};
use super::error::Error;
use super::session::Session;
use super::wiring::{self, Outcome, Scope};
use serde_json::Value;
use std::collections::VecDeque;
use std::sync::Arc;

/// A function runs at most this often in one course: more goes round in a circle.
const MOST_ROUNDS: usize = 20;
/// The most functions that one course runs.
const MOST_FIRED: usize = 200;

/// A function that is to run.
#[derive(Debug, PartialEq)]
pub struct Due {
    /// The function.
    pub fn_index: FnIndex,
    /// The component whose event fires it; `None` for one that follows another.
    pub trigger: Option<ComponentId>,
    /// Its inputs, where they are taken when the event happens.
    pub inputs: Option<Vec<Value>>,
}

/// The functions that are to run; see the module's documentation.
#[derive(Debug)]
pub struct Course {
    /// The next one first.
    due: VecDeque<Due>,
    fired: Vec<FnIndex>,
    scope: Arc<Scope>,
}

impl Course {
    /// Nothing is to run yet. What does not matter for `scope` is never added.
    pub fn new(scope: Arc<Scope>) -> Self {
        Self {
            due: VecDeque::new(),
            fired: Vec::new(),
            scope,
        }
    }

    /// What matters.
    pub fn scope(&self) -> &Arc<Scope> {
        &self.scope
    }

    /// The event that fires `first`, which runs in any case, and whatever else it fires.
    pub fn begin(&mut self, app: &App, session: &Session, first: FnIndex) {
        let targets = app.dependency(first).map(|first| &first.targets);
        let event = targets
            .into_iter()
            .flatten()
            .find_map(|(component, event)| Some((component.as_ref()?, event)));
        match event {
            Some((&component, event)) => {
                self.add_fired(app, session, (component, event), Some(first));
            }
            None => self.add(app, first, None, None),
        }
    }

    /// What runs when the page opens.
    pub fn load(&mut self, app: &App) {
        for dependency in wiring::fired_at_load(app) {
            if self.scope.runs(app, dependency) {
                self.add(app, dependency.id, None, None);
            }
        }
    }

    /// A function, whatever fires it on the page.
    pub fn run(&mut self, app: &App, function: FnIndex) {
        self.add(app, function, None, None);
    }

    /// An event of a component.
    pub fn happen(&mut self, app: &App, session: &Session, component: ComponentId, event: &str) {
        self.add_fired(app, session, (component, event), None);
    }

    /// What runs after a function that ended so. Gives whether anything does.
    pub fn follow(&mut self, app: &App, done: FnIndex, outcome: Outcome) -> bool {
        let before = self.due.len();
        for next in wiring::following(app, done, outcome) {
            if self.scope.runs(app, next) {
                self.add(app, next.id, None, None);
            }
        }
        self.due.len() > before
    }

    /// Takes the next function. An error where they fire each other for ever.
    pub fn take(&mut self) -> Result<Option<Due>, Error> {
        let Some(due) = self.due.pop_front() else {
            return Ok(None);
        };
        let rounds = self.fired.iter().filter(|fired| **fired == due.fn_index);
        if rounds.count() == MOST_ROUNDS || self.fired.len() == MOST_FIRED {
            return Err(Error::Unsupported {
                detail: "the app's functions fire each other without an end".to_owned(),
            });
        }
        self.fired.push(due.fn_index);
        Ok(Some(due))
    }

    /// Nothing runs any more.
    pub fn end(&mut self) {
        self.due.clear();
    }

    /// Where an event fires several functions, each takes its inputs as they are now. A browser runs them side by side;
    /// here those come first that are done first there: what is not queued, then what gives one value.
    fn add_fired(
        &mut self,
        app: &App,
        session: &Session,
        (component, event): (ComponentId, &str),
        first: Option<FnIndex>,
    ) {
        let mut fired: Vec<_> = wiring::fired_by(app, component, event)
            .filter(|dependency| first == Some(dependency.id) || self.scope.runs(app, dependency))
            .collect();
        fired.sort_by_key(|dependency| (app.is_queued(dependency), dependency.gives));
        for dependency in &fired {
            let takes_now = fired.len() > 1;
            let inputs = takes_now.then(|| session.inputs(app, dependency));
            self.add(app, dependency.id, Some(component), inputs);
        }
    }

    /// One that is to run already runs once, unless it runs each time.
    fn add(
        &mut self,
        app: &App,
        fn_index: FnIndex,
        trigger: Option<ComponentId>,
        inputs: Option<Vec<Value>>,
    ) {
        let each_time = app
            .dependency(fn_index)
            .is_some_and(|dependency| dependency.runs_each_time);
        if each_time || self.due.iter().all(|due| due.fn_index != fn_index) {
            self.due.push_back(Due {
                fn_index,
                trigger,
                inputs,
            });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A message box (1), a chat (2) and a State (3).
    fn page(dependencies: &Value) -> App {
        let components = json!([
            {"id": 1, "type": "textbox", "props": {"value": "hi"}},
            {"id": 2, "type": "chatbot", "props": {"value": []}},
            {"id": 3, "type": "state", "props": {}},
        ]);
        App::read(&json!({"components": components, "dependencies": dependencies})).unwrap()
    }

    #[test]
    fn handlers_of_one_event_take_their_inputs_when_it_happens_and_the_quick_ones_come_first() {
        let app = page(&json!([
            {"targets": [[1, "submit"]], "inputs": [1], "outputs": [3], "types": {"generator": true}},
            {"targets": [[1, "submit"]], "inputs": [1, 2], "outputs": [1, 2]},
            {"targets": [[3, "change"]], "inputs": [3], "outputs": [2]},
        ]));
        let session = Session::new("s".to_owned());
        let mut course = Course::new(Arc::new(Scope::new(&app, 0, &[2], 1)));
        course.begin(&app, &session, 0);
        let taken = std::iter::from_fn(|| course.take().unwrap());
        let inputs: Vec<_> = taken.map(|due| due.inputs).collect();
        assert_eq!(
            inputs,
            [Some(vec![json!("hi"), json!([])]), Some(vec![json!("hi")])]
        );
    }

    #[test]
    fn functions_that_fire_each_other_end_after_twenty_rounds() {
        let app = page(&json!([{"targets": [[3, "change"]], "inputs": [3], "outputs": [2, 3]}]));
        let session = Session::new("s".to_owned());
        let mut course = Course::new(Arc::new(Scope::new(&app, 0, &[2], 1)));
        for _ in 0..MOST_ROUNDS {
            course.happen(&app, &session, 3, "change");
            course.happen(&app, &session, 3, "change");
            assert!(course.take().unwrap().is_some());
            assert_eq!(course.take().unwrap(), None, "it is due once");
        }
        course.happen(&app, &session, 3, "change");
        assert!(course.take().is_err());
    }
}
