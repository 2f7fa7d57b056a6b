//! Long texts and the contents of files, each stored once: found by the SHA-256 of what they say.

use crate::chat::{Content, SentFile};
use rusqlite::{Connection, OptionalExtension, Result, params};
use sha2::{Digest, Sha256};
use std::sync::{Arc, Weak};

/// How many hashes are remembered.
const REMEMBERED: usize = 64;

/// Hashes of texts in use, so that the four megabytes of a draft's attachment are not hashed
/// again with every key that is typed.
#[derive(Debug, Default)]
pub(super) struct Hashes {
    known: Vec<(Weak<str>, [u8; 32])>,
}

impl Hashes {
    fn of(&mut self, text: &Arc<str>) -> [u8; 32] {
        self.known.retain(|(known, _)| known.strong_count() > 0);
        let same = |known: &Weak<str>| std::ptr::addr_eq(known.as_ptr(), Arc::as_ptr(text));
        if let Some((_, hash)) = self.known.iter().find(|(known, _)| same(known)) {
            return *hash;
        }
        let hash: [u8; 32] = Sha256::digest(text.as_bytes()).into();
        if self.known.len() == REMEMBERED {
            self.known.remove(0);
        }
        self.known.push((Arc::downgrade(text), hash));
        hash
    }
}

/// The key of `text`, which is stored if it is new.
pub(super) fn save(connection: &Connection, hashes: &mut Hashes, text: &Arc<str>) -> Result<i64> {
    let hash = hashes.of(text);
    let found = connection
        .prepare_cached("SELECT key FROM texts WHERE hash = ?1")?
        .query_row([&hash[..]], |row| row.get(0))
        .optional()?;
    if let Some(key) = found {
        return Ok(key);
    }
    connection
        .prepare_cached("INSERT INTO texts (hash, text) VALUES (?1, ?2)")?
        .insert(params![&hash[..], &**text])
}

/// The key of a file's content, which is stored if it is new and here. `None` where only the path
/// is known.
pub(super) fn save_content(connection: &Connection, file: &SentFile) -> Result<Option<i64>> {
    let (Content::Stored(hash, _) | Content::Here(hash, _)) = &file.content else {
        return Ok(None);
    };
    let found = connection
        .prepare_cached("SELECT key FROM files WHERE hash = ?1")?
        .query_row([&hash.0[..]], |row| row.get(0))
        .optional()?;
    match &file.content {
        Content::Here(_, content) if found.is_none() => connection
            .prepare_cached("INSERT INTO files (hash, content) VALUES (?1, ?2)")?
            .insert(params![&hash.0[..], &**content])
            .map(Some),
        _ => Ok(found),
    }
}

/// Removes the texts and contents that nothing refers to.
pub(super) fn remove_unused(connection: &Connection) -> Result<()> {
    connection.execute_batch(
        "DELETE FROM texts WHERE key IN (
            SELECT key FROM texts
            EXCEPT SELECT text FROM attachments
            EXCEPT SELECT text FROM unsent_attachments
            EXCEPT SELECT system FROM messages WHERE system IS NOT NULL
            EXCEPT SELECT system FROM conversations
            EXCEPT SELECT text FROM presets
        );
        DELETE FROM sources WHERE text IS NOT NULL
            AND NOT EXISTS (SELECT 1 FROM attachments WHERE attachments.text = sources.text);
        DELETE FROM files WHERE key IN (
            SELECT key FROM files
            EXCEPT SELECT content FROM attachments
            EXCEPT SELECT content FROM unsent_attachments
        );",
    )
}
