//! A title that is being written.

use super::{Scene, draw_field};
use crate::app::event::Page;
use crate::app::popups::rename::Rename;
use ratatui::Frame;
use ratatui::layout::Rect;

pub fn draw(rename: &Rename, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    draw_field(" Title ", &rename.title, scene, frame, area);
    Page::default()
}
