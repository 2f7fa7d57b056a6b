//! The data directory and the database file: made and kept for the user alone.
//!
//! Looks at the file before SQLite does, because opening a file with SQLite can change it.

use super::StoreError;
use super::schema::{APPLICATION_ID, VERSION};
use crate::private_file;
use std::fs::{self, File};
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

/// The directory of the lock files of instances, in the data directory.
pub(super) const INSTANCES: &str = "instances";

/// What every SQLite database begins with (<https://sqlite.org/fileformat2.html>).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// Creates `dir` and the database file where they are missing, narrows permissions to the user's
/// own, and refuses a file that is not a database of this program. Returns the database's path.
pub(super) fn prepare(dir: &Path) -> Result<PathBuf, StoreError> {
    make_directory(dir)?;
    let path = dir.join(super::FILE_NAME);
    match fs::metadata(&path) {
        Ok(found) if !found.is_file() => return Err(StoreError::NotAFile { path }),
        Ok(_) => look_at(&path)?,
        Err(error) if error.kind() == ErrorKind::NotFound => {
            private_file::options()
                .create(true)
                .append(true)
                .open(&path)
                .map_err(|error| StoreError::io(&path, error))?;
        }
        Err(error) => return Err(StoreError::io(&path, error)),
    }
    narrow_database(&path)?;
    Ok(path)
}

/// Creates a private directory with its parents.
pub(super) fn make_directory(dir: &Path) -> Result<(), StoreError> {
    if let Err(error) = private_file::make_folder(dir) {
        let taken = matches!(
            error.kind(),
            ErrorKind::AlreadyExists | ErrorKind::NotADirectory
        );
        return Err(if taken {
            StoreError::NotADirectory {
                path: dir.to_owned(),
            }
        } else {
            StoreError::io(dir, error)
        });
    }
    if holds_only_ours(dir)? {
        narrow(dir, 0o700)?;
    }
    Ok(())
}

/// Whether nothing but the store's files is in `dir`. A directory that also serves others, named
/// by `--data-dir`, keeps its rights: the files in it are private anyway.
fn holds_only_ours(dir: &Path) -> Result<bool, StoreError> {
    let entries = fs::read_dir(dir).map_err(|error| StoreError::io(dir, error))?;
    Ok(entries.filter_map(Result::ok).all(|entry| {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        name.starts_with("spacechat") || name.starts_with(INSTANCES)
    }))
}

/// Removes the permissions of others from the database and the files that SQLite keeps beside it.
pub(super) fn narrow_database(path: &Path) -> Result<(), StoreError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = path.as_os_str().to_owned();
        name.push(suffix);
        let file = PathBuf::from(name);
        match narrow(&file, 0o600) {
            // SQLite may remove the companions at any time.
            Err(StoreError::Missing { .. }) => {}
            other => other?,
        }
    }
    Ok(())
}

fn narrow(path: &Path, mode: u32) -> Result<(), StoreError> {
    private_file::narrow(path, mode).map_err(|error| StoreError::io(path, error))
}

/// Refuses a file whose first bytes show that it is not this program's database. An empty file
/// passes: it is a database to which nothing was written yet.
fn look_at(path: &Path) -> Result<(), StoreError> {
    let fail = |error| StoreError::io(path, error);
    let file = File::open(path).map_err(fail)?;
    let mut header = Vec::new();
    (&file).take(100).read_to_end(&mut header).map_err(fail)?;
    // Behind the header: another instance may make the file longer meanwhile, never shorter.
    let length = file.metadata().map_err(fail)?.len();
    if header.is_empty() {
        return Ok(());
    }
    let damaged = |detail: &str| {
        Err(StoreError::Damaged {
            path: path.to_owned(),
            detail: detail.to_owned(),
            source: None,
        })
    };
    if header.len() < 100 || !header.starts_with(MAGIC) {
        return damaged("it does not start like a database");
    }
    let found = i64::from(big_endian(&header, 60));
    let application = i64::from(big_endian(&header, 68));
    if application == APPLICATION_ID && found > VERSION {
        return Err(StoreError::Newer {
            path: path.to_owned(),
            found,
            known: VERSION,
        });
    }
    let page = match u64::from(big_endian(&header, 16) >> 16) {
        1 => 65536,
        page => page,
    };
    // While a log stands beside it, the file may be behind what its header says.
    let log = fs::metadata(path.with_extension("db-wal")).map_or(0, |log| log.len());
    if log == 0 && u64::from(big_endian(&header, 28)) * page > length {
        return damaged("its end is missing");
    }
    Ok(())
}

/// The four bytes at `offset` as a number; 0 where there are none.
fn big_endian(bytes: &[u8], offset: usize) -> u32 {
    let four = bytes.get(offset..offset + 4);
    four.and_then(|four| four.try_into().ok())
        .map_or(0, u32::from_be_bytes)
}
