//! The answers of an app that are no success, and those that should be JSON, made into errors.
//!
//! An app that refuses a request may repeat parts of it in its answer, so what is quoted is chosen
//! with care: a prompt must never end in an error. Called by [`super::client`] for every route.

use super::error::{ConnectCause, Error, excerpt, page_title, words};
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap, RETRY_AFTER};
use serde_json::Value;
use std::time::Duration;

/// The JSON of an answer that must be JSON.
pub(super) fn parse(url: &str, body: &[u8]) -> Result<Value, Error> {
    super::json::read(body).map_err(|_| not_the_app(url, body, "JSON"))
}

/// The error of an answer that is not the app's: a proxy's page, mostly.
fn not_the_app(url: &str, body: &[u8], expected: &str) -> Error {
    let detail = match page_title(body) {
        Some(_) => format!("a web page in place of {expected}"),
        None => format!("{expected} was expected"),
    };
    Error::Decode {
        url: url.to_owned(),
        detail,
        excerpt: words(body),
    }
}

/// Passes an event stream on. A web page with a success is no stream, though it would end like one.
pub(super) async fn checked_stream(
    response: Response,
    url: &str,
    patience: Duration,
) -> Result<Response, Error> {
    let kind = response.headers().get(CONTENT_TYPE);
    let is_page = kind.is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if !is_page {
        return Ok(response);
    }
    let body = beginning(response, patience).await;
    Err(not_the_app(url, &body, "an event stream"))
}

/// As much of a body as is looked at for its words: an error page may be of any length. Each piece
/// is waited for no longer than `patience`.
async fn beginning(mut response: Response, patience: Duration) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < 64 << 10
        && let Ok(Ok(Some(chunk))) = tokio::time::timeout(patience, response.chunk()).await
    {
        body.extend_from_slice(&chunk);
    }
    body
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
pub(super) async fn refusal(response: Response, url: &str, patience: Duration) -> Error {
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
    let body = beginning(response, patience).await;
    let answer = serde_json::from_slice::<Value>(&body).ok();
    let detail = answer.as_ref().and_then(|answer| answer.get("detail"));
    if status == 401 && detail.is_some_and(wants_login) {
        return Error::Login { url };
    }
    let said = answer.as_ref().map_or_else(|| words(&body), told);
    if status == 503 && said.starts_with("Queue is") {
        return Error::QueueFull { message: said };
    }
    Error::Status {
        url,
        status,
        excerpt: said,
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
