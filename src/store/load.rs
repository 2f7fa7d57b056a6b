//! Loads a conversation: messages, pieces, texts, unsent drafts.

use super::{DatabaseFile, row};
use crate::chat::{
    Attachment, Content, Conversation, ConversationId, Draft, FileHash, Message, MessageState,
    SentFile, Settings, Unsent,
};
use rusqlite::{Connection, OptionalExtension, Result, Row, params};
use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

/// A conversation with all that belongs to it.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// The conversation. A reply that streams in it is being received by a living instance.
    pub conversation: Conversation,
    /// What is unsent in it.
    pub unsent: Unsent,
    /// The instances that left some of that and are gone; see [`crate::chat::Change::TakeOver`].
    pub left_by: Vec<String>,
    /// What is set for its Space.
    pub settings: Settings,
    /// Whether it is in the trash.
    pub trashed: bool,
}

/// What is unsent belongs to the window in which it was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Whose {
    /// Drafts of this instance, and of instances that are gone.
    Own,
    /// Drafts of other living instances too.
    Everyones,
}

/// A snapshot of a conversation; `None` if there is none of this id.
pub(super) fn load(
    connection: &Connection,
    database: &DatabaseFile,
    id: ConversationId,
    whose: Whose,
) -> Result<Option<Loaded>> {
    // One snapshot for all reads.
    let moment = connection.unchecked_transaction()?;
    let mut row = moment.prepare_cached(
        "SELECT conversations.*, texts.text AS system_text FROM conversations
         JOIN texts ON texts.key = system WHERE id = ?1",
    )?;
    let found = row
        .query_row([id.to_string()], |row| {
            let system: String = row.get("system_text")?;
            let mut conversation = Conversation::new(
                row.get::<_, String>("space")?,
                row.get::<_, String>("model")?,
                system,
            );
            conversation.id = id;
            conversation.title = row.get("title")?;
            conversation.created_at = row::read_time(row, "created_at")?;
            let settings: String = row.get("settings")?;
            Ok((
                row.get::<_, i64>("key")?,
                row::read_optional_id(row, "head")?,
                Loaded {
                    conversation,
                    unsent: Unsent::default(),
                    left_by: Vec::new(),
                    settings: serde_json::from_str(&settings).unwrap_or_default(),
                    trashed: row.get::<_, Option<String>>("deleted_at")?.is_some(),
                },
            ))
        })
        .optional()?;
    let Some((key, head, mut loaded)) = found else {
        return Ok(None);
    };
    let mut texts = Texts::default();
    let messages = messages(&moment, database, key, &mut texts)?;
    // Without a valid head, the newest message is shown.
    let head = head
        .filter(|head| messages.iter().any(|message| message.id == *head))
        .or_else(|| messages.last().map(|message| message.id));
    loaded.conversation = loaded.conversation.with_messages(messages, head);
    (loaded.unsent, loaded.left_by) = unsent(&moment, database, key, whose, &mut texts)?;
    Ok(Some(loaded))
}

/// The texts of one load, so that those that several messages refer to are in memory once.
#[derive(Default)]
struct Texts(HashMap<i64, Arc<str>>);

impl Texts {
    fn get(&mut self, connection: &Connection, key: i64) -> Result<Arc<str>> {
        if let Some(text) = self.0.get(&key) {
            return Ok(Arc::clone(text));
        }
        let text: Arc<str> = connection
            .prepare_cached("SELECT text FROM texts WHERE key = ?1")?
            .query_row([key], |row| row.get(0))?;
        self.0.insert(key, Arc::clone(&text));
        Ok(text)
    }
}

fn messages(
    connection: &Connection,
    database: &DatabaseFile,
    conversation: i64,
    texts: &mut Texts,
) -> Result<Vec<Message>> {
    let mut statement = connection.prepare_cached(
        "SELECT *, (SELECT count(*) FROM pieces WHERE message = messages.key) AS pieces
         FROM messages WHERE conversation = ?1 ORDER BY key",
    )?;
    let mut rows = statement.query([conversation])?;
    let mut messages = Vec::new();
    while let Some(row) = rows.next()? {
        let key: i64 = row.get("key")?;
        let mut message = Message::new(row::read_role(row, "role")?, row.get::<_, String>("text")?);
        message.id = row::read_message_id(row, "id")?;
        message.parent = row::read_optional_id(row, "parent")?;
        message.reasoning = row.get("reasoning")?;
        let thought_for: i64 = row.get("thought_for")?;
        message.thought_for = Duration::from_millis(u64::try_from(thought_for).unwrap_or(0));
        message.hidden_tail = row.get("hidden_tail")?;
        message.state = row::read_state(row, "state")?;
        message.left_out = row.get("left_out")?;
        message.failure = row::read_failure(row, "failure")?;
        message.outcome = row::read_outcome(row, "outcome")?;
        message.created_at = row::read_time(row, "created_at")?;
        let pieces: i64 = row.get("pieces")?;
        if pieces > 0 {
            add_pieces(connection, key, &mut message.text)?;
        }
        let revision = row.get::<_, i64>("revision")?.saturating_add(pieces);
        message.revision = u64::try_from(revision).unwrap_or(0);
        let system: Option<i64> = row.get("system")?;
        message.system = match system {
            Some(system) => Some(texts.get(connection, system)?),
            None => None,
        };
        if message.state == MessageState::Streaming {
            // Its writer may have died since this store was opened.
            let writer: Option<String> = row.get("writer")?;
            if !writer.is_some_and(|writer| database.instance.is_alive(&writer)) {
                message.state = MessageState::Interrupted;
            }
        }
        let table = "attachments LEFT JOIN files ON files.key = attachments.content WHERE message";
        message.attachments = attachments(connection, table, key, texts)?;
        messages.push(message);
    }
    Ok(messages)
}

fn add_pieces(connection: &Connection, message: i64, text: &mut String) -> Result<()> {
    let mut pieces =
        connection.prepare_cached("SELECT text FROM pieces WHERE message = ?1 ORDER BY key")?;
    let mut rows = pieces.query([message])?;
    while let Some(row) = rows.next()? {
        text.push_str(row.get_ref(0)?.as_str()?);
    }
    Ok(())
}

/// The attachments in a table, given with the column of their owner.
fn attachments(
    connection: &Connection,
    table: &str,
    owner: i64,
    texts: &mut Texts,
) -> Result<Vec<Arc<Attachment>>> {
    let mut statement = connection.prepare_cached(&format!(
        "SELECT name, tokens, text, file, origin, hash, length(files.content) AS size
         FROM {table} = ?1 ORDER BY place"
    ))?;
    let mut rows = statement.query([owner])?;
    let mut attachments = Vec::new();
    while let Some(row) = rows.next()? {
        attachments.push(Arc::new(Attachment {
            name: row.get("name")?,
            text: texts.get(connection, row.get("text")?)?,
            tokens: usize::try_from(row.get::<_, i64>("tokens")?).unwrap_or(0),
            hidden: 0,
            file: file(row)?,
            origin: row::read_origin(row, "origin")?,
        }));
    }
    Ok(attachments)
}

/// The file of an attachment's row, its content left in the store.
fn file(row: &Row<'_>) -> Result<Option<SentFile>> {
    let Some(path) = row.get::<_, Option<String>>("file")? else {
        return Ok(None);
    };
    let content = match row.get::<_, Option<[u8; 32]>>("hash")? {
        Some(hash) => Content::Stored(
            FileHash(hash),
            u64::try_from(row.get::<_, i64>("size")?).unwrap_or(0),
        ),
        None => Content::AtPath,
    };
    Ok(Some(SentFile {
        path: path.into(),
        content,
    }))
}

/// The content of a file that is kept; `None` if none of this name is.
pub(super) fn content(connection: &Connection, hash: FileHash) -> Result<Option<Arc<[u8]>>> {
    connection
        .prepare_cached("SELECT content FROM files WHERE hash = ?1")?
        .query_row([&hash.0[..]], |row| {
            Ok(Arc::from(row.get_ref(0)?.as_blob()?))
        })
        .optional()
}

/// What is unsent, in order, and which instances left some of it. Of several drafts, this instance's
/// stands in the composer, or else the newest; the others are set aside.
fn unsent(
    connection: &Connection,
    database: &DatabaseFile,
    conversation: i64,
    whose: Whose,
    texts: &mut Texts,
) -> Result<(Unsent, Vec<String>)> {
    let mut statement = connection.prepare_cached(
        "SELECT key, kind, text, writer FROM unsent WHERE conversation = ?1
         ORDER BY writer = ?2, key",
    )?;
    let own = &database.instance.name;
    let mut rows = statement.query(params![conversation, own])?;
    let mut found = Unsent::default();
    let mut left_by = Vec::new();
    let mut living = Vec::new();
    while let Some(row) = rows.next()? {
        let writer: String = row.get("writer")?;
        let is_known = [&left_by, &living]
            .iter()
            .any(|known| known.contains(&writer));
        if writer != *own && !is_known {
            let is_alive = database.instance.is_alive(&writer);
            if is_alive { &mut living } else { &mut left_by }.push(writer.clone());
        }
        if whose == Whose::Own && living.contains(&writer) {
            continue;
        }
        let table = "unsent_attachments LEFT JOIN files ON files.key = unsent_attachments.content
            WHERE unsent";
        let draft = Draft {
            text: row.get("text")?,
            attachments: attachments(connection, table, row.get("key")?, texts)?,
        };
        match row.get_ref("kind")?.as_str()? {
            "draft" => {
                let before = std::mem::replace(&mut found.draft, draft);
                found
                    .aside
                    .extend(Some(before).filter(|before| !before.is_empty()));
            }
            "queued" => found.queued.push(draft),
            _ => found.aside.push(draft),
        }
    }
    Ok((found, left_by))
}
