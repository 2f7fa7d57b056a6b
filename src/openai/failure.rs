//! What a server says when it refuses or fails: one shape out of the many that OpenAI-compatible servers use.
//!
//! The words are the server's: they pass the gate where they are shown, not here. What a failure means for the user, and
//! whether it is sent again, is not here.

use serde_json::Value;

/// Of a body that is no JSON so many characters are kept.
const MOST_CHARACTERS: usize = 300;

/// How servers name a prompt that does not fit, in lower case. Data, because each server has words of its own.
const TOO_LONG: &[&str] = &[
    "context length",
    "context window",
    "context size",
    "maximum context",
    "too many tokens",
    "prompt is too long",
    "input is too long",
];

/// A failure in the server's own words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ServerFailure {
    /// What it says; empty where it says nothing.
    pub message: String,
    /// The kind that it names: `invalid_request_error`, `authentication_error` …
    pub kind: String,
    /// Its code, a word or a number.
    pub code: String,
    /// The parameter that it objects to.
    pub parameter: String,
    /// How many tokens the prompt has, where it says so.
    pub prompt_tokens: Option<u64>,
    /// How many tokens the model holds, where it says so.
    pub window: Option<u64>,
}

impl ServerFailure {
    /// Reads the body of an answer with a status of 400 and above.
    pub fn of_body(body: &[u8]) -> Self {
        let text = String::from_utf8_lossy(body);
        let text = text.trim();
        let value = serde_json::from_str::<Value>(text);
        if let Ok(value) = value {
            // Other JSON may repeat the request, so nothing of it is told.
            return Self::of(&value).unwrap_or_default();
        }
        // A page of a proxy says nothing that a user could read.
        let is_page = text.starts_with('<');
        let message = if is_page { "" } else { text };
        Self {
            message: message.chars().take(MOST_CHARACTERS).collect(),
            ..Self::default()
        }
    }

    /// Reads an object that tells of a failure: in a body, or in a stream. `None` where it tells of none.
    pub fn of(value: &Value) -> Option<Self> {
        // Some send the object in an array.
        let value = value.get(0).unwrap_or(value);
        let error = match value.get("error") {
            Some(Value::Null) | None => None,
            Some(Value::Array(errors)) => errors.first(),
            Some(error) => Some(error),
        };
        let failure = match error {
            Some(Value::String(message)) => Self {
                message: message.clone(),
                kind: word(value, "error_type"),
                ..Self::default()
            },
            Some(error) if error.is_object() => Self::of_object(error),
            // `false`, 0 and the like are no failure.
            Some(_) => return None,
            None => Self::of_bare(value)?,
        };
        Some(failure)
    }

    fn of_object(error: &Value) -> Self {
        let count = |name| error.get(name).and_then(Value::as_u64);
        let mut failure = Self {
            message: word(error, "message"),
            kind: word(error, "type"),
            code: word(error, "code"),
            parameter: word(error, "param"),
            prompt_tokens: count("n_prompt_tokens"),
            window: count("n_ctx"),
        };
        if failure.window.is_none() && failure.is_too_long() {
            failure.window = number_behind(
                &failure.message,
                &["context length is ", "context length of ", "maximum of "],
            );
        }
        failure
    }

    /// Without an `error`: `FastAPI`'s `detail`, older vLLM's bare object, a proxy's `message`.
    fn of_bare(value: &Value) -> Option<Self> {
        if let Some(detail) = value.get("detail") {
            return Some(Self {
                message: detail_words(detail),
                ..Self::default()
            });
        }
        let is_failure = value.get("object").is_some_and(|object| object == "error")
            || value.get("choices").is_none();
        value
            .get("message")
            .filter(|message| is_failure && message.is_string())?;
        Some(Self::of_object(value))
    }

    /// Whether the prompt does not fit into the model.
    pub fn is_too_long(&self) -> bool {
        let named = |name: &str| self.kind == name || self.code == name;
        let message = self.message.to_lowercase();
        named("exceed_context_size_error")
            || named("context_length_exceeded")
            || TOO_LONG.iter().any(|words| message.contains(words))
    }

    /// Whether the server is still loading its model, which is a stage and no failure.
    pub fn is_loading(&self) -> bool {
        self.message.to_lowercase().contains("loading")
    }

    /// Whether it objects to this parameter of the request.
    pub fn names(&self, parameter: &str) -> bool {
        self.parameter == parameter || self.message.contains(parameter)
    }
}

/// The words of `FastAPI`'s `detail`. Its list of complaints repeats the request in each: only where and what is told.
fn detail_words(detail: &Value) -> String {
    let Some(complaints) = detail.as_array() else {
        return detail
            .as_str()
            .map_or_else(|| word(detail, "message"), str::to_owned);
    };
    let told = complaints.iter().filter_map(|complaint| {
        let words = complaint.get("msg")?.as_str()?;
        let place = complaint.get("loc").and_then(Value::as_array);
        let place: Vec<&str> = place
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        Some(format!("{} ({words})", place.join(".")))
    });
    let told: Vec<String> = told.collect();
    told.join(", ")
}

/// A member as text: a string, or a number.
fn word(value: &Value, name: &str) -> String {
    match value.get(name) {
        Some(Value::String(word)) => word.clone(),
        Some(Value::Number(number)) => number.to_string(),
        _ => String::new(),
    }
}

/// The number behind the first of these words that is there.
fn number_behind(text: &str, words: &[&str]) -> Option<u64> {
    let rest = words
        .iter()
        .find_map(|words| Some(text.split_once(words)?.1))?;
    let digits: String = rest
        .chars()
        .take_while(|c| c.is_ascii_digit() || *c == ',')
        .filter(char::is_ascii_digit)
        .collect();
    digits.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(body: &str) -> ServerFailure {
        ServerFailure::of_body(body.as_bytes())
    }

    #[test]
    fn each_shape_gives_its_words() {
        for (body, message, kind) in [
            (
                r#"{"error":{"message":"m","type":"t","param":null,"code":null}}"#,
                "m",
                "t",
            ),
            (
                r#"{"error":{"code":401,"message":"m","type":"authentication_error"}}"#,
                "m",
                "authentication_error",
            ),
            (
                r#"{"error":"m","error_type":"validation"}"#,
                "m",
                "validation",
            ),
            (r#"{"error":"m"}"#, "m", ""),
            (r#"{"error":[{"message":"m","type":"t"}]}"#, "m", "t"),
            (r#"[{"error":{"message":"m","type":"t"}}]"#, "m", "t"),
            (
                r#"{"object":"error","message":"m","type":"t","code":400}"#,
                "m",
                "t",
            ),
            (r#"{"message":"m"}"#, "m", ""),
            (r#"{"detail":"m"}"#, "m", ""),
            (r#"{"detail":{"message":"m","input":"a prompt"}}"#, "m", ""),
            (
                r#"{"detail":[{"loc":["body",0,"messages"],"msg":"missing","input":"a prompt"}]}"#,
                "body.messages (missing)",
                "",
            ),
            (r#"{"echo":"a prompt"}"#, "", ""),
            (r#""a prompt""#, "", ""),
            ("m", "m", ""),
            ("<html><body>502</body></html>", "", ""),
            ("", "", ""),
        ] {
            let failure = of(body);
            assert_eq!(
                (failure.message.as_str(), failure.kind.as_str()),
                (message, kind),
                "{body}"
            );
        }
    }

    #[test]
    fn an_object_that_tells_of_no_failure_is_none() {
        for value in [
            r#"{"choices":[]}"#,
            r#"{"error":null,"choices":[]}"#,
            r#"{"error":false}"#,
            "[]",
            "1",
        ] {
            let value: Value = serde_json::from_str(value).unwrap();
            assert_eq!(ServerFailure::of(&value), None, "{value}");
        }
    }

    #[test]
    fn a_prompt_that_does_not_fit_is_recognised_with_its_numbers() {
        let both = of(
            r#"{"error":{"code":400,"message":"request (5031 tokens) exceeds the available context size (2048 tokens), try increasing it","type":"exceed_context_size_error","n_prompt_tokens":5031,"n_ctx":2048}}"#,
        );
        assert!(both.is_too_long());
        assert_eq!((both.prompt_tokens, both.window), (Some(5031), Some(2048)));
        let words = of(
            r#"{"error":{"message":"This model's maximum context length is 4,096 tokens.","type":"BadRequestError"}}"#,
        );
        assert_eq!((words.is_too_long(), words.window), (true, Some(4096)));
        let code = of(r#"{"error":{"message":"no","code":"context_length_exceeded"}}"#);
        assert!(code.is_too_long());
        assert!(!of(r#"{"error":{"message":"no such model"}}"#).is_too_long());
    }
}
