//! Makes what drawing found missing. Nothing here spawns: the thread is its caller's.

use super::caches::{Caches, Colours, Job, MessageLayout};
use super::search;
use crate::app::rows::Hits;
use crate::chat::{ConversationId, MessageId};
use crate::markdown::Highlighter;

/// Lines of code that are coloured at a time, so that long code shows its colours as they come.
const LINES_AT_A_TIME: usize = 200;

/// Something that was made.
#[derive(Debug)]
pub enum JobResult {
    /// A reply, parsed.
    Parsed(MessageId, Box<MessageLayout>),
    /// The tokens of some lines of a code block of this message.
    Coloured(MessageId, Colours),
    /// Where words are in a conversation, for the search of this number. It is no cache's.
    Found(ConversationId, u64, Hits),
}

impl JobResult {
    /// Puts it into the caches. Gives the answer to a search, which is no cache's.
    pub fn put_into(self, caches: &mut Caches) -> Option<(ConversationId, u64, Hits)> {
        match self {
            Self::Parsed(message, parsed) => caches.take_parsed(message, *parsed),
            Self::Coloured(message, colours) => caches.take_colours(message, colours),
            Self::Found(conversation, number, hits) => return Some((conversation, number, hits)),
        }
        None
    }
}

/// Does what is wanted, one after the other. The highlighter is loaded when code is first seen.
#[derive(Default)]
pub struct RenderWorker {
    highlighter: Option<Highlighter>,
}

impl RenderWorker {
    /// Does one thing, however long that takes. `newest` tells the number of the newest search;
    /// an older one is given up, and `None` comes of it.
    pub fn prepare(&mut self, work: Job, newest: impl Fn() -> u64) -> Option<JobResult> {
        Some(match work {
            Job::Find(request, theme) => {
                let is_wanted = || newest() <= request.number;
                let hits = search::search(&request, &theme, is_wanted)?;
                JobResult::Found(request.conversation, request.number, hits)
            }
            Job::Parse(message) => {
                JobResult::Parsed(message.id, Box::new(MessageLayout::of(&message)))
            }
            Job::Colour {
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
                JobResult::Coloured(
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
