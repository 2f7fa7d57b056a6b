//! Everything the program can ask of the world, as data. [`super::update()`] returns these and
//! `runtime` carries them out.

use super::turn::TurnId;
use crate::chat::{ConversationId, Message, MessageId};
use std::sync::Arc;

/// Something to be done outside of the model.
#[derive(Debug, Clone, PartialEq)]
pub enum Effect {
    /// Begin a reply; its events come back as [`super::Event::Reply`].
    StartTurn(TurnRequest),
    /// End a reply early, at the server too.
    CancelTurn(TurnId),
    /// Put text on the clipboard.
    Copy(String),
    /// Go to the background (Ctrl+Z).
    Suspend,
    /// Turn mouse capture on or off.
    CaptureMouse(bool),
    /// Leave the program.
    Quit,
}

/// What a reply is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct TurnRequest {
    /// Names the turn; its events carry it.
    pub turn: TurnId,
    /// The conversation it belongs to.
    pub conversation: ConversationId,
    /// The messages that the model is to know, the newest last.
    pub messages: Vec<Arc<Message>>,
    /// The message that the reply will be.
    pub reply: MessageId,
    /// The system message in force; empty for none.
    pub system: Arc<str>,
    /// The model's name, as the person gave it; empty for the default.
    pub model: String,
    /// The Space to ask.
    pub space: String,
}
