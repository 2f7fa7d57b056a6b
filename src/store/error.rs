//! The errors of the store, in words for a user: what happened, where, what to do.

use crate::chat::{ConversationId, MessageId};
use rusqlite::ErrorCode;
use std::io;
use std::path::{Path, PathBuf};

/// Why the store could not be opened, read or written. Nothing was overwritten.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// A newer spacechat wrote it.
    #[error(
        "{} was written by a newer spacechat (format {found}, known up to {known})",
        path.display()
    )]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its version.
        found: i64,
        /// The newest version that is understood here.
        known: i64,
    },
    /// It is not a database, or parts of it are damaged.
    #[error("{} is damaged: {detail}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// What is wrong with it.
        detail: String,
        /// The error of SQLite, where it is one.
        source: Option<Box<rusqlite::Error>>,
    },
    /// It is a database of another program.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// Its path is not a file.
    #[error("{} is not a file", path.display())]
    NotAFile {
        /// Its place.
        path: PathBuf,
    },
    /// The path of the data directory is not a directory.
    #[error("the data directory {} is not a directory", path.display())]
    NotADirectory {
        /// The data directory.
        path: PathBuf,
    },
    /// There is no store.
    #[error("{} does not exist", path.display())]
    Missing {
        /// The database.
        path: PathBuf,
    },
    /// The permissions to use it are missing.
    #[error("no permission to use {}", path.display())]
    Denied {
        /// The file or directory.
        path: PathBuf,
    },
    /// It can be read but not written.
    #[error("{} cannot be written", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// Another program held it for too long.
    #[error("{} is locked by another program", path.display())]
    Locked {
        /// The database.
        path: PathBuf,
    },
    /// A window of an earlier version is open, and this one would change the database under it.
    #[error("{} is in use by a spacechat of an earlier version", path.display())]
    OlderWindow {
        /// The database.
        path: PathBuf,
    },
    /// The disk is full.
    #[error("no space is left for {}", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// The system refused a read or a write: a quota, a limit, a disk that fails or is gone.
    #[error("{} could not be read or written: {detail}", path.display())]
    Disk {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
        /// The error itself.
        source: Box<rusqlite::Error>,
    },
    /// The file to write exists.
    #[error("{} already exists", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// A message or head for a conversation, or a piece for a message, that is not in the store.
    #[error("there is no {0} in the store")]
    Unknown(String),
    /// The system refused.
    #[error("{}: {source}", path.display())]
    Io {
        /// The file or directory.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// The database refused, for a reason that is none of the above.
    #[error("{}: {detail}", path.display())]
    Sql {
        /// The database.
        path: PathBuf,
        /// What SQLite says.
        detail: String,
        /// The error itself.
        source: Box<rusqlite::Error>,
    },
}

impl StoreError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::Newer { .. } => {
                "Update spacechat, or use another data directory with --data-dir."
            }
            Self::Damaged { .. } => {
                "It stays as it is. Restore a backup, or copy what can be read with spacechat doctor --rescue FILE."
            }
            Self::Foreign { .. } | Self::NotAFile { .. } => {
                "Move it away, or use another data directory with --data-dir."
            }
            Self::NotADirectory { .. } => "Name a directory with --data-dir.",
            Self::Missing { .. } => "Check the data directory that --data-dir names.",
            Self::Denied { .. } => {
                "Check its owner and permissions, or use another data directory with --data-dir."
            }
            Self::ReadOnly { .. } => {
                "Make it and its directory writable, or use another data directory with --data-dir."
            }
            Self::Locked { .. } => {
                "End the program that uses it (a backup or another spacechat, perhaps) and try again."
            }
            Self::OlderWindow { .. } => {
                "Quit every open spacechat (Ctrl+Q), then start spacechat again."
            }
            Self::Full { .. } => "Make room on the disk. Waiting changes are saved then.",
            Self::Disk { .. } => {
                "Check the disk, its free space and your quota. Waiting changes are saved as soon as possible."
            }
            Self::Exists { .. } => "Name a file that does not exist.",
            Self::Unknown(_) => {
                "Another window may have deleted it for good. Copy what you need from here."
            }
            Self::Io { .. } => "Check the disk and the permissions of the data directory.",
            Self::Sql { .. } => "spacechat doctor examines the store.",
        }
    }

    /// Whether the same write may succeed later.
    pub(super) fn is_passing(&self) -> bool {
        matches!(
            self,
            Self::Locked { .. }
                | Self::Full { .. }
                | Self::Disk { .. }
                | Self::ReadOnly { .. }
                | Self::Denied { .. }
        )
    }

    /// Names what SQLite says about the database at `path`.
    pub(super) fn sql(path: &Path, error: rusqlite::Error) -> Self {
        let path = path.to_owned();
        let (detail, source) = (error.to_string(), Box::new(error));
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged {
                path,
                detail,
                source: Some(source),
            },
            Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => Self::Locked { path },
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::SystemIoFailure) => Self::Disk {
                path,
                detail,
                source,
            },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            Some(ErrorCode::PermissionDenied | ErrorCode::CannotOpen) => Self::Denied { path },
            _ => Self::Sql {
                path,
                detail,
                source,
            },
        }
    }

    /// Names what the system says about `path`.
    pub(super) fn io(path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::PermissionDenied => Self::Denied { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => Self::Full { path },
            io::ErrorKind::NotFound => Self::Missing { path },
            io::ErrorKind::AlreadyExists => Self::Exists { path },
            _ => Self::Io { path, source },
        }
    }
}

/// Notices of the store when it is opened and while it works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreNotice {
    /// The database was of an earlier version and is of this one now. Told when it is opened.
    Migrated {
        /// The version that it was of.
        from: i64,
        /// Where it is as it was.
        backup: PathBuf,
        /// The same in words.
        message: String,
    },
    /// The store cannot be written now. The jobs are kept in memory and tried again.
    Waiting {
        /// How many jobs wait.
        jobs: usize,
        /// What happened, and where.
        message: String,
        /// What the user can do.
        hint: String,
    },
    /// Writing works again, and all that waited is saved.
    Recovered,
    /// Something was not saved and will not be tried again.
    NotSaved {
        /// What it was: `a message`, `the draft` …
        what: String,
        /// What happened, and where.
        message: String,
        /// What the user can do.
        hint: String,
    },
    /// Another instance moved the conversation's head first; its head stays.
    HeadElsewhere {
        /// The conversation.
        conversation: ConversationId,
        /// The head that stays.
        head: Option<MessageId>,
    },
}
