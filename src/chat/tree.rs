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
    /// How far in it stands.
    pub indent: Indent,
    /// How it is tied to what it follows.
    pub joint: Joint,
    /// Which of how many versions it is, from 1.
    pub version: (usize, usize),
    /// Whether it is seen.
    pub is_on_path: bool,
}

/// How far in a message stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Indent {
    /// How many levels that is.
    pub depth: usize,
    /// Which of them have a line that goes on further down, the innermost in the lowest bit. Of those
    /// beyond 64, which no screen is wide enough for, this is not known.
    pub lines: u64,
}

impl Indent {
    /// One level further in, which has a line or has none.
    fn deeper(self, has_line: bool) -> Self {
        Self {
            depth: self.depth + 1,
            lines: self.lines << 1 | u64::from(has_line),
        }
    }
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
    /// Where what follows the last version stands.
    behind: Indent,
    /// How many messages stand before it.
    level: usize,
}

/// Every message at its place. What follows the last version of several stands no further in than the
/// versions do, so that a conversation in which every reply was retried stays narrow.
pub fn tree(conversation: &Conversation) -> Vec<Node<'_>> {
    let mut rows = Vec::with_capacity(conversation.messages().len());
    let mut waiting = Vec::new();
    let start = Indent::default();
    let roots = roots(conversation);
    push(&roots, (start, start, 0), conversation, &mut waiting);
    // A stack of its own: a conversation may be deeper than that of the thread.
    while let Some(Waiting {
        node,
        behind,
        level,
    }) = waiting.pop()
    {
        rows.push(node);
        let next: Vec<_> = conversation.children(Some(node.message.id)).collect();
        let (indent, behind) = match node.joint {
            Joint::Straight => (node.indent, node.indent),
            Joint::Fork => (node.indent.deeper(true), node.indent.deeper(true)),
            // Versions right behind the last of others are not to look like more of these.
            Joint::Last if next.len() > 1 => (node.indent.deeper(false), behind),
            Joint::Last => (behind, behind),
        };
        let place = (indent, behind, level + 1);
        push(&next, place, conversation, &mut waiting);
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
    (indent, behind, level): (Indent, Indent, usize),
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
            indent,
            joint,
            version: (numbers[at], counts[message.role as usize]),
            is_on_path: seen == Some(&message.id),
        };
        waiting.push(Waiting {
            node,
            behind,
            level,
        });
    }
}
