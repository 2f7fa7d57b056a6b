//! The words for the errors of connections and servers.

use super::{ProviderError, Report, login, quoted, report};
use crate::gradio;
use crate::http::{ConnectCause, Error, Refusal};

/// The hint for the setup of the user's machine.
const SETUP: &str = "Check the address, the proxy and the certificates in the command, the settings and the environment.";

impl From<Error> for ProviderError {
    fn from(error: Error) -> Self {
        of_http(error.clone()).because_of(gradio::Error::Http(error))
    }
}

/// The words for what any server can do.
fn of_http(error: Error) -> ProviderError {
    let said = error.to_string();
    match error {
        Error::Connect { url, cause, detail } => {
            ProviderError::Connect(connect(&url, cause, &detail))
        }
        Error::Timeout { .. } => ProviderError::Timeout(report(
            format!("{said}."),
            "The Space may be overloaded. Try again, or raise idle_timeout in the settings.",
        )),
        Error::Broken { url, detail } => ProviderError::Space(report(
            format!("The connection to {url} broke before the answer was complete: {detail}."),
            "Check the network and retry. The Space may have been restarted.",
        )),
        Error::TooLarge { url, limit } => ProviderError::Decode(report(
            format!(
                "{url} sent more at once than the limit of {} MB.",
                limit >> 20
            ),
            "If you trust this Space, raise frame_limit in the settings.",
        )),
        Error::Status(refusal) => refused(&refusal),
        Error::BasicLogin { url, is_refused } => login(&if is_refused {
            format!("{url} refused the name and the password.")
        } else {
            format!("{url} asks for a name and a password.")
        }),
        Error::Redirect {
            url,
            status,
            target,
        } => ProviderError::Status {
            status,
            report: report(
                format!("{url} leads to another server: {target}"),
                "If that is the app itself, give its address. A sign-in page needs a browser.",
            ),
        },
        Error::Decode { .. } => ProviderError::Decode(report(
            said,
            "Check that this is the address of a Gradio Space. It may also be starting or broken.",
        )),
        Error::File { .. } => ProviderError::Unsupported(report(
            format!("{said}."),
            "Check its name and permissions.",
        )),
        Error::FileTooLarge { name, size, limit } => too_large(&name, size, limit),
        Error::Setup { detail } => ProviderError::Setup(report(detail, SETUP)),
    }
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
            "connection refused",
            "Check that the server is running and that its address is right.",
        ),
        ConnectCause::Dns => (
            "the host was not found",
            "Check the spelling of the Space and your network.",
        ),
        ConnectCause::Tls => (
            "the TLS handshake failed",
            "Check this machine's date and CA certificates, and whether there is a proxy in between.",
        ),
        ConnectCause::Proxy => (
            "the proxy refused or did not answer",
            "Check --proxy or HTTPS_PROXY.",
        ),
        ConnectCause::Timeout => (
            "no answer in time",
            "Check your network, or raise connect_timeout in the settings.",
        ),
        ConnectCause::Other => ("the connection failed", "Check your network and retry."),
    };
    report(
        format!("Could not connect to {url}: {what} ({detail})."),
        hint,
    )
}

fn refused(refusal: &Refusal) -> ProviderError {
    let status = refusal.status;
    let retry_after = refusal.retry_after;
    let wait = retry_after.map_or_else(
        || "Wait a minute and retry.".to_owned(),
        |wait| format!("Retry in {} s.", wait.as_secs()),
    );
    let hint = match status {
        401 | 403 => {
            "The Space may be private. Set HF_TOKEN to a token that may read it.".to_owned()
        }
        404 => "There is no such Space or route. Check the address of the source.".to_owned(),
        413 => "The request is larger than the host accepts. Send less at once.".to_owned(),
        429 => format!(
            "Too many requests came from here. {wait} A Hugging Face token (HF_TOKEN) allows more."
        ),
        502..=504 => format!("The Space is overloaded, starting or broken. {wait}"),
        _ => "The Space itself failed. Retry, or look at its page in a browser.".to_owned(),
    };
    let words = quoted(&refusal.words());
    let report = report(
        format!("{} answered with status {status}{words}", refusal.url),
        hint,
    );
    match status {
        429 | 502..=504 => ProviderError::Unavailable {
            status,
            retry_after,
            report,
        },
        _ => ProviderError::Status { status, report },
    }
}
