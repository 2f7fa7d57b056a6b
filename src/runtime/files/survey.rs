//! What a folder or a pattern holds: which files would be attached, and which not, and why.
//!
//! `.gitignore` and `.ignore` are respected, hidden files and links are left out. Only the
//! beginnings of files are read here: the user decides on the [`Survey`] first.

use super::{LOOKED_AT, name_of, text};
use crate::app::files::{FoundFile, Survey};
use globset::{GlobBuilder, GlobMatcher};
use ignore::{DirEntry, WalkBuilder};
use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// The most files that are taken at once.
const FILES: usize = 500;
/// The most that they may hold together, in bytes.
const TOGETHER: u64 = 32 << 20;
/// The most omitted files that are listed one by one.
const TOLD: usize = 500;
/// How much of a file is examined for being text, in bytes.
const HEAD: u64 = 8 << 10;

/// Whether a name is meant as a pattern.
pub fn is_pattern(named: &str) -> bool {
    named.contains(['*', '?', '[', '{'])
}

/// What is in a folder, at any depth.
pub fn folder(named: &str, path: &Path) -> Survey {
    survey(named, path, None, None)
}

/// What matches a pattern as a shell would read it: `*` stays in its folder, `**` goes into all.
pub fn pattern(named: &str, path: &Path) -> Result<Survey, String> {
    let whole = path.to_string_lossy();
    let matcher = GlobBuilder::new(whole.strip_prefix("./").unwrap_or(&whole))
        .literal_separator(true)
        .build()
        .map_err(|error| format!("{named} is not a valid pattern: {}.", error.kind()))?;
    let is_fixed = |part: &&std::ffi::OsStr| !is_pattern(&part.to_string_lossy());
    let fixed: PathBuf = path.iter().take_while(is_fixed).collect();
    let parts = path.iter().count() - fixed.iter().count();
    let depth = (!named.contains("**")).then_some(parts);
    let root = if fixed.as_os_str().is_empty() {
        Path::new(".")
    } else {
        &fixed
    };
    let matcher = matcher.compile_matcher();
    Ok(survey(named, root, Some(&matcher), depth))
}

fn survey(named: &str, root: &Path, matcher: Option<&GlobMatcher>, depth: Option<usize>) -> Survey {
    let mut surveying = Surveying {
        survey: Survey {
            of: named.to_owned(),
            ..Survey::default()
        },
        base: base(root),
        matcher,
        unseen: BTreeSet::new(),
    };
    let walk = WalkBuilder::new(root)
        .require_git(false)
        .max_depth(depth)
        .sort_by_file_name(std::cmp::Ord::cmp)
        .build();
    for (looked_at, entry) in walk.enumerate() {
        if looked_at == LOOKED_AT {
            surveying.survey.ended_at = Some(LOOKED_AT);
            break;
        }
        match entry {
            Ok(entry) => surveying.take(&entry, depth),
            Err(error) => surveying.leave(named.to_owned(), &error),
        }
    }
    surveying.done()
}

/// What of a path below `root` is cut to make a name: everything where the root stands below the
/// working directory, and else all above the root's own name.
fn base(root: &Path) -> PathBuf {
    if root.is_relative() {
        return PathBuf::new();
    }
    match std::env::current_dir() {
        Ok(here) if root.starts_with(&here) => here,
        _ => root.parent().unwrap_or(root).to_path_buf(),
    }
}

struct Surveying<'a> {
    survey: Survey,
    base: PathBuf,
    matcher: Option<&'a GlobMatcher>,
    /// Entries of the folders that the walk did not meet.
    unseen: BTreeSet<PathBuf>,
}

impl Surveying<'_> {
    fn take(&mut self, entry: &DirEntry, depth: Option<usize>) {
        let path = entry.path();
        self.unseen.remove(path);
        let Some(kind) = entry.file_type() else {
            return;
        };
        if kind.is_dir() {
            if depth.is_none_or(|depth| entry.depth() < depth)
                && let Ok(inside) = path.read_dir()
            {
                let inside = inside.take(LOOKED_AT).flatten();
                self.unseen.extend(inside.map(|inside| inside.path()));
            }
            return;
        }
        if !self.is_meant(path) {
            return;
        }
        let name = self.name(path);
        if kind.is_symlink() {
            self.leave(name, &"a link");
        } else if kind.is_file() {
            match size_of_text(path) {
                Ok(size) => self.add(path, name, size),
                Err(error) => self.leave(name, &error),
            }
        } else {
            self.leave(name, &"no file");
        }
    }

    fn add(&mut self, path: &Path, name: String, size: u64) {
        if self.survey.taken.len() == FILES {
            self.leave(name, &format!("more than {FILES} files"));
        } else if self.survey.size() + size > TOGETHER {
            self.leave(name, &format!("more than {} MB together", TOGETHER >> 20));
        } else {
            let path = path.to_path_buf();
            self.survey.taken.push(FoundFile { path, name, size });
        }
    }

    fn leave(&mut self, name: String, why: &dyn std::fmt::Display) {
        self.survey.left.push((name, why.to_string()));
    }

    fn is_meant(&self, path: &Path) -> bool {
        let path = path.strip_prefix(".").unwrap_or(path);
        self.matcher.is_none_or(|matcher| matcher.is_match(path))
    }

    fn name(&self, path: &Path) -> String {
        match path.strip_prefix(&self.base) {
            Ok(below) if !self.base.as_os_str().is_empty() => below.to_string_lossy().into_owned(),
            _ => name_of(path),
        }
    }

    fn done(mut self) -> Survey {
        // After an incomplete walk it is unknown what else was ignored.
        if self.survey.ended_at.is_none() {
            for path in std::mem::take(&mut self.unseen) {
                let is_hidden = path
                    .file_name()
                    .is_some_and(|name| name.to_string_lossy().starts_with('.'));
                if self.is_meant(&path) {
                    let name = self.name(&path) + if path.is_dir() { "/" } else { "" };
                    let why = if is_hidden { "hidden" } else { "in .gitignore" };
                    self.leave(name, &why);
                }
            }
        }
        let left = &mut self.survey.left;
        if left.len() > TOLD {
            let more = left.len() - TOLD;
            left.truncate(TOLD);
            left.push((format!("and {more} more"), String::new()));
        }
        self.survey
    }
}

/// The size of a text file, in bytes; an error says why it is not taken.
fn size_of_text(path: &Path) -> io::Result<u64> {
    let file = File::open(path)?;
    let size = file.metadata()?.len();
    let mut head = Vec::new();
    file.take(HEAD).read_to_end(&mut head)?;
    if head.is_empty() {
        return Err(io::Error::other("empty"));
    }
    if !text::looks_like_text(&head, size <= HEAD) {
        return Err(io::Error::other("not text, attach it by its own name"));
    }
    Ok(size)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn project() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("project");
        for (path, content) in [
            (".gitignore", &b"/target\n*.log\n"[..]),
            ("src/main.rs", b"fn main() {}\n"),
            ("src/deep/part.rs", b"// part\n"),
            ("notes.md", b"# Notes\n"),
            ("trace.log", b"noise\n"),
            ("target/out.rs", b"made\n"),
            ("image.png", b"\x89PNG\r\n\x1a\n\0"),
            ("nothing.txt", b""),
        ] {
            let path = root.join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, content).unwrap();
        }
        folder
    }

    fn names(survey: &Survey) -> Vec<&str> {
        survey
            .taken
            .iter()
            .map(|found| found.name.as_str())
            .collect()
    }

    #[test]
    fn a_folder_gives_its_text_files_and_says_why_the_others_stay() {
        let folder = project();
        let survey = super::folder("project", &folder.path().join("project"));
        assert_eq!(
            names(&survey),
            [
                "project/notes.md",
                "project/src/deep/part.rs",
                "project/src/main.rs"
            ]
        );
        let mut left: Vec<(&str, &str)> = survey
            .left
            .iter()
            .map(|(name, why)| (name.as_str(), why.as_str()))
            .collect();
        left.sort_unstable();
        assert_eq!(
            left,
            [
                ("project/.gitignore", "hidden"),
                ("project/image.png", "not text, attach it by its own name"),
                ("project/nothing.txt", "empty"),
                ("project/target/", "in .gitignore"),
                ("project/trace.log", "in .gitignore"),
            ]
        );
        assert_eq!(survey.size(), 29);
    }

    #[test]
    fn a_pattern_is_read_as_a_shell_reads_it() {
        let folder = project();
        let root = folder.path().join("project");
        let found = |glob: &str| -> usize {
            let path = root.join(glob);
            let survey = pattern(glob, &path).unwrap();
            survey.taken.len()
        };
        assert_eq!(found("src/*.rs"), 1);
        assert_eq!(found("**/*.rs"), 2);
        assert_eq!(found("*.{md,rs}"), 1);
        assert_eq!(found("*.log"), 0);
        assert!(
            pattern("[", Path::new("["))
                .unwrap_err()
                .contains("not a valid pattern")
        );
    }
}
