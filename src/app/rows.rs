//! Rows of the transcript, named so that they stay put while text grows, and where words were found in them.
//!
//! Plain data: how rows come about is not known here.

use crate::chat::MessageId;
use std::collections::HashMap;
use std::ops::Range;

/// A row of the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// The message.
    pub message: MessageId,
    /// The block of it, counted from its head line.
    pub block: usize,
    /// The row in the block.
    pub row: usize,
    /// Whether the text was shown as it is because its blocks were not known yet. When they are,
    /// the same text stays in view.
    pub is_plain: bool,
}

/// Where a text was found, in the order of the transcript.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Hits {
    pub(in crate::app) list: Vec<Hit>,
    /// The places in each piece of a message.
    pieces: HashMap<(MessageId, usize), Range<usize>>,
}

/// A place where the text was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// The row it begins in.
    pub place: Place,
    /// The columns in that row.
    pub columns: Range<usize>,
    /// The columns in the row below, where it goes on there.
    pub next_row: Option<Range<usize>>,
}

impl Hits {
    /// Adds the places in one piece of a message, behind all that are there.
    pub fn add(&mut self, message: MessageId, block: usize, found: Vec<Hit>) {
        let start = self.list.len();
        self.list.extend(found);
        if self.list.len() > start {
            let range = start..self.list.len();
            self.pieces.insert((message, block), range);
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.list.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// The columns of a row that are part of a hit, each with the hit's number from 0.
    pub fn in_row(
        &self,
        message: MessageId,
        block: usize,
        row: usize,
    ) -> impl Iterator<Item = (usize, Range<usize>)> {
        let range = self.pieces.get(&(message, block)).cloned();
        range.unwrap_or_default().filter_map(move |number| {
            let hit = &self.list[number];
            if hit.place.row == row {
                return Some((number, hit.columns.clone()));
            }
            let next = hit.next_row.clone().filter(|_| hit.place.row + 1 == row)?;
            Some((number, next))
        })
    }
}
