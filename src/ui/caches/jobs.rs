//! What drawing found missing and takes too long to be made between two frames. Only named here; it is made by
//! [`crate::ui::render_worker`].

use crate::app::{Discarded, FindRequest, PromptRequest};
use crate::chat::{Message, MessageId};
use crate::ui::theme::Theme;
use std::sync::Arc;

/// Something to be made.
#[derive(Debug)]
pub enum Job {
    /// Parse a long reply.
    Parse(Arc<Message>),
    /// Find words in a conversation, as it is laid out with this theme.
    Find(FindRequest, Box<Theme>),
    /// Write out what will be sent.
    WritePrompt(PromptRequest),
    /// Wrap a long text at this width.
    Wrap(Arc<str>, usize),
    /// Drop these.
    Discard(Discarded),
    /// Find the tokens of a code block's lines.
    Colour {
        /// The message it is in.
        message: MessageId,
        /// Its number there.
        number: usize,
        /// The rewrite of the message's text that it is of.
        rewrites: u64,
        /// Its language.
        language: String,
        /// Its lines, those before `from` included.
        code: String,
        /// Where the first line begins that has no tokens.
        from: usize,
    },
}
