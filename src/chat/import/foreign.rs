//! A conversation of another program as nodes, and its conversion into one of this program.
//!
//! Other programs have nodes that we do not: tools that were called, what they answered, empty
//! and hidden ones. These do not become messages. What is worth reading of them goes to the
//! thoughts of the reply that follows; their children follow the nearest message above.
//!
//! Names are made from the program's names by SHA-256, a message's with its time in front, as
//! our own have it: the same node gets the same name each time, and newer ones sort behind older
//! ones.

use super::ForeignError;
use crate::chat::export::Imported;
use crate::chat::{
    Attachment, Conversation, ConversationId, Message, MessageId, MessageState, Role, Settings,
    Unsent,
};
use jiff::Timestamp;
use sha2::{Digest, Sha256};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use uuid::Builder;

/// A conversation as another program keeps it.
pub(super) struct Foreign {
    /// The program; part of every name.
    pub program: &'static str,
    /// Its name there.
    pub id: String,
    pub title: Option<String>,
    pub created_at: Option<Timestamp>,
    pub nodes: Vec<Node>,
    /// The node at which the path that is seen ends.
    pub head: Option<String>,
}

/// A place in its tree.
#[derive(Default)]
pub(super) struct Node {
    /// Its name, unique in the conversation.
    pub id: String,
    pub parent: Option<String>,
    pub at: Option<Timestamp>,
    /// Who speaks; `None` for other nodes, such as a tool's answer.
    pub role: Option<Role>,
    /// What is said. A system message that is empty changes nothing.
    pub text: String,
    /// What the model thought or did before it speaks, here or further down.
    pub steps: String,
    pub attachments: Vec<Arc<Attachment>>,
    /// Whether a reply was cut off.
    pub is_cut: bool,
}

/// What is handed down from node to node.
#[derive(Clone)]
struct Above {
    parent: Option<MessageId>,
    at: Timestamp,
    /// The time in the last message's name, in milliseconds: a child's is later.
    millis: u64,
    system: Arc<str>,
    steps: String,
    attachments: Vec<Arc<Attachment>>,
}

impl Foreign {
    /// The conversation for `space`, or `None` where nothing was said in it.
    pub(super) fn into_ours(self, space: &str) -> Result<Option<Imported>, ForeignError> {
        let mut walk = Walk::over(&self)?;
        let mut waiting: Vec<(usize, Above)> = Vec::new();
        let created_at = self.created_at.or_else(|| self.first_time());
        let top = Above {
            parent: None,
            at: created_at.unwrap_or(Timestamp::UNIX_EPOCH),
            millis: 0,
            system: Arc::from(""),
            steps: String::new(),
            attachments: Vec::new(),
        };
        walk.below(None, top, &mut waiting);
        while let Some((at, mut above)) = waiting.pop() {
            let node = &self.nodes[at];
            walk.take(node, &mut above);
            walk.below(Some(&node.id), above, &mut waiting);
        }
        self.require_all_seen(&walk)?;
        if walk.messages.is_empty() {
            return Ok(None);
        }
        // Their names are made so that newer ones sort behind older ones.
        walk.messages.sort_unstable_by_key(|message| message.id);
        let newest = walk.messages.last().map(|message| message.id);
        let named = self.head.as_deref().and_then(|head| walk.landed.get(head));
        let head = named.copied().flatten().or(newest);
        let mut conversation = Conversation::new(space, "", "").with_messages(walk.messages, head);
        conversation.id = self.name();
        conversation.title = self.title.filter(|title| !title.trim().is_empty());
        conversation.created_at = created_at.unwrap_or(Timestamp::UNIX_EPOCH);
        let in_force = |message: &Arc<Message>| message.system.clone();
        let system = conversation.path().rev().find_map(in_force);
        conversation.system = system.unwrap_or_else(|| Arc::from(""));
        Ok(Some(Imported {
            conversation,
            unsent: Unsent::default(),
            settings: Settings::new(),
        }))
    }

    fn first_time(&self) -> Option<Timestamp> {
        self.nodes.iter().filter_map(|node| node.at).min()
    }

    /// The conversation's name here.
    fn name(&self) -> ConversationId {
        let hash = digest([self.program, &self.id, ""]);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        ConversationId(Builder::from_custom_bytes(bytes).into_uuid())
    }

    /// What a user knows it by.
    fn called(&self) -> String {
        self.title.clone().unwrap_or_else(|| self.id.clone())
    }

    /// What the walk down from the beginnings did not come to leads to no beginning.
    fn require_all_seen(&self, walk: &Walk<'_>) -> Result<(), ForeignError> {
        let lost = self.nodes.iter();
        match lost
            .into_iter()
            .find(|node| !walk.landed.contains_key(&*node.id))
        {
            Some(node) => Err(ForeignError::Circle {
                conversation: self.called(),
                message: node.id.clone(),
            }),
            None => Ok(()),
        }
    }
}

/// A walk over the tree from its beginnings down, without recursion: it may be deep.
struct Walk<'a> {
    foreign: &'a Foreign,
    children: HashMap<Option<&'a str>, Vec<usize>>,
    messages: Vec<Message>,
    /// For each node that was come to the last message at or above it.
    landed: HashMap<&'a str, Option<MessageId>>,
}

impl<'a> Walk<'a> {
    fn over(foreign: &'a Foreign) -> Result<Self, ForeignError> {
        let nodes = foreign.nodes.iter();
        let known: HashSet<&str> = nodes.map(|node| &*node.id).collect();
        let mut children: HashMap<Option<&str>, Vec<usize>> = HashMap::new();
        for (at, node) in foreign.nodes.iter().enumerate() {
            let parent = node.parent.as_deref();
            if let Some(parent) = parent
                && !known.contains(parent)
            {
                return Err(ForeignError::MissingParent {
                    conversation: foreign.called(),
                    message: node.id.clone(),
                    parent: parent.to_owned(),
                });
            }
            children.entry(parent).or_default().push(at);
        }
        Ok(Self {
            foreign,
            children,
            messages: Vec::new(),
            landed: HashMap::new(),
        })
    }

    /// Hands `above` to what follows `node`. What nothing follows and was not said yet becomes a
    /// reply without a text, so that it is not lost.
    fn below(&mut self, node: Option<&'a str>, above: Above, waiting: &mut Vec<(usize, Above)>) {
        match self.children.remove(&node) {
            Some(mut children) => {
                let last = children.pop();
                waiting.extend(children.into_iter().map(|child| (child, above.clone())));
                waiting.extend(last.map(|child| (child, above)));
            }
            None => {
                if let Some(node) = node {
                    self.say_what_waits(node, above);
                }
            }
        }
    }

    fn say_what_waits(&mut self, node: &'a str, mut above: Above) {
        if !above.steps.is_empty() || !above.attachments.is_empty() {
            let reply = Message::new(Role::Assistant, "");
            // A node that is a message itself has a name already; this one stands behind it.
            self.say(&format!("{node} and after"), reply, &mut above);
        }
        self.landed.insert(node, above.parent);
    }

    fn take(&mut self, node: &'a Node, above: &mut Above) {
        above.at = node.at.unwrap_or(above.at);
        let is_said = !node.text.trim().is_empty() || !node.attachments.is_empty();
        match node.role {
            Some(Role::System) => {
                if is_said {
                    above.system = Arc::from(&*node.text);
                }
            }
            Some(Role::User) if is_said => {
                if !above.steps.is_empty() || !above.attachments.is_empty() {
                    let reply = Message::new(Role::Assistant, "");
                    self.say(&format!("before {}", node.id), reply, above);
                }
                let mut message = Message::user(&*node.text);
                message.attachments.clone_from(&node.attachments);
                message.system = Some(Arc::clone(&above.system));
                self.say(&node.id, message, above);
            }
            _ => {
                add_step(&mut above.steps, &node.steps);
                above.attachments.extend(node.attachments.iter().cloned());
                if node.role == Some(Role::Assistant) && is_said {
                    let mut message = Message::new(Role::Assistant, &*node.text);
                    if node.is_cut {
                        message.state = MessageState::Stopped;
                    }
                    self.say(&node.id, message, above);
                }
            }
        }
        self.landed.insert(&node.id, above.parent);
    }

    /// Makes `message` a message behind what is above, under a name made from `name`.
    fn say(&mut self, name: &str, mut message: Message, above: &mut Above) {
        let own = u64::try_from(above.at.as_millisecond()).unwrap_or(0);
        above.millis = own.max(above.millis + 1);
        message.id = message_name(self.foreign, name, above.millis);
        message.parent = above.parent;
        message.created_at = above.at;
        message.revision = 0;
        if message.role == Role::Assistant {
            message.reasoning = std::mem::take(&mut above.steps);
            message.attachments = std::mem::take(&mut above.attachments);
        }
        above.parent = Some(message.id);
        self.messages.push(message);
    }
}

/// Adds a step behind others, set apart by an empty line.
pub(super) fn add_step(steps: &mut String, step: &str) {
    let step = step.trim_matches('\n');
    if step.trim().is_empty() {
        return;
    }
    if !steps.is_empty() {
        steps.push_str("\n\n");
    }
    steps.push_str(step);
}

fn message_name(foreign: &Foreign, node: &str, millis: u64) -> MessageId {
    let hash = digest([foreign.program, &foreign.id, node]);
    let mut bytes = [0; 10];
    bytes.copy_from_slice(&hash[..10]);
    MessageId(Builder::from_unix_timestamp_millis(millis, &bytes).into_uuid())
}

fn digest(parts: [&str; 3]) -> [u8; 32] {
    let mut hasher = Sha256::new();
    for part in parts {
        // With its length before it no two lists of parts are one text.
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().into()
}
