//! Earlier prompts, of all conversations: searched in a box (Ctrl+R), and walked with Up at the
//! edge of the message. What is being written is not touched before one of them is taken.

use super::picker::Picker;
use super::{Effect, Model, Overlay};
use crate::chat::Draft;
use std::sync::Arc;

/// Opens the box, and has the prompts read anew.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    let prompts = Picker::new(model.prompts.clone(), |prompt| prompt);
    model.overlay = Some(Overlay::History(prompts));
    vec![Effect::Prompts]
}

/// Takes the prompts as they were read, newest first.
pub(super) fn hear(model: &mut Model, prompts: Vec<String>) {
    model.prompts = prompts.into_iter().map(Arc::from).collect();
    if let Some(Overlay::History(picker)) = &mut model.overlay {
        picker.set_all(model.prompts.clone());
    }
}

/// Enter: the marked prompt is the message now; what stood there is set aside, and Up brings it
/// back.
pub(super) fn take(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(picker)) = model.overlay.take() else {
        return Vec::new();
    };
    if let Some(text) = picker.chosen() {
        let composer = &mut model.conversation_mut().composer;
        composer.set_aside();
        composer.take_back(text);
    }
    Vec::new()
}

/// The prompts that Up walks, the oldest first: those of other conversations, then this one's.
pub(super) fn walked(model: &Model) -> Vec<Draft> {
    let own = model.conversation().earlier_prompts();
    let is_own = |text: &Arc<str>| own.iter().any(|draft| *draft.text == **text);
    let others = model.prompts.iter().rev().filter(|text| !is_own(text));
    let others = others.map(|text| Draft::new(&**text));
    others.collect::<Vec<_>>().into_iter().chain(own).collect()
}
