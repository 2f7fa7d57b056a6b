//! Reads the SQLite log of the program `llm`, for an import: its rows, nothing made of them.
//!
//! The file is another program's and may be from anywhere: it is opened to be read only, none of
//! its views, triggers or functions is run, and a table or column that its version has not is taken
//! for an empty one.

use super::StoreError;
use crate::chat::import::llm::{Log, Part, Response, Stored, Turn, fragment_attachment};
use crate::chat::{Attachment, SentFile};
use rusqlite::config::DbConfig;
use rusqlite::{Connection, OpenFlags, Result, Row};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

/// The rows of the log at `path`; `None` where it is a database of something else. Waits for as
/// long as the disk takes.
pub fn llm_log(path: &Path) -> std::result::Result<Option<Log>, StoreError> {
    read(path).map_err(|error| StoreError::sql(path, error))
}

fn read(path: &Path) -> Result<Option<Log>> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut connection = Connection::open_with_flags(path, flags)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.busy_timeout(super::BUSY)?;
    // One snapshot for all reads.
    let moment = connection.transaction()?;
    let source = LogDatabase(&moment);
    let is_older =
        source.has("responses", "conversation_id")? && source.has("conversations", "name")?;
    let is_newer = source.has("turns", "tip_message_hash")? && source.has("parts", "payload")?;
    if !is_older && !is_newer {
        return Ok(None);
    }
    let mut log = Log {
        fragments: source.fragments()?,
        ..Log::default()
    };
    if is_older {
        source.titles("conversations", &mut log)?;
        source.responses(&mut log)?;
    }
    if is_newer {
        source.titles("threads", &mut log)?;
        source.threads(&mut log)?;
        source.messages(&mut log)?;
    }
    Ok(Some(log))
}

struct LogDatabase<'a>(&'a Connection);

impl LogDatabase<'_> {
    /// Whether there is a table, and no view, of this name with this column.
    fn has(&self, table: &str, column: &str) -> Result<bool> {
        let mut found = self.0.prepare_cached(
            "SELECT 1 FROM sqlite_schema AS found JOIN pragma_table_info(found.name) AS columns
             WHERE found.type = 'table' AND found.name = ?1 AND columns.name = ?2
                AND found.sql NOT LIKE 'CREATE VIRTUAL%'",
        )?;
        found.exists([table, column])
    }

    /// Calls `take` with each row of a query over a table that may be missing.
    fn each(
        &self,
        (table, column): (&str, &str),
        sql: &str,
        mut take: impl FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        if !self.has(table, column)? {
            return Ok(());
        }
        let mut statement = self.0.prepare(sql)?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            take(row)?;
        }
        Ok(())
    }

    fn titles(&self, table: &str, log: &mut Log) -> Result<()> {
        let sql = format!("SELECT id, name FROM {table}");
        self.each((table, "name"), &sql, |row| {
            let title: Option<String> = row.get(1)?;
            // The older title stays: a continued conversation gets a new title.
            let known = log.titles.entry(row.get(0)?).or_default();
            *known = known.take().or(title);
            Ok(())
        })
    }

    fn fragments(&self) -> Result<HashMap<i64, (Option<String>, String)>> {
        let mut fragments = HashMap::new();
        let sql = "SELECT id, source, content FROM fragments";
        self.each(("fragments", "source"), sql, |row| {
            let content: Option<String> = row.get(2)?;
            fragments.insert(row.get(0)?, (row.get(1)?, content.unwrap_or_default()));
            Ok(())
        })?;
        Ok(fragments)
    }

    fn responses(&self, log: &mut Log) -> Result<()> {
        let has_reasoning = self.has("responses", "reasoning")?;
        let reasoning = if has_reasoning { "reasoning" } else { "NULL" };
        let sql = format!(
            "SELECT id, coalesce(conversation_id, id), datetime_utc, system, prompt, response,
                {reasoning} FROM responses ORDER BY datetime_utc, id"
        );
        let mut at = HashMap::new();
        self.each(("responses", "datetime_utc"), &sql, |row| {
            let text = |column| {
                Ok::<String, rusqlite::Error>(
                    row.get::<_, Option<String>>(column)?.unwrap_or_default(),
                )
            };
            let id: String = row.get(0)?;
            at.insert(id.clone(), log.responses.len());
            log.responses.push(Response {
                id,
                conversation: row.get(1)?,
                at: row.get(2)?,
                system: text(3)?,
                prompt: text(4)?,
                text: text(5)?,
                reasoning: text(6)?,
                attachments: Vec::new(),
            });
            Ok(())
        })?;
        self.prompt_fragments(log, &at)?;
        let sql = "SELECT response_id, attachments.* FROM prompt_attachments
            JOIN attachments ON attachments.id = attachment_id ORDER BY response_id, \"order\"";
        self.each(("prompt_attachments", "order"), sql, |row| {
            if let Some(at) = at.get(&row.get::<_, String>(0)?) {
                log.responses[*at].attachments.push(attachment(row)?);
            }
            Ok(())
        })
    }

    /// Adds to the answers what was given to their prompts and system messages by reference.
    fn prompt_fragments(&self, log: &mut Log, at: &HashMap<String, usize>) -> Result<()> {
        for table in ["prompt_fragments", "system_fragments"] {
            let sql = format!(
                "SELECT response_id, fragment_id FROM {table} ORDER BY response_id, \"order\" DESC"
            );
            self.each((table, "order"), &sql, |row| {
                let response = at.get(&row.get::<_, String>(0)?);
                let fragment = log.fragments.get(&row.get(1)?);
                if let (Some(at), Some((source, content))) = (response, fragment) {
                    let response = &mut log.responses[*at];
                    if table == "system_fragments" {
                        response.system = format!("{content}\n{}", response.system);
                    } else {
                        let fragment = fragment_attachment(source.as_deref(), content);
                        response.attachments.insert(0, fragment);
                    }
                }
                Ok(())
            })?;
        }
        Ok(())
    }

    /// Reads the calls of each thread, and behind them where it ends.
    fn threads(&self, log: &mut Log) -> Result<()> {
        for (table, sql) in [
            (
                "turns",
                "SELECT thread_id, parent_message_hash, tip_message_hash, datetime_utc FROM turns
                 WHERE thread_id IS NOT NULL ORDER BY datetime_utc, id",
            ),
            (
                "threads",
                "SELECT id, NULL, tip_message_hash, datetime_utc FROM threads",
            ),
        ] {
            self.each((table, "tip_message_hash"), sql, |row| {
                log.threads.entry(row.get(0)?).or_default().push(Turn {
                    parent: row.get(1)?,
                    tip: row.get(2)?,
                    at: row.get(3)?,
                });
                Ok(())
            })?;
        }
        Ok(())
    }

    fn messages(&self, log: &mut Log) -> Result<()> {
        let sql = "SELECT hash, parent_hash, role FROM messages";
        self.each(("messages", "parent_hash"), sql, |row| {
            let stored = Stored {
                parent: row.get(1)?,
                role: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                parts: Vec::new(),
            };
            log.messages.insert(row.get(0)?, stored);
            Ok(())
        })?;
        let mut attached: HashMap<i64, Vec<Arc<Attachment>>> = HashMap::new();
        let sql = "SELECT part_id, attachments.* FROM part_attachments
            JOIN attachments ON attachments.id = attachment_id ORDER BY part_id, \"order\"";
        self.each(("part_attachments", "order"), sql, |row| {
            let part = attached.entry(row.get(0)?).or_default();
            part.push(attachment(row)?);
            Ok(())
        })?;
        let sql = "SELECT id, message_hash, type, text, payload FROM parts
            ORDER BY message_hash, position";
        self.each(("parts", "payload"), sql, |row| {
            let Some(stored) = log.messages.get_mut(&row.get::<_, String>(1)?) else {
                return Ok(());
            };
            stored.parts.push(Part {
                kind: row.get::<_, Option<String>>(2)?.unwrap_or_default(),
                text: row.get(3)?,
                payload: row.get(4)?,
                attachments: attached.remove(&row.get(0)?).unwrap_or_default(),
            });
            Ok(())
        })
    }
}

/// A file by its name, with its content where the log holds that. What it names by a path is not
/// read: a foreign log could name any file here.
fn attachment(row: &Row<'_>) -> Result<Arc<Attachment>> {
    let text = |column| row.get::<_, Option<String>>(column);
    let place = text("path")?.or(text("url")?);
    let name = place
        .as_deref()
        .and_then(|place| place.rsplit(['/', '\\']).find(|part| !part.is_empty()));
    let name = match name {
        Some(name) => name.to_owned(),
        None => text("type")?.unwrap_or_else(|| "file".to_owned()),
    };
    let mut attachment = Attachment::new(name, "");
    if let Some(content) = row.get::<_, Option<Vec<u8>>>("content")? {
        let file = SentFile::new(PathBuf::new(), content);
        attachment.file = Some(SentFile {
            path: PathBuf::new(),
            ..file
        });
    }
    Ok(Arc::new(attachment))
}
