//! The help: every key with what it does, made from the table of actions.

use super::{Scene, closes, draw_box, draw_scrolled, hint};
use crate::app::actions::{key_in, rows, shown_key};
use crate::app::event::Page;
use crate::app::keys::{Action, Context, Row};
use crate::app::popups::help::Help;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

pub fn draw(help: &Help, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let key = |action| key_in(action, Context::Reader);
    let scroll = format!("{} {}", key(Action::ReadUp), key(Action::ReadDown));
    let hint = hint(&[(scroll, "scroll"), (closes(), "closes")]);
    let inner = draw_box(" Keys ", &hint, scene.theme, frame, area);
    let lines = help_lines(scene.theme, usize::from(inner.width));
    draw_scrolled(lines, help.row, frame, inner)
}

fn help_lines(theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let sections = [
        Context::All,
        Context::Composer,
        Context::Text,
        Context::Picked,
        Context::List,
        Context::Tray,
        Context::Find,
        Context::Settings,
        Context::Menu,
        Context::Outline,
        Context::Presets,
        Context::Reader,
        Context::Completion,
    ];
    let mut lines = Vec::new();
    for context in sections {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(context.title(), theme.assistant));
        // Nine rows for nine code blocks would say no more than one.
        let is_shown =
            |row: &&Row| row.context == context && !matches!(row.action, Action::CopyCode(2..));
        let rows = rows().iter().filter(is_shown);
        lines.extend(rows.flat_map(|row| help_line(row, theme, width)));
    }
    lines
}

/// How an action without a key is reached: by its slash command, or in the palette.
fn other_ways(row: &Row) -> String {
    let name = row.slash.map(|slash| slash.name.to_owned());
    name.unwrap_or_else(|| format!("({})", shown_key(Action::Palette)))
}

/// One row: on one line, or on two where it does not fit.
fn help_line(row: &Row, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let keys: Vec<String> = row.keys.iter().map(ToString::to_string).collect();
    let (keys, help) = match (row.action, keys.is_empty()) {
        (Action::CopyCode(_), _) => ("1 … 9".to_owned(), "Copy the code block of this number"),
        (_, true) => (other_ways(row), row.help),
        _ => (keys.join(", "), row.help),
    };
    let keys = format!(" {keys}");
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
