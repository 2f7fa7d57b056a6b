//! Copies of the whole database in a new file: one that the user asks for, and one of the database as it was, before
//! this version changes its tables.
//!
//! A copy is of one moment and overwrites nothing. Bringing one back is the user's business: it is an ordinary database.

use super::{StoreError, schema};
use crate::private_file;
use rusqlite::Connection;
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

/// Writes the database of this connection, which is the file `from`, into the new file `to`, for the user alone.
pub(super) fn write(connection: &Connection, from: &Path, to: &Path) -> Result<(), StoreError> {
    let fail = |error| StoreError::io(to, error);
    let file = private_file::options()
        .write(true)
        .create_new(true)
        .open(to)
        .map_err(fail)?;
    let written = match to.to_str() {
        // SQLite takes an empty file for a new one.
        Some(name) => connection
            .execute("VACUUM INTO ?1", [name])
            .map_err(|error| StoreError::sql(from, error)),
        None => Err(fail(io::ErrorKind::InvalidFilename.into())),
    };
    let written = written.and_then(|_| file.sync_all().map_err(fail));
    if written.is_err() {
        let _ = fs::remove_file(to);
    }
    written
}

/// Copies a database of an earlier version beside itself, under a name that tells the version. Gives where the copy is.
///
/// What this version takes out of the database for safety is taken out of the copy too.
pub(super) fn before_migration(
    connection: &Connection,
    path: &Path,
) -> Result<PathBuf, StoreError> {
    let version = schema::require_known(connection, path)?;
    let to = free_name(path, version);
    // Under its own name only when it is whole: what a killed program leaves is no backup.
    let unfinished = to.with_extension("unfinished");
    match fs::remove_file(&unfinished) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            return Err(StoreError::io(&unfinished, error));
        }
        _ => {}
    }
    let written = write(connection, path, &unfinished)
        .and_then(|()| schema::clean_copy(&unfinished))
        .and_then(|()| {
            File::open(&unfinished)
                .and_then(|file| file.sync_all())
                .and_then(|()| fs::rename(&unfinished, &to))
                .map_err(|error| StoreError::io(&to, error))
        });
    if written.is_err() {
        let _ = fs::remove_file(&unfinished);
    }
    written.map(|()| to)
}

/// A name that is not taken: `spacechat-version-4.db`, then `spacechat-version-4-2.db`, where the user has put an earlier
/// copy back.
fn free_name(path: &Path, version: i64) -> PathBuf {
    let name =
        |number: &str| path.with_file_name(format!("spacechat-version-{version}{number}.db"));
    let mut to = name("");
    let mut number = 2;
    while to.exists() {
        to = name(&format!("-{number}"));
        number += 1;
    }
    to
}
