//! What a folder or a pattern holds, before anything of it is attached.

use super::Popup;
use crate::app::files::Survey;
use crate::app::keys::Context;
use crate::app::{Effect, Model};
use crate::chat::ConversationId;

/// A survey that waits for the user's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SurveyPopup {
    /// The conversation whose tray it is for.
    pub conversation: ConversationId,
    /// What was found.
    pub survey: Survey,
    /// How many rows it is scrolled by.
    pub row: usize,
}

impl Popup for SurveyPopup {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu, Context::Reader]
    }

    fn row(&mut self) -> Option<&mut usize> {
        Some(&mut self.row)
    }

    fn accept(self: Box<Self>, _: &mut Model) -> Vec<Effect> {
        if self.survey.taken.is_empty() {
            return Vec::new();
        }
        vec![Effect::AttachAll(self.conversation, self.survey.taken)]
    }
}
