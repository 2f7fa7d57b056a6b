//! Lays a block out at a width, as lines of styled spans.
//!
//! Indentation is taken from the width. Where too little would remain, the indentation is left out
//! and the text keeps the whole width: text is never cut.

use std::ops::Range;
use std::sync::Arc;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::block::{Block, Code, Inline, Kind, List};
use super::highlight::{CodeTokens, Token};
use super::runs::{Row, styled, wrap_inlines};
use super::styles::{Styles, Syntax};
use super::table;
use super::wrap::{StyledText, columns, cut_line, wrap_plain, wrap_styled};

/// The least width that indented text must have; with less it is not indented.
const LEAST_TEXT: usize = 4;
/// The least width at which code has a frame.
const LEAST_FRAME: usize = 8;

/// Numbers the code blocks of a message, so that a key can copy one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Numbering {
    next: Option<usize>,
}

impl Numbering {
    /// The next code block has the number `next`.
    pub fn from(next: usize) -> Self {
        Self { next: Some(next) }
    }

    /// Code blocks show no number.
    pub fn none() -> Self {
        Self { next: None }
    }

    fn take(&mut self) -> Option<usize> {
        let number = self.next?;
        self.next = Some(number + 1);
        Some(number)
    }
}

/// How many lines of a code block are one part of it.
const PART_LINES: usize = 64;

/// What of a block is laid out. A long code block has parts, so that what is not on screen need
/// not be laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// All of it.
    Whole,
    /// One of its [`parts`], from 0.
    Number(usize),
}

/// How many parts a block has; one, but for long code blocks.
pub fn parts(block: &Block) -> usize {
    match &block.kind {
        Kind::Code(code) => (code.text.matches('\n').count() + 1).div_ceil(PART_LINES),
        _ => 1,
    }
}

/// Lays out one block at a width in columns; 0 counts as 1. The space between blocks is the
/// caller's. Every line is at most `width` columns wide. `numbering` goes on from block to block.
pub fn lines(
    block: &Block,
    width: usize,
    styles: &Styles,
    numbering: &mut Numbering,
) -> Vec<Line<'static>> {
    lines_of(block, Part::Whole, width, styles, numbering, &|_, _| None)
}

/// Looks up the tokens of a code block by its number. Lines for which there are none are shown in
/// one style.
pub type Lookup<'a> = dyn Fn(usize, &Code) -> Option<Arc<CodeTokens>> + 'a;

/// Like [`lines`], for a part of a block, with code in its colours as far as `tokens` knows them.
/// All parts below each other are the lines of the whole.
pub fn lines_of(
    block: &Block,
    part: Part,
    width: usize,
    styles: &Styles,
    numbering: &mut Numbering,
    tokens: &Lookup<'_>,
) -> Vec<Line<'static>> {
    let mut layout = Layout {
        styles,
        numbering,
        tokens,
    };
    let width = width.max(1);
    let rows = match &block.kind {
        Kind::Code(code) => layout.code(code, part, width),
        _ => layout.block(block, width),
    };
    rows.into_iter().map(Line::from).collect()
}

struct Layout<'a> {
    styles: &'a Styles,
    numbering: &'a mut Numbering,
    tokens: &'a Lookup<'a>,
}

impl Layout<'_> {
    fn block(&mut self, block: &Block, width: usize) -> Vec<Row> {
        let styles = self.styles;
        match &block.kind {
            Kind::Paragraph(text) => wrap_inlines(text, styles.text, styles, width),
            Kind::Heading(level, text) => heading(*level, text, styles, width),
            Kind::Code(code) => self.code(code, Part::Whole, width),
            Kind::List(list) => self.list(list, width),
            Kind::Quote(blocks) => {
                let bar = Prefix {
                    text: "▎ ".into(),
                    style: styles.quote,
                    repeats: true,
                };
                self.prefixed(&bar, blocks, false, width)
            }
            Kind::Rule => vec![vec![Span::styled("─".repeat(width), styles.rule)]],
            Kind::Table(table) => table::rows(table, styles, width),
            Kind::Footnote(label, blocks) => {
                let label = Prefix {
                    text: format!("[^{label}]: "),
                    style: styles.list_marker,
                    repeats: false,
                };
                self.prefixed(&label, blocks, false, width)
            }
            Kind::Verbatim(text) => {
                let style = styles.text.patch(styles.dim);
                wrap_styled(&[(text.as_str(), style)], width)
            }
        }
    }

    /// Blocks below each other, with an empty row between them unless they stand close.
    fn blocks(&mut self, blocks: &[Block], close: bool, width: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        for (index, block) in blocks.iter().enumerate() {
            if index > 0 && !close {
                rows.push(Row::new());
            }
            rows.extend(self.block(block, width));
        }
        rows
    }

    fn list(&mut self, list: &List, width: usize) -> Vec<Row> {
        let others = list.items.len().saturating_sub(1) as u64;
        let highest = list.start.map(|start| start.saturating_add(others));
        let digits = highest.map_or(0, |number| number.to_string().len());
        let mut rows = Vec::new();
        for (index, item) in list.items.iter().enumerate() {
            if index > 0 && !list.tight {
                rows.push(Row::new());
            }
            let number = list.start.map(|start| start.saturating_add(index as u64));
            let mut marker =
                number.map_or_else(|| "• ".to_owned(), |number| format!("{number:>digits$}. "));
            if let Some(done) = item.task {
                marker.push_str(if done { "[x] " } else { "[ ] " });
            }
            let prefix = Prefix {
                text: marker,
                style: self.styles.list_marker,
                repeats: false,
            };
            rows.extend(self.prefixed(&prefix, &item.blocks, list.tight, width));
        }
        rows
    }

    /// A code block: a frame with the language and the number, and the code with a bar to its
    /// left. A line that is too long goes on behind a mark.
    fn code(&mut self, code: &Code, part: Part, width: usize) -> Vec<Row> {
        let number = self.numbering.take();
        if width < LEAST_FRAME {
            let rows = self.code_rows(code, number, part, width);
            return rows.into_iter().map(|row| row.1).collect();
        }
        let border = self.styles.code_border;
        let mut rows = Vec::new();
        if matches!(part, Part::Whole | Part::Number(0)) {
            let top = frame_top(&code.language, number, width);
            rows.push(vec![Span::styled(top, border)]);
        }
        for (goes_on, mut row) in self.code_rows(code, number, part, width - 2) {
            let bar = if goes_on { "│↳" } else { "│ " };
            row.insert(0, Span::styled(bar, border));
            rows.push(row);
        }
        let is_last = match part {
            Part::Whole => true,
            Part::Number(number) => {
                let lines = code.text.matches('\n').count() + 1;
                (number + 1) * PART_LINES >= lines
            }
        };
        if is_last {
            let bottom = format!("└{}┘", "─".repeat(width - 2));
            rows.push(vec![Span::styled(bottom, border)]);
        }
        rows
    }

    /// The rows of code without a frame, each with whether it goes on with the line of the row
    /// before.
    fn code_rows(
        &self,
        code: &Code,
        number: Option<usize>,
        part: Part,
        width: usize,
    ) -> Vec<(bool, Row)> {
        let base = self.styles.text.patch(self.styles.code_block);
        let found = number.and_then(|number| (self.tokens)(number, code));
        let (skip, take) = match part {
            Part::Whole => (0, usize::MAX),
            Part::Number(number) => (number * PART_LINES, PART_LINES),
        };
        let lines = code.text.split('\n').enumerate().skip(skip).take(take);
        let mut rows = Vec::new();
        for (index, line) in lines {
            let known = found.as_ref().and_then(|found| found.get(index));
            let known = known.map_or(&[][..], Vec::as_slice);
            let runs = code_runs(line, known, base, &self.styles.syntax);
            let mut text = StyledText::new(&runs);
            for (part, range) in cut_line(line, width).into_iter().enumerate() {
                rows.push((part > 0, text.spans(range, width)));
            }
        }
        rows
    }

    /// Blocks behind a prefix: a marker on the first row, or a bar on all.
    fn prefixed(
        &mut self,
        prefix: &Prefix,
        blocks: &[Block],
        close: bool,
        width: usize,
    ) -> Vec<Row> {
        let indent = columns(&prefix.text);
        if width < indent + LEAST_TEXT {
            let mut rows = if prefix.repeats {
                Vec::new()
            } else {
                wrap_styled(&[(prefix.text.trim_end(), prefix.style)], width)
            };
            rows.extend(self.blocks(blocks, close, width));
            return rows;
        }
        let mut rows = self.blocks(blocks, close, width - indent);
        if rows.is_empty() {
            rows.push(Row::new());
        }
        for (index, row) in rows.iter_mut().enumerate() {
            if index == 0 || prefix.repeats {
                row.insert(0, Span::styled(prefix.text.clone(), prefix.style));
            } else if !row.is_empty() {
                row.insert(0, Span::raw(" ".repeat(indent)));
            }
        }
        rows
    }
}

/// What stands to the left of blocks.
struct Prefix {
    text: String,
    style: Style,
    /// Whether it stands on every row.
    repeats: bool,
}

/// A heading keeps its number signs: its level must not be a matter of colour.
fn heading(level: u8, text: &[Inline], styles: &Styles, width: usize) -> Vec<Row> {
    let base = styles.text.patch(styles.heading);
    let signs = "#".repeat(usize::from(level)) + " ";
    let mut runs = vec![(signs.as_str(), base)];
    runs.extend(styled(text, base, styles));
    wrap_styled(&runs, width)
}

/// A line of code as runs, with the base style wherever nothing better is known.
fn code_runs<'a>(
    line: &'a str,
    known: &[(Range<usize>, Token)],
    base: Style,
    syntax: &Syntax,
) -> Vec<(&'a str, Style)> {
    let mut runs = Vec::with_capacity(2 * known.len() + 1);
    let mut at = 0;
    for (range, token) in known {
        // Tokens that were made for another text must not be able to lose any of this one.
        if let (Some(before), Some(text)) = (line.get(at..range.start), line.get(range.clone())) {
            runs.push((before, base));
            runs.push((text, base.patch(syntax.of(*token))));
            at = range.end;
        }
    }
    runs.push((&line[at..], base));
    runs
}

/// The upper edge of a code block's frame, with as much of its labels as there is room for.
fn frame_top(language: &str, number: Option<usize>, width: usize) -> String {
    let room = width - 2;
    let mut right = number.map_or_else(String::new, |number| format!(" [{number}] copy "));
    if right.len() > room {
        right = number.map_or_else(String::new, |number| format!("[{number}]"));
    }
    if right.len() > room {
        right.clear();
    }
    let room = room - right.len();
    let mut left = String::new();
    // One column for each space around the name, and one for the line.
    if !language.is_empty() && room > 3 {
        let name = wrap_plain(language, room - 3).swap_remove(0);
        left = format!(" {} ", &language[name]);
    }
    let line = room.saturating_sub(columns(&left));
    format!("┌{left}{}{right}┐", "─".repeat(line))
}
