//! `spacechat ask`: sends one message and prints the reply, and nothing else, to stdout.
//!
//! It runs the same turn engine as the full screen. What goes to stdout and stderr, and when, is
//! decided in [`super::printer`].

use super::exit::{Exit, complain, printed};
use super::printer::Printer;
use super::{Context, NO_HOME, saved};
use crate::app::{Event, Model, Purpose, update};
use crate::chat::attachment::LARGEST_FILE;
use crate::chat::{Attachment, Change, Draft, FailureKind, SentFile, Unsent};
use crate::runtime::{
    HeadlessEnd, Providers, Time, decoded, loaded, looks_like_text, name_of, origin_of,
    run_headless,
};
use crate::store::Store;
use clap::Args;
use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The error for stdin that is not text.
const NOT_TEXT: &str = "stdin is not text. Send a file with -f to a Space that takes files.";
/// How much of a plain file is read before it is looked at, in bytes.
const HEAD: u64 = 1 << 16;
/// What to do where a login was not sent.
const NO_LOGIN: &str = "SPACECHAT_LOGIN was not sent: only a Space named on the command line or in the settings receives it. Add -s with the Space's address.";

/// The same for a sign-in.
const NO_SIGN_IN: &str = "--sign-in holds for a Space that is named on the command line or in the settings. Add -s with the Space's name.";

/// What `ask` takes.
#[derive(Debug, Args)]
pub struct AskArgs {
    /// The message (stdin is appended when it is a pipe or a file)
    prompt: Vec<String>,
    /// Send a file: as it is where the Space takes files, else its text in the message
    #[arg(short, long = "file", value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Continue this conversation: its id, or the beginning of it
    #[arg(long, value_name = "ID", conflicts_with = "no_save")]
    conversation: Option<String>,
    /// Let the source have your Hugging Face token this once, where it asks you to sign in: it can act
    /// in your name with it
    #[arg(long)]
    sign_in: bool,
    /// Save nothing
    #[arg(long)]
    no_save: bool,
    /// One JSON object a line: stages, pieces, the end
    #[arg(long)]
    json: bool,
}

/// Sends the message and prints the reply.
pub async fn run(mut context: Context, arguments: AskArgs) -> Exit {
    if let Err(exit) = context.settle().await.and_then(|()| context.check()) {
        return exit;
    }
    let store = match open_store(&context, &arguments) {
        Ok(store) => store,
        Err(exit) => return exit,
    };
    let mut model = match begun(&context, &arguments, store.as_ref()) {
        Ok(model) => model,
        Err(exit) => return exit,
    };
    let providers = context.providers();
    let space = &model.conversation().conversation.space;
    let placement = file_placement(&arguments, providers.as_ref(), space).await;
    let draft = match draft(&arguments, placement) {
        Ok(draft) if !draft.is_empty() => draft,
        Ok(_) => {
            let hint = "Write it after ask, or pass it on stdin: spacechat ask < question.txt";
            return complain(Exit::Usage, "There is no message to send.", hint);
        }
        Err(complaint) => return complain(Exit::Usage, &complaint, ""),
    };
    let hints = WithheldHints::new(&context, &arguments, space);
    let mut printer = Printer::new(arguments.json);
    let mut written = Ok(());
    let listen = |update: &_| {
        printer.print_update(update).map_err(|error| {
            let kind = error.kind();
            written = Err(error);
            kind.into()
        })
    };
    let ended = run_headless(
        &mut model,
        draft,
        providers,
        (store.as_ref(), context.tracker),
        listen,
    )
    .await;
    let exit = match ended {
        Ok(HeadlessEnd::Abandoned) => printed(written),
        Ok(heard) => end(heard, &model, printer, &hints),
        Err(error) => complain(Exit::Failed, &error.to_string(), ""),
    };
    if let Some(store) = store {
        // What was refused before anything was sent leaves nothing behind.
        if exit == Exit::Usage && arguments.conversation.is_none() {
            let conversation = model.current;
            store.handle.send(Change::Discard { conversation });
        }
        // The error was printed already.
        let is_saved = store.handle.close().await;
        if !is_saved && exit == Exit::Done {
            return Exit::Failed;
        }
    }
    exit
}

/// What there is to do where something was not sent, because a saved conversation alone names the Space.
struct WithheldHints {
    login: Option<&'static str>,
    sign_in: Option<&'static str>,
}

impl WithheldHints {
    fn new(context: &Context, arguments: &AskArgs, space: &str) -> Self {
        let is_named = space == context.space;
        Self {
            login: (context.has_login() && !is_named).then_some(NO_LOGIN),
            sign_in: (arguments.sign_in && !is_named).then_some(NO_SIGN_IN),
        }
    }
}

/// A model with the conversation that goes on, or a new one.
fn begun(context: &Context, arguments: &AskArgs, store: Option<&Store>) -> Result<Model, Exit> {
    let mut model = Model::new(context.defaults(store.is_some()), Time::new().now());
    if let Some(store) = store {
        saved::tell_learned(store, &mut model)?;
    }
    if let (Some(id), Some(store)) = (&arguments.conversation, store) {
        let mut found = saved::load_named(store, id)?;
        // Unsent drafts belong to the full screen and stay as they are.
        found.unsent = Unsent::default();
        found.left_by.clear();
        update(&mut model, Event::Store(loaded(found, Purpose::Show(0))));
        model.apply_overrides(context.given.clone());
    }
    // As with a login: an imported conversation could name any Space.
    if arguments.sign_in && model.conversation().conversation.space == context.space {
        model.sources.sign_in(&context.space, true);
    }
    Ok(model)
}

/// Where the files of a message go.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum FilePlacement {
    /// All of them to the Space, as files.
    Space,
    /// Text into the prompt, everything else to the Space.
    Both,
    /// Into the prompt; files that are not text are refused.
    Prompt,
}

/// Where the Space wants files. If it cannot be inspected, sending the message reports the error.
async fn file_placement(
    arguments: &AskArgs,
    providers: &dyn Providers,
    space: &str,
) -> FilePlacement {
    if arguments.files.is_empty() {
        return FilePlacement::Both;
    }
    let Ok(provider) = providers.find(space) else {
        return FilePlacement::Both;
    };
    match provider.look().await {
        Ok(report) if report.sends_text_files => FilePlacement::Space,
        Ok(report) if !report.files.is_native() => FilePlacement::Prompt,
        _ => FilePlacement::Both,
    }
}

/// The store, unless nothing is to be saved. Without a data directory, only a named conversation is
/// an error.
fn open_store(context: &Context, arguments: &AskArgs) -> Result<Option<Store>, Exit> {
    match &context.directory {
        Some(directory) if !arguments.no_save => match saved::open(directory) {
            Ok(store) => Ok(Some(store)),
            Err(error) => Err(saved::complain_of(&error)),
        },
        None if arguments.conversation.is_some() => Err(complain(
            Exit::Failed,
            NO_HOME,
            "Name a directory with --data-dir.",
        )),
        _ => Ok(None),
    }
}

/// Prints the rest and returns the exit code.
fn end(ended: HeadlessEnd, model: &Model, mut printer: Printer, hints: &WithheldHints) -> Exit {
    let reply = model.conversation().conversation.head();
    let failure = reply.and_then(|reply| reply.failure.clone());
    let text = reply.map_or("", |reply| reply.text.as_str());
    let written = printer.end(text);
    if written.is_err() {
        return printed(written);
    }
    if let HeadlessEnd::Interrupted(signal) = ended {
        return Exit::Signal(signal);
    }
    match failure {
        Some(failure) => {
            let hint = match failure.kind {
                FailureKind::Login => hints.login,
                FailureKind::SignIn => hints.sign_in,
                _ => None,
            };
            complain(
                Exit::of(&failure),
                &failure.message,
                hint.unwrap_or(&failure.hint),
            )
        }
        None => Exit::Done,
    }
}

/// The message: the words and what stdin holds, with a blank line between, and the files before them. A single
/// part is sent exactly as it is. Files go where `placement` says.
fn draft(arguments: &AskArgs, placement: FilePlacement) -> Result<Draft, String> {
    let mut parts = Vec::new();
    if !arguments.prompt.is_empty() {
        parts.push(arguments.prompt.join(" "));
    }
    let mut attachments = Vec::new();
    for file in &arguments.files {
        let attachment = attached(file, placement, arguments.no_save)?;
        attachments.push(Arc::new(attachment));
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

/// A file as it travels: as text under its path, or as a file.
fn attached(path: &Path, placement: FilePlacement, no_save: bool) -> Result<Attachment, String> {
    let name = path.display();
    let read = read_once(path, placement, no_save);
    match read.map_err(|error| format!("{name} cannot be read: {error}."))? {
        FileRead::Text(text) => Ok(Attachment {
            origin: origin_of(path),
            ..Attachment::new(name_of(path), text)
        }),
        _ if placement == FilePlacement::Prompt => Err(format!(
            "{name} is not text, and this source takes no files. Convert it to text, or choose a source that takes files."
        )),
        FileRead::Bytes(bytes) => Ok(Attachment::file(SentFile::new(path, bytes))),
        FileRead::AtPath => Ok(Attachment::file(SentFile::at(path))),
    }
}

/// What was read of a file.
#[derive(Debug, PartialEq)]
enum FileRead {
    /// Text that goes into the prompt.
    Text(String),
    /// What goes as a file.
    Bytes(Vec<u8>),
    /// A plain file that is sent from where it is.
    AtPath,
}

/// Reads a file, a pipe included, once, and decides by what it holds. A plain file that need not be kept is not
/// read where it is sent as a file: only its beginning is looked at.
fn read_once(path: &Path, placement: FilePlacement, no_save: bool) -> std::io::Result<FileRead> {
    let file = std::fs::File::open(path)?;
    let stays = no_save && file.metadata()?.is_file();
    if stays && placement == FilePlacement::Space {
        return Ok(FileRead::AtPath);
    }
    let mut file = file.take(LARGEST_FILE + 1);
    let mut bytes = Vec::new();
    let head = (&mut file).take(HEAD).read_to_end(&mut bytes)?;
    let may_be_text =
        placement != FilePlacement::Space && looks_like_text(&bytes, (head as u64) < HEAD);
    if stays && !may_be_text {
        return Ok(FileRead::AtPath);
    }
    file.read_to_end(&mut bytes)?;
    if bytes.len() as u64 > LARGEST_FILE {
        let limit = LARGEST_FILE >> 20;
        let detail = format!(
            "it is larger than {limit} MB, the most that spacechat saves. ask --no-save sends a plain file without saving it"
        );
        return Err(std::io::Error::new(
            std::io::ErrorKind::FileTooLarge,
            detail,
        ));
    }
    if !may_be_text {
        return Ok(FileRead::Bytes(bytes));
    }
    Ok(match decoded(bytes) {
        Ok(text) => FileRead::Text(text),
        Err(_) if stays => FileRead::AtPath,
        Err(bytes) => FileRead::Bytes(bytes),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_text_only_if_all_of_it_is() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let text = |content: &[u8]| {
            std::fs::write(&path, content).unwrap();
            match read_once(&path, FilePlacement::Both, true).unwrap() {
                FileRead::Text(text) => Some(text),
                FileRead::AtPath => None,
                FileRead::Bytes(bytes) => panic!("{bytes:?}"),
            }
        };
        // A character of three bytes over the border of what is looked at first.
        let long = "x".repeat(usize::try_from(HEAD).unwrap() - 1) + "€ and more";
        assert_eq!(text(long.as_bytes()), Some(long.clone()));
        assert_eq!(text(b""), Some(String::new()));
        assert_eq!(text(b"Gr\xfc\xdfe").as_deref(), Some("Grüße"));
        assert_eq!(text(b"a\0b"), None);
        assert_eq!(text(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"), None);
        let late = [long.as_bytes(), b"\0"].concat();
        assert_eq!(text(&late), None);
        assert!(read_once(folder.path(), FilePlacement::Both, true).is_err());
    }

    #[test]
    fn what_is_kept_is_kept_as_it_was_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("file");
        let image = b"\x89PNG\r\n\x1a\n\0";
        std::fs::write(&path, image).unwrap();
        for placement in [FilePlacement::Both, FilePlacement::Space] {
            let read = read_once(&path, placement, false).unwrap();
            assert_eq!(read, FileRead::Bytes(image.to_vec()));
        }
        std::fs::write(&path, "text").unwrap();
        let read = read_once(&path, FilePlacement::Space, false).unwrap();
        assert_eq!(read, FileRead::Bytes(b"text".to_vec()));
    }
}
