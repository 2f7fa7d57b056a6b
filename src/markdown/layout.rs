//! Lays a block out at a width, as lines of styled spans.
//!
//! Indentation is taken from the width. Where too little would remain, the indentation is left out
//! and the text keeps the whole width: text is never cut.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::{Line, Span};

use super::block::{Block, Code, Inline, Kind, List, Marks};
use super::table;
use super::wrap::{StyledText, columns, cut_line, wrap_plain, wrap_styled};

/// The least width that indented text must have; with less it is not indented.
const LEAST_TEXT: usize = 4;
/// The least width at which code has a frame.
const LEAST_FRAME: usize = 8;

/// The styles of everything that a text can hold. The theme of the user interface fills it in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Styles {
    /// Running text. All other styles of text are applied on top of it.
    pub text: Style,
    /// Strong emphasis.
    pub strong: Style,
    /// Emphasis.
    pub emphasis: Style,
    /// Text that is struck through.
    pub strike: Style,
    /// Code and formulas within text.
    pub code: Style,
    /// The text of a link.
    pub link: Style,
    /// Headings.
    pub heading: Style,
    /// The bar beside a quotation.
    pub quote: Style,
    /// Thematic breaks.
    pub rule: Style,
    /// Bullets, numbers and task boxes.
    pub list_marker: Style,
    /// Code in code blocks.
    pub code_block: Style,
    /// The frame of code blocks.
    pub code_border: Style,
    /// The lines of tables.
    pub table_border: Style,
    /// Link targets, HTML and link definitions.
    pub dim: Style,
}

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

/// The styles of a code block's lines: for each line, byte ranges of that line in ascending order,
/// each with what is applied on top of [`Styles::code_block`].
pub type CodeStyles = Vec<Vec<(Range<usize>, Style)>>;

/// Lays out one block at a width in columns; 0 counts as 1. The space between blocks is the
/// caller's. Every line is at most `width` columns wide. `numbering` goes on from block to block.
pub fn lines(
    block: &Block,
    width: usize,
    styles: &Styles,
    numbering: &mut Numbering,
) -> Vec<Line<'static>> {
    lines_with(block, width, styles, numbering, &|_| None)
}

/// Like [`lines`], with code in the styles that `highlight` knows for it. `highlight` only looks
/// up what was made elsewhere; code for which it knows nothing is shown in one style.
pub fn lines_with(
    block: &Block,
    width: usize,
    styles: &Styles,
    numbering: &mut Numbering,
    highlight: &dyn Fn(&Code) -> Option<CodeStyles>,
) -> Vec<Line<'static>> {
    let mut layout = Layout {
        styles,
        numbering,
        highlight,
    };
    let rows = layout.block(block, width.max(1));
    rows.into_iter().map(Line::from).collect()
}

/// A row before it becomes a line.
pub(super) type Row = Vec<Span<'static>>;

struct Layout<'a> {
    styles: &'a Styles,
    numbering: &'a mut Numbering,
    highlight: &'a dyn Fn(&Code) -> Option<CodeStyles>,
}

impl Layout<'_> {
    fn block(&mut self, block: &Block, width: usize) -> Vec<Row> {
        let styles = self.styles;
        match &block.kind {
            Kind::Paragraph(text) => wrap_inlines(text, styles.text, styles, width),
            Kind::Heading(level, text) => heading(*level, text, styles, width),
            Kind::Code(code) => self.code(code, width),
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
    fn code(&mut self, code: &Code, width: usize) -> Vec<Row> {
        let number = self.numbering.take();
        if width < LEAST_FRAME {
            return self
                .code_rows(code, width)
                .into_iter()
                .map(|row| row.1)
                .collect();
        }
        let border = self.styles.code_border;
        let top = frame_top(&code.language, number, width);
        let mut rows = vec![vec![Span::styled(top, border)]];
        for (goes_on, mut row) in self.code_rows(code, width - 2) {
            let bar = if goes_on { "│↳" } else { "│ " };
            row.insert(0, Span::styled(bar, border));
            rows.push(row);
        }
        let bottom = format!("└{}┘", "─".repeat(width - 2));
        rows.push(vec![Span::styled(bottom, border)]);
        rows
    }

    /// The rows of code without a frame, each with whether it goes on with the line of the row
    /// before.
    fn code_rows(&self, code: &Code, width: usize) -> Vec<(bool, Row)> {
        let base = self.styles.text.patch(self.styles.code_block);
        let found = (self.highlight)(code).unwrap_or_default();
        let mut rows = Vec::new();
        for (index, line) in code.text.split('\n').enumerate() {
            let known = found.get(index).map_or(&[][..], Vec::as_slice);
            let runs = code_runs(line, known, base);
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

/// Wraps runs of text.
pub(super) fn wrap_inlines(
    text: &[Inline],
    base: Style,
    styles: &Styles,
    width: usize,
) -> Vec<Row> {
    wrap_styled(&styled(text, base, styles), width)
}

fn styled<'a>(text: &'a [Inline], base: Style, styles: &Styles) -> Vec<(&'a str, Style)> {
    text.iter()
        .map(|run| (run.text.as_str(), inline_style(run, base, styles)))
        .collect()
}

fn inline_style(run: &Inline, base: Style, styles: &Styles) -> Style {
    let mut style = base;
    if run.marks.has(Marks::TARGET) {
        return style.patch(styles.dim);
    }
    if run.link.is_some() {
        style = style.patch(styles.link);
    }
    for (mark, patch) in [
        (Marks::STRONG, styles.strong),
        (Marks::EMPHASIS, styles.emphasis),
        (Marks::STRIKE, styles.strike),
        (Marks::CODE, styles.code),
    ] {
        if run.marks.has(mark) {
            style = style.patch(patch);
        }
    }
    style
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
    known: &[(Range<usize>, Style)],
    base: Style,
) -> Vec<(&'a str, Style)> {
    let mut runs = Vec::with_capacity(2 * known.len() + 1);
    let mut at = 0;
    for (range, style) in known {
        // Styles that were made for another text must not be able to lose any of this one.
        if let (Some(before), Some(text)) = (line.get(at..range.start), line.get(range.clone())) {
            runs.push((before, base));
            runs.push((text, base.patch(*style)));
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
