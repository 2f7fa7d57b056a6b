//! Detects the kind of a file to import by its first bytes, not by its name.

use crate::chat::export::{self, Imported};
use crate::chat::import::{ForeignError, Origin, chatgpt, llm};
use crate::cli::exit::Exit;
use crate::cli::trouble::Trouble;
use crate::store::llm_log;
use std::fs::File;
use std::io::{Cursor, Read, Seek};
use std::path::Path;
use zip::ZipArchive;
use zip::result::ZipError;

/// The most that is unpacked of an archive, in bytes. The largest exports known hold some hundred
/// megabytes of text; a small file can be made that unpacks to terabytes.
const MOST_UNPACKED: u64 = 2 << 30;

const FOREIGN_HINT: &str =
    "Import reads what spacechat export --format json writes, ChatGPT's export and llm's logs.db.";
const DAMAGED_HINT: &str = "Nothing was imported. If the file is damaged, export it again.";

/// The conversations in `file`, those of other programs for `space`; `-` is stdin.
pub(super) fn read(file: &Path, space: &str) -> Result<(Origin, Vec<Imported>), Trouble> {
    let trouble = |error: Unreadable| error.at(file);
    if file == Path::new("-") {
        let mut bytes = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut bytes);
        read.map_err(Unreadable::Io).map_err(trouble)?;
        return understand(Cursor::new(bytes), None, space).map_err(trouble);
    }
    let opened = File::open(file).map_err(Unreadable::Io).map_err(trouble)?;
    understand(opened, Some(file), space).map_err(trouble)
}

fn understand(
    mut bytes: impl Read + Seek,
    path: Option<&Path>,
    space: &str,
) -> Result<(Origin, Vec<Imported>), Unreadable> {
    let mut start = Vec::new();
    bytes.by_ref().take(16).read_to_end(&mut start)?;
    bytes.rewind()?;
    if start.starts_with(b"SQLite format 3\0") {
        let path = path.ok_or(Unreadable::DatabaseInPipe)?;
        let log = llm_log(path)?.ok_or(Unreadable::OtherDatabase)?;
        return Ok((Origin::Foreign, llm::conversations(log, space)?));
    }
    if start.starts_with(b"PK\x03\x04") {
        let mut found = Vec::new();
        for json in unpacked(bytes, MOST_UNPACKED)? {
            found.extend(chatgpt::conversations(without_mark(&json), space)?);
        }
        return Ok((Origin::Foreign, without_doubles(found)));
    }
    let mut json = Vec::new();
    bytes.read_to_end(&mut json)?;
    let json = without_mark(&json);
    if json.trim_ascii_start().starts_with(b"[") {
        let found = chatgpt::conversations(json, space)?;
        return Ok((Origin::Foreign, without_doubles(found)));
    }
    let value = serde_json::from_slice(json).map_err(Unreadable::NotJson)?;
    Ok((Origin::Ours, vec![export::from_json(&value)?]))
}

/// A text without the mark of its byte order, which some editors put before UTF-8.
fn without_mark(text: &[u8]) -> &[u8] {
    text.strip_prefix(b"\xef\xbb\xbf").unwrap_or(text)
}

/// The texts in an archive that hold conversations: `conversations.json`, or, in large exports,
/// `conversations-000.json` and so on, in whatever folder.
fn unpacked(archive: impl Read + Seek, most: u64) -> Result<Vec<Vec<u8>>, Unreadable> {
    let mut archive = ZipArchive::new(archive)?;
    let names = archive.file_names().map(|name| Ok(name?.into_owned()));
    let mut names = names.collect::<Result<Vec<String>, ZipError>>()?;
    names.retain(|name| holds_conversations(name));
    names.sort_unstable();
    if names.is_empty() {
        return Err(Unreadable::NoConversations);
    }
    let mut left = most;
    let mut texts = Vec::new();
    for name in names {
        let mut text = Vec::new();
        let mut entry = archive.by_name(&name)?.take(left + 1);
        entry.read_to_end(&mut text).map_err(ZipError::Io)?;
        let size = text.len() as u64;
        left = left.checked_sub(size).ok_or(Unreadable::TooLarge(most))?;
        texts.push(text);
    }
    Ok(texts)
}

fn holds_conversations(name: &str) -> bool {
    let file = name.rsplit('/').next().unwrap_or(name);
    let inner = file.strip_prefix("conversations");
    let number = inner.and_then(|inner| inner.strip_suffix(".json"));
    number.is_some_and(|number| {
        let digits = number.strip_prefix('-');
        let is_number = |digits: &str| digits.bytes().all(|byte| byte.is_ascii_digit());
        number.is_empty() || digits.is_some_and(|digits| !digits.is_empty() && is_number(digits))
    })
}

/// Each conversation once: where parts of an export overlap, the one that says more.
fn without_doubles(mut found: Vec<Imported>) -> Vec<Imported> {
    let count = |imported: &Imported| imported.conversation.messages().count();
    found.sort_by_key(|imported| (imported.conversation.id, std::cmp::Reverse(count(imported))));
    found.dedup_by_key(|imported| imported.conversation.id);
    found.sort_by_key(|imported| imported.conversation.created_at);
    found
}

/// Why a file cannot be imported.
#[derive(Debug, thiserror::Error)]
enum Unreadable {
    #[error("{0}")]
    Io(#[from] std::io::Error),
    #[error("it is not JSON ({0})")]
    NotJson(#[source] serde_json::Error),
    #[error(transparent)]
    Ours(#[from] export::ImportError),
    #[error(transparent)]
    Foreign(#[from] ForeignError),
    #[error("the archive is damaged ({0})")]
    Zip(#[from] ZipError),
    #[error("the archive holds no conversations.json")]
    NoConversations,
    #[error("the conversations in the archive are larger than {} MB", .0 >> 20)]
    TooLarge(u64),
    #[error("it is a database, but not llm's log")]
    OtherDatabase,
    #[error("a database cannot be read from a pipe")]
    DatabaseInPipe,
    #[error(transparent)]
    Log(#[from] crate::store::StoreError),
}

impl Unreadable {
    fn at(self, file: &Path) -> Trouble {
        let name = if file == Path::new("-") {
            "stdin".into()
        } else {
            file.to_string_lossy()
        };
        let hint = match &self {
            Self::Io(_) => "",
            Self::Ours(error) => error.hint(),
            Self::NotJson(_) | Self::NoConversations | Self::OtherDatabase => FOREIGN_HINT,
            Self::DatabaseInPipe => "Name the file instead.",
            Self::TooLarge(_) => "Unpack it, and import conversations.json.",
            Self::Foreign(_) | Self::Zip(_) | Self::Log(_) => DAMAGED_HINT,
        };
        let message = format!("{name} cannot be imported: {self}.");
        Trouble::Other(Exit::Usage, message, hint.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::{Unreadable, understand, unpacked};
    use std::io::{Cursor, Write};
    use zip::write::SimpleFileOptions;

    #[test]
    fn an_archive_that_unpacks_to_more_than_is_read_is_refused() {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for name in ["conversations-000.json", "conversations-001.json"] {
            archive
                .start_file(name, SimpleFileOptions::default())
                .unwrap();
            archive.write_all(&vec![b' '; 100_000]).unwrap();
        }
        let bytes = archive.finish().unwrap().into_inner();
        assert!(bytes.len() < 2_000);
        let unpack = |most| unpacked(Cursor::new(bytes.clone()), most);
        assert!(matches!(unpack(199_999), Err(Unreadable::TooLarge(_))));
        assert!(unpack(200_000).is_ok());
    }

    #[test]
    fn the_mark_of_a_byte_order_is_no_error() {
        let export = include_bytes!("../../../tests/fixtures/chatgpt.conversations.json");
        let marked = [b"\xef\xbb\xbf", &export[..]].concat();
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        let options = SimpleFileOptions::default();
        archive.start_file("conversations.json", options).unwrap();
        archive.write_all(&marked).unwrap();
        let archive = archive.finish().unwrap().into_inner();
        for bytes in [marked, archive] {
            let (_, found) = understand(Cursor::new(bytes), None, "owner/space").unwrap();
            assert_eq!(found.len(), 2);
        }
    }
}
