//! The name under which a system message is saved.

use super::{Scene, draw_field};
use crate::app::event::Page;
use crate::app::popups::save_preset::SavePreset;
use ratatui::Frame;
use ratatui::layout::Rect;

pub fn draw(save: &SavePreset, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let name = save.name.text();
    let is_known = scene
        .model
        .presets
        .iter()
        .any(|preset| preset.name == name.trim());
    let title = if is_known {
        " Save the system message, replacing this one "
    } else {
        " Save the system message as "
    };
    draw_field(title, &save.name, scene, frame, area);
    Page::default()
}
