//! Characters of many scripts, on terminals that disagree about how wide they are: frames that follow each other leave the
//! same as a screen that was drawn at once.

use super::*;
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// How wide a terminal takes what is written to it.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Widths {
    /// Each character by itself, as most do.
    Characters,
    /// The same, but SARA AM and its like take no cell.
    NarrowMarks,
    /// What belongs together as one, at most two cells.
    Clusters,
}

/// A terminal that knows no more than it must: text, places, colours, a line cleared to its end, lines taken out and put in
/// between margins. Whatever else is sent is a failure.
struct Grid {
    widths: Widths,
    /// What stands in each cell; nothing behind a wide character.
    cells: Vec<Vec<String>>,
    at: (usize, usize),
    margins: (usize, usize),
}

impl Grid {
    fn new(widths: Widths) -> Self {
        let (columns, rows) = (usize::from(SIZE.0), usize::from(SIZE.1));
        Self {
            widths,
            cells: vec![vec![" ".to_owned(); columns]; rows],
            at: (0, 0),
            margins: (0, rows - 1),
        }
    }

    fn process(&mut self, text: &str) {
        let mut rest = text;
        while let Some(at) = rest.find('\x1b') {
            self.print(&rest[..at]);
            let body = rest[at..]
                .strip_prefix("\x1b[")
                .expect("a control sequence");
            let end = body.find(|c: char| ('@'..='~').contains(&c)).unwrap();
            self.control(&body[..end], &body[end..=end]);
            rest = &body[end + 1..];
        }
        self.print(rest);
    }

    fn control(&mut self, parameters: &str, last: &str) {
        let numbers = parameters
            .split(';')
            .map(|number| number.parse().unwrap_or(1));
        let numbers: Vec<usize> = numbers.collect();
        let row = |cells: usize| vec![" ".to_owned(); cells];
        let columns = usize::from(SIZE.0);
        match last {
            "m" | "h" | "l" => {}
            "H" => self.at = (numbers.get(1).unwrap_or(&1) - 1, numbers[0] - 1),
            "K" => {
                for x in self.at.0..columns {
                    self.put(x, " ");
                }
            }
            "r" => {
                let whole = (1, usize::from(SIZE.1));
                let (top, bottom) = match *numbers {
                    [top, bottom] => (top, bottom),
                    _ => whole,
                };
                (self.margins, self.at) = ((top - 1, bottom - 1), (0, 0));
            }
            "L" | "M" => {
                let (y, bottom) = (self.at.1, self.margins.1);
                assert!(
                    (self.margins.0..=bottom).contains(&y),
                    "outside of the margins"
                );
                for _ in 0..numbers[0] {
                    let (from, to) = if last == "M" {
                        (y, bottom)
                    } else {
                        (bottom, y)
                    };
                    self.cells.remove(from);
                    self.cells.insert(to, row(columns));
                }
            }
            other => panic!("a simple terminal knows no {parameters}{other}"),
        }
    }

    fn print(&mut self, text: &str) {
        let pieces: Vec<&str> = match self.widths {
            Widths::Clusters => text.graphemes(true).collect(),
            _ => text.split("").filter(|piece| !piece.is_empty()).collect(),
        };
        for piece in pieces {
            let first = piece.chars().next().unwrap();
            let width = match self.widths {
                Widths::NarrowMarks if matches!(first, 'ำ' | 'ຳ') => 0,
                Widths::Clusters => piece.width().min(2),
                _ => first.width().unwrap_or(0),
            };
            let (x, y) = self.at;
            if width == 0 {
                // A mark joins what stands before it.
                let before = (0..x).rev().find(|x| !self.cells[y][*x].is_empty());
                self.cells[y][before.unwrap_or(0)].push_str(piece);
                continue;
            }
            // The end of the line is the end: there is no wrapping.
            let x = x.min(usize::from(SIZE.0) - width);
            for behind in (0..width).rev() {
                self.put(x + behind, " ");
            }
            self.cells[y][x] = piece.to_owned();
            if width == 2 {
                self.cells[y][x + 1].clear();
            }
            self.at.0 = x + width;
        }
    }

    /// Puts a character of one cell; of a wide one that stood there nothing remains.
    fn put(&mut self, x: usize, text: &str) {
        let row = &mut self.cells[self.at.1];
        if row[x].is_empty() && x > 0 {
            row[x - 1] = " ".to_owned();
        }
        if row.get(x + 1).is_some_and(String::is_empty) {
            row[x + 1] = " ".to_owned();
        }
        row[x] = text.to_owned();
    }
}

#[derive(Clone)]
struct Shared(Rc<RefCell<Grid>>, Vec<u8>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.1.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        let text = String::from_utf8(std::mem::take(&mut self.1)).expect("it is UTF-8");
        self.0.borrow_mut().process(&text);
        Ok(())
    }
}

fn screen(widths: Widths) -> (Terminal<FrameBackend<Shared>>, Shared) {
    let shared = Shared(Rc::new(RefCell::new(Grid::new(widths))), Vec::new());
    let mut backend = FrameBackend::new(shared.clone(), None);
    let size = Size::new(SIZE.0, SIZE.1);
    backend.size = Some(size);
    let viewport = Viewport::Fixed(Rect::new(0, 0, size.width, size.height));
    let terminal = Terminal::with_options(backend, TerminalOptions { viewport }).unwrap();
    (terminal, shared)
}

fn draw(terminal: &mut Terminal<FrameBackend<Shared>>, lines: &[String]) {
    let draw = |frame: &mut ratatui::Frame| {
        for (y, line) in (0..SIZE.1).zip(lines) {
            frame.buffer_mut().set_string(0, y, line, Style::new());
        }
    };
    terminal.draw(draw).unwrap();
}

/// Fifteen scripts, flags, emoji in parts.
const GRAPHEMES: [&str; 28] = [
    "a",
    "b",
    " ",
    "é",
    "e\u{301}",
    "完",
    "ｶﾞ",
    "ทำ",
    "ที่",
    "ນຳ",
    "क्ष",
    "नि",
    "நி",
    "கொ",
    "কি",
    "ক্ষ",
    "မြို့",
    "ខ្មែ",
    "ക്ഷ",
    "ਪੰ",
    "ක්‍ෂ",
    "한",
    "שׁ",
    "🇩🇪",
    "👨‍👩‍👧",
    "❤️",
    "1️⃣",
    "👍🏽",
];

fn line() -> impl Strategy<Value = String> {
    let grapheme = prop::sample::select(GRAPHEMES.to_vec());
    prop::collection::vec(grapheme, 0..16).prop_map(|parts| parts.concat())
}

proptest! {
    #[test]
    fn no_mark_of_the_frame_before_stays(
        lines in prop::collection::vec(line(), 14..30),
        tops in prop::collection::vec(0_usize..20, 2..6),
        edits in prop::collection::vec((0_usize..12, line()), 6),
        widths in prop::sample::select(vec![Widths::Characters, Widths::NarrowMarks, Widths::Clusters]),
    ) {
        let (mut terminal, grid) = screen(widths);
        for (at, top) in tops.into_iter().enumerate() {
            let seen = lines.iter().cycle().skip(top).take(usize::from(SIZE.1));
            let mut seen: Vec<String> = seen.cloned().collect();
            let (row, edited) = &edits[at];
            seen[*row].clone_from(edited);
            draw(&mut terminal, &seen);
            let (mut at_once, expected) = screen(widths);
            draw(&mut at_once, &seen);
            prop_assert_eq!(&grid.0.borrow().cells, &expected.0.borrow().cells);
        }
    }
}

#[test]
fn nothing_stays_of_thai_that_was_erased() {
    for widths in [Widths::Characters, Widths::NarrowMarks, Widths::Clusters] {
        let (mut terminal, grid) = screen(widths);
        draw(&mut terminal, &["aaaa ทำ".to_owned()]);
        draw(&mut terminal, &[String::new()]);
        assert_eq!(grid.0.borrow().cells[0].concat().trim(), "", "{widths:?}");
    }
}
