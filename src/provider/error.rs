//! Why a reply failed, sorted by what a user can do about it.
//!
//! Every variant carries a [`Report`]: what happened and where, and a hint. The errors of `http` and of
//! `gradio` are turned into these here (`error::transport`), and nowhere else. No prompt, reply, token,
//! password or cookie is ever part of one.

mod failed;
mod transport;

pub(super) use failed::span;

use super::info::UnknownModel;
use crate::chat::input::InputError;
use crate::chat::{Failure, FailureKind};
use crate::gradio;
use crate::http::Token;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

/// How many characters an error or a notice may have.
const LONGEST_MESSAGE: usize = 2000;

/// What happened, where, and what the user can do next.
#[derive(Debug, Clone, PartialEq)]
pub struct Report {
    /// What happened, and where.
    pub message: String,
    /// What can be done.
    pub hint: String,
    /// What the client or the server said, where this was made of it.
    pub source: Option<Arc<gradio::Error>>,
}

/// A failed reply, or a failed inspection of a Space.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub enum ProviderError {
    /// No connection: refused, unknown name, bad certificate, proxy.
    Connect(Report),
    /// Nothing was received for too long.
    Timeout(Report),
    /// The Space answered with an HTTP status that is not a success.
    Status {
        /// The HTTP status.
        status: u16,
        /// What it means.
        report: Report,
    },
    /// The answer could not be understood.
    Decode(Report),
    /// The Space's own function failed, or ended the reply.
    Space(Report),
    /// 429 or 502 to 504: something before the Space answered in its place, and the message did not reach it.
    Unavailable {
        /// The HTTP status.
        status: u16,
        /// When to try again, where it says so.
        retry_after: Option<Duration>,
        /// What it means.
        report: Report,
    },
    /// A quota of the Space's host is used up.
    Quota {
        /// When to try again, where it says so.
        retry_after: Option<Duration>,
        /// What it means.
        report: Report,
    },
    /// Too many wait at the Space.
    QueueFull(Report),
    /// The Space sleeps, is paused or broken.
    Asleep(Report),
    /// The Space no longer knows the session.
    SessionLost(Report),
    /// The Space asks for a name and a password.
    Login(Report),
    /// The Space asks who the user is, who has not agreed yet that it gets their token.
    SignIn(Report),
    /// The server wants a key, or refuses the one that it got.
    Key(Report),
    /// The prompt does not fit into the model's window.
    TooLong(Report),
    /// The Space, or something asked of it, is not supported.
    Unsupported(Report),
    /// A setting that the Space does not have, or a value that it does not take.
    Settings(Report),
    /// The setup of the user's machine cannot be used: CA certificates, a proxy, an address.
    Setup(Report),
    /// The model's name is not known.
    UnknownModel(UnknownModel),
}

/// The variants that carry a report, as a pattern.
macro_rules! with_report {
    ($report:ident) => {
        Self::Connect($report)
            | Self::Timeout($report)
            | Self::Status {
                report: $report,
                ..
            }
            | Self::Unavailable {
                report: $report,
                ..
            }
            | Self::Decode($report)
            | Self::Space($report)
            | Self::Quota {
                report: $report,
                ..
            }
            | Self::QueueFull($report)
            | Self::Asleep($report)
            | Self::SessionLost($report)
            | Self::Login($report)
            | Self::SignIn($report)
            | Self::Key($report)
            | Self::TooLong($report)
            | Self::Settings($report)
            | Self::Setup($report)
            | Self::Unsupported($report)
    };
}

impl fmt::Display for ProviderError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::UnknownModel(unknown) => unknown.fmt(formatter),
            other => formatter.write_str(other.report().map_or("", |report| &report.message)),
        }
    }
}

impl std::error::Error for ProviderError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        let source = self.report()?.source.as_deref()?;
        Some(source)
    }
}

impl ProviderError {
    /// What kind of failure it is, as it is stored and printed.
    pub fn kind(&self) -> FailureKind {
        match self {
            Self::Connect(_) => FailureKind::Connect,
            Self::Timeout(_) => FailureKind::Timeout,
            Self::Status { .. } => FailureKind::Status,
            Self::Unavailable { .. } => FailureKind::Unavailable,
            Self::Decode(_) => FailureKind::Decode,
            Self::Space(_) => FailureKind::Space,
            Self::Quota { .. } => FailureKind::Quota,
            Self::QueueFull(_) => FailureKind::QueueFull,
            Self::Asleep(_) => FailureKind::Asleep,
            Self::SessionLost(_) => FailureKind::SessionLost,
            Self::Login(_) => FailureKind::Login,
            Self::SignIn(_) => FailureKind::SignIn,
            Self::Key(_) => FailureKind::Key,
            Self::TooLong(_) => FailureKind::TooLong,
            Self::Unsupported(_) => FailureKind::Unsupported,
            Self::Settings(_) => FailureKind::Settings,
            Self::Setup(_) => FailureKind::Setup,
            Self::UnknownModel(_) => FailureKind::UnknownModel,
        }
    }

    /// What the user can do.
    pub fn hint(&self) -> String {
        match self {
            Self::UnknownModel(unknown) => unknown.hint(),
            other => other
                .report()
                .map_or_else(String::new, |report| report.hint.clone()),
        }
    }

    fn report(&self) -> Option<&Report> {
        match self {
            with_report!(report) => Some(report),
            Self::UnknownModel(_) => None,
        }
    }

    /// The error of a reply of which a part was received and is kept.
    #[must_use]
    pub fn after_a_part(mut self) -> Self {
        if let Some(report) = self.report_mut() {
            report.hint = format!("The text so far is kept. {}", report.hint);
        }
        self
    }

    fn report_mut(&mut self) -> Option<&mut Report> {
        match self {
            with_report!(report) => Some(report),
            Self::UnknownModel(_) => None,
        }
    }

    /// The same without the token that the Space may have repeated in what it says.
    #[must_use]
    pub fn without(mut self, token: &Token) -> Self {
        if let Some(report) = self.report_mut()
            && let Some(message) = token.taken_out_of(&report.message)
        {
            report.message = message;
            report.source = None;
        }
        self
    }

    /// The same with the error that it was made of.
    fn because_of(mut self, source: gradio::Error) -> Self {
        if let Some(report) = self.report_mut() {
            report.source = Some(Arc::new(source));
        }
        self
    }

    /// The failure as it is shown, printed and stored.
    pub fn failure(&self) -> Failure {
        Failure {
            kind: self.kind(),
            message: self.to_string(),
            hint: self.hint(),
        }
    }
}

/// A text of the Space other than its reply, cut to a readable length: a Space may send anything.
pub(in crate::provider) fn shortened(mut text: String) -> String {
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
        source: None,
    }
}

impl From<InputError> for ProviderError {
    fn from(error: InputError) -> Self {
        Self::Settings(report(error.message, error.hint))
    }
}

impl From<gradio::Error> for ProviderError {
    fn from(error: gradio::Error) -> Self {
        match error {
            gradio::Error::Http(error) => error.into(),
            error => of_gradio(error.clone()).because_of(error),
        }
    }
}

/// The words for what Gradio says.
fn of_gradio(error: gradio::Error) -> ProviderError {
    use gradio::Error;
    match error {
        Error::Http(error) => error.into(),
        Error::StreamEnded { url } => ended_early(&url),
        Error::Garbled {
            url,
            detail,
            excerpt,
        } => garbled(&url, &detail, &excerpt),
        Error::Login { url } => login(&format!("{url} asks for a name and a password.")),
        Error::WrongLogin { url } => login(&format!("{url} refused the name and the password.")),
        Error::Invalid { message } => ProviderError::Space(report(
            format!("The Space does not accept the message: {message}"),
            "Change what it names and send it again.",
        )),
        Error::Form { url, complaints } => ProviderError::Status {
            status: 422,
            report: report(
                format!("{url} answered with status 422{}", quoted(&complaints)),
                "The Space did not accept the request. Its interface may have changed.",
            ),
        },
        Error::QueueFull { message } => ProviderError::QueueFull(report(
            format!("The Space takes no more requests: {message}"),
            "Many people use it right now. Wait a minute and retry.",
        )),
        Error::Unexpected {
            message,
            session_lost: true,
        } => ProviderError::SessionLost(report(
            format!("The Space has forgotten this session: {message}"),
            "It was probably restarted. Retry: the whole conversation is sent again.",
        )),
        Error::Unexpected { message, .. } => ProviderError::Space(report(
            format!("The Space gave up on the reply: {message}"),
            "Retry in a moment.",
        )),
        Error::Failed { message, title } => failed::read(message, title),
        Error::Unsupported { detail } => ProviderError::Unsupported(report(
            detail,
            "Look at the Space's page in a browser, or choose another source.",
        )),
    }
}

fn ended_early(url: &str) -> ProviderError {
    ProviderError::Space(report(
        format!("The Space closed the stream of the reply ({url}) before its end."),
        "Retry. If it happens again, the Space or a proxy before it cuts long replies.",
    ))
}

fn garbled(url: &str, detail: &str, excerpt: &str) -> ProviderError {
    ProviderError::Decode(report(
        format!(
            "A message from {url} could not be understood: {detail}{}",
            quoted(excerpt)
        ),
        "Retry. If it happens again, the Space or a proxy before it garbles what it sends.",
    ))
}

fn login(message: &str) -> ProviderError {
    ProviderError::Login(report(
        message,
        "Give them as SPACECHAT_LOGIN=name:password. The Space's author knows who has access.",
    ))
}

/// The text after a colon; nothing for an empty text.
fn quoted(excerpt: &str) -> String {
    if excerpt.is_empty() {
        String::new()
    } else {
        format!(": {excerpt}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http;
    use std::error::Error;

    #[test]
    fn what_the_client_said_stays_with_the_words_for_it() {
        let said = gradio::Error::QueueFull {
            message: "Queue is full.".to_owned(),
        };
        let silent = http::Error::Timeout {
            url: "http://host".to_owned(),
            after: Duration::from_secs(1),
        };
        let told = [ProviderError::from(said.clone()), silent.clone().into()];
        let wrapped = gradio::Error::Http(silent);
        for (error, expected) in told.iter().zip([&said, &wrapped]) {
            let source = error.source().and_then(|source| source.downcast_ref());
            assert_eq!(source, Some(expected), "{error}");
            assert!(!error.to_string().is_empty() && !error.hint().is_empty());
        }
    }
}
