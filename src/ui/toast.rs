//! What there is to say at the moment: a toast, or that something could not be saved or read.
//!
//! It stands in the status line. What does not fit there grows over the last rows
//! of the transcript: an error is to be read whole, also in a small window.

use crate::app::Model;
use crate::app::keys::{Action, Keymap};
use crate::markdown::wrap_plain;
use crate::sanitize;
use crate::ui::format::fitted;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph};
use unicode_width::UnicodeWidthStr;

/// The most rows that it takes.
const MOST_ROWS: usize = 4;

/// What an error ends in.
fn closes(keys: Keymap) -> String {
    format!(" · {} closes", keys.shown_key(Action::Back))
}

/// What there is to say, and how it looks.
pub fn message(model: &Model, theme: &Theme) -> Option<(String, Style)> {
    if let Some(trouble) = &model.trouble {
        let words = format!("✗ {}{}", sanitize::line(trouble), closes(model.keys));
        return Some((words, theme.error));
    }
    let (toast, _) = model.toast.as_ref()?;
    Some((sanitize::line(toast), theme.warning))
}

/// Draws words that are longer than the status line `area` in rows of which it is the last. Of more
/// than [`MOST_ROWS`] the end is cut, but not how it is closed.
pub fn draw_rows(keys: Keymap, words: &str, style: Style, frame: &mut Frame, area: Rect) {
    let width = usize::from(area.width).saturating_sub(2);
    let rows = wrap_plain(words, width);
    let closes = closes(keys);
    let closes = if words.ends_with(&closes) {
        closes.as_str()
    } else {
        ""
    };
    let mut lines: Vec<String> = rows
        .iter()
        .take(MOST_ROWS)
        .map(|row| format!(" {}", words.get(row.clone()).unwrap_or("")))
        .collect();
    if let (Some(row), true) = (rows.get(MOST_ROWS - 1), rows.len() > MOST_ROWS) {
        let rest = words.get(row.start..).unwrap_or("");
        let rest = fitted(rest, width.saturating_sub(closes.width()));
        lines[MOST_ROWS - 1] = format!(" {rest}{closes}");
    }
    let height = u16::try_from(lines.len()).unwrap_or(1).min(area.y + 1);
    let over = Rect {
        y: area.y + 1 - height,
        height,
        ..area
    };
    let lines: Vec<Line> = lines.into_iter().map(Line::from).collect();
    frame.render_widget(Clear, over);
    frame.render_widget(Paragraph::new(lines).style(style), over);
}
