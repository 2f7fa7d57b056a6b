//! The source of a conversation's replies: what it is called, and another one for it.
//!
//! Which sources there are, and whether one answers, is not known here.

use crate::app::conversation::persistence::save;
use crate::app::{Certainty, DEMO_SPACE, Effect, Model};
use crate::chat::{Change, Conversation, Fact, Learned, ProviderNames};

/// The conversation that is seen talks to another source from the next message on, to the model `chosen` or to its default.
pub(in crate::app) fn use_space(
    model: &mut Model,
    space: &str,
    chosen: Option<String>,
) -> Vec<Effect> {
    let open = model.conversation_mut();
    if open.conversation.space != space {
        space.clone_into(&mut open.conversation.space);
        // They were the other source's.
        open.settings.clear();
    }
    open.conversation.model = chosen.unwrap_or_default();
    open.saved.fields_changed();
    let asked = open.conversation.model.clone();
    let name = if space == DEMO_SPACE {
        "the embedded Space"
    } else {
        space
    };
    model.toast(match asked.as_str() {
        "" => format!("This conversation now talks to {name}."),
        asked => format!("This conversation now talks to {asked} at {name}."),
    });
    vec![describe(&model.conversation().conversation)]
}

/// Takes how the source of those conversations is called that ask this Space for this model.
pub(in crate::app) fn on_described(
    model: &mut Model,
    (space, asked): (String, String),
    names: ProviderNames,
    certainty: Certainty,
) -> Vec<Effect> {
    let learned = model
        .source_names
        .take_names((space, asked), certainty, names);
    learn(learned)
}

/// Takes what an earlier run has learned of sources.
pub(in crate::app) fn on_learned(model: &mut Model, saved: Vec<Learned>) -> Vec<Effect> {
    for learned in &saved {
        if let Fact::SignIn(is_agreed) = learned.fact() {
            model.sources.sign_in(learned.space(), *is_agreed);
        }
    }
    learn(model.source_names.take_saved(saved))
}

fn learn(learned: impl IntoIterator<Item = Learned>) -> Vec<Effect> {
    let changes = learned.into_iter().map(Change::Learn);
    save(changes.collect()).into_iter().collect()
}

/// Asks how the source of a conversation is called. The more is known of it the better the answer: it is asked anew
/// whenever the source may have told something.
pub(in crate::app) fn describe(conversation: &Conversation) -> Effect {
    Effect::Describe {
        space: conversation.space.clone(),
        model: conversation.model.clone(),
    }
}
