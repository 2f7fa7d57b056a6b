//! Runs a command that prints a key, without the terminal and for a limited time.
//!
//! Neither the command nor what it prints is part of an error: both may hold a secret.

use super::text;
use std::process::Stdio;
use std::time::Duration;
use tokio::process::{Child, Command};

/// What the command prints to stdout. The error goes on from "its `key_command`".
pub(super) async fn output(command: &str, patience: Duration) -> Result<String, String> {
    let mut shell = Command::new("sh");
    shell
        .args(["-c", command])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        // Its words could hold a secret, and would be written over the screen.
        .stderr(Stdio::null())
        .kill_on_drop(true);
    // A group of its own: the terminal's keys and signals do not reach it, and all of it can be ended.
    #[cfg(unix)]
    shell.process_group(0);
    let mut child = shell
        .spawn()
        .map_err(|error| format!("cannot be run: {error}"))?;
    let ended = tokio::time::timeout(patience, printed(&mut child)).await;
    ended.unwrap_or_else(|_| {
        end_group(&child);
        Err(format!("took longer than {} s", patience.as_secs()))
    })
}

async fn printed(child: &mut Child) -> Result<String, String> {
    let unread = |error: std::io::Error| format!("cannot be read: {error}");
    let stdout = child.stdout.take();
    let printed = match stdout {
        Some(stdout) => text(stdout).await.map_err(unread)?,
        None => String::new(),
    };
    let status = child.wait().await.map_err(unread)?;
    if !status.success() {
        return Err(format!("failed ({status})"));
    }
    if printed.trim().is_empty() {
        return Err("printed nothing".to_owned());
    }
    Ok(printed)
}

/// Ends what the shell has started too. The shell itself is ended when it is dropped.
fn end_group(child: &Child) {
    #[cfg(unix)]
    if let Some(group) = child
        .id()
        .and_then(|id| i32::try_from(id).ok())
        .and_then(rustix::process::Pid::from_raw)
    {
        // It may have ended by itself just now.
        let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
    }
    #[cfg(not(unix))]
    let _ = child;
}
