//! The tables, and how a database of an earlier version becomes one of this.
//!
//! `user_version` counts the migrations that were applied; those that are missing run in one transaction. Every version adds its
//! fixture, a whole database of that version: see `tests/fixtures/databases/README.md`.

use super::StoreError;
use crate::sanitize::without_logins;
use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, TransactionBehavior};
use std::path::Path;
use std::time::{Duration, Instant};

/// Marks a database as this program's: `spch`.
pub(super) const APPLICATION_ID: i64 = 0x7370_6368;

/// The version that this program writes.
#[expect(clippy::cast_possible_wrap, reason = "it is a small number")]
pub(super) const VERSION: i64 = MIGRATIONS.len() as i64;

/// How much of the file a reading connection holds, in KiB. Whatever is written makes it read anew, and each thread that
/// reads takes memory of its own for it, so that SQLite's 2 MB would be held several times over for nothing: the
/// system has these pages at hand.
const READERS_CACHE: i64 = 256;

/// What each version adds to the one before it; the first makes version 1 of an empty file.
const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
    include_str!("schema/5.sql"),
    include_str!("schema/6.sql"),
];

/// The version in which no address holds a name and a password any more.
const WITHOUT_LOGINS: i64 = 5;

/// Opens the database for writing. Nothing is written to it, nor is its log folded into it,
/// before its version is known to be understood.
pub(super) fn open(path: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let sql = |error| StoreError::sql(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sql)?;
    connection.busy_timeout(busy).map_err(sql)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(sql)?;
    require_known(&connection, path)?;
    if connection.is_readonly("main").map_err(sql)? {
        return Err(StoreError::ReadOnly {
            path: path.to_owned(),
        });
    }
    use_log(&connection, busy).map_err(sql)?;
    connection
        .execute_batch(
            "PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; PRAGMA trusted_schema = OFF;
             PRAGMA journal_size_limit = 16777216;",
        )
        .map_err(sql)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, false)
        .map_err(sql)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Opens the database for reading alone.
pub(super) fn open_to_read(path: &Path, busy: Duration) -> Result<Connection, StoreError> {
    let sql = |error| StoreError::sql(path, error);
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags).map_err(sql)?;
    connection.busy_timeout(busy).map_err(sql)?;
    connection
        .set_db_config(DbConfig::SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, true)
        .map_err(sql)?;
    require_known(&connection, path)?;
    connection
        .pragma_update(None, "cache_size", -READERS_CACHE)
        .map_err(sql)?;
    connection.set_prepared_statement_cache_capacity(64);
    Ok(connection)
}

/// Refuses a newer database and another program's. Gives the version, 0 for an empty one.
pub(super) fn require_known(connection: &Connection, path: &Path) -> Result<i64, StoreError> {
    let number = |pragma| connection.pragma_query_value(None, pragma, |row| row.get::<_, i64>(0));
    let read = || {
        let objects = connection.query_row("SELECT count(*) FROM sqlite_schema", [], |row| {
            row.get::<_, i64>(0)
        })?;
        Ok((
            number("application_id")?,
            number("user_version")?,
            objects == 0,
        ))
    };
    match read().map_err(|error| StoreError::sql(path, error))? {
        (APPLICATION_ID, found, _) if found > VERSION => Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: VERSION,
        }),
        (APPLICATION_ID, version, _) if version > 0 => Ok(version),
        (0, 0, true) => Ok(0),
        _ => Err(StoreError::Foreign {
            path: path.to_owned(),
        }),
    }
}

/// Whether the database is of an earlier version.
pub(super) fn is_older(connection: &Connection, path: &Path) -> Result<bool, StoreError> {
    Ok((1..VERSION).contains(&require_known(connection, path)?))
}

/// Switches to write-ahead logging. SQLite does not wait for a lock here when another instance
/// does the same, so this does.
fn use_log(connection: &Connection, busy: Duration) -> rusqlite::Result<()> {
    let began = Instant::now();
    loop {
        let mode = connection
            .pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0));
        match mode {
            Err(error)
                if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy)
                    && began.elapsed() < busy =>
            {
                std::thread::sleep(Duration::from_millis(5));
            }
            other => return other.map(drop),
        }
    }
}

/// Brings the database to [`VERSION`].
pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    migrate_to(VERSION, connection, path)
}

/// Brings the database to a version, at most [`VERSION`]; one of a later version stays as it is. Nobody ever sees one
/// in between: another window would take a new database for an older one, and copy it.
pub(super) fn migrate_to(
    wanted: i64,
    connection: &mut Connection,
    path: &Path,
) -> Result<(), StoreError> {
    let sql = |error| StoreError::sql(path, error);
    let found = require_known(connection, path)?;
    let cleans = (1..WITHOUT_LOGINS).contains(&found) && wanted >= WITHOUT_LOGINS;
    if cleans {
        // What is taken out is overwritten in the file, too.
        connection
            .pragma_update(None, "secure_delete", "ON")
            .map_err(sql)?;
    }
    if found < wanted {
        let transaction = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql)?;
        // Another instance may have been faster.
        let found = require_known(&transaction, path)?;
        for (version, migration) in (1..=wanted).zip(MIGRATIONS) {
            if version <= found {
                continue;
            }
            transaction.execute_batch(migration).map_err(sql)?;
            if version == WITHOUT_LOGINS {
                remove_logins(&transaction).map_err(sql)?;
            }
        }
        for (name, number) in [
            ("application_id", APPLICATION_ID),
            ("user_version", wanted.max(found)),
        ] {
            transaction.pragma_update(None, name, number).map_err(sql)?;
        }
        transaction.commit().map_err(sql)?;
    }
    if cleans {
        // The log still holds the pages as they were. Another instance may be reading it; then its end does this.
        let folded = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        if let Err(error) = folded {
            tracing::info!(%error, "the log of the database was not folded");
        }
        connection
            .pragma_update(None, "secure_delete", "OFF")
            .map_err(sql)?;
    }
    Ok(())
}

/// Takes out of a copy of an earlier version's database what this version keeps out of the database itself: a copy that
/// nobody asked for must not be where a password outlives it. The copy stays of its version.
pub(super) fn clean_copy(path: &Path) -> Result<(), StoreError> {
    let sql = |error| StoreError::sql(path, error);
    let mut copy = Connection::open(path).map_err(sql)?;
    if require_known(&copy, path)? >= WITHOUT_LOGINS {
        return Ok(());
    }
    // What is taken out is overwritten, and never stands in a journal on the disk.
    copy.execute_batch("PRAGMA secure_delete = ON; PRAGMA journal_mode = MEMORY")
        .map_err(sql)?;
    let transaction = copy.transaction().map_err(sql)?;
    remove_logins(&transaction).map_err(sql)?;
    transaction.commit().map_err(sql)
}

/// Takes names and passwords out of the addresses of Spaces, and out of the failures that name them.
fn remove_logins(connection: &Connection) -> rusqlite::Result<()> {
    for (table, column) in [("conversations", "space"), ("messages", "failure")] {
        let mut rows = connection.prepare(&format!(
            "SELECT key, {column} FROM {table} WHERE {column} LIKE '%://%@%'"
        ))?;
        let found = rows.query_map([], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
        })?;
        let found: Vec<(i64, String)> = found.collect::<rusqlite::Result<_>>()?;
        for (key, text) in found {
            connection.execute(
                &format!("UPDATE {table} SET {column} = ?2 WHERE key = ?1"),
                (key, without_logins(&text)),
            )?;
        }
    }
    Ok(())
}
