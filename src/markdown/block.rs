//! What a Markdown text consists of, free of any width and any style. Plain data.

use std::ops::{BitOr, Range};
use std::sync::Arc;

/// A block of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// Where its source stands, in bytes of the whole text. A top-level block takes whole lines,
    /// without blank lines around it and without the last line break.
    pub range: Range<usize>,
    /// What it is.
    pub kind: Kind,
}

/// The kinds of blocks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// A heading of a level from 1 to 6.
    Heading(u8, Vec<Inline>),
    /// A code block, fenced or indented.
    Code(Code),
    /// A list.
    List(List),
    /// A quotation.
    Quote(Vec<Block>),
    /// A thematic break.
    Rule,
    /// A table.
    Table(Table),
    /// A footnote: its label and its text.
    Footnote(String, Vec<Block>),
    /// HTML, or link definitions: shown as they were written.
    Verbatim(String),
}

/// A code block.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Code {
    /// The first word after the fence; empty when there is none.
    pub language: String,
    /// The code, lines separated by LF, without a LF at the end.
    pub text: String,
}

/// A list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct List {
    /// The number of the first item; `None` for bullets.
    pub start: Option<u64>,
    /// Whether the items stand without blank lines between them.
    pub tight: bool,
    /// The items.
    pub items: Vec<Item>,
}

/// An item of a list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Item {
    /// For a task, whether it is done.
    pub task: Option<bool>,
    /// What it holds.
    pub blocks: Vec<Block>,
}

/// A table. Every row has as many cells as the header.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// How the columns are aligned.
    pub alignments: Vec<Alignment>,
    /// The header's cells.
    pub header: Vec<Vec<Inline>>,
    /// The rows' cells.
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// How a column of a table is aligned.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Alignment {
    /// To the left, also when the source does not say.
    #[default]
    Left,
    /// Centred.
    Center,
    /// To the right.
    Right,
}

/// A run of text in one style. A LF in it is a hard line break.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inline {
    /// The text.
    pub text: String,
    /// How it is marked.
    pub marks: Marks,
    /// Where it leads, if it is part of a link.
    pub link: Option<Arc<str>>,
}

/// A set of the marks that a run of text may have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Marks(u8);

impl Marks {
    /// No mark.
    pub const NONE: Self = Self(0);
    /// Strong emphasis.
    pub const STRONG: Self = Self(1);
    /// Emphasis.
    pub const EMPHASIS: Self = Self(2);
    /// Struck through.
    pub const STRIKE: Self = Self(4);
    /// Code, or a formula shown as its source.
    pub const CODE: Self = Self(8);
    /// The target of a link, added behind the text of the link.
    pub const TARGET: Self = Self(16);

    /// Whether all marks of `other` are in this set.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

impl BitOr for Marks {
    type Output = Self;

    fn bitor(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }
}

/// All code blocks in `blocks`, those inside of lists and quotations too, in the order in which
/// [`lines`](super::lines) numbers them.
pub fn codes(blocks: &[Block]) -> Vec<&Code> {
    fn collect<'a>(blocks: &'a [Block], found: &mut Vec<&'a Code>) {
        for block in blocks {
            match &block.kind {
                Kind::Code(code) => found.push(code),
                Kind::List(list) => list
                    .items
                    .iter()
                    .for_each(|item| collect(&item.blocks, found)),
                Kind::Quote(blocks) | Kind::Footnote(_, blocks) => collect(blocks, found),
                Kind::Paragraph(_)
                | Kind::Heading(..)
                | Kind::Rule
                | Kind::Table(_)
                | Kind::Verbatim(_) => {}
            }
        }
    }
    let mut found = Vec::new();
    collect(blocks, &mut found);
    found
}
