//! Reads a reply from a Space's value: text, thoughts and files, in every form that Gradio's chats
//! use.
//!
//! A reply is a text, a message object, a list of messages, parts of content (Gradio 6) or a file;
//! a chatbot's value is a list of pairs or of messages, of which those since the user's last one
//! are read. Thoughts are messages with a title, text between thinking tags, and the status
//! bubbles of some pages; they are kept apart from the text and never lost. Files are listed with
//! their links and never fetched.

use super::bubbles::{Spoken, is_thinking};
use super::thoughts;
use serde_json::Value;

/// How values are read.
#[derive(Clone, Copy)]
pub struct Reader<'a> {
    /// Where a file of a reply can be had; `None` for what lies at no web address.
    pub link: &'a (dyn Fn(&Value) -> Option<String> + Sync),
    /// Whether the value is final: an end that may become a tag is then part of the text.
    pub ended: bool,
}

/// The parts read so far.
#[derive(Default)]
struct Heap {
    texts: Vec<String>,
    thoughts: Vec<String>,
    files: Vec<(String, String)>,
}

impl Reader<'_> {
    /// Reads the value of a function that replies.
    pub fn reply(self, value: &Value) -> Spoken {
        let mut heap = Heap::default();
        match value.as_array() {
            Some(items) if is_conversation(items) => self.conversation(items, &mut heap),
            _ => self.content(value, &mut heap),
        }
        self.spoken(heap)
    }

    /// Reads the messages or pairs that a chatbot holds, those since the user's last one.
    pub fn chatbot(self, items: &[Value]) -> Spoken {
        let mut heap = Heap::default();
        self.conversation(items, &mut heap);
        self.spoken(heap)
    }

    /// Messages, or pairs, since the user's last one.
    fn conversation(self, items: &[Value], heap: &mut Heap) {
        let is_users = |item: &Value| match item {
            Value::Array(pair) => pair.first().is_some_and(|user| !user.is_null()),
            item => item.get("role").and_then(Value::as_str) == Some("user"),
        };
        let newest = items.iter().rposition(is_users).unwrap_or(0);
        for item in &items[newest..] {
            match item {
                Value::Array(pair) => self.content(pair.get(1).unwrap_or(&Value::Null), heap),
                item => self.content(item, heap),
            }
        }
    }

    /// Anything that can stand where a text can.
    fn content(self, value: &Value, heap: &mut Heap) {
        match value {
            Value::Null => {}
            Value::String(text) => heap.text(text),
            Value::Array(items) => items.iter().for_each(|item| self.content(item, heap)),
            Value::Object(_) => self.object(value, heap),
            other => heap.text(&other.to_string()),
        }
    }

    fn object(self, value: &Value, heap: &mut Heap) {
        let role = value.get("role").and_then(Value::as_str);
        if matches!(role, Some("user" | "system")) {
            return;
        }
        if let Some(file) = self.file(value) {
            return heap.files.push(file);
        }
        let Some(content) = value.get("content") else {
            return self.part(value, heap);
        };
        let title = value.pointer("/metadata/title").and_then(Value::as_str);
        let Some(title) = title.filter(|title| !title.is_empty()) else {
            return self.content(content, heap);
        };
        let mut thought = Heap::default();
        self.content(content, &mut thought);
        let mut lines = vec![title.to_owned()];
        lines.extend(thought.thoughts);
        lines.extend(thought.texts);
        heap.thoughts.push(lines.join("\n"));
        heap.files.extend(thought.files);
    }

    /// A part of content: `{"type": "text"}`, a file with its description, a component.
    fn part(self, value: &Value, heap: &mut Heap) {
        if let Some(text) = value.get("text").and_then(Value::as_str) {
            heap.text(text);
        }
        for key in ["file", "files", "value", "image", "video", "audio"] {
            match value.get(key) {
                Some(Value::String(text)) if key == "value" => heap.text(text),
                Some(inner @ (Value::Object(_) | Value::Array(_))) => self.content(inner, heap),
                _ => {}
            }
        }
    }

    /// A file's name and link. Gradio marks it with a path, and mostly with a whole address.
    fn file(self, value: &Value) -> Option<(String, String)> {
        let path = value.get("path").and_then(Value::as_str)?;
        let name = value.get("orig_name").and_then(Value::as_str);
        let name = name.or_else(|| path.rsplit(['/', '\\']).next())?;
        Some((name.to_owned(), (self.link)(value)?))
    }

    fn spoken(self, heap: Heap) -> Spoken {
        let mut thinking = heap.thoughts;
        let mut texts = Vec::new();
        for text in heap.texts {
            if is_thinking(&text) {
                thinking.push(text);
                continue;
            }
            let (thought, rest) = thoughts::split(&text, self.ended);
            thinking.extend(thought);
            if !rest.is_empty() {
                texts.push(rest);
            }
        }
        let mut text = texts.join("\n\n");
        if !heap.files.is_empty() {
            let links = heap.files.iter().map(|(name, link)| as_link(name, link));
            let links = links.collect::<Vec<_>>().join("\n");
            if !text.is_empty() {
                text.push_str("\n\n");
            }
            text.push_str(&links);
        }
        Spoken {
            text,
            thinking: (!thinking.is_empty()).then(|| thinking.join("\n\n")),
        }
    }
}

impl Heap {
    fn text(&mut self, text: &str) {
        if !text.is_empty() {
            self.texts.push(text.to_owned());
        }
    }
}

/// Whether a list is a conversation rather than parts of one reply.
fn is_conversation(items: &[Value]) -> bool {
    let is_turn = |item: &Value| match item {
        Value::Array(pair) => pair.len() == 2,
        item => item.get("role").is_some(),
    };
    !items.is_empty() && items.iter().all(is_turn)
}

/// A line of a markdown list; the signs of a link in the name or the address do not end it.
fn as_link(name: &str, link: &str) -> String {
    let name = name
        .replace('\\', "\\\\")
        .replace('[', "\\[")
        .replace(']', "\\]");
    let link = link
        .replace(' ', "%20")
        .replace('(', "%28")
        .replace(')', "%29");
    format!("- [{name}]({link})")
}

#[cfg(test)]
mod tests;
