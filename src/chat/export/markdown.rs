//! A conversation as Markdown. Messages stand as they were written, for they mostly are Markdown.

use super::{Part, ending, label, one_line, parts, speaker, time};
use crate::chat::prompt::fenced;
use crate::chat::{Conversation, Message};
use std::fmt::Write as _;

/// The path of `conversation` that is seen as a Markdown document.
pub fn markdown(conversation: &Conversation) -> String {
    let mut out = format!("# {}\n", one_line(&conversation.shown_title()));
    let mut about = one_line(&conversation.space);
    if !conversation.model.is_empty() {
        let _ = write!(about, " · {}", one_line(&conversation.model));
    }
    let _ = write!(out, "\n{about} · {:.0}\n", conversation.created_at);
    for part in parts(conversation) {
        match part {
            Part::System("") => out.push_str("\n*No system message from here on.*\n"),
            Part::System(text) => {
                out.push_str("\n## System\n");
                block(&mut out, text);
            }
            Part::Message(message) => write_message(&mut out, message),
        }
    }
    out
}

fn write_message(out: &mut String, message: &Message) {
    // Writing to a String cannot fail.
    let _ = writeln!(out, "\n## {} · {}", speaker(message.role), time(message));
    for attachment in &message.attachments {
        let _ = writeln!(out, "\n**{}**", label(attachment));
        if attachment.text.is_empty() {
            continue;
        }
        let _ = writeln!(out, "\n{}", fenced(&attachment.text, ""));
    }
    if let Some(thoughts) = message.thoughts() {
        out.push_str("\n> **Thoughts**\n>\n");
        for line in thoughts.lines() {
            let _ = writeln!(out, "> {line}");
        }
    }
    block(out, &message.text);
    if let Some(ending) = ending(message) {
        let _ = write!(out, "\n*{}*\n", one_line(&ending));
    }
}

/// A text set apart by an empty line.
fn block(out: &mut String, text: &str) {
    if !text.is_empty() {
        out.push('\n');
        out.push_str(text);
        end_line(out);
    }
}

fn end_line(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}
