//! What of an open conversation is not on disk yet, and when it is due.
//!
//! Messages and heads are kept at once, by whoever changes them. What changes with every key or
//! every piece of a reply is gathered here: a fifth of a second after the first of it, all of it
//! is due together. So half a second covers gathering and writing, whatever kills the program.

use crate::app::Effect;
use crate::app::conversation::OpenConversation;
use crate::chat::{Change, MessageState};
use std::time::Duration;

/// For how long changes are gathered.
const GATHERED: Duration = Duration::from_millis(200);

/// What is on disk of a conversation, as far as this window knows.
#[derive(Debug, Clone, Default)]
pub struct SavedState {
    /// Whether it is there at all; an empty conversation is not kept.
    exists: bool,
    /// What of the unsent is kept, by its revisions: draft, set aside, waiting.
    unsent: [u64; 3],
    /// The instances whose unsent things this window has taken over, until that is kept.
    left_by: Vec<String>,
    /// Whether system message, model or Space have changed.
    fields: bool,
    reply: Reply,
    /// When the first change came that is not kept.
    since: Option<Duration>,
}

/// What of the reply on its way is not kept.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Reply {
    /// How much of its text is kept, in bytes.
    text: usize,
    /// Whether the text was rewritten since.
    rewritten: bool,
    reasoning: bool,
    hidden_tail: bool,
}

impl SavedState {
    /// A conversation that was read from disk, the unsent in it at these revisions and some of it
    /// left by these instances.
    pub fn from_disk(unsent: [u64; 3], left_by: Vec<String>) -> Self {
        Self {
            exists: true,
            unsent,
            left_by,
            ..Self::default()
        }
    }

    /// System message, model or Space have changed.
    pub fn fields_changed(&mut self) {
        self.fields = true;
    }

    /// A new reply begins; nothing of its text is there yet.
    pub fn reply_begins(&mut self) {
        self.reply = Reply::default();
    }

    /// The reply's text is another one than it was.
    pub fn rewritten(&mut self) {
        self.reply.rewritten = true;
    }

    /// The model's thinking has changed.
    pub fn reasoning_changed(&mut self) {
        self.reply.reasoning = true;
    }

    /// The hidden tail has changed.
    pub fn tail_changed(&mut self) {
        self.reply.hidden_tail = true;
    }
}

impl OpenConversation {
    /// What must stand on disk before any message of this conversation does.
    pub(in crate::app) fn save_fields(&mut self) -> Vec<Change> {
        self.saved.fields = false;
        self.saved.exists = true;
        vec![Change::save_conversation(
            &self.conversation,
            self.settings.clone(),
        )]
    }

    /// The changes that are due at `now`; all of them when `at_once`.
    pub(in crate::app) fn due(&mut self, now: Duration, at_once: bool) -> Vec<Change> {
        if !self.is_behind() {
            self.saved.since = None;
            return Vec::new();
        }
        let since = *self.saved.since.get_or_insert(now);
        if !at_once && now.saturating_sub(since) < GATHERED {
            return Vec::new();
        }
        self.saved.since = None;
        let mut changes = Vec::new();
        let is_new = !self.saved.exists;
        if self.saved.fields || is_new {
            changes.extend(self.save_fields());
        }
        changes.extend(self.reply_changes());
        changes.extend(self.unsent_changes());
        changes
    }

    /// What of the unsent is another than what is kept.
    pub(in crate::app) fn unsent_changes(&mut self) -> Vec<Change> {
        let id = self.conversation.id;
        let [draft, aside, queue] = self.unsent_revisions();
        let [kept_draft, kept_aside, kept_queue] =
            std::mem::replace(&mut self.saved.unsent, [draft, aside, queue]);
        let left_by = std::mem::take(&mut self.saved.left_by);
        let takes_over = !left_by.is_empty();
        let mut changes = Vec::new();
        if takes_over {
            changes.push(Change::TakeOver {
                conversation: id,
                left_by,
            });
        }
        if takes_over || draft != kept_draft {
            changes.push(Change::SaveDraft {
                conversation: id,
                draft: self.composer.draft(),
            });
        }
        if takes_over || aside != kept_aside {
            changes.push(Change::SaveAside {
                conversation: id,
                aside: self.unsent().aside,
            });
        }
        if takes_over || queue != kept_queue {
            changes.push(Change::SaveQueue {
                conversation: id,
                queued: self.unsent().queued,
            });
        }
        changes
    }

    /// When something is due.
    pub(in crate::app) fn due_at(&self) -> Option<Duration> {
        Some(self.saved.since? + GATHERED)
    }

    /// Whether something of it is not kept yet.
    pub(in crate::app) fn is_behind(&self) -> bool {
        let kept = &self.saved;
        let unsent = kept.unsent != self.unsent_revisions() || !kept.left_by.is_empty();
        // A conversation in which nothing was ever written is not kept.
        let is_worth_it = self.saved.exists || !self.is_untouched();
        (is_worth_it && (unsent || self.saved.fields)) || self.reply_is_behind()
    }

    fn reply_is_behind(&self) -> bool {
        let Some(turn) = &self.turn else {
            return false;
        };
        let length = self
            .conversation
            .message(turn.reply)
            .map_or(0, |reply| reply.text.len());
        let reply = &self.saved.reply;
        reply.text != length || reply.rewritten || reply.reasoning || reply.hidden_tail
    }

    fn reply_changes(&mut self) -> Vec<Change> {
        let message = self
            .turn
            .as_ref()
            .and_then(|turn| self.conversation.message(turn.reply));
        let Some(message) = message else {
            return Vec::new();
        };
        let id = message.id;
        let reply = std::mem::replace(
            &mut self.saved.reply,
            Reply {
                text: message.text.len(),
                ..Reply::default()
            },
        );
        let mut changes = Vec::new();
        match message.text.get(reply.text..) {
            Some(more) if !reply.rewritten => {
                if !more.is_empty() {
                    let text = more.to_owned();
                    changes.push(Change::Append { message: id, text });
                }
            }
            _ => changes.push(Change::Replace {
                message: id,
                text: message.text.clone(),
            }),
        }
        if reply.reasoning {
            let text = message.reasoning.clone();
            changes.push(Change::Reasoning {
                message: id,
                text,
                thought_for: message.thought_for,
            });
        }
        if reply.hidden_tail {
            let text = message.hidden_tail.clone();
            changes.push(Change::HiddenTail { message: id, text });
        }
        changes
    }

    /// The changes that end the reply on its way, with all that was gathered of it. To be called
    /// while the turn is still there and the message has its final state.
    pub(in crate::app) fn reply_ends(&mut self) -> Vec<Change> {
        let mut changes = self.reply_changes();
        let reply = self
            .turn
            .as_ref()
            .and_then(|turn| self.conversation.message(turn.reply));
        if let Some(reply) = reply
            && reply.state != MessageState::Streaming
        {
            changes.push(Change::Finish {
                message: reply.id,
                state: reply.state,
                failure: reply.failure.clone(),
                outcome: reply.outcome.clone(),
            });
        }
        changes
    }
}

/// An effect that keeps these changes, all or none of them; nothing for nothing.
pub(in crate::app) fn save(changes: Vec<Change>) -> Option<Effect> {
    (!changes.is_empty()).then_some(Effect::Save(changes))
}
