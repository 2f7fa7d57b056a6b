//! A conversation: messages in a tree, and the path through it that is seen.
//!
//! Editing a message or asking for another reply adds a sibling; nothing is overwritten. The view
//! is the path from the first message to the head. Plain data; nothing is saved or drawn here.

use super::message::{Message, MessageId, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::sync::Arc;
use uuid::Uuid;

/// Names a conversation; version 7, as [`MessageId`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct ConversationId(pub Uuid);

impl ConversationId {
    /// A new name.
    #[expect(
        clippy::new_without_default,
        reason = "a default would not be a constant"
    )]
    pub fn new() -> Self {
        Self(Uuid::now_v7())
    }
}

impl std::fmt::Display for ConversationId {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

/// A conversation and all its messages.
#[derive(Debug, Clone, PartialEq)]
pub struct Conversation {
    /// Its name.
    pub id: ConversationId,
    /// What the user calls it; `None` until it is named or has a first message.
    pub title: Option<String>,
    /// The system message in force for the next message.
    pub system: Arc<str>,
    /// The model asked for; empty for the Space's default.
    pub model: String,
    /// The Space it talks to.
    pub space: String,
    /// When it was begun.
    pub created_at: Timestamp,
    messages: HashMap<MessageId, Arc<Message>>,
    /// Their names in the order in which they were added. Names hold a time, but clocks are set
    /// back now and then: the order of names means nothing here.
    order: Vec<MessageId>,
    /// What follows each message, and what follows none.
    children: HashMap<Option<MessageId>, Vec<MessageId>>,
    /// From the first message to the head.
    path: Vec<MessageId>,
    reweighed: u64,
}

impl Conversation {
    /// A conversation without messages.
    pub fn new(
        space: impl Into<String>,
        model: impl Into<String>,
        system: impl Into<Arc<str>>,
    ) -> Self {
        Self {
            id: ConversationId::new(),
            title: None,
            system: system.into(),
            model: model.into(),
            space: space.into(),
            created_at: Timestamp::now(),
            messages: HashMap::new(),
            order: Vec::new(),
            children: HashMap::new(),
            path: Vec::new(),
            reweighed: 0,
        }
    }

    /// A conversation as it was saved: these fields, these messages, the oldest first, and the path
    /// to `head`.
    /// Without a head, or with one that is not among the messages, nothing is seen.
    #[must_use]
    pub fn with_messages(
        mut self,
        messages: impl IntoIterator<Item = Message>,
        head: Option<MessageId>,
    ) -> Self {
        for message in messages {
            self.insert(message);
        }
        self.set_head(head);
        self
    }

    /// The same with the tokens of all messages counted. Takes as long as reading their texts.
    #[must_use]
    pub fn counted(mut self) -> Self {
        for message in self.messages.values_mut() {
            Arc::make_mut(message).count();
        }
        self
    }

    fn insert(&mut self, message: Message) {
        let (id, parent) = (message.id, message.parent);
        // Data that was read again differs in this way from earlier data.
        self.reweighed += u64::from(message.left_out);
        if self.messages.insert(id, Arc::new(message)).is_none() {
            self.children.entry(parent).or_default().push(id);
            self.order.push(id);
        }
    }

    /// What follows a message, or begins the conversation, oldest first.
    pub(super) fn children(
        &self,
        parent: Option<MessageId>,
    ) -> impl Iterator<Item = &Arc<Message>> {
        let children = self.children.get(&parent);
        children.into_iter().flatten().map(|id| &self.messages[id])
    }

    /// Makes the path to `head` the one that is seen.
    pub fn set_head(&mut self, head: Option<MessageId>) {
        let mut path = Vec::new();
        let mut next = head;
        // A tree has no circle, but what was read from a file may: the bound ends the walk.
        while let Some(message) = next.and_then(|id| self.messages.get(&id))
            && path.len() <= self.messages.len()
        {
            path.push(message.id);
            next = message.parent;
        }
        path.reverse();
        self.path = path;
    }

    /// Every message, in the order in which they were added.
    pub fn messages(&self) -> impl ExactSizeIterator<Item = &Arc<Message>> {
        self.order.iter().map(|id| &self.messages[id])
    }

    /// The message and its siblings, oldest first: the versions of one place in the tree.
    pub fn versions(&self, id: MessageId) -> Vec<MessageId> {
        let Some(message) = self.messages.get(&id) else {
            return Vec::new();
        };
        let siblings = self
            .children(message.parent)
            .filter(|other| other.role == message.role);
        siblings.map(|other| other.id).collect()
    }

    /// The newest message at the end of the branch that begins at `id`.
    pub fn newest_below(&self, id: MessageId) -> MessageId {
        let mut end = id;
        // The bound ends the walk in a circle, as a damaged file may hold one.
        for _ in 0..self.messages.len() {
            match self.children(Some(end)).last() {
                Some(child) => end = child.id,
                None => break,
            }
        }
        end
    }

    /// The message with this name.
    pub fn message(&self, id: MessageId) -> Option<&Arc<Message>> {
        self.messages.get(&id)
    }

    /// The messages that are seen, first to last.
    pub fn path(&self) -> impl DoubleEndedIterator<Item = &Arc<Message>> + ExactSizeIterator {
        self.path.iter().map(|id| &self.messages[id])
    }

    /// The names of the messages that are seen, first to last.
    pub fn path_ids(&self) -> &[MessageId] {
        &self.path
    }

    /// The last message of the path.
    pub fn head(&self) -> Option<&Arc<Message>> {
        self.path.last().map(|id| &self.messages[id])
    }

    /// Whether there are messages beside the path: other versions, and what followed them.
    pub fn has_branches(&self) -> bool {
        self.messages.len() > self.path.len()
    }

    /// Whether nothing has been said.
    pub fn is_empty(&self) -> bool {
        self.messages.is_empty()
    }

    /// Adds a message behind the head and makes it the head.
    pub fn append(&mut self, mut message: Message) -> MessageId {
        message.parent = self.path.last().copied();
        let id = message.id;
        self.path.push(id);
        self.insert(message);
        id
    }

    /// Adds a message behind `parent` (in front of everything for `None`), beside what is there
    /// already, and makes it the head.
    pub fn append_after(&mut self, parent: Option<MessageId>, message: Message) -> MessageId {
        self.set_head(parent);
        self.append(message)
    }

    /// Changes a message in place and counts its revision up. Only what is being received or has
    /// just been sent is changed; a message that others follow stays as it is, but for
    /// [`Conversation::leave_out`].
    pub fn change(&mut self, id: MessageId, change: impl FnOnce(&mut Message)) {
        if let Some(message) = self.messages.get_mut(&id) {
            let message = Arc::make_mut(message);
            message.revision += 1;
            change(message);
        }
    }

    /// Leaves a message out of what is sent, or takes it in again.
    pub fn leave_out(&mut self, id: MessageId, left_out: bool) {
        self.reweighed += 1;
        self.change(id, |message| message.left_out = left_out);
    }

    /// Whether a message is left out of what is sent: by itself, or with the prompt that it
    /// replies to.
    pub fn is_left_out(&self, message: &Message) -> bool {
        let is_out = |prompt: &Arc<Message>| prompt.role == Role::User && prompt.left_out;
        let prompt = message.parent.filter(|_| message.role != Role::User);
        message.left_out || prompt.and_then(|id| self.message(id)).is_some_and(is_out)
    }

    /// Grows when a message that others follow is left out or taken in.
    pub fn reweighed(&self) -> u64 {
        self.reweighed
    }

    /// What it is called: its title, or how the first exchange begins. A prompt of a single word, or
    /// of files alone, says little: the reply's first words stand behind it.
    pub fn shown_title(&self) -> String {
        if let Some(title) = &self.title {
            return title.clone();
        }
        let mut path = self.path();
        let Some(first) = path.next() else {
            return "New conversation".to_owned();
        };
        let names = first.attachments.iter();
        let names = names.map(|attached| attached.name.as_str());
        let names = names.filter(|name| !first.text.contains(name));
        let mut words: Vec<&str> = first
            .text
            .split_whitespace()
            .take(12)
            .chain(names)
            .collect();
        let reply = path
            .next()
            .filter(|_| first.text.split_whitespace().nth(1).is_none());
        let reply = reply.and_then(|reply| {
            reply
                .text
                .lines()
                .map(unmarked)
                .find(|line| !line.is_empty())
        });
        if let Some(line) = reply {
            words.push("·");
            words.extend(line.split_whitespace().take(12));
        }
        let title: String = words.join(" ").chars().take(60).collect();
        if title.is_empty() {
            return "New conversation".to_owned();
        }
        title
    }
}

/// A line without the marks of a heading, a list, a quotation or emphasis at its ends.
fn unmarked(line: &str) -> &str {
    line.trim_matches(|c: char| c.is_whitespace() || "#*_>`-=|".contains(c))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_appended_behind_the_head() {
        let mut conversation = Conversation::new("space", "", "");
        let first = conversation.append(Message::user("one"));
        let second = conversation.append(Message::user("two"));
        assert_eq!(conversation.path_ids(), [first, second]);
        assert_eq!(
            conversation
                .message(second)
                .and_then(|message| message.parent),
            Some(first)
        );
    }

    #[test]
    fn a_change_counts_the_revision_and_leaves_what_was_handed_out() {
        let mut conversation = Conversation::new("space", "", "");
        let id = conversation.append(Message::user("one"));
        let before = Arc::clone(conversation.message(id).unwrap());
        conversation.change(id, |message| message.text.push_str(" and more"));
        assert_eq!(before.text, "one");
        let after = conversation.message(id).unwrap();
        assert_eq!((after.text.as_str(), after.revision), ("one and more", 1));
    }

    #[test]
    fn a_clock_that_was_set_back_changes_no_order() {
        // Names hold a time: those of later messages are made to sort before all others here.
        let early = |at: u128| MessageId(Uuid::from_u128(at));
        let message = |id, parent, text: &str| Message {
            id,
            parent,
            ..Message::new(Role::Assistant, text)
        };
        let first = Message::user("first");
        let root = first.id;
        let old = message(MessageId::new(), Some(root), "old");
        let new = message(early(2), Some(root), "new");
        let last = message(early(1), Some(new.id), "last");
        let ids = [root, old.id, new.id, last.id];
        let conversation =
            Conversation::new("space", "", "").with_messages([first, old, new, last], None);
        assert_eq!(conversation.newest_below(root), ids[3]);
        assert_eq!(conversation.versions(ids[1]), [ids[1], ids[2]]);
        let order: Vec<MessageId> = conversation.messages().map(|message| message.id).collect();
        assert_eq!(order, ids);
    }

    #[test]
    fn the_title_is_the_beginning_of_the_first_prompt_until_it_is_named() {
        let mut conversation = Conversation::new("space", "", "");
        assert_eq!(conversation.shown_title(), "New conversation");
        conversation.append(Message::user("  Explain\nthis   error "));
        assert_eq!(conversation.shown_title(), "Explain this error");
        conversation.append(Message::new(Role::Assistant, "Of course."));
        assert_eq!(conversation.shown_title(), "Explain this error");
        conversation.title = Some("Errors".to_owned());
        assert_eq!(conversation.shown_title(), "Errors");
    }

    #[test]
    fn the_title_of_a_prompt_that_says_little_goes_on_with_the_reply() {
        let mut conversation = Conversation::new("space", "", "");
        conversation.append(Message::user("Hi"));
        assert_eq!(conversation.shown_title(), "Hi");
        conversation.append(Message::new(
            Role::Assistant,
            "---\n## **A plan for Kyoto**\nFirst …",
        ));
        assert_eq!(conversation.shown_title(), "Hi · A plan for Kyoto");
    }
}
