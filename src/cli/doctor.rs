//! `spacechat doctor`: checks settings, saved conversations, terminal and Space.
//!
//! It changes nothing. Each line names what was checked and the result; advice follows on the next
//! line. The exit code is 1 when a problem was found. With `--rescue` it only copies what can be
//! read of a damaged store into a new file.

use super::exit::{Exit, complain, print};
use super::{Context, NO_HOME, saved};
use crate::provider::local::{self, LOCAL};
use crate::sanitize;
use crate::store::{Check, FILE_NAME, Store, StoreError};
use clap::Args;
use std::fmt::Write;
use std::io::IsTerminal;
use std::path::{Path, PathBuf};

/// What `doctor` takes.
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Copy what can be read of a damaged database into this new file
    #[arg(long, value_name = "FILE")]
    rescue: Option<PathBuf>,
}

/// The lines of the report, and whether anything was found.
#[derive(Default)]
struct Findings {
    text: String,
    has_trouble: bool,
}

impl Findings {
    fn good(&mut self, what: &str, found: &str) {
        self.line("✓", what, found);
    }

    fn bad(&mut self, what: &str, found: &str, hint: &str) {
        self.has_trouble = true;
        self.line("✗", what, found);
        if !hint.is_empty() {
            self.line(" ", "", &format!("→ {hint}"));
        }
    }

    fn line(&mut self, mark: &str, what: &str, found: &str) {
        // Writing to a string cannot fail.
        let _ = writeln!(self.text, "{mark} {what:<14}{}", sanitize::line(found));
    }
}

/// Runs the checks and prints the report.
pub async fn run(context: &Context, arguments: &DoctorArgs) -> Exit {
    if let Some(file) = &arguments.rescue {
        return rescue(context, file);
    }
    let mut findings = Findings::default();
    findings.good("spacechat", env!("CARGO_PKG_VERSION"));
    let settings = context.settings.path().map_or_else(
        || "no file, defaults in use".to_owned(),
        |path| path.display().to_string(),
    );
    findings.good("settings", &settings);
    for complaint in &context.settings.complaints {
        findings.bad("settings", complaint, "All other entries are in use.");
    }
    terminal(&mut findings);
    store(context, &mut findings);
    space(context, &mut findings).await;
    let printed = print(&findings.text);
    if findings.has_trouble {
        Exit::Failed
    } else {
        printed
    }
}

fn terminal(findings: &mut Findings) {
    let is_terminal = std::io::stdin().is_terminal() && std::io::stdout().is_terminal();
    let size = crossterm::terminal::size().ok().filter(|_| is_terminal);
    let Some((width, height)) = size else {
        findings.good("terminal", "none (ask works without it)");
        return;
    };
    let kind = std::env::var("TERM").unwrap_or_default();
    let found = format!("{kind}, {width}×{height}");
    if width < 40 || height < 10 {
        findings.bad("terminal", &found, "The full screen needs at least 40×10.");
    } else {
        findings.good("terminal", &found);
    }
    let locale = ["LC_ALL", "LC_CTYPE", "LANG"]
        .iter()
        .find_map(|name| std::env::var(name).ok().filter(|value| !value.is_empty()));
    match locale {
        Some(locale) if locale.to_uppercase().replace('-', "").contains("UTF8") => {
            findings.good("locale", &locale);
        }
        other => findings.bad(
            "locale",
            &other.unwrap_or_else(|| "not set".to_owned()),
            "Set LANG to a UTF-8 locale (C.UTF-8), or wide characters may look wrong.",
        ),
    }
}

fn store(context: &Context, findings: &mut Findings) {
    let Some(directory) = &context.directory else {
        findings.bad(
            "conversations",
            NO_HOME,
            "Name a directory with --data-dir.",
        );
        return;
    };
    match Store::check(directory) {
        Ok(check) => found(&directory.display().to_string(), &check, findings),
        Err(StoreError::Missing { .. }) => findings.good("conversations", "none saved yet"),
        Err(error) => findings.bad("conversations", &error.to_string(), error.hint()),
    }
}

fn found(place: &str, check: &Check, findings: &mut Findings) {
    let found = format!(
        "{} with {} messages, {} KB in {place}",
        check.conversations,
        check.messages,
        check.bytes / 1000
    );
    if check.problems.is_empty() {
        findings.good("conversations", &found);
        return;
    }
    let hint = "spacechat doctor --rescue FILE copies what can be read into a new file.";
    findings.bad(
        "conversations",
        &format!("{found}, damaged: {}", check.problems.join(", ")),
        hint,
    );
}

/// Rescues into `file`, and prints how to use it.
fn rescue(context: &Context, file: &Path) -> Exit {
    let Some(directory) = &context.directory else {
        return complain(Exit::Failed, NO_HOME, "Name a directory with --data-dir.");
    };
    let rescued = match Store::rescue(directory, file) {
        Ok(rescued) => rescued,
        // A rescue was the last resort.
        Err(error @ StoreError::Damaged { .. }) => {
            let hint = "Restore a backup, or move the file away to start empty.";
            return complain(Exit::Failed, &format!("{error}."), hint);
        }
        Err(error) => return saved::complain_of(&error),
    };
    let mut text = format!(
        "{} conversations with {} messages are in {}\n",
        rescued.conversations,
        rescued.messages,
        file.display()
    );
    // Writing to a string cannot fail.
    let _ = match rescued.gaps.as_slice() {
        [] => writeln!(text, "Everything could be read."),
        gaps => writeln!(text, "Not everything could be read: {}", gaps.join(", ")),
    };
    let _ = writeln!(
        text,
        "To use it, quit every spacechat, move the files {FILE_NAME}* out of {}, and copy the new file there as {FILE_NAME}.",
        directory.display()
    );
    print(&text)
}

async fn space(context: &Context, findings: &mut Findings) {
    let name = match context.space.as_str() {
        LOCAL => local::first(&context.options).await,
        named => Ok(named.to_owned()),
    };
    let report = match name.and_then(|name| context.provider(&name)) {
        Ok(provider) => provider.look().await,
        Err(error) => Err(error),
    };
    match report {
        Ok(report) => findings.good(
            "source",
            &format!("{} answers ({})", report.url, report.software()),
        ),
        Err(error) => findings.bad("source", &error.to_string(), &error.hint()),
    }
}
