//! Another title for a conversation.

use super::Popup;
use crate::app::editor::Editor;
use crate::app::keys::Context;
use crate::app::sidebar::navigation;
use crate::app::{Effect, Model};
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
        navigation::set_title(model, self.conversation, title)
    }
}

/// Opens it for the conversation at the mark, or for the one that is seen.
pub(in crate::app) fn open(model: &mut Model) -> Vec<Effect> {
    let id = navigation::chosen(model);
    if let Some(summary) = model.library.summary(id) {
        let title = Editor::new(&summary.title);
        model.popups.push(Rename {
            conversation: id,
            title,
        });
    }
    Vec::new()
}
