//! The composer: the message that is written, what goes with it above, and the keys that matter below.

pub mod completion;

use super::field::{draw_field, draw_frame, keys_that_fit, text_width};
use super::theme::Theme;
use super::tray;
use crate::app::keys::Action;
use crate::app::{Focus, Model};
use ratatui::Frame;
use ratatui::layout::{Position, Rect};
use ratatui::text::Span;

/// The height that the composer wants, in rows, frame included. At most a third of `height`, so
/// that the transcript stays readable.
pub fn wanted_height(model: &Model, width: u16, height: u16) -> u16 {
    let open = model.conversation();
    let text = open.composer.editor.rows(text_width(width)).len();
    let above = open.composer.tray().len() + open.queue.len();
    // However small the window: what stands above the text is never sent unseen.
    let most = (height / 3).max(if above > 0 { 4 } else { 3 });
    u16::try_from(text + above + 2)
        .unwrap_or(u16::MAX)
        .clamp(3, most)
}

/// Draws the composer: queued messages, the tray, the text. Gives the place of its caret while it has the keyboard.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) -> Option<Position> {
    let open = model.conversation();
    let has_focus = model.focus == Focus::Composer && open.picked.is_none();
    let inner = draw_frame(
        " Message ",
        has_focus,
        theme,
        frame,
        area,
        &hint(model, area.width),
    );
    let marked = (model.focus == Focus::Tray).then_some(model.tray_at);
    let y = tray::draw(model, marked, theme, frame, inner);
    let text = Rect {
        y,
        height: inner.bottom().saturating_sub(y),
        ..inner
    };
    let editor = &open.composer.editor;
    let caret = draw_field(editor, text_width(area.width), theme.text, frame, text);
    if open.composer.is_empty() && text.height > 0 {
        let words = if matches!(model.focus, Focus::Panel | Focus::Settings) {
            let keys = [Action::Back, Action::NextPane].map(|action| model.keys.shown_key(action));
            format!("{} goes back to the message", keys.join(" or "))
        } else if open.turn.is_some() {
            "write the next message".to_owned()
        } else if open.waits() {
            format!(
                "write a message · {} sends what waits",
                model.keys.shown_key(Action::Send)
            )
        } else {
            "write a message".to_owned()
        };
        let place = Rect { height: 1, ..text };
        frame.render_widget(Span::styled(words, theme.dim), place);
    }
    caret.filter(|_| has_focus)
}

/// The keys that matter now, as many as fit.
fn hint(model: &Model, width: u16) -> String {
    let open = model.conversation();
    let send = if open.turn.is_some() { "queue" } else { "send" };
    let above = match (open.queue.is_empty(), open.composer.tray().is_empty()) {
        (true, true) => None,
        (true, false) => Some((Action::Shelf, "chips")),
        (false, _) => Some((Action::Shelf, "what waits")),
    };
    let hints: Vec<(Action, &str)> = if matches!(model.focus, Focus::Panel | Focus::Settings) {
        vec![
            (Action::NextPane, "moves on"),
            (Action::Palette, "all actions"),
            (Action::Help, "keys"),
        ]
    } else if model.focus == Focus::Tray {
        vec![
            (Action::Preview, "shows"),
            (Action::Expand, "into the text"),
            (Action::RemoveChip, "removes"),
            (Action::ChipEarlier, "earlier"),
            (Action::ChipLater, "later"),
            (Action::Back, "leaves"),
        ]
    } else {
        let always = [
            (Action::Palette, "all actions"),
            (Action::NewLine, "newline"),
            (Action::SystemPanel, "system"),
            (Action::Help, "keys"),
        ];
        // Where room is short, the welcome has told of the panel.
        let is_shown =
            |(action, _): &(Action, &str)| above.is_none() || *action != Action::SystemPanel;
        let always = always.into_iter().filter(is_shown);
        [(Action::Send, send)]
            .into_iter()
            .chain(above)
            .chain(always)
            .collect()
    };
    keys_that_fit(model.keys, &hints, width)
}
