//! Earlier prompts, of all conversations: searched in a box (Ctrl+R), and walked with Up at the
//! edge of the message. What is being written is not touched before one of them is taken.

use super::library::matching;
use super::{Effect, Menu, Model, Overlay};
use crate::chat::Draft;

/// Opens the box, and has the prompts read anew.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::History(Menu::default()));
    vec![Effect::Prompts]
}

/// The prompts that hold the letters of the query in their order: the best first, equally good
/// ones newest first.
pub fn found<'a>(model: &'a Model, menu: &Menu) -> Vec<&'a String> {
    matching(&menu.query.text(), &model.prompts, |prompt| prompt.as_str())
}

/// Enter: the marked prompt is the message now; what stood there is set aside, and Up brings it
/// back.
pub(super) fn take(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::History(menu)) = model.overlay.take() else {
        return Vec::new();
    };
    let Some(text) = found(model, &menu).get(menu.at).map(|text| (*text).clone()) else {
        return Vec::new();
    };
    let composer = &mut model.conversation_mut().composer;
    composer.set_aside();
    composer.take_back(&text);
    Vec::new()
}

/// The prompts that Up walks, the oldest first: those of other conversations, then this one's.
pub(super) fn walked(model: &Model) -> Vec<Draft> {
    let own = model.conversation().earlier_prompts();
    let is_own = |text: &String| own.iter().any(|draft| draft.text == *text);
    let others = model.prompts.iter().rev().filter(|text| !is_own(text));
    let others = others.map(Draft::new);
    others.collect::<Vec<_>>().into_iter().chain(own).collect()
}
