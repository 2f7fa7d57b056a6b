//! A message found by a search over all conversations. Plain data. It is not for the search in one
//! conversation, which finds positions in the text.

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
