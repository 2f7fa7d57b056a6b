//! Converts the chats of other programs, and exports of this one, into conversations.
//!
//! [`chatgpt`] and [`llm`] make conversations from texts and rows. [`plan`] compares a conversation
//! with what is saved already. No I/O.
//!
//! Imported items get ids derived from their original ids (see `foreign`), so that importing the
//! same file twice is recognised.

pub(crate) mod chatgpt;
mod citations;
mod foreign;
pub(crate) mod llm;

#[cfg(test)]
mod tests;

use super::export::{self, Imported};
use super::{Attachment, Change, Content, Conversation, Message, import_changes};
use std::sync::Arc;

/// Why a file of another program cannot be taken in.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ForeignError {
    /// It has not the shape of what it should be.
    #[error("it cannot be read as {what}: {detail}")]
    Shape {
        /// What it was taken for.
        what: &'static str,
        /// What is wrong, and where.
        detail: String,
    },
    /// A message follows one that is not there.
    #[error("in {conversation:?} message {message:?} follows {parent:?}, which is not in it")]
    MissingParent {
        /// The conversation's title, or its name where it has none.
        conversation: String,
        /// The message.
        message: String,
        /// The one that is not there.
        parent: String,
    },
    /// Messages follow each other in a circle.
    #[error("in {conversation:?} message {message:?} follows itself")]
    Circle {
        /// The conversation's title, or its name where it has none.
        conversation: String,
        /// One of them.
        message: String,
    },
}

/// What becomes of a conversation from a file.
#[derive(Debug)]
pub enum Plan {
    /// Nothing of it is here: all of it is taken in.
    New(Vec<Change>),
    /// Its beginning is here; so many messages are added, and what is here stays.
    Grown(usize, Vec<Change>),
    /// All of it is here.
    Here,
    /// A message of it is here with another content: the file's becomes a copy of its own.
    Copy(Arc<Conversation>, Vec<Change>),
}

/// Where a conversation comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// An export of this program, which a user may have changed since.
    Ours,
    /// Another program's log. Its messages never change under one name; where the text differs,
    /// another version of this program read it differently, and what is here stays.
    Foreign,
}

/// Holds `imported` against what is `here` under its name.
pub fn plan(imported: Imported, here: Option<&Conversation>, origin: Origin) -> Plan {
    let Imported {
        conversation,
        unsent,
        settings,
    } = imported;
    let Some(here) = here else {
        return Plan::New(import_changes(&conversation, unsent, settings));
    };
    let is_changed = |message: &&Arc<Message>| {
        let known = here.message(message.id);
        known.is_some_and(|known| !says_the_same(known, message))
    };
    if origin == Origin::Ours && conversation.messages().any(|message| is_changed(&message)) {
        let copy = export::renamed(&conversation);
        let changes = import_changes(&copy, unsent, settings);
        return Plan::Copy(Arc::new(copy), changes);
    }
    let changes = added(&conversation, here);
    let count = changes.iter().filter(|change| is_message(change)).count();
    if count == 0 {
        Plan::Here
    } else {
        Plan::Grown(count, changes)
    }
}

/// Whether a message from a file says what the one of its name says here: the same words, by the
/// same speaker, behind the same message. The states may differ, for a reply that was still
/// received when it was exported is complete by now.
fn says_the_same(known: &Message, imported: &Message) -> bool {
    let attached = |message: &Message| -> Vec<(String, Arc<str>)> {
        let attachments = message.attachments.iter();
        attachments
            .map(|attachment| (attachment.name.clone(), Arc::clone(&attachment.text)))
            .collect()
    };
    (known.role, known.parent, &known.text, &known.reasoning)
        == (
            imported.role,
            imported.parent,
            &imported.text,
            &imported.reasoning,
        )
        && known.hidden_tail == imported.hidden_tail
        && attached(known) == attached(imported)
        && has_files_of(known, imported)
}

/// Whether every content that comes with an imported message is here; an export may lack some.
fn has_files_of(known: &Message, imported: &Message) -> bool {
    let hash = |attachment: &Attachment| match &attachment.file.as_ref()?.content {
        Content::Stored(hash, _) | Content::Here(hash, _) => Some(*hash),
        Content::AtPath => None,
    };
    let pairs = known.attachments.iter().zip(&imported.attachments);
    pairs
        .filter(|(_, imported)| hash(imported).is_some())
        .all(|(known, imported)| hash(known) == hash(imported))
}

fn is_message(change: &Change) -> bool {
    matches!(change, Change::AddMessage { .. })
}

/// The changes that add what `here` has not. The head moves on only where the user had left it
/// on the way to the new one.
fn added(conversation: &Conversation, here: &Conversation) -> Vec<Change> {
    let all = import_changes(
        conversation,
        super::Unsent::default(),
        super::Settings::new(),
    );
    let is_new = |change: &Change| match change {
        Change::AddMessage { message, .. } => here.message(message.id).is_none(),
        _ => false,
    };
    let mut changes: Vec<Change> = all.into_iter().filter(is_new).collect();
    let from = here.head().map(|head| head.id);
    let to = conversation.head().map(|head| head.id);
    if from != to && from.is_none_or(|head| conversation.path_ids().contains(&head)) {
        changes.push(Change::SetHead {
            conversation: here.id,
            from,
            to,
        });
    }
    changes
}
