//! Exit codes, and the final messages on stderr.

use crate::chat::{Failure, FailureKind};
use crate::sanitize;
use std::io::{IsTerminal, Write};
use std::process::ExitCode;

/// The exit codes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Everything went well.
    Done,
    /// Something else failed.
    Failed,
    /// The command line, the settings or a name in them is wrong.
    Usage,
    /// No connection could be made, or it went silent.
    Unreachable,
    /// The Space refused, or failed.
    Refused,
    /// The answer could not be understood.
    NotUnderstood,
    /// The signal of this number ended it; what there was to save is saved.
    Signal(u8),
}

impl Exit {
    /// The code for a failure, by its kind.
    pub fn of(failure: &Failure) -> Self {
        match &failure.kind {
            FailureKind::UnknownModel | FailureKind::Settings | FailureKind::Setup => Self::Usage,
            FailureKind::Connect | FailureKind::Timeout => Self::Unreachable,
            FailureKind::Decode | FailureKind::Unsupported => Self::NotUnderstood,
            FailureKind::Internal => Self::Failed,
            FailureKind::Status
            | FailureKind::Unavailable
            | FailureKind::Space
            | FailureKind::Quota
            | FailureKind::QueueFull
            | FailureKind::Asleep
            | FailureKind::SessionLost
            | FailureKind::Login
            | FailureKind::SignIn
            | FailureKind::Key
            | FailureKind::TooLong
            | FailureKind::Other(_) => Self::Refused,
        }
    }
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::Failed => 1,
            Exit::Usage => 2,
            Exit::Unreachable => 3,
            Exit::Refused => 4,
            Exit::NotUnderstood => 5,
            Exit::Signal(number) => 128 | number,
        })
    }
}

/// Prints to stdout. A closed pipe is not a failure; a full disk is, and is reported.
pub fn print(text: &str) -> Exit {
    let mut out = std::io::stdout().lock();
    printed(out.write_all(text.as_bytes()).and_then(|()| out.flush()))
}

/// The exit code for the result of writing to stdout.
pub fn printed(written: std::io::Result<()>) -> Exit {
    match written {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            complain(Exit::Failed, &format!("stdout: {error}"), "")
        }
        _ => Exit::Done,
    }
}

/// Prints the error and the hint to stderr and returns the exit code.
pub fn complain(exit: Exit, message: &str, hint: &str) -> Exit {
    to_stderr(&format!("spacechat: {message}"));
    if !hint.is_empty() {
        to_stderr(hint);
    }
    exit
}

/// Prints a line to stderr.
pub fn to_stderr(line: &str) {
    let mut err = std::io::stderr().lock();
    // With stderr closed the message is lost.
    let _ = if err.is_terminal() {
        writeln!(err, "{}", sanitize::text(line).text)
    } else {
        writeln!(err, "{line}")
    };
}

/// Prints what is wrong with the command line, or the help that was asked for. The error quotes
/// arguments, which may hold anything.
pub fn usage(said: &clap::Error) -> Exit {
    let plain = said.render().to_string();
    let shown = sanitize::text(&plain).text;
    let mut err = std::io::stderr().lock();
    if !said.use_stderr() {
        drop(err);
        return printed(said.print().and_then(|()| std::io::stdout().flush()));
    }
    // With both streams closed the message is lost.
    let _ = if shown != plain && err.is_terminal() {
        err.write_all(shown.as_bytes())
    } else {
        said.print()
    };
    Exit::Usage
}
