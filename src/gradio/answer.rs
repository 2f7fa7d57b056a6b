//! The answers of an app that are no success, and those that should be JSON, made into errors.
//!
//! An app that refuses a request may repeat parts of it in its answer, so what is quoted is chosen
//! with care: a prompt must never end in an error. Called by [`super::client`] for every route.

use super::error::{ConnectCause, Error, excerpt};
use reqwest::Response;
use reqwest::header::{HeaderMap, RETRY_AFTER};
use serde_json::Value;
use std::time::Duration;

/// The JSON of an answer that must be JSON.
pub(super) fn parse(url: &str, body: &[u8]) -> Result<Value, Error> {
    serde_json::from_slice(body).map_err(|_| Error::Decode {
        url: url.to_owned(),
        detail: "JSON was expected".to_owned(),
        excerpt: excerpt(body),
    })
}

/// The error of an answer that is JSON and lacks what was asked for. The answer may repeat the
/// request, so only the names of its fields are told.
pub(super) fn lacking(url: String, field: &str, answer: &Value) -> Error {
    let names: Vec<&str> = match answer {
        Value::Object(fields) => fields.keys().map(String::as_str).collect(),
        _ => Vec::new(),
    };
    Error::Decode {
        url,
        detail: format!("the field {field} is missing"),
        excerpt: excerpt(format!("its fields are [{}]", names.join(", ")).as_bytes()),
    }
}

/// Passes a success on and makes an error of the rest.
pub(super) async fn checked(
    response: Response,
    url: &str,
    patience: Duration,
) -> Result<Response, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(refusal(response, url, patience).await)
}

/// The error that an answer without success stands for. Its words are waited for no longer than
/// `patience` for each piece.
pub(super) async fn refusal(mut response: Response, url: &str, patience: Duration) -> Error {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    let url = url.to_owned();
    if status == 407 {
        // Only a proxy asks for this; the app was never reached.
        return Error::Connect {
            url,
            cause: ConnectCause::Proxy,
            detail: "it asks for a name and a password".to_owned(),
        };
    }
    // Only the beginning is looked at: an error page may be of any length.
    let mut body = Vec::new();
    while body.len() < 64 << 10
        && let Ok(Ok(Some(chunk))) = tokio::time::timeout(patience, response.chunk()).await
    {
        body.extend_from_slice(&chunk);
    }
    let answer = serde_json::from_slice::<Value>(&body).ok();
    let detail = answer.as_ref().and_then(|answer| answer.get("detail"));
    if status == 401 && detail.is_some_and(wants_login) {
        return Error::Login { url };
    }
    let words = answer.as_ref().map_or_else(|| excerpt(&body), told);
    if status == 503 && words.starts_with("Queue is") {
        return Error::QueueFull { message: words };
    }
    Error::Status {
        url,
        status,
        excerpt: words,
        retry_after,
    }
}

/// Gradio's own refusal: an object with `error`, or the bare words (4.44).
fn wants_login(detail: &Value) -> bool {
    detail.get("error").is_some() || detail == "Not authenticated"
}

/// What a refusal says in JSON: its `detail` or its `error`, where that is a text, or the complaints
/// of `FastAPI` about the request's form, without the request that each of them repeats.
fn told(answer: &Value) -> String {
    let detail = answer.get("detail").unwrap_or(&Value::Null);
    let said = detail.as_str().or_else(|| answer.get("error")?.as_str());
    if let Some(said) = said {
        return excerpt(said.as_bytes());
    }
    let complaints: Vec<String> = detail
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|entry| {
            let place = entry.get("loc").and_then(Value::as_array)?;
            let place: Vec<&str> = place.iter().filter_map(Value::as_str).collect();
            let words = entry.get("msg").and_then(Value::as_str)?;
            Some(format!("{} ({words})", place.join(".")))
        })
        .collect();
    excerpt(complaints.join(", ").as_bytes())
}

/// `Retry-After` in seconds; the date form is not used by the hosts in question.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers
        .get(RETRY_AFTER)?
        .to_str()
        .ok()?
        .trim()
        .parse()
        .ok()?;
    Some(Duration::from_secs(seconds))
}
