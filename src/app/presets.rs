//! The library of system messages: saved under a name, taken into a conversation, saved anew,
//! removed. One of them can be what new conversations begin with.
//!
//! They are shared by all windows: the box has them read anew when it opens.

use super::acting::edits;
use super::editor::Editor;
use super::keymap::{Action, Context, key_in, lookup, shown_key};
use super::picker::Picker;
use super::{Effect, Model, Overlay};
use crate::chat::{Change, Preset};
use crossterm::event::{KeyCode, KeyEvent};
use std::sync::Arc;

/// The box of saved system messages.
#[derive(Debug)]
pub struct PresetBox {
    /// Those that are found.
    pub picker: Picker<Preset>,
    /// The name of the one that the same key again removes.
    removing: Option<String>,
}

/// Opens the box, and has them read anew.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let picker = Picker::new(rows(model), |preset| &preset.name);
    model.overlay = Some(Overlay::Presets(PresetBox {
        picker,
        removing: None,
    }));
    vec![Effect::Presets(model.preset_changes)]
}

/// Those that are saved; behind them, without a name, the system message that one of them took the
/// place of, so that it is not lost.
fn rows(model: &Model) -> Vec<Preset> {
    let before = model.conversation().system_before.clone();
    let is_saved = |text: &Arc<str>| model.presets.iter().any(|preset| preset.text == *text);
    let before = before.filter(|text| !is_saved(text));
    let before = before.map(|text| Preset::new("", text));
    model.presets.iter().cloned().chain(before).collect()
}

/// Takes them as they were read, unless something was changed here since that was asked for.
pub(super) fn read(model: &mut Model, number: u64, presets: Vec<Preset>) {
    if number == model.preset_changes {
        hear(model, presets);
    }
}

/// Takes them as this window has changed them.
fn change(model: &mut Model, presets: Vec<Preset>) {
    model.preset_changes += 1;
    hear(model, presets);
}

/// Takes them over. A conversation in which nothing was said yet begins with the default one.
fn hear(model: &mut Model, presets: Vec<Preset>) {
    let before = model.defaults.system();
    let default = presets.iter().find(|preset| preset.is_default);
    model.defaults.preset = default.map(|preset| Arc::clone(&preset.text));
    model.presets = presets;
    let rows = rows(model);
    if let Some(Overlay::Presets(shown)) = &mut model.overlay {
        shown.picker.set_all(rows);
    }
    let now = model.defaults.system();
    let open = model.conversation_mut();
    if now != before && open.is_untouched() && open.conversation.system == before {
        put(model, now);
    }
}

/// A key in the box; `None` leaves it to the table.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    let Some(Overlay::Presets(shown)) = &mut model.overlay else {
        return None;
    };
    let removing = shown.removing.take();
    let chosen = shown.picker.chosen().cloned();
    let saved = chosen.clone().filter(|preset| !preset.name.is_empty());
    match (lookup(key, &[Context::Presets]), key.code, saved) {
        (Some(Action::DefaultPreset), _, Some(preset)) => Some(set_default(model, &preset)),
        (Some(Action::RemovePreset), _, Some(preset)) => {
            if removing.as_ref() == Some(&preset.name) {
                return Some(remove(model, &preset));
            }
            let again = key_in(Action::RemovePreset, Context::Presets);
            shown.removing = Some(preset.name.clone());
            model.remark(format!("{again} again removes “{}” for good.", preset.name));
            Some(Vec::new())
        }
        (Some(_), _, None) => {
            model.remark("It has no name: use it, then save it under one.");
            Some(Vec::new())
        }
        (_, KeyCode::Enter, _) => {
            model.overlay = None;
            if let Some(preset) = chosen {
                take(model, &preset);
            }
            Some(Vec::new())
        }
        _ => shown.picker.key(key).then(Vec::new),
    }
}

/// The conversation that is seen goes on with a saved system message.
fn take(model: &mut Model, preset: &Preset) {
    let before = Arc::clone(&model.conversation().conversation.system);
    if !before.trim().is_empty() && before != preset.text {
        model.conversation_mut().system_before = Some(before);
    }
    put(model, Arc::clone(&preset.text));
    if preset.name.is_empty() {
        model.remark("The system message is what it was before.");
        return;
    }
    let before = match &model.conversation().system_before {
        Some(_) => format!("; {} has the one before", shown_key(Action::Presets)),
        None => String::new(),
    };
    model.remark(format!("System message: {}{before}.", preset.name));
}

fn put(model: &mut Model, text: Arc<str>) {
    let open = model.conversation_mut();
    open.conversation.system = text;
    open.kept.fields_changed();
    if model.panel.is_some() {
        model.show_system();
    }
}

/// Takes the one of this name, as `/system NAME` wants it.
pub(super) fn take_named(model: &mut Model, name: &str) {
    let named = model.presets.iter().find(|preset| preset.name == name);
    match named.cloned() {
        Some(preset) => take(model, &preset),
        None => model.remark(format!("No system message is saved as “{name}”.")),
    }
}

/// Opens the box that asks for a name for the system message in force.
pub(super) fn open_save(model: &mut Model) {
    let text = model.system();
    if text.trim().is_empty() {
        model.remark("There is no system message here that could be saved.");
        return;
    }
    let known = model.presets.iter().find(|preset| *preset.text == *text);
    let name = known.map_or(String::new(), |preset| preset.name.clone());
    model.overlay = Some(Overlay::SavePreset(Editor::new(&name)));
}

/// A key in that box; `None` leaves it to the table.
pub(super) fn save_key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    let Some(Overlay::SavePreset(name)) = &mut model.overlay else {
        return None;
    };
    match key.code {
        KeyCode::Enter => Some(save(model)),
        _ => edits(name, key).then(Vec::new),
    }
}

fn save(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::SavePreset(name)) = model.overlay.take() else {
        return Vec::new();
    };
    let name = name.text().trim().to_owned();
    if name.is_empty() {
        model.remark("It needs a name; it is not saved.");
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
    let uses = shown_key(Action::Presets);
    model.remark(format!("Saved as “{name}”; {uses} brings it back."));
    vec![Effect::Keep(vec![Change::SavePreset { name, text }])]
}

/// Makes one the default, or none where it was.
fn set_default(model: &mut Model, preset: &Preset) -> Vec<Effect> {
    let name = (!preset.is_default).then(|| preset.name.clone());
    let mut presets = model.presets.clone();
    for preset in &mut presets {
        preset.is_default = name.as_ref() == Some(&preset.name);
    }
    change(model, presets);
    model.remark(match &name {
        Some(name) => format!("New conversations begin with “{name}”."),
        None => "New conversations begin as the settings say.".to_owned(),
    });
    vec![Effect::Keep(vec![Change::SetDefaultPreset { name }])]
}

fn remove(model: &mut Model, preset: &Preset) -> Vec<Effect> {
    let name = preset.name.clone();
    let others = model.presets.iter().filter(|other| other.name != name);
    let others = others.cloned().collect();
    change(model, others);
    model.remark(format!("Removed “{name}”."));
    vec![Effect::Keep(vec![Change::RemovePreset { name }])]
}
