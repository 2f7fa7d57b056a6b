//! The instances of the program that use the data directory, each with a lock file.
//!
//! The system releases a lock when its program ends, however it ends, so that a lock that can be
//! had means a dead owner. A file is locked before it gets its final name, so that a living
//! instance is never taken for a dead one.

use super::{StoreError, files};
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;
use uuid::Uuid;

/// How often an instance tries to get its lock while others look at the file.
const ATTEMPTS: usize = 1000;

/// How long it waits in between: who looks may have been put aside by the system in that moment.
const PAUSE: Duration = Duration::from_millis(1);

/// This instance: it counts as living until this is dropped or the program ends.
#[derive(Debug)]
pub(super) struct Instance {
    /// The name that streaming messages and unsent drafts have as their writer.
    pub name: String,
    directory: PathBuf,
    path: PathBuf,
    _lock: File,
}

impl Instance {
    /// Registers an instance in the data directory `dir`, and removes what dead ones left.
    pub(super) fn begin(dir: &Path) -> Result<Self, StoreError> {
        let directory = dir.join(files::INSTANCES);
        files::make_directory(&directory)?;
        remove_dead(&directory);
        let name = Uuid::now_v7().to_string();
        let path = directory.join(&name);
        // Between the making and the locking, another instance may look at the new file, which
        // keeps its lock for a moment, and sweep it away.
        for _ in 0..ATTEMPTS {
            let new = directory.join(format!("{name}.new"));
            let lock = crate::private_file::options()
                .create(true)
                .append(true)
                .open(&new)
                .map_err(|error| StoreError::io(&new, error))?;
            // Without file locks, living and dead instances look the same; then a reply may be
            // marked interrupted too early, which is corrected when it is finished.
            if matches!(lock.try_lock(), Err(TryLockError::WouldBlock)) {
                std::thread::sleep(PAUSE);
            } else if fs::rename(&new, &path).is_ok() {
                return Ok(Self {
                    name,
                    directory,
                    path,
                    _lock: lock,
                });
            }
        }
        Err(StoreError::Locked { path })
    }

    /// Whether the instance of this name lives, this one included.
    pub(super) fn is_alive(&self, name: &str) -> bool {
        name == self.name || (Uuid::try_parse(name).is_ok() && held(&self.directory.join(name)))
    }

    /// Whether an instance that began before this one lives: names are in the order of time.
    pub(super) fn is_younger(&self) -> bool {
        let entries = fs::read_dir(&self.directory).into_iter().flatten();
        let names = entries.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
        let mut older = names.filter(|name| *name < self.name);
        older.any(|name| self.is_alive(&name))
    }
}

impl Drop for Instance {
    fn drop(&mut self) {
        // What stays is swept by the next instance.
        let _ = fs::remove_file(&self.path);
    }
}

/// Whether a program holds the lock of this file.
fn held(path: &Path) -> bool {
    match File::open(path) {
        // A shared lock, so that two instances that check do not take each other for the owner.
        Ok(file) => matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)),
        Err(_) => false,
    }
}

fn remove_dead(directory: &Path) {
    let Ok(entries) = fs::read_dir(directory) else {
        return;
    };
    for entry in entries.filter_map(Result::ok) {
        if !held(&entry.path()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}
