//! `ChatGPT`'s export: `conversations.json`, a list of conversations, each a tree of nodes.
//!
//! What becomes of a node:
//! - what the user and the model said becomes messages, with the files' names as attachments
//!   (their contents are not in this file);
//! - custom instructions and system messages that the user wrote are the system message of what
//!   follows them;
//! - thoughts, calls of tools, code that was run and what it printed go to the thoughts of the
//!   reply behind them;
//! - marks of citations in replies become what their messages say of them, or go;
//! - hidden and empty nodes, the program's own instructions and the other answers of tools (search
//!   results, mostly) are left out.
//!
//! The model's name is left out too: a Space has models of its own.

use super::foreign::{Foreign, Node, add_step};
use super::{ForeignError, citations};
use crate::chat::export::Imported;
use crate::chat::prompt::fenced;
use crate::chat::{Attachment, Role};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// What the file is called in messages.
const WHAT: &str = "ChatGPT's export";

#[derive(Deserialize)]
struct Document {
    conversation_id: Option<String>,
    /// The same name, under which older exports have it.
    id: Option<String>,
    title: Option<String>,
    create_time: Option<f64>,
    current_node: Option<String>,
    mapping: HashMap<String, NodeDocument>,
}

#[derive(Deserialize)]
struct NodeDocument {
    parent: Option<String>,
    message: Option<MessageDocument>,
}

#[derive(Deserialize)]
struct MessageDocument {
    author: Author,
    create_time: Option<f64>,
    #[serde(default)]
    content: Value,
    status: Option<String>,
    /// `all` for the user; the name of a tool that is called.
    recipient: Option<String>,
    #[serde(default)]
    metadata: Value,
}

#[derive(Deserialize)]
struct Author {
    role: String,
}

/// The conversations of an export, for `space`; those in which nothing was said are left out.
pub fn conversations(json: &[u8], space: &str) -> Result<Vec<Imported>, ForeignError> {
    let documents: Vec<Document> =
        serde_json::from_slice(json).map_err(|error| ForeignError::Shape {
            what: WHAT,
            detail: error.to_string(),
        })?;
    let ours = documents.into_iter().map(|document| {
        let foreign = foreign(document);
        foreign.into_ours(space)
    });
    ours.filter_map(Result::transpose).collect()
}

fn foreign(document: Document) -> Foreign {
    // The oldest exports have no name; the first node's stays the same however it goes on.
    let first = || {
        let roots = document
            .mapping
            .iter()
            .filter(|(_, node)| node.parent.is_none());
        roots.map(|(id, _)| id.clone()).min().unwrap_or_default()
    };
    let id = document.conversation_id.or(document.id);
    Foreign {
        program: "chatgpt",
        id: id.unwrap_or_else(first),
        title: document.title,
        created_at: document.create_time.and_then(time),
        head: document.current_node,
        nodes: document
            .mapping
            .into_iter()
            .map(|(id, node)| Node {
                id,
                parent: node.parent,
                ..node.message.as_ref().map(said).unwrap_or_default()
            })
            .collect(),
    }
}

/// Seconds since 1970; `None` for what is no time.
fn time(seconds: f64) -> Option<Timestamp> {
    let duration = jiff::SignedDuration::try_from_secs_f64(seconds).ok()?;
    let time = Timestamp::from_duration(duration).ok()?;
    (time > Timestamp::UNIX_EPOCH).then_some(time)
}

/// What of a message is kept, without its place.
fn said(message: &MessageDocument) -> Node {
    let at = message.create_time.and_then(time);
    let nothing = Node {
        at,
        ..Node::default()
    };
    let content = &message.content;
    let kind = text_of(content, "content_type");
    if kind == "user_editable_context" {
        return Node {
            role: Some(Role::System),
            text: instructions(message),
            ..nothing
        };
    }
    if message.metadata["is_visually_hidden_from_conversation"] == Value::Bool(true) {
        return nothing;
    }
    let recipient = message.recipient.as_deref().unwrap_or("all");
    match (&*message.author.role, kind) {
        ("assistant", "thoughts") => Node {
            steps: thoughts(content),
            ..nothing
        },
        ("assistant", "reasoning_recap") => nothing,
        ("assistant", _) if recipient != "all" => Node {
            steps: called(recipient, &plain(content)),
            ..nothing
        },
        ("assistant", _) => Node {
            role: Some(Role::Assistant),
            text: citations::resolved(&reply_text(content), &message.metadata),
            attachments: attachments(message),
            is_cut: is_cut(message),
            ..nothing
        },
        ("user", _) => Node {
            role: Some(Role::User),
            text: plain(content),
            attachments: attachments(message),
            ..nothing
        },
        ("system", _) => Node {
            role: Some(Role::System),
            text: plain(content),
            ..nothing
        },
        (_, "execution_output" | "system_error") => Node {
            steps: called("output", &plain(content)),
            ..nothing
        },
        // A picture that a tool made belongs to the reply behind it.
        (_, "multimodal_text") => Node {
            attachments: attachments(message),
            ..nothing
        },
        _ => nothing,
    }
}

/// What the user wrote about themselves and about the replies they want.
fn instructions(message: &MessageDocument) -> String {
    let written = &message.metadata["user_context_message_data"];
    let mut text = String::new();
    for (own, around) in [
        ("about_user_message", "user_profile"),
        ("about_model_message", "user_instructions"),
    ] {
        let own = text_of(written, own);
        let around = text_of(&message.content, around);
        add_step(&mut text, if own.is_empty() { around } else { own });
    }
    text
}

fn thoughts(content: &Value) -> String {
    let mut steps = String::new();
    for thought in content["thoughts"].as_array().into_iter().flatten() {
        add_step(&mut steps, text_of(thought, "summary"));
        add_step(&mut steps, text_of(thought, "content"));
    }
    steps
}

/// What was given to a tool, or came from it, below its name.
fn called(name: &str, text: &str) -> String {
    if text.trim().is_empty() {
        return String::new();
    }
    format!("{name}:\n\n{}", fenced(text, ""))
}

/// A reply's text; code that is a whole reply is set as code.
fn reply_text(content: &Value) -> String {
    let text = plain(content);
    if text_of(content, "content_type") == "code" && !text.trim().is_empty() {
        fenced(&text, "")
    } else {
        text
    }
}

/// The text of a content of whatever kind: of its parts, or its one text.
fn plain(content: &Value) -> String {
    let Some(parts) = content["parts"].as_array() else {
        let texts = ["text", "result"].map(|key| text_of(content, key));
        return texts
            .into_iter()
            .find(|text| !text.is_empty())
            .unwrap_or_default()
            .to_owned();
    };
    let texts = parts.iter().filter_map(|part| match part {
        Value::String(text) => Some(text.as_str()),
        // What was spoken, written down.
        part => part["text"].as_str(),
    });
    let texts: Vec<&str> = texts.filter(|text| !text.is_empty()).collect();
    texts.join("\n\n")
}

/// The files of a message by their names; pictures without one by the name that they are stored
/// under.
fn attachments(message: &MessageDocument) -> Vec<Arc<Attachment>> {
    let files = message.metadata["attachments"]
        .as_array()
        .into_iter()
        .flatten();
    let mut names: Vec<&str> = files.map(|file| text_of(file, "name")).collect();
    names.retain(|name| !name.is_empty());
    if names.is_empty() {
        let parts = message.content["parts"].as_array().into_iter().flatten();
        let pointers = parts.filter_map(|part| part["asset_pointer"].as_str());
        names.extend(pointers.filter_map(|pointer| pointer.rsplit('/').next()));
    }
    let attachments = names.into_iter().map(|name| Attachment::new(name, ""));
    attachments.map(Arc::new).collect()
}

fn is_cut(message: &MessageDocument) -> bool {
    let status = message.status.as_deref();
    matches!(status, Some("in_progress" | "finished_partial_completion"))
        || message.metadata["finish_details"]["type"] == "interrupted"
}

fn text_of<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_default()
}
