//! The question whether a Space may be given the user's token of the Hub, and the answer, which is kept for that Space.
//!
//! Nothing is sent before the yes, and the token itself is not known here: whoever talks to the Space has it.

use super::Popup;
use crate::app::conversation::persistence::save;
use crate::app::conversation::versions;
use crate::app::keys::Context;
use crate::app::{Effect, Model};
use crate::chat::{Change, Fact, Learned, MessageId};

/// The question.
#[derive(Debug)]
pub struct SignIn {
    /// The Space that asks.
    pub space: String,
    /// Whether the next Enter may be meant for a message that is being written. Then it takes another one.
    pub is_unsure: bool,
    /// The reply that was refused for it, which is asked for again; `None` where nothing was sent yet.
    refused: Option<MessageId>,
}

/// Asks for this Space. `refused` is the reply that it has refused.
pub(in crate::app) fn ask(model: &mut Model, space: &str, refused: Option<MessageId>) {
    let is_writing = !model.conversation().composer.is_empty();
    model.popups.push(SignIn {
        space: space.to_owned(),
        is_unsure: refused.is_some() && is_writing,
        refused,
    });
}

/// Keeps whether a Space may be given the token.
pub(in crate::app) fn answer(model: &mut Model, space: &str, is_agreed: bool) -> Vec<Effect> {
    model.sources.sign_in(space, is_agreed);
    let learned = Learned::new(space, "", Fact::SignIn(is_agreed));
    save(vec![Change::Learn(learned)]).into_iter().collect()
}

impl Popup for SignIn {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    /// Who types is writing a message, and has not seen the question.
    fn type_text(&mut self, _: &str) {
        self.is_unsure = true;
    }

    /// Yes. The reply that was refused is asked for again, if it is still the last one. Nothing else is sent.
    fn accept(mut self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        if self.is_unsure {
            self.is_unsure = false;
            model.popups.put_back(self);
            return Vec::new();
        }
        let mut effects = answer(model, &self.space, true);
        let conversation = &model.conversation().conversation;
        let head = conversation.head().map(|head| head.id);
        if self.refused.is_some() && head == self.refused && conversation.space == self.space {
            effects.extend(versions::retry(model));
        }
        effects
    }
}
