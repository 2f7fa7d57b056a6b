//! `spacechat ask`: one message out, its reply on stdout and nothing else there.
//!
//! The same turn engine as the screen, without one. What is printed when, and what to stderr, is
//! [`super::printer`]'s.

use super::exit::{Exit, complain};
use super::printer::Printer;
use super::{Context, NO_HOME, saved};
use crate::app::{Event, Model, update};
use crate::chat::Draft;
use crate::runtime::{Heard, Time, loaded, run_headless};
use crate::store::Store;
use clap::Args;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The message; what stdin holds, when it is a pipe or a file, is appended
    prompt: Vec<String>,
    /// Append the text of a file
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
    let text = match prompt(&arguments) {
        Ok(text) if !text.is_empty() => text,
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
    let draft = Draft {
        text,
        attachments: Vec::new(),
    };
    let providers = context.providers();
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
/// single part is sent exactly as it is.
fn prompt(arguments: &AskArgs) -> Result<String, String> {
    let mut parts = Vec::new();
    if !arguments.prompt.is_empty() {
        parts.push(arguments.prompt.join(" "));
    }
    for file in &arguments.files {
        parts.push(read_file(file)?);
    }
    if !std::io::stdin().is_terminal() {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(|error| format!("stdin cannot be read: {error}."))?;
        if !bytes.is_empty() {
            parts.push(text_of(bytes, "stdin")?);
        }
    }
    if parts.len() == 1 {
        return Ok(parts.remove(0));
    }
    Ok(parts.join("\n\n"))
}

fn read_file(path: &Path) -> Result<String, String> {
    let name = path.display();
    let bytes = std::fs::read(path).map_err(|error| format!("{name} cannot be read: {error}."))?;
    text_of(bytes, &name.to_string())
}

fn text_of(bytes: Vec<u8>, name: &str) -> Result<String, String> {
    String::from_utf8(bytes).map_err(|_| {
        format!("{name} is not text in UTF-8. Convert it first, with iconv for example.")
    })
}
