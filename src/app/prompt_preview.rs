//! The very text that will travel, written out to be read before it is sent.
//!
//! Plain data of what it is made from, and the writing, which takes as long as the conversation is: no work for the loop
//! where that is long. What a model is sent comes from the same [`format_prompt`], but not from here.

use crate::chat::{Attachment, FileForm, Message, format_prompt};
use std::sync::Arc;

/// The most text that is written out between two frames, in bytes.
const AT_ONCE: usize = 64 << 10;

/// What the text is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct PromptRequest {
    /// Names it: an answer to another one is late.
    pub number: u64,
    /// What stands above the text.
    pub head: String,
    /// The system message; empty for none.
    pub system: Arc<str>,
    /// The messages, the newest last.
    pub messages: Vec<Arc<Message>>,
    /// Whether the last of them is what is being written.
    pub has_draft: bool,
    /// How the texts of attached files stand in it.
    pub file_form: FileForm,
}

impl PromptRequest {
    /// Whether it is written out in less time than a frame has.
    pub fn is_small(&self) -> bool {
        let attached = |attachment: &Arc<Attachment>| attachment.text.len();
        let of = |message: &Arc<Message>| {
            let attached: usize = message.attachments.iter().map(attached).sum();
            message.text.len() + message.hidden_tail.len() + attached
        };
        self.system.len() + self.messages.iter().map(of).sum::<usize>() <= AT_ONCE
    }

    /// Writes it out.
    pub fn text(&self) -> String {
        let mut text = self.head.clone();
        if !self.has_draft {
            text.push_str(
                "No message is written yet. The next one takes these earlier messages along:\n\n",
            );
        } else if self.messages.len() > 1 {
            text.push_str("If the Space still remembers exactly this conversation, only the last message is sent. If not (something was changed or left out, or the Space was restarted), all of this is sent:\n\n");
        }
        let messages: Vec<&Message> = self.messages.iter().map(AsRef::as_ref).collect();
        let prompt = format_prompt(self.file_form, &self.system, &messages);
        text.push_str(match prompt.strip_suffix("Assistant:") {
            Some(past) if !self.has_draft => past,
            _ => &prompt,
        });
        text
    }
}
