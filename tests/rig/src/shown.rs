//! The state of the emulator: whole frames, and the modes that are on.
//!
//! The program marks where a frame begins and ends (synchronized updates); a picture is taken at each end, so that no test
//! ever looks at half a frame.

use std::num::NonZeroU16;
use std::time::Instant;

/// So many bytes of what the program sends are kept, at least half of that.
const MOST_RAW: usize = 1 << 24;

/// A whole frame.
#[derive(Clone, Default)]
pub struct Shown {
    rows: Vec<String>,
    /// Row and column of the cursor; nothing when it is hidden.
    pub cursor: Option<(u16, u16)>,
}

impl Shown {
    fn of(screen: &vt100::Screen) -> Self {
        let (_, columns) = screen.size();
        Self {
            rows: screen.rows(0, columns.get()).collect(),
            cursor: (!screen.hide_cursor()).then(|| screen.cursor_position()),
        }
    }

    /// Whether a text stands in one of the rows.
    pub fn has(&self, text: &str) -> bool {
        self.rows.iter().any(|row| row.contains(text))
    }

    /// How many rows hold a text.
    pub fn rows_with(&self, text: &str) -> usize {
        let rows = self.rows.iter();
        rows.filter(|row| row.contains(text)).count()
    }

    /// The first row that holds a text.
    pub fn row_with(&self, text: &str) -> Option<&str> {
        let mut rows = self.rows.iter().map(String::as_str);
        rows.find(|row| row.contains(text))
    }

    /// Whether no reply is on its way in the conversation that is seen; from 60 columns on.
    pub fn is_ready(&self) -> bool {
        self.has("● ready")
    }

    pub fn text(&self) -> String {
        self.rows.join("\n")
    }

    /// The text of the message being written, its rows joined.
    pub fn draft(&self) -> String {
        let from = self.rows.iter().rposition(|row| row.contains("╭ Message"));
        let rows = self
            .rows
            .iter()
            .skip(from.map_or(usize::MAX, |from| from + 1));
        let inside = rows.map_while(|row| row.strip_prefix('│')?.strip_suffix('│'));
        let text: Vec<&str> = inside.map(str::trim).collect();
        text.join(" ").trim().to_owned()
    }

    /// The largest N of a `wordN` that is seen: how far a reply to `long` has come.
    pub fn last_word(&self) -> Option<usize> {
        let text = self.text();
        let words = text.split(|c: char| !c.is_ascii_alphanumeric());
        words
            .filter_map(|word| word.strip_prefix("word")?.parse().ok())
            .max()
    }
}

/// The first words that the embedded Space says to `long N`, without white space at the end.
pub fn words(count: usize) -> String {
    let words: Vec<String> = (0..count).map(|index| format!("word{index}")).collect();
    words.join(" ")
}

/// The emulator and what is kept of its past.
pub struct Emulator {
    parser: vt100::Parser<Frames>,
    /// The bytes that the program has sent; of a long run the last of them.
    raw: Vec<u8>,
    /// Whether the program has closed its side.
    pub is_over: bool,
}

/// Takes a picture at the end of each synchronized update.
#[derive(Default)]
struct Frames {
    last: Shown,
    count: usize,
    /// Every frame with the time at which it was seen, when that is wanted.
    history: Option<Vec<(Instant, Shown)>>,
}

impl vt100::Callbacks for Frames {
    fn unhandled_csi(
        &mut self,
        screen: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        let is_end = (first, parameters, last) == (Some(b'?'), &[&[2026][..]][..], 'l');
        if is_end {
            self.last = Shown::of(screen);
            self.count += 1;
            if let Some(history) = &mut self.history {
                history.push((Instant::now(), self.last.clone()));
            }
        }
    }
}

impl Emulator {
    pub fn new(columns: u16, rows: u16) -> Self {
        let (rows, columns) = (at_least_one(rows), at_least_one(columns));
        let parser = vt100::Parser::new_with_callbacks(rows, columns, 0, Frames::default());
        Self {
            parser,
            raw: Vec::new(),
            is_over: false,
        }
    }

    pub fn take(&mut self, bytes: &[u8]) {
        if self.raw.len() > MOST_RAW {
            self.raw.drain(..MOST_RAW / 2);
        }
        self.raw.extend_from_slice(bytes);
        self.parser.process(bytes);
    }

    pub fn resize(&mut self, columns: u16, rows: u16) {
        let (rows, columns) = (at_least_one(rows), at_least_one(columns));
        self.parser.screen_mut().set_size(rows, columns);
    }

    /// The last whole frame.
    pub fn shown(&self) -> &Shown {
        &self.parser.callbacks().last
    }

    /// How many whole frames there were.
    pub fn frames(&self) -> usize {
        self.parser.callbacks().count
    }

    /// Keeps every frame from now on.
    pub fn remember(&mut self) {
        self.parser.callbacks_mut().history = Some(Vec::new());
    }

    /// Whether a remembered frame is as `is_so` says.
    pub fn was_ever(&self, is_so: impl Fn(&Shown) -> bool) -> bool {
        let history = self.parser.callbacks().history.as_deref();
        history
            .unwrap_or_default()
            .iter()
            .any(|(_, shown)| is_so(shown))
    }

    /// The last remembered frame that was seen at `time` or before.
    pub fn shown_at(&self, time: Instant) -> Option<&Shown> {
        let history = self.parser.callbacks().history.as_deref()?;
        let mut before = history.iter().rev().filter(|(at, _)| *at <= time);
        before.next().map(|(_, shown)| shown)
    }

    /// All bytes that the program has sent.
    pub fn written(&self) -> &[u8] {
        &self.raw
    }

    /// Where the program has sent these bytes last.
    pub fn last_place(&self, bytes: &str) -> Option<usize> {
        let mut windows = self.raw.windows(bytes.len());
        windows.rposition(|window| window == bytes.as_bytes())
    }

    /// The screen as it is, also between frames and outside of them.
    pub fn screen(&self) -> &vt100::Screen {
        self.parser.screen()
    }
}

fn at_least_one(cells: u16) -> NonZeroU16 {
    NonZeroU16::new(cells).expect("a terminal has a row and a column")
}
