//! What is unsent in an open conversation: what waits for the Space or for a reply to end, and what
//! is taken into the composer to be written anew.
//!
//! The queue itself is in [`super::queue`]. When something is sent is not decided here.

use crate::app::OpenConversation;
use crate::chat::{Draft, MessageId, MessageState, Pending, Role, Summary, Unsent};

/// What is being written anew in the composer, and what stood there before.
#[derive(Debug, Clone)]
pub struct Editing {
    /// What it is.
    pub what: EditTarget,
    /// What comes back into the composer when it is done.
    pub before: Draft,
}

/// Something that is written anew.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EditTarget {
    /// A message that was sent: it becomes another version.
    Message(MessageId),
    /// The message at this place among those that wait.
    Queued(usize),
}

impl OpenConversation {
    /// All that is unsent, as it is kept: what was in the composer before something is written
    /// anew counts as set aside.
    pub fn unsent(&self) -> Unsent {
        let before = self.editing.as_ref().map(|editing| editing.before.clone());
        let before = before.filter(|before| !before.is_empty());
        Unsent {
            draft: self.composer.draft(),
            queued: self.queue.iter().cloned().collect(),
            aside: self
                .composer
                .aside()
                .iter()
                .cloned()
                .chain(before)
                .collect(),
        }
    }

    /// Numbers that change with the draft, with what was set aside, with what waits.
    pub(in crate::app) fn unsent_revisions(&self) -> [u64; 3] {
        [
            self.composer.revision(),
            self.composer.aside_revision() + self.edits,
            self.queue.revision(),
        ]
    }

    /// The last reply, where it stands for a message that the Space was not there to hear.
    pub fn undelivered(&self) -> Option<MessageId> {
        let head = self.conversation.head()?;
        let failure = head.failure.as_ref()?;
        let is_undelivered_reply = head.state == MessageState::Failed
            && head.text.is_empty()
            && head.reasoning.is_empty()
            && failure.is_undelivered();
        is_undelivered_reply.then_some(head.id)
    }

    /// The reply at the end of what is seen that failed before anything of it came: another source may be asked for it.
    pub fn unanswered(&self) -> Option<MessageId> {
        let head = self.conversation.head()?;
        let is_unanswered = head.role == Role::Assistant
            && head.state == MessageState::Failed
            && head.text.is_empty();
        is_unanswered.then_some(head.id)
    }

    /// Whether a message waits for the user's word: one that the Space was not there to hear, or
    /// one that nothing is before any longer.
    pub fn waits(&self) -> bool {
        self.turn.is_none() && (self.undelivered().is_some() || !self.queue.is_empty())
    }

    /// What is unsent here, as the list tells it.
    pub fn pending(&self) -> Pending {
        if self.waits() {
            Pending::Waiting
        } else if self.composer.is_empty() && self.composer.aside().is_empty() {
            Pending::Nothing
        } else {
            Pending::Draft
        }
    }

    /// Itself as it stands in a list.
    pub(in crate::app) fn summary(&self) -> Summary {
        let conversation = &self.conversation;
        let head = conversation.head();
        Summary {
            id: conversation.id,
            title: conversation.shown_title(),
            preview: String::new(),
            space: conversation.space.clone(),
            model: conversation.model.clone(),
            created_at: conversation.created_at,
            updated_at: head.map_or(conversation.created_at, |head| head.created_at),
            messages: conversation.messages().count(),
            pending: self.pending(),
            state: head.map(|head| head.state),
            pinned: false,
            trashed: false,
        }
    }

    /// Takes something into the composer to be written anew; what stands there comes back.
    pub(in crate::app) fn begin_edit(&mut self, what: EditTarget, draft: Draft) {
        let before = match self.editing.take() {
            Some(editing) => editing.before,
            None => self.composer.draft(),
        };
        self.composer.set(draft);
        self.edits += 1;
        self.editing = Some(Editing { what, before });
    }

    /// Ends it, and brings back what stood in the composer. Gives what was written anew, and its
    /// new words.
    pub(in crate::app) fn end_edit(&mut self) -> Option<(EditTarget, Draft)> {
        let editing = self.editing.take()?;
        let draft = self.composer.take();
        self.composer.set(editing.before);
        self.edits += 1;
        Some((editing.what, draft))
    }

    /// Leaves what is being written anew as it was. Other words that were found for it are set
    /// aside. Gives whether something was being written anew.
    pub(in crate::app) fn leave_edit(&mut self) -> bool {
        let Some((what, draft)) = self.end_edit() else {
            return false;
        };
        let was = match what {
            EditTarget::Message(id) => {
                let message = self.conversation.message(id);
                message.map(|message| Draft::from(&**message))
            }
            EditTarget::Queued(at) => self.queue.get(at).cloned(),
        };
        if was.as_ref() != Some(&draft) {
            self.composer.put_aside(draft);
        }
        true
    }

    /// Takes the next message that waits, unless it is being written anew.
    pub(in crate::app) fn next_queued(&mut self) -> Option<Draft> {
        if let Some(Editing {
            what: EditTarget::Queued(at),
            ..
        }) = &mut self.editing
        {
            *at = at.checked_sub(1)?;
        }
        if self.queue.is_empty() {
            return None;
        }
        self.queue.pop()
    }

    /// Puts what waits back into the composer, in front of what is being written. Gives whether
    /// anything did.
    pub(in crate::app) fn give_back_queue(&mut self) -> bool {
        if matches!(&self.editing, Some(editing) if matches!(editing.what, EditTarget::Queued(_)))
            && let Some((EditTarget::Queued(at), draft)) = self.end_edit()
        {
            self.queue.replace(at, draft);
        }
        if self.queue.is_empty() {
            return false;
        }
        let queued = self.queue.take_all();
        self.composer.give_back(queued);
        true
    }
}
