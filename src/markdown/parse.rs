//! Builds blocks from the parser's events. It keeps its own stack, and what is nested deeper than
//! [`DEPTH`] is flattened into the innermost block that still counts, so that no depth of nesting
//! in a text can exhaust the program's stack.

use std::ops::Range;

use pulldown_cmark::{CodeBlockKind, Event, Tag, TagEnd};

use super::block::{Alignment, Block, Code, Inline, Item, Kind, List, Table};
use super::inline::Runs;
use crate::sanitize;

/// How deep lists, their items, quotations and footnotes may be nested.
const DEPTH: usize = 32;

/// Builds the blocks of one segment.
pub(super) struct Builder<'a> {
    source: &'a str,
    /// Where the segment begins in the whole text.
    base: usize,
    frames: Vec<Frame>,
    /// How many containers are open beyond the limit of depth.
    flattened: usize,
    leaf: Option<Leaf>,
}

/// A container that is open.
struct Frame {
    container: Container,
    start: usize,
    blocks: Vec<Block>,
}

enum Container {
    Root,
    Quote,
    List(List),
    Item(Option<bool>),
    Footnote(String),
    Table(Table, Vec<Vec<Inline>>),
}

/// The block with text that is open.
struct Leaf {
    kind: LeafKind,
    range: Range<usize>,
    runs: Runs,
    verbatim: String,
}

#[derive(Clone, Debug, PartialEq)]
enum LeafKind {
    /// A paragraph that the source marks; in a tight list there are others, which begin with text.
    Paragraph,
    Tight,
    Heading(u8),
    Cell,
    Code(String),
    Html,
}

impl<'a> Builder<'a> {
    /// A builder for a segment whose text is `source` and that begins at `base`.
    pub(super) fn new(source: &'a str, base: usize) -> Self {
        let root = Frame {
            container: Container::Root,
            start: 0,
            blocks: Vec::new(),
        };
        Self {
            source,
            base,
            frames: vec![root],
            flattened: 0,
            leaf: None,
        }
    }

    /// Takes the next event with its range in the segment.
    pub(super) fn take(&mut self, event: Event<'_>, range: Range<usize>) {
        match event {
            Event::Start(tag) if is_block(tag.to_end()) => self.start(tag, range),
            Event::End(tag) if is_block(tag) => self.end(tag, range),
            Event::Rule => {
                self.close_tight();
                self.add(range, Kind::Rule);
            }
            Event::TaskListMarker(done) => self.mark_task(done),
            event => self.take_inline(event, range),
        }
    }

    /// The blocks of the segment.
    pub(super) fn finish(mut self) -> Vec<Block> {
        self.close_tight();
        self.frames.swap_remove(0).blocks
    }

    fn take_inline(&mut self, event: Event<'_>, range: Range<usize>) {
        let leaf = self
            .leaf
            .get_or_insert_with(|| Leaf::new(LeafKind::Tight, range.clone()));
        match leaf.kind {
            LeafKind::Code(_) | LeafKind::Html => {
                if let Event::Text(text) | Event::Html(text) | Event::InlineHtml(text) = &event {
                    leaf.verbatim.push_str(text);
                }
            }
            LeafKind::Paragraph | LeafKind::Tight | LeafKind::Heading(_) | LeafKind::Cell => {
                if leaf.kind == LeafKind::Tight {
                    leaf.range.end = leaf.range.end.max(range.end);
                }
                leaf.runs.take(event, self.source, range);
            }
        }
    }

    fn start(&mut self, tag: Tag<'_>, range: Range<usize>) {
        self.close_tight();
        let kind = match tag {
            Tag::Paragraph => {
                self.loosen();
                LeafKind::Paragraph
            }
            Tag::Heading { level, .. } => LeafKind::Heading(level as u8),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                let language = info.split_whitespace().next().unwrap_or_default();
                LeafKind::Code(sanitize::line(language))
            }
            Tag::CodeBlock(CodeBlockKind::Indented) => LeafKind::Code(String::new()),
            Tag::HtmlBlock => LeafKind::Html,
            Tag::TableCell => LeafKind::Cell,
            Tag::TableHead | Tag::TableRow => return,
            container => return self.open(container, range.start),
        };
        self.leaf = Some(Leaf::new(kind, range));
    }

    fn end(&mut self, tag: TagEnd, range: Range<usize>) {
        self.close_tight();
        match tag {
            TagEnd::TableHead => self.end_row(true),
            TagEnd::TableRow => self.end_row(false),
            TagEnd::Table => self.close(range.end),
            TagEnd::Paragraph
            | TagEnd::Heading(_)
            | TagEnd::CodeBlock
            | TagEnd::HtmlBlock
            | TagEnd::TableCell => {
                if let Some(leaf) = self.leaf.take() {
                    self.add_leaf(leaf);
                }
            }
            _ if self.flattened > 0 => self.flattened -= 1,
            _ => self.close(range.end),
        }
    }

    /// Opens a container, unless it is too deep.
    fn open(&mut self, tag: Tag<'_>, start: usize) {
        let container = match tag {
            Tag::Table(alignments) => {
                let alignments = alignments.into_iter().map(alignment).collect();
                Container::Table(
                    Table {
                        alignments,
                        ..Table::default()
                    },
                    Vec::new(),
                )
            }
            _ if self.frames.len() > DEPTH => {
                self.flattened += 1;
                return;
            }
            Tag::List(start) => Container::List(List {
                start,
                tight: true,
                items: Vec::new(),
            }),
            Tag::Item => Container::Item(None),
            Tag::FootnoteDefinition(label) => Container::Footnote(sanitize::line(&label)),
            _ => Container::Quote,
        };
        self.frames.push(Frame {
            container,
            start,
            blocks: Vec::new(),
        });
    }

    /// Closes the innermost container.
    fn close(&mut self, end: usize) {
        if self.frames.len() < 2 {
            return;
        }
        let Some(Frame {
            container,
            start,
            blocks,
        }) = self.frames.pop()
        else {
            return;
        };
        let kind = match container {
            Container::Item(task) => {
                if let Some(Container::List(list)) =
                    self.frames.last_mut().map(|frame| &mut frame.container)
                {
                    list.items.push(Item { task, blocks });
                }
                return;
            }
            Container::List(list) => Kind::List(list),
            Container::Footnote(label) => Kind::Footnote(label, blocks),
            Container::Table(table, _) => Kind::Table(table),
            Container::Quote | Container::Root => Kind::Quote(blocks),
        };
        self.add(start..end, kind);
    }

    fn end_row(&mut self, is_header: bool) {
        if let Some(Container::Table(table, cells)) =
            self.frames.last_mut().map(|frame| &mut frame.container)
        {
            let mut row = std::mem::take(cells);
            row.resize(table.alignments.len(), Vec::new());
            if is_header {
                table.header = row;
            } else {
                table.rows.push(row);
            }
        }
    }

    fn add_leaf(&mut self, leaf: Leaf) {
        let runs = leaf.runs.finish();
        let kind = match leaf.kind {
            LeafKind::Cell => {
                if let Some(Container::Table(_, cells)) =
                    self.frames.last_mut().map(|frame| &mut frame.container)
                {
                    cells.push(runs);
                }
                return;
            }
            LeafKind::Paragraph | LeafKind::Tight => Kind::Paragraph(runs),
            LeafKind::Heading(level) => Kind::Heading(level, runs),
            LeafKind::Code(language) => {
                let text = leaf
                    .verbatim
                    .strip_suffix('\n')
                    .unwrap_or(&leaf.verbatim)
                    .to_owned();
                Kind::Code(Code { language, text })
            }
            LeafKind::Html => Kind::Verbatim(leaf.verbatim.trim_end().to_owned()),
        };
        self.add(leaf.range, kind);
    }

    fn add(&mut self, range: Range<usize>, kind: Kind) {
        let range = self.base + range.start..self.base + range.end;
        let block = Block { range, kind };
        if let Some(frame) = self.frames.last_mut() {
            match &mut frame.container {
                // An item that was too deep to be one.
                Container::List(list) => list.items.push(Item {
                    task: None,
                    blocks: vec![block],
                }),
                _ => frame.blocks.push(block),
            }
        }
    }

    /// Ends a paragraph that had no mark in the source: any other block does.
    fn close_tight(&mut self) {
        if let Some(leaf) = self.leaf.take_if(|leaf| leaf.kind == LeafKind::Tight) {
            self.add_leaf(leaf);
        }
    }

    /// A marked paragraph right in an item makes the list loose.
    fn loosen(&mut self) {
        if self.flattened == 0
            && let [
                ..,
                list,
                Frame {
                    container: Container::Item(_),
                    ..
                },
            ] = self.frames.as_mut_slice()
            && let Container::List(list) = &mut list.container
        {
            list.tight = false;
        }
    }

    fn mark_task(&mut self, done: bool) {
        if self.flattened == 0
            && let Some(Container::Item(task)) =
                self.frames.last_mut().map(|frame| &mut frame.container)
        {
            *task = Some(done);
        }
    }
}

impl Leaf {
    fn new(kind: LeafKind, range: Range<usize>) -> Self {
        Self {
            kind,
            range,
            runs: Runs::default(),
            verbatim: String::new(),
        }
    }
}

fn alignment(alignment: pulldown_cmark::Alignment) -> Alignment {
    match alignment {
        pulldown_cmark::Alignment::Center => Alignment::Center,
        pulldown_cmark::Alignment::Right => Alignment::Right,
        pulldown_cmark::Alignment::Left | pulldown_cmark::Alignment::None => Alignment::Left,
    }
}

/// Whether a tag stands for a block; the others stand within a block's text.
fn is_block(tag: TagEnd) -> bool {
    !matches!(
        tag,
        TagEnd::Emphasis
            | TagEnd::Strong
            | TagEnd::Strikethrough
            | TagEnd::Superscript
            | TagEnd::Subscript
            | TagEnd::Link
            | TagEnd::Image
    )
}
