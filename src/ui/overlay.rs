//! What lies over the screen: the help, made from the table of keys.

use super::theme::Theme;
use crate::app::keymap::{BINDINGS, Binding, Context};
use crate::app::{Model, Overlay};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};
use unicode_width::UnicodeWidthStr;

/// The widest that the help becomes, in cells.
const HELP_WIDTH: u16 = 88;

/// Draws the open overlay. Gives how far it can be scrolled, in rows.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) -> usize {
    match model.overlay {
        Some(Overlay::Help(row)) => draw_help(row, theme, frame, area),
        None => 0,
    }
}

fn draw_help(row: usize, theme: &Theme, frame: &mut Frame, area: Rect) -> usize {
    let width = area.width.min(HELP_WIDTH);
    let area = Rect {
        x: area.x + (area.width - width) / 2,
        width,
        ..area
    };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus)
        .title(Span::styled(" Keys ", theme.focus))
        .title_bottom(Span::styled(" ↑ ↓ scroll · Esc closes ", theme.dim));
    let inner = block.inner(area);
    let lines = help_lines(theme, usize::from(inner.width));
    let limit = lines.len().saturating_sub(usize::from(inner.height));
    let shown: Vec<Line> = lines.into_iter().skip(row.min(limit)).collect();
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    frame.render_widget(Paragraph::new(shown), inner);
    limit
}

fn help_lines(theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let sections = [
        ("Everywhere", Context::All),
        ("Message", Context::Composer),
        ("Text", Context::Text),
        ("Picked message", Context::Picked),
    ];
    let mut lines = Vec::new();
    for (title, context) in sections {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(title, theme.assistant));
        let bindings = BINDINGS.iter().filter(|binding| binding.context == context);
        lines.extend(bindings.flat_map(|binding| help_line(binding, theme, width)));
    }
    lines
}

/// One binding: on one line, or on two where it does not fit.
fn help_line(binding: &Binding, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
    let keys = format!(" {}", keys.join(", "));
    let column = 32;
    let help = Span::styled(binding.help, theme.text);
    if keys.width() < column && column + binding.help.width() <= width {
        let gap = " ".repeat(column - keys.width());
        return vec![Line::from(vec![
            Span::styled(keys, theme.key),
            Span::raw(gap),
            help,
        ])];
    }
    let rows = crate::markdown::wrap_plain(binding.help, width.saturating_sub(3).max(1));
    let mut lines = vec![Line::styled(keys, theme.key)];
    lines.extend(rows.into_iter().map(|row| {
        let text = binding.help.get(row).unwrap_or("");
        Line::styled(format!("   {text}"), theme.text)
    }));
    lines
}
