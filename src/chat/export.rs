//! A conversation as text for other programs: Markdown and HTML to read, JSON to keep and take
//! back.
//!
//! Pure functions of plain data; no file is written here. Markdown and HTML show the path that is
//! seen, JSON holds the whole tree and loses nothing.

mod html;
mod json;
mod markdown;

#[cfg(test)]
mod tests;

pub use html::html;
pub use json::{ImportError, Imported, from_json, json, renamed};
pub use markdown::markdown;

use super::attachment::read_contents;
use super::{Attachment, Conversation, FileHash, Message, MessageState, Role, Settings, Unsent};
use std::path::Path;
use std::sync::Arc;

/// The forms of an export.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Markdown: what is seen.
    Md,
    /// JSON: everything, to be imported again.
    Json,
    /// One HTML page.
    Html,
}

impl Format {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::Md, Self::Json, Self::Html];

    /// What a file of this form is called behind its last full stop.
    pub fn extension(self) -> &'static str {
        match self {
            Self::Md => "md",
            Self::Json => "json",
            Self::Html => "html",
        }
    }

    /// The form of a file of this name; `None` for an unknown ending.
    pub fn of(path: &Path) -> Option<Self> {
        let extension = path.extension()?;
        let mut all = Self::ALL.into_iter();
        all.find(|format| extension.eq_ignore_ascii_case(format.extension()))
    }
}

/// What an export is made from.
#[derive(Debug, Clone, PartialEq)]
pub struct Source {
    /// The conversation.
    pub conversation: Conversation,
    /// What is unsent in it.
    pub unsent: Unsent,
    /// What is set for its Space.
    pub settings: Settings,
}

impl Source {
    /// The same with the contents of all its files in memory, read by their names: what JSON takes
    /// along. A content that is not there (`None`) is left out.
    pub fn with_contents<E>(
        mut self,
        mut read: impl FnMut(FileHash) -> Result<Option<Arc<[u8]>>, E>,
    ) -> Result<Self, E> {
        let head = self.conversation.head().map(|head| head.id);
        let messages = self.conversation.messages();
        let messages: Vec<Message> = messages
            .map(|message| message.with_contents(&mut read).map(Arc::unwrap_or_clone))
            .collect::<Result<_, _>>()?;
        self.conversation = self.conversation.with_messages(messages, head);
        for draft in self.unsent.drafts_mut() {
            read_contents(&mut draft.attachments, &mut read)?;
        }
        Ok(self)
    }

    /// The whole text of an export.
    pub fn text(&self, format: Format) -> String {
        match format {
            Format::Md => markdown(&self.conversation),
            Format::Html => html(&self.conversation),
            Format::Json => {
                let value = json(&self.conversation, &self.unsent, &self.settings);
                format!("{value:#}\n")
            }
        }
    }
}

/// Part of an exported path, in the order in which it is read.
enum Part<'a> {
    /// The system message in force from here on; empty where there is none any more.
    System(&'a str),
    /// A message.
    Message(&'a Message),
}

/// The path that is seen, with the system messages where they change.
fn parts(conversation: &Conversation) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut system = "";
    for message in conversation.path() {
        if let Some(now) = message.system.as_deref()
            && now != system
        {
            system = now;
            parts.push(Part::System(now));
        }
        parts.push(Part::Message(message));
    }
    if parts.is_empty() && !conversation.system.is_empty() {
        parts.push(Part::System(&conversation.system));
    }
    parts
}

/// Who speaks, as a heading.
fn speaker(role: Role) -> &'static str {
    match role {
        Role::System => "System",
        Role::User => "You",
        Role::Assistant => "Assistant",
    }
}

/// What is to be said of a message that is not whole.
fn ending(message: &Message) -> Option<String> {
    let state = match message.state {
        MessageState::Complete => return message.outcome.as_ref()?.finish.as_ref()?.words(),
        MessageState::Streaming => "Not complete yet",
        MessageState::Stopped => "Stopped",
        MessageState::Failed => "Failed",
        MessageState::Interrupted => "Interrupted",
    };
    Some(match &message.failure {
        Some(failure) => format!("{state}: {}", failure.message),
        None => format!("{state}."),
    })
}

/// A time to the second, in UTC.
fn time(message: &Message) -> String {
    format!("{:.0}", message.created_at)
}

/// What an attachment is called, on one line.
fn label(attachment: &Arc<Attachment>) -> String {
    one_line(&attachment.name)
}

/// `text` with every run of white space as one space.
fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}
