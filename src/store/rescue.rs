//! Copies what can be read of a damaged database into a new one.
//!
//! The damaged file is only read. Row after row is copied; where one cannot be read, those behind it are looked for by
//! their keys. Then the new database is migrated to the current version, and references to lost rows are repaired: a
//! message without its parent follows the one before it, messages without their conversation get a new one. The search
//! index is rebuilt from the texts when the new database is first used.

use super::texts::{self, Hashes};
use super::{StoreError, derived, row, schema};
use crate::chat::ConversationId;
use jiff::Timestamp;
use rusqlite::config::DbConfig;
use rusqlite::types::{Value, ValueRef};
use rusqlite::{Connection, OpenFlags, OptionalExtension, Row, params, params_from_iter};
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

/// The tables that any version has or had whose rows have numbers as keys, with the column of the key; those that
/// others refer to come first.
const KEYED: [(&str, &str); 8] = [
    ("texts", "key"),
    ("files", "key"),
    ("conversations", "key"),
    ("messages", "key"),
    ("pieces", "key"),
    ("drafts", "conversation"),
    ("unsent", "key"),
    ("presets", "key"),
];

/// The tables whose rows belong to a row of another: their name, the owner's column, the owner's table and its key.
const OWNED: [(&str, &str, &str, &str); 3] = [
    ("attachments", "message", "messages", "key"),
    (
        "draft_attachments",
        "conversation",
        "drafts",
        "conversation",
    ),
    ("unsent_attachments", "unsent", "unsent", "key"),
];

/// The tables whose rows have no number, and belong to no other's: their name and the columns of their keys.
const UNNUMBERED: [(&str, &[&str]); 1] = [("learned", &["space", "model", "fact"])];

/// How many keys after an unreadable one are tried, where the table's last key is not known.
const FAR: i64 = 100_000;

/// The result of a rescue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rescued {
    /// Conversations, those in the trash and those that had to be made included.
    pub conversations: usize,
    /// Messages, all branches counted.
    pub messages: usize,
    /// The tables of which something could not be read; empty when all is there.
    pub gaps: Vec<&'static str>,
}

/// Why a row was not copied.
enum Stopped {
    /// The damaged database cannot be read there.
    Reading,
    /// The new database refused it.
    Writing(rusqlite::Error),
}

/// Writes what can be read of the database at `from` into the new file `to`, for the user alone. An existing file is
/// not overwritten; without a single row to save, nothing is written.
pub(super) fn rescue(from: &Path, to: &Path, busy: Duration) -> Result<Rescued, StoreError> {
    let (damaged, version) = open_damaged(from, busy)?;
    crate::private_file::options()
        .write(true)
        .create_new(true)
        .open(to)
        .map_err(|error| StoreError::io(to, error))?;
    let rescued = fill(&damaged, version, to).and_then(|rescued| {
        if rescued.conversations > 0 {
            return Ok(rescued);
        }
        Err(StoreError::Damaged {
            path: from.to_owned(),
            detail: "nothing in it can be read".to_owned(),
            source: None,
        })
    });
    if rescued.is_err() {
        let _ = fs::remove_file(to);
    }
    rescued
}

/// Opens a database for reading that may be shorter than it says, or have parts that make no sense. Gives its version
/// too.
fn open_damaged(path: &Path, busy: Duration) -> Result<(Connection, i64), StoreError> {
    let sql = |error| StoreError::sql(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sql)?;
    connection.busy_timeout(busy).map_err(sql)?;
    for (option, is_on) in [
        (DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true),
        // SQLite refuses a file whose end is missing, but for this; nothing is written in any case.
        (DbConfig::SQLITE_DBCONFIG_WRITABLE_SCHEMA, true),
        (DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false),
    ] {
        connection.set_db_config(option, is_on).map_err(sql)?;
    }
    let version = schema::require_known(&connection, path)?;
    Ok((connection, version))
}

fn fill(damaged: &Connection, version: i64, to: &Path) -> Result<Rescued, StoreError> {
    let sql = |error: rusqlite::Error| StoreError::sql(to, error);
    let mut new = Connection::open(to).map_err(sql)?;
    // Referenced rows may be lost; that is repaired at the end.
    new.execute_batch("PRAGMA foreign_keys = OFF; PRAGMA synchronous = FULL")
        .map_err(sql)?;
    schema::migrate_to(version, &mut new, to)?;
    let transaction = new.transaction().map_err(sql)?;
    let gaps = copy(damaged, &transaction).map_err(sql)?;
    transaction.commit().map_err(sql)?;
    schema::migrate(&mut new, to)?;
    let transaction = new.transaction().map_err(sql)?;
    mend(&transaction).map_err(sql)?;
    let count = |table: &str| {
        let sql = format!("SELECT count(*) FROM {table}");
        let count = transaction.query_row(&sql, [], |row| row.get::<_, i64>(0));
        count.map(|count| usize::try_from(count).unwrap_or(0))
    };
    let rescued = Rescued {
        conversations: count("conversations").map_err(sql)?,
        messages: count("messages").map_err(sql)?,
        gaps,
    };
    transaction.commit().map_err(sql)?;
    Ok(rescued)
}

/// Copies every table of a database to one of the same version. Gives those of which something could not be read.
fn copy(damaged: &Connection, to: &Connection) -> rusqlite::Result<Vec<&'static str>> {
    let mut gaps = Vec::new();
    // What this version does not have cannot be lost.
    let has = |table: &str| {
        let sql = "SELECT 1 FROM sqlite_schema WHERE type = 'table' AND name = ?1";
        to.query_row(sql, [table], |_| Ok(())).optional()
    };
    for (table, key) in KEYED {
        if has(table)?.is_some() && !copy_keyed(damaged, to, table, key)? {
            gaps.push(table);
        }
    }
    for owned in OWNED {
        if has(owned.0)?.is_some() && !copy_owned(damaged, to, owned)? {
            gaps.push(owned.0);
        }
    }
    for (table, key) in UNNUMBERED {
        if has(table)?.is_some() && !copy_unnumbered(damaged, to, table, key)? {
            gaps.push(table);
        }
    }
    Ok(gaps)
}

/// Copies a table by its keys. Gives whether all of it could be read.
fn copy_keyed(
    from: &Connection,
    to: &Connection,
    table: &str,
    key: &str,
) -> rusqlite::Result<bool> {
    let insert = Insert::new(to, table)?;
    let mut last = 0;
    let mut is_whole = true;
    loop {
        match copy_run(from, &insert, table, key, &mut last) {
            Ok(()) => return Ok(is_whole),
            Err(Stopped::Writing(error)) => return Err(error),
            Err(Stopped::Reading) => is_whole = false,
        }
        // What lies behind the damage is found from the top of the table's tree, key by key.
        let newest = from.query_row(&format!("SELECT max({key}) FROM {table}"), [], |row| {
            row.get::<_, Option<i64>>(0)
        });
        let far = last.saturating_add(FAR);
        let end = newest.map_or(far, |newest| newest.unwrap_or(0).min(far));
        let Ok(mut one) = from.prepare(&format!("SELECT * FROM {table} WHERE {key} = ?1")) else {
            return Ok(false);
        };
        let mut found = None;
        for next in last + 1..=end {
            let row = one.query_row([next], |row| Ok(insert.values(row)));
            if let Ok(Some(values)) = row.optional() {
                insert.write(values)?;
                found = Some(next);
                break;
            }
        }
        match found {
            Some(next) => last = next,
            None => return Ok(false),
        }
    }
}

/// Copies the rows behind the key `last`, in order, and moves it along, to the end or to the first that cannot be read.
fn copy_run(
    from: &Connection,
    insert: &Insert<'_>,
    table: &str,
    key: &str,
    last: &mut i64,
) -> Result<(), Stopped> {
    let reading = |_| Stopped::Reading;
    let sql = format!("SELECT * FROM {table} WHERE {key} > ?1 ORDER BY {key}");
    let mut all = from.prepare(&sql).map_err(reading)?;
    let mut rows = all.query([*last]).map_err(reading)?;
    while let Some(row) = rows.next().map_err(reading)? {
        *last = row.get(key).map_err(reading)?;
        insert.write(insert.values(row)).map_err(Stopped::Writing)?;
    }
    Ok(())
}

/// Copies the rows of a table whose owners were copied. Gives whether all of them could be read.
fn copy_owned(
    from: &Connection,
    to: &Connection,
    (table, owner, owners, key): (&str, &str, &str, &str),
) -> rusqlite::Result<bool> {
    let insert = Insert::new(to, table)?;
    let mut keys = to.prepare(&format!("SELECT {key} FROM {owners}"))?;
    let keys = keys.query_map([], |row| row.get::<_, i64>(0))?;
    let sql = format!("SELECT * FROM {table} WHERE {owner} = ?1 ORDER BY place");
    let Ok(mut rows_of) = from.prepare(&sql) else {
        return Ok(false);
    };
    let mut is_whole = true;
    for key in keys {
        let Ok(mut rows) = rows_of.query([key?]) else {
            is_whole = false;
            continue;
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => insert.write(insert.values(row))?,
                Ok(None) => break,
                Err(_) => {
                    is_whole = false;
                    break;
                }
            }
        }
    }
    Ok(is_whole)
}

/// Copies a table without numbers from both its ends, each as far as it can be read. Gives whether all of it could be.
fn copy_unnumbered(
    from: &Connection,
    to: &Connection,
    table: &str,
    key: &[&str],
) -> rusqlite::Result<bool> {
    let insert = Insert::new(to, table)?;
    for direction in ["ASC", "DESC"] {
        let order = key.join(&format!(" {direction}, "));
        let sql = format!("SELECT * FROM {table} ORDER BY {order} {direction}");
        let Ok(mut all) = from.prepare(&sql) else {
            return Ok(false);
        };
        let Ok(mut rows) = all.query([]) else {
            return Ok(false);
        };
        loop {
            match rows.next() {
                Ok(Some(row)) => insert.write(insert.values(row))?,
                // What comes from the other end would be the same.
                Ok(None) => return Ok(true),
                Err(_) => break,
            }
        }
    }
    Ok(false)
}

/// Writes rows into a table of the new database: the columns that it has, by their names.
struct Insert<'a> {
    to: &'a Connection,
    table: &'a str,
    columns: Vec<String>,
}

impl<'a> Insert<'a> {
    fn new(to: &'a Connection, table: &'a str) -> rusqlite::Result<Self> {
        let mut columns = to.prepare("SELECT name FROM pragma_table_info(?1)")?;
        let columns = columns
            .query_map([table], |row| row.get(0))?
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self { to, table, columns })
    }

    /// What a row of an older or of the same version has for these columns. Text that is damaged keeps what is text.
    fn values(&self, row: &Row<'_>) -> Vec<(&str, Value)> {
        let names = self.columns.iter().map(String::as_str);
        let value = |name: &str| match row.get_ref(name).ok()? {
            ValueRef::Text(text) => Some(Value::Text(String::from_utf8_lossy(text).into_owned())),
            other => Value::try_from(other).ok(),
        };
        names
            .filter_map(|name| Some((name, value(name)?)))
            .collect()
    }

    /// A row that contradicts one that is there, or lacks what a row must have, is left out.
    fn write(&self, values: Vec<(&str, Value)>) -> rusqlite::Result<()> {
        let names: Vec<&str> = values.iter().map(|(name, _)| *name).collect();
        let places = vec!["?"; names.len()].join(", ");
        let sql = format!(
            "INSERT OR IGNORE INTO {} ({}) VALUES ({places})",
            self.table,
            names.join(", ")
        );
        let values = values.into_iter().map(|(_, value)| value);
        self.to
            .prepare_cached(&sql)?
            .execute(params_from_iter(values))
            .map(drop)
    }
}

/// Repairs references to lost rows, and rebuilds derived data.
fn mend(new: &Connection) -> rusqlite::Result<()> {
    let empty = texts::save(new, &mut Hashes::default(), &Arc::from(""))?;
    add_conversations(new, empty)?;
    new.execute(
        "UPDATE conversations SET system = ?1 WHERE system NOT IN (SELECT key FROM texts)",
        [empty],
    )?;
    new.execute_batch(
        "UPDATE messages SET system = NULL
            WHERE system IS NOT NULL AND system NOT IN (SELECT key FROM texts);
         DELETE FROM pieces WHERE message NOT IN (SELECT key FROM messages);
         DELETE FROM attachments WHERE text NOT IN (SELECT key FROM texts);
         DELETE FROM unsent_attachments WHERE text NOT IN (SELECT key FROM texts);
         DELETE FROM presets WHERE text NOT IN (SELECT key FROM texts);
         UPDATE attachments SET content = NULL
            WHERE content IS NOT NULL AND content NOT IN (SELECT key FROM files);
         UPDATE unsent_attachments SET content = NULL
            WHERE content IS NOT NULL AND content NOT IN (SELECT key FROM files);
         UPDATE messages SET parent = (SELECT before.id FROM messages AS before
                WHERE before.conversation = messages.conversation AND before.key < messages.key
                ORDER BY before.key DESC LIMIT 1)
            WHERE parent IS NOT NULL AND parent NOT IN (SELECT id FROM messages);
         UPDATE conversations SET
            messages = (SELECT count(*) FROM messages WHERE conversation = conversations.key),
            head = CASE WHEN head IN (SELECT id FROM messages) THEN head
                ELSE (SELECT id FROM messages WHERE conversation = conversations.key
                    ORDER BY messages.key DESC LIMIT 1) END;
         INSERT INTO sources (message) SELECT key FROM messages WHERE state <> 'streaming';
         INSERT INTO sources (text) SELECT DISTINCT text FROM attachments;",
    )?;
    let mut keys = new.prepare("SELECT key FROM conversations")?;
    for key in keys.query_map([], |row| row.get(0))? {
        derived::describe(new, key?)?;
    }
    Ok(())
}

/// Creates conversations for messages and drafts whose own is lost.
fn add_conversations(new: &Connection, system: i64) -> rusqlite::Result<()> {
    let space: Option<String> = new
        .query_row(
            "SELECT space FROM conversations GROUP BY space ORDER BY count(*) DESC LIMIT 1",
            [],
            |row| row.get(0),
        )
        .optional()?;
    let mut lost = new.prepare(
        "SELECT owner, min(created_at), max(created_at) FROM
            (SELECT conversation AS owner, created_at FROM messages
             UNION ALL SELECT conversation, NULL FROM unsent)
         WHERE owner NOT IN (SELECT key FROM conversations) GROUP BY owner",
    )?;
    let mut rows = lost.query([])?;
    let now = row::time(Timestamp::now());
    while let Some(found) = rows.next()? {
        let (oldest, newest): (Option<String>, Option<String>) = (found.get(1)?, found.get(2)?);
        new.execute(
            "INSERT INTO conversations
                (key, id, title, space, model, system, settings, created_at, updated_at)
             VALUES (?1, ?2, 'Rescued', ?3, '', ?4, '{}', ?5, ?6)",
            params![
                found.get::<_, i64>(0)?,
                ConversationId::new().to_string(),
                space.as_deref().unwrap_or_default(),
                system,
                oldest.as_ref().unwrap_or(&now),
                newest.as_ref().unwrap_or(&now),
            ],
        )?;
    }
    Ok(())
}
