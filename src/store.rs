//! The data on disk: conversations, drafts, attachments and the search index, in one SQLite file in
//! the data directory.
//!
//! One thread owns the connection that writes. It takes [`crate::chat::Change`]s in order, puts those that wait
//! together into one transaction, and fills the search index when nothing waits. [`Reader`]s have connections of their
//! own and never wait for it. Several instances of the program may use the same directory; a lock file for each shows
//! which are alive. Unsent drafts belong to the instance that wrote them and, once that is gone, to the next window
//! that opens the conversation.
//!
//! Nothing here knows of the screen or of providers.

mod apply;
mod backup;
mod check;
mod derived;
mod error;
mod files;
mod index;
mod instance;
mod learned;
mod llm_log;
mod load;
mod presets;
mod query;
mod reader;
mod recover;
mod rescue;
mod row;
mod schema;
mod search;
mod texts;
mod writer;

#[cfg(test)]
mod tests;

pub use check::Check;
pub use error::{StoreError, StoreNotice};
pub use llm_log::llm_log;
pub use load::Loaded;
pub use reader::{Interrupt, PrefixMatch, Reader};
pub use rescue::Rescued;
pub use writer::StoreHandle;

use rusqlite::Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The database's name in the data directory.
pub const FILE_NAME: &str = "spacechat.db";

/// How long a connection waits for another instance's lock before it says so.
const BUSY: Duration = Duration::from_secs(5);

/// How often to check for an older window.
const POLL: Duration = Duration::from_millis(20);

/// An open data directory: send changes to `handle`, read with `reader`.
#[derive(Debug)]
pub struct Store {
    /// Takes changes; clone it for each writer.
    pub handle: StoreHandle,
    /// Reads; `Reader::again` gives further ones.
    pub reader: Reader,
    /// How many replies were interrupted by the end of the program that received them.
    pub interrupted: usize,
}

impl Store {
    /// Opens the store in `dir`, and makes both where they are missing: the directory for the
    /// user alone (0700), the file likewise (0600); wider rights are narrowed. An older
    /// database is brought up to date, and a copy of it as it was stays beside it. Replies whose program died become interrupted. Blocks for
    /// as long as the disk takes, and at most some seconds for another instance's lock.
    ///
    /// `on_notice` is called here with what became of an older database, and later on the writer's thread with what
    /// could not be saved and why.
    ///
    /// A file that cannot be used (newer, damaged, foreign, locked, not readable) stays as it is,
    /// and the error says what to do.
    pub fn open(
        dir: &Path,
        on_notice: impl Fn(StoreNotice) + Send + 'static,
    ) -> Result<Self, StoreError> {
        Self::open_within(dir, BUSY, on_notice)
    }

    /// [`Store::open`] with another patience for locks.
    fn open_within(
        dir: &Path,
        busy: Duration,
        on_notice: impl Fn(StoreNotice) + Send + 'static,
    ) -> Result<Self, StoreError> {
        let path = files::prepare(dir)?;
        let instance = Arc::new(instance::Instance::begin(dir)?);
        let mut connection = schema::open(&path, busy)?;
        let began = Instant::now();
        // A window of an earlier version that is open could not go on with a database of this one.
        // Of several that begin together, the first brings it up to date.
        while schema::is_older(&connection, &path)? && instance.is_younger() {
            if began.elapsed() >= busy {
                return Err(StoreError::OlderWindow { path });
            }
            std::thread::sleep(POLL);
        }
        bring_up_to_date(&mut connection, &path, &on_notice)?;
        let interrupted = recover::interrupt_orphans(&mut connection, &instance)
            .map_err(|error| StoreError::sql(&path, error))?;
        files::narrow_database(&path)?;
        let database = DatabaseFile {
            path,
            busy,
            instance,
        };
        let reader = Reader::open(database.clone())?;
        let handle = writer::start(connection, database, on_notice)?;
        Ok(Self {
            handle,
            reader,
            interrupted,
        })
    }

    /// Examines the store in `dir` without changing it; reads the whole file.
    pub fn check(dir: &Path) -> Result<Check, StoreError> {
        check::check(&dir.join(FILE_NAME), BUSY)
    }

    /// Writes what can be read of the store in `dir`, which may be damaged, into the new database `to`. Changes
    /// nothing in `dir`; reads the whole file.
    pub fn rescue(dir: &Path, to: &Path) -> Result<Rescued, StoreError> {
        rescue::rescue(&dir.join(FILE_NAME), to, BUSY)
    }
}

/// Makes the tables of this version. A database of an earlier one is copied first; without a copy it stays as it is.
fn bring_up_to_date(
    connection: &mut Connection,
    path: &Path,
    on_notice: &impl Fn(StoreNotice),
) -> Result<(), StoreError> {
    let from = schema::require_known(connection, path)?;
    if from == 0 || from == schema::VERSION {
        return schema::migrate(connection, path);
    }
    let backup = backup::before_migration(connection, path)?;
    schema::migrate(connection, path)?;
    tracing::info!(from, to = schema::VERSION, backup = %backup.display(), "the database was brought up to date");
    let message = format!(
        "The conversations are kept in a newer format now. As they were, they are in {}",
        backup.display()
    );
    on_notice(StoreNotice::Migrated {
        from,
        backup,
        message,
    });
    Ok(())
}

/// Where the database is, and who uses it: what every connection is made from.
#[derive(Debug, Clone)]
struct DatabaseFile {
    path: PathBuf,
    busy: Duration,
    instance: Arc<instance::Instance>,
}
