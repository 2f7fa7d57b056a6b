//! The answers of an app that are no success, and those that should be JSON, made into errors.
//!
//! An app that refuses a request may repeat parts of it in its answer, so what is quoted is chosen
//! with care: a prompt must never end in an error. Called by [`super::client`] for every route.

use super::error::{Error, excerpt};
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

/// Passes a success on and makes an error of the rest.
pub(super) async fn checked(response: Response, url: &str) -> Result<Response, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(refusal(response, url).await)
}

/// The error that an answer without success stands for.
pub(super) async fn refusal(mut response: Response, url: &str) -> Error {
    let status = response.status().as_u16();
    let retry_after = retry_after(response.headers());
    // Only the beginning is looked at: an error page may be of any length.
    let mut body = Vec::new();
    while body.len() < 64 << 10
        && let Ok(Some(chunk)) = response.chunk().await
    {
        body.extend_from_slice(&chunk);
    }
    let detail = serde_json::from_slice::<Value>(&body)
        .ok()
        .and_then(|mut answer| answer.get_mut("detail").map(Value::take));
    let url = url.to_owned();
    match detail {
        Some(detail) if status == 401 && detail.get("error").is_some() => Error::Login { url },
        Some(Value::String(message)) if status == 503 && message.starts_with("Queue is") => {
            Error::QueueFull { message }
        }
        Some(Value::String(message)) => Error::Status {
            url,
            status,
            excerpt: excerpt(message.as_bytes()),
            retry_after,
        },
        _ => Error::Status {
            url,
            status,
            excerpt: excerpt(&body),
            retry_after,
        },
    }
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
