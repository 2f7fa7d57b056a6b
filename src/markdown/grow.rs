//! A text that grows: blocks that will never change again, and an open tail.
//!
//! A block is settled when another top-level block has begun behind it in complete lines. A last
//! line without its line break settles nothing: after `1. a` a line `2` may still become `2. b`.
//! Only the open tail is parsed again, and a long fenced code block not even that: its new lines
//! are appended.

use super::block::{Block, Code, Kind};
use super::fence::Fence;
use super::segment::{self, Definitions, parse_from, parse_segment, segments};
use crate::sanitize;

/// A Markdown text that arrives in pieces. The text must have passed `crate::sanitize`.
///
/// [`push`](Self::push) and [`set`](Self::set) only note the text; [`refresh`](Self::refresh)
/// parses what is new. Call it once before a frame reads [`settled`](Self::settled) and
/// [`open`](Self::open).
#[derive(Clone, Debug, Default)]
pub struct Growing {
    source: String,
    settled: Vec<Block>,
    /// One for each settled segment.
    steps: Vec<Step>,
    /// The blocks of the text from `open_at` on.
    open: Vec<Block>,
    open_at: usize,
    /// How far the complete lines have been searched for segments.
    searched: usize,
    /// The link definitions of the settled segments.
    definitions: Definitions,
    fence: Option<OpenFence>,
    is_stale: bool,
}

/// What is known about a settled segment.
#[derive(Clone, Copy, Debug)]
struct Step {
    /// How many settled blocks there are with it.
    blocks: usize,
    /// Where it ends.
    end: usize,
    /// How much of the text proved it to be settled.
    proof: usize,
}

/// A fenced code block at the top level that has not been closed. It is the only open block.
#[derive(Clone, Debug)]
struct OpenFence {
    fence: Fence,
    /// Where the first line stands that was not appended for good.
    read: usize,
    /// How many bytes of the code are made of complete lines; `None` while there is none.
    complete: Option<usize>,
}

impl Growing {
    /// An empty text.
    pub fn new() -> Self {
        Self::default()
    }

    /// The whole text so far.
    pub fn source(&self) -> &str {
        &self.source
    }

    /// The blocks that no further text will change, as of the last refresh.
    pub fn settled(&self) -> &[Block] {
        &self.settled
    }

    /// The blocks behind the settled ones, as of the last refresh. Further text may change them.
    pub fn open(&self) -> &[Block] {
        &self.open
    }

    /// Appends a piece.
    pub fn push(&mut self, piece: &str) {
        self.source.push_str(piece);
        self.is_stale |= !piece.is_empty();
    }

    /// Replaces the text by `whole`. Settled blocks stay when the text that settled them is the
    /// same; the number of blocks that stayed can be seen in [`settled`](Self::settled) at once.
    pub fn set(&mut self, whole: &str) {
        if let Some(more) = whole.strip_prefix(self.source.as_str()) {
            self.push(more);
            return;
        }
        let same = common_prefix(&self.source, whole);
        self.steps.retain(|step| step.proof <= same);
        let (blocks, end) = self
            .steps
            .last()
            .map_or((0, 0), |step| (step.blocks, step.end));
        self.settled.truncate(blocks);
        self.definitions.forget_from(end);
        self.open_at = end;
        self.searched = end;
        self.open.clear();
        self.fence = None;
        whole.clone_into(&mut self.source);
        self.is_stale = true;
    }

    /// Parses what came since the last refresh. Costs nothing when nothing came.
    pub fn refresh(&mut self) {
        if !std::mem::take(&mut self.is_stale) {
            return;
        }
        loop {
            if self.fence.is_some() && self.read_fence() {
                return;
            }
            self.settle();
            self.open_fence();
            if self.fence.is_none() {
                break;
            }
        }
        let mut definitions = self.definitions.clone();
        self.open = parse_from(&self.source, self.open_at, &mut definitions);
    }

    /// Settles all segments but the last of the complete lines.
    fn settle(&mut self) {
        let complete = self.source.rfind('\n').map_or(0, |at| at + 1);
        if complete <= self.searched {
            return;
        }
        self.searched = complete;
        let text = &self.source[self.open_at..complete];
        let segments = segments(text);
        let mut count = segments.len().saturating_sub(1);
        let part = |index: usize| &text[segments[index].clone()];
        while count > 0 && !is_clean_cut(part(count - 1), part(count)) {
            count -= 1;
        }
        let from = self.open_at;
        for (segment, next) in segments[..count].iter().zip(segments.iter().skip(1)) {
            self.settle_segment(from + segment.end, from + next.end);
        }
    }

    /// Settles the text from `open_at` to `end`, one segment.
    fn settle_segment(&mut self, end: usize, proof: usize) {
        let blocks = parse_segment(&self.source, self.open_at..end, &mut self.definitions);
        self.settled.extend(blocks);
        self.open_at = end;
        let proof = self
            .steps
            .last()
            .map_or(proof, |step| step.proof.max(proof));
        self.steps.push(Step {
            blocks: self.settled.len(),
            end,
            proof,
        });
    }

    /// Looks whether the tail begins with a fence whose line is complete.
    fn open_fence(&mut self) {
        let tail = &self.source[self.open_at..];
        let blank: usize = tail
            .split_inclusive('\n')
            .take_while(|line| line.trim().is_empty())
            .map(str::len)
            .sum();
        let Some((line, _)) = tail[blank..].split_once('\n') else {
            return;
        };
        let Some(fence) = Fence::open(line) else {
            return;
        };
        let start = self.open_at + blank;
        // The parser alone knows how a language's name is spelled out.
        let head = segment::parse(&format!("{line}\n"));
        let Some(Kind::Code(Code { language, .. })) =
            head.into_iter().next().map(|block| block.kind)
        else {
            return;
        };
        let code = Code {
            language: sanitize::line(&language),
            text: String::new(),
        };
        self.open = vec![Block {
            range: start..start,
            kind: Kind::Code(code),
        }];
        self.fence = Some(OpenFence {
            fence,
            read: start + line.len() + 1,
            complete: None,
        });
    }

    /// Appends new lines to the open code block. Gives false when the block was closed, and then
    /// settles it: nothing can follow in it.
    fn read_fence(&mut self) -> bool {
        let (Some(state), Some(block)) = (&mut self.fence, self.open.first_mut()) else {
            return false;
        };
        let Kind::Code(code) = &mut block.kind else {
            return false;
        };
        code.text.truncate(state.complete.unwrap_or(0));
        for line in self.source[state.read..].split_inclusive('\n') {
            let is_complete = line.ends_with('\n');
            if state.fence.is_closed_by(line) {
                if is_complete {
                    let end = state.read + line.len();
                    self.fence = None;
                    self.settle_segment(end, end);
                    return false;
                }
                break;
            }
            if state.complete.is_some() {
                code.text.push('\n');
            }
            code.text.push_str(state.fence.content(line));
            if is_complete {
                state.read += line.len();
                state.complete = Some(code.text.len());
            }
        }
        block.range.end = self.source.trim_end().len();
        true
    }
}

/// Whether a text may be cut between a segment and the next one. A title on the line after a link
/// definition may still become part of it; and whether a definition belongs to the block before it
/// shows only when a block follows.
fn is_clean_cut(before: &str, next: &str) -> bool {
    !next.trim_start().starts_with('[')
        && (segment::ends_with_blank_line(before) || !before.contains("]:"))
}

fn common_prefix(a: &str, b: &str) -> usize {
    a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count()
}
