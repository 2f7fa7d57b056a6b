//! What was deleted, with when its last message came.

use super::{Scene, accepts, closes, draw_box, draw_menu, hint};
use crate::app::event::Page;
use crate::app::popups::trash::Trash;
use crate::chat::Summary;
use crate::ui::format::age;
use ratatui::Frame;
use ratatui::layout::Rect;

pub fn draw(trash: &Trash, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let hint = hint(&[(accepts(keys), "brings it back"), (closes(keys), "closes")]);
    let Some(picker) = &trash.0 else {
        draw_box(" Trash ", &hint, scene.theme, frame, area);
        return Page::default();
    };
    let now = scene.model.clock.wall;
    let shown = |deleted: &Summary| (deleted.title.clone(), age(now, deleted.updated_at));
    let menu = (" Trash (kept 30 days) ", hint, picker.menu());
    draw_menu(menu, picker.found(), shown, scene, frame, area);
    Page::default()
}
