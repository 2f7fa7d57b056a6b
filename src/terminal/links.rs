//! A backend that makes hyperlinks (OSC 8) of cells that are marked as links.
//!
//! Everything else it leaves to crossterm's backend. The mark is the underline's colour, for
//! which [`Addresses`] gives an address of printable ASCII alone; so no text can end the sequence
//! and begin another.

use ratatui::backend::{Backend, ClearType, CrosstermBackend, WindowSize};
use ratatui::buffer::Cell;
use ratatui::layout::{Position, Size};
use ratatui::style::Color;
use std::io::{self, Write};
use std::sync::Arc;

/// Looks up the address that an underline's colour stands for.
pub type Addresses = Box<dyn Fn(Color) -> Option<Arc<str>>>;

/// Writes frames to `W`.
pub struct LinkBackend<W: Write> {
    inner: CrosstermBackend<W>,
    addresses: Option<Addresses>,
}

impl<W: Write> LinkBackend<W> {
    /// Writes to `writer`, with hyperlinks where there are addresses.
    pub fn new(writer: W, addresses: Option<Addresses>) -> Self {
        Self {
            inner: CrosstermBackend::new(writer),
            addresses,
        }
    }

    /// Writes cells that lead to the same address, or to none.
    fn draw_run(&mut self, address: Option<&Arc<str>>, run: &[(u16, u16, Cell)]) -> io::Result<()> {
        if let Some(address) = address {
            write!(self.inner, "\x1b]8;;{address}\x1b\\")?;
        }
        self.inner
            .draw(run.iter().map(|(x, y, cell)| (*x, *y, cell)))?;
        if address.is_some() {
            write!(self.inner, "\x1b]8;;\x1b\\")?;
        }
        Ok(())
    }
}

impl<W: Write> Write for LinkBackend<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Write::flush(&mut self.inner)
    }
}

impl<W: Write> Backend for LinkBackend<W> {
    type Error = io::Error;

    fn draw<'a, I>(&mut self, content: I) -> io::Result<()>
    where
        I: Iterator<Item = (u16, u16, &'a Cell)>,
    {
        if self.addresses.is_none() {
            return self.inner.draw(content);
        }
        let mut run: Vec<(u16, u16, Cell)> = Vec::new();
        let mut mark = Color::Reset;
        for (x, y, cell) in content {
            if cell.underline_color != mark {
                self.draw_run(mark, &run)?;
                run.clear();
                mark = cell.underline_color;
            }
            let mut cell = cell.clone();
            cell.underline_color = Color::Reset;
            run.push((x, y, cell));
        }
        self.draw_run(mark, &run)
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
        self.inner.clear()
    }

    fn clear_region(&mut self, clear_type: ClearType) -> io::Result<()> {
        self.inner.clear_region(clear_type)
    }

    fn append_lines(&mut self, lines: u16) -> io::Result<()> {
        self.inner.append_lines(lines)
    }

    fn size(&self) -> io::Result<Size> {
        self.inner.size()
    }

    fn window_size(&mut self) -> io::Result<WindowSize> {
        self.inner.window_size()
    }

    fn flush(&mut self) -> io::Result<()> {
        Backend::flush(&mut self.inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn marked_cells_are_written_as_a_hyperlink_and_nothing_of_the_mark_remains() {
        let mark = Color::Rgb(0, 0, 1);
        let address: Arc<str> = "https://a.example/x".into();
        let addresses = move |colour| (colour == mark).then(|| Arc::clone(&address));
        let mut written = Vec::new();
        let mut backend = LinkBackend::new(&mut written, Some(Box::new(addresses)));
        let plain = Cell::new("p");
        let mut linked = Cell::new("l");
        linked.underline_color = mark;
        let cells = [
            (0, 0, &plain),
            (1, 0, &linked),
            (2, 0, &linked),
            (3, 0, &plain),
        ];
        backend.draw(cells.into_iter()).unwrap();
        let written = String::from_utf8(written).unwrap();
        let (before, rest) = written
            .split_once("\x1b]8;;https://a.example/x\x1b\\")
            .unwrap();
        let (inside, after) = rest.split_once("\x1b]8;;\x1b\\").unwrap();
        assert!(before.contains('p') && after.contains('p'), "{written:?}");
        assert!(inside.contains("ll"), "{written:?}");
        assert!(
            !written.contains("58;2") && !written.contains("58:2"),
            "{written:?}"
        );
    }
}
