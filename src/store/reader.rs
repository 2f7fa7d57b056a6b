//! Reads saved data on its own connection, which never waits for the writer.
//!
//! The calls block for as long as the disk takes: from async code they belong in
//! `spawn_blocking`.

use super::load::{self, Loaded, Whose};
use super::search;
use super::{DatabaseFile, StoreError, backup, learned, presets, row, schema};
use crate::chat::export::Source;
use crate::chat::{ConversationId, FailureKind, FileHash, Learned, Pending};
use crate::chat::{Preset, SearchHit, Summary};
use rusqlite::{Connection, InterruptHandle, Result, params};
use std::collections::HashSet;
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How many rows of the index a first look takes for each word.
const RECENT: usize = 2000;

/// Reads from the store. Clones share a connection and take turns; [`Reader::again`] has its own.
#[derive(Debug, Clone)]
pub struct Reader {
    database: DatabaseFile,
    connection: Arc<Mutex<Connection>>,
}

/// Ends a read early; see [`Reader::interrupt`].
pub struct Interrupt(InterruptHandle);

impl Interrupt {
    /// The read that is under way fails now. Does nothing to one that has not begun.
    pub fn now(&self) {
        self.0.interrupt();
    }
}

/// The conversations whose ids begin with a prefix.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PrefixMatch {
    /// None.
    Nothing,
    /// This one alone.
    One(ConversationId),
    /// Several, the newest ten of them.
    Several(Vec<ConversationId>),
}

impl Reader {
    pub(super) fn open(database: DatabaseFile) -> std::result::Result<Self, StoreError> {
        let connection = schema::open_to_read(&database.path, database.busy)?;
        Ok(Self {
            database,
            connection: Arc::new(Mutex::new(connection)),
        })
    }

    /// A reader with another connection, for a long search beside short reads.
    pub fn again(&self) -> std::result::Result<Self, StoreError> {
        Self::open(self.database.clone())
    }

    /// The conversations outside the trash that have a message, a draft or a title, newest first:
    /// at most `limit`, from the `offset`th on. Opens no message.
    pub fn list(
        &self,
        limit: usize,
        offset: usize,
    ) -> std::result::Result<Vec<Summary>, StoreError> {
        self.read(|connection| summaries(connection, "deleted_at IS NULL", limit, offset))
    }

    /// The conversations in the trash, newest first.
    pub fn trash(&self) -> std::result::Result<Vec<Summary>, StoreError> {
        self.read(|connection| summaries(connection, "deleted_at IS NOT NULL", usize::MAX, 0))
    }

    /// The conversation outside the trash whose last message is the newest of all.
    pub fn last(&self) -> std::result::Result<Option<ConversationId>, StoreError> {
        self.read(|connection| {
            let found = summaries(connection, "deleted_at IS NULL AND messages > 0", 1, 0)?;
            Ok(found.first().map(|found| found.id))
        })
    }

    /// The conversations, in the trash too, whose names begin with `prefix`; hyphens and case do
    /// not matter.
    pub fn find(&self, prefix: &str) -> std::result::Result<PrefixMatch, StoreError> {
        let Some(prefix) = hyphenated(prefix) else {
            return Ok(PrefixMatch::Nothing);
        };
        self.read(|connection| {
            let mut found = connection.prepare_cached(
                "SELECT id FROM conversations WHERE id >= ?1 AND id < ?1 || 'g'
                 ORDER BY updated_at DESC, key DESC LIMIT 10",
            )?;
            let found = found
                .query_map([prefix], |row| row::read_conversation_id(row, "id"))?
                .collect::<Result<Vec<_>>>()?;
            Ok(match found.as_slice() {
                [] => PrefixMatch::Nothing,
                [one] => PrefixMatch::One(*one),
                _ => PrefixMatch::Several(found),
            })
        })
    }

    /// A conversation with all its messages, in the trash too; `None` if there is none. What is
    /// unsent in another living window stays that one's and is not given.
    pub fn load(&self, id: ConversationId) -> std::result::Result<Option<Loaded>, StoreError> {
        self.read(|connection| load::load(connection, &self.database, id, Whose::Own))
    }

    /// As [`Reader::load`], for an export: with what is unsent in every window, and the contents of
    /// all files in memory.
    pub fn load_whole(
        &self,
        id: ConversationId,
    ) -> std::result::Result<Option<Loaded>, StoreError> {
        let load = |connection: &_| load::load(connection, &self.database, id, Whose::Everyones);
        let Some(loaded) = self.read(load)? else {
            return Ok(None);
        };
        let source = Source {
            conversation: loaded.conversation,
            unsent: loaded.unsent,
            settings: loaded.settings,
        };
        let source = source.with_contents(|hash| self.content(hash))?;
        Ok(Some(Loaded {
            conversation: source.conversation,
            unsent: source.unsent,
            settings: source.settings,
            ..loaded
        }))
    }

    /// The content of a file that is kept; `None` if none of this name is.
    pub fn content(&self, hash: FileHash) -> std::result::Result<Option<Arc<[u8]>>, StoreError> {
        self.read(|connection| load::content(connection, hash))
    }

    /// What the user wrote before, newest first and each text once, at most `limit`; nothing longer
    /// than 16 K characters.
    pub fn prompts(&self, limit: usize) -> std::result::Result<Vec<String>, StoreError> {
        self.read(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT messages.text FROM messages
                 JOIN conversations ON conversations.key = messages.conversation
                 WHERE role = 'user' AND deleted_at IS NULL AND messages.text <> ''
                    AND length(messages.text) <= 16384
                 ORDER BY messages.created_at DESC",
            )?;
            let mut rows = statement.query([])?;
            let mut prompts = Vec::new();
            let mut known = HashSet::new();
            while prompts.len() < limit
                && let Some(row) = rows.next()?
            {
                let prompt: String = row.get(0)?;
                if known.insert(prompt.clone()) {
                    prompts.push(prompt);
                }
            }
            Ok(prompts)
        })
    }

    /// The saved system messages, by their names.
    pub fn presets(&self) -> std::result::Result<Vec<Preset>, StoreError> {
        self.read(presets::all)
    }

    /// What was learned of the sources of replies, as far as this version knows such things.
    pub fn learned(&self) -> std::result::Result<Vec<Learned>, StoreError> {
        self.read(learned::all)
    }

    /// The messages outside the trash in which all words of `query` are, newest first, at most
    /// `limit`. The last word may be a beginning; words between double quotes stand together;
    /// nothing else has a meaning. What was saved a moment ago may not be indexed yet.
    pub fn search(
        &self,
        query: &str,
        limit: usize,
    ) -> std::result::Result<Vec<SearchHit>, StoreError> {
        self.read(|connection| search::search(connection, query, limit, None))
    }

    /// As [`Reader::search`], but only among what was indexed last: some thousands of texts for
    /// each word. Quick also where a word is in every message.
    pub fn search_recent(
        &self,
        query: &str,
        limit: usize,
    ) -> std::result::Result<Vec<SearchHit>, StoreError> {
        self.read(|connection| search::search(connection, query, limit, Some(RECENT)))
    }

    /// A handle that ends a read of this reader and its clones early.
    pub fn interrupt(&self) -> Interrupt {
        Interrupt(self.connection().get_interrupt_handle())
    }

    fn connection(&self) -> MutexGuard<'_, Connection> {
        // A reader that panicked left nothing incomplete: it only reads.
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes a snapshot of the whole database to the new private file `to`, while writing goes on.
    /// An existing file is not overwritten.
    pub fn backup(&self, to: &Path) -> std::result::Result<(), StoreError> {
        backup::write(&self.connection(), &self.database.path, to)
    }

    fn read<T>(
        &self,
        read: impl FnOnce(&Connection) -> Result<T>,
    ) -> std::result::Result<T, StoreError> {
        read(&self.connection()).map_err(|error| StoreError::sql(&self.database.path, error))
    }
}

/// A name's beginning with the hyphens that names have; `None` for what no name begins with.
fn hyphenated(prefix: &str) -> Option<String> {
    let mut hyphenated = String::new();
    for (count, c) in prefix.chars().filter(|c| *c != '-').enumerate() {
        if !c.is_ascii_hexdigit() || count == 32 {
            return None;
        }
        if [8, 12, 16, 20].contains(&count) {
            hyphenated.push('-');
        }
        hyphenated.push(c.to_ascii_lowercase());
    }
    (!hyphenated.is_empty()).then_some(hyphenated)
}

fn summaries(
    connection: &Connection,
    which: &str,
    limit: usize,
    offset: usize,
) -> Result<Vec<Summary>> {
    let undelivered = FailureKind::UNDELIVERED
        .map(|kind| format!("'{kind}'"))
        .join(", ");
    let mut summaries = connection.prepare_cached(&format!(
        "SELECT *, EXISTS (SELECT 1 FROM unsent WHERE conversation = conversations.key) AS has_draft,
            EXISTS (SELECT 1 FROM unsent WHERE conversation = conversations.key AND kind = 'queued')
                OR EXISTS (SELECT 1 FROM messages WHERE messages.id = head AND state = 'failed'
                    AND text = '' AND reasoning = '' AND failure ->> 'kind' IN ({undelivered}))
            AS waits,
            (SELECT state FROM messages WHERE messages.id = head) AS state
         FROM conversations
         WHERE {which} AND (messages > 0 OR has_draft OR title IS NOT NULL)
         ORDER BY updated_at DESC, key DESC LIMIT ?1 OFFSET ?2"
    ))?;
    let number = |count| i64::try_from(count).unwrap_or(i64::MAX);
    let rows = summaries.query_map(params![number(limit), number(offset)], |row| {
        Ok(Summary {
            id: row::read_conversation_id(row, "id")?,
            title: row::shown_title(row)?,
            state: row::read_optional_state(row, "state")?,
            pinned: row.get("pinned")?,
            preview: row.get("preview")?,
            space: row.get("space")?,
            model: row.get("model")?,
            created_at: row::read_time(row, "created_at")?,
            updated_at: row::read_time(row, "updated_at")?,
            messages: usize::try_from(row.get::<_, i64>("messages")?).unwrap_or(0),
            pending: match (row.get("waits")?, row.get("has_draft")?) {
                (true, _) => Pending::Waiting,
                (false, true) => Pending::Draft,
                (false, false) => Pending::Nothing,
            },
            trashed: row.get::<_, Option<String>>("deleted_at")?.is_some(),
        })
    })?;
    rows.collect()
}
