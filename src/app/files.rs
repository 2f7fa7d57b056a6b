//! Files and paths as the program speaks of them before anything is attached. Plain data: the disk is read elsewhere.

use std::path::PathBuf;

/// A file that can be attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundFile {
    /// Where it is.
    pub path: PathBuf,
    /// What the attachment will be called.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What a folder or a pattern holds, before anything of it is in the tray.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// The folder or the pattern, as the user named it.
    pub of: String,
    /// The files that would be taken.
    pub taken: Vec<FoundFile>,
    /// What would not, and why.
    pub left: Vec<(String, String)>,
    /// How many paths were looked at, where there are more than that.
    pub ended_at: Option<usize>,
}

impl Survey {
    /// The size of all that would be taken, in bytes.
    pub fn size(&self) -> u64 {
        self.taken.iter().map(|found| found.size).sum()
    }
}

/// A paste that may be a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PastedPath {
    /// What stands in the composer.
    pub text: String,
    /// The path that it means.
    pub path: String,
}
