//! A conversation that is open: its messages and all that belongs to working with it.
//!
//! Scroll position, draft and queued messages are the conversation's own, so that switching away
//! and back finds everything as it was. How it looks is not here.

pub(super) mod copy;
pub(in crate::app) mod correction;
pub(super) mod delivery;
pub mod find;
pub(super) mod origins;
pub(super) mod persistence;
pub mod queue;
pub mod scroll;
pub(super) mod source;
pub mod turn;
pub mod unsent;
pub(super) mod versions;

use crate::app::composer::Composer;
use crate::app::conversation::correction::Correction;
use crate::app::conversation::find::Find;
use crate::app::conversation::persistence::SavedState;
use crate::app::conversation::queue::Queue;
use crate::app::conversation::scroll::Scroll;
use crate::app::conversation::turn::Turn;
use crate::app::conversation::unsent::Editing;
use crate::app::event::ReplyUpdate;
use crate::chat::{
    Change, Conversation, Draft, Message, MessageId, MessageState, Notice, Outcome, Role, Settings,
    Unsent,
};
use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

/// How many notices are kept, the newest: more would only push the reply off the screen.
const NOTICES_KEPT: usize = 8;

/// An open conversation.
#[derive(Debug, Clone)]
pub struct OpenConversation {
    /// The conversation itself.
    pub conversation: Conversation,
    /// The reply on its way, if there is one.
    pub turn: Option<Turn>,
    /// Messages that wait to be sent.
    pub queue: Queue,
    /// The message being written.
    pub composer: Composer,
    /// What is being written anew in the composer.
    pub editing: Option<Editing>,
    /// Where the transcript stands.
    pub scroll: Scroll,
    /// The search in the transcript.
    pub find: Option<Find>,
    /// The message that is picked in the transcript.
    pub picked: Option<MessageId>,
    /// Messages whose hidden part is open.
    pub unfolded: HashSet<MessageId>,
    /// How many files were asked for and are not in the tray yet.
    pub reading: usize,
    /// The text, by its revision, that is sent when they are.
    pub(super) send_when_read: Option<u64>,
    /// What the Space said last beside the reply, until the next turn.
    pub notices: Vec<Notice>,
    /// How far the estimate of what was sent last was off.
    pub(super) correction: Option<Correction>,
    /// Whether a reply ended while another conversation was seen.
    pub is_unread: bool,
    /// What is set for the Space, by name.
    pub settings: Settings,
    /// The system message that a saved one took the place of.
    pub(super) system_before: Option<Arc<str>>,
    pub(super) saved: SavedState,
    /// Whether the list on disk has had it.
    pub(super) is_listed: bool,
    /// Grows when something begins or ends to be written anew.
    pub(super) edits: u64,
    /// When it was come to or left last, as the model counts that.
    pub(super) used: u64,
    /// The head on disk, where another window has put it on another path than what is seen here.
    elsewhere: Option<MessageId>,
}

impl OpenConversation {
    /// Opens a conversation that is not on disk yet.
    pub fn new(conversation: Conversation, settings: Settings) -> Self {
        Self::open(
            conversation,
            settings,
            Composer::default(),
            SavedState::default(),
        )
    }

    /// Opens a conversation as it was read from disk. Some of what is unsent was left by these
    /// instances, which are gone, and becomes this window's.
    pub fn from_disk(
        conversation: Conversation,
        (unsent, left_by): (Unsent, Vec<String>),
        settings: Settings,
    ) -> Self {
        // What was set aside last stands in an empty composer.
        let is_moved = unsent.draft.is_empty() && !unsent.aside.is_empty();
        let composer = Composer::with_unsent(unsent.draft, unsent.aside);
        let mut open = Self::open(conversation, settings, composer, SavedState::default());
        open.queue = unsent.queued.into();
        open.is_listed = true;
        let kept = if is_moved {
            [u64::MAX; 3]
        } else {
            open.unsent_revisions()
        };
        open.saved = SavedState::from_disk(kept, left_by);
        open
    }

    fn open(
        conversation: Conversation,
        settings: Settings,
        composer: Composer,
        saved: SavedState,
    ) -> Self {
        Self {
            conversation,
            turn: None,
            queue: Queue::default(),
            composer,
            editing: None,
            scroll: Scroll::default(),
            find: None,
            picked: None,
            unfolded: HashSet::new(),
            reading: 0,
            send_when_read: None,
            notices: Vec::new(),
            correction: None,
            is_unread: false,
            settings,
            system_before: None,
            saved,
            is_listed: false,
            edits: 0,
            used: 0,
            elsewhere: None,
        }
    }

    /// Takes the conversation as another window has saved it. Where the other has gone on behind
    /// what is seen, this is seen too. Where it went another way, the view stays here: the user
    /// goes on with what is before their eyes, and the other way is a version beside it. Gives the conversation as it was.
    pub(super) fn take_saved(&mut self, saved: Conversation) -> Conversation {
        let seen = self.head();
        let before = std::mem::replace(&mut self.conversation, saved);
        self.elsewhere = None;
        if let Some(seen) = seen
            && self.conversation.message(seen).is_some()
            && !self.conversation.path_ids().contains(&seen)
        {
            self.elsewhere = self.head();
            self.conversation.set_head(Some(seen));
        }
        before
    }

    /// Whether what is written is sent as soon as the files that go with it are here. Typing on takes that back.
    pub(super) fn is_held(&self) -> bool {
        self.send_when_read == Some(self.composer.editor.revision())
    }

    /// Whether nothing was ever said or written in it.
    pub fn is_untouched(&self) -> bool {
        self.conversation.is_empty()
            && self.composer.is_empty()
            && self.composer.aside().is_empty()
            && self.queue.is_empty()
    }

    /// Adds the user's message behind `parent` and the reply that will follow it. Gives the
    /// reply's name and what is to be kept of both.
    pub(super) fn begin(
        &mut self,
        parent: Option<MessageId>,
        draft: Draft,
        now: jiff::Timestamp,
    ) -> (MessageId, Vec<Change>) {
        let from = self.head();
        let mut message = Message::user(draft.text);
        message.attachments = draft.attachments;
        message.created_at = now;
        message.system = Some(Arc::clone(&self.conversation.system));
        message.count();
        let user = self.conversation.append_after(parent, message);
        let mut changes = self.save_fields();
        changes.extend(self.added(user));
        // What is sent is no draft and waits no longer: never on the disk as both.
        changes.extend(self.unsent_changes());
        let (reply, more) = self.begin_reply(user, now, from);
        changes.extend(more);
        (reply, changes)
    }

    /// Adds a reply to the message `user`, beside those it has. `from` is the head as it is kept.
    pub(super) fn begin_reply(
        &mut self,
        user: MessageId,
        now: jiff::Timestamp,
        from: Option<MessageId>,
    ) -> (MessageId, Vec<Change>) {
        let mut reply = Message::new(Role::Assistant, "");
        reply.state = MessageState::Streaming;
        reply.created_at = now;
        self.notices.clear();
        self.scroll.show_end();
        self.picked = None;
        self.saved.reply_begins();
        let reply = self.conversation.append_after(Some(user), reply);
        let mut changes = self.added(reply);
        changes.push(self.head_moved(from));
        (reply, changes)
    }

    /// Begins a reply anew of which nothing came, in its own place.
    pub(super) fn begin_again(&mut self, reply: MessageId, now: jiff::Timestamp) -> Vec<Change> {
        self.notices.clear();
        self.scroll.show_end();
        self.picked = None;
        self.saved.reply_begins();
        self.conversation.change(reply, |message| {
            message.state = MessageState::Streaming;
            message.failure = None;
            message.outcome = None;
            message.created_at = now;
        });
        let mut changes = self.save_fields();
        changes.extend(self.added(reply));
        changes
    }

    /// The name of the last message that is seen.
    pub fn head(&self) -> Option<MessageId> {
        self.conversation.head().map(|message| message.id)
    }

    /// The change that a new head stands for; `from` is the one before, as it was seen.
    pub(super) fn head_moved(&mut self, from: Option<MessageId>) -> Change {
        Change::SetHead {
            conversation: self.conversation.id,
            from: self.elsewhere.take().or(from),
            to: self.head(),
        }
    }

    fn added(&self, id: MessageId) -> Vec<Change> {
        let message = self.conversation.message(id);
        let added = message.map(|message| Change::AddMessage {
            conversation: self.conversation.id,
            message: Arc::clone(message),
        });
        added.into_iter().collect()
    }

    /// What the model is to know of what was said, before the next message: the path without what
    /// is left out.
    pub fn past_to_send(&self) -> Vec<Arc<Message>> {
        let path = self.conversation.path();
        path.filter(|message| self.is_sent(message))
            .cloned()
            .collect()
    }

    /// Whether a message travels with those behind it. A reply of which nothing came says nothing
    /// to a model.
    fn is_sent(&self, message: &Message) -> bool {
        let is_something = message.role == Role::User || !message.text.is_empty();
        is_something && !self.conversation.is_left_out(message)
    }

    /// What the model is to know: the path up to the newest message of the user, without what is
    /// left out.
    pub fn messages_to_send(&self) -> Vec<Arc<Message>> {
        let head = self.head();
        let ends_in_reply = self
            .turn
            .as_ref()
            .is_some_and(|turn| Some(turn.reply) == head);
        let count = self.conversation.path().len() - usize::from(ends_in_reply);
        let mut newest = self.conversation.path().take(count);
        let newest = newest.rfind(|message| message.role == Role::User);
        let newest = newest.map(|message| message.id);
        // What is asked is never left out.
        let travels = |message: &&Arc<Message>| Some(message.id) == newest || self.is_sent(message);
        self.conversation
            .path()
            .take(count)
            .filter(travels)
            .cloned()
            .collect()
    }

    /// Takes an update of the reply on its way. When the turn is over with it: what is to be kept.
    pub(super) fn apply(&mut self, update: ReplyUpdate, now: Duration) -> Option<Vec<Change>> {
        let turn = self.turn.as_mut()?;
        turn.note(&update, now);
        let reply = turn.reply;
        let thought_for = turn.thought_for(now);
        if let Some(thought_for) = thought_for
            && self
                .conversation
                .message(reply)
                .is_some_and(|message| message.thought_for != thought_for)
        {
            self.saved.reasoning_changed();
            self.conversation
                .change(reply, |message| message.thought_for = thought_for);
        }
        match update {
            ReplyUpdate::Session(_) | ReplyUpdate::Stage(_) | ReplyUpdate::Progress(_) => {}
            ReplyUpdate::Model(name) => self.told(reply, |outcome| outcome.model = Some(name)),
            ReplyUpdate::Usage(usage) => {
                let sent = &self.messages_to_send();
                self.correction = Some(Correction::of(&self.conversation, sent, &usage));
                self.told(reply, |outcome| outcome.usage = Some(usage));
            }
            ReplyUpdate::Finish(finish) => {
                self.told(reply, |outcome| outcome.finish = Some(finish));
            }
            ReplyUpdate::Notice(notice) => {
                if self.notices.len() == NOTICES_KEPT {
                    self.notices.remove(0);
                }
                self.notices.push(notice);
            }
            ReplyUpdate::Reasoning(text) => {
                self.saved.reasoning_changed();
                self.conversation
                    .change(reply, |message| message.reasoning = text);
            }
            ReplyUpdate::Delta(text) => {
                self.scroll.arrived(&text);
                self.conversation
                    .change(reply, |message| message.text.push_str(&text));
            }
            ReplyUpdate::Replace(text) => self.set_reply(reply, text),
            ReplyUpdate::HiddenTail(text) => {
                self.saved.tail_changed();
                self.conversation
                    .change(reply, |message| message.hidden_tail = text);
            }
            ReplyUpdate::Done(text) => {
                self.set_reply(reply, text);
                return Some(self.end(MessageState::Complete, |_| {}));
            }
            ReplyUpdate::Failed(failure) => {
                let fail = |message: &mut Message| message.failure = Some(failure);
                return Some(self.end(MessageState::Failed, fail));
            }
            ReplyUpdate::Cancelled => return Some(self.end(MessageState::Stopped, |_| {})),
        }
        None
    }

    /// Takes something that the source told of a reply. It is saved with the reply's end, whatever that is.
    fn told(&mut self, reply: MessageId, tell: impl FnOnce(&mut Outcome)) {
        self.conversation.change(reply, |message| {
            tell(message.outcome.get_or_insert_default());
        });
    }

    fn set_reply(&mut self, reply: MessageId, text: String) {
        let rewrites = |open: &Self| {
            open.conversation
                .message(reply)
                .map(|message| message.rewrites)
        };
        let before = rewrites(self);
        self.conversation
            .change(reply, |message| message.set_text(text));
        if rewrites(self) != before {
            self.saved.rewritten();
        }
    }

    /// Ends the turn; what came of the reply stays. Gives what is to be kept.
    pub(super) fn end(
        &mut self,
        state: MessageState,
        change: impl FnOnce(&mut Message),
    ) -> Vec<Change> {
        let Some(turn) = &self.turn else {
            return Vec::new();
        };
        self.conversation.change(turn.reply, |message| {
            message.state = state;
            change(message);
            message.count();
        });
        let changes = self.reply_ends();
        self.turn = None;
        changes
    }

    /// The prompts of this conversation, the oldest first.
    pub fn earlier_prompts(&self) -> Vec<Draft> {
        let prompts = self
            .conversation
            .path()
            .filter(|message| message.role == Role::User);
        prompts.map(|message| Draft::from(&**message)).collect()
    }

    /// Picks the message `by` places further down; from nothing picked, the last one.
    pub fn pick(&mut self, by: isize) {
        let path = self.conversation.path_ids();
        let at = self
            .picked
            .and_then(|id| path.iter().position(|other| *other == id));
        let next = match at {
            None if by < 0 => path.len().checked_sub(1),
            None => None,
            Some(at) => Some(at.saturating_add_signed(by)),
        };
        self.picked = next.and_then(|at| path.get(at).copied());
        match self.picked {
            Some(id) => self.scroll.show_message(id),
            None => self.scroll.show_end(),
        }
    }
}
