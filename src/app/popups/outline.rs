//! The outline of a conversation: its prompts, a line each, with what they weigh; and branching
//! off from a message into a conversation of its own.

use super::Popup;
use super::picker::{Choose, Picker};
use crate::app::conversation::versions;
use crate::app::keys::Context;
use crate::app::sidebar::navigation;
use crate::app::{Effect, Model, Purpose};
use crate::chat::{Conversation, Message, MessageId, Role, Unsent, export, import_changes};
use std::sync::Arc;

/// A prompt in the outline.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The message.
    pub id: MessageId,
    /// How it begins, with the names of what is attached.
    pub words: String,
    /// Its estimated tokens, and those of the reply to it.
    pub tokens: usize,
    /// Whether it is left out of what is sent, with the reply to it.
    pub left_out: bool,
}

/// The prompts that are seen, in their order.
fn entries(conversation: &Conversation) -> Vec<Entry> {
    let path: Vec<&Arc<Message>> = conversation.path().collect();
    let prompts = path
        .iter()
        .enumerate()
        .filter(|(_, message)| message.role == Role::User);
    prompts
        .map(|(at, message)| {
            let reply = path.get(at + 1).filter(|next| next.role != Role::User);
            Entry {
                id: message.id,
                words: message.beginning(),
                tokens: message.tokens() + reply.map_or(0, |reply| reply.tokens()),
                left_out: message.left_out,
            }
        })
        .collect()
}

/// The popup with the prompts of the conversation.
#[derive(Debug)]
pub struct Outline(pub Picker<Entry>);

impl Popup for Outline {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Outline, Context::Menu]
    }

    fn choices(&mut self) -> Option<&mut dyn Choose> {
        Some(&mut self.0)
    }

    /// The view goes to the prompt.
    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        match self.0.chosen() {
            Some(entry) => versions::show_message(model, entry.id),
            None => Vec::new(),
        }
    }
}

/// Opens the outline, the mark at the last prompt.
pub(in crate::app) fn open(model: &mut Model) {
    let entries = entries(&model.conversation().conversation);
    let mut picker = Picker::new(entries, |entry| entry.words.as_str());
    picker.start_at(usize::MAX);
    model.popups.push(Outline(picker));
}

/// Leaves the prompt at the outline's mark out of what is sent, or takes it in again.
pub(in crate::app) fn leave_out(model: &mut Model) -> Vec<Effect> {
    let outline: Option<&Outline> = model.popups.top();
    let Some(id) = outline.and_then(|outline| Some(outline.0.chosen()?.id)) else {
        return Vec::new();
    };
    let effects = versions::leave_out(model, id);
    let entries = entries(&model.conversation().conversation);
    if let Some(Outline(picker)) = model.popups.find() {
        picker.set_all(entries, |one, other| one.id == other.id);
    }
    effects
}

/// Begins a conversation of its own with all messages up to the picked one.
pub(in crate::app) fn branch(model: &mut Model) -> Vec<Effect> {
    let open = model.conversation();
    let conversation = &open.conversation;
    let Some(picked) = open.picked else {
        return Vec::new();
    };
    let path: Vec<&Arc<Message>> = conversation.path().collect();
    let end = path.iter().position(|message| message.id == picked);
    let messages: Vec<Message> = path
        .into_iter()
        .take(end.map_or(0, |end| end + 1))
        .map(|message| Message::clone(message))
        .collect();
    let mut branch = Conversation::new(
        conversation.space.clone(),
        conversation.model.clone(),
        Arc::clone(&conversation.system),
    );
    branch.title = Some(format!("{} (branch)", conversation.shown_title()));
    let branch = export::renamed(&branch.with_messages(messages, Some(picked)));
    let settings = open.settings.clone();
    let mut effects = vec![Effect::Save(import_changes(
        &branch,
        Unsent::default(),
        settings.clone(),
    ))];
    effects.extend(navigation::loaded(
        model,
        branch,
        (Unsent::default(), Vec::new()),
        settings,
        Purpose::Show(0),
    ));
    effects.push(Effect::List);
    model.toast("Branched. The other conversation stays as it is.");
    effects
}
