//! A text field: the text area's named editing steps, by grapheme, and its soft-wrapped rows.
//!
//! The text area from the library keeps the lines, the caret and the kill buffer; it is
//! never given a raw key, because its own bindings mean other things. What is undone, `undo`
//! knows. Wrapping is done here, so that the caret moves by the rows that are seen and stands in
//! the right cell behind wide characters. [`super::composer`] and the system panel hold one each; `ui` draws
//! [`Editor::rows`].

mod undo;

use crate::app::keys::Edit;
use crate::sanitize;
use std::borrow::Cow;
use std::ops::Range;
use std::time::Duration;
use tui_textarea::{CursorMove, DataCursor, TextArea};
use undo::{Change, Kind, Undo};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// A text field.
#[derive(Debug, Clone, Default)]
pub struct Editor {
    area: TextArea<'static>,
    /// Grows with every change of the text.
    revision: u64,
    /// The width at which the field was drawn last, in cells; 0 before that.
    width: usize,
    undo: Undo,
    /// What time it is, in uptime, as far as the field was told.
    now: Duration,
}

/// One row of the field as it is seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The line of the text.
    pub line: usize,
    /// The part of it, in bytes.
    pub range: Range<usize>,
}

impl Editor {
    /// A field that holds `text`, the caret at its end.
    pub fn new(text: &str) -> Self {
        let mut editor = Self::default();
        editor.set(text);
        editor
    }

    /// The field with a dot in the place of every character, and the caret where it stands.
    #[must_use]
    pub fn masked(&self) -> Self {
        let dots = |line: &String| "•".repeat(line.chars().count());
        let DataCursor(line, column) = self.area.cursor();
        let mut masked = Self {
            area: TextArea::new(self.area.lines().iter().map(dots).collect()),
            ..Self::default()
        };
        masked.jump(line, column);
        masked
    }

    /// Replaces the whole text. The caret goes to the end and the changes before cannot be undone.
    pub fn set(&mut self, text: &str) {
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.move_cursor(CursorMove::Bottom);
        self.area.move_cursor(CursorMove::End);
        self.undo = Undo::default();
        self.revision += 1;
    }

    /// The text.
    pub fn text(&self) -> String {
        self.area.lines().join("\n")
    }

    /// The lines of the text.
    pub fn lines(&self) -> &[String] {
        self.area.lines()
    }

    /// Whether there is no text.
    pub fn is_empty(&self) -> bool {
        self.area.is_empty()
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Tells the width in which the field is drawn, in cells.
    pub fn set_width(&mut self, width: usize) {
        self.width = width;
    }

    /// Tells what time it is, in uptime: a pause in typing is a place to undo to.
    pub fn set_time(&mut self, now: Duration) {
        self.now = now;
    }

    /// Inserts text at the caret, which moves behind it. A letter belongs to the word that is
    /// typed; more than that is one step to undo.
    pub fn insert(&mut self, text: &str) {
        let is_letter = text.graphemes(true).nth(1).is_none();
        let kind = if is_letter { Kind::Typed } else { Kind::Whole };
        if !text.is_empty() {
            self.recorded(kind, |field| field.area.insert_str(text));
        }
    }

    /// Carries out a change around the caret, which stands behind what it put there, and keeps
    /// what can be undone of it. Says whether the text changed.
    fn recorded(&mut self, kind: Kind, change: impl FnOnce(&mut Self) -> bool) -> bool {
        let (before, caret_before) = (self.text(), self.caret_offset());
        if !change(self) {
            return false;
        }
        let (after, caret_after) = (self.text(), self.caret_offset());
        // Letters repeat, so that what is merely the same in both does not tell where the change
        // was made; the caret does.
        let behind = after.len().saturating_sub(caret_after);
        let end = |text: &str| text.len().saturating_sub(behind);
        let most = caret_before.min(caret_after).min(end(&before));
        let at = same_head(&before, &after, most);
        let part = |text: &str| text.get(at..end(text)).unwrap_or_default().to_owned();
        let (removed, inserted) = (part(&before), part(&after));
        if removed == inserted {
            return false;
        }
        self.revision += 1;
        let change = Change {
            at,
            removed,
            inserted,
            caret_before,
            caret_after,
        };
        self.undo.record(kind, change, self.now);
        true
    }

    /// Undoes the last group of changes, or does it again.
    fn step_back(&mut self, is_undo: bool) -> bool {
        let next = if is_undo {
            self.undo.undo()
        } else {
            self.undo.redo()
        };
        let Some(change) = next else { return false };
        let (old, new, caret) = if is_undo {
            (&change.inserted, &change.removed, change.caret_before)
        } else {
            (&change.removed, &change.inserted, change.caret_after)
        };
        let mut text = self.area.lines().join("\n");
        let range = change.at..change.at + old.len();
        debug_assert_eq!(text.get(range.clone()), Some(old.as_str()));
        if text.get(range.clone()) == Some(old) {
            text.replace_range(range, new);
        }
        let killed = self.area.yank_text();
        self.area = TextArea::new(text.split('\n').map(str::to_owned).collect());
        self.area.set_yank_text(killed);
        let head = text.get(..caret).unwrap_or(&text);
        let line_start = head.rfind('\n').map_or(0, |at| at + 1);
        let line = head.matches('\n').count();
        let column = head
            .get(line_start..)
            .map_or(0, |line| line.chars().count());
        self.jump(line, column);
        self.revision += 1;
        true
    }

    /// The caret as a number of bytes from the beginning of the text.
    fn caret_offset(&self) -> usize {
        let (line, byte) = self.caret_bytes();
        let before = self.area.lines().iter().take(line);
        before.map(|line| line.len() + 1).sum::<usize>() + byte
    }

    /// What stands before the caret in its line.
    pub fn before_caret(&self) -> &str {
        let (line, byte) = self.caret_bytes();
        let text = self.area.lines().get(line);
        text.and_then(|text| text.get(..byte)).unwrap_or("")
    }

    /// Puts text in the place of so many characters before the caret, which moves behind it. They
    /// stand in the caret's line.
    pub fn replace_before_caret(&mut self, characters: usize, text: &str) {
        self.recorded(Kind::Whole, |field| {
            let area = &mut field.area;
            for _ in 0..characters {
                area.move_cursor(CursorMove::Back);
            }
            let killed = area.yank_text();
            let is_deleted = characters > 0 && area.delete_str(characters);
            area.set_yank_text(killed);
            area.insert_str(text) || is_deleted
        });
    }

    /// Carries an editing step out. `false` when there was nothing to do: at the first row an Up,
    /// at the last row a Down, and deleting or undoing with nothing to delete or undo.
    pub fn edit(&mut self, edit: Edit) -> bool {
        let kind = match edit {
            Edit::Undo => return self.step_back(true),
            Edit::Redo => return self.step_back(false),
            Edit::DeleteLeft => Kind::DeletedLeft,
            Edit::DeleteRight => Kind::DeletedRight,
            _ => Kind::Whole,
        };
        let before = self.area.cursor();
        match edit {
            Edit::Left => self.step_left(),
            Edit::Right => self.step_right(),
            Edit::Up => return self.move_rows(-1),
            Edit::Down => return self.move_rows(1),
            Edit::LineStart => self.area.move_cursor(CursorMove::Head),
            Edit::LineEnd => self.area.move_cursor(CursorMove::End),
            Edit::WordLeft => self.area.move_cursor(CursorMove::WordBack),
            Edit::WordRight => self.area.move_cursor(CursorMove::WordForward),
            change => return self.recorded(kind, |field| field.change(change)),
        }
        self.undo.close();
        self.area.cursor() != before
    }

    fn change(&mut self, edit: Edit) -> bool {
        match edit {
            Edit::DeleteLeft => {
                let before = self.area.cursor();
                self.step_left();
                before != self.area.cursor() && self.delete_grapheme()
            }
            Edit::DeleteRight => self.delete_grapheme(),
            Edit::DeleteWordLeft => self.area.delete_word(),
            Edit::DeleteWordRight => self.area.delete_next_word(),
            Edit::KillToStart => self.area.delete_line_by_head(),
            Edit::KillToEnd => self.area.delete_line_by_end(),
            Edit::Yank => self.area.paste(),
            _ => false,
        }
    }

    /// Deletes the grapheme behind the caret, or the line end there. What was killed before stays
    /// to be yanked.
    fn delete_grapheme(&mut self) -> bool {
        let (line, _) = self.caret_bytes();
        let count = match self.grapheme_right() {
            Some(grapheme) => grapheme.chars().count(),
            None if line + 1 < self.area.lines().len() => 1,
            None => return false,
        };
        let killed = self.area.yank_text();
        let deleted = self.area.delete_str(count);
        self.area.set_yank_text(killed);
        deleted
    }

    fn step_left(&mut self) {
        let (line, column) = self.caret_bytes();
        let text = self.area.lines().get(line).map_or("", String::as_str);
        let grapheme = text
            .get(..column)
            .and_then(|head| head.graphemes(true).next_back());
        let count = grapheme.map_or(1, |grapheme| grapheme.chars().count());
        for _ in 0..count {
            self.area.move_cursor(CursorMove::Back);
        }
    }

    fn step_right(&mut self) {
        let count = self
            .grapheme_right()
            .map_or(1, |grapheme| grapheme.chars().count());
        for _ in 0..count {
            self.area.move_cursor(CursorMove::Forward);
        }
    }

    fn grapheme_right(&self) -> Option<&str> {
        let (line, column) = self.caret_bytes();
        self.area
            .lines()
            .get(line)?
            .get(column..)?
            .graphemes(true)
            .next()
    }

    /// The caret: its line, and the byte of the line before which it stands.
    fn caret_bytes(&self) -> (usize, usize) {
        let DataCursor(line, column) = self.area.cursor();
        let text = self.area.lines().get(line).map_or("", String::as_str);
        let byte = text
            .char_indices()
            .nth(column)
            .map_or(text.len(), |(byte, _)| byte);
        (line, byte)
    }

    /// The rows of the text in `width` cells. Words are kept whole where they fit; every line has
    /// at least one row.
    pub fn rows(&self, width: usize) -> Vec<Row> {
        let mut rows = Vec::new();
        for (line, text) in self.area.lines().iter().enumerate() {
            wrap(text, width.max(1), |range| rows.push(Row { line, range }));
        }
        rows
    }

    /// Where the caret stands among these rows: the row, and the cell in it.
    pub fn caret(&self, rows: &[Row]) -> (usize, usize) {
        let (line, byte) = self.caret_bytes();
        let row = rows
            .iter()
            .rposition(|row| row.line == line && row.range.start <= byte)
            .unwrap_or(0);
        let text = self.area.lines().get(line).map_or("", String::as_str);
        let start = rows.get(row).map_or(0, |row| row.range.start);
        (row, text.get(start..byte).map_or(0, cells))
    }

    fn move_rows(&mut self, by: isize) -> bool {
        let rows = self.rows(if self.width == 0 {
            usize::MAX
        } else {
            self.width
        });
        let (row, cell) = self.caret(&rows);
        let Some(target) = row.checked_add_signed(by).and_then(|row| rows.get(row)) else {
            return false;
        };
        let text = self.area.lines()[target.line]
            .get(target.range.clone())
            .unwrap_or("");
        let mut column = self.area.lines()[target.line]
            .get(..target.range.start)
            .map_or(0, |head| head.chars().count());
        let mut width = 0;
        // The last place of a row that is continued is the first place of the next one.
        let is_continued = rows.iter().any(|row| {
            row.line == target.line
                && row.range.start == target.range.end
                && row.range.end > row.range.start
        });
        let mut graphemes = text.graphemes(true).peekable();
        while let Some(grapheme) = graphemes.next() {
            width += cells(grapheme);
            if width > cell || (is_continued && graphemes.peek().is_none()) {
                break;
            }
            column += grapheme.chars().count();
        }
        self.jump(target.line, column);
        self.undo.close();
        true
    }

    fn jump(&mut self, line: usize, column: usize) {
        // The text area counts lines and columns in 16 bits; a field never holds that much.
        let clamp = |number: usize| u16::try_from(number).unwrap_or(u16::MAX);
        self.area
            .move_cursor(CursorMove::Jump(clamp(line), clamp(column)));
    }
}

/// How many bytes two texts begin with that are the same, `most` at most; whole characters.
fn same_head(a: &str, b: &str, most: usize) -> usize {
    let pairs = a.bytes().zip(b.bytes()).take(most);
    let mut same = pairs.take_while(|(a, b)| a == b).count();
    while !(a.is_char_boundary(same) && b.is_char_boundary(same)) {
        same -= 1;
    }
    same
}

/// A text as a field shows it: tabs are four spaces, and of what does not show, every character is
/// a visible mark, so that each can be gone to and deleted.
pub fn shown(text: &str) -> String {
    text.graphemes(true).map(shown_grapheme).collect()
}

fn shown_grapheme(grapheme: &str) -> Cow<'_, str> {
    if grapheme == "\t" {
        return "    ".into();
    }
    if sanitize::is_printable(grapheme) {
        return grapheme.into();
    }
    match sanitize::line(grapheme) {
        // What the gate takes away stands in the text all the same.
        shown if shown.is_empty() && grapheme == "\u{1b}" => "␛".into(),
        shown if shown.is_empty() => "·".into(),
        shown => shown.into(),
    }
}

/// The cells that a text takes as a field shows it.
pub fn cells(text: &str) -> usize {
    text.graphemes(true)
        .map(|grapheme| shown_grapheme(grapheme).width())
        .sum()
}

/// Cuts a line into rows of at most `width` cells, after a space where there is one.
fn wrap(text: &str, width: usize, mut row: impl FnMut(Range<usize>)) {
    let (mut start, mut used) = (0, 0);
    // The last place in this row at which it may be cut, and the cells before it.
    let mut cut = None;
    for (at, grapheme) in text.grapheme_indices(true) {
        let size = cells(grapheme);
        // A space may hang over the edge: the next row does not begin with it.
        while used + size > width && grapheme != " " && at > start {
            let end = cut.filter(|&end| end > start).unwrap_or(at);
            row(start..end);
            start = end;
            used = text.get(end..at).map_or(0, cells);
            cut = None;
        }
        used += size;
        if grapheme == " " || grapheme == "-" || size == 2 {
            cut = Some(at + grapheme.len());
        }
    }
    row(start..text.len());
}

#[cfg(test)]
mod tests;
