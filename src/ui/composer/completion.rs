//! The list that completes what is being written, above the composer; and the box that tells what
//! of a folder or a pattern would be attached.

use crate::app::Model;
use crate::app::keys::{Action, Keymap};
use crate::sanitize;
use crate::ui::format::fitted;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear};
use unicode_width::UnicodeWidthStr;

/// The most entries that are seen at once.
const ENTRIES: u16 = 8;
/// The widest that the list becomes, in cells.
const WIDTH: u16 = 76;

/// What the keys do while the list is open.
fn hint(keys: Keymap) -> String {
    let [up, down, write, take, close] = [
        Action::CompletionUp,
        Action::CompletionDown,
        Action::CompletionWrite,
        Action::CompletionTake,
        Action::CompletionClose,
    ]
    .map(|action| keys.shown_key(action));
    format!(" {up} {down} choose · {write}, {take} take · {close} closes ")
}

/// Draws the list over the rows above the composer.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame, composer: Rect) {
    let entries = model.completion.entries();
    // The list is small wherever it is drawn; the header's row stays free.
    let room = composer.y.saturating_sub(1).min(ENTRIES + 2);
    let wanted = u16::try_from(entries.len()).unwrap_or(ENTRIES) + 2;
    let height = wanted.min(room);
    if entries.is_empty() || height < 3 || model.popups.is_open() {
        return;
    }
    let area = Rect {
        y: composer.y - height,
        height,
        width: composer.width.min(WIDTH),
        ..composer
    };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus)
        .title_bottom(Span::styled(hint(model.keys), theme.dim));
    let inner = block.inner(area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    let at = model.completion.at();
    let first = (at + 1).saturating_sub(usize::from(inner.height));
    let rows = entries.iter().enumerate().skip(first);
    let width = usize::from(inner.width);
    for (y, (position, entry)) in (inner.top()..inner.bottom()).zip(rows) {
        let pointer = if position == at { "▸ " } else { "  " };
        let about = fitted(entry.about, width / 2);
        let room = width.saturating_sub(about.width() + 3);
        let name = fitted(&sanitize::line(&entry.name), room);
        let gap = " ".repeat(room.saturating_sub(name.width()) + 1);
        let line = Line::from(vec![
            Span::styled(pointer, theme.picked),
            Span::styled(name, theme.text),
            Span::raw(gap),
            Span::styled(about, theme.dim),
        ]);
        let row = Rect {
            y,
            height: 1,
            ..inner
        };
        frame.render_widget(line, row);
    }
}
