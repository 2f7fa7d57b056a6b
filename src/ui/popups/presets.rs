//! The saved system messages, and below them the one at the mark.

use super::text_view::draw_beginning;
use super::{Scene, above_preview, accepts, closes, draw_box, draw_menu, hint};
use crate::app::event::Page;
use crate::app::keys::{Action, Context};
use crate::app::popups::presets::Presets;
use crate::chat::Preset;
use crate::ui::format::count;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::Span;

pub fn draw(presets: &Presets, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let (picker, theme) = (&presets.picker, scene.theme);
    let [list, preview] = above_preview(picker.found().len(), area);
    let shown = |preset: &Preset| {
        let default = if preset.is_default { "default · " } else { "" };
        let weight = format!("{default}≈{}", count(preset.tokens));
        let name = match preset.name.as_str() {
            "" => "(previous)",
            name => name,
        };
        (name.to_owned(), weight)
    };
    let key = |action| keys.key_in(action, Context::Presets);
    let hint = hint(&[
        (accepts(keys), "uses it"),
        (key(Action::DefaultPreset), "default"),
        (key(Action::RemovePreset), "removes"),
        (closes(keys), "closes"),
    ]);
    let menu = (" System messages ", hint, picker.menu());
    draw_menu(menu, picker.found(), shown, scene, frame, list);
    let inner = draw_box("", "", theme, frame, preview);
    if let Some(preset) = picker.chosen() {
        draw_beginning(&preset.text, theme, frame, inner);
    } else if picker.menu().query.is_empty() {
        let saves = keys.shown_key(Action::SavePreset);
        let words = format!("No saved system messages. {saves} saves the current text.");
        frame.render_widget(Span::styled(words, theme.dim), inner);
    }
    Page::default()
}
