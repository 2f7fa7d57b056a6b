//! A conversation as one prompt, for a model whose session does not know it.

use super::message::{Message, Role};
use std::borrow::Borrow;

/// Formats messages as one prompt: a single message is its text as it is; several are a line
/// `Role: text` each, then `Assistant:`. An empty system message counts as none.
pub fn format_prompt<M: Borrow<Message>>(system: &str, messages: &[M]) -> String {
    let messages = messages.iter().map(Borrow::borrow);
    let mut parts: Vec<(Role, String)> = Vec::new();
    if !system.is_empty() {
        parts.push((Role::System, system.to_owned()));
    }
    parts.extend(messages.map(|message| (message.role, message.prompt_text())));
    if let [(_, text)] = parts.as_mut_slice() {
        return std::mem::take(text);
    }
    let length: usize = parts.iter().map(|(_, text)| text.len() + 12).sum();
    let mut prompt = String::with_capacity(length + 10);
    for (role, text) in parts {
        prompt.push_str(role.label());
        prompt.push_str(": ");
        prompt.push_str(&text);
        prompt.push('\n');
    }
    prompt.push_str("Assistant:");
    prompt
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Attachment;
    use std::sync::Arc;

    #[test]
    fn a_single_message_is_sent_as_it_is() {
        let text = "  two\nlines, kept \n";
        assert_eq!(format_prompt("", &[Message::user(text)]), text);
    }

    #[test]
    fn several_messages_are_a_line_each_and_the_turn_of_the_assistant() {
        let past = [
            Message::user("hi"),
            Message::new(Role::Assistant, "hello"),
            Message::user("go on"),
        ];
        assert_eq!(
            format_prompt("be brief", &past),
            "System: be brief\nUser: hi\nAssistant: hello\nUser: go on\nAssistant:"
        );
    }

    #[test]
    fn attachments_stand_before_the_text_and_a_hidden_tail_behind_it() {
        let mut message = Message::user("What is it?");
        message
            .attachments
            .push(Arc::new(Attachment::new("pasted #1", "a book")));
        assert_eq!(format_prompt("", &[message]), "a book\n\nWhat is it?");
        let mut reply = Message::new(Role::Assistant, "yes");
        reply.hidden_tail = "\n<summary>x".to_owned();
        assert_eq!(reply.prompt_text(), "yes\n<summary>x");
    }

    #[test]
    fn the_length_that_is_told_is_never_below_the_real_one() {
        let mut message = Message::user("q");
        message
            .attachments
            .push(Arc::new(Attachment::new("a", "text")));
        assert!(message.prompt_len() >= message.prompt_text().len());
    }
}
