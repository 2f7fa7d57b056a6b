//! Attachments of a message: pastes and texts, which become part of the prompt, and files, which
//! are sent as they are.
//!
//! Plain data; only [`SentFile::read`] touches the disk, and says so.

use crate::sanitize;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

/// An attachment, shown as one line: a paste, a text, a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// What it is called: `pasted #1`, or a file's path as it was attached.
    pub name: String,
    /// The text, exact but for line ends, which are LF.
    pub text: Arc<str>,
    /// Its estimated tokens, counted once.
    pub tokens: usize,
    /// How many characters of the text do not show; 0 until they are [counted](Self::counted).
    pub hidden: usize,
    /// A file that is sent as it is; `text` is empty then.
    pub file: Option<SentFile>,
    /// The file it was read from, on this machine. It is not exported.
    pub origin: Option<Origin>,
}

/// The state of a file when it was read, to detect changes.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Origin {
    /// Where it is, from the root.
    pub path: PathBuf,
    /// When it was last written; `None` where the file system does not say.
    pub modified: Option<SystemTime>,
    /// Its size in bytes.
    pub size: u64,
}

impl Attachment {
    /// An attachment of this text.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self {
            name: name.into(),
            tokens: super::tokens::estimate(&text),
            text,
            hidden: 0,
            file: None,
            origin: None,
        }
    }

    /// The same with its hidden characters counted. Takes as long as reading the text: where that is large, it is no
    /// work for the loop.
    #[must_use]
    pub fn counted(mut self) -> Self {
        self.hidden = sanitize::count_hidden(&self.text);
        self
    }

    /// What a paste is called, before its number.
    pub const PASTED: &'static str = "pasted #";

    /// Whether it was pasted, and so has no path. An export does not hold the path, so this is decided by the name.
    pub fn is_paste(&self) -> bool {
        self.origin.is_none() && self.name.starts_with(Self::PASTED)
    }

    /// A file that is sent as it is, under its own name.
    pub fn file(file: SentFile) -> Self {
        let name = file.path.file_name().unwrap_or(file.path.as_os_str());
        Self {
            name: name.to_string_lossy().into_owned(),
            text: Arc::from(""),
            tokens: 0,
            hidden: 0,
            file: Some(file),
            origin: None,
        }
    }
}

/// A file that is sent as it is: an image, a PDF.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentFile {
    /// Where it was attached from. Only with [`Content::AtPath`] is it ever opened again; a
    /// foreign export, which could name any file here, never has that.
    pub path: PathBuf,
    /// Its content, as it was when it was attached.
    pub content: Content,
}

/// Where the content of a file is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Content {
    /// Nothing was read of it: what is at the path when it is sent is its content.
    AtPath,
    /// In the store.
    Stored(FileHash, u64),
    /// In memory.
    Here(FileHash, Arc<[u8]>),
}

/// The largest file whose content is kept, in bytes. The store holds each in one piece.
pub const LARGEST_FILE: u64 = 512 << 20;

impl SentFile {
    /// A file that is not read before it is sent. Its path is kept with the working directory
    /// before it, so that it is found from anywhere.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self {
            path: std::path::absolute(&path).unwrap_or(path),
            content: Content::AtPath,
        }
    }

    /// A file of this content, attached from `path`.
    pub fn new(path: impl Into<PathBuf>, content: impl Into<Arc<[u8]>>) -> Self {
        let content = content.into();
        Self {
            content: Content::Here(FileHash::of(&content), content),
            ..Self::at(path)
        }
    }

    /// Reads a file as it is now; blocks for as long as the disk takes. One larger than
    /// `LARGEST_FILE` is an error, with the kind [`io::ErrorKind::FileTooLarge`].
    pub fn read(path: &Path) -> io::Result<Self> {
        if std::fs::metadata(path)?.len() > LARGEST_FILE {
            let detail = format!(
                "it is larger than {} MB, the most that spacechat saves",
                LARGEST_FILE >> 20
            );
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, detail));
        }
        Ok(Self::new(path, std::fs::read(path)?))
    }

    /// Its size in bytes, where that is known.
    pub fn size(&self) -> Option<u64> {
        match &self.content {
            Content::AtPath => None,
            Content::Stored(_, size) => Some(*size),
            Content::Here(_, bytes) => Some(bytes.len() as u64),
        }
    }
}

/// Names a content: its SHA-256.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct FileHash(pub [u8; 32]);

impl FileHash {
    /// The name of this content.
    pub fn of(content: &[u8]) -> Self {
        Self(Sha256::digest(content).into())
    }
}

impl std::fmt::Debug for FileHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

/// Puts the contents of files in memory, read by their names. A content that is not there (`None`)
/// is left out.
pub fn read_contents<E>(
    attachments: &mut [Arc<Attachment>],
    mut read: impl FnMut(FileHash) -> Result<Option<Arc<[u8]>>, E>,
) -> Result<(), E> {
    for attachment in attachments {
        if let Some(SentFile {
            content: Content::Stored(hash, _),
            ..
        }) = attachment.file
            && let Some(content) = read(hash)?
            && let Some(file) = &mut Arc::make_mut(attachment).file
        {
            file.content = Content::Here(hash, content);
        }
    }
    Ok(())
}
