//! The state of a search in a conversation: what is looked for, what was asked, where it was found.
//!
//! Moving through the hits is not here, nor is the searching itself.

use super::OpenConversation;
use crate::app::editor::Editor;
use crate::app::rows::Hits;
use crate::chat::MessageId;
use std::sync::Arc;
use std::time::Duration;

/// A search in a conversation.
#[derive(Debug, Clone, Default)]
pub struct Find {
    /// What is looked for.
    pub query: Editor,
    /// Where it was found.
    pub hits: Arc<Hits>,
    /// The place that is looked at.
    pub at: Option<usize>,
    /// What the newest search was for; an answer to another one is dropped.
    pub(in crate::app) asked: Option<Asked>,
    /// Whether it has not been answered.
    pub(in crate::app) is_searching: bool,
    /// What has become of the texts since it was asked for.
    pub(in crate::app) since: Since,
    /// When a reply that grows may be searched again, in uptime.
    pub(in crate::app) again_at: Duration,
    /// Whether the query was answered, so that the view stays where it is.
    pub(in crate::app) is_answered: bool,
    /// The message in which the first place is to be shown.
    pub(in crate::app) landing: Option<MessageId>,
}

/// What has become of the texts since a search was asked for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Since {
    /// Nothing.
    #[default]
    Same,
    /// A reply has grown: they are searched again after a while.
    Grown,
    /// They are searched again as soon as possible.
    Changed,
}

/// What a search depends on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asked {
    /// Names it.
    pub number: u64,
    /// The words.
    pub query: String,
    /// The width of the transcript, in cells.
    pub width: usize,
    /// The last message.
    pub head: Option<MessageId>,
    /// When, in uptime.
    pub at: Duration,
}

/// Has the texts searched again when next possible: one of them has changed.
pub(in crate::app) fn changed(open: &mut OpenConversation) {
    if let Some(find) = &mut open.find {
        find.since = Since::Changed;
    }
}

/// Has the texts searched again after a while: a reply grows.
pub(in crate::app) fn grown(open: &mut OpenConversation) {
    if let Some(find) = &mut open.find {
        find.since = find.since.max(Since::Grown);
    }
}

impl Find {
    /// When the grown reply is to be searched, in uptime, if it is.
    pub(in crate::app) fn wake_at(&self) -> Option<Duration> {
        let is_waiting = self.since == Since::Grown && !self.is_searching && !self.query.is_empty();
        is_waiting.then_some(self.again_at)
    }

    /// How far the search is, in words: `3 of 17`.
    pub fn status(&self) -> String {
        match (self.at, self.hits.len()) {
            _ if self.query.is_empty() => String::new(),
            (_, 0) if self.is_searching => "…".to_owned(),
            (_, 0) => "nothing found".to_owned(),
            (at, count) => format!("{} of {count}", at.map_or(1, |at| at + 1)),
        }
    }
}
