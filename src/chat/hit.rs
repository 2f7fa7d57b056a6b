//! A message that a search over all conversations has found: plain data, made by `store`, shown
//! by the switcher and printed by `spacechat search`. The search in one conversation has places of
//! its own (`app::find`).

use super::{ConversationId, MessageId, Role};
use jiff::Timestamp;
use std::ops::Range;

/// A message in which all terms were found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SearchHit {
    /// Its conversation.
    pub conversation: ConversationId,
    /// The message.
    pub message: MessageId,
    /// What the conversation is called.
    pub title: String,
    /// A part of the message or of its attachment, as it is in the original.
    pub snippet: String,
    /// Where in `snippet` the words are, in bytes, in order.
    pub matches: Vec<Range<usize>>,
    /// When the message was begun.
    pub created_at: Timestamp,
    /// Who speaks.
    pub role: Role,
}
