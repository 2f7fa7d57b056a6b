//! An event handler of an app, as `/config` describes it: what fires it, what it takes and gives, and how it is run.

use super::{ComponentId, FnIndex, flag, list, text};
use serde_json::Value;

/// One event handler of the app.
#[derive(Debug, Clone, PartialEq)]
pub struct Dependency {
    /// Its number; the position in the list where the app does not number them (before 4.32).
    pub id: FnIndex,
    /// What fires it: a component and an event name, `(5, "submit")`.
    pub targets: Vec<(Option<ComponentId>, String)>,
    /// The components whose values it takes, in order.
    pub inputs: Vec<ComponentId>,
    /// The components that its values go to, in order.
    pub outputs: Vec<ComponentId>,
    /// Its name in the API, where it has one.
    pub api_name: Option<String>,
    /// Whether it goes through the queue; `None` leaves it to [`super::App::enable_queue`].
    pub queue: Option<bool>,
    /// Whether it runs on the server at all; others are the browser's own.
    pub backend_fn: bool,
    /// The dependency after which it runs by itself.
    pub trigger_after: Option<FnIndex>,
    /// After which end of that one.
    pub runs_after: RunsAfter,
    /// What happens when it is fired again while it runs.
    pub trigger_mode: TriggerMode,
    /// Whether it is offered to programs.
    pub visibility: Visibility,
    /// How it returns its values.
    pub gives: Gives,
    /// Whether it runs for as long as the page is open (`every=`, up to Gradio 4.39; later ones have a timer).
    pub is_endless: bool,
    /// Whether a script of the page takes part in it, which only a browser can run.
    pub has_script: bool,
}

/// After which end of another function one runs (`then`, `success`, and `failure` in 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunsAfter {
    /// In every case.
    Any,
    /// When it gave its outputs.
    Success,
    /// When it raised an error.
    Failure,
}

impl RunsAfter {
    fn read(dependency: &Value) -> Self {
        let is_on = |key: &str| flag(dependency, key) == Some(true);
        if is_on("trigger_only_on_failure") {
            Self::Failure
        } else if is_on("trigger_only_on_success") {
            Self::Success
        } else {
            Self::Any
        }
    }
}

/// What happens when a function is fired that is still running (`trigger_mode`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TriggerMode {
    /// Nothing.
    Once,
    /// It runs once more afterwards.
    AlwaysLast,
    /// It runs once more at once.
    Multiple,
}

impl TriggerMode {
    /// Apps report it from 4.0 on; for older ones Gradio's default applies.
    fn read(dependency: &Value) -> Self {
        let is_change = |(_, event): (Option<ComponentId>, String)| event == "change";
        match text(dependency, "trigger_mode").as_deref() {
            Some("once") => Self::Once,
            Some("multiple") => Self::Multiple,
            Some("always_last") => Self::AlwaysLast,
            _ if list(dependency, "targets")
                .filter_map(target)
                .any(is_change) =>
            {
                Self::AlwaysLast
            }
            _ => Self::Once,
        }
    }
}

/// How a function returns its values.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Gives {
    /// Once, at its end.
    AllAtOnce,
    /// Again and again, as a generator does.
    OneAfterAnother,
}

/// To whom a function is offered (`show_api` and `api_name` up to Gradio 5, `api_visibility` in 6).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Visibility {
    /// To programs, and listed in `/info`.
    Public,
    /// To programs, and not listed.
    Unlisted,
    /// To the app's own page alone.
    Private,
}

impl Visibility {
    fn read(dependency: &Value) -> Self {
        let word = text(dependency, "api_visibility");
        let is_off = |key| flag(dependency, key) == Some(false);
        match word.as_deref() {
            Some("private") => Self::Private,
            Some("undocumented") => Self::Unlisted,
            None if is_off("api_name") => Self::Private,
            None if is_off("show_api") => Self::Unlisted,
            _ => Self::Public,
        }
    }
}

impl Dependency {
    pub(super) fn read(position: usize, value: &Value) -> Self {
        Self {
            id: value
                .get("id")
                .and_then(Value::as_i64)
                .unwrap_or_else(|| FnIndex::try_from(position).unwrap_or(FnIndex::MAX)),
            targets: list(value, "targets").filter_map(target).collect(),
            inputs: list(value, "inputs").filter_map(Value::as_i64).collect(),
            outputs: list(value, "outputs").filter_map(Value::as_i64).collect(),
            api_name: text(value, "api_name"),
            queue: flag(value, "queue"),
            backend_fn: flag(value, "backend_fn").unwrap_or(true),
            trigger_after: value.get("trigger_after").and_then(Value::as_i64),
            runs_after: RunsAfter::read(value),
            trigger_mode: TriggerMode::read(value),
            visibility: Visibility::read(value),
            gives: match value.pointer("/types/generator") {
                Some(Value::Bool(true)) => Gives::OneAfterAnother,
                _ => Gives::AllAtOnce,
            },
            is_endless: value.pointer("/types/continuous") == Some(&Value::Bool(true)),
            has_script: value.get("js").is_some_and(Value::is_string),
        }
    }

    /// Whether `event` of component `id` fires it.
    pub fn is_fired_by(&self, id: ComponentId, event: &str) -> bool {
        self.targets
            .iter()
            .any(|(component, name)| *component == Some(id) && name == event)
    }
}

/// `[5, "submit"]`, or in 3.x just the component's number.
fn target(value: &Value) -> Option<(Option<ComponentId>, String)> {
    let event = value.get(1).and_then(Value::as_str)?.to_owned();
    Some((value.get(0).and_then(Value::as_i64), event))
}
