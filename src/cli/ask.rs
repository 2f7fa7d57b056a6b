//! `spacechat ask`: one message out, its reply on stdout and nothing else there.
//!
//! The same turn engine as the screen, without one. What is printed when, and what to stderr, is
//! [`super::printer`]'s.

use super::exit::{Exit, complain};
use super::printer::Printer;
use super::{Context, NO_HOME, saved};
use crate::app::{Event, Model, update};
use crate::chat::{Attachment, Draft};
use crate::runtime::{Heard, Time, loaded, run_headless};
use crate::store::Store;
use clap::Args;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// Said of stdin that is no text.
const NOT_TEXT: &str =
    "stdin is not text in UTF-8. Convert it first, with iconv for example, or send a file with -f.";
/// How much of a file is read before it is looked at.
const PIECE: u64 = 1 << 20;

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The message; what stdin holds, when it is a pipe or a file, is appended
    prompt: Vec<String>,
    /// Append the text of a file; any other file is sent as it is, where the Space takes files
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
    let draft = match draft(&arguments) {
        Ok(draft) if !draft.is_empty() => draft,
        Ok(_) => {
            let hint = "Write it behind ask, or pass it in: spacechat ask < question.txt";
            return complain(Exit::Usage, "There is no message to send.", hint);
        }
        Err(complaint) => return complain(Exit::Usage, &complaint, ""),
    };
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
            Ok(found) => update(&mut model, Event::Store(loaded(found, true))),
            Err(exit) => return exit,
        };
        model.set(context.set.clone());
    }
    let mut printer = Printer::new(arguments.json);
    let providers = context.providers();
    let space = &model.conversation().conversation.space;
    if let Some(file) = draft.attachments.first()
        && let Ok(provider) = providers.find(space)
        // A Space that cannot be looked at says why when it is asked.
        && provider.look().await.is_ok_and(|report| !report.files.is_native())
    {
        let message = format!(
            "{} is not text in UTF-8, and this Space takes no files.",
            file.name
        );
        let hint = "Convert it to text, or choose a Space that takes files.";
        return complain(Exit::Usage, &message, hint);
    }
    let listen = |update: &_| printer.hear(update);
    let handle = store.as_ref().map(|store| &store.handle);
    let heard = run_headless(
        &mut model,
        draft,
        providers,
        (handle, context.tracker),
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
    match failure {
        _ if heard == Heard::Interrupted => Exit::Interrupted,
        Some(failure) => complain(Exit::of(&failure), &failure.message, &failure.hint),
        None => Exit::Done,
    }
}

/// The message: the words, then the files' texts, then stdin's, with a blank line between. A
/// single part is sent exactly as it is. Files that hold no text are attached.
fn draft(arguments: &AskArgs) -> Result<Draft, String> {
    let mut parts = Vec::new();
    let mut attachments = Vec::new();
    if !arguments.prompt.is_empty() {
        parts.push(arguments.prompt.join(" "));
    }
    for file in &arguments.files {
        let text = text_in(file)
            .map_err(|error| format!("{} cannot be read: {error}.", file.display()))?;
        match text {
            Some(text) => parts.push(text),
            None => attachments.push(Arc::new(Attachment::file(file))),
        }
    }
    if !std::io::stdin().is_terminal() {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| format!("stdin cannot be read: {error}."))?;
        if !bytes.is_empty() {
            let text = String::from_utf8(bytes);
            parts.push(text.map_err(|_| NOT_TEXT.to_owned())?);
        }
    }
    let text = match parts.len() {
        1 => parts.remove(0),
        _ => parts.join("\n\n"),
    };
    Ok(Draft { text, attachments })
}

/// The text of a file; `None` when it is none: not UTF-8, or with a NUL in it. A large file that
/// is no text is not read to its end.
fn text_in(path: &Path) -> std::io::Result<Option<String>> {
    let mut file = std::fs::File::open(path)?;
    let mut bytes = Vec::new();
    let mut checked = 0;
    while (&mut file).take(PIECE).read_to_end(&mut bytes)? > 0 {
        let fresh = bytes.get(checked..).unwrap_or_default();
        if fresh.contains(&0) {
            return Ok(None);
        }
        match std::str::from_utf8(fresh) {
            Ok(_) => checked = bytes.len(),
            // A character that the piece cut in two is whole with the next one.
            Err(error) if error.error_len().is_none() => checked += error.valid_up_to(),
            Err(_) => return Ok(None),
        }
    }
    Ok(String::from_utf8(bytes).ok())
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
        // A character of three bytes over the border between two pieces.
        let long = "x".repeat(usize::try_from(PIECE).unwrap() - 1) + "€ and more";
        assert_eq!(read(long.as_bytes()), Some(long.clone()));
        assert_eq!(read(b""), Some(String::new()));
        assert_eq!(read(b"a\0b"), None);
        assert_eq!(read(b"\x89PNG\r\n"), None);
        assert_eq!(
            read("cut in its last €".as_bytes().split_last().unwrap().1),
            None
        );
        assert!(text_in(folder.path()).is_err());
    }
}
