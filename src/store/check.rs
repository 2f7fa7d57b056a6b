//! Examines a store and changes nothing.

use super::{StoreError, schema};
use rusqlite::{Connection, Result};
use std::fs;
use std::path::Path;
use std::time::Duration;

/// The result of examining a store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// The version of its format.
    pub version: i64,
    /// The size of the database, in bytes.
    pub bytes: u64,
    /// The size of the log beside it, in bytes.
    pub log_bytes: u64,
    /// Conversations, those in the trash included.
    pub conversations: usize,
    /// Messages, all branches counted.
    pub messages: usize,
    /// Texts that are not indexed yet, or not completely.
    pub unindexed: usize,
    /// The damage; empty for a sound store.
    pub problems: Vec<String>,
}

pub(super) fn check(path: &Path, busy: Duration) -> std::result::Result<Check, StoreError> {
    let metadata = fs::metadata(path).map_err(|error| StoreError::io(path, error))?;
    if !metadata.is_file() {
        return Err(StoreError::NotAFile {
            path: path.to_owned(),
        });
    }
    require_writable(path)?;
    let connection = schema::open_to_read(path, busy)?;
    let read = || -> Result<Check> {
        Ok(Check {
            version: connection.pragma_query_value(None, "user_version", |row| row.get(0))?,
            bytes: metadata.len(),
            log_bytes: fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len()),
            conversations: count(&connection, "conversations")?,
            messages: count(&connection, "messages")?,
            unindexed: count(&connection, "sources WHERE indexed IS NOT NULL")?,
            problems: problems(&connection)?,
        })
    };
    read().map_err(|error| StoreError::sql(path, error))
}

/// Refuses a database that can be read but not written, as opening the store would. Nothing is written.
fn require_writable(path: &Path) -> std::result::Result<(), StoreError> {
    let read_only = || StoreError::ReadOnly {
        path: path.to_owned(),
    };
    match fs::File::options().write(true).open(path) {
        Ok(_) => {}
        // Readable but not writable is another error than forbidden.
        Err(_) if fs::File::open(path).is_ok() => return Err(read_only()),
        Err(error) => return Err(StoreError::io(path, error)),
    }
    // SQLite's log is made beside it, if it is not there.
    let directory = path.parent().unwrap_or(path);
    let about = fs::metadata(directory).map_err(|error| StoreError::io(directory, error))?;
    if about.permissions().readonly() && !path.with_extension("db-wal").exists() {
        return Err(read_only());
    }
    Ok(())
}

fn count(connection: &Connection, what: &str) -> Result<usize> {
    let count: i64 = connection.query_row(&format!("SELECT count(*) FROM {what}"), [], |row| {
        row.get(0)
    })?;
    Ok(usize::try_from(count).unwrap_or(0))
}

/// What SQLite finds broken, and references that lead nowhere.
fn problems(connection: &Connection) -> Result<Vec<String>> {
    let mut check = connection.prepare("PRAGMA quick_check")?;
    let mut problems = check
        .query_map([], |row| row.get::<_, String>(0))?
        .filter(|line| !matches!(line, Ok(line) if line == "ok"))
        .collect::<Result<Vec<_>>>()?;
    let mut check = connection.prepare("PRAGMA foreign_key_check")?;
    let mut rows = check.query([])?;
    while let Some(row) = rows.next()? {
        let table: String = row.get(0)?;
        let parent: String = row.get(2)?;
        problems.push(format!(
            "a row of {table} refers to a missing row of {parent}"
        ));
    }
    Ok(problems)
}
