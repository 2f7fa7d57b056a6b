//! The inputs of a chat beside its message, as `/info` names them and `/config` bounds them.
//!
//! `/info` lists the parameters of a named function in the order of its components, those left out
//! that it skips (state, layout, buttons). Where it says nothing, the label gives the name.

use crate::chat::input::{Kind, SpaceInput, slug};
use crate::gradio::Session;
use crate::gradio::app::{App, Component, ComponentId, Dependency};
use serde_json::Value;

/// How many inputs are offered: more than a user can read through. Further inputs keep their
/// defaults.
const MOST_INPUTS: usize = 256;

/// The parameters that `/info` lists.
pub struct Parameters<'a> {
    app: &'a App,
    info: &'a Value,
}

impl<'a> Parameters<'a> {
    /// The parameters of `app`; `info` is the answer of `/info`, or null.
    pub fn new(app: &'a App, info: &'a Value) -> Self {
        Self { app, info }
    }

    fn of(&self, dependency: &Dependency, id: ComponentId) -> Option<&'a Value> {
        let name = dependency.api_name.as_deref()?;
        let endpoint = self.info.get("named_endpoints")?.get(format!("/{name}"))?;
        let is_listed = |id: &&ComponentId| {
            let component = self.app.component(**id);
            component.is_some_and(|component| !component.is_state() && !component.skip_api)
        };
        let mut listed = dependency.inputs.iter().filter(is_listed);
        let at = listed.position(|listed| *listed == id)?;
        endpoint.get("parameters")?.get(at)
    }

    /// What the input of a function is called: by the function itself, by another one that takes the same component, or by
    /// its label; empty where nothing names it.
    pub fn name(&self, dependency: &Dependency, id: ComponentId) -> String {
        let given = |dependency: &Dependency| {
            let parameter = self.of(dependency, id)?;
            let name = parameter.get("parameter_name")?.as_str()?;
            (!is_placeholder(name)).then(|| name.to_owned())
        };
        let by_others = || {
            let mut others = self.app.dependencies().iter();
            others.find_map(|other| other.inputs.contains(&id).then(|| given(other))?)
        };
        given(dependency)
            .or_else(by_others)
            .unwrap_or_else(|| slug(&self.label(dependency, id)))
    }

    fn label(&self, dependency: &Dependency, id: ComponentId) -> String {
        let component = self.app.component(id);
        let own = component.and_then(|component| component.label.clone());
        let told = || {
            let parameter = self.of(dependency, id)?;
            let label = parameter.get("label")?;
            let text = label.as_str().or_else(|| label.get("key")?.as_str())?;
            Some(text.to_owned())
        };
        own.filter(|label| !label.is_empty())
            .or_else(told)
            .unwrap_or_default()
    }
}

/// Gradio names parameters by number where the function does not name them.
fn is_placeholder(name: &str) -> bool {
    let number = name
        .strip_prefix("param_")
        .or_else(|| name.strip_prefix('_'));
    number.is_some_and(|number| number.is_empty() || number.chars().all(|c| c.is_ascii_digit()))
}

/// What can be set for these functions, each with its component, of those that are offered; `message` is not one.
pub fn of(
    app: &App,
    chain: &[&Dependency],
    message: ComponentId,
    parameters: &Parameters<'_>,
    is_offered: impl Fn(ComponentId) -> bool,
) -> (Vec<SpaceInput>, Vec<ComponentId>) {
    let (mut inputs, mut places): (Vec<SpaceInput>, Vec<ComponentId>) = (Vec::new(), Vec::new());
    for dependency in chain {
        for &id in &dependency.inputs {
            let is_known = id == message || places.contains(&id);
            if is_known || inputs.len() == MOST_INPUTS || !is_offered(id) {
                continue;
            }
            let Some(component) = app.component(id) else {
                continue;
            };
            let Some(kind) = kind(component) else {
                continue;
            };
            let mut name = parameters.name(dependency, id);
            if name.is_empty() {
                name.clone_from(&component.kind);
            }
            let name = unused(name, &inputs);
            let label = parameters.label(dependency, id);
            inputs.push(SpaceInput {
                label: if label.is_empty() {
                    name.clone()
                } else {
                    label
                },
                name,
                kind,
                default: component.value.clone(),
            });
            places.push(id);
        }
    }
    (inputs, places)
}

/// An input as the page offers it now: its choices, its limits and its value may have changed.
pub fn now(app: &App, page: &Session, input: &SpaceInput, place: ComponentId) -> SpaceInput {
    let component = page.component(app, place);
    let Some((component, kind)) = component.and_then(|now| kind(&now).map(|kind| (now, kind)))
    else {
        return input.clone();
    };
    SpaceInput {
        kind,
        default: component.value.clone(),
        ..input.clone()
    }
}

/// A name that none of the inputs has: with a number behind it, where that is needed.
fn unused(name: String, inputs: &[SpaceInput]) -> String {
    let is_used = |name: &str| inputs.iter().any(|other| other.name == name);
    if !is_used(&name) {
        return name;
    }
    let mut numbered = (2..).map(|number| format!("{name}_{number}"));
    numbered.find(|name| !is_used(name)).unwrap_or(name)
}

/// What a component takes; `None` for those that a setting is no value for (files, chatbots).
fn kind(component: &Component) -> Option<Kind> {
    let number = |key: &str| component.props.get(key).and_then(Value::as_f64);
    let flag = |key: &str| component.props.get(key) == Some(&Value::Bool(true));
    Some(match component.kind.as_str() {
        "textbox" | "code" | "textarea" => Kind::Text,
        "slider" | "number" => Kind::number(number("minimum"), number("maximum"), number("step")),
        "checkbox" => Kind::Flag,
        "dropdown" | "radio" | "checkboxgroup" => Kind::Choice {
            choices: choices(component),
            many: component.kind == "checkboxgroup" || flag("multiselect"),
            // A list that the page fills when it opens is not known yet.
            open: flag("allow_custom_value") || choices(component).is_empty(),
        },
        _ => return None,
    })
}

/// `[[label, value], …]`, or in Gradio 3 just the values.
fn choices(component: &Component) -> Vec<(String, Value)> {
    let listed = component.props.get("choices").and_then(Value::as_array);
    let words = |value: &Value| {
        value
            .as_str()
            .map_or_else(|| value.to_string(), str::to_owned)
    };
    let read = |choice: &Value| match choice.as_array().map(Vec::as_slice) {
        Some([label, value]) => (words(label), value.clone()),
        _ => (words(choice), choice.clone()),
    };
    listed.into_iter().flatten().map(read).collect()
}
