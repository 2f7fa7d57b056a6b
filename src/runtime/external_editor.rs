//! The user's own editor (`$VISUAL` or `$EDITOR`), which has the terminal while it runs.
//!
//! The loop goes on beside it: replies are received and saved, signals are heard. That nothing is
//! drawn and no key is read meanwhile is for `screen` to see to; here the editor is started on a
//! file of its own, waited for, and asked to end where the program has to.

use crate::app::Event;
use crate::chat::ConversationId;
use crate::private_file;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long an editor that is asked to end may take, before the program ends without it.
const PATIENCE: Duration = Duration::from_secs(1);

/// An editor that runs.
pub struct Editing {
    conversation: ConversationId,
    /// The draft as it was handed out.
    before: String,
    path: PathBuf,
    program: String,
    process: u32,
    ended: oneshot::Receiver<io::Result<ExitStatus>>,
}

impl Editing {
    /// Starts the editor on this draft; the terminal was given back before. The error says why
    /// there is none.
    pub fn start(conversation: ConversationId, text: String) -> Result<Self, String> {
        let (program, arguments) = command(&chosen())?;
        let name = format!("spacechat-{}.md", uuid::Uuid::new_v4().simple());
        let path = std::env::temp_dir().join(name);
        write_private(&path, &text).map_err(fail)?;
        let started = Command::new(&program)
            .args(arguments)
            .arg(&path)
            .spawn()
            .and_then(|child| Ok((child.id(), wait_for(child)?)));
        match started {
            Ok((process, ended)) => Ok(Self {
                conversation,
                before: text,
                path,
                program,
                process,
                ended,
            }),
            Err(error) => {
                remove(&path);
                Err(format!(
                    "{program} could not be started: {error}. Set EDITOR to your editor."
                ))
            }
        }
    }

    /// Waits until the editor has ended, and gives what came of it. Safe to drop while it waits.
    pub async fn ended(&mut self) -> Event {
        let status = (&mut self.ended).await;
        let edited = fs::read_to_string(&self.path);
        let has_failed = matches!(&status, Ok(Ok(status)) if !status.success());
        let is_another = edited.as_ref().is_ok_and(|text| *text != self.before);
        if has_failed && is_another {
            // It may have broken down: what it has saved is not ours to throw away.
            let path = self.path.display();
            let program = &self.program;
            return Event::Notify(format!(
                "{program} failed. The draft is as it was. What {program} has saved is in {path}"
            ));
        }
        remove(&self.path);
        match status {
            Ok(Ok(status)) if status.success() => match edited {
                Ok(text) => self.edited(text),
                Err(error) => Event::Notify(fail(error)),
            },
            Ok(Ok(status)) => Event::Notify(format!(
                "{} ended with {status}. The draft is as it was.",
                self.program
            )),
            Ok(Err(error)) => Event::Notify(fail(error)),
            Err(_) => Event::Notify(fail(io::Error::other("nobody waited for the editor"))),
        }
    }

    /// Asks the editor to end, because the program does, and gives what it has saved so far.
    pub async fn end(mut self) -> Option<Event> {
        ask_to_end(self.process);
        let has_ended = tokio::time::timeout(PATIENCE, &mut self.ended)
            .await
            .is_ok();
        let saved = fs::read_to_string(&self.path).ok();
        // One that runs on may still save there what its user writes.
        if has_ended {
            remove(&self.path);
        }
        let saved = saved.filter(|text| *text != self.before)?;
        Some(self.edited(saved))
    }

    fn edited(&self, text: String) -> Event {
        Event::Edited {
            conversation: self.conversation,
            before: self.before.clone(),
            text,
        }
    }
}

/// A thread waits for the editor, and not a task: the program's end must not wait for it.
fn wait_for(mut child: Child) -> io::Result<oneshot::Receiver<io::Result<ExitStatus>>> {
    let (sender, ended) = oneshot::channel();
    let thread = std::thread::Builder::new().name("editor".to_owned());
    thread.spawn(move || {
        // The loop is gone only when the program ends.
        let _ = sender.send(child.wait());
    })?;
    Ok(ended)
}

/// The user's editor as the environment names it; `vi` where it does not.
fn chosen() -> String {
    let mut named = ["VISUAL", "EDITOR"]
        .iter()
        .filter_map(|name| std::env::var(name).ok());
    named
        .find(|editor| !editor.trim().is_empty())
        .unwrap_or_else(|| "vi".to_owned())
}

/// The program and its arguments, quoted as in a shell. Where paths hold backslashes, a space
/// alone parts them.
fn command(editor: &str) -> Result<(String, Vec<String>), String> {
    let words = if cfg!(windows) {
        Some(editor.split_whitespace().map(str::to_owned).collect())
    } else {
        shlex::split(editor)
    };
    let mut words = words.unwrap_or_default().into_iter();
    let program = words.next().filter(|program| !program.is_empty());
    let program = program.ok_or_else(|| {
        format!("EDITOR is {editor:?}, which is no command: a quote in it has no end.")
    })?;
    Ok((program, words.collect()))
}

#[cfg(unix)]
fn ask_to_end(process: u32) {
    use rustix::process::{Pid, Signal, kill_process};
    let process = i32::try_from(process).ok().and_then(Pid::from_raw);
    // It may have ended by itself.
    let _ = process.map(|process| kill_process(process, Signal::TERM));
}

#[cfg(not(unix))]
fn ask_to_end(_process: u32) {
    // There is no way to ask: it ends with its terminal.
}

#[expect(
    clippy::needless_pass_by_value,
    reason = "it is what errors are mapped with"
)]
fn fail(error: io::Error) -> String {
    format!("The draft could not be edited: {error}.")
}

/// Writes a new file that its owner alone can read.
fn write_private(path: &Path, text: &str) -> io::Result<()> {
    let mut options = private_file::options();
    let mut file = options.write(true).create_new(true).open(path)?;
    file.write_all(text.as_bytes())
}

/// A file that cannot be removed holds nothing that the editor could not read too.
fn remove(path: &Path) {
    let _ = fs::remove_file(path);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn arguments_of_the_editor_are_quoted_as_in_a_shell() {
        let words = |editor: &str| {
            let (program, arguments) = command(editor).ok()?;
            Some([vec![program], arguments].concat())
        };
        let expected = |words: &[&str]| Some(words.iter().map(|word| (*word).to_owned()).collect());
        assert_eq!(words("vi"), expected(&["vi"]));
        assert_eq!(
            words(r#"'/opt/my editor/bin' --wait -c "set tw=72" a\ b"#),
            expected(&["/opt/my editor/bin", "--wait", "-c", "set tw=72", "a b"])
        );
        for broken in ["'vi", "vi \"", "''", "  "] {
            assert_eq!(words(broken), None, "{broken}");
        }
    }
}
