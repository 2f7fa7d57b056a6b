//! A name under which the system message in force is saved.

use super::Popup;
use super::presets::change;
use crate::app::editor::Editor;
use crate::app::keys::{Action, Context};
use crate::app::{Effect, Model};
use crate::chat::{Change, Preset};
use std::sync::Arc;

/// A name that is being written.
#[derive(Debug)]
pub struct SavePreset {
    /// The name.
    pub name: Editor,
}

impl Popup for SavePreset {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn field(&mut self) -> Option<&mut Editor> {
        Some(&mut self.name)
    }

    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        save(model, self.name.text().trim())
    }
}

/// Opens it, with the name under which the system message in force is saved already.
pub(in crate::app) fn open(model: &mut Model) {
    let text = model.system();
    if text.trim().is_empty() {
        model.toast("There is no system message here to save.");
        return;
    }
    let known = model.presets.iter().find(|preset| *preset.text == *text);
    let name = known.map_or(String::new(), |preset| preset.name.clone());
    let name = Editor::new(&name);
    model.popups.push(SavePreset { name });
}

fn save(model: &mut Model, name: &str) -> Vec<Effect> {
    let name = name.to_owned();
    if name.is_empty() {
        model.toast("Not saved: it needs a name.");
        return Vec::new();
    }
    let text = Arc::clone(&model.conversation().conversation.system);
    let mut saved = Preset::new(name.clone(), Arc::clone(&text));
    let mut presets = model.presets.clone();
    match presets.iter_mut().find(|preset| preset.name == name) {
        Some(preset) => {
            saved.is_default = preset.is_default;
            *preset = saved;
        }
        None => presets.push(saved),
    }
    presets.sort_by_key(|preset| preset.name.to_lowercase());
    change(model, presets);
    let uses = model.keys.shown_key(Action::Presets);
    model.toast(format!("Saved as “{name}”. {uses} brings it back."));
    vec![Effect::Save(vec![Change::SavePreset { name, text }])]
}
