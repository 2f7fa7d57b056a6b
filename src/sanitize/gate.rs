//! The gate as a state machine over characters: where in an escape sequence it stands, what it
//! holds back, and what the last output was.

use std::fmt::Write as _;

use super::class::{self, Class};
use super::map::SourceMap;

/// The longest body that a control string (OSC, DCS, …) or a control sequence may have, in
/// characters. What is longer was never ended, so its body is shown as text.
const SEQUENCE_LIMIT: usize = 4096;
/// The distance of tab stops, in columns.
const TAB: usize = 4;
/// How many combining marks in a row stay on one base character.
const MARKS_ON_ONE_BASE: usize = 8;

/// The gate itself, for text that arrives in pieces.
///
/// Give each piece to [`push`](Self::push) and call [`finish`](Self::finish) when no more comes:
/// until then a sequence that has not ended is held back.
#[derive(Clone, Debug, Default)]
pub struct Gate {
    state: State,
    /// The body of the sequence that is being read, without its introducer.
    held: String,
    /// How many characters `held` has.
    held_chars: usize,
    /// Where the introducer of the sequence that is being read stands in the source.
    sequence_at: usize,
    /// A zero-width joiner or non-joiner that waits for the character after it.
    joiner: Option<char>,
    /// The last character that went out as it was.
    before: Option<char>,
    /// How many combining marks stand at the end of the output.
    marks: usize,
    /// Whether the last character was CR, so that LF belongs to it.
    after_return: bool,
    /// The display column at the end of the output.
    column: usize,
    /// Bytes of source that were read.
    read: usize,
    /// Bytes of output that were written.
    written: usize,
    hidden: usize,
    removed: usize,
    map: SourceMap,
}

/// Where in an escape sequence the gate stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum State {
    /// Outside of any sequence.
    #[default]
    Ground,
    /// After ESC.
    Escape,
    /// After ESC and an intermediate byte: one final byte ends it.
    Intermediate,
    /// In a control sequence, after CSI.
    Sequence,
    /// In a control string, after OSC, DCS, SOS, PM or APC.
    Text,
    /// In a control string, after an ESC that may begin ST.
    TextEscape,
}

impl Gate {
    /// A gate at the beginning of a text.
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes the next piece and appends to `out` what can be shown of it.
    pub fn push(&mut self, piece: &str, out: &mut String) {
        let mut rest = piece;
        while !rest.is_empty() {
            if self.takes_plain_text() {
                let (plain, after) = rest.split_at(class::plain_prefix(rest));
                self.copy_plain(plain, out);
                rest = after;
            }
            let mut chars = rest.chars();
            if let Some(c) = chars.next() {
                self.feed(c, out);
                rest = chars.as_str();
            }
        }
    }

    /// Takes a piece of which only the counts are wanted: nothing of it is written, and the map leads nowhere.
    pub(super) fn count(&mut self, piece: &str) {
        let mut unwanted = String::new();
        let mut rest = piece;
        while !rest.is_empty() {
            if self.takes_plain_text() {
                rest = self.skip_plain(rest);
            }
            let mut chars = rest.chars();
            if let Some(c) = chars.next() {
                self.feed(c, &mut unwanted);
                rest = chars.as_str();
            }
            unwanted.clear();
            self.map.clear();
        }
    }

    /// Reads what goes out as it is at the beginning of a text, as far as that is known at once. Gives the rest.
    fn skip_plain<'a>(&mut self, text: &'a str) -> &'a str {
        let mut rest = text;
        loop {
            let ascii = rest.split_at(class::plain_prefix(rest)).1;
            let after = ascii.trim_start_matches(class::is_common);
            if after.len() == rest.len() {
                break;
            }
            rest = after;
        }
        let plain = &text[..text.len() - rest.len()];
        if let Some(last) = plain.chars().next_back() {
            self.read += plain.len();
            self.marks = 0;
            self.before = Some(last);
        }
        rest
    }

    /// Ends the text: what was held back of a sequence that never ended is appended to `out`.
    pub fn finish(&mut self, out: &mut String) {
        self.settle_joiner(None, out);
        let lone_escape = self.state == State::TextEscape;
        if lone_escape {
            self.read -= 1;
        }
        if self.state != State::Ground {
            self.give_up_sequence(out);
        }
        self.settle_joiner(None, out);
        if lone_escape {
            self.begin_sequence('\u{1b}', State::Escape);
            self.drop_sequence();
        }
    }

    /// How many invisible or direction-changing characters were shown as marks so far.
    pub fn hidden(&self) -> usize {
        self.hidden
    }

    /// How many escape sequences, control characters and excess combining marks were taken out or
    /// replaced so far.
    pub fn removed(&self) -> usize {
        self.removed
    }

    /// The way from all output so far back to all input so far.
    pub fn map(&self) -> &SourceMap {
        &self.map
    }

    /// The map, when the text is finished.
    pub(super) fn into_map(self) -> SourceMap {
        self.map
    }

    fn takes_plain_text(&self) -> bool {
        self.state == State::Ground && self.joiner.is_none() && !self.after_return
    }

    /// Copies printable ASCII and LF, by far the most frequent input, without looking at each
    /// character twice.
    fn copy_plain(&mut self, plain: &str, out: &mut String) {
        let Some(&last) = plain.as_bytes().last() else {
            return;
        };
        out.push_str(plain);
        self.read += plain.len();
        self.written += plain.len();
        self.column = match plain.rfind('\n') {
            Some(at) => plain.len() - at - 1,
            None => self.column + plain.len(),
        };
        self.marks = 0;
        self.before = Some(char::from(last));
    }

    fn feed(&mut self, c: char, out: &mut String) {
        match self.state {
            State::Ground => self.feed_ground(c, out),
            State::Escape => self.feed_escape(c, out),
            State::Intermediate => self.feed_intermediate(c, out),
            State::Sequence => self.feed_sequence(c, out),
            State::Text => self.feed_text(c, out),
            State::TextEscape => self.feed_text_escape(c, out),
        }
    }

    fn feed_ground(&mut self, c: char, out: &mut String) {
        self.settle_joiner(Some(c), out);
        let after_return = std::mem::take(&mut self.after_return);
        match class::of(c) {
            Class::Plain(width) => self.keep(c, width, out),
            Class::Break if after_return && c == '\n' => self.replace(c, "", out),
            Class::Break => {
                self.after_return = c == '\r';
                self.replace(c, "\n", out);
                self.column = 0;
            }
            Class::Tab => {
                let spaces = TAB - self.column % TAB;
                self.replace(c, &"    "[..spaces], out);
                self.column += spaces;
            }
            Class::Control(picture) => {
                self.removed += 1;
                self.replace(c, picture.encode_utf8(&mut [0; 4]), out);
                self.column += 1;
            }
            Class::Dropped => {
                self.removed += 1;
                self.replace(c, "", out);
            }
            Class::Introducer => self.begin_sequence(c, State::after_introducer(c)),
            Class::Joiner => {
                self.joiner = Some(c);
                self.read += c.len_utf8();
            }
            // Behind a combining mark it would begin another row of marks on the same character.
            Class::Selector if self.marks == 0 && class::selects(self.before, c) => {
                self.keep(c, 0, out);
            }
            Class::Hidden if c == '\u{feff}' && self.read == 0 => self.replace(c, "", out),
            Class::Selector | Class::Hidden => self.mark(c, out),
            Class::Combining if self.marks >= MARKS_ON_ONE_BASE => {
                self.removed += 1;
                self.replace(c, "", out);
            }
            Class::Combining => {
                let marks = self.marks + 1;
                self.keep(c, 0, out);
                self.marks = marks;
            }
        }
    }

    fn feed_escape(&mut self, c: char, out: &mut String) {
        match c {
            '[' => self.enter(c, State::Sequence),
            ']' | 'P' | 'X' | '^' | '_' => self.enter(c, State::Text),
            ' '..='/' => self.enter(c, State::Intermediate),
            '0'..='~' => self.end_sequence(c),
            _ => self.interrupt(c, out),
        }
    }

    fn feed_intermediate(&mut self, c: char, out: &mut String) {
        match c {
            ' '..='/' => self.hold(c, out),
            '0'..='~' => self.end_sequence(c),
            _ => self.interrupt(c, out),
        }
    }

    fn feed_sequence(&mut self, c: char, out: &mut String) {
        match c {
            ' '..='?' => self.hold(c, out),
            '@'..='~' | '\u{18}' | '\u{1a}' => self.end_sequence(c),
            _ => self.interrupt(c, out),
        }
    }

    /// A control string ends as it does in a terminal: at BEL, ST, CAN or SUB, and at ESC or a C1
    /// character, which then begin what comes next.
    fn feed_text(&mut self, c: char, out: &mut String) {
        match c {
            '\u{7}' | '\u{18}' | '\u{1a}' | '\u{9c}' => self.end_sequence(c),
            '\u{1b}' => {
                self.state = State::TextEscape;
                self.read += 1;
            }
            _ if class::of(c) == Class::Break => self.interrupt(c, out),
            '\u{80}'..='\u{9f}' => {
                self.drop_sequence();
                self.feed_ground(c, out);
            }
            _ => self.hold(c, out),
        }
    }

    fn feed_text_escape(&mut self, c: char, out: &mut String) {
        if c == '\\' {
            self.end_sequence(c);
            return;
        }
        let escape_at = self.read - 1;
        self.read = escape_at;
        self.drop_sequence();
        self.begin_sequence('\u{1b}', State::Escape);
        self.feed_escape(c, out);
    }

    fn begin_sequence(&mut self, introducer: char, state: State) {
        self.sequence_at = self.read;
        self.enter(introducer, state);
    }

    fn enter(&mut self, c: char, state: State) {
        self.state = state;
        self.read += c.len_utf8();
    }

    /// Adds to the body of the sequence, and gives it up when it is too long to be one.
    fn hold(&mut self, c: char, out: &mut String) {
        self.held.push(c);
        self.held_chars += 1;
        self.read += c.len_utf8();
        if self.held_chars == SEQUENCE_LIMIT {
            self.give_up_sequence(out);
        }
    }

    /// The sequence ends with `last`: all of it goes.
    fn end_sequence(&mut self, last: char) {
        self.read += last.len_utf8();
        self.drop_sequence();
    }

    /// The sequence ended before this point: all of it goes.
    fn drop_sequence(&mut self) {
        self.map.edge(self.written, self.sequence_at);
        self.map.edge(self.written, self.read);
        self.removed += 1;
        self.held.clear();
        self.held_chars = 0;
        self.state = State::Ground;
    }

    /// The sequence is broken off by `c`, which cannot be part of it.
    fn interrupt(&mut self, c: char, out: &mut String) {
        self.give_up_sequence(out);
        self.feed_ground(c, out);
    }

    /// The sequence never ended: its introducer goes, what followed is shown. The body holds no
    /// introducer (one would have ended the sequence), so this cannot begin another one.
    fn give_up_sequence(&mut self, out: &mut String) {
        let held = std::mem::take(&mut self.held);
        self.read -= held.len();
        self.drop_sequence();
        for c in held.chars() {
            self.feed_ground(c, out);
        }
    }

    /// Decides about a joiner that waited for `after`; `None` is the end of the text.
    fn settle_joiner(&mut self, after: Option<char>, out: &mut String) {
        let Some(joiner) = self.joiner.take() else {
            return;
        };
        self.read -= joiner.len_utf8();
        if class::joins(self.before, joiner, after) {
            // It counts as one of the marks that stand on the same character.
            let marks = self.marks + 1;
            self.keep(joiner, 0, out);
            self.marks = marks;
        } else {
            self.mark(joiner, out);
        }
    }

    /// Writes a character as it is.
    fn keep(&mut self, c: char, width: usize, out: &mut String) {
        out.push(c);
        self.written += c.len_utf8();
        self.read += c.len_utf8();
        self.column += width;
        self.before = Some(c);
        self.marks = 0;
    }

    /// Writes `with` in place of a character; nothing, when it is empty. The caller moves the
    /// column.
    fn replace(&mut self, c: char, with: &str, out: &mut String) {
        self.map.edge(self.written, self.read);
        out.push_str(with);
        self.written += with.len();
        self.read += c.len_utf8();
        self.map.edge(self.written, self.read);
        self.before = None;
        // Where nothing is written, what follows still stands on the character before.
        if !with.is_empty() {
            self.marks = 0;
        }
    }

    /// Writes a visible mark in place of an invisible character.
    fn mark(&mut self, c: char, out: &mut String) {
        let mut mark = String::with_capacity(16);
        write!(mark, "‹U+{:04X}›", u32::from(c)).expect("a String takes any text");
        self.hidden += 1;
        self.replace(c, &mark, out);
        self.column += mark.chars().count();
    }
}

impl State {
    /// The state after the given introducer: ESC or a C1 character that stands for ESC and a byte.
    fn after_introducer(c: char) -> Self {
        match c {
            '\u{1b}' => Self::Escape,
            '\u{9b}' => Self::Sequence,
            _ => Self::Text,
        }
    }
}
