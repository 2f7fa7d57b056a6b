//! What was changed in a text field, to be undone and done again.
//!
//! Typing is gathered into groups: a word and the spaces behind it, as long as there is no pause
//! and the caret does not go elsewhere. Whatever else changes the text (a paste, a killed line) is
//! a group of its own. The text area's own history is not used: it has an entry for each letter.

use std::collections::VecDeque;
use std::time::Duration;

/// How many groups are kept, the latest.
const GROUPS_KEPT: usize = 10_000;
/// The pause in typing after which another group begins.
const PAUSE: Duration = Duration::from_secs(1);

/// What changed a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A letter was typed.
    Typed,
    /// A letter before the caret was deleted.
    DeletedLeft,
    /// A letter behind the caret was deleted.
    DeletedRight,
    /// Anything else: always a group of its own.
    Whole,
}

/// One part of a text that took the place of another; places are counted in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Change {
    /// Where both begin.
    pub at: usize,
    /// What stood there before.
    pub removed: String,
    /// What stands there since.
    pub inserted: String,
    /// Where the caret stood before.
    pub caret_before: usize,
    /// Where the caret stood after it.
    pub caret_after: usize,
}

/// The changes of a text field.
#[derive(Debug, Clone, Default)]
pub(super) struct Undo {
    done: VecDeque<Change>,
    /// What was undone, the latest last.
    undone: Vec<Change>,
    /// What the last group gathers, and when it was added to; nothing once it is closed.
    gathers: Option<(Kind, Duration)>,
}

impl Undo {
    /// Keeps a change that was made at `now`. What was undone before cannot be done again.
    pub fn record(&mut self, kind: Kind, change: Change, now: Duration) {
        self.undone.clear();
        let goes_on = self
            .gathers
            .is_some_and(|(gathered, last)| gathered == kind && now.saturating_sub(last) < PAUSE);
        self.gathers = (kind != Kind::Whole).then_some((kind, now));
        match self.done.back_mut() {
            Some(group) if goes_on && belongs(kind, group, &change) => join(kind, group, &change),
            _ => {
                if self.done.len() == GROUPS_KEPT {
                    self.done.pop_front();
                }
                self.done.push_back(change);
            }
        }
    }

    /// Ends the last group: the caret went elsewhere.
    pub fn close(&mut self) {
        self.gathers = None;
    }

    /// The change to be undone now.
    pub fn undo(&mut self) -> Option<&Change> {
        self.close();
        self.undone.push(self.done.pop_back()?);
        self.undone.last()
    }

    /// The change to be done again now.
    pub fn redo(&mut self) -> Option<&Change> {
        self.close();
        self.done.push_back(self.undone.pop()?);
        self.done.back()
    }
}

/// Whether a change goes on with a group: at its end, and in the same word or the spaces behind it.
fn belongs(kind: Kind, group: &Change, next: &Change) -> bool {
    let is_space = |c: Option<char>| c.is_some_and(char::is_whitespace);
    let begins_word = |before: Option<char>, c: Option<char>| is_space(before) && !is_space(c);
    match kind {
        Kind::Typed => {
            group.at + group.inserted.len() == next.at
                && !begins_word(
                    group.inserted.chars().next_back(),
                    next.inserted.chars().next(),
                )
        }
        Kind::DeletedLeft => {
            next.at + next.removed.len() == group.at
                && !begins_word(
                    group.removed.chars().next(),
                    next.removed.chars().next_back(),
                )
        }
        Kind::DeletedRight => {
            group.at == next.at
                && !begins_word(
                    group.removed.chars().next_back(),
                    next.removed.chars().next(),
                )
        }
        Kind::Whole => false,
    }
}

fn join(kind: Kind, group: &mut Change, next: &Change) {
    group.caret_after = next.caret_after;
    if kind == Kind::DeletedLeft {
        group.at = next.at;
        group.removed.insert_str(0, &next.removed);
    } else {
        group.inserted.push_str(&next.inserted);
        group.removed.push_str(&next.removed);
    }
}
