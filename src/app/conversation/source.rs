//! The source of a conversation's replies: what it is called, and another one for it.
//!
//! Which sources there are, and whether one answers, is not known here.

use crate::app::{DEMO_SPACE, Effect, Model};

/// The conversation that is seen talks to another Space from the next message on.
pub(in crate::app) fn use_space(model: &mut Model, space: &str) -> Vec<Effect> {
    let open = model.conversation_mut();
    space.clone_into(&mut open.conversation.space);
    open.conversation.model.clear();
    // They were the other Space's.
    open.settings.clear();
    open.saved.fields_changed();
    let name = if space == DEMO_SPACE {
        "the embedded Space"
    } else {
        space
    };
    model.toast(format!("This conversation now talks to {name}."));
    vec![describe(model)]
}

/// Asks how the source of what is seen is called.
pub(in crate::app) fn describe(model: &Model) -> Effect {
    let conversation = &model.conversation().conversation;
    Effect::Describe {
        space: conversation.space.clone(),
        model: conversation.model.clone(),
    }
}
