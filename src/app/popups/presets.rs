//! The library of system messages: saved under a name, taken into a conversation, saved anew,
//! removed. One of them can be what new conversations begin with.
//!
//! They are shared by all windows: the popup has them read anew when it opens.

use super::Popup;
use super::picker::{Choose, Picker};
use crate::app::keys::{Action, Context};
use crate::app::{Effect, Model, settings_panel};
use crate::chat::{Change, Preset};
use std::sync::Arc;

/// The popup of saved system messages.
#[derive(Debug)]
pub struct Presets {
    /// Those that are found.
    pub picker: Picker<Preset>,
}

impl Popup for Presets {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Presets, Context::Menu]
    }

    fn choices(&mut self) -> Option<&mut dyn Choose> {
        Some(&mut self.picker)
    }

    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        if let Some(preset) = self.picker.chosen() {
            take(model, preset);
        }
        Vec::new()
    }
}

/// Opens it, and has them read anew.
pub(in crate::app) fn open(model: &mut Model) -> Vec<Effect> {
    let picker = Picker::new(rows(model), |preset| &preset.name);
    model.popups.push(Presets { picker });
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
pub(in crate::app) fn on_presets(model: &mut Model, number: u64, presets: Vec<Preset>) {
    if number == model.preset_changes {
        take_over(model, presets);
    }
}

/// Takes them as this window has changed them.
pub(in crate::app) fn change(model: &mut Model, presets: Vec<Preset>) {
    model.preset_changes += 1;
    take_over(model, presets);
}

/// Takes them over. A conversation in which nothing was said yet begins with the default one.
fn take_over(model: &mut Model, presets: Vec<Preset>) {
    let before = model.defaults.system();
    let default = presets.iter().find(|preset| preset.is_default);
    model.defaults.preset = default.map(|preset| Arc::clone(&preset.text));
    model.presets = presets;
    let rows = rows(model);
    if let Some(shown) = model.popups.find::<Presets>() {
        shown
            .picker
            .set_all(rows, |one, other| one.name == other.name);
    }
    let now = model.defaults.system();
    let open = model.conversation_mut();
    if now != before && open.is_untouched() && open.conversation.system == before {
        put(model, now);
    }
}

/// The one at the mark, if it has a name.
fn chosen(model: &mut Model) -> Option<Preset> {
    let shown: Option<&Presets> = model.popups.top();
    let chosen = shown.and_then(|shown| shown.picker.chosen().cloned());
    if chosen.as_ref().is_some_and(|preset| preset.name.is_empty()) {
        model.toast("It has no name. Use it, then save it under a name.");
    }
    chosen.filter(|preset| !preset.name.is_empty())
}

/// Makes the one at the mark the default, or none where it was.
pub(in crate::app) fn set_default_chosen(model: &mut Model) -> Vec<Effect> {
    chosen(model).map_or_else(Vec::new, |preset| set_default(model, &preset))
}

/// Removes the one at the mark.
pub(in crate::app) fn remove_chosen(model: &mut Model) -> Vec<Effect> {
    chosen(model).map_or_else(Vec::new, |preset| remove(model, &preset))
}

/// `/system`: the panel, or the saved system message of a name.
pub(in crate::app) fn panel_or_named(model: &mut Model, name: &str) -> Vec<Effect> {
    if name.is_empty() {
        return settings_panel::toggle_panel(model);
    }
    take_named(model, name);
    Vec::new()
}

/// The conversation that is seen goes on with a saved system message.
fn take(model: &mut Model, preset: &Preset) {
    let before = Arc::clone(&model.conversation().conversation.system);
    if !before.trim().is_empty() && before != preset.text {
        model.conversation_mut().system_before = Some(before);
    }
    put(model, Arc::clone(&preset.text));
    if preset.name.is_empty() {
        model.toast("Restored the previous system message.");
        return;
    }
    let before = match &model.conversation().system_before {
        Some(_) => format!(
            ". {} brings the previous back",
            model.keys.shown_key(Action::Presets)
        ),
        None => String::new(),
    };
    model.toast(format!("System message: {}{before}.", preset.name));
}

fn put(model: &mut Model, text: Arc<str>) {
    let open = model.conversation_mut();
    open.conversation.system = text;
    open.saved.fields_changed();
    if model.panel.is_some() {
        model.show_system();
    }
}

/// Takes the one of this name.
fn take_named(model: &mut Model, name: &str) {
    let named = model.presets.iter().find(|preset| preset.name == name);
    match named.cloned() {
        Some(preset) => take(model, &preset),
        None => model.toast(format!("No system message is saved as “{name}”.")),
    }
}

/// Makes one the default, or none where it was.
fn set_default(model: &mut Model, preset: &Preset) -> Vec<Effect> {
    let name = (!preset.is_default).then(|| preset.name.clone());
    let mut presets = model.presets.clone();
    for preset in &mut presets {
        preset.is_default = name.as_ref() == Some(&preset.name);
    }
    change(model, presets);
    model.toast(match &name {
        Some(name) => format!("New conversations begin with “{name}”."),
        None => "New conversations begin as the settings say.".to_owned(),
    });
    vec![Effect::Save(vec![Change::SetDefaultPreset { name }])]
}

fn remove(model: &mut Model, preset: &Preset) -> Vec<Effect> {
    let name = preset.name.clone();
    let others = model.presets.iter().filter(|other| other.name != name);
    let others = others.cloned().collect();
    change(model, others);
    model.toast(format!("Removed “{name}”."));
    vec![Effect::Save(vec![Change::RemovePreset { name }])]
}
