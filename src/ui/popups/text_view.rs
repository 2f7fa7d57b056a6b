//! Texts that are shown whole: a chip, what will be sent, the beginning of an earlier prompt.

use super::{Scene, closes, draw_box, hint};
use crate::app::event::Page;
use crate::app::keys::{Action, Context};
use crate::app::popups::text_view::TextView;
use crate::markdown::wrap_plain;
use crate::sanitize;
use crate::ui::format::count;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// Draws a text in a box. Gives how far it can be scrolled, in rows.
pub fn draw(view: &TextView, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let theme = scene.theme;
    let key = |action| keys.key_in(action, Context::Reader);
    let scroll = [
        Action::ReadUp,
        Action::ReadDown,
        Action::ReadPageUp,
        Action::ReadPageDown,
    ]
    .map(key);
    let hint = hint(&[(scroll.join(" "), "scroll"), (closes(keys), "closes")]);
    let title = format!(" {} ", sanitize::line(&view.title));
    let inner = draw_box(&title, &hint, theme, frame, area);
    if view.awaits.is_some() {
        frame.render_widget(Span::styled("Writing it out …", theme.dim), inner);
        return Page::default();
    }
    let width = usize::from(inner.width).max(1);
    let page = scene.caches.page(&view.text, width);
    let height = usize::from(inner.height);
    let limit = page.rows.len().saturating_sub(height);
    let first = view.row.min(limit);
    let rows = page.rows.iter().skip(first);
    for (y, row) in (inner.top()..inner.bottom()).zip(rows) {
        let text = page.text.get(row.clone()).unwrap_or("").to_owned();
        let line = Rect {
            y,
            height: 1,
            ..inner
        };
        frame.render_widget(Line::styled(text, theme.text), line);
    }
    if limit > 0 {
        let shown = count((first + height).min(page.rows.len()));
        let words = if page.is_whole {
            format!(" {shown} of {} rows ", count(page.rows.len()))
        } else {
            format!(" {shown} of … rows ")
        };
        let width = u16::try_from(words.width()).unwrap_or(0).min(inner.width);
        let corner = Rect {
            x: inner.right() - width,
            y: inner.bottom(),
            width,
            height: 1,
        };
        frame.render_widget(Span::styled(words, theme.dim), corner);
    }
    // How far it goes is not known before all of it is laid out: nobody is held back until then.
    let limit = if page.is_whole { limit } else { usize::MAX };
    Page { height, limit }
}

/// Draws the beginning of a text, as far as there is room.
pub fn draw_beginning(text: &str, theme: &Theme, frame: &mut Frame, area: Rect) {
    let beginning: String = text.chars().take(2000).collect();
    let shown = sanitize::text(&beginning).text;
    let rows = wrap_plain(&shown, usize::from(area.width).max(1));
    for (y, row) in (area.top()..area.bottom()).zip(rows) {
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        let row = shown.get(row).unwrap_or("").to_owned();
        frame.render_widget(Line::styled(row, theme.dim), line);
    }
}
