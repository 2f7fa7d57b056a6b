//! Files that are to travel with a message, read off the loop.

use crate::app::Event;
use crate::chat::attachment::LARGEST_FILE;
use crate::chat::{Attachment, ConversationId, SentFile};
use std::path::{Path, PathBuf};
use tokio::sync::mpsc;
use tokio_util::task::TaskTracker;

/// Reads files for the loop.
pub struct Files {
    events: mpsc::Sender<Event>,
    tracker: TaskTracker,
}

impl Files {
    /// What is read goes to `events`, by tasks of `tracker`.
    pub fn new(events: mpsc::Sender<Event>, tracker: TaskTracker) -> Self {
        Self { events, tracker }
    }

    /// Reads a file for a conversation. `~/` stands for the home directory.
    pub fn read(&self, conversation: ConversationId, path: PathBuf) {
        let events = self.events.clone();
        self.tracker.spawn(async move {
            let read = tokio::task::spawn_blocking(move || read(&from_home(&path))).await;
            if let Ok(read) = read {
                // The loop is gone only when the program ends.
                let _ = events.send(Event::Attached(conversation, read)).await;
            }
        });
    }
}

fn from_home(path: &Path) -> PathBuf {
    match (path.strip_prefix("~"), std::env::home_dir()) {
        (Ok(rest), Some(home)) => home.join(rest),
        _ => path.to_path_buf(),
    }
}

fn read(path: &Path) -> Result<Attachment, String> {
    let shown = path.display();
    let about =
        std::fs::metadata(path).map_err(|error| format!("{shown} cannot be read: {error}."))?;
    if !about.is_file() {
        return Err(format!("{shown} is not a file."));
    }
    if about.len() > LARGEST_FILE {
        let limit = LARGEST_FILE >> 20;
        return Err(format!("{shown} is too large: more than {limit} MB."));
    }
    let bytes = std::fs::read(path).map_err(|error| format!("{shown} cannot be read: {error}."))?;
    let text = match String::from_utf8(bytes) {
        Ok(text) => text,
        // What is no text goes as a file; a Space that takes none refuses it with the reason.
        Err(error) => return Ok(Attachment::file(SentFile::new(path, error.into_bytes()))),
    };
    let name = path.file_name().map_or_else(
        || shown.to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    Ok(Attachment::new(name, text))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_file_is_taken_as_text_and_any_other_as_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let text = folder.path().join("note.txt");
        std::fs::write(&text, "one\r\ntwo").unwrap();
        let attachment = read(&text).unwrap();
        assert_eq!(
            (attachment.name.as_str(), &*attachment.text),
            ("note.txt", "one\r\ntwo")
        );
        let binary = folder.path().join("image.png");
        std::fs::write(&binary, [0x89, 0x50, 0xff]).unwrap();
        let file = SentFile::new(&binary, [0x89, 0x50, 0xff]);
        assert_eq!(read(&binary).unwrap().file, Some(file));
        assert!(read(folder.path()).unwrap_err().contains("not a file"));
        assert!(
            read(&folder.path().join("missing"))
                .unwrap_err()
                .contains("missing")
        );
    }
}
