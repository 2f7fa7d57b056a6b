//! A value that is being written for a setting, and why the last one was not taken.

use super::{Scene, WIDEST, draw_field};
use crate::app::event::Page;
use crate::app::popups::setting::Setting;
use crate::sanitize;
use crate::ui::format::fitted;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Wrap};

/// The rows of a refusal.
const REFUSAL_ROWS: u16 = 3;

pub fn draw(setting: &Setting, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let label = sanitize::line(&setting.input.label);
    let title = format!(" {label} · {} ", sanitize::line(&setting.input.takes()));
    let width = area.width.min(WIDEST);
    let title = fitted(&title, usize::from(width).saturating_sub(4));
    draw_field(&title, &setting.value, scene, frame, area);
    if let Some(words) = &setting.refusal {
        let below = Rect {
            x: area.x + (area.width - width) / 2,
            y: area.y + area.height.min(3),
            width,
            height: area.height.saturating_sub(3).min(REFUSAL_ROWS),
        };
        frame.render_widget(Clear, below);
        let words = Line::styled(sanitize::line(words), scene.theme.error);
        frame.render_widget(Paragraph::new(words).wrap(Wrap { trim: true }), below);
    }
    Page::default()
}
