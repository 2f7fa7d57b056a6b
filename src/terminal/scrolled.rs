//! Detects that a part of the screen has moved up or down: rows that the next frame has in another
//! position. Pure; nothing is written here.

use ratatui::buffer::{Buffer, Cell, CellWidth};
use std::ops::Range;

/// Rows that have moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scrolled {
    /// Between which rows; what leaves them is gone, and what comes in is blank.
    pub rows: Range<u16>,
    /// By how many rows, up if positive. Never 0.
    pub by: i16,
}

/// Fewer rows than these are not worth moving.
const FEWEST: usize = 4;

/// How the rows between the first and the last that differ have moved, if most of them did.
pub fn scrolled(shown: &Buffer, next: &Buffer) -> Option<Scrolled> {
    let (shown, next) = (rows(shown), rows(next));
    let first = shown.iter().zip(&next).position(|(a, b)| a != b)?;
    let last = shown.iter().zip(&next).rposition(|(a, b)| a != b)?;
    let (shown, next) = (&shown[first..=last], &next[first..=last]);
    let ways = (1..shown.len()).flat_map(|count| {
        let up = matches(&next[..next.len() - count], &shown[count..]);
        let down = matches(&next[count..], &shown[..shown.len() - count]);
        let count = i16::try_from(count).unwrap_or(0);
        [(up, count), (down, -count)]
    });
    let (same, by) = ways.max_by_key(|(same, by)| (*same, -by.abs()))?;
    let stays = matches(next, shown);
    let is_worth_it = same >= FEWEST && same >= 2 * stays && same * 2 >= shown.len() - stays;
    let rows = u16::try_from(first).ok()?..u16::try_from(last + 1).ok()?;
    (is_worth_it && by != 0).then_some(Scrolled { rows, by })
}

/// How many rows are the same, blank ones not counted.
fn matches(a: &[Row], b: &[Row]) -> usize {
    let pairs = a.iter().zip(b);
    pairs.filter(|(a, b)| a == b && !a.is_blank).count()
}

#[derive(PartialEq, Eq)]
struct Row {
    digest: u64,
    is_blank: bool,
}

/// A digest of what cells say, quickly made: a screen has thousands of them, thirty times a second.
/// Rows that only seem to be the same, or differ in colour, cost a few bytes: what differs is
/// written anyhow.
#[derive(Default)]
struct Digest(u64);

impl Digest {
    fn add(&mut self, cell: &Cell) {
        for byte in cell.symbol().bytes() {
            self.mix(u64::from(byte));
        }
        self.mix(u64::from(cell.modifier.bits()));
    }

    fn mix(&mut self, value: u64) {
        self.0 = (self.0.rotate_left(5) ^ value).wrapping_mul(0x517c_c1b7_2722_0a95);
    }
}

/// The rows of a screen, without the last column, in which a scrollbar moves by itself.
fn rows(buffer: &Buffer) -> Vec<Row> {
    let width = usize::from(buffer.area.width).max(1);
    let rows = buffer.content.chunks(width);
    rows.map(|cells| {
        let mut digest = Digest::default();
        let mut is_blank = true;
        let mut skip = 0;
        for cell in &cells[..width - 1] {
            if skip > 0 {
                skip -= 1;
                continue;
            }
            let symbol = cell.symbol();
            is_blank &= symbol == " ";
            if !symbol.is_ascii() {
                skip = usize::from(cell.cell_width()).saturating_sub(1);
            }
            digest.add(cell);
        }
        Row {
            digest: digest.0,
            is_blank,
        }
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn screen(rows: &[&str]) -> Buffer {
        Buffer::with_lines(rows.iter().map(|row| format!("{row:9}")))
    }

    #[test]
    fn rows_that_moved_between_others_that_stayed_are_found() {
        let shown = screen(&["head", "a", "b", "c", "d", "e", "f", "foot"]);
        let up = screen(&["head", "c", "d", "e", "f", "x", "y", "foot"]);
        let found = scrolled(&shown, &up).unwrap();
        assert_eq!(found, Scrolled { rows: 1..7, by: 2 });
        let found = scrolled(&up, &shown).unwrap();
        assert_eq!(found, Scrolled { rows: 1..7, by: -2 });
    }

    #[test]
    fn another_page_and_a_changed_row_are_no_scroll() {
        let shown = screen(&["head", "a", "b", "c", "d", "e", "f", "foot"]);
        let other = screen(&["head", "1", "2", "3", "4", "5", "6", "foot"]);
        assert_eq!(scrolled(&shown, &other), None);
        let typed = screen(&["head", "a", "b", "c", "d", "e", "f", "footer"]);
        assert_eq!(scrolled(&shown, &typed), None);
        assert_eq!(scrolled(&shown, &shown), None);
    }
}
