//! What is written is what a terminal then shows, however the frame before it looked.

mod graphemes;

use super::*;
use proptest::prelude::*;
use ratatui::style::{Modifier, Style};
use ratatui::{Terminal, TerminalOptions, Viewport};
use std::cell::RefCell;
use std::rc::Rc;

const SIZE: (u16, u16) = (24, 12);

/// A terminal emulator as a writer.
#[derive(Clone)]
struct Emulator(Rc<RefCell<vt100::Parser>>, Rc<RefCell<Vec<u8>>>);

impl Write for Emulator {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.borrow_mut().process(bytes);
        self.1.borrow_mut().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn emulator() -> Emulator {
    let rows = SIZE.1.try_into().unwrap();
    let columns = SIZE.0.try_into().unwrap();
    let parser = vt100::Parser::new(rows, columns, 0);
    Emulator(Rc::new(RefCell::new(parser)), Rc::default())
}

fn terminal(emulator: &Emulator, addresses: Option<Addresses>) -> Terminal<FrameBackend<Emulator>> {
    let mut backend = FrameBackend::new(emulator.clone(), addresses);
    let size = Size::new(SIZE.0, SIZE.1);
    backend.size = Some(size);
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.width, size.height));
    Terminal::with_options(backend, TerminalOptions { viewport }).unwrap()
}

/// The characters and attributes that a frame and an emulator have, cell by cell.
fn cells_of(emulator: &Emulator) -> Vec<(String, bool)> {
    let parser = emulator.0.borrow();
    let cells = (0..SIZE.1).flat_map(|y| (0..SIZE.0).map(move |x| (x, y)));
    cells
        .map(|(x, y)| parser.screen().cell(y, x).unwrap())
        .filter(|cell| !cell.is_wide_continuation())
        .map(|cell| {
            let text = cell.contents();
            let text = if text.is_empty() { " " } else { text };
            // What is left of half a wide character is blank, whatever its attributes.
            (text.to_owned(), cell.bold() && text != " ")
        })
        .collect()
}

fn frame_cells(buffer: &Buffer) -> Vec<(String, bool)> {
    let mut out = Vec::new();
    let mut skip = 0;
    for cell in &buffer.content {
        if skip == 0 {
            let is_bold = cell.modifier.contains(Modifier::BOLD) && cell.symbol() != " ";
            out.push((cell.symbol().to_owned(), is_bold));
            skip = usize::from(cell.cell_width());
        }
        skip = skip.saturating_sub(1);
    }
    out
}

fn line() -> impl Strategy<Value = (String, bool)> {
    let text = prop::sample::select(vec![
        "",
        "a",
        "some words",
        "  indented   text",
        "完了 wide 完",
        "x完x完",
        "a long line of text here",
        "🎉 party",
    ]);
    (text.prop_map(str::to_owned), any::<bool>())
}

proptest! {
    #[test]
    fn every_frame_arrives_as_it_is(
        lines in prop::collection::vec(line(), 30..60),
        tops in prop::collection::vec(0_usize..30, 2..8),
        head in prop::collection::vec(line(), 8),
    ) {
        let emulator = emulator();
        let mut terminal = terminal(&emulator, None);
        for (at, top) in tops.into_iter().enumerate() {
            let mut expected = Vec::new();
            terminal.draw(|frame| {
                let buffer = frame.buffer_mut();
                let styled = |bold| if bold { Style::new().bold() } else { Style::new() };
                let (text, bold) = &head[at % head.len()];
                buffer.set_string(0, 0, text, styled(*bold));
                for (y, (text, bold)) in (1..SIZE.1).zip(lines.iter().cycle().skip(top)) {
                    buffer.set_string(0, y, text, styled(*bold));
                }
                expected = frame_cells(buffer);
            }).unwrap();
            prop_assert_eq!(cells_of(&emulator), expected);
        }
    }
}

#[test]
fn a_view_that_moves_by_a_row_costs_little_more_than_a_row() {
    let emulator = emulator();
    let mut terminal = terminal(&emulator, None);
    for top in 0..5 {
        emulator.1.borrow_mut().clear();
        let draw = |frame: &mut ratatui::Frame| {
            for y in 1..SIZE.1 - 1 {
                let text = format!("line {} of the text", top + y);
                frame.buffer_mut().set_string(0, y, text, Style::new());
            }
        };
        terminal.draw(draw).unwrap();
    }
    let written = emulator.1.borrow().len();
    assert!(written < 120, "{written} bytes for one row of 20");
}

#[test]
fn marked_cells_are_written_as_a_hyperlink_and_nothing_of_the_mark_remains() {
    let mark = Color::Rgb(0, 0, 1);
    let address: Arc<str> = "https://a.example/x".into();
    let addresses = move |colour| (colour == mark).then(|| Arc::clone(&address));
    let emulator = emulator();
    let mut terminal = terminal(&emulator, Some(Box::new(addresses)));
    let draw = |frame: &mut ratatui::Frame| {
        let linked = Style::new().underline_color(mark);
        frame.buffer_mut().set_string(0, 0, "plain", Style::new());
        frame.buffer_mut().set_string(5, 0, "link", linked);
        frame.buffer_mut().set_string(9, 0, "plain", Style::new());
    };
    terminal.draw(draw).unwrap();
    let written = String::from_utf8(emulator.1.borrow().clone()).unwrap();
    let (before, rest) = written
        .split_once("\x1b]8;;https://a.example/x\x1b\\")
        .unwrap();
    let (inside, after) = rest.split_once("\x1b]8;;\x1b\\").unwrap();
    assert!(
        before.contains("plain") && after.contains("plain"),
        "{written:?}"
    );
    assert!(inside.contains("link"), "{written:?}");
    assert!(
        !written.contains("58;2") && !written.contains("58:2"),
        "{written:?}"
    );
}
