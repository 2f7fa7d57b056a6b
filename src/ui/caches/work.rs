//! What drawing found missing and takes too long to be made between two frames: left here as
//! wanted, done on a thread of its own, and put into the caches when it comes back.
//!
//! `runtime` takes [`Work`] after a frame and hands [`Prepared`] back; nothing here spawns.

use super::body::{Body, Colours};
use crate::app::FindRequest;
use crate::app::find::Hits;
use crate::chat::{ConversationId, Message, MessageId};
use crate::markdown::Highlighter;
use crate::ui::finding;
use crate::ui::theme::Theme;
use std::sync::Arc;

/// Lines of code that are coloured at a time, so that long code shows its colours as they come.
const LINES_AT_A_TIME: usize = 200;

/// Something to be made.
#[derive(Debug)]
pub enum Work {
    /// Parse a long reply.
    Parse(Arc<Message>),
    /// Find words in a conversation, as it is laid out with this theme.
    Find(FindRequest, Box<Theme>),
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

/// Something that was made.
#[derive(Debug)]
pub enum Prepared {
    /// A reply, parsed.
    Parsed(MessageId, Box<Body>),
    /// The tokens of some lines of a code block of this message.
    Coloured(MessageId, Colours),
    /// Where words are in a conversation, for the search of this number. It is no cache's.
    Found(ConversationId, u64, Hits),
}

/// Does what is wanted, one after the other. The highlighter is loaded when code is first seen.
#[derive(Default)]
pub struct Worker {
    highlighter: Option<Highlighter>,
}

impl Worker {
    /// Does one thing, however long that takes. `newest` tells the number of the newest search;
    /// an older one is given up, and `None` comes of it.
    pub fn prepare(&mut self, work: Work, newest: impl Fn() -> u64) -> Option<Prepared> {
        Some(match work {
            Work::Find(request, theme) => {
                let is_wanted = || newest() <= request.number;
                let hits = finding::search(&request, &theme, is_wanted)?;
                Prepared::Found(request.conversation, request.number, hits)
            }
            Work::Parse(message) => Prepared::Parsed(message.id, Box::new(Body::of(&message))),
            Work::Colour {
                message,
                number,
                rewrites,
                language,
                code,
                from,
            } => {
                let rest = code.get(from..).unwrap_or("");
                let lines = rest.split_inclusive('\n').take(LINES_AT_A_TIME);
                let end = from + lines.map(str::len).sum::<usize>();
                let highlighter = self.highlighter.get_or_insert_with(Highlighter::new);
                let tokens = highlighter.tokens(&language, &code[..end], from);
                Prepared::Coloured(
                    message,
                    Colours {
                        number,
                        rewrites,
                        range: from..end,
                        tokens,
                    },
                )
            }
        })
    }
}
