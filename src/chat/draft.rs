//! Unsent messages: the draft in the composer, queued messages and drafts set aside.
//!
//! Plain data; a draft becomes a [`super::Message`] when it is sent.

use super::{Attachment, Message};
use std::sync::Arc;

/// A message that has not been sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Draft {
    /// The text, as far as it is typed.
    pub text: String,
    /// The pastes and files that travel with it.
    pub attachments: Vec<Arc<Attachment>>,
}

impl Draft {
    /// A draft without attachments.
    pub fn new(text: impl Into<String>) -> Self {
        Self {
            text: text.into(),
            attachments: Vec::new(),
        }
    }

    /// Whether there is nothing to send or to keep.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty() && self.attachments.is_empty()
    }
}

/// A message of the user as a draft again.
impl From<&Message> for Draft {
    fn from(message: &Message) -> Self {
        Self {
            text: message.text.clone(),
            attachments: message.attachments.clone(),
        }
    }
}

/// All that is unsent in a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Unsent {
    /// The text in the composer.
    pub draft: Draft,
    /// What is to be sent once a reply is complete or the Space is within reach, the next first.
    pub queued: Vec<Draft>,
    /// What was set aside, the latest last.
    pub aside: Vec<Draft>,
}

impl Unsent {
    /// Every draft in it.
    pub fn drafts_mut(&mut self) -> impl Iterator<Item = &mut Draft> {
        let others = self.queued.iter_mut().chain(&mut self.aside);
        std::iter::once(&mut self.draft).chain(others)
    }

    /// The same with the hidden characters of all attachments counted. Takes as long as reading their texts.
    #[must_use]
    pub fn counted(mut self) -> Self {
        let attachments = self.drafts_mut().flat_map(|draft| &mut draft.attachments);
        for attachment in attachments {
            *attachment = Arc::new(Attachment::clone(attachment).counted());
        }
        self
    }
}
