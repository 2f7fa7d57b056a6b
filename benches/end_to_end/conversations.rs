//! Conversations that were had: questions, and replies in Markdown.

use super::text;
use spacechat::chat::{Conversation, Message, Role};

/// The word that ends each conversation and is seen nowhere else.
pub const LAST_WORD: &str = "last-word-of-all";

/// A conversation of so many messages (an even number) and at least so many bytes, nearly all of them in the replies.
pub fn conversation(messages: usize, bytes: usize) -> Conversation {
    let mut conversation = Conversation::new("Qwen/Qwen2.5-1M-Demo", "", "");
    let turns = messages / 2;
    for turn in 1..=turns {
        conversation.append(Message::user(format!("Question {turn}: what comes next?")));
        let mut reply = text::of_size(bytes / turns);
        if turn == turns {
            reply.push_str("\n\n");
            reply.push_str(LAST_WORD);
        }
        conversation.append(Message::new(Role::Assistant, reply));
    }
    conversation
}
