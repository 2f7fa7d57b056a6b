//! The report of a panic: a file in the state directory for the developers, and a line on stderr that says where it is.
//!
//! It holds the version, the place, the thread and the backtrace, and nothing of the user: no text of a conversation,
//! and of a path only what names the program's sources. A panic's own message can quote text, so it is included only
//! when it is one of those that cannot. The terminal must be restored before the line is printed.

use crate::private_file;
use crate::sanitize;
use jiff::Timestamp;
use std::backtrace::Backtrace;
use std::fmt::Write as _;
use std::io::{self, Write};
use std::panic::PanicHookInfo;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

/// Panics of one run that are reported; with so many, the next says nothing new.
const MOST: usize = 5;

/// The panic messages that a report may hold, `#` standing for a number: those of the language
/// itself.
const HARMLESS: [&str; 15] = [
    "already borrowed",
    "already mutably borrowed",
    "attempt to add with overflow",
    "attempt to calculate the remainder with a divisor of zero",
    "attempt to divide by zero",
    "attempt to multiply with overflow",
    "attempt to subtract with overflow",
    "called `Option::unwrap()` on a `None` value",
    "capacity overflow",
    "explicit panic",
    "index out of bounds: the len is # but the index is #",
    "internal error: entered unreachable code",
    "range end index # out of range for slice of length #",
    "range start index # out of range for slice of length #",
    "slice index starts at # but ends at #",
];

/// Reports panics on stderr and, where there is a state directory, in a private file there.
pub fn install(folder: Option<PathBuf>) {
    let count = AtomicUsize::new(0);
    std::panic::set_hook(Box::new(move |panic| {
        let (thread, place) = (thread(), place(panic));
        let mut said = format!(
            "spacechat: internal error (thread {thread}, at {place}): {}\n",
            message(panic)
        );
        if let Some(folder) = &folder
            && count.fetch_add(1, Ordering::Relaxed) < MOST
        {
            let report = report(&thread, &place, message(panic), &Backtrace::force_capture());
            // Writing to a string cannot fail.
            let _ = match write(folder, &report) {
                Ok(path) => writeln!(
                    said,
                    "A report for the developers is in {}. It holds nothing of your conversations.",
                    path.display()
                ),
                Err(error) => writeln!(said, "Its report could not be written: {error}."),
            };
        }
        // With stderr closed the message is lost.
        let _ = io::stderr().write_all(sanitize::text(&said).text.as_bytes());
    }));
}

fn thread() -> String {
    std::thread::current()
        .name()
        .unwrap_or("unnamed")
        .to_owned()
}

fn place(panic: &PanicHookInfo<'_>) -> String {
    panic.location().map_or_else(
        || "an unknown place".to_owned(),
        |at| format!("{}:{}:{}", source(at.file()), at.line(), at.column()),
    )
}

fn message<'a>(panic: &'a PanicHookInfo<'_>) -> &'a str {
    let payload = panic.payload();
    let owned = payload.downcast_ref::<String>().map(String::as_str);
    owned
        .or_else(|| payload.downcast_ref::<&str>().copied())
        .unwrap_or("no message")
}

/// The file's text.
fn report(thread: &str, place: &str, message: &str, backtrace: &Backtrace) -> String {
    let message = if is_harmless(message) {
        message
    } else {
        "(left out: it may quote what was written)"
    };
    let (version, system, machine) = (
        env!("CARGO_PKG_VERSION"),
        std::env::consts::OS,
        std::env::consts::ARCH,
    );
    let trace = without_folders(&backtrace.to_string());
    format!(
        "spacechat {version} on {system} {machine}\ntime: {}\nthread: {thread}\nplace: {place}\nmessage: {message}\nbacktrace:\n{trace}\n",
        Timestamp::now()
    )
}

fn is_harmless(message: &str) -> bool {
    let mut pattern = String::new();
    for c in message.chars() {
        let c = if c.is_ascii_digit() { '#' } else { c };
        if c != '#' || !pattern.ends_with('#') {
            pattern.push(c);
        }
    }
    HARMLESS.contains(&pattern.as_str())
}

/// A backtrace whose paths are those of sources only.
fn without_folders(backtrace: &str) -> String {
    let mut lines = String::new();
    for line in backtrace.lines() {
        let cut = match line.trim_start().strip_prefix("at ") {
            Some(path) => format!("             at {}", source(path)),
            None => line.to_owned(),
        };
        lines.push_str(&cut);
        lines.push('\n');
    }
    lines
}

/// What of a source's path says which source it is; where the sources lay when this was built is cut off.
fn source(path: &str) -> &str {
    let path = path.strip_prefix("./").unwrap_or(path);
    let is_library = path.contains("/registry/src/") || path.starts_with("/rustc/");
    let Some(below) = path.rfind("/src/") else {
        let is_whole = path.starts_with('/') || path.contains(":\\");
        let name = path.rfind(['/', '\\']).map_or(0, |at| at + 1);
        return if is_whole { &path[name..] } else { path };
    };
    let from = if is_library {
        path[..below].rfind('/').unwrap_or(below)
    } else {
        below
    };
    &path[from + 1..]
}

/// Adds a report to this run's file, and gives the file.
fn write(folder: &Path, report: &str) -> io::Result<PathBuf> {
    private_file::make_folder(folder)?;
    let today = Timestamp::now().strftime("%Y%m%d").to_string();
    let path = folder.join(format!("panic-{today}-{}.txt", std::process::id()));
    let mut file = private_file::options()
        .create(true)
        .append(true)
        .open(&path)?;
    file.write_all(report.as_bytes())?;
    Ok(path)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_messages_that_cannot_quote_text_are_written_down() {
        let numbers = "index out of bounds: the len is 10 but the index is 4711";
        for harmless in [numbers, "attempt to divide by zero"] {
            assert!(is_harmless(harmless), "{harmless}");
        }
        for quoting in [
            "byte index 3 is not a char boundary; it is inside 'ü' (bytes 2..4) of `a secret`",
            "index out of bounds: the len is 10 but the index is 4711 in /home/ann",
            "called `Result::unwrap()` on an `Err` value: \"a secret\"",
            "",
        ] {
            assert!(!is_harmless(quoting), "{quoting}");
            let report = report("main", "src/a.rs:1:1", quoting, &Backtrace::disabled());
            assert!(
                !report.contains("secret") && !report.contains("ann"),
                "{report}"
            );
        }
    }

    #[test]
    fn of_a_path_only_the_source_is_left() {
        for (path, left) in [
            ("src/store/writer.rs", "src/store/writer.rs"),
            ("./src/ui.rs:3:7", "src/ui.rs:3:7"),
            ("/home/ann/my-secret/src/ui.rs:3:7", "src/ui.rs:3:7"),
            (
                "/home/ann/.cargo/registry/src/index.crates.io-1949cf8c6b5b557f/tokio-1.48.0/src/runtime/park.rs:1:2",
                "tokio-1.48.0/src/runtime/park.rs:1:2",
            ),
            (
                "/rustc/0123/library/std/src/panic.rs:9:1",
                "std/src/panic.rs:9:1",
            ),
            ("/home/ann/tests/leaving.rs:1:1", "leaving.rs:1:1"),
        ] {
            assert_eq!(source(path), left);
        }
    }
}
