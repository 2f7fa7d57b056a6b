//! A message and what belongs to it: role, state, text, thoughts. One that is not sent yet is a
//! [`super::Draft`].
//!
//! The text kept here is the original, as typed, pasted or received; `sanitize` makes what is
//! shown. Plain data, no I/O.

use super::attachment::{self, Attachment, Content, FileHash};
use super::outcome::Outcome;
use super::tokens::Tally;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// How much of a text is read for its first words, in bytes, and how many words that may be.
const BEGINNING: (usize, usize) = (320, 30);

/// Names a message. Version 7: newer ones sort behind older ones, and two running programs never
/// make the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct MessageId(pub Uuid);

impl MessageId {
    /// A new name.
    #[expect(
        clippy::new_without_default,
        reason = "a default would not be a constant"
    )]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl std::fmt::Display for MessageId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// Who speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    /// Instructions that stand before the conversation.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
}

impl Role {
    /// The word that stands before a message in a formatted prompt.
    pub fn label(self) -> &'static str {
        match self {
            Self::System => "System",
            Self::User => "User",
            Self::Assistant => "Assistant",
        }
    }
}

/// How far a message has come. Only replies are ever anything but complete.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MessageState {
    /// All of it is here.
    Complete,
    /// It is being received.
    Streaming,
    /// The user stopped it; what came is kept.
    Stopped,
    /// An error ended it; what came is kept.
    Failed,
    /// The program died while it was received; what was saved is kept.
    Interrupted,
}

/// One message of a conversation.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// Its name.
    pub id: MessageId,
    /// The message before it; `None` for the first.
    pub parent: Option<MessageId>,
    /// Who speaks.
    pub role: Role,
    /// The text, as it was typed or received.
    pub text: String,
    /// What the model thought before it answered, where it shows that.
    pub reasoning: String,
    /// For how long it thought, as far as that was seen.
    pub thought_for: Duration,
    /// The end of a reply that is stored and sent on but shown only when asked for.
    pub hidden_tail: String,
    /// Pastes and files that travel with the text, in front of it.
    pub attachments: Vec<Arc<Attachment>>,
    /// How far it has come.
    pub state: MessageState,
    /// What went wrong with it.
    pub failure: Option<super::Failure>,
    /// What its source told of it, if anything; for replies.
    pub outcome: Option<Box<Outcome>>,
    /// When it was begun.
    pub created_at: Timestamp,
    /// The system message in force when it was sent; for user messages.
    pub system: Option<Arc<str>>,
    /// Whether the user leaves it out of what is sent. With a prompt goes the reply to it.
    pub left_out: bool,
    /// Grows with every change, so that derived data can be recognised as stale.
    pub revision: u64,
    /// Grows when the text changes other than by more at its end.
    pub rewrites: u64,
    /// The tokens of the text, as far as they were counted.
    pub tally: Tally,
}

impl Message {
    /// A complete message with nothing before it.
    pub fn new(role: Role, text: impl Into<String>) -> Self {
        Self {
            id: MessageId::new(),
            parent: None,
            role,
            text: text.into(),
            reasoning: String::new(),
            thought_for: Duration::ZERO,
            hidden_tail: String::new(),
            attachments: Vec::new(),
            state: MessageState::Complete,
            failure: None,
            outcome: None,
            created_at: Timestamp::now(),
            system: None,
            left_out: false,
            revision: 0,
            rewrites: 0,
            tally: Tally::default(),
        }
    }

    /// A message of the user.
    pub fn user(text: impl Into<String>) -> Self {
        Self::new(Role::User, text)
    }

    /// What the model thought, without the mere status that stands where a reply will be
    /// (`Qwen is thinking...`).
    pub fn thoughts(&self) -> Option<&str> {
        let is_status =
            self.reasoning.ends_with("is thinking...") && !self.reasoning.contains('\n');
        Some(self.reasoning.as_str()).filter(|thoughts| !thoughts.is_empty() && !is_status)
    }

    /// Gives the text a new whole, and counts a rewrite unless it only became longer.
    pub fn set_text(&mut self, text: String) {
        self.rewrites += u64::from(!text.starts_with(self.text.as_str()));
        self.text = text;
    }

    /// This message with the contents of its files in memory, read by their names. A content that
    /// is not there (`None`) is left out.
    pub fn with_contents<E>(
        self: &Arc<Self>,
        read: impl FnMut(FileHash) -> Result<Option<Arc<[u8]>>, E>,
    ) -> Result<Arc<Self>, E> {
        let mut message = Arc::clone(self);
        let is_stored = |attachment: &Arc<Attachment>| {
            let file = attachment.file.as_ref();
            file.is_some_and(|file| matches!(file.content, Content::Stored(..)))
        };
        if self.attachments.iter().any(is_stored) {
            attachment::read_contents(&mut Arc::make_mut(&mut message).attachments, read)?;
        }
        Ok(message)
    }

    /// How it begins, on one line: its first words and the names of what is attached. A long text is
    /// not read whole.
    pub fn beginning(&self) -> String {
        let (bytes, most) = BEGINNING;
        let mut ends = (0..=bytes.min(self.text.len())).rev();
        let end = ends.find(|end| self.text.is_char_boundary(*end));
        let text = &self.text[..end.unwrap_or_default()];
        let names = self.attachments.iter().map(|attached| &*attached.name);
        let mut line = String::with_capacity(text.len());
        for word in text.split_whitespace().take(most).chain(names) {
            if !line.is_empty() {
                line.push(' ');
            }
            line.push_str(word);
        }
        line
    }

    /// Counts the tokens of its text, so that [`Message::tokens`] knows them. Takes as long as reading what is new in it.
    pub fn count(&mut self) {
        self.tally = self.tally.of(&self.text, self.rewrites);
    }

    /// Its estimated tokens, those of its attachments included. What was not counted is counted each time.
    pub fn tokens(&self) -> usize {
        let attached = self.attachments.iter().map(|attached| attached.tokens);
        self.tally.of(&self.text, self.rewrites).tokens() + attached.sum::<usize>()
    }
}
