//! Earlier prompts, of all conversations: found in a popup, and walked with Up at the
//! edge of the message. What is being written is not touched before one of them is taken.

use super::Popup;
use super::picker::{Choose, Picker};
use crate::app::keys::Context;
use crate::app::{Effect, Model};
use crate::chat::Draft;
use std::sync::Arc;

/// The popup that finds an earlier prompt.
#[derive(Debug)]
pub struct History(pub Picker<Arc<str>>);

impl Popup for History {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn choices(&mut self) -> Option<&mut dyn Choose> {
        Some(&mut self.0)
    }

    /// The marked prompt is the message now; what stood there is set aside, and Up brings it back.
    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        if let Some(text) = self.0.chosen() {
            let composer = &mut model.conversation_mut().composer;
            composer.set_aside();
            composer.take_back(text);
        }
        Vec::new()
    }
}

/// Opens it, and has the prompts read anew.
pub(in crate::app) fn open(model: &mut Model) -> Vec<Effect> {
    let prompts = Picker::new(model.prompts.clone(), |prompt| prompt);
    model.popups.push(History(prompts));
    vec![Effect::Prompts]
}

/// Takes the prompts as they were read, newest first.
pub(in crate::app) fn on_prompts(model: &mut Model, prompts: Vec<String>) {
    model.prompts = prompts.into_iter().map(Arc::from).collect();
    if let Some(History(picker)) = model.popups.find() {
        picker.set_all(model.prompts.clone(), |one, other| one == other);
    }
}

/// The prompts that Up walks, the oldest first: those of other conversations, then this one's.
pub(in crate::app) fn walked(model: &Model) -> Vec<Draft> {
    let own = model.conversation().earlier_prompts();
    let is_own = |text: &Arc<str>| own.iter().any(|draft| *draft.text == **text);
    let others = model.prompts.iter().rev().filter(|text| !is_own(text));
    let others = others.map(|text| Draft::new(&**text));
    others.collect::<Vec<_>>().into_iter().chain(own).collect()
}
