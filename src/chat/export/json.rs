//! A conversation as JSON and back, with nothing lost: every branch, times, system messages,
//! thoughts, hidden tails, attachments, states, failures, outcomes, the head, what is unsent, the settings.
//!
//! The input may come from anywhere; it is checked before a conversation is made from it.

use crate::chat::tokens::Tally;
use crate::chat::{
    Attachment, Content, Conversation, ConversationId, Draft, Failure, FileHash, Message,
    MessageId, MessageState, Outcome, Role, SentFile, Unsent,
};
use crate::sanitize::without_logins;
use base64::Engine;
use base64::engine::general_purpose::STANDARD as BASE64;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::borrow::Cow;
use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

/// What the file says of itself.
const FORMAT: &str = "spacechat conversation";

/// The version that is written, and the newest that is read.
/// Version 2 added the contents of files, version 3 what waits to be sent and what is left out of
/// it; what reads an earlier one alone would lose them without a word. Outcomes came without a version of their own:
/// an earlier program that passes over them loses nothing that was written.
const VERSION: u64 = 3;

/// What an import gives: a conversation with all that belongs to it, as it was exported.
#[derive(Debug, Clone)]
pub struct Imported {
    /// The conversation, under the names it had.
    pub conversation: Conversation,
    /// What was unsent in it.
    pub unsent: Unsent,
    /// What was set for its Space.
    pub settings: BTreeMap<String, String>,
}

/// Why a file cannot be imported.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// It is no conversation of this program.
    #[error("this is not an exported conversation of spacechat")]
    NotOurs,
    /// A newer spacechat wrote it.
    #[error("it was exported by a newer spacechat (format {found}, known up to {VERSION})")]
    Newer {
        /// Its version.
        found: u64,
    },
    /// A field is missing or of the wrong kind.
    #[error("a part of it cannot be read: {0}")]
    Shape(String),
    /// A time is no RFC 3339 time.
    #[error("{0:?} is not a time in RFC 3339")]
    Time(String),
    /// The content of this file is no Base64.
    #[error("the content of {0:?} in it is not Base64")]
    Content(String),
    /// Two messages have the same name.
    #[error("message {0} is in it twice")]
    Duplicate(MessageId),
    /// A message follows one that is not in the file.
    #[error("message {message} follows {parent}, which is not in it")]
    MissingParent {
        /// The message.
        message: MessageId,
        /// The one that is not there.
        parent: MessageId,
    },
    /// Messages follow each other in a circle.
    #[error("message {0} follows itself")]
    Circle(MessageId),
    /// The head is not in the file.
    #[error("its head {0} is not in it")]
    MissingHead(MessageId),
}

impl ImportError {
    /// What the user can do.
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NotOurs => "Import reads what `spacechat export --format json` writes.",
            Self::Newer { .. } => "Update spacechat.",
            _ => "The file was changed or cut off after its export. Export it again.",
        }
    }
}

#[derive(Serialize, Deserialize)]
struct Document<'a> {
    format: Cow<'a, str>,
    version: u64,
    id: ConversationId,
    title: Option<Cow<'a, str>>,
    space: Cow<'a, str>,
    model: Cow<'a, str>,
    system: Cow<'a, str>,
    created_at: String,
    settings: BTreeMap<String, String>,
    head: Option<MessageId>,
    messages: Vec<MessageDocument<'a>>,
    draft: DraftDocument<'a>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    queued: Vec<DraftDocument<'a>>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    aside: Vec<DraftDocument<'a>>,
}

#[derive(Serialize, Deserialize)]
struct MessageDocument<'a> {
    id: MessageId,
    parent: Option<MessageId>,
    role: Role,
    created_at: String,
    state: MessageState,
    failure: Option<Failure>,
    /// What the source told of it at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    outcome: Option<Box<Outcome>>,
    system: Option<Cow<'a, str>>,
    attachments: Vec<AttachmentDocument<'a>>,
    reasoning: Cow<'a, str>,
    /// In milliseconds.
    #[serde(default)]
    thought_for: u64,
    text: Cow<'a, str>,
    hidden_tail: Cow<'a, str>,
    /// Whether it is left out of what is sent.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    left_out: bool,
}

#[derive(Serialize, Deserialize)]
struct AttachmentDocument<'a> {
    name: Cow<'a, str>,
    text: Cow<'a, str>,
    /// What a file holds that is sent as it is, in Base64. Never its path: a foreign export could
    /// name any file of whoever imports it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    content: Option<Cow<'a, str>>,
}

#[derive(Serialize, Deserialize)]
struct DraftDocument<'a> {
    text: Cow<'a, str>,
    attachments: Vec<AttachmentDocument<'a>>,
}

/// `conversation` with all its branches as JSON, messages in the order in which they came.
#[expect(
    clippy::missing_panics_doc,
    reason = "every value in the document has a JSON form"
)]
pub fn json(
    conversation: &Conversation,
    unsent: &Unsent,
    settings: &BTreeMap<String, String>,
) -> Value {
    let document = Document {
        format: FORMAT.into(),
        version: VERSION,
        id: conversation.id,
        title: conversation.title.as_deref().map(Cow::from),
        space: conversation.space.as_str().into(),
        model: conversation.model.as_str().into(),
        system: Cow::from(&*conversation.system),
        created_at: conversation.created_at.to_string(),
        settings: settings.clone(),
        head: conversation.head().map(|head| head.id),
        messages: conversation.messages().map(write_message).collect(),
        draft: write_draft(&unsent.draft),
        queued: unsent.queued.iter().map(write_draft).collect(),
        aside: unsent.aside.iter().map(write_draft).collect(),
    };
    serde_json::to_value(document).expect("texts, numbers and lists always have a JSON form")
}

fn write_message(message: &Arc<Message>) -> MessageDocument<'_> {
    MessageDocument {
        id: message.id,
        parent: message.parent,
        role: message.role,
        created_at: message.created_at.to_string(),
        state: message.state,
        failure: message.failure.clone(),
        outcome: message.outcome.clone(),
        system: message.system.as_deref().map(Cow::from),
        attachments: write_attachments(&message.attachments),
        reasoning: message.reasoning.as_str().into(),
        thought_for: u64::try_from(message.thought_for.as_millis()).unwrap_or(u64::MAX),
        text: message.text.as_str().into(),
        hidden_tail: message.hidden_tail.as_str().into(),
        left_out: message.left_out,
    }
}

fn write_draft(draft: &Draft) -> DraftDocument<'_> {
    DraftDocument {
        text: draft.text.as_str().into(),
        attachments: write_attachments(&draft.attachments),
    }
}

fn write_attachments(attachments: &[Arc<Attachment>]) -> Vec<AttachmentDocument<'_>> {
    attachments
        .iter()
        .map(|attachment| AttachmentDocument {
            name: attachment.name.as_str().into(),
            text: Cow::from(&*attachment.text),
            content: match attachment.file.as_ref().map(|file| &file.content) {
                Some(Content::Here(_, content)) => Some(BASE64.encode(content).into()),
                _ => None,
            },
        })
        .collect()
}

/// Reads what [`json`] wrote. Whatever `value` is, this ends with a conversation that is a tree
/// or with an error, and never panics.
pub fn from_json(value: &Value) -> Result<Imported, ImportError> {
    if value.get("format").and_then(Value::as_str) != Some(FORMAT) {
        return Err(ImportError::NotOurs);
    }
    if let Some(found) = value.get("version").and_then(Value::as_u64)
        && found > VERSION
    {
        return Err(ImportError::Newer { found });
    }
    let document = Document::deserialize(value);
    let document = document.map_err(|error| ImportError::Shape(error.to_string()))?;
    require_tree(&document)?;
    let mut shared = Shared::default();
    let messages = document
        .messages
        .into_iter()
        .map(|message| read_message(message, &mut shared))
        .collect::<Result<Vec<_>, _>>()?;
    let mut conversation = Conversation::new(
        without_logins(&document.space),
        document.model,
        shared.text(document.system),
    );
    conversation.id = document.id;
    conversation.title = document.title.map(Cow::into_owned);
    conversation.created_at = read_time(&document.created_at)?;
    let mut drafts = |drafts: Vec<DraftDocument<'_>>| -> Result<Vec<Draft>, ImportError> {
        let drafts = drafts.into_iter();
        drafts.map(|draft| read_draft(draft, &mut shared)).collect()
    };
    let (queued, aside) = (drafts(document.queued)?, drafts(document.aside)?);
    Ok(Imported {
        conversation: conversation.with_messages(messages, document.head),
        unsent: Unsent {
            draft: read_draft(document.draft, &mut shared)?,
            queued,
            aside,
        },
        settings: document.settings,
    })
}

/// Refuses messages that are no trees, and a head that is not among them.
fn require_tree(document: &Document<'_>) -> Result<(), ImportError> {
    let mut parents = HashMap::new();
    for message in &document.messages {
        if parents.insert(message.id, message.parent).is_some() {
            return Err(ImportError::Duplicate(message.id));
        }
    }
    // Messages that are known to lead to a beginning: each is walked over once.
    let mut rooted = HashSet::new();
    for message in &document.messages {
        let mut way = HashSet::new();
        let mut at = message.id;
        while !rooted.contains(&at) {
            if !way.insert(at) {
                return Err(ImportError::Circle(at));
            }
            match parents.get(&at) {
                Some(Some(parent)) if parents.contains_key(parent) => at = *parent,
                Some(Some(parent)) => {
                    return Err(ImportError::MissingParent {
                        message: at,
                        parent: *parent,
                    });
                }
                _ => break,
            }
        }
        rooted.extend(way);
    }
    match document.head {
        Some(head) if !parents.contains_key(&head) => Err(ImportError::MissingHead(head)),
        _ => Ok(()),
    }
}

fn read_message(message: MessageDocument<'_>, shared: &mut Shared) -> Result<Message, ImportError> {
    Ok(Message {
        id: message.id,
        parent: message.parent,
        role: message.role,
        text: message.text.into_owned(),
        reasoning: message.reasoning.into_owned(),
        thought_for: Duration::from_millis(message.thought_for),
        hidden_tail: message.hidden_tail.into_owned(),
        attachments: read_attachments(message.attachments, shared)?,
        state: message.state,
        failure: message.failure.map(|failure| Failure {
            message: without_logins(&failure.message),
            hint: without_logins(&failure.hint),
            ..failure
        }),
        outcome: message.outcome,
        created_at: read_time(&message.created_at)?,
        system: message.system.map(|system| shared.text(system)),
        left_out: message.left_out,
        revision: 0,
        rewrites: 0,
        tally: Tally::default(),
    })
}

fn read_draft(draft: DraftDocument<'_>, shared: &mut Shared) -> Result<Draft, ImportError> {
    Ok(Draft {
        text: draft.text.into_owned(),
        attachments: read_attachments(draft.attachments, shared)?,
    })
}

fn read_attachments(
    attachments: Vec<AttachmentDocument<'_>>,
    shared: &mut Shared,
) -> Result<Vec<Arc<Attachment>>, ImportError> {
    attachments
        .into_iter()
        .map(|attachment| shared.attachment(attachment))
        .collect()
}

fn read_time(text: &str) -> Result<Timestamp, ImportError> {
    text.parse()
        .map_err(|_| ImportError::Time(text.chars().take(80).collect()))
}

/// Texts of one import, so that equal ones are in memory once.
#[derive(Default)]
struct Shared(HashSet<Arc<str>>);

impl Shared {
    fn text(&mut self, text: Cow<'_, str>) -> Arc<str> {
        if let Some(known) = self.0.get(&*text) {
            return Arc::clone(known);
        }
        let text: Arc<str> = text.into();
        self.0.insert(Arc::clone(&text));
        text
    }

    fn attachment(
        &mut self,
        document: AttachmentDocument<'_>,
    ) -> Result<Arc<Attachment>, ImportError> {
        let text = self.text(document.text);
        let mut attachment = Attachment::new(document.name, text);
        if let Some(content) = document.content {
            let content = BASE64.decode(&*content);
            let content = content.map_err(|_| ImportError::Content(attachment.name.clone()))?;
            let hash = FileHash::of(&content);
            attachment.file = Some(SentFile {
                path: PathBuf::new(),
                content: Content::Here(hash, content.into()),
            });
        }
        Ok(Arc::new(attachment))
    }
}

/// A copy of `conversation` under new names, its messages included: for an import where the old
/// names are taken. The order of the messages is the same.
pub fn renamed(conversation: &Conversation) -> Conversation {
    let mut messages: Vec<Message> = conversation
        .messages()
        .map(|message| Message::clone(message))
        .collect();
    let names: HashMap<MessageId, MessageId> = messages
        .iter()
        .map(|message| (message.id, MessageId::new()))
        .collect();
    let new_name = |old: MessageId| names.get(&old).copied();
    for message in &mut messages {
        message.id = new_name(message.id).unwrap_or(message.id);
        message.parent = message.parent.and_then(new_name);
    }
    let head = conversation.head().and_then(|head| new_name(head.id));
    let mut copy = Conversation::new(
        conversation.space.clone(),
        conversation.model.clone(),
        Arc::clone(&conversation.system),
    );
    copy.title.clone_from(&conversation.title);
    copy.created_at = conversation.created_at;
    copy.with_messages(messages, head)
}
