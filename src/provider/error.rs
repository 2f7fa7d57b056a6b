//! Why there is no whole reply, sorted by what a person can do about it.
//!
//! Every variant carries a [`Report`]: what happened and where, and a hint. The gradio layer's
//! errors are turned into these here, and nowhere else. No prompt, reply, token or cookie is ever
//! part of one.

mod failed;

use super::info::UnknownModel;
use crate::chat::Failure;
use crate::chat::input::InputError;
use crate::gradio::{self, ConnectCause};
use std::time::Duration;

/// How many characters an error or a notice may have.
const LONGEST_MESSAGE: usize = 2000;

/// What happened, where, and what the person can do next.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// What happened, and where.
    pub message: String,
    /// What can be done.
    pub hint: String,
}

/// A failed reply, or a failed look at a Space.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum ProviderError {
    /// No connection: refused, unknown name, bad certificate, proxy.
    #[error("{}", .0.message)]
    Connect(Report),
    /// Nothing was heard for too long.
    #[error("{}", .0.message)]
    Timeout(Report),
    /// The Space answered with an HTTP status that is not a success.
    #[error("{}", .report.message)]
    Status {
        /// The HTTP status.
        status: u16,
        /// What it means.
        report: Report,
    },
    /// The answer could not be understood.
    #[error("{}", .0.message)]
    Decode(Report),
    /// The Space's own function failed, or gave the reply up.
    #[error("{}", .0.message)]
    Space(Report),
    /// A quota of the Space's host is used up.
    #[error("{}", .report.message)]
    Quota {
        /// When to try again, where it says so.
        retry_after: Option<Duration>,
        /// What it means.
        report: Report,
    },
    /// Too many wait at the Space.
    #[error("{}", .0.message)]
    QueueFull(Report),
    /// The Space sleeps, is paused or broken.
    #[error("{}", .0.message)]
    Asleep(Report),
    /// The Space no longer knows the session.
    #[error("{}", .0.message)]
    SessionLost(Report),
    /// The Space asks for a name and a password.
    #[error("{}", .0.message)]
    Login(Report),
    /// The Space, or something asked of it, is not supported.
    #[error("{}", .0.message)]
    Unsupported(Report),
    /// A setting that the Space does not have, or a value that it does not take.
    #[error("{}", .0.message)]
    Settings(Report),
    /// The model's name is not known.
    #[error("{0}")]
    UnknownModel(UnknownModel),
}

impl ProviderError {
    /// One word for `ask --json` and for what is stored.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Connect(_) => "connect",
            Self::Timeout(_) => "timeout",
            Self::Status { .. } => "status",
            Self::Decode(_) => "decode",
            Self::Space(_) => "space",
            Self::Quota { .. } => "quota",
            Self::QueueFull(_) => "queue_full",
            Self::Asleep(_) => "asleep",
            Self::SessionLost(_) => "session_lost",
            Self::Login(_) => "login",
            Self::Unsupported(_) => "unsupported",
            Self::Settings(_) => "settings",
            Self::UnknownModel(_) => "unknown_model",
        }
    }

    /// What the person can do.
    pub fn hint(&self) -> String {
        match self {
            Self::Connect(report)
            | Self::Timeout(report)
            | Self::Status { report, .. }
            | Self::Decode(report)
            | Self::Space(report)
            | Self::Quota { report, .. }
            | Self::QueueFull(report)
            | Self::Asleep(report)
            | Self::SessionLost(report)
            | Self::Login(report)
            | Self::Settings(report)
            | Self::Unsupported(report) => report.hint.clone(),
            Self::UnknownModel(unknown) => unknown.hint(),
        }
    }

    /// The failure as it is shown, printed and stored.
    pub fn failure(&self) -> Failure {
        Failure {
            kind: self.kind().to_owned(),
            message: self.to_string(),
            hint: self.hint(),
        }
    }
}

/// A text of the Space that is not its reply, cut to what a person reads: a Space may send anything.
pub(super) fn shortened(mut text: String) -> String {
    if let Some((end, _)) = text.char_indices().nth(LONGEST_MESSAGE) {
        text.truncate(end);
        text.push('…');
    }
    text
}

fn report(message: impl Into<String>, hint: impl Into<String>) -> Report {
    Report {
        message: shortened(message.into()),
        hint: hint.into(),
    }
}

impl From<InputError> for ProviderError {
    fn from(error: InputError) -> Self {
        Self::Settings(report(error.message, error.hint))
    }
}

impl From<gradio::Error> for ProviderError {
    fn from(error: gradio::Error) -> Self {
        use gradio::Error;
        let said = error.to_string();
        match error {
            Error::Connect { url, cause, detail } => Self::Connect(connect(&url, cause, &detail)),
            Error::Timeout { .. } => Self::Timeout(report(
                format!("{said}."),
                "What came is kept. The Space may be overloaded: try again, or allow more time with idle_timeout in the settings.",
            )),
            Error::Broken { url, detail } => broken(&url, &detail),
            Error::StreamEnded { url } => ended_early(&url),
            Error::Garbled {
                url,
                detail,
                excerpt,
            } => garbled(&url, &detail, &excerpt),
            Error::FrameTooLarge { url, limit } => over_the_limit(&url, limit),
            Error::Status {
                status,
                retry_after,
                excerpt,
                url,
            } => status_error(status, retry_after, &excerpt, &url),
            Error::Login { url } => login(&format!("{url} asks for a name and a password.")),
            Error::WrongLogin { url } => {
                login(&format!("{url} refused the name and the password."))
            }
            Error::QueueFull { message } => Self::QueueFull(report(
                format!("The Space takes no more requests: {message}"),
                "Many people use it right now. Wait a minute and retry.",
            )),
            Error::Decode { .. } => Self::Decode(report(
                said,
                "Is this the address of a Gradio Space? It may also be starting or broken: look at its page in a browser.",
            )),
            Error::Unexpected {
                message,
                session_lost: true,
            } => Self::SessionLost(report(
                format!("The Space has forgotten this session: {message}"),
                "It was probably restarted. Retry: the whole conversation is sent again.",
            )),
            Error::Unexpected { message, .. } => Self::Space(report(
                format!("The Space gave the reply up: {message}"),
                "What came is kept. Retry in a moment.",
            )),
            Error::Failed { message, title } => failed::read(message, title),
            Error::Unsupported { detail } => Self::Unsupported(report(
                detail,
                "Look at the Space's page in a browser, or choose another Space with --space.",
            )),
            Error::File { .. } => Self::Unsupported(report(
                format!("{said}."),
                "Check its name, and that you may read it.",
            )),
            Error::FileTooLarge { name, size, limit } => too_large(&name, size, limit),
            Error::Setup { detail } => Self::Unsupported(report(
                detail,
                "Check the address and the proxy in the command and in the settings.",
            )),
        }
    }
}

fn broken(url: &str, detail: &str) -> ProviderError {
    ProviderError::Space(report(
        format!("The connection to {url} broke before the answer was complete: {detail}."),
        "What came is kept. Check the network and retry; the Space may also have been restarted.",
    ))
}

fn ended_early(url: &str) -> ProviderError {
    ProviderError::Space(report(
        format!("The Space closed the stream of the reply ({url}) before its end."),
        "What came is kept. Retry; if it happens again, the Space or a proxy before it cuts long replies.",
    ))
}

fn garbled(url: &str, detail: &str, excerpt: &str) -> ProviderError {
    ProviderError::Decode(report(
        format!(
            "A message from {url} could not be understood: {detail}{}",
            quoted(excerpt)
        ),
        "What came is kept. Retry; if it happens again, the Space or a proxy before it garbles what it sends.",
    ))
}

fn over_the_limit(url: &str, limit: usize) -> ProviderError {
    ProviderError::Decode(report(
        format!(
            "{url} sent more at once than the limit of {} MB.",
            limit >> 20
        ),
        "What came is kept. If this Space means well, allow more with frame_limit in the settings.",
    ))
}

fn login(message: &str) -> ProviderError {
    ProviderError::Login(report(
        message,
        "Give them as SPACECHAT_LOGIN=name:password. The Space's author knows who has access.",
    ))
}

fn too_large(name: &str, size: u64, limit: u64) -> ProviderError {
    let (size, limit) = (megabytes(size), megabytes(limit));
    ProviderError::Status {
        status: 413,
        report: report(
            format!("{name} is too large: {size}, and the Space takes files of at most {limit}."),
            "Send a smaller file, or a part of it.",
        ),
    }
}

/// A size in words, rounded to the tenth of a megabyte or to the byte.
fn megabytes(bytes: u64) -> String {
    if bytes < 1_000_000 {
        return format!("{bytes} bytes");
    }
    let tenths = (bytes + 50_000) / 100_000;
    format!("{}.{} MB", tenths / 10, tenths % 10)
}

fn connect(url: &str, cause: ConnectCause, detail: &str) -> Report {
    let (what, hint) = match cause {
        ConnectCause::Refused => (
            "nobody answers there",
            "Is the server running, and is the address right (--space)?",
        ),
        ConnectCause::Dns => (
            "the name has no address",
            "Check the spelling of the Space and your network.",
        ),
        ConnectCause::Tls => (
            "no secure connection came about",
            "Check the date of this machine, its CA certificates, and whether a proxy stands between.",
        ),
        ConnectCause::Proxy => (
            "the proxy refused or did not answer",
            "Check --proxy or HTTPS_PROXY.",
        ),
        ConnectCause::Timeout => (
            "no answer in time",
            "Check your network; connect_timeout in the settings allows more time.",
        ),
        ConnectCause::Other => ("the connection failed", "Check your network and retry."),
    };
    report(
        format!("Could not connect to {url}: {what} ({detail})."),
        hint,
    )
}

fn status_error(
    status: u16,
    retry_after: Option<Duration>,
    excerpt: &str,
    url: &str,
) -> ProviderError {
    let wait = retry_after.map_or_else(
        || "Wait a minute and retry.".to_owned(),
        |wait| format!("It asks to wait {} s before a retry.", wait.as_secs()),
    );
    let hint = match status {
        401 | 403 => {
            "The Space may be private: set HF_TOKEN to a token of an account that may see it."
                .to_owned()
        }
        404 => "There is no such Space or route: check the address (--space).".to_owned(),
        413 => "The request is larger than the host accepts: send less at once.".to_owned(),
        422 => "The Space did not accept the form of the request: its interface may have changed."
            .to_owned(),
        429 => format!(
            "Too many requests came from here. {wait} A Hugging Face token (HF_TOKEN) allows more."
        ),
        502..=504 => format!("The Space is overloaded, starting or broken. {wait}"),
        _ => {
            "The Space has a fault of its own: retry, or look at its page in a browser.".to_owned()
        }
    };
    let words = quoted(excerpt);
    ProviderError::Status {
        status,
        report: report(format!("{url} answered with status {status}{words}"), hint),
    }
}

/// What was said, behind a colon; nothing for nothing.
fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() {
        String::new()
    } else {
        format!(": {excerpt}")
    }
}
