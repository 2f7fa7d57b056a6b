//! A change to what is saved on disk. Plain data; changes are applied in the order in which they
//! are sent.

use super::{
    Conversation, ConversationId, Draft, Failure, Learned, Message, MessageId, MessageState,
    Outcome, Unsent,
};
use crate::sanitize::without_logins;
use jiff::Timestamp;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What a conversation has set for its Space, by name.
pub type Settings = BTreeMap<String, String>;

/// One thing to save. Changes that belong together are sent together: all of them are saved, or
/// none.
#[derive(Debug, Clone, PartialEq)]
pub enum Change {
    /// A conversation is new, or its fields changed. It stands before all else about it. The
    /// title counts for a new one only: [`Change::SetTitle`] changes it, so that a window with an
    /// old title does not undo another's.
    SaveConversation {
        /// Its name.
        id: ConversationId,
        /// What the user calls it.
        title: Option<String>,
        /// The system message in force.
        system: Arc<str>,
        /// The model asked for.
        model: String,
        /// The Space it talks to.
        space: String,
        /// When it was begun.
        created_at: Timestamp,
        /// What is set for the Space.
        settings: Settings,
    },
    /// A message joins the tree, or takes the place of one with the same name. One that streams
    /// counts as received by this instance. A message of the user takes its conversation out of
    /// the trash, where another window may have put it.
    AddMessage {
        /// The conversation.
        conversation: ConversationId,
        /// The message, its parent and attachments included.
        message: Arc<Message>,
    },
    /// More of a reply's text. Cheap: what is there is not written again.
    Append {
        /// The reply.
        message: MessageId,
        /// What comes behind its text.
        text: String,
    },
    /// All of a reply's text so far.
    Replace {
        /// The reply.
        message: MessageId,
        /// Its text.
        text: String,
    },
    /// All that the model has shown of its thinking so far.
    Reasoning {
        /// The reply.
        message: MessageId,
        /// The thoughts.
        text: String,
        /// For how long it has thought.
        thought_for: Duration,
    },
    /// All of the end that is stored and not shown.
    HiddenTail {
        /// The reply.
        message: MessageId,
        /// The end.
        text: String,
    },
    /// The reply has ended; its pieces become one text, which is searched from now on.
    Finish {
        /// The reply.
        message: MessageId,
        /// How it ended.
        state: MessageState,
        /// What went wrong, if something did.
        failure: Option<Failure>,
        /// What its source told of it, if anything.
        outcome: Option<Box<Outcome>>,
    },
    /// A message is left out of what is sent, or taken in again.
    LeaveOut {
        /// The message.
        message: MessageId,
        /// Whether it is left out.
        left_out: bool,
    },
    /// The path that is seen ends elsewhere. Where the head is not `from`, another window moved
    /// it first: its head stays, and the store says so.
    SetHead {
        /// The conversation.
        conversation: ConversationId,
        /// The head that this window knows.
        from: Option<MessageId>,
        /// The head from now on; a message of the conversation.
        to: Option<MessageId>,
    },
    /// A conversation that was begun by mistake goes, without a stay in the trash: what was asked in it was
    /// refused before anything was sent.
    Discard {
        /// The conversation.
        conversation: ConversationId,
    },
    /// What stands in this window's composer; an empty draft removes what was kept of it.
    SaveDraft {
        /// The conversation.
        conversation: ConversationId,
        /// The draft.
        draft: Draft,
    },
    /// The messages that wait in this window to be sent; they take the place of those that were
    /// kept of it.
    SaveQueue {
        /// The conversation.
        conversation: ConversationId,
        /// The messages, the next one first.
        queued: Vec<Draft>,
    },
    /// The drafts that were set aside in this window; they take the place of those that were kept
    /// of it.
    SaveAside {
        /// The conversation.
        conversation: ConversationId,
        /// The drafts, the latest last.
        aside: Vec<Draft>,
    },
    /// What is unsent in this window now holds what these instances, which are gone, left unsent:
    /// theirs is removed. Stands before the changes that save it as this window's own.
    TakeOver {
        /// The conversation.
        conversation: ConversationId,
        /// Their names, as the store gave them.
        left_by: Vec<String>,
    },
    /// The user names the conversation; `None` goes back to its first words.
    SetTitle {
        /// The conversation.
        conversation: ConversationId,
        /// The name.
        title: Option<String>,
    },
    /// To the head of the list, or back to its place.
    Pin {
        /// The conversation.
        conversation: ConversationId,
        /// Whether it stands at the head.
        pinned: bool,
    },
    /// A system message is saved under a name, in place of the one that had it. It is the default
    /// if that one was.
    SavePreset {
        /// The name.
        name: String,
        /// The system message.
        text: Arc<str>,
    },
    /// A saved system message is removed.
    RemovePreset {
        /// Its name.
        name: String,
    },
    /// New conversations begin with a saved system message from now on, or with none.
    SetDefaultPreset {
        /// Its name.
        name: Option<String>,
    },
    /// Something was learned of a source of replies; it takes the place of what was learned before.
    Learn(Learned),
    /// Into the trash.
    Delete {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Out of the trash.
    Restore {
        /// The conversation.
        conversation: ConversationId,
    },
    /// Removes for good what was put in the trash before a time, and texts that nothing refers
    /// to. The store does this by itself after opening, for 30 days.
    Purge {
        /// The time.
        before: Timestamp,
    },
}

impl Change {
    /// What it saves, in words for a user.
    pub fn what(&self) -> &'static str {
        match self {
            Self::SaveConversation { .. } => "the conversation",
            Self::AddMessage { .. } => "a message",
            Self::Append { .. }
            | Self::Replace { .. }
            | Self::Reasoning { .. }
            | Self::HiddenTail { .. } => "a part of a reply",
            Self::Finish { .. } => "the end of a reply",
            Self::LeaveOut { .. } => "the message that is left out",
            Self::SetHead { .. } => "the place in the conversation",
            Self::SaveDraft { .. } => "the draft",
            Self::SaveQueue { .. } => "the queued messages",
            Self::SaveAside { .. } => "the drafts set aside",
            Self::TakeOver { .. } => "the unsent drafts of another window",
            Self::SetTitle { .. } => "the title",
            Self::Pin { .. } => "the pin",
            Self::SavePreset { .. } | Self::RemovePreset { .. } | Self::SetDefaultPreset { .. } => {
                "a saved system message"
            }
            Self::Learn(_) => "what was learned of the Space",
            Self::Discard { .. } => "the removal of a refused question",
            Self::Delete { .. } => "the deletion of the conversation",
            Self::Restore { .. } => "the restoring of the conversation",
            Self::Purge { .. } => "the emptying of the trash",
        }
    }

    /// Fields of `conversation` as a change.
    pub fn save_conversation(conversation: &Conversation, settings: Settings) -> Self {
        Self::SaveConversation {
            id: conversation.id,
            title: conversation.title.clone(),
            system: Arc::clone(&conversation.system),
            model: conversation.model.clone(),
            // An import may name an address with a password in it.
            space: without_logins(&conversation.space),
            created_at: conversation.created_at,
            settings,
        }
    }
}

/// The changes that save a whole conversation, imported or created elsewhere. Send them together. A
/// reply that still streams in it becomes interrupted, because the rest will not be received. The
/// names in it must be new to the store (see `chat::export::renamed`).
pub fn import_changes(
    conversation: &Conversation,
    unsent: Unsent,
    settings: Settings,
) -> Vec<Change> {
    let id = conversation.id;
    let mut changes = vec![Change::save_conversation(conversation, settings)];
    changes.extend(conversation.messages().map(|message| {
        let mut message = Arc::clone(message);
        if message.state == MessageState::Streaming {
            Arc::make_mut(&mut message).state = MessageState::Interrupted;
        }
        Change::AddMessage {
            conversation: id,
            message,
        }
    }));
    changes.push(Change::SetHead {
        conversation: id,
        from: None,
        to: conversation.head().map(|head| head.id),
    });
    let Unsent {
        draft,
        queued,
        aside,
    } = unsent;
    if !draft.is_empty() {
        changes.push(Change::SaveDraft {
            conversation: id,
            draft,
        });
    }
    if !queued.is_empty() {
        changes.push(Change::SaveQueue {
            conversation: id,
            queued,
        });
    }
    if !aside.is_empty() {
        changes.push(Change::SaveAside {
            conversation: id,
            aside,
        });
    }
    changes
}
