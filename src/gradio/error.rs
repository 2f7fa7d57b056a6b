//! What can go wrong between this program and a Gradio app, told apart by what can be done.
//!
//! Texts here are for the log and for building a person's message; the words a person reads, with
//! a hint, are made in `provider`. No error holds a prompt, a reply, a token or a cookie: bodies
//! are cut to an excerpt, and only for answers that were not the app's own data.

use std::time::Duration;

/// How many characters of an answer that could not be understood are shown.
const EXCERPT: usize = 200;
/// In how many bytes of a web page its title is looked for.
const PAGE_HEAD: usize = 16 << 10;

/// A failure of the client or of the app behind it.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Error {
    /// No connection came about, so nothing was sent and anything may be tried again.
    #[error("no connection to {url}: {detail}")]
    Connect {
        /// The address, without its query.
        url: String,
        /// What stood in the way.
        cause: ConnectCause,
        /// The system's own words.
        detail: String,
    },
    /// Nothing was heard for too long.
    #[error("{url} was silent for {} s", after.as_secs())]
    Timeout {
        /// The address, without its query.
        url: String,
        /// How long was waited.
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
    #[error("{url} answered {status}: {excerpt}")]
    Status {
        /// The address, without its query.
        url: String,
        /// The HTTP status.
        status: u16,
        /// The app's `detail`, or the beginning of the body.
        excerpt: String,
        /// What `Retry-After` asks for.
        retry_after: Option<Duration>,
    },
    /// The app wants a name and a password first (Gradio's `auth`).
    #[error("{url} asks for a login")]
    Login {
        /// The address, without its query.
        url: String,
    },
    /// The app knows no such name and password.
    #[error("{url} refused the name and the password")]
    WrongLogin {
        /// The address, without its query.
        url: String,
    },
    /// The queue takes no more jobs: 503 with "Queue is full" or "Queue is stopped".
    #[error("{message}")]
    QueueFull {
        /// The app's own words.
        message: String,
    },
    /// An answer that is not what the protocol says.
    #[error("{url} sent something that could not be understood ({detail}): {excerpt}")]
    Decode {
        /// The address, without its query.
        url: String,
        /// What was expected.
        detail: String,
        /// The first 200 characters of what came.
        excerpt: String,
    },
    /// A message of the stream that is none. The stream cannot be followed any further.
    #[error("{url} sent a message that could not be understood ({detail}): {excerpt}")]
    Garbled {
        /// The address, without its query.
        url: String,
        /// What is wrong with it.
        detail: String,
        /// Its first 200 characters; empty where it may hold a prompt or a reply.
        excerpt: String,
    },
    /// A frame of the stream exceeded the limit.
    #[error("{url} sent a frame of more than {limit} bytes")]
    FrameTooLarge {
        /// The address, without its query.
        url: String,
        /// The limit, in bytes.
        limit: usize,
    },
    /// The stream ended before the job did. It cannot be resumed.
    #[error("the stream from {url} ended before the reply was complete")]
    StreamEnded {
        /// The address, without its query.
        url: String,
    },
    /// `unexpected_error`: the queue gave the stream up.
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
    /// The app is one that this client cannot speak to.
    #[error("{detail}")]
    Unsupported {
        /// What is missing.
        detail: String,
    },
    /// A file of this machine cannot be sent.
    #[error("{name} cannot be sent: {detail}")]
    File {
        /// The file, as it was named.
        name: String,
        /// Why not.
        detail: String,
    },
    /// A file is larger than the app takes.
    #[error("{name} has {size} bytes; the app takes files of at most {limit} bytes")]
    FileTooLarge {
        /// Its own name.
        name: String,
        /// Its size in bytes.
        size: u64,
        /// The largest size that the app takes, in bytes.
        limit: u64,
    },
    /// The client itself could not be set up: a bad address, a bad proxy.
    #[error("{detail}")]
    Setup {
        /// What is wrong.
        detail: String,
    },
}

/// What kept a connection from being made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConnectCause {
    /// Nobody listens there.
    Refused,
    /// The name has no address.
    Dns,
    /// No secure channel: a certificate, mostly.
    Tls,
    /// The proxy could not be reached or refused.
    Proxy,
    /// The connection did not come about in time.
    Timeout,
    /// Anything else.
    Other,
}

impl Error {
    /// Sorts an error of the HTTP library. `url` is the address without its query.
    pub(super) fn from_http(error: &reqwest::Error, url: &str, patience: Duration) -> Self {
        let detail = root_cause(error);
        let url = url.to_owned();
        if error.is_connect() {
            return Self::Connect {
                url,
                cause: connect_cause(error),
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

    /// Whether the request surely never reached the app.
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

/// The first 200 characters of an answer, on one line.
pub(super) fn excerpt(body: &[u8]) -> String {
    let head = &body[..body.len().min(EXCERPT * 4)];
    let text = String::from_utf8_lossy(head);
    let words: Vec<&str> = text.split_whitespace().collect();
    words.join(" ").chars().take(EXCERPT).collect()
}

/// The words of an answer that should have been the app's: the title of a web page, whose markup
/// says nothing to a person, or its first 200 characters.
pub(super) fn words(body: &[u8]) -> String {
    page_title(body).unwrap_or_else(|| excerpt(body))
}

/// The title of a page in HTML; `None` for anything else.
pub(super) fn page_title(body: &[u8]) -> Option<String> {
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

fn causes<'a>(
    error: &'a reqwest::Error,
) -> impl Iterator<Item = &'a (dyn std::error::Error + 'static)> {
    std::iter::successors(std::error::Error::source(error), |cause| cause.source())
}

/// The innermost cause says most; the outer ones repeat the address.
fn root_cause(error: &reqwest::Error) -> String {
    causes(error)
        .last()
        .map_or_else(|| error.to_string(), ToString::to_string)
}

/// Words of the TLS library in what keeps a secure channel from coming about.
const SECURE_CHANNEL: [&str; 5] = [
    "certificate",
    "tls",
    "received corrupt message",
    "received fatal alert",
    "peer ",
];

fn connect_cause(error: &reqwest::Error) -> ConnectCause {
    if error.is_timeout() {
        return ConnectCause::Timeout;
    }
    let mut cause = ConnectCause::Other;
    for source in causes(error) {
        let words = source.to_string().to_lowercase();
        if words.contains("proxy") || words.contains("socks") || words.contains("tunnel") {
            return ConnectCause::Proxy;
        }
        if words.contains("dns error") {
            return ConnectCause::Dns;
        }
        if SECURE_CHANNEL.iter().any(|known| words.contains(known)) {
            cause = ConnectCause::Tls;
        }
        match source
            .downcast_ref::<std::io::Error>()
            .map(std::io::Error::kind)
        {
            Some(std::io::ErrorKind::ConnectionRefused) => cause = ConnectCause::Refused,
            Some(std::io::ErrorKind::TimedOut) => cause = ConnectCause::Timeout,
            // The TLS library hands its errors through as invalid data.
            Some(std::io::ErrorKind::InvalidData) => cause = ConnectCause::Tls,
            _ => {}
        }
    }
    cause
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
