//! A name and a password, for a Space whose author protected it.
//!
//! What is typed here goes to that Space and nowhere else: it is not kept, and `Debug` shows
//! none of it.

use super::{Popup, Step};
use crate::app::conversation::versions;
use crate::app::editor::Editor;
use crate::app::effect::Secret;
use crate::app::event::Page;
use crate::app::keys::Context;
use crate::app::{Effect, Model};
use crate::chat::MessageId;

/// The popup and what was typed into it.
#[derive(Default)]
pub struct Login {
    /// The Space that asks.
    pub space: String,
    /// The name's field.
    pub name: Editor,
    /// The password's field; drawn as dots.
    pub password: Editor,
    /// Whether the password's field has the keyboard.
    pub at_password: bool,
    /// The reply that was refused for it, which is asked for again; `None` where nothing was sent yet.
    refused: Option<MessageId>,
}

impl std::fmt::Debug for Login {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Login")
            .field("space", &self.space)
            .finish_non_exhaustive()
    }
}

/// Asks for name and password of the Space of what is seen. `refused` is the reply that it has refused.
pub(in crate::app) fn ask(model: &mut Model, refused: Option<MessageId>) {
    let space = model.conversation().conversation.space.clone();
    model.popups.push(Login {
        space,
        refused,
        ..Login::default()
    });
}

impl Popup for Login {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn field(&mut self) -> Option<&mut Editor> {
        Some(if self.at_password {
            &mut self.password
        } else {
            &mut self.name
        })
    }

    fn select(&mut self, _: Step, _: Page) {
        self.at_password = !self.at_password;
    }

    /// Behind the name comes the password. Then both are handed over, and the reply that was refused is asked for again, if
    /// it is still the last one. Nothing else is sent.
    fn accept(mut self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        if !self.at_password {
            self.at_password = true;
            model.popups.put_back(self);
            return Vec::new();
        }
        let mut effects = vec![Effect::Login {
            space: self.space,
            name: self.name.text(),
            password: Secret(self.password.text()),
        }];
        let head = model.conversation().conversation.head();
        if self.refused.is_some() && head.map(|head| head.id) == self.refused {
            effects.extend(versions::retry(model));
        }
        effects
    }
}
