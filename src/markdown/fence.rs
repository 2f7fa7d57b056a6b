//! Fenced code blocks at the top level, line by line: while a reply writes a long one, its lines
//! are only appended, and nothing before them is read again.

/// An opening fence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fence {
    marker: char,
    length: usize,
    indent: usize,
    /// The first word after the fence, still with its escapes.
    pub(super) language: String,
}

impl Fence {
    /// Reads an opening fence: up to three spaces, then three or more backticks or tildes.
    pub(super) fn open(line: &str) -> Option<Self> {
        let (indent, marker, length, info) = split(line)?;
        // Backticks after backticks are inline code.
        if marker == '`' && info.contains('`') {
            return None;
        }
        let language = info
            .split_whitespace()
            .next()
            .unwrap_or_default()
            .to_owned();
        Some(Self {
            marker,
            length,
            indent,
            language,
        })
    }

    /// Whether a line closes the block that this fence opened.
    pub(super) fn is_closed_by(&self, line: &str) -> bool {
        split(line).is_some_and(|(_, marker, length, rest)| {
            marker == self.marker && length >= self.length && rest.trim().is_empty()
        })
    }

    /// A line of the block without the indentation that belongs to the fence, and without its
    /// line break.
    pub(super) fn content<'a>(&self, line: &'a str) -> &'a str {
        let line = line.strip_suffix('\n').unwrap_or(line);
        let spaces = line.bytes().take_while(|b| *b == b' ').count();
        &line[spaces.min(self.indent)..]
    }
}

/// The code of a whole fenced block; `None` if the first line is no opening fence.
pub(super) fn read(source: &str) -> Option<String> {
    let mut lines = source.split_inclusive('\n');
    let fence = Fence::open(lines.next()?)?;
    let code: Vec<&str> = lines
        .take_while(|line| !fence.is_closed_by(line))
        .map(|line| fence.content(line))
        .collect();
    Some(code.join("\n"))
}

/// Indentation, marker, length and the rest of a line that looks like a fence.
fn split(line: &str) -> Option<(usize, char, usize, &str)> {
    let inner = line.trim_start_matches(' ');
    let indent = line.len() - inner.len();
    let marker = inner.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = inner.trim_start_matches(marker);
    let length = inner.len() - rest.len();
    (indent <= 3 && length >= 3).then_some((indent, marker, length, rest))
}
