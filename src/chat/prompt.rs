//! Formats prompts: a conversation as one prompt, for a session that does not know it, and attached texts with their
//! paths.
//!
//! The same message gives the same bytes in every turn, so that a server's prompt cache holds.

use super::attachment::Attachment;
use super::message::{Message, Role};
use serde::Deserialize;
use std::borrow::Borrow;

/// The message that asks a model to go on with a reply which ended too early. A source that can go on by itself leaves it out.
pub const GO_ON: &str = "Go on exactly where your last reply ended, without repeating anything.";

/// How the text of an attached file stands in a prompt. A paste stands as it is in each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FileForm {
    /// Behind its path, between fences of backticks that are longer than any in it.
    #[default]
    Fence,
    /// In an element `<file path="…">`.
    Xml,
    /// The bare text, as a paste.
    None,
}

impl FileForm {
    /// An attached text as it stands in a prompt.
    pub fn text(self, attachment: &Attachment) -> String {
        let (path, text) = (&attachment.name, &*attachment.text);
        if attachment.is_paste() {
            return text.to_owned();
        }
        match self {
            Self::None => text.to_owned(),
            Self::Fence => {
                let path = path.replace(char::is_control, " ");
                format!("{path}\n{}", fenced(text, extension(&path)))
            }
            Self::Xml => {
                let path = path
                    .replace(char::is_control, " ")
                    .replace('&', "&amp;")
                    .replace('<', "&lt;")
                    .replace('"', "&quot;");
                let end = if text.ends_with('\n') { "" } else { "\n" };
                format!("<file path=\"{path}\">\n{text}{end}</file>")
            }
        }
    }
}

/// What stands behind the last dot of a path, where that can name a language.
fn extension(path: &str) -> &str {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    match name.rsplit_once('.') {
        Some((_, extension)) if extension.chars().all(|c| c.is_ascii_alphanumeric()) => extension,
        _ => "",
    }
}

/// `text` as a block of code in this language, between fences that are longer than every run of backticks in
/// it, so that nothing in it ends it.
pub fn fenced(text: &str, language: &str) -> String {
    let (mut longest, mut run) = (0, 0);
    for c in text.chars() {
        run = if c == '`' { run + 1 } else { 0 };
        longest = longest.max(run);
    }
    let fence = "`".repeat((longest + 1).max(3));
    let end = if text.ends_with('\n') { "" } else { "\n" };
    format!("{fence}{language}\n{text}{end}{fence}")
}

/// What a model is given of one message: the attached texts in their order, then its own, separated by blank
/// lines. A message without attachments is passed on exactly as it is.
pub fn prompt_text(form: FileForm, message: &Message) -> String {
    let attached = message
        .attachments
        .iter()
        .filter(|attachment| attachment.file.is_none() && !attachment.text.is_empty());
    let mut parts: Vec<String> = attached.map(|attachment| form.text(attachment)).collect();
    if !message.text.is_empty() || message.attachments.is_empty() {
        parts.push(message.text.clone());
    }
    let mut text = parts.join("\n\n");
    text.push_str(&message.hidden_tail);
    text
}

/// Formats messages as one prompt: a single message is its text as it is; several are a line
/// `Role: text` each, then `Assistant:`. An empty system message counts as none.
pub fn format_prompt<M: Borrow<Message>>(form: FileForm, system: &str, messages: &[M]) -> String {
    let messages = messages.iter().map(Borrow::borrow);
    let mut parts: Vec<(Role, String)> = Vec::new();
    if !system.is_empty() {
        parts.push((Role::System, system.to_owned()));
    }
    parts.extend(messages.map(|message| (message.role, prompt_text(form, message))));
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
    use std::sync::Arc;

    const FORM: FileForm = FileForm::Fence;

    fn with(attachments: &[(&str, &str)], text: &str) -> Message {
        let mut message = Message::user(text);
        message.attachments = attachments
            .iter()
            .map(|(name, text)| Arc::new(Attachment::new(*name, *text)))
            .collect();
        message
    }

    #[test]
    fn a_single_message_is_sent_as_it_is() {
        let text = "  two\nlines, kept \n";
        assert_eq!(format_prompt(FORM, "", &[Message::user(text)]), text);
    }

    #[test]
    fn several_messages_are_a_line_each_and_the_turn_of_the_assistant() {
        let past = [
            Message::user("hi"),
            Message::new(Role::Assistant, "hello"),
            Message::user("go on"),
        ];
        assert_eq!(
            format_prompt(FORM, "be brief", &past),
            "System: be brief\nUser: hi\nAssistant: hello\nUser: go on\nAssistant:"
        );
    }

    #[test]
    fn a_paste_stands_as_it_is_before_the_text_and_a_hidden_tail_behind_it() {
        let message = with(&[("pasted #1", "a book")], "What is it?");
        for form in [FileForm::Fence, FileForm::Xml, FileForm::None] {
            assert_eq!(
                format_prompt(form, "", &[&message]),
                "a book\n\nWhat is it?"
            );
        }
        let mut reply = Message::new(Role::Assistant, "yes");
        reply.hidden_tail = "\n<summary>x".to_owned();
        assert_eq!(prompt_text(FORM, &reply), "yes\n<summary>x");
    }

    #[test]
    fn each_file_stands_behind_its_path_in_its_order_and_before_the_question() {
        let message = with(
            &[("src/main.rs", "fn main() {}\n"), ("README", "read me")],
            "what is this",
        );
        assert_eq!(
            prompt_text(FORM, &message),
            "src/main.rs\n```rs\nfn main() {}\n```\n\nREADME\n```\nread me\n```\n\nwhat is this"
        );
        assert_eq!(
            prompt_text(FileForm::Xml, &message),
            "<file path=\"src/main.rs\">\nfn main() {}\n</file>\n\n<file path=\"README\">\nread me\n</file>\n\nwhat is this"
        );
        assert_eq!(
            prompt_text(FileForm::None, &message),
            "fn main() {}\n\n\nread me\n\nwhat is this"
        );
    }

    #[test]
    fn nothing_in_a_file_or_its_name_ends_what_it_stands_in() {
        let message = with(&[("a\nb.md", "````\ncode\n````\n")], "");
        assert_eq!(
            prompt_text(FORM, &message),
            "a b.md\n`````md\n````\ncode\n````\n`````"
        );
        let message = with(&[("a\"<&.txt", "x")], "");
        assert_eq!(
            prompt_text(FileForm::Xml, &message),
            "<file path=\"a&quot;&lt;&amp;.txt\">\nx\n</file>"
        );
    }
}
