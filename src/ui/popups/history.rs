//! Earlier prompts, and below them the one at the mark.

use super::text_view::draw_beginning;
use super::{Scene, above_preview, draw_box, draw_menu, takes};
use crate::app::event::Page;
use crate::app::popups::history::History;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;
use std::sync::Arc;

pub fn draw(history: &History, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let (picker, theme) = (&history.0, scene.theme);
    let [list, preview] = above_preview(picker.found().len(), area);
    let shown = |prompt: &Arc<str>| {
        let words: Vec<&str> = prompt.split_whitespace().take(40).collect();
        (words.join(" "), String::new())
    };
    let menu = (" Earlier prompts ", takes(scene.model.keys), picker.menu());
    draw_menu(menu, picker.found(), shown, scene, frame, list);
    let inner = draw_box("", "", theme, frame, preview);
    match picker.chosen() {
        Some(prompt) => draw_beginning(prompt, theme, frame, inner),
        None => frame.render_widget(Span::styled("Nothing found", theme.dim), inner),
    }
    Page::default()
}
