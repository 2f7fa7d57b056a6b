//! The text of one message, made showable, cut into pieces, and laid out piece by piece.
//!
//! A piece is a block of Markdown, or a part of a long one, or some lines of a plain text: what is
//! laid out at a time. A reply that grows is only continued. What would take long is not done
//! here but asked for ([`Job`]): a long reply is shown as plain text until it is parsed, or as far
//! as it was parsed before; code in one colour until its tokens are known.

mod colours;

pub use colours::Colours;

use colours::Coloured;

use crate::ui::caches::stream_holdback::StreamHoldback;

use crate::chat::{Message, MessageId, MessageState, Role};
use crate::markdown::{
    Block, Code, Growing, Kind, Numbering, Part, codes, lines_of, parts, wrap_plain,
};
use crate::sanitize::Gate;
use crate::ui::caches::jobs::Job;
use crate::ui::theme::{Theme, ThemeName};
use ratatui::text::Line;
use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

/// Lines of plain text that are laid out at a time.
const PLAIN_LINES: usize = 32;
/// The longest text, in bytes, that is parsed between two frames.
const PARSED_AT_ONCE: usize = 64 << 10;

/// The rows of one piece.
pub type Rows = Arc<[Line<'static>]>;

/// The text of a message.
#[derive(Debug)]
pub struct MessageLayout {
    gate: Gate,
    text: BodyText,
    /// What has passed the gate and waits for the rest of its line.
    held: String,
    tail: StreamHoldback,
    /// How much of the message's text has passed the gate, and of which rewrite of it.
    seen: usize,
    rewrites: u64,
    is_finished: bool,
    width: usize,
    theme: ThemeName,
    pieces: Vec<Piece>,
    /// The rows of each piece, once they were asked for.
    rows: Vec<Option<Rows>>,
    /// The colours of code blocks, by their number.
    coloured: HashMap<usize, Coloured>,
    /// Whether a parse of the whole was asked for.
    is_parse_asked: bool,
}

#[derive(Debug)]
enum BodyText {
    /// A reply: Markdown that may grow. With the number of the first code block behind each
    /// settled block.
    Markdown(Box<Growing>, Vec<usize>),
    /// A text that is shown as it was written: what the user wrote, or a long reply that is not
    /// parsed yet. With the range of each piece.
    Plain(String, Vec<Range<usize>>),
}

/// What is laid out at a time.
#[derive(Debug, Clone, Copy)]
struct Piece {
    block: usize,
    part: usize,
}

impl MessageLayout {
    /// The body of a message, nothing of which has been looked at.
    pub fn new(role: Role) -> Self {
        Self {
            gate: Gate::new(),
            text: match role {
                Role::Assistant => BodyText::Markdown(Box::default(), Vec::new()),
                Role::User | Role::System => BodyText::Plain(String::new(), Vec::new()),
            },
            held: String::new(),
            tail: StreamHoldback::default(),
            seen: 0,
            rewrites: 0,
            is_finished: false,
            width: 0,
            theme: ThemeName::Plain,
            pieces: Vec::new(),
            rows: Vec::new(),
            coloured: HashMap::new(),
            is_parse_asked: false,
        }
    }

    /// The body of a whole message, however long that takes.
    pub fn of(message: &Message) -> Self {
        let mut body = Self::new(message.role);
        body.update(message, usize::MAX);
        body
    }

    /// Brings the body up to the message's newest revision. What takes long is pushed to `wanted`.
    pub fn refresh(&mut self, message: &Arc<Message>, wanted: &mut Vec<Job>) {
        self.update(message, PARSED_AT_ONCE);
        let is_behind = self.seen < message.text.len();
        if (is_behind || self.is_provisional(message)) && !self.is_parse_asked {
            self.is_parse_asked = true;
            wanted.push(Job::Parse(Arc::clone(message)));
        }
    }

    /// Whether this is a reply that is shown as plain text because it is not parsed yet.
    pub fn is_provisional(&self, message: &Message) -> bool {
        message.role == Role::Assistant && matches!(self.text, BodyText::Plain(..))
    }

    /// How many bytes of the message it holds.
    pub fn size(&self) -> usize {
        self.seen
    }

    /// Puts another body of the same message in its place: the whole of it is parsed now. The
    /// colours that are known stay.
    pub fn replace(&mut self, parsed: Self) {
        let before = std::mem::replace(self, parsed);
        if before.rewrites == self.rewrites {
            self.coloured = before.coloured;
        }
    }

    fn update(&mut self, message: &Message, parsed_at_once: usize) {
        let is_finished = message.state != MessageState::Streaming;
        let is_longer = message.text.len() > self.seen;
        let is_other = self.rewrites != message.rewrites || message.text.len() < self.seen;
        if !is_other && !is_longer && is_finished == self.is_finished {
            return;
        }
        // What was held back at the end was let go: more text after that needs a new pass.
        if is_other || self.is_finished {
            self.start_over();
        }
        if message.text.len() - self.seen > parsed_at_once && message.role == Role::Assistant {
            if self.seen > 0 && !self.is_provisional(message) {
                // What is shown stays in view until the whole is parsed.
                return;
            }
            self.start_over();
            self.text = BodyText::Plain(String::new(), Vec::new());
            self.is_parse_asked = false;
        }
        let from_start = self.seen == 0;
        let mut more = std::mem::take(&mut self.held);
        self.gate
            .push(message.text.get(self.seen..).unwrap_or(""), &mut more);
        if is_finished {
            self.gate.finish(&mut more);
        } else if message.role == Role::Assistant {
            let held = self.tail.hold(&more);
            self.held = more.split_off(more.len() - held);
        }
        self.seen = message.text.len();
        self.rewrites = message.rewrites;
        self.is_finished = is_finished;
        self.take(&more, from_start);
    }

    fn start_over(&mut self) {
        self.gate = Gate::new();
        self.seen = 0;
        self.held.clear();
        self.tail = StreamHoldback::default();
        self.coloured.clear();
    }

    fn take(&mut self, more: &str, from_start: bool) {
        let stay = match &mut self.text {
            BodyText::Markdown(growing, numbers) => {
                if from_start {
                    growing.set(more);
                } else {
                    growing.push(more);
                }
                let kept = growing.settled().len();
                numbers.truncate(kept);
                let settled = self.pieces.partition_point(|piece| piece.block < kept);
                let open_code = (!from_start).then(|| code_start(growing.open())).flatten();
                let before = self.pieces.len() - settled;
                growing.refresh();
                number_codes(growing.settled(), numbers);
                self.pieces.truncate(settled);
                let settled_blocks = growing.settled().iter().enumerate().skip(kept);
                let open_at = growing.settled().len();
                let open_blocks = growing.open().iter().enumerate();
                let blocks =
                    settled_blocks.chain(open_blocks.map(|(at, open)| (open_at + at, open)));
                for (block, content) in blocks {
                    let parts = 0..parts(content);
                    self.pieces.extend(parts.map(|part| Piece { block, part }));
                }
                // Of a code block that grows only the last part is another one.
                let grown = growing.settled().get(kept).or(growing.open().first());
                let is_same = open_code.is_some()
                    && open_code == code_start(grown.map_or(&[], std::slice::from_ref));
                settled + if is_same { before.saturating_sub(1) } else { 0 }
            }
            BodyText::Plain(text, ranges) => {
                if from_start {
                    text.clear();
                }
                text.push_str(more);
                *ranges = plain_pieces(text);
                self.pieces.clear();
                let pieces = (0..ranges.len()).map(|block| Piece { block, part: 0 });
                self.pieces.extend(pieces);
                0
            }
        };
        self.rows.truncate(stay);
        self.rows.resize(self.pieces.len(), None);
    }

    /// Lays out for this width and theme from now on.
    pub fn resize(&mut self, width: usize, theme: ThemeName) {
        if (self.width, self.theme) != (width, theme) {
            (self.width, self.theme) = (width, theme);
            self.forget_rows();
        }
    }

    /// Forgets the rows; they are made again when they are asked for.
    pub fn forget_rows(&mut self) {
        self.rows.fill(None);
    }

    /// How many pieces there are.
    pub fn len(&self) -> usize {
        self.pieces.len()
    }

    /// How many invisible characters the text holds, which are shown as marks.
    pub fn hidden(&self) -> usize {
        self.gate.hidden()
    }

    /// The rows of a piece, laid out when they are first asked for. A block of Markdown ends in a
    /// blank row; the pieces of a plain text follow each other without a gap. Gives with them
    /// whether they were laid out now.
    pub fn rows(
        &mut self,
        message: MessageId,
        piece: usize,
        theme: &Theme,
        wanted: &mut Vec<Job>,
    ) -> (Rows, bool) {
        if let Some(Some(rows)) = self.rows.get(piece) {
            return (Arc::clone(rows), false);
        }
        let rows: Rows = self.lay_out(piece, theme).into();
        self.want_colours(message, piece, wanted);
        if let Some(place) = self.rows.get_mut(piece) {
            *place = Some(Arc::clone(&rows));
        }
        (rows, true)
    }

    fn lay_out(&self, index: usize, theme: &Theme) -> Vec<Line<'static>> {
        let Some(piece) = self.pieces.get(index) else {
            return Vec::new();
        };
        match &self.text {
            BodyText::Markdown(growing, numbers) => {
                let Some((block, number)) = block(growing, numbers, piece.block) else {
                    return Vec::new();
                };
                let styles = &theme.markdown;
                let mut numbering = Numbering::from(number);
                let part = Part::Number(piece.part);
                let tokens = |number: usize, code: &Code| self.tokens(number, code);
                let mut rows = lines_of(block, part, self.width, styles, &mut numbering, &tokens);
                let next = self.pieces.get(index + 1);
                if next.is_none_or(|next| next.block != piece.block) {
                    rows.push(Line::default());
                }
                rows
            }
            BodyText::Plain(text, ranges) => {
                let range = ranges.get(piece.block).cloned().unwrap_or_default();
                let text = text.get(range).unwrap_or("");
                let rows = wrap_plain(text, self.width).into_iter();
                rows.map(|row| Line::styled(text.get(row).unwrap_or("").to_owned(), theme.text))
                    .collect()
            }
        }
    }

    /// The piece and the row that show what a plain body of the same text shows at a piece and a
    /// row: a reply that was provisional is parsed now.
    pub fn after_parse(&self, piece: usize, row: usize) -> (usize, usize) {
        let BodyText::Markdown(growing, _) = &self.text else {
            return (piece, row);
        };
        let source = growing.source();
        let ranges = plain_pieces(source);
        let Some(range) = ranges.get(piece).cloned() else {
            return (self.len().saturating_sub(1), usize::MAX);
        };
        let start = range.start;
        let text = source.get(range).unwrap_or("");
        let rows = wrap_plain(text, self.width);
        let offset = start + rows.get(row).map_or(0, |row| row.start);
        let before = |block: &Block| block.range.end <= offset;
        let settled = growing.settled();
        let block = match settled.partition_point(before) {
            at if at < settled.len() => at,
            at => at + growing.open().partition_point(before),
        };
        let piece = self.pieces.partition_point(|piece| piece.block < block);
        (piece.min(self.len().saturating_sub(1)), 0)
    }
}

/// The block at an index, with the number of the first code block in it.
fn block<'a>(growing: &'a Growing, numbers: &[usize], index: usize) -> Option<(&'a Block, usize)> {
    let settled = growing.settled();
    if let Some(block) = settled.get(index) {
        let number = index.checked_sub(1).and_then(|before| numbers.get(before));
        return Some((block, number.copied().unwrap_or(1)));
    }
    let open = growing.open();
    let at = index - settled.len();
    let before: &[Block] = open.get(..at).unwrap_or(&[]);
    let number = numbers.last().copied().unwrap_or(1) + codes(before).len();
    Some((open.get(at)?, number))
}

/// Where the first block begins if it is code.
fn code_start(blocks: &[Block]) -> Option<usize> {
    let first = blocks.first()?;
    matches!(first.kind, Kind::Code(_)).then_some(first.range.start)
}

/// Appends, for each settled block that is new, the number of the first code block behind it.
fn number_codes(settled: &[Block], numbers: &mut Vec<usize>) {
    for block in settled.iter().skip(numbers.len()) {
        let before = numbers.last().copied().unwrap_or(1);
        numbers.push(before + codes(std::slice::from_ref(block)).len());
    }
}

/// Cuts a text into pieces of some lines each, so that only what is on screen is wrapped.
fn plain_pieces(text: &str) -> Vec<Range<usize>> {
    let mut pieces = Vec::new();
    let (mut start, mut lines) = (0, 0);
    for (at, _) in text.match_indices('\n') {
        lines += 1;
        if lines == PLAIN_LINES {
            pieces.push(start..at);
            (start, lines) = (at + 1, 0);
        }
    }
    if start < text.len() {
        pieces.push(start..text.len());
    }
    pieces
}

#[cfg(test)]
mod tests;
