//! Sums over the messages of a path: tokens for the header, bytes for the scrollbar. Only what is
//! new is counted.

use crate::chat::tokens::Tally;
use crate::chat::{Conversation, ConversationId, Message, MessageId};

/// The sums of the conversation that was drawn last.
#[derive(Debug, Default)]
pub struct Sums {
    of: Option<(ConversationId, u64)>,
    /// The path, with what is known of each message.
    counted: Vec<Counted>,
    /// Where each message begins, in bytes.
    pub starts: Vec<usize>,
    /// Bytes of all messages.
    pub bytes: usize,
    /// Estimated tokens of all messages that are not left out of what is sent.
    pub tokens: usize,
}

#[derive(Debug)]
struct Counted {
    id: MessageId,
    is_left_out: bool,
    revision: u64,
    tally: Tally,
    /// The sums before it.
    tokens: usize,
}

impl Sums {
    /// Brings the sums up to date. A message is counted again when it is another one than before,
    /// and those behind it then; one that has only grown is counted on.
    pub fn of(&mut self, conversation: &Conversation) -> &Self {
        let of = (conversation.id, conversation.reweighed());
        if self.of != Some(of) {
            *self = Self {
                of: Some(of),
                ..Self::default()
            };
        }
        let path = conversation.path_ids();
        let same = self.unchanged(conversation);
        if same == path.len() && same == self.counted.len() {
            return self;
        }
        let growing = self.counted.drain(same..).next();
        self.starts.truncate(same);
        self.sum_before(conversation);
        let mut growing = growing.filter(|last| path.get(same) == Some(&last.id));
        for id in path.iter().skip(same) {
            if let Some(message) = conversation.message(*id) {
                let is_left_out = conversation.is_left_out(message);
                self.count(message, is_left_out, growing.take());
            }
        }
        self
    }

    /// How many messages at the beginning of the path are as they were counted.
    fn unchanged(&self, conversation: &Conversation) -> usize {
        let path = conversation.path_ids();
        let is_same = |(counted, id): &(&Counted, &MessageId)| counted.id == **id;
        let mut same = self.counted.iter().zip(path).take_while(is_same).count();
        // Only the last message of a path ever changes, but for a moment after a resize of it.
        while let Some(last) = same.checked_sub(1) {
            let counted = &self.counted[last];
            let message = conversation.message(counted.id);
            if message.is_some_and(|message| message.revision == counted.revision) {
                break;
            }
            same = last;
        }
        same
    }

    fn sum_before(&mut self, conversation: &Conversation) {
        (self.bytes, self.tokens) = match (self.starts.last(), self.counted.last()) {
            (Some(start), Some(counted)) => {
                let message = conversation.message(counted.id);
                let own = message.map_or(0, |message| weight(message));
                let tokens = message.map_or(0, |message| counted.tokens_of(message));
                (start + own, counted.tokens + tokens)
            }
            _ => (0, 0),
        };
    }

    fn count(&mut self, message: &Message, is_left_out: bool, before: Option<Counted>) {
        // What came from the disk was counted where it was read.
        let known = before.map_or(message.tally, |before| before.tally);
        self.starts.push(self.bytes);
        let weighed = Counted {
            id: message.id,
            is_left_out,
            revision: message.revision,
            tally: known.of(&message.text, message.rewrites),
            tokens: self.tokens,
        };
        self.bytes += weight(message);
        self.tokens += weighed.tokens_of(message);
        self.counted.push(weighed);
    }
}

impl Counted {
    /// What the message weighs in what is sent.
    fn tokens_of(&self, message: &Message) -> usize {
        if self.is_left_out {
            return 0;
        }
        self.tally.tokens() + attached(message)
    }
}

/// How much of the scrollbar a message takes: its text, and some for its head.
fn weight(message: &Message) -> usize {
    message.text.len() + 80
}

fn attached(message: &Message) -> usize {
    let attachments = message.attachments.iter();
    attachments.map(|attachment| attachment.tokens).sum()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Role;

    #[test]
    fn what_was_counted_where_it_was_read_is_not_counted_again() {
        let mut conversation = Conversation::new("space", "", "");
        let id = conversation.append(Message::user("1111"));
        let mut conversation = conversation.counted();
        let counted = Sums::default().of(&conversation).tokens;
        // Another text of the same length, as nobody would ever change it.
        conversation.change(id, |message| message.text = "aaaa".to_owned());
        assert_eq!(Sums::default().of(&conversation).tokens, counted);
        // What comes behind it is counted on.
        conversation.change(id, |message| message.text.push_str("22"));
        assert_eq!(Sums::default().of(&conversation).tokens, counted + 2);
    }

    #[test]
    fn what_is_left_out_weighs_nothing_also_where_another_window_left_it_out() {
        let mut conversation = Conversation::new("space", "", "");
        let first = conversation.append(Message::user("some words to be counted"));
        conversation.append(Message::new(Role::Assistant, "yes"));
        let mut sums = Sums::default();
        let before = sums.of(&conversation).tokens;

        // As it is read from the disk after the other window has changed it.
        let head = conversation.head().map(|head| head.id);
        let messages = conversation.messages().map(|message| Message {
            left_out: message.id == first,
            ..(**message).clone()
        });
        let messages: Vec<Message> = messages.collect();
        let mut read = Conversation::new("space", "", "").with_messages(messages, head);
        read.id = conversation.id;
        assert_eq!(sums.of(&read).tokens, 0);
        read.leave_out(first, false);
        assert_eq!(sums.of(&read).tokens, before);
    }
}
