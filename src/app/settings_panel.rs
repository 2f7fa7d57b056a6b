//! The settings of a Space, below the system message in its panel: temperature, choices, flags.
//!
//! What can be set is told by a look at the Space; what is set belongs to the conversation, is
//! kept with it, and travels with every message. A value that the Space would not take is refused
//! here already, with what would do.

use crate::app::editor::Editor;
use crate::app::{Effect, Focus, Model};
use crate::chat::SpaceInput;
use crate::chat::input;
use crate::chat::input::Kind;
use serde_json::Value;

impl Model {
    /// What can be set for the Space of what is seen; nothing until it was looked at. The system
    /// message has its own field.
    pub fn inputs(&self) -> impl Iterator<Item = &SpaceInput> {
        let space = &self.conversation().conversation.space;
        let inputs = self
            .inputs
            .get(space)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let system = input::system(inputs);
        let others = inputs.iter().enumerate();
        others
            .filter(move |(at, _)| Some(*at) != system)
            .map(|(_, input)| input)
    }

    /// What an input is set to, and whether that differs from its default.
    pub fn setting(&self, input: &SpaceInput) -> (String, bool) {
        match self.conversation().settings.get(&input.name) {
            Some(text) => (text.clone(), true),
            None => (shown(&input.default), false),
        }
    }

    pub(super) fn current_input(&self) -> Option<SpaceInput> {
        self.inputs().nth(self.setting_at).cloned()
    }
}

fn shown(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

/// Looks at the Space when its settings are not known yet.
pub(super) fn inspect(model: &Model) -> Vec<Effect> {
    let space = &model.conversation().conversation.space;
    if model.inputs.contains_key(space) {
        return Vec::new();
    }
    vec![Effect::Inspect(space.clone())]
}

pub(super) fn select(model: &mut Model, by: isize) {
    let last = model.inputs().count().saturating_sub(1);
    model.setting_at = model.setting_at.saturating_add_signed(by).min(last);
}

/// Takes a value that was written for a setting; an empty one goes back to the default. The error says what would do.
pub(super) fn take(model: &mut Model, input: &SpaceInput, text: String) -> Result<(), String> {
    if text.trim().is_empty() && input.kind != Kind::Text {
        reset(model, input);
        return Ok(());
    }
    set(model, input, text)
}

/// Sets the setting at the mark back to its default.
pub(super) fn reset_current(model: &mut Model) {
    if let Some(input) = model.current_input() {
        reset(model, &input);
    }
}

fn reset(model: &mut Model, input: &SpaceInput) {
    let open = model.conversation_mut();
    if open.settings.remove(&input.name).is_some() {
        open.saved.fields_changed();
    }
}

fn set(model: &mut Model, input: &SpaceInput, text: String) -> Result<(), String> {
    if let Err(error) = input.check(&Value::String(text.clone())) {
        return Err(format!("{} {}", error.message, error.hint));
    }
    let open = model.conversation_mut();
    open.settings.insert(input.name.clone(), text);
    open.saved.fields_changed();
    Ok(())
}

/// Goes to the next or former value of the setting at the mark: a choice, a flag, a number by its
/// step. A text has none.
pub(super) fn step(model: &mut Model, by: isize) {
    let Some(input) = model.current_input() else {
        return;
    };
    let (text, _) = model.setting(&input);
    let next = match &input.kind {
        Kind::Flag => Some((text != "true").to_string()),
        Kind::Choice { choices, .. } => {
            let at = choices
                .iter()
                .position(|(label, value)| *label == text || shown(value) == text);
            let next = at.map_or(0, |at| at.saturating_add_signed(by));
            choices.get(next).map(|(label, _)| label.clone())
        }
        Kind::Number { min, max, step } => text.parse().ok().map(|number: f64| {
            let step = step.filter(|step| *step > 0.0).unwrap_or(match (min, max) {
                (Some(min), Some(max)) if max - min <= 10.0 => 0.1,
                _ => 1.0,
            });
            let next = if by < 0 { number - step } else { number + step };
            // Not `clamp`, which panics where the limits are the wrong way round.
            let next = next.min(max.unwrap_or(f64::MAX));
            let next = next.max(min.unwrap_or(f64::MIN));
            // Steps of a tenth add up to numbers like 0.30000000000000004.
            format!("{}", (next * 1e6).round() / 1e6)
        }),
        Kind::Text => None,
    };
    if let Some(next) = next
        && let Err(words) = set(model, &input, next)
    {
        model.toast(words);
    }
}

pub(super) fn toggle_panel(model: &mut Model) -> Vec<Effect> {
    if model.panel.take().is_some() {
        model.focus = Focus::Composer;
        Vec::new()
    } else {
        model.show_system();
        model.conversation_mut().picked = None;
        model.focus = Focus::Panel;
        model.setting_at = 0;
        inspect(model)
    }
}

/// The system message is in force as it is typed, from the next message on.
pub(super) fn apply_system(model: &mut Model) {
    if let Some(text) = model.panel.as_ref().map(Editor::text)
        && *text != *model.system()
    {
        let open = model.conversation_mut();
        open.conversation.system = text.into();
        open.saved.fields_changed();
    }
}
