//! Another value for a setting of the Space.

use super::Popup;
use crate::app::editor::Editor;
use crate::app::keys::{Context, Edit};
use crate::app::{Effect, Model, settings_panel};
use crate::chat::SpaceInput;

/// A value that is being written.
#[derive(Debug)]
pub struct Setting {
    /// Which setting.
    pub input: SpaceInput,
    /// The value.
    pub value: Editor,
    /// Why the last value was not taken.
    pub refusal: Option<String>,
    /// Whether the value is still the one before, which the first letter replaces.
    is_before: bool,
}

impl Setting {
    /// The setting with the value that it has.
    pub fn new(input: SpaceInput, value: &str) -> Self {
        Self {
            input,
            value: Editor::new(value),
            refusal: None,
            is_before: true,
        }
    }
}

impl Popup for Setting {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn field(&mut self) -> Option<&mut Editor> {
        Some(&mut self.value)
    }

    fn type_text(&mut self, text: &str) {
        if self.is_before {
            self.value.edit(Edit::LineEnd);
            self.value.edit(Edit::KillToStart);
        }
        self.value.insert(text);
        self.on_edit();
    }

    fn on_edit(&mut self) {
        self.is_before = false;
        self.refusal = None;
    }

    /// An empty value goes back to the default; one that is refused can be mended.
    fn accept(mut self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        // Another conversation may have come into view while this was being written.
        if model.inputs().all(|input| input.name != self.input.name) {
            model.toast("Not set: the Space that is shown now has no such setting.");
            return Vec::new();
        }
        match settings_panel::take(model, &self.input, self.value.text()) {
            Ok(()) => {}
            Err(words) => {
                self.refusal = Some(words);
                model.popups.put_back(self);
            }
        }
        Vec::new()
    }
}

/// Opens the popup that changes the setting at the mark.
pub(in crate::app) fn open(model: &mut Model) {
    if let Some(input) = model.current_input() {
        let (text, _) = model.setting(&input);
        model.popups.push(Setting::new(input, &text));
    }
}
