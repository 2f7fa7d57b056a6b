//! The outline of a conversation: its prompts, a line each, with what they weigh; and branching
//! off from a message into a conversation of its own.

use super::library::matching;
use super::{Effect, Menu, Model, Overlay, StoreEvent, switching};
use crate::chat::{Conversation, Message, MessageId, Role, Unsent, export, import_changes, tokens};
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
}

/// The prompts that the outline finds. Without a query they stand in their order.
pub fn entries(model: &Model, menu: &Menu) -> Vec<Entry> {
    let path: Vec<&Arc<Message>> = model.conversation().conversation.path().collect();
    let prompts = path
        .iter()
        .enumerate()
        .filter(|(_, message)| message.role == Role::User);
    let all: Vec<Entry> = prompts
        .map(|(at, message)| {
            let reply = path.get(at + 1).filter(|next| next.role != Role::User);
            Entry {
                id: message.id,
                words: words(message),
                tokens: weight(message) + reply.map_or(0, |reply| weight(reply)),
            }
        })
        .collect();
    let found = matching(&menu.query.text(), &all, |entry| entry.words.as_str());
    found.into_iter().cloned().collect()
}

fn words(message: &Message) -> String {
    let names = message
        .attachments
        .iter()
        .map(|attached| attached.name.as_str());
    let text: String = message.text.chars().take(400).collect();
    let words: Vec<&str> = text.split_whitespace().take(30).chain(names).collect();
    words.join(" ")
}

fn weight(message: &Message) -> usize {
    let attached: usize = message
        .attachments
        .iter()
        .map(|attached| attached.tokens)
        .sum();
    tokens::estimate(&message.text) + attached
}

/// Opens the outline, the mark at the last prompt.
pub(super) fn open(model: &mut Model) {
    let mut menu = Menu::default();
    menu.at = entries(model, &menu).len().saturating_sub(1);
    model.overlay = Some(Overlay::Outline(menu));
}

/// Enter: the view goes to the prompt.
pub(super) fn jump(model: &mut Model) {
    let Some(Overlay::Outline(menu)) = model.overlay.take() else {
        return;
    };
    if let Some(entry) = entries(model, &menu).get(menu.at) {
        model.conversation_mut().scroll.to_message(entry.id);
    }
}

/// Begins a conversation of its own with all messages up to the picked one.
pub(super) fn branch(model: &mut Model) -> Vec<Effect> {
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
    let mut effects = vec![Effect::Keep(import_changes(
        &branch,
        Unsent::default(),
        settings.clone(),
    ))];
    let shown = StoreEvent::Loaded {
        conversation: Box::new(branch),
        unsent: Unsent::default(),
        settings,
        show: true,
    };
    effects.extend(switching::hear(model, shown));
    effects.push(Effect::List);
    model.remark("A branch: what is said here leaves the other conversation as it is.");
    effects
}
