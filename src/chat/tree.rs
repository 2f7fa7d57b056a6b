//! The tree of a conversation's messages, as rows from top to bottom: each message behind the one it
//! follows, versions of one place beside each other. How a row is drawn is not here.

use super::conversation::Conversation;
use super::message::Message;
use std::sync::Arc;

/// A message at its place in the tree.
#[derive(Debug, Clone, Copy)]
pub struct Node<'a> {
    /// The message.
    pub message: &'a Arc<Message>,
    /// How many branches that go on further down it stands in.
    pub depth: usize,
    /// How it is tied to what it follows.
    pub joint: Joint,
    /// Which of how many versions it is, from 1.
    pub version: (usize, usize),
    /// Whether it is seen.
    pub is_on_path: bool,
}

/// How a message is tied to the one it follows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Joint {
    /// It alone follows it, and stands in the row below.
    Straight,
    /// Others follow it too, further down.
    Fork,
    /// It is the last of several.
    Last,
}

/// A message that waits for its row.
struct Waiting<'a> {
    node: Node<'a>,
    /// How many messages stand before it.
    level: usize,
}

/// Every message at its place. What follows the last version of several stands no deeper than the
/// versions do, so that a conversation in which every reply was retried stays narrow.
pub fn tree(conversation: &Conversation) -> Vec<Node<'_>> {
    let mut rows = Vec::with_capacity(conversation.messages().len());
    let mut waiting = Vec::new();
    push(&roots(conversation), (0, 0), conversation, &mut waiting);
    // A stack of its own: a conversation may be deeper than that of the thread.
    while let Some(Waiting { node, level }) = waiting.pop() {
        rows.push(node);
        let depth = node.depth + usize::from(node.joint == Joint::Fork);
        let next: Vec<_> = conversation.children(Some(node.message.id)).collect();
        push(&next, (depth, level + 1), conversation, &mut waiting);
    }
    rows
}

/// What the conversation begins with. So does a message whose predecessor is missing, as a damaged
/// file may hold one: it is to be reached, too.
fn roots(conversation: &Conversation) -> Vec<&Arc<Message>> {
    let is_root = |message: &&Arc<Message>| {
        let parent = message.parent;
        parent.is_none_or(|parent| conversation.message(parent).is_none())
    };
    conversation.messages().filter(is_root).collect()
}

/// Puts messages that follow the same one on the stack, the first on top.
fn push<'a>(
    siblings: &[&'a Arc<Message>],
    (depth, level): (usize, usize),
    conversation: &Conversation,
    waiting: &mut Vec<Waiting<'a>>,
) {
    // Versions are of one role; a prompt may stand beside replies where one was never delivered.
    let mut counts = [0; 3];
    let numbers: Vec<usize> = siblings
        .iter()
        .map(|message| {
            let count = &mut counts[message.role as usize];
            *count += 1;
            *count
        })
        .collect();
    let seen = conversation.path_ids().get(level);
    for (at, message) in siblings.iter().enumerate().rev() {
        let joint = match siblings.len() {
            1 => Joint::Straight,
            count if at + 1 == count => Joint::Last,
            _ => Joint::Fork,
        };
        let node = Node {
            message,
            depth,
            joint,
            version: (numbers[at], counts[message.role as usize]),
            is_on_path: seen == Some(&message.id),
        };
        waiting.push(Waiting { node, level });
    }
}
