//! What drawing keeps between frames, so that a frame costs as much as the screen and not as much
//! as the conversation: parsed messages, laid-out blocks, token counts.
//!
//! Everything here can be thrown away at any time and made again from the model. An entry knows
//! what it was made from (revision, width, theme) and is renewed when that has changed; a reply
//! that grows is only continued.

use super::theme::{Theme, ThemeName};
use crate::chat::tokens::Counter;
use crate::chat::{Conversation, Message, MessageId, MessageState, Role};
use crate::markdown::{Block, Growing, Numbering, codes, lines, wrap_plain};
use crate::sanitize::Gate;
use ratatui::text::Line;
use std::collections::HashMap;
use std::rc::Rc;

/// Lines of plain text that are laid out at a time.
const PLAIN_LINES: usize = 32;
/// Messages whose layout is kept; more than any screen shows.
const MESSAGES_KEPT: usize = 256;

/// The rows of one block.
pub type Rows = Rc<[Line<'static>]>;

/// Everything that is kept between frames.
#[derive(Debug, Default)]
pub struct Caches {
    messages: HashMap<MessageId, Body>,
    tokens: HashMap<MessageId, (usize, u64, Counter)>,
}

impl Caches {
    /// The body of a message, brought up to its newest revision and laid out for this width.
    pub fn body(&mut self, message: &Message, width: usize, theme: &Theme) -> &mut Body {
        if self.messages.len() > MESSAGES_KEPT && !self.messages.contains_key(&message.id) {
            self.messages.clear();
        }
        let body = self
            .messages
            .entry(message.id)
            .or_insert_with(|| Body::new(message.role));
        body.update(message);
        body.resize(width, theme.name);
        body
    }

    /// The estimated tokens of the path that is seen.
    pub fn tokens(&mut self, conversation: &Conversation) -> usize {
        conversation
            .path()
            .map(|message| self.message_tokens(message))
            .sum()
    }

    fn message_tokens(&mut self, message: &Message) -> usize {
        let attached: usize = message
            .attachments
            .iter()
            .map(|attachment| attachment.tokens)
            .sum();
        let (seen, rewrites, counter) = self.tokens.entry(message.id).or_default();
        if *rewrites != message.rewrites || message.text.len() < *seen {
            (*seen, *rewrites, *counter) = (0, message.rewrites, Counter::default());
        }
        counter.push(message.text.get(*seen..).unwrap_or(""));
        *seen = message.text.len();
        counter.tokens() + attached
    }
}

/// The text of a message, made showable and cut into blocks.
#[derive(Debug)]
pub struct Body {
    gate: Gate,
    text: BodyText,
    /// How much of the message's text has passed the gate, and of which rewrite of it.
    seen: usize,
    rewrites: u64,
    is_finished: bool,
    width: usize,
    theme: ThemeName,
    /// The rows of each block, once they were asked for.
    rows: Vec<Option<Rows>>,
}

#[derive(Debug)]
enum BodyText {
    /// A reply: Markdown that may grow. With how many code blocks stand before each settled block.
    Markdown(Box<Growing>, Vec<usize>),
    /// What the person wrote, shown as it was written: lines, some to a block.
    Plain(String, Vec<std::ops::Range<usize>>),
}

impl Body {
    fn new(role: Role) -> Self {
        Self {
            gate: Gate::new(),
            text: match role {
                Role::Assistant => BodyText::Markdown(Box::default(), Vec::new()),
                Role::User | Role::System => BodyText::Plain(String::new(), Vec::new()),
            },
            seen: 0,
            rewrites: 0,
            is_finished: false,
            width: 0,
            theme: ThemeName::Plain,
            rows: Vec::new(),
        }
    }

    fn update(&mut self, message: &Message) {
        let is_finished = message.state != MessageState::Streaming;
        let is_longer = message.text.len() > self.seen;
        let is_other = self.rewrites != message.rewrites || message.text.len() < self.seen;
        if !is_other && !is_longer && is_finished == self.is_finished {
            return;
        }
        // What the gate held back at the end was let go: more text after that needs a new pass.
        if is_other || self.is_finished {
            self.gate = Gate::new();
            self.seen = 0;
        }
        let from_start = self.seen == 0;
        let mut more = String::new();
        self.gate
            .push(message.text.get(self.seen..).unwrap_or(""), &mut more);
        if is_finished {
            self.gate.finish(&mut more);
        }
        self.seen = message.text.len();
        self.rewrites = message.rewrites;
        self.is_finished = is_finished;
        self.take(&more, from_start);
    }

    fn take(&mut self, more: &str, from_start: bool) {
        match &mut self.text {
            BodyText::Markdown(growing, numbers) => {
                if from_start {
                    growing.set(more);
                } else {
                    growing.push(more);
                }
                let kept = growing.settled().len();
                numbers.truncate(kept);
                self.rows.truncate(kept);
                growing.refresh();
                number_codes(growing.settled(), numbers);
            }
            BodyText::Plain(text, blocks) => {
                if from_start {
                    text.clear();
                }
                text.push_str(more);
                *blocks = plain_blocks(text);
                self.rows.clear();
            }
        }
        self.rows.resize(self.len(), None);
    }

    fn resize(&mut self, width: usize, theme: ThemeName) {
        if (self.width, self.theme) != (width, theme) {
            (self.width, self.theme) = (width, theme);
            self.rows.fill(None);
        }
    }

    /// How many blocks there are.
    pub fn len(&self) -> usize {
        match &self.text {
            BodyText::Markdown(growing, _) => growing.settled().len() + growing.open().len(),
            BodyText::Plain(_, blocks) => blocks.len(),
        }
    }

    /// Whether there is nothing to show.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// How many invisible characters the text holds, which are shown as marks.
    pub fn hidden(&self) -> usize {
        self.gate.hidden()
    }

    /// The rows of a block, laid out when they are first asked for. A block of Markdown ends in a
    /// blank row; those of a plain text follow each other without a gap.
    pub fn rows(&mut self, block: usize, theme: &Theme) -> Rows {
        if let Some(Some(rows)) = self.rows.get(block) {
            return Rc::clone(rows);
        }
        let rows: Rows = self.lay_out(block, theme).into();
        if let Some(place) = self.rows.get_mut(block) {
            *place = Some(Rc::clone(&rows));
        }
        rows
    }

    fn lay_out(&self, index: usize, theme: &Theme) -> Vec<Line<'static>> {
        match &self.text {
            BodyText::Markdown(growing, numbers) => {
                let settled = growing.settled();
                let mut number = numbers.last().copied().unwrap_or(1);
                let block = if let Some(block) = settled.get(index) {
                    number = index.checked_sub(1).map_or(1, |before| numbers[before]);
                    block
                } else {
                    let open = growing.open();
                    let at = index - settled.len();
                    let before: &[Block] = open.get(..at).unwrap_or(&[]);
                    number += codes(before).len();
                    let Some(block) = open.get(at) else {
                        return Vec::new();
                    };
                    block
                };
                let mut rows = lines(
                    block,
                    self.width,
                    &theme.markdown,
                    &mut Numbering::from(number),
                );
                rows.push(Line::default());
                rows
            }
            BodyText::Plain(text, blocks) => {
                let range = blocks.get(index).cloned().unwrap_or_default();
                let text = text.get(range).unwrap_or("");
                let rows = wrap_plain(text, self.width).into_iter();
                rows.map(|row| Line::styled(text.get(row).unwrap_or("").to_owned(), theme.text))
                    .collect()
            }
        }
    }
}

/// Appends, for each settled block that is new, the number of the first code block behind it.
fn number_codes(settled: &[Block], numbers: &mut Vec<usize>) {
    for block in settled.iter().skip(numbers.len()) {
        let before = numbers.last().copied().unwrap_or(1);
        numbers.push(before + codes(std::slice::from_ref(block)).len());
    }
}

/// Cuts a text into blocks of some lines each, so that only what is on screen is wrapped.
fn plain_blocks(text: &str) -> Vec<std::ops::Range<usize>> {
    let mut blocks = Vec::new();
    let (mut start, mut lines) = (0, 0);
    for (at, _) in text.match_indices('\n') {
        lines += 1;
        if lines == PLAIN_LINES {
            blocks.push(start..at);
            (start, lines) = (at + 1, 0);
        }
    }
    if start < text.len() {
        blocks.push(start..text.len());
    }
    blocks
}
