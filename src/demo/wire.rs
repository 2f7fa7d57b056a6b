//! The shapes that travel: messages of the event stream, errors, and the bubbles of the chatbot component, as Gradio
//! 4.44 and `modelscope_studio` 0.5 write them. Pure functions from values to JSON; nothing is sent here.

use std::time::Duration;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};

/// What the model shows before its first word.
pub(super) const THINKING: &str = "Qwen is thinking...";

/// How many bubbles one assistant side has: one for each agent of the Space, all but the speaker's `null`.
pub(super) const AGENTS: usize = 2;

/// Where an event stands in its queue; `rank` counts from 0, `eta` is in seconds.
pub(super) fn estimation(event: &str, rank: usize, size: usize, eta: Option<Duration>) -> Value {
    json!({"msg": "estimation", "event_id": event, "rank": rank, "queue_size": size, "rank_eta": seconds(eta)})
}

/// An event leaves the queue and runs; `eta` is how long such events took on average.
pub(super) fn process_starts(event: &str, eta: Option<Duration>) -> Value {
    json!({"msg": "process_starts", "event_id": event, "eta": seconds(eta)})
}

/// One yield: full values for the first of an event, a list of operations for each output after it.
pub(super) fn process_generating(event: &str, output: &Value) -> Value {
    json!({"msg": "process_generating", "event_id": event, "output": output, "success": true})
}

/// The end of an event that worked; a cancelled one has the output `{}`.
pub(super) fn process_completed(event: &str, output: &Value) -> Value {
    json!({"msg": "process_completed", "event_id": event, "output": output, "success": true})
}

/// The end of an event that failed.
pub(super) fn process_failed(event: &str, failure: &Failure) -> Value {
    json!({"msg": "process_completed", "event_id": event, "output": failure.payload(), "success": false})
}

/// A sign of life on a silent stream.
pub(super) fn heartbeat() -> Value {
    json!({"msg": "heartbeat", "event_id": null})
}

/// Nothing more will come on this stream.
pub(super) fn close_stream() -> Value {
    json!({"msg": "close_stream", "event_id": null})
}

/// The in-band answer, over HTTP 200, to a stream of a session that has no messages waiting.
pub(super) fn session_not_found() -> Value {
    json!({"msg": "unexpected_error", "event_id": null, "message": "404: Session not found.", "success": false})
}

/// `output` of a yield, and the answer of `/run/…`.
pub(super) fn output(data: &[Value], generating: bool, took: Duration, average: Duration) -> Value {
    json!({
        "data": data,
        "is_generating": generating,
        "duration": took.as_secs_f64(),
        "average_duration": average.as_secs_f64(),
        "render_config": null,
        "changed_state_ids": [],
    })
}

fn seconds(eta: Option<Duration>) -> Option<f64> {
    eta.map(|eta| eta.as_secs_f64())
}

/// Why a function failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// An ordinary exception: with `show_error` off, its text stays on the server.
    Hidden,
    /// A `gr.Error`, whose text is always sent.
    Told(String),
}

impl Failure {
    /// The JSON of the error. Gradio 4 sends the text of a `gr.Error` as Python writes a string, in quotes.
    pub(super) fn payload(&self) -> Value {
        match self {
            Self::Hidden => json!({"error": null}),
            Self::Told(text) => json!({"error": quoted(text), "duration": 10, "visible": true}),
        }
    }
}

fn quoted(text: &str) -> String {
    let mark = if text.contains('\'') && !text.contains('"') {
        '"'
    } else {
        '\''
    };
    let mut quoted = String::from(mark);
    for character in text.chars() {
        match character {
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\r' => quoted.push_str("\\r"),
            '\t' => quoted.push_str("\\t"),
            other => {
                if other == mark {
                    quoted.push('\\');
                }
                quoted.push(other);
            }
        }
    }
    quoted.push(mark);
    quoted
}

/// A bubble of the chatbot. `files` is `null` for what the model says, a list for what a user sent.
pub(super) fn bubble(text: &str, files: &Value) -> Value {
    json!({
        "id": null,
        "elem_id": null,
        "elem_classes": null,
        "name": null,
        "text": clean(text),
        "flushing": null,
        "avatar": "",
        "files": files,
    })
}

/// The chatbot's value as the server hands it back: pairs of sides, each a bubble, `null` or a list of bubbles.
/// `None` if the value is not of that form.
pub(super) fn chatbot(value: &Value) -> Option<Vec<Value>> {
    let pair = |pair: &Value| match pair.as_array()?.as_slice() {
        [user, bot] => Some(json!([side(user)?, side(bot)?])),
        _ => None,
    };
    value.as_array()?.iter().map(pair).collect()
}

fn side(value: &Value) -> Option<Value> {
    match value {
        Value::Null => Some(Value::Null),
        Value::String(text) => Some(bubble(text, &Value::Null)),
        Value::Array(bubbles) => bubbles
            .iter()
            .map(side)
            .collect::<Option<Vec<_>>>()
            .map(Value::Array),
        Value::Object(fields) => {
            let mut full = bubble(
                fields
                    .get("text")
                    .and_then(Value::as_str)
                    .unwrap_or_default(),
                &Value::Null,
            );
            let map = full.as_object_mut()?;
            for (key, value) in fields.iter().filter(|(key, _)| *key != "text") {
                if map.contains_key(key) {
                    map.insert(key.clone(), value.clone());
                }
            }
            Some(full)
        }
        _ => None,
    }
}

/// A text as it reaches the page: Python's `inspect.cleandoc`, which the chatbot component applies to every bubble.
///
/// Tabs become spaces up to the next multiple of eight, the indentation that all lines but the first share goes away,
/// the first line loses its own, and empty lines at both ends are cut. While a reply grows, the shared
/// indentation can shrink; what was sent before then changes too, and the next frame replaces the whole text.
pub(super) fn clean(text: &str) -> String {
    let expanded = expand_tabs(text);
    let mut lines = expanded.split('\n');
    let first = lines.next().unwrap_or_default().trim_start();
    let rest: Vec<&str> = lines.collect();
    let indented = |line: &&str| line.chars().take_while(|c| c.is_whitespace()).count();
    let margin = rest
        .iter()
        .filter(|line| !line.trim_start().is_empty())
        .map(indented)
        .min()
        .unwrap_or(0);
    let mut cleaned = first.to_owned();
    for line in rest {
        cleaned.push('\n');
        cleaned.push_str(without_margin(line, margin));
    }
    cleaned.trim_matches('\n').to_owned()
}

fn without_margin(line: &str, margin: usize) -> &str {
    let mut characters = line.chars();
    characters.by_ref().take(margin).for_each(drop);
    characters.as_str()
}

fn expand_tabs(text: &str) -> String {
    if !text.contains('\t') {
        return text.to_owned();
    }
    let mut column = 0;
    let mut expanded = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '\t' => {
                let width = 8 - column % 8;
                expanded.extend(std::iter::repeat_n(' ', width));
                column += width;
            }
            '\n' | '\r' => {
                expanded.push(character);
                column = 0;
            }
            other => {
                expanded.push(other);
                column += 1;
            }
        }
    }
    expanded
}

/// The SHA-256 in lower-case hexadecimal digits.
pub(super) fn sha256(bytes: &[u8]) -> String {
    let digit = |half: u8| char::from_digit(u32::from(half), 16).expect("half a byte is below 16");
    Sha256::digest(bytes)
        .iter()
        .flat_map(|byte| [digit(byte >> 4), digit(byte & 15)])
        .collect()
}

/// A model's text before it becomes a bubble: Qwen-Agent cuts line ends in front and all white space at the end.
pub(super) fn trimmed(text: &str) -> &str {
    text.trim_start_matches('\n').trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    // The expected texts are the results of Python 3.11's inspect.cleandoc.
    #[test]
    fn texts_are_cleaned_as_python_cleans_a_docstring() {
        let table = [
            ("", ""),
            ("  a", "a"),
            ("a\n\n\n", "a"),
            ("\n\n  a\n   b", "a\n b"),
            ("a\n\n   b", "a\n\nb"),
            ("a\n    b\n  c\n", "a\n  b\nc"),
            ("a\n  b\nc", "a\n  b\nc"),
            ("a\tb\n\tc", "a       b\nc"),
            ("完\t了", "完       了"),
            ("a\n    \n  b", "a\n  \nb"),
            ("a\n ", "a\n "),
        ];
        for (text, expected) in table {
            assert_eq!(clean(text), expected, "{text:?}");
        }
    }

    #[test]
    fn a_told_error_stands_in_quotes_as_python_writes_them() {
        let told = |text: &str| Failure::Told(text.into()).payload()["error"].clone();
        assert_eq!(told("no luck"), "'no luck'");
        assert_eq!(told("it's \\ late"), r#""it's \\ late""#);
        assert_eq!(told("'a' \"b\"\n"), r#"'\'a\' "b"\n'"#);
        assert_eq!(Failure::Hidden.payload(), json!({"error": null}));
    }

    #[test]
    fn a_short_bubble_comes_back_with_all_its_fields() {
        let full =
            chatbot(&json!([[{"text": "x", "files": []}, null], ["a", ["b", null]]])).unwrap();
        assert_eq!(full[0], json!([bubble("x", &json!([])), null]));
        assert_eq!(
            full[1],
            json!([bubble("a", &Value::Null), [bubble("b", &Value::Null), null]])
        );
        assert_eq!(chatbot(&json!([["one side"]])), None);
        assert_eq!(chatbot(&json!("x")), None);
    }
}
