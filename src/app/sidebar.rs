//! The list of conversations: what is saved, what is seen of it, and which one is chosen.
//!
//! The summaries come from the store; what is open in this window and not saved yet stands in
//! front of them.

pub(super) mod navigation;

use super::conversation::OpenConversation;
use crate::chat::{ConversationId, MessageId, Summary};

/// The saved conversations and the pane that lists them.
#[derive(Debug, Default)]
pub struct Library {
    /// The saved conversations as they were listed last: those that are pinned, then the others,
    /// each newest first.
    pub summaries: Vec<Summary>,
    /// Whether the pane is on.
    pub is_shown: bool,
    /// The conversation that the pane's mark stands at.
    pub selected: Option<ConversationId>,
    /// The conversations that were put in the trash since the program began.
    pub deleted: Vec<Deleted>,
    edition: u64,
    /// Counts what is gone to: the answer to an earlier request is late.
    pub(super) shows: u64,
    /// The message that is to be shown once its conversation is, and the words that are to be
    /// marked there.
    pub(super) landing: Option<(ConversationId, MessageId, String)>,
}

/// A conversation that was put in the trash.
#[derive(Debug)]
pub struct Deleted {
    /// Its name.
    pub id: ConversationId,
    /// Its title.
    pub title: String,
    /// What was seen of it, where it was what is seen: bringing it back brings the view back.
    pub(super) seen: Option<Box<OpenConversation>>,
}

impl Library {
    /// Takes the saved conversations, newest first; those that are pinned go before the others.
    pub(super) fn take(&mut self, mut summaries: Vec<Summary>) {
        summaries.sort_by_key(|summary| !summary.pinned);
        self.summaries = summaries;
        self.edition += 1;
    }

    /// Takes one out of the list.
    pub(super) fn remove(&mut self, id: ConversationId) {
        self.summaries.retain(|summary| summary.id != id);
        self.edition += 1;
    }

    /// Grows when the list changes.
    pub fn edition(&self) -> u64 {
        self.edition
    }

    /// The conversation `by` places below another one in the list; the nearest there is.
    pub fn beside(&self, from: ConversationId, by: isize) -> Option<ConversationId> {
        let position = self.summaries.iter().position(|summary| summary.id == from);
        let target = match position {
            Some(position) => position.saturating_add_signed(by),
            // What is not saved yet stands before the first.
            None if by > 0 => 0,
            None => return None,
        };
        let last = self.summaries.len().checked_sub(1)?;
        Some(self.summaries[target.min(last)].id)
    }

    /// The summary of a conversation.
    pub fn summary(&self, id: ConversationId) -> Option<&Summary> {
        self.summaries.iter().find(|summary| summary.id == id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Pending;

    fn summary(title: &str) -> Summary {
        Summary {
            id: ConversationId::new(),
            title: title.to_owned(),
            preview: String::new(),
            space: String::new(),
            model: String::new(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            updated_at: jiff::Timestamp::UNIX_EPOCH,
            messages: 1,
            pending: Pending::Nothing,
            state: None,
            pinned: false,
            trashed: false,
        }
    }

    #[test]
    fn the_list_is_walked_to_its_ends_and_not_beyond() {
        let summaries = vec![summary("a"), summary("b")];
        let (first, second) = (summaries[0].id, summaries[1].id);
        let library = Library {
            summaries,
            ..Library::default()
        };
        assert_eq!(library.beside(first, 1), Some(second));
        assert_eq!(library.beside(second, 1), Some(second));
        assert_eq!(library.beside(second, -1), Some(first));
        let unsaved = ConversationId::new();
        assert_eq!(library.beside(unsaved, 1), Some(first));
        assert_eq!(library.beside(unsaved, -1), None);
    }
}
