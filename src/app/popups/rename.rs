//! Another title for a conversation.

use super::Popup;
use crate::app::actions::Context;
use crate::app::editor::Editor;
use crate::app::{Effect, Model, switching};
use crate::chat::ConversationId;

/// A title that is being written.
#[derive(Debug)]
pub struct Rename {
    /// Whose title it is.
    pub conversation: ConversationId,
    /// The title.
    pub title: Editor,
}

impl Popup for Rename {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn field(&mut self) -> Option<&mut Editor> {
        Some(&mut self.title)
    }

    /// An empty title goes back to the first words.
    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        let title = self.title.text().trim().to_owned();
        let title = Some(title).filter(|title| !title.is_empty());
        switching::set_title(model, self.conversation, title)
    }
}
