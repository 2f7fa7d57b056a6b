//! The list of conversations, as a pane beside the transcript or over it.

mod days;

use crate::app::keys::Action;
use crate::app::{Focus, Model, OpenConversation};
use crate::chat::emphasis::without_emphasis;
use crate::chat::{MessageState, Pending, Summary};
use crate::sanitize;
use crate::ui::format::{age, fitted};
use crate::ui::sidebar::days::{Days, Row, rows};
use crate::ui::theme::Theme;
use jiff::tz::TimeZone;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear};
use unicode_width::UnicodeWidthStr;

/// Draws the list.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    frame.render_widget(Clear, area);
    let has_focus = model.focus == Focus::List;
    let border = if has_focus { theme.focus } else { theme.dim };
    let hint = if has_focus {
        format!(" {} leaves ", model.keys.shown_key(Action::Back))
    } else {
        String::new()
    };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(border)
        .title(Span::styled(" Conversations ", border))
        .title_bottom(Span::styled(hint, theme.dim));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    let summaries = &model.library.summaries;
    if summaries.is_empty() {
        frame.render_widget(Span::styled(" nothing saved yet", theme.dim), inner);
        return;
    }
    let selected = model.library.selected.unwrap_or(model.current);
    let at = summaries.iter().position(|summary| summary.id == selected);
    let days = Days::new(&model.clock.wall.to_zoned(TimeZone::system()));
    let rows = rows(
        summaries,
        at.unwrap_or(0),
        usize::from(inner.height),
        |summary| days.group(summary),
    );
    for (y, row) in (inner.top()..inner.bottom()).zip(rows) {
        let area = Rect {
            y,
            height: 1,
            ..inner
        };
        match row {
            Row::Heading(group) => {
                frame.render_widget(Span::styled(format!(" {group}"), theme.dim), area);
            }
            Row::Conversation(summary) => {
                let is_selected = has_focus && summary.id == selected;
                frame.render_widget(line(model, summary, is_selected, theme, area.width), area);
            }
        }
    }
}

/// A conversation as one line: its mark, its title, its age.
pub fn line(
    model: &Model,
    summary: &Summary,
    is_selected: bool,
    theme: &Theme,
    width: u16,
) -> Line<'static> {
    let age = age(model.clock.wall, summary.updated_at);
    let (mark, style) = mark(model, summary, theme);
    let room = usize::from(width).saturating_sub(age.width() + mark.width() + 4);
    let title = fitted(&shown_title(&summary.title), room);
    let gap = " ".repeat(room.saturating_sub(title.width()) + 1);
    let is_current = summary.id == model.current;
    let pointer = match (is_selected, is_current) {
        (true, _) => "▸",
        // Where nothing is chosen, the one that is seen is marked.
        (false, true) if model.focus != Focus::List => "›",
        _ => " ",
    };
    let title_style = if is_current { theme.key } else { theme.text };
    Line::from(vec![
        Span::styled(pointer, theme.picked),
        Span::styled(mark, style),
        Span::raw(" "),
        Span::styled(title, title_style),
        Span::raw(gap),
        Span::styled(age, theme.dim),
    ])
}

/// A title as a list shows it: one line, without the marks of emphasis that a message had.
pub fn shown_title(title: &str) -> String {
    without_emphasis(&sanitize::line(title))
}

/// What is going on in a conversation, as one character.
fn mark(model: &Model, summary: &Summary, theme: &Theme) -> (&'static str, Style) {
    let open = model.opened(summary.id);
    let state = match open {
        Some(open) => open.conversation.head().map(|head| head.state),
        None => summary.state,
    };
    let pending = open.map_or(summary.pending, OpenConversation::pending);
    // Another window may be receiving it.
    if open.is_some_and(|open| open.turn.is_some()) || state == Some(MessageState::Streaming) {
        return ("●", theme.good);
    }
    if open.is_some_and(|open| open.is_unread) {
        return ("◆", theme.focus);
    }
    if pending == Pending::Waiting {
        return ("⧗", theme.warning);
    }
    if matches!(
        state,
        Some(MessageState::Failed | MessageState::Interrupted)
    ) {
        return ("✗", theme.error);
    }
    if pending == Pending::Draft {
        return ("✎", theme.warning);
    }
    (" ", theme.text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_title_is_one_line_without_marks_of_emphasis() {
        assert_eq!(shown_title("**Why** is\n*it*?"), "Why is it?");
    }
}
