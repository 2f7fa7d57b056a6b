//! The prompts of the conversation, with what each weighs.

use super::{Scene, accepts, closes, draw_menu, hint};
use crate::app::event::Page;
use crate::app::keys::{Action, Context};
use crate::app::popups::outline::{Entry, Outline};
use crate::ui::format::count;
use ratatui::Frame;
use ratatui::layout::Rect;

pub fn draw(outline: &Outline, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let shown = |entry: &Entry| {
        let left_out = if entry.left_out { "left out · " } else { "" };
        let weight = format!("{left_out}≈{}", count(entry.tokens));
        (entry.words.clone(), weight)
    };
    let leaves_out = keys.key_in(Action::LeaveOut, Context::Outline);
    let hint = hint(&[
        (accepts(keys), "goes there"),
        (leaves_out, "leaves out"),
        (closes(keys), "closes"),
    ]);
    let picker = &outline.0;
    let menu = (" Outline ", hint, picker.menu());
    draw_menu(menu, picker.found(), shown, scene, frame, area);
    Page::default()
}
