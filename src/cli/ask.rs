//! `spacechat ask`: one message out, its reply on stdout and nothing else there.
//!
//! The same turn engine as the screen, without one. What is printed when, and what to stderr, is
//! [`super::printer`]'s.

use super::exit::{Exit, complain};
use super::printer::Printer;
use super::{Context, NO_HOME, saved};
use crate::app::{Event, Model, update};
use crate::chat::{Attachment, Draft, SentFile, Unsent};
use crate::runtime::{Heard, Providers, Time, decoded, loaded, looks_like_text, run_headless};
use crate::store::Store;
use clap::Args;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Said of stdin that is no text.
const NOT_TEXT: &str = "stdin is no text. Send a file with -f, to a Space that takes files.";
/// How much of a file is read before it is looked at, in bytes.
const HEAD: u64 = 1 << 16;

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The message; what stdin holds, when it is a pipe or a file, is appended
    prompt: Vec<String>,
    /// Send a file: to a Space that takes files as it is, to others its text in the message
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Go on with this conversation: its id, or the beginning of it
    #[arg(long, value_name = "ID", conflicts_with = "no_save")]
    conversation: Option<String>,
    /// Keep nothing of it
    #[arg(long)]
    no_save: bool,
    /// One JSON object a line: stages, pieces, the end
    #[arg(long)]
    json: bool,
}

/// Sends the message and prints the reply.
pub async fn run(context: Context, arguments: AskArgs) -> Exit {
    if let Err(exit) = context.check() {
        return exit;
    }
    let store = match open_store(&context, &arguments) {
        Ok(store) => store,
        Err(exit) => return exit,
    };
    let mut model = Model::new(context.defaults(store.is_some()), Time::new().now());
    if let (Some(id), Some(store)) = (&arguments.conversation, &store) {
        match saved::load_named(store, id) {
            Ok(mut found) => {
                // What is unsent there is the screen's: it stays as it is on the disk.
                found.unsent = Unsent::default();
                found.left_by.clear();
                update(&mut model, Event::Store(loaded(found, true)))
            }
            Err(exit) => return exit,
        };
        model.take_given(context.given.clone());
    }
    let providers = context.providers();
    let space = &model.conversation().conversation.space;
    let place = place_of_files(&arguments, providers.as_ref(), space).await;
    let draft = match draft(&arguments, place) {
        Ok(draft) if !draft.is_empty() => draft,
        Ok(_) => {
            let hint = "Write it behind ask, or pass it in: spacechat ask < question.txt";
            return complain(Exit::Usage, "There is no message to send.", hint);
        }
        Err(complaint) => return complain(Exit::Usage, &complaint, ""),
    };
    let mut printer = Printer::new(arguments.json);
    let listen = |update: &_| printer.hear(update);
    let heard = run_headless(
        &mut model,
        draft,
        providers,
        (store.as_ref(), context.tracker),
        listen,
    )
    .await;
    let exit = match heard {
        Ok(heard) => end(heard, &model, printer),
        Err(error) => complain(Exit::Failed, &error.to_string(), ""),
    };
    if let Some(store) = store {
        // What could not be saved was told already.
        let is_saved = store.handle.close().await;
        if !is_saved && exit == Exit::Done {
            return Exit::Failed;
        }
    }
    exit
}

/// Where the files of a message go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// All of them to the Space, as files.
    Space,
    /// Text into the prompt, what is no text to the Space.
    Both,
    /// Into the prompt; what is no text has no place.
    Prompt,
}

/// Where the Space wants files. One that cannot be looked at says why when it is asked.
async fn place_of_files(arguments: &AskArgs, providers: &dyn Providers, space: &str) -> Place {
    if arguments.files.is_empty() {
        return Place::Both;
    }
    let Ok(provider) = providers.find(space) else {
        return Place::Both;
    };
    match provider.look().await {
        Ok(report) if report.sends_text_files => Place::Space,
        Ok(report) if !report.files.is_native() => Place::Prompt,
        _ => Place::Both,
    }
}

/// The store, unless nothing is to be kept. Without a place for it, only a conversation that was
/// named is missed.
fn open_store(context: &Context, arguments: &AskArgs) -> Result<Option<Store>, Exit> {
    match &context.directory {
        Some(directory) if !arguments.no_save => match saved::open(directory) {
            Ok(store) => Ok(Some(store)),
            Err(error) => Err(saved::complain_of(&error)),
        },
        None if arguments.conversation.is_some() => {
            Err(complain(Exit::Failed, NO_HOME, "Name one with --data-dir."))
        }
        _ => Ok(None),
    }
}

/// Prints what is left to print, and gives the exit code.
fn end(heard: Heard, model: &Model, mut printer: Printer) -> Exit {
    if heard == Heard::Abandoned {
        return Exit::Done;
    }
    let reply = model.conversation().conversation.head();
    let failure = reply.and_then(|reply| reply.failure.clone());
    let text = reply.map_or("", |reply| reply.text.as_str());
    match printer.end(text) {
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => return Exit::Done,
        Err(error) => return complain(Exit::Failed, &format!("stdout: {error}"), ""),
        Ok(()) => {}
    }
    if let Heard::Interrupted(signal) = heard {
        return Exit::Signal(signal);
    }
    match failure {
        Some(failure) => complain(Exit::of(&failure), &failure.message, &failure.hint),
        None => Exit::Done,
    }
}

/// The message: the words, then the files' texts, then stdin's, with a blank line between. A
/// single part is sent exactly as it is. Files go where `place` says.
fn draft(arguments: &AskArgs, place: Place) -> Result<Draft, String> {
    let mut parts = Vec::new();
    let mut attachments = Vec::new();
    if !arguments.prompt.is_empty() {
        parts.push(arguments.prompt.join(" "));
    }
    for file in &arguments.files {
        let name = file.display();
        let text = text_in(file).map_err(|error| format!("{name} cannot be read: {error}."))?;
        match (text, place) {
            (Some(text), Place::Both | Place::Prompt) => parts.push(text),
            (None, Place::Prompt) => {
                return Err(format!(
                    "{name} is no text, and this Space takes no files. Convert it to text, or choose a Space that takes files."
                ));
            }
            (_, Place::Space | Place::Both) => {
                let file = if arguments.no_save {
                    SentFile::at(file)
                } else {
                    SentFile::read(file).map_err(|error| {
                        format!(
                            "{name} cannot be kept: {error}. ask --no-save sends it all the same."
                        )
                    })?
                };
                attachments.push(Arc::new(Attachment::file(file)));
            }
        }
    }
    if !std::io::stdin().is_terminal() {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| format!("stdin cannot be read: {error}."))?;
        if !bytes.is_empty() {
            // What is UTF-8 goes as it is, a NUL or a mark at its head included.
            let text = String::from_utf8(bytes).or_else(|error| decoded(error.into_bytes()));
            parts.push(text.map_err(|_| NOT_TEXT.to_owned())?);
        }
    }
    let text = match parts.len() {
        1 => parts.remove(0),
        _ => parts.join("\n\n"),
    };
    Ok(Draft { text, attachments })
}

/// The text of a file, whatever its encoding; `None` when it is none. A large file that does not
/// begin as text is not read to its end.
fn text_in(path: &Path) -> std::io::Result<Option<String>> {
    let mut file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    let head = (&mut file).take(HEAD).read_to_end(&mut bytes)?;
    if !looks_like_text(&bytes, (head as u64) < HEAD) {
        return Ok(None);
    }
    file.read_to_end(&mut bytes)?;
    Ok(decoded(bytes).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_text_only_if_all_of_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let read = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            text_in(&path).unwrap()
        };
        // A character of three bytes over the border of what is looked at first.
        let long = "x".repeat(usize::try_from(HEAD).unwrap() - 1) + "€ and more";
        assert_eq!(read(long.as_bytes()), Some(long.clone()));
        assert_eq!(read(b""), Some(String::new()));
        assert_eq!(read(b"Gr\xfc\xdfe").as_deref(), Some("Grüße"));
        assert_eq!(read(b"a\0b"), None);
        assert_eq!(read(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None);
        let late = [long.as_bytes(), b"\0"].concat();
        assert_eq!(read(&late), None);
        assert!(text_in(folder.path()).is_err());
    }
}
