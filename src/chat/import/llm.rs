//! The log of the command-line program `llm`, from its rows as they are in its database.
//!
//! Up to version 0.31 or so each answer is a row with its prompt ([`Response`]); later ones keep
//! messages that threads share, each named by a hash of all that is before it ([`Stored`]). A
//! conversation that was started in an old version and continued in a new one has both: the rows of
//! its beginning, and the messages again, with less in them. Then the rows count.
//!
//! Fragments become attachments, files too, with their contents where the log holds them; a file
//! that it names by its path is never read. In newer logs calls of tools and their answers go to the
//! thoughts of the reply behind them; older ones keep them apart, and they are left out.

use super::ForeignError;
use super::foreign::{Foreign, Node, add_step};
use crate::chat::export::Imported;
use crate::chat::prompt::fenced;
use crate::chat::{Attachment, Role};
use jiff::Timestamp;
use serde_json::Value;
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// All rows of a log that matter here.
#[derive(Debug, Default)]
pub struct Log {
    /// Conversations and threads by name, each with its title.
    pub titles: HashMap<String, Option<String>>,
    /// Older answers, in the order in which they were given.
    pub responses: Vec<Response>,
    /// For each thread the newer calls of a model in it, in the order in which they were made, and
    /// then where it ends.
    pub threads: HashMap<String, Vec<Turn>>,
    /// Newer messages by their hash.
    pub messages: HashMap<String, Stored>,
    /// Texts by their keys, each with where it is from.
    pub fragments: HashMap<i64, (Option<String>, String)>,
}

/// An answer with its prompt.
#[derive(Debug, Default)]
pub struct Response {
    /// Its name.
    pub id: String,
    /// Its conversation's name; its own where it belongs to none.
    pub conversation: String,
    /// When it was given, RFC 3339.
    pub at: Option<String>,
    /// The system message that was given with it; the one before stays in force without.
    pub system: String,
    /// What was asked.
    pub prompt: String,
    /// Fragments and files of the prompt.
    pub attachments: Vec<Arc<Attachment>>,
    /// What the model thought.
    pub reasoning: String,
    /// What it said.
    pub text: String,
}

/// A call of a model in a thread, or where a thread ends.
#[derive(Debug, Default)]
pub struct Turn {
    /// The last message before the model's own.
    pub parent: Option<String>,
    /// The last message.
    pub tip: Option<String>,
    /// When it was made, RFC 3339.
    pub at: Option<String>,
}

/// A message that threads share.
#[derive(Debug, Default)]
pub struct Stored {
    /// The message before it.
    pub parent: Option<String>,
    /// `system`, `user`, `assistant` or `tool`.
    pub role: String,
    /// Its parts, in order.
    pub parts: Vec<Part>,
}

/// A part of a message.
#[derive(Debug, Default)]
pub struct Part {
    /// `text`, `reasoning`, `tool_call`, `tool_result` or `attachment`.
    pub kind: String,
    /// Its text, where that is all.
    pub text: Option<String>,
    /// The rest, JSON.
    pub payload: Option<String>,
    /// Its files.
    pub attachments: Vec<Arc<Attachment>>,
}

/// The conversations of a log, for `space`.
pub fn conversations(mut log: Log, space: &str) -> Result<Vec<Imported>, ForeignError> {
    let responses = std::mem::take(&mut log.responses);
    let mut begun: HashMap<String, Vec<Response>> = HashMap::new();
    for response in responses {
        let conversation = response.conversation.clone();
        begun.entry(conversation).or_default().push(response);
    }
    let mut ids: Vec<String> = log.threads.keys().chain(begun.keys()).cloned().collect();
    ids.sort_unstable();
    ids.dedup();
    let ours = ids.into_iter().map(|id| {
        let responses = begun.remove(&id).unwrap_or_default();
        log.conversation(id, responses).into_ours(space)
    });
    ours.filter_map(Result::transpose).collect()
}

impl Log {
    fn conversation(&self, id: String, responses: Vec<Response>) -> Foreign {
        let mut nodes = Vec::new();
        let begun = responses.into_iter().fold(None, |parent, response| {
            Some(add_response(&mut nodes, parent, response))
        });
        let mut head = begun.clone();
        let turns = self.threads.get(&id).map_or(&[][..], Vec::as_slice);
        // What the first new call repeats of the old rows, and everything before that.
        let repeated = match (&begun, turns.first()) {
            (Some(_), Some(first)) => self.chain(self.before(first)),
            _ => Vec::new(),
        };
        let mut covered: HashSet<&str> = repeated.into_iter().collect();
        for turn in turns {
            let at = turn.at.as_deref().and_then(time);
            for hash in self.chain(turn.tip.as_deref()) {
                if !covered.insert(hash) {
                    break;
                }
                let stored = &self.messages[hash];
                nodes.push(Node {
                    id: hash.to_owned(),
                    parent: stored.parent.clone(),
                    at,
                    ..self.node(stored)
                });
            }
            head = turn.tip.clone().or(head);
        }
        if let Some(begun) = begun {
            join(&mut nodes, &begun);
        }
        Foreign {
            program: "llm",
            title: self.titles.get(&id).cloned().flatten(),
            created_at: nodes.iter().filter_map(|node| node.at).min(),
            id,
            nodes,
            head,
        }
    }

    /// From `tip` up to the beginning; ends before a message that came already.
    fn chain<'a>(&'a self, tip: Option<&'a str>) -> Vec<&'a str> {
        let mut seen = HashSet::new();
        let mut chain = Vec::new();
        let mut next = tip;
        while let Some(hash) = next
            && let Some(stored) = self.messages.get(hash)
            && seen.insert(hash)
        {
            chain.push(hash);
            next = stored.parent.as_deref();
        }
        chain
    }

    /// The last message that was there before a call: above what the user said for it.
    fn before<'a>(&'a self, turn: &'a Turn) -> Option<&'a str> {
        let chain = self.chain(turn.parent.as_deref());
        let mut said = chain.into_iter();
        said.find(|hash| self.messages[*hash].role == "assistant")
    }

    /// A message's content as a node without a place.
    fn node(&self, stored: &Stored) -> Node {
        let mut node = Node {
            role: match stored.role.as_str() {
                "system" => Some(Role::System),
                "user" => Some(Role::User),
                "assistant" => Some(Role::Assistant),
                _ => None,
            },
            ..Node::default()
        };
        for part in &stored.parts {
            let payload = part.payload.as_deref().unwrap_or_default();
            let payload: Value = serde_json::from_str(payload).unwrap_or_default();
            let name = payload["name"].as_str().unwrap_or("tool");
            match part.kind.as_str() {
                "text" => self.add_text(&mut node, part, &payload),
                "reasoning" => {
                    add_step(&mut node.steps, part.text.as_deref().unwrap_or_default());
                }
                "tool_call" => {
                    let given = payload["arguments"].to_string();
                    add_step(
                        &mut node.steps,
                        &format!("{name}:\n\n{}", fenced(&given, "")),
                    );
                }
                "tool_result" => {
                    let output = payload["output"].as_str().unwrap_or_default();
                    add_step(
                        &mut node.steps,
                        &format!("output:\n\n{}", fenced(output, "")),
                    );
                }
                _ => {}
            }
            node.attachments.extend(part.attachments.iter().cloned());
        }
        node
    }

    /// Adds a text to a message. Fragments that stand at its beginning become attachments of a
    /// user's message; others are part of the text, as the model saw it.
    fn add_text(&self, node: &mut Node, part: &Part, payload: &Value) {
        let mut text = part.text.clone().unwrap_or_default();
        for piece in payload["text_ref"].as_array().into_iter().flatten() {
            let fragment = piece["fragment"]
                .as_i64()
                .and_then(|key| self.fragments.get(&key));
            match fragment {
                Some((source, content)) if node.role == Some(Role::User) && text.is_empty() => {
                    node.attachments
                        .push(fragment_attachment(source.as_deref(), content));
                }
                Some((_, content)) => text.push_str(content),
                None => {
                    let literal = piece["literal"].as_str().unwrap_or_default();
                    let is_first = text.is_empty() && !node.attachments.is_empty();
                    // The line end between a fragment and what follows it.
                    let own = literal.strip_prefix('\n').filter(|_| is_first);
                    text.push_str(own.unwrap_or(literal));
                }
            }
        }
        add_step(&mut node.text, &text);
    }
}

/// Adds an answer with its prompt behind `parent`, and gives the name of the answer.
fn add_response(nodes: &mut Vec<Node>, parent: Option<String>, response: Response) -> String {
    let at = response.at.as_deref().and_then(time);
    let [system, prompt, answer] =
        ["system", "prompt", "response"].map(|part| format!("{} {part}", response.id));
    nodes.push(Node {
        id: system.clone(),
        parent,
        at,
        role: Some(Role::System),
        text: response.system,
        ..Node::default()
    });
    nodes.push(Node {
        id: prompt.clone(),
        parent: Some(system),
        at,
        role: Some(Role::User),
        text: response.prompt,
        attachments: response.attachments,
        ..Node::default()
    });
    nodes.push(Node {
        id: answer.clone(),
        parent: Some(prompt),
        at,
        role: Some(Role::Assistant),
        text: response.text,
        steps: response.reasoning,
        ..Node::default()
    });
    answer
}

/// Has the messages whose parents are not among `nodes` follow `begun`.
fn join(nodes: &mut [Node], begun: &str) {
    let known: HashSet<String> = nodes.iter().map(|node| node.id.clone()).collect();
    let mut later = nodes.iter_mut().skip_while(|node| node.id != begun).skip(1);
    for node in &mut later {
        if node
            .parent
            .as_ref()
            .is_none_or(|parent| !known.contains(parent))
        {
            node.parent = Some(begun.to_owned());
        }
    }
}

/// A fragment as an attachment, called after the file or page that it is from.
pub fn fragment_attachment(source: Option<&str>, content: &str) -> Arc<Attachment> {
    let name = source.and_then(|source| source.rsplit('/').find(|part| !part.is_empty()));
    Arc::new(Attachment::new(name.unwrap_or("fragment"), content))
}

fn time(text: &str) -> Option<Timestamp> {
    text.parse().ok()
}
