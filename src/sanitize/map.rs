//! The way from shown text back to its source: a list of the places where the two run apart.

use std::ops::Range;

/// Maps byte offsets of shown text to byte offsets of its source.
///
/// Between two neighbouring edges lies either text that was copied byte by byte, or one item that
/// was replaced or left out. Text without such items has an empty map.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SourceMap {
    /// `(shown, source)` offsets, both ascending.
    edges: Vec<(usize, usize)>,
}

impl SourceMap {
    /// Adds a pair of a shown offset and its source offset. Both must not be smaller than those of
    /// the call before.
    pub(super) fn edge(&mut self, shown: usize, source: usize) {
        if self.edges.last().copied().unwrap_or((0, 0)) != (shown, source) {
            self.edges.push((shown, source));
        }
    }

    /// Forgets all edges.
    pub(super) fn clear(&mut self) {
        self.edges.clear();
    }

    /// The source offset of a shown offset. Inside of a replaced item it is the offset where that
    /// item begins; after something that was left out it is the offset behind it. The result is a
    /// character boundary of the source whenever `shown` is one of the shown text.
    pub fn offset(&self, shown: usize) -> usize {
        let (start, end) = self.segment(shown);
        let into = shown - start.0;
        match end {
            Some(end) if end.0 - start.0 != end.1 - start.1 => start.1,
            _ => start.1 + into,
        }
    }

    /// The part of the source that a part of the shown text was made of: replaced items at both
    /// ends are included whole. A range that begins at 0 takes what was left out before it, too.
    pub fn range(&self, shown: Range<usize>) -> Range<usize> {
        let start = if shown.start == 0 {
            0
        } else {
            self.offset(shown.start)
        };
        let (from, to) = self.segment(shown.end);
        let end = match to {
            Some(to) if to.0 - from.0 != to.1 - from.1 && shown.end > from.0 => to.1,
            _ => self.offset(shown.end),
        };
        start..end.max(start)
    }

    /// The edges around a shown offset: the last one at or before it, and the one after.
    fn segment(&self, shown: usize) -> ((usize, usize), Option<(usize, usize)>) {
        let after = self.edges.partition_point(|edge| edge.0 <= shown);
        let start = match after {
            0 => (0, 0),
            n => self.edges[n - 1],
        };
        (start, self.edges.get(after).copied())
    }
}
