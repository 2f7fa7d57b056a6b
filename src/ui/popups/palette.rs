//! All actions, each with its group and its keys.

use super::{Scene, draw_menu, takes};
use crate::app::event::Page;
use crate::app::popups::palette::{Choice, Palette};
use ratatui::Frame;
use ratatui::layout::Rect;

pub fn draw(palette: &Palette, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let shown = |choice: &Choice| {
        let row = choice.row;
        let keys = row.keys.iter().map(ToString::to_string);
        let keys: Vec<String> = keys
            .chain(row.slash.map(|slash| slash.name().to_owned()))
            .collect();
        let name = format!("{} · {}", row.title, row.group.title());
        (name, keys.join(", "))
    };
    let menu = (" Actions ", takes(scene.model.keys), palette.0.menu());
    draw_menu(menu, palette.0.found(), shown, scene, frame, area);
    Page::default()
}
