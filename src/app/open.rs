//! A conversation that is open: its messages and all that belongs to working with it.
//!
//! Scroll position, draft and queued messages are the conversation's own, so that switching away
//! and back finds everything as it was. [`super::update()`] changes it, `ui` draws it.

use super::composer::Composer;
use super::event::ReplyUpdate;
use super::scroll::Scroll;
use super::turn::Turn;
use crate::chat::{Conversation, Draft, Message, MessageId, MessageState, Notice, Role};
use std::collections::{HashSet, VecDeque};
use std::sync::Arc;
use std::time::Duration;

/// An open conversation.
#[derive(Debug, Clone)]
pub struct OpenConversation {
    /// The conversation itself.
    pub conversation: Conversation,
    /// The reply on its way, if there is one.
    pub turn: Option<Turn>,
    /// Messages that wait for the reply to be over, the next one first.
    pub queued: VecDeque<Draft>,
    /// The message being written.
    pub composer: Composer,
    /// Where the transcript stands.
    pub scroll: Scroll,
    /// The message that is picked in the transcript.
    pub picked: Option<MessageId>,
    /// Messages whose hidden part is open.
    pub unfolded: HashSet<MessageId>,
    /// What the Space said beside the reply, until the next turn.
    pub notices: Vec<Notice>,
}

impl OpenConversation {
    /// Opens a conversation at its end.
    pub fn new(conversation: Conversation, draft: Draft) -> Self {
        Self {
            conversation,
            turn: None,
            queued: VecDeque::new(),
            composer: Composer::with_draft(draft),
            scroll: Scroll::default(),
            picked: None,
            unfolded: HashSet::new(),
            notices: Vec::new(),
        }
    }

    /// Adds the person's message and the reply that will follow it; gives the reply's name.
    pub fn begin(&mut self, draft: Draft, now: jiff::Timestamp) -> MessageId {
        let mut message = Message::user(draft.text);
        message.attachments = draft.attachments;
        message.created_at = now;
        message.system = Some(Arc::clone(&self.conversation.system));
        self.conversation.append(message);
        let mut reply = Message::new(Role::Assistant, "");
        reply.state = MessageState::Streaming;
        reply.created_at = now;
        self.notices.clear();
        self.scroll.to_end();
        self.conversation.append(reply)
    }

    /// What the model is to know: the path up to the newest message of the person.
    pub fn messages_to_send(&self) -> Vec<Arc<Message>> {
        let ends_in_reply = self.conversation.head().is_some_and(|head| {
            head.role == Role::Assistant && head.state == MessageState::Streaming
        });
        let count = self.conversation.path().len() - usize::from(ends_in_reply);
        // A reply of which nothing came says nothing to a model.
        self.conversation
            .path()
            .take(count)
            .filter(|message| message.role == Role::User || !message.text.is_empty())
            .cloned()
            .collect()
    }

    /// Takes an update of the reply on its way. `true` when the turn is over with it.
    pub fn hear(&mut self, update: ReplyUpdate, now: Duration) -> bool {
        let Some(turn) = &mut self.turn else {
            return false;
        };
        turn.note(&update, now);
        let reply = turn.reply;
        match update {
            ReplyUpdate::Session(_) | ReplyUpdate::Stage(_) | ReplyUpdate::Progress(_) => {
                return false;
            }
            ReplyUpdate::Notice(notice) => self.notices.push(notice),
            ReplyUpdate::Reasoning(text) => {
                self.conversation
                    .change(reply, |message| message.reasoning = text);
            }
            ReplyUpdate::Delta(text) => {
                self.scroll.arrived(&text);
                self.conversation
                    .change(reply, |message| message.text.push_str(&text));
            }
            ReplyUpdate::Replace(text) => {
                self.conversation
                    .change(reply, |message| message.set_text(text));
            }
            ReplyUpdate::HiddenTail(text) => {
                self.conversation
                    .change(reply, |message| message.hidden_tail = text);
            }
            ReplyUpdate::Done(text) => {
                self.end(MessageState::Complete, |message| message.set_text(text));
            }
            ReplyUpdate::Failed(failure) => {
                self.end(MessageState::Failed, |message| {
                    message.failure = Some(failure);
                });
            }
            ReplyUpdate::Cancelled => self.end(MessageState::Stopped, |_| {}),
        }
        self.turn.is_none()
    }

    /// Ends the turn; what came of the reply stays.
    pub fn end(&mut self, state: MessageState, change: impl FnOnce(&mut Message)) {
        if let Some(turn) = self.turn.take() {
            self.conversation.change(turn.reply, |message| {
                message.state = state;
                change(message);
            });
        }
    }

    /// The prompts of this conversation, the oldest first.
    pub fn earlier_prompts(&self) -> Vec<Draft> {
        let prompts = self
            .conversation
            .path()
            .filter(|message| message.role == Role::User);
        prompts
            .map(|message| Draft {
                text: message.text.clone(),
                attachments: message.attachments.clone(),
            })
            .collect()
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
            Some(id) => self.scroll.to_message(id),
            None => self.scroll.to_end(),
        }
    }
}
