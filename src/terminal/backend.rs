//! A frame on its way to the terminal, in as few bytes as it takes.
//!
//! ratatui reports which cells have changed, and crossterm writes cells. Between them this backend
//! remembers what the terminal shows, and so can move rows that are there already instead of
//! writing them again, run over short gaps instead of jumping them, and clear the rest of a line at
//! once. It also makes hyperlinks (OSC 8) of cells that are marked as links: the mark is the
//! underline's colour, for which [`Addresses`] gives an address of printable ASCII alone, so that
//! no text can end the sequence and begin another.

use super::scrolled::{Scrolled, scrolled};
use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::{Buffer, Cell, CellWidth};
use ratatui::layout::{Position, Rect, Size};
use ratatui::style::Color;
use std::io::{self, Write};
use std::sync::Arc;
use unicode_width::UnicodeWidthChar;

/// Looks up the address that an underline's colour stands for.
pub type Addresses = Box<dyn Fn(Color) -> Option<Arc<str>>>;

/// A gap of so many cells that have not changed is written over: moving the cursor takes as much.
const SHORT_GAP: u16 = 6;
/// A frame in which fewer cells changed than so many rows have is not looked at for rows that
/// moved.
const SCROLLED_ROWS: usize = 2;
/// A blank end of a line of at least so many cells is cleared at once.
const LONG_BLANK: u16 = 5;

/// Writes frames to `W`.
pub struct FrameBackend<W: Write> {
    inner: CrosstermBackend<W>,
    addresses: Option<Addresses>,
    /// What the terminal shows, and what it is to show. A cell behind a wide character is blank.
    shown: Buffer,
    next: Buffer,
    /// The window's size, until it may be another.
    size: Option<Size>,
}

impl<W: Write> FrameBackend<W> {
    /// Writes to `writer`, with hyperlinks where there are addresses.
    pub fn new(writer: W, addresses: Option<Addresses>) -> Self {
        Self {
            inner: CrosstermBackend::new(writer),
            addresses,
            shown: Buffer::default(),
            next: Buffer::default(),
            size: None,
        }
    }

    /// The window may have got another size.
    pub fn forget_size(&mut self) {
        self.size = None;
    }

    /// Moves rows on the screen where the next frame has them elsewhere; says whether it did.
    fn scroll(&mut self) -> io::Result<bool> {
        let Some(Scrolled { rows, by }) = scrolled(&self.shown, &self.next) else {
            return Ok(false);
        };
        // Lines are taken out (DL) or put in (IL) at the top: terminals that scroll by SU and SD alone are rare, those that
        // lack these two are not (the Linux console).
        let (count, way) = (by.unsigned_abs(), if by > 0 { 'M' } else { 'L' });
        let (top, bottom) = (rows.start + 1, rows.end);
        write!(
            self.inner,
            "\x1b[{top};{bottom}r\x1b[{top};1H\x1b[{count}{way}\x1b[r"
        )?;
        let width = usize::from(self.shown.area.width);
        let cells = usize::from(rows.start) * width..usize::from(rows.end) * width;
        let moved = &mut self.shown.content[cells];
        let distance = usize::from(count) * width;
        let left_blank = if by > 0 {
            moved.rotate_left(distance);
            moved.len() - distance..moved.len()
        } else {
            moved.rotate_right(distance);
            0..distance
        };
        moved[left_blank].iter_mut().for_each(Cell::reset);
        Ok(true)
    }

    /// The cells of the next frame that are not shown yet, row by row: each row from its first to
    /// its last cell that differs, but for long gaps in it. `told` are the cells that ratatui
    /// names; they are written in any case.
    fn changes(&mut self, told: &[(u16, u16)], is_scrolled: bool) -> io::Result<Vec<(u16, u16)>> {
        let mut changes = Vec::new();
        let mut told = told.iter().peekable();
        for y in 0..self.next.area.height {
            let mut named = Vec::new();
            while let Some((x, _)) = told.next_if(|(_, row)| *row == y) {
                named.push(*x);
            }
            if named.is_empty() && !is_scrolled {
                continue;
            }
            let (cells, has_wide) = self.row(y);
            let mut wanted = if has_wide {
                self.touched(y, &cells, &named)
            } else if is_scrolled {
                let differ = |x: &u16| self.next[(*x, y)] != self.shown[(*x, y)];
                cells.iter().copied().filter(differ).collect()
            } else {
                named
            };
            let blank_from = self.blank_from(y, &cells);
            if let Some(last) = wanted.last()
                && !has_wide
                && *last >= blank_from.saturating_add(LONG_BLANK)
            {
                wanted.retain(|x| *x < blank_from);
                let place = (blank_from + 1, y + 1);
                write!(self.inner, "\x1b[{};{}H\x1b[K", place.1, place.0)?;
            }
            changes.extend(bridged(&wanted, has_wide).into_iter().map(|x| (x, y)));
        }
        Ok(changes)
    }

    /// The cells of a row of the next frame that begin a character, and whether a wide one is or
    /// was among them.
    fn row(&self, y: u16) -> (Vec<u16>, bool) {
        let width = self.next.area.width;
        let mut cells = Vec::with_capacity(usize::from(width));
        let (mut x, mut has_wide) = (0, false);
        while x < width {
            cells.push(x);
            let (shown, next) = (&self.shown[(x, y)], &self.next[(x, y)]);
            has_wide |= reach_of(shown) > 1 || reach_of(next) > 1;
            x += width_of(next).max(1);
        }
        (cells, has_wide)
    }

    /// The cells of a row with wide characters that must be written: where one stood or comes, the terminal may show
    /// something else than before as far as it reaches. `named` are written too.
    fn touched(&self, y: u16, cells: &[u16], named: &[u16]) -> Vec<u16> {
        let width = self.next.area.width;
        let mut is_touched = vec![false; usize::from(width)];
        for x in 0..width {
            let (shown, next) = (&self.shown[(x, y)], &self.next[(x, y)]);
            if shown != next || named.contains(&x) {
                let end = (x + reach_of(shown).max(reach_of(next))).min(width);
                is_touched[usize::from(x)..usize::from(end)].fill(true);
            }
        }
        // What is written anew reaches as far as before.
        for &x in cells {
            let covered = |end: u16| usize::from(x)..usize::from(end.min(width));
            let next = &self.next[(x, y)];
            if is_touched[covered(x + width_of(next).max(1))].contains(&true) {
                is_touched[covered(x + reach_of(next))].fill(true);
            }
        }
        let mut wanted = cells.to_vec();
        wanted.retain(|x| is_touched[usize::from(*x)]);
        wanted
    }

    /// From which cell on a row of the next frame is blank to its end.
    fn blank_from(&self, y: u16, cells: &[u16]) -> u16 {
        let blank = Cell::default();
        let is_blank = |x: &&u16| {
            let cell = &self.next[(**x, y)];
            cell.symbol() == " " && cell.style() == blank.style()
        };
        let end = self.next.area.width;
        cells
            .iter()
            .rev()
            .take_while(is_blank)
            .last()
            .copied()
            .unwrap_or(end)
    }

    /// Writes cells, those that lead to the same address as one hyperlink.
    fn write(&mut self, changes: &[(u16, u16)]) -> io::Result<()> {
        let mark = |backend: &Self, at: &(u16, u16)| match backend.addresses {
            Some(_) => backend.next[*at].underline_color,
            None => Color::Reset,
        };
        let mut rest = changes;
        while let Some(first) = rest.first() {
            let colour = mark(self, first);
            let count = rest
                .iter()
                .take_while(|at| mark(self, at) == colour)
                .count();
            let (run, after) = rest.split_at(count);
            rest = after;
            let addresses = self.addresses.as_ref();
            let address = addresses.and_then(|addresses| addresses(colour));
            if let Some(address) = &address {
                write!(self.inner, "\x1b]8;;{address}\x1b\\")?;
            }
            let mut cells: Vec<(u16, u16, Cell)> = Vec::with_capacity(run.len());
            for &(x, y) in run {
                let cell = unmarked(&self.next[(x, y)]);
                cells.extend(blanks_below(x, y, &cell));
                cells.push((x, y, cell));
            }
            self.inner
                .draw(cells.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
            if address.is_some() {
                write!(self.inner, "\x1b]8;;\x1b\\")?;
            }
        }
        Ok(())
    }

    /// A cell is shown now, and with it those that its character covers.
    fn took(&mut self, (x, y): (u16, u16)) {
        for x in x..x + width_of(&self.next[(x, y)]) {
            if let (Some(shown), Some(next)) = (self.shown.cell_mut((x, y)), self.next.cell((x, y)))
            {
                next.clone_into(shown);
            }
        }
    }

    fn blank(&mut self) {
        self.shown.reset();
        self.next.reset();
    }
}

/// The columns that a cell's character takes, as ratatui lays it out.
fn width_of(cell: &Cell) -> u16 {
    if cell.symbol().is_ascii() {
        return 1;
    }
    cell.cell_width()
}

/// The columns that a cell's character takes on a terminal that does not know what belongs together: each part of it by
/// itself.
fn reach_of(cell: &Cell) -> u16 {
    let symbol = cell.symbol();
    if symbol.is_ascii() {
        return 1;
    }
    let parts: usize = symbol.chars().map(|c| c.width().unwrap_or(0)).sum();
    u16::try_from(parts).unwrap_or(1).max(width_of(cell)).max(1)
}

/// What is written first where a wide character of several parts comes: a terminal that takes it for narrower would leave
/// what stood behind it.
fn blanks_below(x: u16, y: u16, cell: &Cell) -> impl Iterator<Item = (u16, u16, Cell)> {
    let is_in_parts = cell.symbol().chars().nth(1).is_some();
    let width = if is_in_parts { width_of(cell) } else { 0 };
    let mut blank = cell.clone();
    blank.set_symbol(" ");
    let count = if width > 1 { width } else { 0 };
    (0..count).map(move |behind| (x + behind, y, blank.clone()))
}

/// A cell without the mark of its link.
fn unmarked(cell: &Cell) -> Cell {
    let mut cell = cell.clone();
    cell.underline_color = Color::Reset;
    cell
}

/// The cells of a row with the short gaps between them. In a row with wide characters gaps stay:
/// a cell in one may be the half of a character.
fn bridged(wanted: &[u16], has_wide: bool) -> Vec<u16> {
    let mut bridged: Vec<u16> = Vec::with_capacity(wanted.len() + 8);
    for x in wanted {
        if let Some(last) = bridged.last().copied()
            && !has_wide
            && x - last <= SHORT_GAP
        {
            bridged.extend(last + 1..*x);
        }
        bridged.push(*x);
    }
    bridged
}

impl<W: Write> Write for FrameBackend<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for FrameBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        let size = self.size()?;
        self.size = Some(size);
        let area = Rect::new(0, 0, size.width, size.height);
        if self.next.area != area {
            self.shown = Buffer::empty(area);
            self.next = Buffer::empty(area);
        }
        let mut told = Vec::new();
        for (x, y, cell) in content {
            // Behind a wide character ratatui's own cells are blank, and it does not name them.
            for behind in 1..width_of(cell) {
                if let Some(place) = self.next.cell_mut((x + behind, y)) {
                    place.reset();
                }
            }
            if let Some(place) = self.next.cell_mut((x, y)) {
                cell.clone_into(place);
                told.push((x, y));
            }
        }
        // Looking for rows that moved costs as much as the screen is large.
        let is_worth_it = told.len() >= usize::from(size.width) * SCROLLED_ROWS;
        let is_scrolled = is_worth_it && self.scroll()?;
        let changes = self.changes(&told, is_scrolled)?;
        self.write(&changes)?;
        if is_scrolled {
            let cells = self.shown.content.iter_mut().zip(&self.next.content);
            for (shown, next) in cells.filter(|(shown, next)| shown != next) {
                next.clone_into(shown);
            }
        } else {
            for at in told {
                self.took(at);
            }
        }
        Ok(())
    }

    fn hide_cursor(&mut self) -> io::Result<()> {
        self.inner.hide_cursor()
    }

    fn show_cursor(&mut self) -> io::Result<()> {
        self.inner.show_cursor()
    }

    fn get_cursor_position(&mut self) -> io::Result<Position> {
        self.inner.get_cursor_position()
    }

    fn set_cursor_position<P: Into<Position>>(&mut self, position: P) -> io::Result<()> {
        self.inner.set_cursor_position(position)
    }

    fn clear(&mut self) -> io::Result<()> {
        self.blank();
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        // Only the whole screen is ever cleared here.
        self.blank();
        self.inner.clear_region(clear_type)
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.inner.append_lines(lines)
    }

    fn size(&self) -> io::Result<Size> {
        match self.size {
            Some(size) => Ok(size),
            None => self.inner.size(),
        }
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests;
