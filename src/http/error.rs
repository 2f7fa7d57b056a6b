//! The errors of connections and servers, distinguished by what can be done about them.
//!
//! The texts are for the log and as a part of what a user reads; hints for users are not made here. No error holds a
//! prompt, a reply, a token, a password or a cookie: an answer is quoted only where it is not the server's data, and
//! only its beginning.

use crate::sanitize::without_logins;
use serde_json::Value;
use std::error::Error as StdError;
use std::io;
use std::time::Duration;

/// How many characters of an answer that could not be understood are shown.
const EXCERPT: usize = 200;
/// In how many bytes of a web page its title is looked for.
const PAGE_HEAD: usize = 16 << 10;

/// A failure on the way to a server, or an answer that is none.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No connection was made, so nothing was sent and anything may be repeated.
    #[error("no connection to {url}: {detail}")]
    Connect {
        /// The address, without its query.
        url: String,
        /// The cause.
        cause: ConnectCause,
        /// The system's own words.
        detail: String,
    },
    /// No byte came for too long.
    #[error("{url} was silent for {} s", after.as_secs())]
    Timeout {
        /// The address, without its query.
        url: String,
        /// How long the client waited.
        after: Duration,
    },
    /// A connection broke after the request was under way.
    #[error("the connection to {url} broke: {detail}")]
    Broken {
        /// The address, without its query.
        url: String,
        /// The system's own words.
        detail: String,
    },
    /// An answer with a status that is not a success.
    #[error("{} answered {}: {}", .0.url, .0.status, .0.words())]
    Status(Refusal),
    /// 401 with `WWW-Authenticate: Basic`: a name and a password are wanted, or those that were sent
    /// are not known.
    #[error("{url} asks for a name and a password")]
    BasicLogin {
        /// The address, without its query.
        url: String,
        /// Whether a login was sent with the request.
        is_refused: bool,
    },
    /// A redirect that is not followed, because it leads to another server.
    #[error("{url} redirects to {target}")]
    Redirect {
        /// The address, without its query.
        url: String,
        /// The HTTP status.
        status: u16,
        /// Where it leads, without a query.
        target: String,
    },
    /// An answer that is not what the protocol says.
    #[error("{url} sent something that could not be understood ({detail}): {excerpt}")]
    Decode {
        /// The address, without its query.
        url: String,
        /// What was expected.
        detail: String,
        /// The first 200 characters of what came; empty where it may hold a prompt or a reply.
        excerpt: String,
    },
    /// An answer, or an event of a stream, exceeded the limit: in bytes, or in what it takes to read it.
    #[error("{url} sent more at once than {limit} bytes")]
    TooLarge {
        /// The address, without its query.
        url: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// A file of this machine cannot be sent.
    #[error("{name} cannot be sent: {detail}")]
    File {
        /// The file, as it was named.
        name: String,
        /// Why not.
        detail: String,
    },
    /// A file is larger than the server takes.
    #[error("{name} has {size} bytes, more than the app's limit of {limit} bytes")]
    FileTooLarge {
        /// Its own name.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// The largest size that is taken, in bytes.
        limit: u64,
    },
    /// The client itself could not be set up: a bad address, a bad proxy, broken CA certificates.
    #[error("{detail}")]
    Setup {
        /// What is wrong.
        detail: String,
    },
}

/// What kept a connection from being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ConnectCause {
    /// The connection was refused.
    Refused,
    /// The host was not found.
    Dns,
    /// The TLS handshake failed, usually because of a certificate.
    Tls,
    /// The proxy could not be reached or refused.
    Proxy,
    /// The connection was not made in time.
    Timeout,
    /// Anything else.
    Other,
}

/// An answer with a status that is not a success, as far as it is looked at.
#[derive(Clone, PartialEq)]
pub struct Refusal {
    /// The address, without its query.
    pub url: String,
    /// The HTTP status.
    pub status: u16,
    /// What `Retry-After` asks for.
    pub retry_after: Option<Duration>,
    body: Vec<u8>,
}

/// The body may repeat the request, so it is not shown.
impl std::fmt::Debug for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Refusal")
            .field("url", &self.url)
            .field("status", &self.status)
            .field("retry_after", &self.retry_after)
            .finish_non_exhaustive()
    }
}

impl Refusal {
    /// `body` is the beginning of the answer's.
    pub fn new(url: String, status: u16, retry_after: Option<Duration>, body: Vec<u8>) -> Self {
        Self {
            url,
            status,
            retry_after,
            body,
        }
    }

    /// What was read of the answer's body. It may repeat the request: never to be shown whole.
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// The answer as JSON, where it is JSON.
    pub fn json(&self) -> Option<Value> {
        serde_json::from_slice(&self.body).ok()
    }

    /// What the answer says: `detail`, `error` or its `message` where it is JSON that holds one as a
    /// text; nothing of other JSON, which may repeat the request; else the title of a web page, or the
    /// first 200 characters.
    pub fn words(&self) -> String {
        let Some(answer) = self.json() else {
            return words(&self.body);
        };
        let said = ["/detail", "/error", "/error/message", "/message"]
            .into_iter()
            .find_map(|at| answer.pointer(at).and_then(Value::as_str));
        said.map(|said| excerpt(said.as_bytes()))
            .unwrap_or_default()
    }
}

impl Error {
    /// Sorts an error of the HTTP library. `url` is the address without its query, `route` what was connected
    /// to for it.
    pub(super) fn from_http(
        error: &reqwest::Error,
        url: &str,
        patience: Duration,
        route: Route,
    ) -> Self {
        let detail = without_logins(&root_cause(error));
        let url = url.to_owned();
        if error.is_connect() {
            return Self::Connect {
                url,
                cause: connect_cause(error, route),
                detail,
            };
        }
        if error.is_timeout() {
            return Self::Timeout {
                url,
                after: patience,
            };
        }
        if error.is_builder() {
            return Self::Setup { detail };
        }
        Self::Broken { url, detail }
    }

    /// Whether the request surely never reached the server.
    pub fn is_never_sent(&self) -> bool {
        matches!(
            self,
            Self::Connect { .. }
                | Self::Setup { .. }
                | Self::File { .. }
                | Self::FileTooLarge { .. }
        )
    }
}

/// What is connected to when a request is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Route {
    /// The server itself.
    Direct,
    /// A proxy, which looks the server's name up.
    Proxy,
    /// A proxy (`socks5://`), with the server's name looked up here.
    ProxyByAddress,
}

/// The first 200 characters of an answer, on one line.
pub fn excerpt(body: &[u8]) -> String {
    let head = &body[..body.len().min(EXCERPT * 4)];
    let text = String::from_utf8_lossy(head);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(EXCERPT).collect()
}

/// The words of an answer that should have been the server's: the title of a web page, whose markup
/// says nothing to a user, or its first 200 characters.
pub fn words(body: &[u8]) -> String {
    page_title(body).unwrap_or_else(|| excerpt(body))
}

/// The title of a page in HTML; `None` for anything else.
pub fn page_title(body: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(&body[..body.len().min(PAGE_HEAD)]);
    if !head.trim_start().starts_with('<') {
        return None;
    }
    // In ASCII lower case every character keeps its place.
    let lower = head.to_ascii_lowercase();
    let start = lower.find("<title")?;
    let start = start + lower.get(start..)?.find('>')? + 1;
    let end = start + lower.get(start..)?.find("</title")?;
    let title = excerpt(head.get(start..end)?.as_bytes());
    (!title.is_empty()).then_some(title)
}

/// All causes, the outermost first. What an `io::Error` wraps is not its source, but counts as a cause too.
fn causes<'a>(error: &'a reqwest::Error) -> impl Iterator<Item = &'a (dyn StdError + 'static)> {
    std::iter::successors(StdError::source(error), |&cause| {
        let wrapped = cause
            .downcast_ref::<io::Error>()
            .and_then(io::Error::get_ref);
        match wrapped {
            Some(wrapped) => Some(wrapped as &(dyn StdError + 'static)),
            None => cause.source(),
        }
    })
}

/// The innermost cause says most; the outer ones repeat the address.
fn root_cause(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// Sorted by the types of the causes: their words may hold any name that a user chose.
fn connect_cause(error: &reqwest::Error, route: Route) -> ConnectCause {
    let proxied = |cause| match route {
        Route::Direct => cause,
        Route::Proxy | Route::ProxyByAddress => ConnectCause::Proxy,
    };
    if error.is_timeout() {
        return ConnectCause::Timeout;
    }
    if error.is_dns() {
        return match route {
            Route::Proxy => ConnectCause::Proxy,
            Route::Direct | Route::ProxyByAddress => ConnectCause::Dns,
        };
    }
    let mut kinds = causes(error)
        .filter_map(|cause| cause.downcast_ref::<io::Error>())
        .map(io::Error::kind);
    // The TLS library hands its errors through as invalid data, and a server that hangs up on its greeting as
    // an early end.
    let sorted = kinds.find_map(|kind| match kind {
        io::ErrorKind::InvalidData => Some(ConnectCause::Tls),
        io::ErrorKind::UnexpectedEof => Some(proxied(ConnectCause::Tls)),
        io::ErrorKind::TimedOut => Some(ConnectCause::Timeout),
        io::ErrorKind::ConnectionRefused => Some(proxied(ConnectCause::Refused)),
        _ => None,
    });
    sorted.unwrap_or_else(|| proxied(ConnectCause::Other))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn of_a_web_page_its_title_is_told_and_of_anything_else_its_beginning() {
        for (body, expected) in [
            (
                "<html><head><TITLE lang=en>502\n Bad  Gateway</title>",
                "502 Bad Gateway",
            ),
            (
                " <!doctype html><title></title><p>x",
                "<!doctype html><title></title><p>x",
            ),
            ("<title>without an end", "<title>without an end"),
            ("<p>no title at all", "<p>no title at all"),
            ("upstream <title>x</title>", "upstream <title>x</title>"),
            ("", ""),
        ] {
            assert_eq!(words(body.as_bytes()), expected);
        }
    }

    #[test]
    fn a_refusal_quotes_its_own_words_and_never_the_request() {
        let refusal = |body: &str| Refusal::new(String::new(), 422, None, body.into());
        for (body, expected) in [
            (json!({"detail": "no"}), "no"),
            (json!({"error": "no"}), "no"),
            (json!({"error": {"message": "no", "code": 3}}), "no"),
            (json!({"detail": [{"input": "my prompt"}]}), ""),
            (json!(["my prompt"]), ""),
        ] {
            let refusal = refusal(&body.to_string());
            assert_eq!(refusal.words(), expected);
            assert!(!format!("{refusal:?}").contains("prompt"));
        }
        assert_eq!(refusal("Bad\nGateway").words(), "Bad Gateway");
    }
}
