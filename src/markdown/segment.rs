//! Cuts a text into segments of one top-level block each, and parses each segment by itself.
//!
//! A block is made of its own segment and of the link definitions before it, and of nothing else.
//! So a text that grows gives the same blocks as the whole text, wherever it was cut: what comes
//! later can change the last block only. A link whose definition comes later stays as written; the
//! definition is shown too, so no target is lost.

use std::collections::HashMap;
use std::ops::Range;

use pulldown_cmark::{BrokenLink, CowStr, Event, Options, Parser};

use super::block::{Block, Kind};
use super::fence;
use super::parse::Builder;

/// Parses a whole text into its top-level blocks. The text must have passed `crate::sanitize`.
pub fn parse(source: &str) -> Vec<Block> {
    parse_from(source, 0, &mut Definitions::default())
}

/// Parses the text from a segment's beginning at `from` to its end, and adds its link definitions
/// to `definitions`.
pub(super) fn parse_from(source: &str, from: usize, definitions: &mut Definitions) -> Vec<Block> {
    let mut blocks = Vec::new();
    for segment in segments(&source[from..]) {
        let range = from + segment.start..from + segment.end;
        blocks.extend(parse_segment(source, range, definitions));
    }
    blocks
}

/// The link definitions that were read, by normalised label; the first one of a label counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Definitions(HashMap<String, Definition>);

#[derive(Clone, Debug)]
struct Definition {
    target: String,
    /// Where the segment stands that holds it.
    at: usize,
}

impl Definitions {
    /// Forgets the definitions of all segments that begin at `end` or later.
    pub(super) fn forget_from(&mut self, end: usize) {
        self.0.retain(|_, definition| definition.at < end);
    }

    fn target(&self, label: &str) -> Option<&str> {
        self.0
            .get(&normal_label(label))
            .map(|definition| definition.target.as_str())
    }
}

/// Labels match without regard to case and to the amount of white space.
fn normal_label(label: &str) -> String {
    label
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .to_lowercase()
}

/// Finds the segments of a text: whole lines, and all of them together are the whole text.
///
/// Each holds one top-level block, or link definitions, which the parser leaves out. A block right
/// below a definition belongs to its segment, because the parser reads it in another way than after
/// a blank line; and footnotes that begin on one line share one.
pub(super) fn segments(text: &str) -> Vec<Range<usize>> {
    let mut starts: Vec<usize> = Vec::new();
    let mut covered = 0;
    for range in top_level_ranges(text) {
        let start = line_start(text, range.start);
        if start >= covered {
            let definition = first_text_line(text, covered..start);
            starts.extend(definition);
            if definition.is_none() || ends_with_blank_line(&text[..start]) {
                starts.push(start);
            }
        }
        covered = covered.max(line_end(text, range.end));
    }
    starts.extend(first_text_line(text, covered..text.len()));
    if let Some(first) = starts.first_mut() {
        *first = 0;
    }
    let ends = starts.iter().skip(1).copied().chain([text.len()]);
    starts
        .iter()
        .zip(ends)
        .map(|(&start, end)| start..end)
        .collect()
}

/// Whether the last line of a text is blank.
pub(super) fn ends_with_blank_line(text: &str) -> bool {
    let lines = text.strip_suffix('\n').unwrap_or(text);
    lines
        .rsplit('\n')
        .next()
        .is_none_or(|last| last.trim().is_empty())
}

/// The ranges of the top-level blocks, as the parser gives them.
fn top_level_ranges(text: &str) -> Vec<Range<usize>> {
    let mut depth = 0_usize;
    let mut ranges = Vec::new();
    for (event, range) in Parser::new_ext(text, options()).into_offset_iter() {
        match event {
            Event::Start(_) => {
                if depth == 0 {
                    ranges.push(range);
                }
                depth += 1;
            }
            Event::End(_) => depth -= 1,
            Event::Rule if depth == 0 => ranges.push(range),
            _ => {}
        }
    }
    ranges
}

/// Where the line begins that `at` is in.
fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |found| found + 1)
}

/// Where the line after `at` begins; `at` itself if it is the beginning of a line.
fn line_end(text: &str, at: usize) -> usize {
    if at == 0 || text[..at].ends_with('\n') {
        return at;
    }
    text[at..]
        .find('\n')
        .map_or(text.len(), |found| at + found + 1)
}

/// Where the first line of a range begins that is not blank.
fn first_text_line(text: &str, range: Range<usize>) -> Option<usize> {
    let mut at = range.start;
    for line in text[range].split_inclusive('\n') {
        if !line.trim().is_empty() {
            return Some(at);
        }
        at += line.len();
    }
    None
}

/// Parses one segment, and adds its link definitions to `definitions`.
pub(super) fn parse_segment(
    source: &str,
    segment: Range<usize>,
    definitions: &mut Definitions,
) -> Vec<Block> {
    let end = segment.end;
    let text = &source[segment.clone()];
    let lookup = |link: BrokenLink<'_>| {
        let target = definitions.target(&link.reference)?;
        Some((CowStr::from(target.to_owned()), CowStr::from("")))
    };
    let parser = Parser::new_with_broken_link_callback(text, options(), Some(lookup));
    let found: Vec<(String, String)> = parser
        .reference_definitions()
        .iter()
        .map(|(label, definition)| (normal_label(label), definition.dest.to_string()))
        .collect();
    let mut builder = Builder::new(text, segment.start);
    for (event, range) in parser.into_offset_iter() {
        builder.take(event, range);
    }
    let blocks = builder.finish();
    for (label, target) in found {
        definitions.0.entry(label).or_insert(Definition {
            target,
            at: segment.start,
        });
    }
    let mut blocks = with_definitions(source, &segment, blocks);
    if let [block] = blocks.as_mut_slice() {
        block.range = text_lines(source, segment);
    }
    for block in &mut blocks {
        if let Kind::Code(code) = &mut block.kind
            && let Some(text) = fence::read(&source[block.range.start..end])
        {
            code.text = text;
        }
    }
    blocks
}

/// Makes the ranges of a segment's blocks whole lines, and adds the lines that belong to no block:
/// link definitions.
fn with_definitions(source: &str, segment: &Range<usize>, blocks: Vec<Block>) -> Vec<Block> {
    let mut all = Vec::with_capacity(blocks.len());
    let mut covered = segment.start;
    for mut block in blocks {
        let start = line_start(source, block.range.start);
        if start >= covered {
            all.extend(verbatim(source, covered..start));
            block.range = text_lines(source, start..block.range.end.max(start));
        }
        covered = covered
            .max(line_end(source, block.range.end))
            .min(segment.end);
        all.push(block);
    }
    all.extend(verbatim(source, covered..segment.end));
    all
}

/// A block that shows its source; `None` if there is nothing to see.
fn verbatim(source: &str, range: Range<usize>) -> Option<Block> {
    let range = text_lines(source, range);
    let text = &source[range.clone()];
    (!text.is_empty()).then(|| Block {
        range,
        kind: Kind::Verbatim(text.to_owned()),
    })
}

/// A range from its first line that is not blank to its last character that is not white space.
pub(super) fn text_lines(source: &str, range: Range<usize>) -> Range<usize> {
    let end = range.start + source[range.clone()].trim_end().len();
    let start = first_text_line(source, range.clone()).unwrap_or(range.start);
    start.min(end)..end
}

fn options() -> Options {
    Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH
}
