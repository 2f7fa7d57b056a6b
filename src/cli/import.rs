//! The import command: reads a file of any known kind, imports what is new, and reports what it
//! did.
//!
//! The whole file is parsed before anything is saved, and all of it is saved together, so that a
//! damaged file or a full disk leaves nothing half imported. The ids of the file's conversations go
//! to stdout, the summary to stderr.

mod source;

use super::exit::to_stderr;
use super::trouble::Trouble;
use crate::chat::import::{Plan, plan};
use crate::chat::{Change, ConversationId};
use crate::store::Store;
use std::fmt::Write;
use std::path::Path;

/// The result of an import.
#[derive(Default)]
struct Report {
    new: usize,
    here: usize,
    /// Those of `here` that are in the trash.
    trashed: usize,
    grown: usize,
    added: usize,
    /// The new names of copies, with the names that were taken.
    copies: Vec<(ConversationId, ConversationId)>,
}

/// Imports `file`; for `space`, where the file names none. Returns the ids for stdout.
pub(super) fn run(store: &Store, file: &Path, space: &str) -> Result<String, Trouble> {
    let (origin, found) = source::read(file, space)?;
    let mut report = Report::default();
    let mut changes: Vec<Change> = Vec::new();
    let mut names = String::new();
    for imported in found {
        let mut id = imported.conversation.id;
        let here = store.reader.load(id)?;
        let conversation = here.as_ref().map(|here| &here.conversation);
        match plan(imported, conversation, origin) {
            Plan::New(of_it) => {
                report.new += 1;
                changes.extend(of_it);
            }
            Plan::Grown(added, of_it) => {
                report.grown += 1;
                report.added += added;
                changes.extend(of_it);
            }
            Plan::Here => {
                report.here += 1;
                report.trashed += usize::from(here.is_some_and(|here| here.trashed));
            }
            Plan::Copy(copy, of_it) => {
                report.copies.push((copy.id, id));
                id = copy.id;
                changes.extend(of_it);
            }
        }
        // Writing to a string cannot fail.
        let _ = writeln!(names, "{id}");
    }
    store.handle.send_all(changes);
    report.print();
    Ok(names)
}

impl Report {
    fn print(&self) {
        let copied = self.copies.len();
        to_stderr(&format!(
            "{} imported, {} already here.",
            self.new + copied,
            self.here + self.grown
        ));
        if self.grown > 0 {
            to_stderr(&format!(
                "Extended {} of those already here by {}.",
                self.grown,
                counted(self.added, "message")
            ));
        }
        if self.trashed > 0 {
            to_stderr(&format!(
                "In the trash: {} of those already here. spacechat list --trash shows them.",
                self.trashed
            ));
        }
        for (copy, taken) in &self.copies {
            to_stderr(&format!(
                "{taken} is already here with other contents and stays as it is. The imported copy is {copy}."
            ));
        }
    }
}

fn counted(count: usize, thing: &str) -> String {
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {thing}{plural}")
}
