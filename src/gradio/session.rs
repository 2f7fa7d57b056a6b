//! The component values that a browser tab would hold, and the session they belong to.
//!
//! A session is its `session_hash`: the server keeps `state` components by it and this side keeps
//! the others. Nothing is sent here.

use super::app::{App, Component, ComponentId, Dependency};
use serde_json::{Map, Value};
use std::borrow::Cow;
use std::collections::HashMap;

/// A new session hash: a random UUID (version 4) without its hyphens, cut to 12 characters.
pub fn session_hash() -> String {
    let mut hash = uuid::Uuid::new_v4().simple().to_string();
    hash.truncate(12);
    hash
}

/// The values of one browser tab.
#[derive(Debug, Clone)]
pub struct Session {
    hash: String,
    values: HashMap<ComponentId, Value>,
    /// What updates changed beside values: choices, limits, whether something is shown.
    props: HashMap<ComponentId, Map<String, Value>>,
}

impl Session {
    /// A tab of the session `hash`, each component at the value with which the page opens.
    pub fn new(hash: String) -> Self {
        Self {
            hash,
            values: HashMap::new(),
            props: HashMap::new(),
        }
    }

    /// The session's hash.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The value of a component now.
    pub fn value<'a>(&'a self, app: &'a App, id: ComponentId) -> &'a Value {
        static NULL: Value = Value::Null;
        let initial = || {
            app.component(id)
                .map_or(&NULL, |component| &component.value)
        };
        self.values.get(&id).unwrap_or_else(initial)
    }

    /// A component as the page holds it now, its value and whatever else updates have changed.
    pub fn component<'a>(&self, app: &'a App, id: ComponentId) -> Option<Cow<'a, Component>> {
        let component = app.component(id)?;
        let (value, props) = (self.values.get(&id), self.props.get(&id));
        if value.is_none() && props.is_none() {
            return Some(Cow::Borrowed(component));
        }
        let mut component = component.clone();
        if let Some(value) = value {
            component.value.clone_from(value);
        }
        if let Some(held) = component.props.as_object_mut() {
            held.extend(props.cloned().unwrap_or_default());
        }
        if let Some(label) = component.props.get("label").and_then(Value::as_str) {
            component.label = Some(label.to_owned());
        }
        Some(Cow::Owned(component))
    }

    /// Sets a component, as a user does by typing.
    pub fn set(&mut self, id: ComponentId, value: Value) {
        self.values.insert(id, value);
    }

    /// What `dependency` is sent: one value for each input, in order. State is sent as null, the
    /// server has it.
    pub fn inputs(&self, app: &App, dependency: &Dependency) -> Vec<Value> {
        dependency
            .inputs
            .iter()
            .map(|&id| {
                if app.component(id).is_some_and(Component::is_state) {
                    Value::Null
                } else {
                    self.value(app, id).clone()
                }
            })
            .collect()
    }

    /// Writes what `dependency` gave back into its outputs. An update without a value (`gr.update(interactive=False)`)
    /// leaves the component's value as it is. Returns the components whose value has changed, of those for which
    /// `is_followed` is true.
    pub fn store(
        &mut self,
        app: &App,
        dependency: &Dependency,
        outputs: Vec<Value>,
        is_followed: impl Fn(ComponentId) -> bool,
    ) -> Vec<ComponentId> {
        let mut changed = Vec::new();
        for (&id, output) in dependency.outputs.iter().zip(outputs) {
            let Update { value, props } = Update::read(output);
            if !props.is_empty() {
                self.props.entry(id).or_default().extend(props);
            }
            if let Some(value) = value {
                if is_followed(id) && *self.value(app, id) != value {
                    changed.push(id);
                }
                self.values.insert(id, value);
            }
        }
        changed
    }
}

/// What an output changes in its component.
struct Update {
    value: Option<Value>,
    props: Map<String, Value>,
}

impl Update {
    /// `{"__type__": "update", "value": …, "choices": …}`; anything else is a value.
    fn read(output: Value) -> Self {
        match output {
            Value::Object(mut fields)
                if fields.get("__type__").and_then(Value::as_str) == Some("update") =>
            {
                fields.remove("__type__");
                Self {
                    value: fields.remove("value"),
                    props: fields,
                }
            }
            value => Self {
                value: Some(value),
                props: Map::new(),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn qwen() -> App {
        let config = include_str!("../../tests/fixtures/qwen-webui-4.44.config.json");
        App::read(&serde_json::from_str(config).unwrap()).unwrap()
    }

    #[test]
    fn a_session_hash_is_twelve_hexadecimal_characters_and_new_each_time() {
        let hash = session_hash();
        assert_eq!(hash.len(), 12);
        assert!(hash.chars().all(|c| c.is_ascii_hexdigit()));
        assert_ne!(hash, session_hash());
    }

    #[test]
    fn state_is_sent_as_null_and_the_others_as_they_stand() {
        let app = qwen();
        let mut session = Session::new("s".to_owned());
        session.set(3, json!({"text": "hi", "files": []}));
        let add_text = app.dependency(1).unwrap();
        assert_eq!(
            session.inputs(&app, add_text),
            [json!({"text": "hi", "files": []}), json!([]), json!(null)]
        );
        let agent_run = app.dependency(2).unwrap();
        assert_eq!(
            session.inputs(&app, agent_run),
            [json!([]), json!(null), json!(0)]
        );
    }

    #[test]
    fn an_update_without_a_value_leaves_the_value() {
        let app = qwen();
        let mut session = Session::new("s".to_owned());
        session.set(3, json!("typed"));
        let add_text = app.dependency(1).unwrap();
        let outputs = vec![
            json!({"__type__": "update", "interactive": false}),
            json!([["hi", null]]),
            json!(null),
        ];
        let changed = session.store(&app, add_text, outputs, |id| id != 1);
        assert_eq!(changed, [2]);
        assert_eq!(session.value(&app, 3), &json!("typed"));
        assert_eq!(session.value(&app, 2), &json!([["hi", null]]));
        let outputs = vec![json!({"__type__": "update", "value": ""})];
        assert_eq!(
            session.store(&app, add_text, outputs.clone(), |_| true),
            [3]
        );
        assert!(session.store(&app, add_text, outputs, |_| true).is_empty());
        assert_eq!(session.value(&app, 3), &json!(""));
    }

    #[test]
    fn an_update_changes_what_a_component_offers() {
        let app = qwen();
        let mut session = Session::new("s".to_owned());
        let update = json!({"__type__": "update", "choices": [["a", "a"]], "value": "a"});
        session.store(&app, app.dependency(1).unwrap(), vec![update], |_| true);
        let component = session.component(&app, 3).unwrap();
        assert_eq!(component.value, json!("a"));
        assert_eq!(component.props["choices"], json!([["a", "a"]]));
        assert!(component.props.get("__type__").is_none());
    }
}
