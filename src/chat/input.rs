//! What a user can set besides the message: temperature, a system message, a choice.
//!
//! Inputs come from `/info` and `/config`. Here a user's value, usually text, is matched to an
//! input by name and checked against its kind and limits. Nothing is sent from here.

use serde_json::{Value, json};
use std::collections::BTreeMap;

/// A setting that a Space does not have, or a value that it does not take.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct InputError {
    /// What is wrong.
    pub message: String,
    /// What would be accepted.
    pub hint: String,
}

/// One input of a Space.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceInput {
    /// Its name for programs and for `--set`: lower case, words joined by `_`.
    pub name: String,
    /// What its author wrote over it; the name where nothing is.
    pub label: String,
    /// What it takes.
    pub kind: Kind,
    /// What it is without being set.
    pub default: Value,
}

/// What an input takes.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// Any text.
    Text,
    /// A number within limits, where there are any; both ends belong to it. What a page says is
    /// made sane by [`Kind::number`].
    Number {
        /// The least.
        min: Option<f64>,
        /// The most.
        max: Option<f64>,
        /// The distance of its values, as the page offers them; not enforced by servers.
        step: Option<f64>,
    },
    /// One of these, each with its label; or several, separated by commas.
    Choice {
        /// Labels and values.
        choices: Vec<(String, Value)>,
        /// Whether several can be chosen.
        many: bool,
        /// Whether anything else is taken, too.
        open: bool,
    },
    /// Yes or no.
    Flag,
}

impl Kind {
    /// A number with the limits that a page gives it. An author may write anything there: what is
    /// no finite number is no limit, limits of which the least is above the most are none, and a
    /// step that leads nowhere is none. The server has the last word anyway.
    pub fn number(min: Option<f64>, max: Option<f64>, step: Option<f64>) -> Self {
        let finite = |limit: &f64| limit.is_finite();
        let (min, max) = match (min.filter(finite), max.filter(finite)) {
            (Some(min), Some(max)) if min > max => (None, None),
            limits => limits,
        };
        let step = step.filter(|step| step.is_finite() && *step > 0.0);
        Self::Number { min, max, step }
    }
}

impl SpaceInput {
    /// Whether a user means this input by `name`: its name or label, in any case and with any
    /// signs between the words.
    fn is_called(&self, name: &str) -> bool {
        let name = slug(name);
        !name.is_empty() && (slug(&self.name) == name || slug(&self.label) == name)
    }

    /// Whether the system message belongs here, and how surely: 0 where it is called so, 1 where the word stands in its
    /// name, 2 where it is called something that is used for it, beside a box for messages.
    fn system_rank(&self) -> Option<u8> {
        const NAMES: [&str; 10] = [
            "system",
            "system_message",
            "system_prompt",
            "system_msg",
            "sys_prompt",
            "system_instruction",
            "system_instructions",
            "instructions",
            "instruction",
            "custom_instructions",
        ];
        const OTHERS: [&str; 6] = [
            "persona",
            "personality",
            "character",
            "role",
            "prompt",
            "context",
        ];
        if self.kind != Kind::Text {
            return None;
        }
        let names = [slug(&self.name), slug(&self.label)];
        let is_one = |known: &[&str]| names.iter().any(|name| known.contains(&name.as_str()));
        let has_word = || {
            let mut words = names.iter().flat_map(|name| name.split('_'));
            words.any(|word| matches!(word, "system" | "sysprompt"))
        };
        match () {
            () if is_one(&NAMES) => Some(0),
            () if has_word() => Some(1),
            () if is_one(&OTHERS) => Some(2),
            () => None,
        }
    }

    /// The value to send for what a user gave.
    pub fn check(&self, given: &Value) -> Result<Value, InputError> {
        let value = match &self.kind {
            Kind::Text => Some(json!(plain(given))),
            Kind::Number { min, max, .. } => number(given).filter(|value| {
                let value = value.as_f64().unwrap_or(f64::NAN);
                min.is_none_or(|min| value >= min) && max.is_none_or(|max| value <= max)
            }),
            Kind::Flag => flag(given),
            Kind::Choice {
                choices,
                many: false,
                open,
            } => choice(choices, given).or_else(|| open.then(|| given.clone())),
            Kind::Choice {
                choices,
                many: true,
                open,
            } => several(choices, *open, given),
        };
        value.ok_or_else(|| InputError {
            message: format!("{} cannot be {}.", self.name, plain(given)),
            hint: format!("It takes {}.", self.takes()),
        })
    }

    /// What it takes, in words: "a number from 0.1 to 4".
    pub fn takes(&self) -> String {
        match &self.kind {
            Kind::Text => "any text".to_owned(),
            Kind::Flag => "yes or no".to_owned(),
            Kind::Number { min, max, .. } => match (min, max) {
                (Some(min), Some(max)) => format!("a number from {min} to {max}"),
                (Some(min), None) => format!("a number of {min} or more"),
                (None, Some(max)) => format!("a number of {max} or less"),
                (None, None) => "a number".to_owned(),
            },
            Kind::Choice { choices, .. } if choices.is_empty() => {
                "a choice that the page offers once it is open".to_owned()
            }
            Kind::Choice { choices, many, .. } => {
                let labels: Vec<&str> = choices.iter().map(|(label, _)| label.as_str()).collect();
                let how_many = if *many { "any of" } else { "one of" };
                format!("{how_many}: {}", labels.join(", "))
            }
        }
    }
}

/// The position of the input that the system message belongs to; the surest of several.
pub fn system(inputs: &[SpaceInput]) -> Option<usize> {
    let ranked = inputs.iter().enumerate();
    let ranked = ranked.filter_map(|(at, input)| Some((input.system_rank()?, at)));
    ranked.min().map(|(_, at)| at)
}

/// Holds settings to the inputs: for each setting the position of its input and the value to send.
/// An unknown name and a value that does not fit are refused, with what would do.
pub fn values(
    inputs: &[SpaceInput],
    settings: &BTreeMap<String, Value>,
) -> Result<Vec<(usize, Value)>, InputError> {
    settings
        .iter()
        .map(|(name, given)| {
            let at = find(inputs, name)?;
            Ok((at, inputs[at].check(given)?))
        })
        .collect()
}

/// The input that a user means: by its whole name or label, or by a beginning that only one has.
pub fn find(inputs: &[SpaceInput], name: &str) -> Result<usize, InputError> {
    if let Some(at) = inputs.iter().position(|input| input.is_called(name)) {
        return Ok(at);
    }
    let beginning = slug(name) + "_";
    let mut begins = inputs.iter().enumerate().filter(|(_, input)| {
        slug(&input.name).starts_with(&beginning) || slug(&input.label).starts_with(&beginning)
    });
    if let (Some((at, _)), None) = (begins.next(), begins.next()) {
        return Ok(at);
    }
    let names: Vec<&str> = inputs.iter().map(|input| input.name.as_str()).collect();
    let hint = if names.is_empty() {
        "This Space has no settings.".to_owned()
    } else {
        format!("Its settings are: {}.", names.join(", "))
    };
    Err(InputError {
        message: format!("This Space has no setting {name:?}."),
        hint,
    })
}

/// A label as a name: lower case, words joined by `_`.
pub fn slug(label: &str) -> String {
    let lower = label.to_lowercase();
    let words = lower.split(|c: char| !c.is_alphanumeric());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    words.join("_")
}

fn plain(value: &Value) -> String {
    value
        .as_str()
        .map_or_else(|| value.to_string(), str::to_owned)
}

/// A whole number stays one: models count tokens with it.
fn number(given: &Value) -> Option<Value> {
    let text = match given {
        Value::Number(_) => return Some(given.clone()),
        Value::String(text) => text.trim(),
        _ => return None,
    };
    if let Ok(whole) = text.parse::<i64>() {
        return Some(json!(whole));
    }
    let number = text.parse::<f64>().ok()?;
    number.is_finite().then(|| json!(number))
}

fn flag(given: &Value) -> Option<Value> {
    if given.is_boolean() {
        return Some(given.clone());
    }
    match given.as_str()?.trim().to_lowercase().as_str() {
        "true" | "yes" | "on" | "1" => Some(json!(true)),
        "false" | "no" | "off" | "0" => Some(json!(false)),
        _ => None,
    }
}

fn choice(choices: &[(String, Value)], given: &Value) -> Option<Value> {
    let words = plain(given);
    let exact = choices
        .iter()
        .find(|(label, value)| value == given || *label == words || plain(value) == words);
    let found = exact.or_else(|| {
        let lower = words.to_lowercase();
        choices
            .iter()
            .find(|(label, _)| label.to_lowercase() == lower)
    });
    found.map(|(_, value)| value.clone())
}

fn several(choices: &[(String, Value)], open: bool, given: &Value) -> Option<Value> {
    let parts: Vec<Value> = match given {
        Value::Array(parts) => parts.clone(),
        other => {
            let text = plain(other);
            let parts = text.split(',').map(str::trim);
            parts
                .filter(|part| !part.is_empty())
                .map(|part| json!(part))
                .collect()
        }
    };
    let found = parts
        .iter()
        .map(|part| choice(choices, part).or_else(|| open.then(|| part.clone())));
    found.collect::<Option<Vec<_>>>().map(Value::Array)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn input(name: &str, label: &str, kind: Kind) -> SpaceInput {
        SpaceInput {
            name: name.to_owned(),
            label: label.to_owned(),
            kind,
            default: Value::Null,
        }
    }

    fn inputs() -> Vec<SpaceInput> {
        let limited = Kind::Number {
            min: Some(0.1),
            max: Some(4.0),
            step: Some(0.1),
        };
        let choices = [("Small", "s"), ("Large", "l")];
        let choices = choices.map(|(label, value)| (label.to_owned(), json!(value)));
        vec![
            input("system_message", "System message", Kind::Text),
            input("temperature", "Temperature", limited),
            input(
                "top_p_nucleus_sampling",
                "Top-p (nucleus sampling)",
                Kind::Flag,
            ),
            input(
                "size",
                "Size",
                Kind::Choice {
                    choices: choices.to_vec(),
                    many: false,
                    open: false,
                },
            ),
        ]
    }

    fn set(name: &str, text: &str) -> Result<Vec<(usize, Value)>, InputError> {
        values(&inputs(), &BTreeMap::from([(name.to_owned(), json!(text))]))
    }

    #[test]
    fn a_setting_is_found_by_its_name_its_label_or_a_beginning_that_only_it_has() {
        for name in ["temperature", "Temperature", " TEMPERATURE "] {
            assert_eq!(set(name, "0.2"), Ok(vec![(1, json!(0.2))]), "{name}");
        }
        assert_eq!(set("Top-p (nucleus sampling)", "yes"), set("top_p", "on"));
        assert_eq!(set("top_p", "yes"), Ok(vec![(2, json!(true))]));
    }

    #[test]
    fn a_wrong_name_lists_the_right_ones() {
        let error = set("temprature", "1").unwrap_err();
        assert!(error.to_string().contains("temprature"), "{error}");
        assert!(
            error.hint.contains("system_message, temperature"),
            "{}",
            error.hint
        );
        let none = BTreeMap::from([("x".to_owned(), json!(1))]);
        assert!(values(&[], &none).unwrap_err().hint.contains("no settings"));
    }

    #[test]
    fn a_value_out_of_its_limits_is_refused_with_them() {
        for text in ["4.1", "-1", "hot", "NaN", ""] {
            let error = set("temperature", text).unwrap_err();
            assert!(error.hint.contains("from 0.1 to 4"), "{}", error.hint);
        }
        assert_eq!(set("temperature", "4"), Ok(vec![(1, json!(4))]));
        assert!(
            set("size", "huge")
                .unwrap_err()
                .hint
                .contains("Small, Large")
        );
    }

    #[test]
    fn limits_that_make_no_sense_are_none() {
        let none = Kind::Number {
            min: None,
            max: None,
            step: None,
        };
        let (nan, infinite) = (Some(f64::NAN), Some(f64::INFINITY));
        for (min, max, step) in [
            (Some(4.0), Some(0.1), Some(0.0)),
            (nan, infinite, nan),
            (Some(f64::NEG_INFINITY), nan, infinite),
            (None, None, Some(-1.0)),
        ] {
            assert_eq!(Kind::number(min, max, step), none);
        }
        let one_end = Kind::Number {
            min: Some(0.0),
            max: None,
            step: Some(1.0),
        };
        assert_eq!(Kind::number(Some(0.0), nan, Some(1.0)), one_end);
    }

    #[test]
    fn a_list_that_is_filled_later_takes_any_choice_and_says_so() {
        let open = Kind::Choice {
            choices: Vec::new(),
            many: false,
            open: true,
        };
        let input = input("model", "Model", open);
        assert!(input.takes().contains("once it is open"));
        let set = BTreeMap::from([("model".to_owned(), json!("large"))]);
        assert_eq!(values(&[input], &set), Ok(vec![(0, json!("large"))]));
    }

    #[test]
    fn a_choice_is_sent_as_its_value() {
        for text in ["Large", "large", "l"] {
            assert_eq!(set("size", text), Ok(vec![(3, json!("l"))]), "{text}");
        }
    }

    #[test]
    fn the_system_message_is_known_by_its_name() {
        let of = |labels: &[&str]| {
            let text = |label: &&str| input(&slug(label), label, Kind::Text);
            system(&labels.iter().map(text).collect::<Vec<_>>())
        };
        assert_eq!(system(&inputs()), Some(0));
        assert_eq!(of(&["Persona", "System prompt (optional)"]), Some(1));
        assert_eq!(of(&["The system's words", "Instructions"]), Some(1));
        assert_eq!(of(&["Title", "Persona"]), Some(1));
        assert_eq!(of(&["Title", "Negative prompt"]), None);
    }
}
