//! Makes what drawing found missing. Nothing here spawns: the thread is its caller's.

use super::caches::{Caches, Colours, Job, MessageLayout, WrappedText};
use super::search;
use crate::app::Event;
use crate::chat::MessageId;
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
    /// A long text, wrapped.
    Wrapped(Box<WrappedText>),
    /// What the model has asked for. It is no cache's.
    Answer(Box<Event>),
}

impl JobResult {
    /// Puts it into the caches. Gives what the model has asked for, which is no cache's.
    pub fn put_into(self, caches: &mut Caches) -> Option<Event> {
        match self {
            Self::Parsed(message, parsed) => caches.take_parsed(message, *parsed),
            Self::Coloured(message, colours) => caches.take_colours(message, colours),
            Self::Wrapped(page) => caches.take_page(*page),
            Self::Answer(event) => return Some(*event),
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
                let found = Event::Found(request.conversation, request.number, hits);
                JobResult::Answer(Box::new(found))
            }
            Job::WritePrompt(request) => {
                let text = request.text().into();
                let written = Event::PromptWritten(request.number, text);
                JobResult::Answer(Box::new(written))
            }
            Job::Wrap(text, width) => JobResult::Wrapped(Box::new(WrappedText::new(text, width))),
            Job::Discard(values) => {
                drop(values);
                return None;
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
