//! The messages of the queue's stream, read from the JSON of a frame.
//!
//! Gradio has added messages with every version, so an unknown one is not an error; a frame that is
//! not a message at all is an error that shows its beginning. Large parts (outputs hold whole
//! prompts) are moved out of the parsed value, never copied.

use super::app::ComponentId;
use crate::http::json;
use serde_json::{Map, Value};

/// A message and the job it concerns.
#[derive(Debug, Clone, PartialEq)]
pub struct Envelope {
    /// The job's `event_id`; `None` concerns every job of the session.
    pub event_id: Option<String>,
    /// The message.
    pub message: Message,
}

/// A message of the queue (Gradio 4.9 to 6.31, `server_messages.py`).
#[derive(Debug, Clone, PartialEq)]
pub enum Message {
    /// The job waits.
    Estimation {
        /// How many stand before it.
        rank: Option<u64>,
        /// How many wait in all.
        queue_size: Option<u64>,
        /// Seconds until its turn, where the app can guess.
        rank_eta: Option<f64>,
    },
    /// The job runs.
    ProcessStarts,
    /// A yield of a generator: whole values first, diffs later.
    Generating(Output),
    /// The job is over.
    Completed(Output),
    /// A progress bar of the app.
    Progress(Vec<ProgressUnit>),
    /// A notice of the app.
    Log(Log),
    /// Nothing to say for 15 s.
    Heartbeat,
    /// The queue gave up on the stream.
    UnexpectedError {
        /// Its words.
        message: String,
        /// The app no longer knows the session.
        session_lost: bool,
    },
    /// Nothing more will come on this stream.
    CloseStream,
    /// The inputs are wanted now (4.0 to 4.8).
    SendData,
    /// The queue takes no more jobs (4.0 to 4.8).
    QueueFull,
    /// A message this client does not know.
    Unknown,
}

/// The output of a job, or its failure.
#[derive(Debug, Clone, PartialEq)]
pub enum Output {
    /// Values or diffs, one for each output of the dependency.
    Data {
        /// The values or diffs.
        values: Vec<Value>,
        /// The State components whose value the function changed: only the server knows (`changed_state_ids`).
        changed_states: Vec<ComponentId>,
    },
    /// `{}`: the job was cancelled.
    Empty,
    /// The job raised an error.
    Failed {
        /// Its words, where the app shows them.
        message: Option<String>,
        /// Its title, where there is one.
        title: Option<String>,
    },
}

/// One bar of a progress message; any number may be missing.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ProgressUnit {
    /// What is going on.
    pub desc: Option<String>,
    /// Steps done.
    pub index: Option<f64>,
    /// Steps in all.
    pub length: Option<f64>,
    /// Share done, from 0 to 1.
    pub progress: Option<f64>,
    /// What a step is called.
    pub unit: Option<String>,
}

/// A notice (`gr.Info`, `gr.Warning`, a message of `ZeroGPU`).
#[derive(Debug, Clone, PartialEq)]
pub struct Log {
    /// `info`, `warning`, `success` or `error`.
    pub level: String,
    /// The text.
    pub text: String,
    /// The title, where there is one.
    pub title: Option<String>,
}

impl Envelope {
    /// Reads the JSON of a frame; the error says what is wrong with it.
    pub fn read(value: Value) -> Result<Self, &'static str> {
        let Value::Object(mut fields) = value else {
            return Err("a message is an object");
        };
        let Some(kind) = text(&mut fields, "msg") else {
            return Err("the field msg is missing");
        };
        Ok(Self {
            event_id: text(&mut fields, "event_id"),
            message: Message::read(&kind, fields)?,
        })
    }
}

/// What a message takes beside its content while it waits, in bytes: itself, the name of its job, room in a queue that
/// grows.
const BESIDE_CONTENT: usize = 512;

impl Message {
    /// What it takes while it waits, in bytes, its values as [`json::weight`] weighs them.
    pub fn weight(&self) -> usize {
        let text = |text: &Option<String>| text.as_ref().map_or(0, String::len);
        let content = match self {
            Self::Generating(output) | Self::Completed(output) => match output {
                Output::Data {
                    values,
                    changed_states,
                } => {
                    let values = values
                        .iter()
                        .map(|value| size_of::<Value>() + json::weight(value));
                    values.sum::<usize>() + size_of_val(changed_states.as_slice())
                }
                Output::Failed { message, title } => text(message) + text(title),
                Output::Empty => 0,
            },
            Self::Progress(units) => {
                let texts = units.iter().map(|unit| text(&unit.desc) + text(&unit.unit));
                texts.sum::<usize>() + size_of_val(units.as_slice())
            }
            Self::Log(log) => log.level.len() + log.text.len() + text(&log.title),
            Self::UnexpectedError { message, .. } => message.len(),
            _ => 0,
        };
        BESIDE_CONTENT + content
    }

    fn read(kind: &str, mut fields: Map<String, Value>) -> Result<Self, &'static str> {
        Ok(match kind {
            "estimation" => Self::Estimation {
                rank: fields.get("rank").and_then(Value::as_u64),
                queue_size: fields.get("queue_size").and_then(Value::as_u64),
                rank_eta: fields.get("rank_eta").and_then(Value::as_f64),
            },
            "process_starts" => Self::ProcessStarts,
            "process_generating" | "process_streaming" => Self::Generating(Output::read(fields)?),
            "process_completed" => Self::Completed(Output::read(fields)?),
            "progress" => Self::Progress(progress(&fields)),
            "log" => Self::Log(Log {
                level: text(&mut fields, "level").unwrap_or_else(|| "info".to_owned()),
                text: text(&mut fields, "log").unwrap_or_default(),
                title: text(&mut fields, "title"),
            }),
            "heartbeat" => Self::Heartbeat,
            "send_data" => Self::SendData,
            "queue_full" => Self::QueueFull,
            "unexpected_error" => unexpected(fields),
            "close_stream" => Self::CloseStream,
            _ => Self::Unknown,
        })
    }
}

impl Output {
    /// Three fields can report that a job failed: `success`, and an `error` in the output, which is
    /// null where the app hides its errors.
    fn read(mut fields: Map<String, Value>) -> Result<Self, &'static str> {
        let success = fields
            .get("success")
            .and_then(Value::as_bool)
            .unwrap_or(true);
        let mut output = match fields.remove("output") {
            Some(Value::Object(output)) => output,
            None | Some(Value::Null) => Map::new(),
            Some(_) => return Err("the field output is not an object"),
        };
        if !success || output.contains_key("error") {
            return Ok(Self::Failed {
                message: text(&mut output, "error"),
                title: text(&mut output, "title").or_else(|| text(&mut fields, "title")),
            });
        }
        match output.remove("data") {
            Some(Value::Array(values)) => Ok(Self::Data {
                values,
                changed_states: changed_states(&output),
            }),
            None | Some(Value::Null) => Ok(Self::Empty),
            Some(_) => Err("the field data is not a list"),
        }
    }
}

/// `changed_state_ids` of an output.
pub(super) fn changed_states(output: &Map<String, Value>) -> Vec<ComponentId> {
    let listed = output.get("changed_state_ids").and_then(Value::as_array);
    listed
        .into_iter()
        .flatten()
        .filter_map(Value::as_i64)
        .collect()
}

fn unexpected(mut fields: Map<String, Value>) -> Message {
    let message = text(&mut fields, "message").unwrap_or_default();
    let flagged = fields.get("session_not_found").and_then(Value::as_bool) == Some(true);
    // Before 5.38 only the text shows it: "404: Session not found."
    let session_lost = flagged || message.contains("Session not found");
    Message::UnexpectedError {
        message,
        session_lost,
    }
}

fn progress(fields: &Map<String, Value>) -> Vec<ProgressUnit> {
    let units = fields.get("progress_data").and_then(Value::as_array);
    let number = |unit: &Value, key: &str| unit.get(key).and_then(Value::as_f64);
    let words = |unit: &Value, key: &str| unit.get(key).and_then(Value::as_str).map(str::to_owned);
    units
        .into_iter()
        .flatten()
        .map(|unit| ProgressUnit {
            desc: words(unit, "desc"),
            index: number(unit, "index"),
            length: number(unit, "length"),
            progress: number(unit, "progress"),
            unit: words(unit, "unit"),
        })
        .collect()
}

fn text(fields: &mut Map<String, Value>, key: &str) -> Option<String> {
    match fields.remove(key) {
        Some(Value::String(text)) => Some(text),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn read(value: &Value) -> Result<Message, &'static str> {
        Envelope::read(value.clone()).map(|envelope| envelope.message)
    }

    #[test]
    fn an_unknown_message_is_told_apart_from_no_message() {
        assert_eq!(
            read(&json!({"msg": "novelty", "x": 1})),
            Ok(Message::Unknown)
        );
        for broken in [json!([1]), json!({"message": "x"}), json!(null)] {
            assert!(read(&broken).is_err(), "{broken}");
        }
    }

    #[test]
    fn a_failure_is_seen_in_each_of_its_three_forms() {
        for (message, expected) in [
            (
                json!({"msg": "process_completed", "output": {"error": null}, "success": false}),
                None,
            ),
            (
                json!({"msg": "process_completed", "output": {"error": "'no'"}, "success": false}),
                Some("'no'"),
            ),
            (
                json!({"msg": "process_completed", "output": {"error": "no"}, "success": true}),
                Some("no"),
            ),
            (
                json!({"msg": "process_generating", "output": {}, "success": false}),
                None,
            ),
        ] {
            let output = match read(&message) {
                Ok(Message::Completed(output) | Message::Generating(output)) => output,
                other => panic!("{other:?}"),
            };
            let Output::Failed { message, .. } = output else {
                panic!("{output:?}");
            };
            assert_eq!(message.as_deref(), expected);
        }
    }

    #[test]
    fn a_cancelled_job_completes_with_an_empty_output() {
        let message = json!({"msg": "process_completed", "output": {}, "success": true});
        assert_eq!(read(&message), Ok(Message::Completed(Output::Empty)));
    }

    #[test]
    fn progress_with_missing_and_fractional_numbers_is_read() {
        let message = json!({"msg": "progress", "progress_data": [{"index": 1.5, "length": null, "desc": "Loading"}]});
        let Ok(Message::Progress(units)) = read(&message) else {
            panic!("not progress");
        };
        assert_eq!(units[0].index, Some(1.5));
        assert_eq!(units[0].length, None);
        assert_eq!(units[0].desc.as_deref(), Some("Loading"));
    }

    #[test]
    fn a_lost_session_is_known_by_its_flag_or_its_words() {
        for message in [
            json!({"msg": "unexpected_error", "message": "404: Session not found."}),
            json!({"msg": "unexpected_error", "message": "404: Not Found", "session_not_found": true}),
        ] {
            assert!(matches!(
                read(&message),
                Ok(Message::UnexpectedError {
                    session_lost: true,
                    ..
                })
            ));
        }
    }
}
