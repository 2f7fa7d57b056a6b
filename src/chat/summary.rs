//! A conversation as it stands in a list.

use super::{ConversationId, MessageState};
use jiff::Timestamp;

/// A conversation in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Summary {
    /// Its name.
    pub id: ConversationId,
    /// What it is called, as it is shown.
    pub title: String,
    /// How its last message begins, on one line.
    pub preview: String,
    /// The Space it talks to.
    pub space: String,
    /// The model asked for.
    pub model: String,
    /// When it was begun.
    pub created_at: Timestamp,
    /// When its last message came.
    pub updated_at: Timestamp,
    /// How many messages it has, all branches counted.
    pub messages: usize,
    /// What is unsent in it.
    pub pending: Pending,
    /// How the last message that is seen of it stands; `None` where it has no message.
    pub state: Option<MessageState>,
    /// Whether the user wants it at the head of the list.
    pub pinned: bool,
    /// Whether it is in the trash.
    pub trashed: bool,
}

/// What is unsent in a conversation, the most pressing of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Pending {
    /// Nothing.
    #[default]
    Nothing,
    /// Something that was written and not sent.
    Draft,
    /// A message that waits for the user's word.
    Waiting,
}
