//! Completes paths. One listing of the folders serves all letters of a word; each letter is a new
//! request, and only the newest request is answered.

use super::{LOOKED_AT, from_home};
use crate::app::fuzzy::matching;
use ignore::WalkBuilder;
use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

/// The most paths that are offered.
const OFFERED: usize = 50;

/// The paths that were listed last.
#[derive(Default)]
pub struct Paths {
    newest: AtomicU64,
    listing: Mutex<Option<Listing>>,
}

struct Listing {
    root: Root,
    /// Below the root, shallow ones first; folders end in `/`.
    paths: Vec<String>,
}

/// Where completing looks.
#[derive(Default, Clone, PartialEq, Eq)]
struct Root {
    /// The folder as it is typed, with its `/`; empty for the working directory.
    typed: String,
    /// Whether hidden files count.
    with_hidden: bool,
}

impl Paths {
    /// Announces a request before it runs: older requests need no answer any more.
    pub fn is_asked(&self, number: u64) {
        self.newest.store(number, Ordering::Relaxed);
    }

    /// The paths that fit, best first; `None` when something newer is asked. Folders are read
    /// again for the first letter of a word, and when it goes to another folder.
    pub fn complete(&self, number: u64, query: &str, is_first: bool) -> Option<Vec<String>> {
        let mut listing = self.listing.lock().unwrap_or_else(PoisonError::into_inner);
        let (root, rest) = root_of(query);
        // The first question fills the listing for those that came while it waited; threads may
        // also bring a later one here before it.
        let kept = listing.take().filter(|kept| !is_first && kept.root == root);
        let listing = listing.insert(kept.unwrap_or_else(|| Listing {
            paths: list(&root),
            root,
        }));
        if self.newest.load(Ordering::Relaxed) != number {
            return None;
        }
        let found = matching(rest, &listing.paths, |path| path);
        let typed = &listing.root.typed;
        let found = found.into_iter().take(OFFERED);
        Some(found.map(|path| format!("{typed}{path}")).collect())
    }
}

/// Parts what is typed: a path that leaves the working directory is completed in its last folder,
/// any other one below the working directory at every depth.
fn root_of(query: &str) -> (Root, &str) {
    let is_elsewhere = ["/", "~/", "../"]
        .iter()
        .any(|start| query.starts_with(start));
    let end = query.rfind('/').filter(|_| is_elsewhere);
    let (typed, rest) = query.split_at(end.map_or(0, |end| end + 1));
    let root = Root {
        typed: typed.to_owned(),
        with_hidden: rest.starts_with('.') || rest.contains("/."),
    };
    (root, rest)
}

fn list(root: &Root) -> Vec<String> {
    let depth = (!root.typed.is_empty()).then_some(1);
    let folder = match root.typed.as_str() {
        "" => ".".into(),
        typed => from_home(typed),
    };
    let walk = WalkBuilder::new(&folder)
        .require_git(false)
        .hidden(!root.with_hidden)
        .max_depth(depth)
        .filter_entry(|entry| entry.file_name() != ".git")
        .build();
    let entries = walk.take(LOOKED_AT).flatten();
    let mut paths: Vec<String> = entries
        .filter_map(|entry| {
            let below = entry.path().strip_prefix(&folder).ok()?;
            // A name that is no UTF-8 could not be typed.
            let below = below.to_str().filter(|below| !below.is_empty())?;
            let is_folder = entry.path().is_dir();
            Some(with_slashes(below) + if is_folder { "/" } else { "" })
        })
        .collect();
    let depth = |path: &String| path.trim_end_matches('/').matches('/').count();
    paths.sort_unstable_by(|a, b| depth(a).cmp(&depth(b)).then_with(|| a.cmp(b)));
    paths
}

/// A path with `/` between its parts, on every system.
fn with_slashes(path: &str) -> String {
    let parts: Vec<_> = Path::new(path)
        .iter()
        .map(|part| part.to_string_lossy())
        .collect();
    parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_question_that_comes_before_the_first_one_is_answered() {
        let paths = Paths::default();
        paths.is_asked(2);
        let found = paths.complete(2, "Cargo.tom", false).unwrap();
        assert!(found.contains(&"Cargo.toml".to_owned()), "{found:?}");
        assert_eq!(paths.complete(1, "", true), None);
    }

    #[test]
    fn a_folder_elsewhere_is_completed_by_its_own_entries() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["notes.txt", "other.md", ".hidden", "deep/inside.txt"] {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "text").unwrap();
        }
        let root = format!("{}/", folder.path().display());
        let paths = Paths::default();
        let mut number = 0;
        let mut complete = |rest: &str| -> Vec<String> {
            number += 1;
            paths.is_asked(number);
            let found = paths.complete(number, &format!("{root}{rest}"), number == 1);
            let found = found.unwrap().into_iter();
            found.map(|path| path.replace(&root, "")).collect()
        };
        assert_eq!(complete(""), ["deep/", "notes.txt", "other.md"]);
        assert_eq!(complete("nts"), ["notes.txt"]);
        assert_eq!(
            complete("deep/"),
            ["inside.txt"].map(|name| format!("deep/{name}"))
        );
        assert_eq!(complete(".hid"), [".hidden"]);
    }

    #[test]
    fn a_question_that_is_no_longer_the_newest_gets_no_answer() {
        let paths = Paths::default();
        paths.is_asked(2);
        assert_eq!(paths.complete(1, "/", true), None);
        assert!(paths.complete(2, "/", false).is_some());
    }

    #[test]
    fn what_is_typed_tells_where_to_look() {
        let parts = |query| {
            let (root, rest) = root_of(query);
            (root.typed, rest.to_owned(), root.with_hidden)
        };
        let expect = |typed: &str, rest: &str, hidden| (typed.to_owned(), rest.to_owned(), hidden);
        assert_eq!(parts("src/ap"), expect("", "src/ap", false));
        assert_eq!(parts("~/docs/a"), expect("~/docs/", "a", false));
        assert_eq!(parts("../.env"), expect("../", ".env", true));
    }
}
