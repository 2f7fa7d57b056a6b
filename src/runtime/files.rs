//! File work off the loop: finds, reads and checks the files to attach, and writes exports.
//!
//! Every answer is an event. Folders are listed in [`survey`], paths are completed in [`paths`],
//! and text is detected in [`text`].

mod paths;
mod survey;
mod text;

use super::turns::Contents;
use crate::app::files::FoundFile;
use crate::app::files::PastedPath;
use crate::app::{Effect, Event};
use crate::chat::attachment::LARGEST_FILE;
use crate::chat::export::{Format, Source};
use crate::chat::{Attachment, ConversationId, Origin, SentFile};
use crate::private_file;
pub use text::{decoded, looks_like_text};

use paths::Paths;
use std::fs::Metadata;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// The most paths that are looked at for one answer.
const LOOKED_AT: usize = 20_000;

/// Reads files for the loop.
pub struct Files {
    events: mpsc::Sender<Event>,
    tracker: TaskTracker,
    paths: Arc<Paths>,
    contents: Contents,
}

impl Files {
    /// What is read goes to `events`, by tasks of `tracker`. `contents` has the files that are kept.
    pub fn new(events: mpsc::Sender<Event>, tracker: TaskTracker, contents: Contents) -> Self {
        Self {
            events,
            tracker,
            paths: Arc::default(),
            contents,
        }
    }

    /// Carries out the effects on files; `current` is the shown conversation. `~/` stands for the
    /// home directory in every path.
    pub fn carry_out(&self, current: ConversationId, effect: Effect) {
        match effect {
            Effect::Attach(named) => self.answer(move || Some(attach(current, &named))),
            Effect::AttachAll(conversation, found) => self.read_all(conversation, found),
            Effect::CompletePath {
                number,
                query,
                is_first,
            } => {
                self.paths.is_asked(number);
                let paths = Arc::clone(&self.paths);
                self.answer(move || {
                    let found = paths.complete(number, &query, is_first)?;
                    Some(Event::PathsFound(number, found))
                });
            }
            Effect::CheckPaths(conversation, paths) => self.answer(move || {
                let is_there = |path: &PastedPath| from_home(&path.path).exists();
                let found = paths.into_iter().find(is_there)?;
                Some(Event::PathChecked(conversation, found))
            }),
            Effect::CheckOrigins(origins) => self.answer(move || {
                let seen = origins.into_iter().map(|origin| {
                    let has_changed = has_changed(&origin);
                    (origin, has_changed)
                });
                Some(Event::OriginsChecked(seen.collect()))
            }),
            Effect::Export {
                path,
                format,
                source,
            } => {
                let contents = Arc::clone(&self.contents);
                self.answer(move || Some(Event::Notify(export(&path, format, *source, &contents))));
            }
            _ => {}
        }
    }

    /// Runs something that may wait for the disk, and sends the result to the loop.
    fn answer(&self, work: impl FnOnce() -> Option<Event> + Send + 'static) {
        let events = self.events.clone();
        self.tracker.spawn(async move {
            if let Ok(Some(event)) = tokio::task::spawn_blocking(work).await {
                // The loop is gone only when the program ends.
                let _ = events.send(event).await;
            }
        });
    }

    /// Reads one file after the other, so that they come in their order and one at a time.
    fn read_all(&self, conversation: ConversationId, found: Vec<FoundFile>) {
        let events = self.events.clone();
        self.tracker.spawn(async move {
            for FoundFile { path, name, .. } in found {
                let read = tokio::task::spawn_blocking(move || read(&path, name)).await;
                let Ok(read) = read else { return };
                if events
                    .send(Event::Attached(conversation, read))
                    .await
                    .is_err()
                {
                    return;
                }
            }
        });
    }
}

/// Reads a file, or surveys a folder or a pattern.
fn attach(conversation: ConversationId, named: &str) -> Event {
    let path = from_home(named);
    if path.is_dir() {
        return Event::Surveyed(conversation, survey::folder(named, &path));
    }
    if !path.exists() && survey::is_pattern(named) {
        return match survey::pattern(named, &path) {
            Ok(survey) => Event::Surveyed(conversation, survey),
            Err(words) => Event::Attached(conversation, Err(words)),
        };
    }
    let name = name_of(&path);
    Event::Attached(conversation, read(&path, name))
}

fn from_home(path: &str) -> PathBuf {
    let path = Path::new(path);
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_path_buf(),
    }
}

/// Writes an export into a new private file. Returns the notice.
fn export(path: &str, format: Format, source: Source, contents: &Contents) -> String {
    let path = from_home(path);
    let path = std::path::absolute(&path).unwrap_or(path);
    let shown = path.display();
    let read = |hash| contents.get().map_or(Ok(None), |store| store.content(hash));
    let source = match format {
        Format::Json => source.with_contents(read),
        // Formats for reading do not hold them.
        Format::Md | Format::Html => Ok(source),
    };
    let text = match source {
        Ok(source) => source.text(format),
        Err(error) => return format!("The attached files cannot be read: {error}."),
    };
    let mut options = private_file::options();
    let mut file = match options.write(true).create_new(true).open(&path) {
        Ok(file) => file,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            return format!("{shown} already exists. Nothing was written.");
        }
        Err(error) => return format!("{shown} cannot be written: {error}."),
    };
    match file
        .write_all(text.as_bytes())
        .and_then(|()| file.sync_all())
    {
        Ok(()) => format!("Exported to {shown}."),
        Err(error) => {
            // Half an export would look like a whole one.
            let _ = std::fs::remove_file(&path);
            format!("{shown} cannot be written: {error}.")
        }
    }
}

/// What a file is called: its path below the working directory; elsewhere its path from the root of its
/// repository on, that root's name included; or else its own name.
pub fn name_of(path: &Path) -> String {
    let here = std::env::current_dir().ok();
    let below = here.and_then(|here| path.strip_prefix(here).ok());
    let name = match below {
        Some(below) => below,
        None if path.is_relative() => path.strip_prefix(".").unwrap_or(path),
        None => in_repository(path)
            .or_else(|| path.file_name().map(Path::new))
            .unwrap_or(path),
    };
    name.to_string_lossy().into_owned()
}

/// The path from the root of the repository on in which a file stands.
fn in_repository(path: &Path) -> Option<&Path> {
    let root = path
        .ancestors()
        .skip(1)
        .find(|folder| folder.join(".git").exists())?;
    path.strip_prefix(root.parent()?).ok()
}

fn read(path: &Path, name: String) -> Result<Attachment, String> {
    let shown = path.display();
    let failed = |error: std::io::Error| format!("{shown} cannot be read: {error}.");
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() {
        return Err(format!("{shown} is not a file."));
    }
    if about.len() > LARGEST_FILE {
        let limit = LARGEST_FILE >> 20;
        return Err(format!("{shown} is too large: more than {limit} MB."));
    }
    let bytes = std::fs::read(path).map_err(failed)?;
    let attachment = match decoded(bytes) {
        Ok(text) => Attachment::new(name, text),
        // Anything but text goes as a file; a Space that takes no files refuses it with the reason.
        Err(bytes) => Attachment::file(SentFile::new(path, bytes)),
    };
    Ok(Attachment {
        origin: origin_of(path),
        ..attachment.counted()
    })
}

/// A file as it stands on the disk now; `None` for what is no plain file, or cannot be looked at.
pub fn origin_of(path: &Path) -> Option<Origin> {
    let about = std::fs::metadata(path).ok().filter(Metadata::is_file)?;
    let path = std::path::absolute(path).ok()?;
    Some(origin(path, &about))
}

fn origin(path: PathBuf, about: &Metadata) -> Origin {
    Origin {
        path,
        modified: about.modified().ok(),
        size: about.len(),
    }
}

/// Whether a file is not as it was any longer, or not there.
fn has_changed(before: &Origin) -> bool {
    let now = std::fs::metadata(&before.path);
    !now.is_ok_and(|about| origin(before.path.clone(), &about) == *before)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attached(path: &Path) -> Result<Attachment, String> {
        read(path, name_of(path))
    }

    #[test]
    fn a_text_file_is_taken_as_text_and_any_other_as_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("note.txt");
        std::fs::write(&text, "one\r\ntwo").unwrap();
        let attachment = attached(&text).unwrap();
        assert_eq!(
            (attachment.name.as_str(), &*attachment.text),
            ("note.txt", "one\r\ntwo")
        );
        let binary = folder.path().join("image.png");
        let content = *b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        std::fs::write(&binary, content).unwrap();
        let file = SentFile::new(&binary, content);
        assert_eq!(attached(&binary).unwrap().file, Some(file));
        assert!(attached(folder.path()).unwrap_err().contains("not a file"));
        assert!(
            attached(&folder.path().join("missing"))
                .unwrap_err()
                .contains("missing")
        );
    }

    #[test]
    fn what_does_not_show_in_a_file_is_counted_where_it_is_read() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.txt");
        std::fs::write(&path, "plain \u{200b}text\u{1b}[31m").unwrap();
        assert_eq!(attached(&path).unwrap().hidden, 2);
    }

    #[test]
    fn a_pattern_that_is_none_is_the_answer_to_the_request() {
        let id = ConversationId::new();
        let answer = attach(id, "[");
        assert!(matches!(answer, Event::Attached(asked, Err(_)) if asked == id));
    }

    #[test]
    fn a_file_that_is_written_again_or_removed_has_changed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("note.txt");
        std::fs::write(&path, "one").unwrap();
        let origin = attached(&path).unwrap().origin.unwrap();
        assert!(!has_changed(&origin));
        std::fs::write(&path, "one and two").unwrap();
        assert!(has_changed(&origin));
        std::fs::remove_file(&path).unwrap();
        assert!(has_changed(&origin));
    }

    #[test]
    fn a_file_is_called_by_its_path_below_the_working_directory() {
        let here = std::env::current_dir().unwrap();
        assert_eq!(
            name_of(&here.join("src/lib.rs")),
            name_of(Path::new("./src/lib.rs"))
        );
        assert_eq!(name_of(Path::new("/nowhere/at/all.txt")), "all.txt");
        let elsewhere = tempfile::tempdir().unwrap();
        let repository = elsewhere.path().join("project");
        std::fs::create_dir_all(repository.join(".git")).unwrap();
        assert_eq!(
            name_of(&repository.join("src/lib.rs")),
            "project/src/lib.rs"
        );
    }
}
