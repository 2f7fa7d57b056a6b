//! The help: every key with what it does, made from the table of actions.

use super::{Scene, closes, draw_box, draw_scrolled, hint};
use crate::app::event::Page;
use crate::app::keys::{Action, Context, Keymap, Row};
use crate::app::popups::help::Help;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

pub fn draw(help: &Help, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let key = |action| keys.key_in(action, Context::Reader);
    let scroll = format!("{} {}", key(Action::ReadUp), key(Action::ReadDown));
    let hint = hint(&[(scroll, "scroll"), (closes(keys), "closes")]);
    let inner = draw_box(" Keys ", &hint, scene.theme, frame, area);
    let lines = help_lines(keys, scene.theme, usize::from(inner.width));
    draw_scrolled(lines, help.row, frame, inner)
}

fn help_lines(keys: Keymap, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    // In the order of the table, so that none can be missing.
    let mut sections: Vec<Context> = Vec::new();
    for row in keys.rows() {
        if !sections.contains(&row.context) {
            sections.push(row.context);
        }
    }
    let mut lines = Vec::new();
    for context in sections {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(context.title(), theme.assistant));
        // Nine rows for nine code blocks would say no more than one.
        let is_shown =
            |row: &&Row| row.context == context && !matches!(row.action, Action::CopyCode(2..));
        let rows = keys.rows().iter().filter(is_shown);
        lines.extend(rows.flat_map(|row| help_line(keys, row, theme, width)));
    }
    lines
}

/// How an action without a key is reached: by its slash command, or in the palette.
fn other_ways(keys: Keymap, row: &Row) -> String {
    let names = row.slash.map(|slash| slash.names().collect::<Vec<_>>());
    names.map_or_else(
        || format!("({})", keys.shown_key(Action::Palette)),
        |names| names.join(", "),
    )
}

/// One row: on one line, or on two where it does not fit.
fn help_line(keys: Keymap, row: &Row, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let pressed: Vec<String> = row.keys.iter().map(ToString::to_string).collect();
    let (shown, help) = match (row.action, pressed.is_empty()) {
        (Action::CopyCode(_), _) => ("1 … 9".to_owned(), "Copy the code block of this number"),
        (_, true) => (other_ways(keys, row), row.help),
        _ => (pressed.join(", "), row.help),
    };
    let keys = format!(" {shown}");
    let column = 32;
    if keys.width() < column && column + help.width() <= width {
        let gap = " ".repeat(column - keys.width());
        return vec![Line::from(vec![
            Span::styled(keys, theme.key),
            Span::raw(gap),
            Span::styled(help, theme.text),
        ])];
    }
    let rows = crate::markdown::wrap_plain(help, width.saturating_sub(3).max(1));
    let mut lines = vec![Line::styled(keys, theme.key)];
    lines.extend(rows.into_iter().map(|row| {
        let text = help.get(row).unwrap_or("");
        Line::styled(format!("   {text}"), theme.text)
    }));
    lines
}
