//! The Spaces that can be chosen, and what is known of the one that was.

use super::{Scene, draw_menu, takes};
use crate::app::SpaceChoice;
use crate::app::event::Page;
use crate::app::popups::source_picker::{SourcePicker, SpaceCheck};
use crate::sanitize;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Line;
use ratatui::widgets::{Clear, Paragraph, Wrap};

pub fn draw(picker: &SourcePicker, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let rows = picker.found().iter();
    let shown = |choice: &SpaceChoice| (choice.id.clone(), choice.about.clone());
    let menu = (" Space ", takes(scene.model.keys), &picker.menu);
    let below = draw_menu(menu, rows, shown, scene, frame, area);
    if let Some(check) = &picker.check {
        draw_check(check, scene.theme, frame, below);
    }
    Page::default()
}

/// What is known of the Space that was chosen.
fn draw_check(check: &SpaceCheck, theme: &Theme, frame: &mut Frame, area: Rect) {
    frame.render_widget(Clear, area);
    let lines = match &check.failure {
        None => vec![Line::styled(
            format!("looking at {} …", sanitize::line(&check.space)),
            theme.warning,
        )],
        Some(failure) => vec![
            Line::styled(
                format!("✗ {}", sanitize::line(&failure.message)),
                theme.error,
            ),
            Line::styled(format!("→ {}", sanitize::line(&failure.hint)), theme.text),
        ],
    };
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}
