//! What drawing keeps between frames, so that a frame costs as much as the screen and not as much
//! as the conversation: parsed messages, laid-out pieces, token counts.
//!
//! Everything here can be thrown away at any time and made again from the model. An entry knows
//! what it was made from (revision, width, theme) and is renewed when that has changed; a reply
//! that grows is only continued. What takes long is left as [wanted](Caches::take_wanted).

mod jobs;
mod message_layout;
mod stream_holdback;
mod sums;
mod wrapped_text;

pub use jobs::Job;
pub use message_layout::{Colours, MessageLayout, Rows};
pub use wrapped_text::WrappedText;

use super::theme::Theme;
use crate::chat::{Conversation, Message, MessageId, tokens};
use std::collections::HashMap;
use std::sync::Arc;
use sums::Sums;

/// Messages whose layout is kept; more than any screen shows.
const MESSAGES_KEPT: usize = 256;
/// The text whose layout is kept, in bytes.
const TEXT_KEPT: usize = 8 << 20;
/// Rows that are kept.
const ROWS_KEPT: usize = 20_000;

/// Everything that is kept between frames.
#[derive(Debug, Default)]
pub struct Caches {
    messages: HashMap<MessageId, CachedMessage>,
    /// Counts frames, to tell what was not used in the last ones.
    frame: u64,
    /// Rows that were laid out since all were forgotten last.
    rows: usize,
    sums: Sums,
    system: Option<(Arc<str>, usize)>,
    wanted: Vec<Job>,
    /// The text that is shown in a box.
    page: WrappedText,
}

#[derive(Debug)]
struct CachedMessage {
    body: MessageLayout,
    used: u64,
}

impl Caches {
    /// A frame begins: what no recent frame has used goes where there is too much.
    pub fn begin_frame(&mut self) {
        self.frame += 1;
        let text: usize = self.messages.values().map(|kept| kept.body.size()).sum();
        if self.messages.len() > MESSAGES_KEPT || text > TEXT_KEPT {
            let recent = self.frame.saturating_sub(2);
            self.messages.retain(|_, kept| kept.used >= recent);
        }
        if self.rows > ROWS_KEPT {
            self.rows = 0;
            self.messages
                .values_mut()
                .for_each(|kept| kept.body.forget_rows());
        }
    }

    /// The body of a message, brought up to its newest revision and laid out for this width.
    pub fn body(
        &mut self,
        message: &Arc<Message>,
        width: usize,
        theme: &Theme,
    ) -> &mut MessageLayout {
        let kept = self
            .messages
            .entry(message.id)
            .or_insert_with(|| CachedMessage {
                body: MessageLayout::new(message.role),
                used: 0,
            });
        kept.used = self.frame;
        kept.body.refresh(message, &mut self.wanted);
        kept.body.resize(width, theme.name);
        &mut kept.body
    }

    /// The rows of a piece of a message whose body was asked for in this frame.
    pub fn rows(&mut self, message: &Message, piece: usize, theme: &Theme) -> Rows {
        let Some(kept) = self.messages.get_mut(&message.id) else {
            return Arc::from([]);
        };
        let (rows, is_new) = kept.body.rows(message.id, piece, theme, &mut self.wanted);
        if is_new {
            self.rows += rows.len();
        }
        rows
    }

    /// The text that is shown in a box, wrapped at this width.
    pub fn page(&mut self, text: &Arc<str>, width: usize) -> &WrappedText {
        self.page.of(text, width, &mut self.wanted)
    }

    /// The estimated tokens of the path that is seen.
    pub fn tokens(&mut self, conversation: &Conversation) -> usize {
        self.sums.of(conversation).tokens
    }

    /// The estimated tokens of a system message, counted when it is another one than before.
    pub fn system_tokens(&mut self, system: &Arc<str>) -> usize {
        match &self.system {
            Some((known, tokens)) if Arc::ptr_eq(known, system) => *tokens,
            _ => {
                let tokens = tokens::estimate(system);
                self.system = Some((Arc::clone(system), tokens));
                tokens
            }
        }
    }

    /// Where a message begins in the path that is seen, and the whole of it, in bytes.
    pub fn position(&mut self, conversation: &Conversation, message: usize) -> (usize, usize) {
        let sums = self.sums.of(conversation);
        let start = sums.starts.get(message).copied();
        (start.unwrap_or(sums.bytes), sums.bytes)
    }

    /// What was found missing since this was called last.
    pub fn take_wanted(&mut self) -> Vec<Job> {
        std::mem::take(&mut self.wanted)
    }

    /// Takes a reply that was parsed elsewhere. The next frame shows it.
    pub fn take_parsed(&mut self, message: MessageId, parsed: MessageLayout) {
        if let Some(kept) = self.messages.get_mut(&message) {
            kept.body.replace(parsed);
        }
    }

    /// Takes a text that was wrapped elsewhere. The next frame shows it.
    pub fn take_page(&mut self, page: WrappedText) {
        self.page.take(page);
    }

    /// Takes colours that were found elsewhere. The next frame shows them.
    pub fn take_colours(&mut self, message: MessageId, colours: Colours) {
        if let Some(kept) = self.messages.get_mut(&message) {
            kept.body.colour(colours);
        }
    }
}
