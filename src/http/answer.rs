//! Turns answers without success into errors.
//!
//! A server that refuses a request may repeat parts of it in its answer, so only [`Refusal`] decides what
//! of it is quoted.

use super::address;
use super::error::{ConnectCause, Error, Refusal, page_title, words};
use super::retry::retry_after;
use reqwest::Response;
use reqwest::header::{CONTENT_TYPE, HeaderMap, LOCATION, WWW_AUTHENTICATE};
use std::time::{Duration, SystemTime};
use url::Url;

/// As much of a body as is looked at for its words: an error page may be of any length.
const BEGINNING: usize = 64 << 10;

/// Passes a success on and makes an error of the rest. `has_login` says that a name and a password were sent.
pub(super) async fn checked(
    response: Response,
    url: &str,
    patience: Duration,
    has_login: bool,
) -> Result<Response, Error> {
    if response.status().is_success() {
        return Ok(response);
    }
    Err(refusal(response, url, patience, has_login).await)
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
    Err(not_as_expected(url, &body, "an event stream"))
}

/// The error of an answer from another server: usually a proxy's page.
pub(super) fn not_as_expected(url: &str, body: &[u8], expected: &str) -> Error {
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

/// The beginning of a body. Each piece is waited for no longer than `patience`.
async fn beginning(mut response: Response, patience: Duration) -> Vec<u8> {
    let mut body = Vec::new();
    while body.len() < BEGINNING
        && let Ok(Ok(Some(chunk))) = tokio::time::timeout(patience, response.chunk()).await
    {
        body.extend_from_slice(&chunk);
    }
    body
}

/// The error for an answer without success.
async fn refusal(response: Response, url: &str, patience: Duration, has_login: bool) -> Error {
    let status = response.status().as_u16();
    let url = url.to_owned();
    if status == 407 {
        // Only a proxy sends this; the server was never reached.
        return Error::Connect {
            url,
            cause: ConnectCause::Proxy,
            detail: "it asks for a name and a password".to_owned(),
        };
    }
    if status == 401 && wants_basic(response.headers()) {
        return Error::BasicLogin {
            url,
            is_refused: has_login,
        };
    }
    if let Some(target) = target(&response) {
        return Error::Redirect {
            url,
            status,
            target,
        };
    }
    let retry_after = retry_after(response.headers(), SystemTime::now());
    let body = beginning(response, patience).await;
    Error::Status(Refusal::new(url, status, retry_after, body))
}

/// Whether one of the challenges is the Basic scheme (RFC 7617).
fn wants_basic(headers: &HeaderMap) -> bool {
    let challenges = headers.get_all(WWW_AUTHENTICATE).iter();
    let mut schemes = challenges.filter_map(|challenge| {
        let challenge = challenge.to_str().ok()?;
        challenge.split_whitespace().next()
    });
    schemes.any(|scheme| scheme.eq_ignore_ascii_case("basic"))
}

/// Where a redirect leads, as it may be shown.
fn target(response: &Response) -> Option<String> {
    if !response.status().is_redirection() {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    let url: Url = response.url().join(location).ok()?;
    Some(address::shown(&url))
}
