//! Wraps text by display width: at spaces, beside wide characters, and inside of words that are
//! longer than a line. No character is lost but the spaces at a wrapped line's end.

use std::ops::Range;

use ratatui::style::Style;
use ratatui::text::Span;
use unicode_segmentation::UnicodeSegmentation as _;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

/// What stands for a character that is wider than the whole line.
const TOO_WIDE: &str = "?";

/// The widest that one character can be, in columns. Some scripts write marks that take a column each;
/// more of them than any word has are cut like a word.
const WIDEST: usize = 8;

/// Wraps plain text. Gives the byte range of each row of `text`; line breaks begin a new row and
/// are in no range, leading spaces stay, and spaces where a line was wrapped are in no range.
/// There is at least one row.
///
/// Every line of the text is wrapped by itself, so a caller may give single lines and wrap only
/// what is on screen. A row is at most `width` columns wide, but a character that is wider than
/// `width` has a row of its own.
pub fn wrap_plain(text: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let mut start = 0;
    for line in text.split('\n') {
        wrap_line(line, width.max(1), |row| {
            rows.push(start + row.start..start + row.end);
        });
        start += line.len() + 1;
    }
    rows
}

/// Cuts one line into rows of at most `width` columns without regard to words; nothing is lost.
pub(super) fn cut_line(line: &str, width: usize) -> Vec<Range<usize>> {
    let mut rows = Vec::new();
    let (mut start, mut column) = (0, 0);
    for (at, _, columns) in clusters(line, width) {
        if column + columns > width && at > start {
            rows.push(start..at);
            (start, column) = (at, 0);
        }
        column += columns;
    }
    rows.push(start..line.len());
    rows
}

/// Wraps styled text. LF in it is a hard line break. There is at least one row.
pub(super) fn wrap_styled(runs: &[(&str, Style)], width: usize) -> Vec<Vec<Span<'static>>> {
    let text: String = runs.iter().map(|run| run.0).collect();
    let mut cursor = StyledText::new(runs);
    wrap_plain(&text, width)
        .into_iter()
        .map(|row| cursor.spans(row, width))
        .collect()
}

/// A span for a row of text, in which characters that are wider than the whole row are replaced.
fn span(text: &str, style: Style, width: usize) -> Span<'static> {
    // Only very narrow rows can be narrower than a character.
    if width >= WIDEST || clusters(text, width).all(|(_, _, columns)| columns <= width) {
        return Span::styled(text.to_owned(), style);
    }
    let fitted: String = clusters(text, width)
        .map(|(_, cluster, columns)| if columns > width { TOO_WIDE } else { cluster })
        .collect();
    Span::styled(fitted, style)
}

/// The display width of a text, the way a terminal buffer counts it: character by character.
pub(super) fn columns(text: &str) -> usize {
    if text.is_ascii() {
        return text.len();
    }
    clusters(text, WIDEST).map(|(_, _, columns)| columns).sum()
}

/// Styled runs that are read front to back.
pub(super) struct StyledText<'a> {
    runs: &'a [(&'a str, Style)],
    /// Where the first of `runs` begins in the whole text.
    start: usize,
}

impl<'a> StyledText<'a> {
    pub(super) fn new(runs: &'a [(&'a str, Style)]) -> Self {
        Self { runs, start: 0 }
    }

    /// The spans of a range that does not begin before the range of the call before.
    pub(super) fn spans(&mut self, row: Range<usize>, width: usize) -> Vec<Span<'static>> {
        let mut spans = Vec::new();
        while let Some((&(text, style), rest)) = self.runs.split_first() {
            let end = self.start + text.len();
            let from = row.start.max(self.start);
            let to = row.end.min(end);
            if from < to {
                spans.push(span(
                    &text[from - self.start..to - self.start],
                    style,
                    width,
                ));
            }
            if end > row.end {
                break;
            }
            self.runs = rest;
            self.start = end;
        }
        spans
    }
}

/// Wraps a single line by words and gives each row to `emit`.
fn wrap_line(line: &str, width: usize, mut emit: impl FnMut(Range<usize>)) {
    // No character takes more columns than bytes.
    if line.len() <= width {
        emit(0..line.len());
        return;
    }
    let mut row = Row::default();
    for (at, cluster, columns) in clusters(line, width) {
        let is_space = is_breaking_space(cluster);
        if is_space {
            row.note_space(at, cluster.len());
        } else if (columns > 1 || row.was_wide) && may_begin_row(cluster) {
            row.note_break(at);
        }
        if row.columns + columns > width && !is_space && at > row.start {
            let (end, next) = row.break_before(at);
            emit(trimmed(line, row.start..end));
            row = Row {
                start: next,
                columns: self::columns(&line[next..at]),
                ..Row::default()
            };
            if row.columns + columns > width && at > row.start {
                emit(trimmed(line, row.start..at));
                row = Row {
                    start: at,
                    ..Row::default()
                };
            }
        }
        row.columns += columns;
        row.was_space = is_space;
        row.was_wide = columns > 1;
        row.has_text |= !is_space;
    }
    let last = row.start..line.len();
    let fits = row.columns <= width;
    emit(if fits { last } else { trimmed(line, last) });
}

/// The row that is being filled.
#[derive(Default)]
struct Row {
    start: usize,
    columns: usize,
    /// Where the row may end, and where the next one would begin.
    chance: Option<(usize, usize)>,
    was_space: bool,
    was_wide: bool,
    /// Whether anything but spaces is in it.
    has_text: bool,
}

impl Row {
    /// A space may end the row; more spaces in a row belong to the same chance. Leading spaces
    /// are indentation.
    fn note_space(&mut self, at: usize, length: usize) {
        if !self.has_text {
            return;
        }
        let end = match self.chance {
            Some((end, _)) if self.was_space => end,
            _ => at,
        };
        self.chance = Some((end, at + length));
    }

    fn note_break(&mut self, at: usize) {
        if self.has_text && !self.was_space {
            self.chance = Some((at, at));
        }
    }

    /// Where to end the row before the character at `at`, and where to go on.
    fn break_before(&self, at: usize) -> (usize, usize) {
        self.chance.unwrap_or((at, at))
    }
}

/// A range without the spaces at its end.
fn trimmed(line: &str, range: Range<usize>) -> Range<usize> {
    let text = line[range.clone()].trim_end_matches(|c: char| c.is_whitespace() && !is_glue(c));
    range.start..range.start + text.len()
}

fn is_breaking_space(cluster: &str) -> bool {
    cluster.chars().all(|c| c.is_whitespace() && !is_glue(c))
}

/// Spaces at which no line is broken.
fn is_glue(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{202f}' | '\u{2007}')
}

/// Whether a character beside a wide one may begin a row: closing punctuation may not.
fn may_begin_row(cluster: &str) -> bool {
    !cluster.starts_with([
        ',', '.', ';', ':', '!', '?', ')', ']', '}', '、', '。', '，', '．', '：', '；', '！',
        '？', '）', '」', '』', '】', '》', '〉', '〕', '］', '｝', '’', '”', 'ー', '々',
    ])
}

/// The characters of a text as a reader sees them: byte offset, text and width in columns. One that
/// does not fit `width`, or is too wide to be one, is taken apart.
fn clusters(text: &str, width: usize) -> impl Iterator<Item = (usize, &str, usize)> {
    let widest = width.min(WIDEST);
    let mut at = 0;
    // Up to here stands what is taken apart.
    let mut apart = 0;
    std::iter::from_fn(move || {
        let rest = &text[at..];
        let bytes = rest.as_bytes();
        let first = *bytes.first()?;
        // An ASCII character before another one, or at the end, stands for itself.
        let mut length = if first.is_ascii() && bytes.get(1).is_none_or(u8::is_ascii) {
            1
        } else if at < apart {
            with_marks(rest)
        } else {
            rest.graphemes(true).next().map_or(rest.len(), str::len)
        };
        let mut columns = if length == 1 {
            1
        } else {
            rest[..length].width()
        };
        if columns > widest && at >= apart {
            apart = at + length;
            length = with_marks(rest);
            columns = rest[..length].width();
        }
        let start = at;
        at += length;
        Some((start, &rest[..length], columns))
    })
}

/// The length in bytes of the first character of a text with what takes no column of its own.
fn with_marks(text: &str) -> usize {
    let mut behind = text.char_indices().skip(1);
    let next = behind.find(|(_, c)| c.width() != Some(0));
    next.map_or(text.len(), |(at, _)| at)
}
