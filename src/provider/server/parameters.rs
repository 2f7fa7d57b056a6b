//! What can be set for a server: the parameters that chat completions have in common.
//!
//! None is sent unless the user has set it: servers have defaults of their own, and some refuse what they do not know.

use crate::chat::input::{self, InputError, Kind, SpaceInput};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// The words for how much a model thinks, of all servers together.
const EFFORTS: [&str; 7] = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/// What can be set, with what `given` (the user's settings of the source) sets as its default.
pub fn inputs(given: &BTreeMap<String, Value>) -> Vec<SpaceInput> {
    let number = |min, max, step| Kind::number(Some(min), max, step);
    let efforts = EFFORTS.map(|effort| (effort.to_owned(), json!(effort)));
    let own = [
        (
            "temperature",
            "Temperature",
            number(0.0, Some(2.0), Some(0.1)),
        ),
        ("top_p", "Top-p", number(0.0, Some(1.0), Some(0.05))),
        (
            "max_tokens",
            "Longest reply, in tokens",
            number(1.0, None, None),
        ),
        (
            "reasoning_effort",
            "Reasoning effort",
            Kind::Choice {
                choices: efforts.to_vec(),
                many: false,
                open: true,
            },
        ),
        ("seed", "Seed", Kind::number(None, None, None)),
        ("stop", "Stop at this text", Kind::Text),
    ];
    let own = own.map(|(name, label, kind)| SpaceInput {
        name: name.to_owned(),
        label: label.to_owned(),
        kind,
        default: given.get(name).cloned().unwrap_or_default(),
    });
    let known: Vec<String> = own.iter().map(|input| input.name.clone()).collect();
    let others = given.iter().filter(|(name, _)| !known.contains(name));
    let others = others.map(|(name, value)| SpaceInput {
        name: name.clone(),
        label: name.clone(),
        kind: match value {
            Value::Bool(_) => Kind::Flag,
            Value::Number(_) => Kind::number(None, None, None),
            _ => Kind::Text,
        },
        default: value.clone(),
    });
    own.into_iter().chain(others).collect()
}

/// What is sent: `given`, and over it what is set for this message. A name that is none of a parameter and a value that does
/// not fit are refused.
pub fn values(
    given: &BTreeMap<String, Value>,
    settings: &BTreeMap<String, Value>,
) -> Result<Map<String, Value>, InputError> {
    let inputs = inputs(given);
    let mut sent: Map<_, _> = given.clone().into_iter().collect();
    for (at, value) in input::values(&inputs, settings)? {
        let is_empty = value.as_str().is_some_and(str::is_empty);
        let name = inputs[at].name.clone();
        if is_empty {
            sent.remove(&name);
        } else {
            sent.insert(name, value);
        }
    }
    Ok(sent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn set(pairs: &[(&str, &str)]) -> Result<Map<String, Value>, InputError> {
        let settings = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), json!(value)));
        values(
            &BTreeMap::from_iter([("top_k".to_owned(), json!(40))]),
            &settings.collect(),
        )
    }

    #[test]
    fn only_what_is_set_is_sent() {
        assert_eq!(Value::from(set(&[]).unwrap()), json!({"top_k": 40}));
        let sent = set(&[("temperature", "0"), ("seed", "1"), ("top_k", "1")]).unwrap();
        assert_eq!(
            Value::from(sent),
            json!({"temperature": 0, "seed": 1, "top_k": 1})
        );
        let sent = set(&[("reasoning_effort", "ultra"), ("stop", "")]).unwrap();
        assert_eq!(sent.get("reasoning_effort"), Some(&json!("ultra")));
        assert!(sent.get("stop").is_none());
    }

    #[test]
    fn what_is_out_of_its_limits_or_unknown_is_refused() {
        assert!(set(&[("temperature", "3")]).is_err());
        assert!(set(&[("max_tokens", "0")]).is_err());
        assert!(
            set(&[("temprature", "1")])
                .unwrap_err()
                .hint
                .contains("temperature")
        );
    }
}
