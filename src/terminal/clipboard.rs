//! The clipboards beside the terminal's own: the desktop's, and tmux's.
//!
//! OSC 52 reaches the terminal that shows the program, over SSH too, but not every terminal accepts
//! it, and tmux accepts it from programs only where it is configured. So a copy goes to these
//! clipboards as well, where they exist. A thread does it: a desktop may be slow to answer, and
//! some desktops ask for the text later, so that it must live as long as the program.

use super::capabilities::is_in_tmux;
use std::io::Write;
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};

/// The clipboards that are reached without the terminal.
#[derive(Debug, Default)]
pub struct Clipboard {
    thread: Option<Sender<String>>,
}

impl Clipboard {
    /// Puts a text on them. Never waits; what fails is in the log, because the terminal may well
    /// have taken the text.
    pub fn copy(&mut self, text: &str) {
        if !has_desktop() && !is_in_tmux() {
            return;
        }
        let thread = self.thread.get_or_insert_with(|| {
            let (texts, received) = mpsc::channel();
            let started = std::thread::Builder::new()
                .name("clipboard".to_owned())
                .spawn(move || serve(&received));
            if let Err(error) = started {
                tracing::warn!(%error, "no thread for the clipboard");
            }
            texts
        });
        let _ = thread.send(text.to_owned());
    }
}

fn serve(texts: &Receiver<String>) {
    let mut desktop = None;
    for text in texts {
        if is_in_tmux()
            && let Err(error) = give_to_tmux(&text)
        {
            tracing::info!(%error, "tmux did not take the text");
        }
        if !has_desktop() {
            continue;
        }
        if desktop.is_none() {
            desktop = arboard::Clipboard::new().ok();
        }
        if let Some(desktop) = &mut desktop
            && let Err(error) = desktop.set_text(text)
        {
            tracing::info!(%error, "the desktop did not take the text");
        }
    }
}

/// Whether there is a desktop here, and not at the other end of a connection.
fn has_desktop() -> bool {
    let is_set = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if is_set("SSH_CONNECTION") || is_set("SSH_TTY") {
        return false;
    }
    cfg!(any(windows, target_os = "macos")) || is_set("DISPLAY") || is_set("WAYLAND_DISPLAY")
}

/// Makes the text tmux's newest buffer, which `-w` also hands to the terminal around it.
fn give_to_tmux(text: &str) -> std::io::Result<()> {
    let mut tmux = Command::new("tmux")
        .args(["load-buffer", "-w", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    if let Some(mut stdin) = tmux.stdin.take() {
        stdin.write_all(text.as_bytes())?;
    }
    tmux.wait().map(drop)
}
