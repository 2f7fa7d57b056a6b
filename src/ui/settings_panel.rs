//! The panel beside the transcript: the system message, and the settings of the Space, one to a row.

use super::caches::Caches;
use super::field::{draw_field, draw_frame, keys_that_fit, text_width};
use super::format::{count, fitted};
use super::theme::Theme;
use crate::app::keys::Action;
use crate::app::{Focus, Model};
use crate::sanitize;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::Clear;

/// Draws the panel of the system message, and below it the settings of the Space. Gives the place of its caret while it
/// has the keyboard.
pub fn draw(
    model: &Model,
    theme: &Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    let editor = model.panel.as_ref()?;
    frame.render_widget(Clear, area);
    let settings = u16::try_from(model.inputs().count()).unwrap_or(u16::MAX);
    let settings = if settings == 0 {
        0
    } else {
        settings.saturating_add(2).min(area.height / 2)
    };
    let [system, settings] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(settings)]).areas(area);
    let has_focus = model.focus == Focus::Panel;
    let keys = [
        (Action::SystemPanel, "closes"),
        (Action::Presets, "lists saved"),
        (Action::SavePreset, "saves it"),
    ];
    let hint = keys_that_fit(model.keys, &keys, system.width);
    let tokens = caches.system_tokens(&model.conversation().conversation.system);
    let title = match tokens {
        0 => " System message ".to_owned(),
        tokens => format!(" System message · ≈{} tokens ", count(tokens)),
    };
    let inner = draw_frame(&title, has_focus, theme, frame, system, &hint);
    let width = text_width(system.width);
    let caret = draw_field(editor, width, theme.text, frame, inner);
    if editor.is_empty() && inner.height > 0 {
        let words = Span::styled("how the model should behave", theme.dim);
        frame.render_widget(words, Rect { height: 1, ..inner });
    }
    draw_settings(model, theme, frame, settings);
    caret.filter(|_| has_focus)
}

/// Draws the settings of the Space, one to a row: name, value, what it takes.
fn draw_settings(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    if area.height < 3 {
        return;
    }
    let has_focus = model.focus == Focus::Settings;
    let hint = if has_focus {
        let change = [
            Action::SettingLess,
            Action::SettingMore,
            Action::ChangeSetting,
        ]
        .map(|action| model.keys.shown_key(action));
        let reset = model.keys.shown_key(Action::ResetSetting);
        format!(" {} change · {reset} default ", change.join(" "))
    } else {
        format!(" {} moves here ", model.keys.shown_key(Action::NextPane))
    };
    let inner = draw_frame(
        " Settings of the Space ",
        has_focus,
        theme,
        frame,
        area,
        &hint,
    );
    let first = (model.setting_at + 1).saturating_sub(usize::from(inner.height));
    let inputs = model.inputs().enumerate().skip(first);
    for (y, (at, input)) in (inner.top()..inner.bottom()).zip(inputs) {
        let (value, is_set) = model.setting(input);
        let pointer = if has_focus && at == model.setting_at {
            "▸ "
        } else {
            "  "
        };
        let style = if is_set { theme.key } else { theme.text };
        let width = usize::from(inner.width);
        let line = Line::from(vec![
            Span::styled(pointer, theme.picked),
            Span::styled(fitted(&sanitize::line(&input.label), width / 2), theme.text),
            Span::raw("  "),
            Span::styled(sanitize::line(&value), style),
        ]);
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..inner
            },
        );
    }
}
