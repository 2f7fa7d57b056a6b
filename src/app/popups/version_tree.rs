//! All versions of a conversation: its messages as a tree, a line each, and the way to any of them.
//!
//! Which version is seen is changed by `conversation::versions`; how the tree is drawn is not here.

use super::picker::{Choose, Picker};
use super::{Popup, Step};
use crate::app::conversation::scroll::Anchor;
use crate::app::conversation::versions;
use crate::app::keys::{Action, Context};
use crate::app::{Effect, Model, OpenConversation};
use crate::chat::tree::{Indent, Joint, Node, tree};
use crate::chat::{Message, MessageId, MessageState, Role};

/// A message in the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The message.
    pub id: MessageId,
    /// Who speaks.
    pub role: Role,
    /// How it begins; of a reply that failed before anything came, why it did.
    pub words: String,
    /// How far in it stands.
    pub indent: Indent,
    /// How it is tied to what it follows.
    pub joint: Joint,
    /// Which of how many versions it is, from 1.
    pub version: (usize, usize),
    /// Whether it is on the path that is seen.
    pub is_on_path: bool,
}

impl From<Node<'_>> for Entry {
    fn from(node: Node<'_>) -> Self {
        Self {
            id: node.message.id,
            role: node.message.role,
            words: words(node.message),
            indent: node.indent,
            joint: node.joint,
            version: node.version,
            is_on_path: node.is_on_path,
        }
    }
}

impl Entry {
    /// Whether other versions stand beside it.
    pub fn has_versions(&self) -> bool {
        self.version.1 > 1
    }
}

fn words(message: &Message) -> String {
    let words = message.beginning();
    if !words.is_empty() {
        return words;
    }
    match &message.failure {
        // There are words further on, or to come.
        _ if !message.text.is_empty() || message.state == MessageState::Streaming => "…".to_owned(),
        Some(failure) => failure.message.clone(),
        None => words,
    }
}

/// The popup with the tree.
#[derive(Debug)]
pub struct VersionTree(pub Picker<Entry>);

impl VersionTree {
    /// The row of the nearest message above or below the mark that has versions.
    fn nearest(&self, step: Step) -> Option<usize> {
        let at = self.0.menu().at;
        let rows = self.0.found().enumerate();
        let rows = rows.filter(|(_, entry)| entry.has_versions());
        let mut rows = rows.map(|(row, _)| row);
        match step {
            Step::Up => rows.take_while(|row| *row < at).last(),
            _ => rows.find(|row| *row > at),
        }
    }
}

impl Popup for VersionTree {
    fn contexts(&self) -> &'static [Context] {
        &[Context::VersionTree, Context::Menu]
    }

    fn choices(&mut self) -> Option<&mut dyn Choose> {
        Some(&mut self.0)
    }

    /// The path that is seen leads through the message from now on, and the view goes to it.
    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        let Some(id) = self.0.chosen().map(|entry| entry.id) else {
            model.popups.put_back(self);
            return Vec::new();
        };
        let effects = versions::show_message(model, id);
        let open = model.conversation_mut();
        // What is picked has to be something that is seen.
        if open.picked.is_some() && open.conversation.path_ids().contains(&id) {
            open.picked = Some(id);
        }
        effects
    }
}

/// Opens the tree, the mark where the view is.
pub(in crate::app) fn open(model: &mut Model) {
    let open = model.conversation();
    if !open.conversation.has_branches() {
        let key = |action| model.keys.key_in(action, Context::Picked);
        let (edit, retry) = (key(Action::EditMessage), key(Action::Retry));
        model.toast(format!(
            "There are no other versions yet. {edit} or {retry} on a picked message makes one."
        ));
        return;
    }
    let nodes = tree(&open.conversation);
    let entries: Vec<Entry> = nodes.into_iter().map(Entry::from).collect();
    let here = here(open);
    let here = entries.iter().position(|entry| Some(entry.id) == here);
    let mut picker = Picker::new(entries, |entry| &entry.words);
    picker.start_at(here.unwrap_or_default());
    model.popups.push(VersionTree(picker));
}

/// The message that is looked at: the picked one, or the first in view where the view is held.
fn here(open: &OpenConversation) -> Option<MessageId> {
    open.picked.or_else(|| match open.scroll.anchor {
        Anchor::At(place) => Some(place.message),
        Anchor::Start => open.conversation.path_ids().first().copied(),
        Anchor::End => open.head(),
    })
}

/// Moves the mark to the nearest message that has versions; with none in this direction it stays.
pub(in crate::app) fn step(model: &mut Model, step: Step) {
    let Some(tree) = model.popups.find::<VersionTree>() else {
        return;
    };
    if let Some(row) = tree.nearest(step) {
        tree.0.mark(row);
    }
}
