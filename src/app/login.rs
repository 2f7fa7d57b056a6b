//! The box that asks for a name and a password, for a Space whose author protected it.
//!
//! What is typed here goes to that Space and nowhere else: it is not kept, and `Debug` shows
//! none of it.

use super::acting::edits;
use super::editor::Editor;
use super::{Effect, Model, Overlay, tree};
use crossterm::event::{KeyCode, KeyEvent};

/// The box and what was typed into it.
#[derive(Default)]
pub struct LoginBox {
    /// The Space that asks.
    pub space: String,
    /// The name's field.
    pub name: Editor,
    /// The password's field; drawn as dots.
    pub password: Editor,
    /// Whether the password's field has the keyboard.
    pub at_password: bool,
}

/// A text that `Debug` does not show.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(pub String);

impl std::fmt::Debug for LoginBox {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LoginBox")
            .field("space", &self.space)
            .finish_non_exhaustive()
    }
}

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// Asks for name and password of the Space of what is seen.
pub(super) fn ask(model: &mut Model) {
    let space = model.conversation().conversation.space.clone();
    model.overlay = Some(Overlay::Login(Box::new(LoginBox {
        space,
        ..LoginBox::default()
    })));
}

/// A key in the box; `None` when it means nothing there.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    let Some(Overlay::Login(login)) = &mut model.overlay else {
        return None;
    };
    match key.code {
        KeyCode::Tab | KeyCode::BackTab | KeyCode::Up | KeyCode::Down => {
            login.at_password = !login.at_password;
        }
        KeyCode::Enter if !login.at_password => login.at_password = true,
        KeyCode::Enter => return Some(submit(model)),
        _ => {
            let field = login.field();
            if !edits(field, key) {
                return None;
            }
        }
    }
    Some(Vec::new())
}

impl LoginBox {
    /// The field that has the keyboard.
    pub fn field(&mut self) -> &mut Editor {
        if self.at_password {
            &mut self.password
        } else {
            &mut self.name
        }
    }
}

/// Hands both over, and asks again for the reply that was refused.
fn submit(model: &mut Model) -> Vec<Effect> {
    let Some(Overlay::Login(login)) = model.overlay.take() else {
        return Vec::new();
    };
    let mut effects = vec![Effect::Login {
        space: login.space,
        name: login.name.text(),
        password: Secret(login.password.text()),
    }];
    effects.extend(tree::retry(model));
    effects
}
