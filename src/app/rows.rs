//! Rows of the transcript, named so that they stay put while text grows, and where words were found in them.
//!
//! Plain data: how rows come about is not known here.

use crate::chat::MessageId;
use std::collections::HashMap;
use std::ops::Range;

/// A row of the transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RowId {
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
    pub place: RowId,
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
        let range = range.unwrap_or_default();
        // A piece may hold thousands of them, in the order of its rows: only those that can be in this one are looked at.
        let before = |hit: &Hit| hit.place.row + 1 < row;
        let first = self.list.get(range.clone()).unwrap_or_default();
        let first = range.start + first.partition_point(before);
        let near = self.list.get(first..range.end).unwrap_or_default();
        let near = near.iter().take_while(move |hit| hit.place.row <= row);
        near.enumerate().filter_map(move |(at, hit)| {
            let columns = if hit.place.row == row {
                hit.columns.clone()
            } else {
                hit.next_row.clone()?
            };
            Some((first + at, columns))
        })
    }

    /// The number of the first one in a message, from 0.
    pub(in crate::app) fn first_in(&self, message: MessageId) -> Option<usize> {
        let mut hits = self.list.iter();
        hits.position(|hit| hit.place.message == message)
    }

    /// The number of the first one, from 0, for which `is_before` does not hold; there, too, it holds for all before it
    /// and for none behind.
    pub(in crate::app) fn first_not(&self, mut is_before: impl FnMut(RowId) -> bool) -> usize {
        self.list.partition_point(|hit| is_before(hit.place))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hits(message: MessageId, rows: impl Iterator<Item = usize>) -> Hits {
        let hit = |row| Hit {
            place: RowId {
                message,
                block: 1,
                row,
                is_plain: false,
            },
            columns: 0..1,
            // Every one goes on in the row below.
            next_row: Some(0..2),
        };
        let mut hits = Hits::default();
        hits.add(message, 1, rows.map(hit).collect());
        hits
    }

    #[test]
    fn a_row_has_its_own_hits_and_what_goes_on_from_the_row_above() {
        let message = MessageId::new();
        let hits = hits(message, [1, 3, 3, 4, 7].into_iter());
        let in_row = |row| hits.in_row(message, 1, row).collect::<Vec<_>>();
        assert_eq!(in_row(0), []);
        assert_eq!(in_row(2), [(0, 0..2)]);
        assert_eq!(in_row(4), [(1, 0..2), (2, 0..2), (3, 0..1)]);
        assert_eq!(in_row(7), [(4, 0..1)]);
        assert_eq!(in_row(9), []);
        assert_eq!(hits.in_row(message, 2, 3).count(), 0);
    }

    #[test]
    fn the_first_of_many_hits_is_found_with_few_looks() {
        let many = hits(MessageId::new(), 0..100_000);
        let mut looks = 0;
        let first = many.first_not(|place| {
            looks += 1;
            place.row < 70_000
        });
        assert_eq!(first, 70_000);
        assert!(looks <= 20, "{looks}");
    }
}
