//! The errors of a Gradio app, distinguished by what can be done about them.
//!
//! Errors that any server can cause are [`http::Error`]; here are those that Gradio reports itself. The texts are for
//! the log and as a part of what a user reads; hints for users are not made here. No error holds a prompt, a reply, a
//! token or a cookie.

use crate::http::{self, Refusal};
use serde_json::Value;

/// A failure of the client or of the app behind it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A failure on the way to the app, or an answer that is not the app's own.
    #[error(transparent)]
    Http(http::Error),
    /// The app requires a name and a password (Gradio's `auth`).
    #[error("{url} asks for a login")]
    Login {
        /// The address, without its query.
        url: String,
    },
    /// The app does not accept the name and password.
    #[error("{url} refused the name and the password")]
    WrongLogin {
        /// The address, without its query.
        url: String,
    },
    /// A validator of the app refused an input (422 with `is_valid: false`, Gradio 5.45 and later).
    #[error("{message}")]
    Invalid {
        /// Its words, with the input that they are about.
        message: String,
    },
    /// 422 for another reason: the request is not of the form that the app expects.
    #[error("{url} answered 422: {complaints}")]
    Form {
        /// The address, without its query.
        url: String,
        /// What `FastAPI` complains of, without the request that it repeats.
        complaints: String,
    },
    /// The queue takes no more jobs: 503 with "Queue is full" or "Queue is stopped".
    #[error("{message}")]
    QueueFull {
        /// The app's own words.
        message: String,
    },
    /// An invalid message of the stream. The stream cannot be read any further.
    #[error("{url} sent a message that could not be understood ({detail}): {excerpt}")]
    Garbled {
        /// The address, without its query.
        url: String,
        /// What is wrong with it.
        detail: String,
        /// Its first 200 characters; empty where it may hold a prompt or a reply.
        excerpt: String,
    },
    /// The stream ended before the job did. It cannot be resumed.
    #[error("the stream from {url} ended before the reply was complete")]
    StreamEnded {
        /// The address, without its query.
        url: String,
    },
    /// `unexpected_error`: the queue gave up on the stream.
    #[error("{message}")]
    Unexpected {
        /// The app's own words.
        message: String,
        /// The app no longer knows the session.
        session_lost: bool,
    },
    /// The app's function raised an error.
    #[error("{}", message.as_deref().unwrap_or("the app failed and does not say why"))]
    Failed {
        /// Its words; `None` where the app hides them (`show_error` off).
        message: Option<String>,
        /// Its title (Gradio 5 and later).
        title: Option<String>,
    },
    /// The app is not supported by this client.
    #[error("{detail}")]
    Unsupported {
        /// What is missing.
        detail: String,
    },
}

impl From<http::Error> for Error {
    fn from(error: http::Error) -> Self {
        match error {
            http::Error::Status(refusal) => refused(refusal),
            error => Self::Http(error),
        }
    }
}

impl Error {
    /// Whether the request surely never reached the app.
    pub fn is_never_sent(&self) -> bool {
        matches!(self, Self::Http(error) if error.is_never_sent())
    }

    /// The refusal by a status that means nothing special to Gradio.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Http(http::Error::Status(refusal)) => Some(refusal),
            _ => None,
        }
    }
}

/// What a refusal means that a Gradio app may have made.
fn refused(refusal: Refusal) -> Error {
    let answer = refusal.json();
    let detail = answer.as_ref().and_then(|answer| answer.get("detail"));
    match (refusal.status, detail) {
        (401, Some(detail)) if wants_login(detail) => Error::Login { url: refusal.url },
        (422, Some(Value::Array(entries))) => match invalid(entries) {
            Some(message) => Error::Invalid { message },
            None => Error::Form {
                url: refusal.url,
                complaints: complaints(entries),
            },
        },
        (503, _) if refusal.words().starts_with("Queue is") => Error::QueueFull {
            message: refusal.words(),
        },
        _ => Error::Http(http::Error::Status(refusal)),
    }
}

/// Gradio's own refusal: an object with `error`, or the bare words (4.44).
fn wants_login(detail: &Value) -> bool {
    detail.get("error").is_some() || detail == "Not authenticated"
}

/// The words of the validators that refused (`gr.validate`, `server_messages` of 5.45): the name of the
/// input goes before each, where there is one.
fn invalid(entries: &[Value]) -> Option<String> {
    let refused = entries
        .iter()
        .filter(|entry| entry.get("is_valid") == Some(&Value::Bool(false)));
    let said: Vec<String> = refused
        .map(|entry| {
            let text = |key: &str| entry.get(key).and_then(Value::as_str).unwrap_or_default();
            let (name, message) = (text("parameter_name"), text("message"));
            let message = if message.is_empty() {
                "not valid"
            } else {
                message
            };
            match name {
                "" => message.to_owned(),
                name => format!("{name}: {message}"),
            }
        })
        .collect();
    (!said.is_empty()).then(|| http::error::excerpt(said.join(", ").as_bytes()))
}

/// The complaints of `FastAPI` about the request's form, without the request that each of them repeats.
fn complaints(entries: &[Value]) -> String {
    let complaints: Vec<String> = entries
        .iter()
        .filter_map(|entry| {
            let place = entry.get("loc").and_then(Value::as_array)?;
            let place: Vec<&str> = place.iter().filter_map(Value::as_str).collect();
            let words = entry.get("msg").and_then(Value::as_str)?;
            Some(format!("{} ({words})", place.join(".")))
        })
        .collect();
    http::error::excerpt(complaints.join(", ").as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn answered(status: u16, body: &Value) -> Error {
        let url = "http://host/queue/join".to_owned();
        let refusal = Refusal::new(url, status, None, body.to_string().into_bytes());
        http::Error::Status(refusal).into()
    }

    #[test]
    fn a_validators_words_are_told_and_not_taken_for_a_changed_interface() {
        let refused = json!({"detail": [
            {"__type__": "validate", "is_valid": true, "message": ""},
            {"__type__": "validate", "is_valid": false, "message": "too short", "parameter_name": "message"},
        ]});
        let message = "message: too short".to_owned();
        assert_eq!(answered(422, &refused), Error::Invalid { message });
    }

    #[test]
    fn a_form_that_is_refused_is_told_without_the_request() {
        let refused =
            json!({"detail": [{"loc": ["body", "data"], "msg": "missing", "input": "my prompt"}]});
        let error = answered(422, &refused);
        assert!(
            matches!(&error, Error::Form { complaints, .. } if complaints == "body.data (missing)")
        );
        assert!(!format!("{error:?}").contains("my prompt"));
    }

    #[test]
    fn a_login_and_a_full_queue_are_told_apart_from_other_refusals() {
        for detail in [json!("Not authenticated"), json!({"error": "x"})] {
            let error = answered(401, &json!({"detail": detail}));
            assert!(matches!(error, Error::Login { .. }));
        }
        let full = answered(503, &json!({"detail": "Queue is full. Max size is 3"}));
        assert!(matches!(full, Error::QueueFull { .. }));
        for (status, detail) in [(401, "go away"), (503, "busy"), (500, "Queue is full")] {
            let other = answered(status, &json!({ "detail": detail }));
            assert_eq!(other.refusal().map(|refusal| refusal.status), Some(status));
        }
    }
}
