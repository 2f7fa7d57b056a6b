//! The question whether a Space may be given the user's token of the Hub.

use super::{Scene, accepts, closes, draw_box, hint};
use crate::app::event::Page;
use crate::app::popups::sign_in::SignIn;
use crate::markdown::wrap_plain;
use crate::sanitize;
use crate::ui::format::fitted;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use ratatui::widgets::Paragraph;

/// The most of a Space's name that is shown, in cells: what is asked must be seen whatever it is called.
const LONGEST_NAME: usize = 60;

pub fn draw(asked: &SignIn, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let (keys, theme) = (scene.model.keys, scene.theme);
    let name = fitted(&sanitize::line(&asked.space), LONGEST_NAME);
    let (enter, esc) = (accepts(keys), closes(keys));
    let question = format!(
        "{name} asks who you are. Send it your Hugging Face token? It can act in your name with it."
    );
    let again = if asked.is_unsure { " twice" } else { "" };
    let answers = format!("{enter}{again} sends it to {name} only. {esc} does not send it.");
    let width = usize::from(area.width.min(super::WIDEST))
        .saturating_sub(2)
        .max(1);
    let mut lines = Vec::new();
    for (text, style) in [(&question, theme.text), (&answers, theme.warning)] {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        let rows = wrap_plain(text, width);
        let row = |row: std::ops::Range<usize>| text.get(row).unwrap_or_default().to_owned();
        lines.extend(
            rows.into_iter()
                .map(|range| Line::from(Span::styled(row(range), style))),
        );
    }
    let height = u16::try_from(lines.len()).unwrap_or(u16::MAX);
    let area = Rect {
        height: area.height.min(height.saturating_add(2)),
        ..area
    };
    let hint = hint(&[(enter, "sends the token"), (esc, "does not send it")]);
    let inner = draw_box(" Sign in with Hugging Face ", &hint, theme, frame, area);
    frame.render_widget(Paragraph::new(lines), inner);
    Page::default()
}
