//! What every text field has in common: its frame, its rows, and where its caret stands.
//!
//! A field only says where its caret is. Which of them has the terminal's cursor, [`super::draw`] decides.

use super::theme::Theme;
use crate::app::editor::{Editor, shown};
use crate::app::keys::{Action, Keymap};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::style::Style;
use ratatui::text::Span;
use ratatui::widgets::{Block, BorderType};
use unicode_width::UnicodeWidthStr;

/// The cells in which the text of a field of this width wraps: two for the frame, two for air,
/// and one for the caret behind a full row.
pub fn text_width(width: u16) -> usize {
    usize::from(width.saturating_sub(5)).max(1)
}

/// Keys with what they do, as many as fit in the frame of a box.
pub fn keys_that_fit(keys: Keymap, hints: &[(Action, &str)], width: u16) -> String {
    let mut line = String::new();
    for (action, words) in hints {
        let part = format!(" {} {words} ", keys.shown_key(*action));
        if line.width() + part.width() + 4 > usize::from(width) {
            break;
        }
        line += if line.is_empty() { "" } else { "·" };
        line += &part;
    }
    line
}

/// Draws the frame of a field, with its title above and the keys that matter below. Gives what is inside.
pub fn draw_frame(
    title: &str,
    has_focus: bool,
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
    hint: &str,
) -> Rect {
    let style = if has_focus { theme.focus } else { theme.dim };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(style)
        .title(Span::styled(title.to_owned(), style))
        .title_bottom(Span::styled(hint.to_owned(), theme.dim));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Draws the rows of a field around its caret, wrapped at `width`. Gives the place of the caret, where there is room.
pub fn draw_field(
    editor: &Editor,
    width: usize,
    style: Style,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let rows = editor.rows(width);
    let (caret_row, caret_cell) = editor.caret(&rows);
    let first = (caret_row + 1).saturating_sub(usize::from(area.height));
    for (y, row) in (area.top()..area.bottom()).zip(rows.iter().skip(first)) {
        let text = editor.lines()[row.line]
            .get(row.range.clone())
            .unwrap_or("");
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        frame.render_widget(Span::styled(shown(text), style), line);
    }
    let clamp = |cell: usize, limit: u16| u16::try_from(cell).unwrap_or(u16::MAX).min(limit);
    Some(Position {
        // A space that hangs over the edge does not take the caret into the frame.
        x: area.x + clamp(caret_cell, area.width),
        y: area.y + clamp(caret_row - first, area.height - 1),
    })
}

/// Draws a field of one line; of a long one the part around the caret. Gives the place of the caret, where there is room.
pub fn draw_line(
    editor: &Editor,
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    let pointer = "› ";
    frame.render_widget(Span::styled(pointer, theme.focus), area);
    // The last cell is the caret's, behind a text that takes all others.
    let text = Rect {
        x: area.x.saturating_add(2).min(area.right()),
        width: area.width.saturating_sub(3),
        height: area.height.min(1),
        ..area
    };
    draw_field(editor, usize::from(text.width), theme.text, frame, text)
}
