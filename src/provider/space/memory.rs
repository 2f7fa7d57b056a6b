//! Where a page keeps the conversation, and how a past is given to it.
//!
//! A component carries a conversation from turn to turn where a turn reads it before writing it. The chatbot can be
//! given any past; of what the server keeps, only State that the page itself makes from the chatbot. Where anything
//! else carries the conversation, the past goes in the prompt, which is right at every page.

use super::chat::{Memory, Rebuilt, Shape};
use crate::chat::{FileForm, Message, Role, format_prompt, prompt_text};
use crate::gradio::app::{App, Component, ComponentId, Dependency, FnIndex};
use crate::gradio::wiring::{self, Scope};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Where a turn of these functions, in order, keeps the conversation (see [`wiring::course`]).
pub(super) fn of(app: &App, chain: &[&Dependency], scope: &Scope) -> Memory {
    let chats = scope.watched();
    let mut carried = carried(app, chain);
    carried.retain(|id| scope.matters(*id));
    let states = || carried.iter().filter(|id| keeps(app, **id));
    let chatbot = chats.iter().find(|id| app.is(**id, Component::is_chatbot));
    let (Some(&chatbot), [_]) = (chatbot, chats) else {
        return if carried.is_empty() {
            Memory::Prompt
        } else {
            Memory::Session
        };
    };
    let makes = |state: ComponentId| {
        let mut functions = app.dependencies().iter();
        functions.find(|dependency| {
            dependency.backend_fn
                && dependency.inputs == [chatbot]
                && dependency.outputs.contains(&state)
                && !dependency.outputs.contains(&chatbot)
        })
    };
    let is_written = |state| chain.iter().any(|step| step.outputs.contains(&state));
    // A value that the page makes when it opens may be the server's key of the conversation.
    let is_own = |id: &ComponentId| {
        keeps(app, *id) && wiring::fired_at_load(app).any(|load| load.outputs.contains(id))
    };
    if carried.iter().any(is_own) {
        return Memory::Session;
    }
    let is_read = carried.contains(&chatbot);
    let mut functions: Vec<FnIndex> = Vec::new();
    for &state in states() {
        match makes(state) {
            Some(function) if functions.contains(&function.id) => {}
            Some(function) => functions.push(function.id),
            // What no turn writes is a setting, where the chatbot is read beside it.
            None if is_read && !is_written(state) => {}
            None => return Memory::Session,
        }
    }
    if !is_read && functions.is_empty() {
        return if carried.is_empty() {
            Memory::Prompt
        } else {
            Memory::Session
        };
    }
    let shape = app
        .component(chatbot)
        .map_or(Shape::Messages, |chatbot| shape(app, chatbot));
    Memory::Chatbot(Rebuilt {
        chatbot,
        shape,
        functions,
    })
}

/// What can carry a conversation besides the chatbot: values of the server or the browser, and hidden components.
fn keeps(app: &App, id: ComponentId) -> bool {
    let is_kept = |component: &Component| {
        component.is_state() || component.kind == "browserstate" || component.kind == "json"
    };
    app.is(id, is_kept) || !app.is_visible(id) && !app.is(id, Component::is_chatbot)
}

/// The chatbots and the keeping components that these functions read before any of them has written them.
fn carried(app: &App, chain: &[&Dependency]) -> Vec<ComponentId> {
    let (mut carried, mut made): (Vec<ComponentId>, Vec<ComponentId>) = (Vec::new(), Vec::new());
    for step in chain {
        for &id in &step.inputs {
            let is_memory = keeps(app, id) || app.is(id, Component::is_chatbot);
            if is_memory && !made.contains(&id) && !carried.contains(&id) {
                carried.push(id);
            }
        }
        made.extend(&step.outputs);
    }
    carried
}

/// From what the chatbot shows at first, from its own word, or from the version.
fn shape(app: &App, chatbot: &Component) -> Shape {
    let is_newest = app.major().is_some_and(|major| major >= 6);
    let first = chatbot.value.get(0);
    let said = chatbot.props.get("type").and_then(Value::as_str);
    match (first, said) {
        (Some(Value::Array(_)), _) => Shape::Pairs,
        _ if is_newest => Shape::Parts,
        (Some(Value::Object(_)), _) | (_, Some("messages")) => Shape::Messages,
        _ => Shape::Pairs,
    }
}

/// What a page is given of a conversation.
pub(super) struct Past<'a> {
    /// The messages, the oldest first.
    pub messages: &'a [Arc<Message>],
    /// The files that went with a message, by its position, as the app names them.
    pub files: BTreeMap<usize, Vec<Value>>,
    /// How the texts of attached files stand in a prompt.
    pub form: FileForm,
    /// The system message, which stands before the first prompt; empty for none.
    pub system: &'a str,
}

/// One message of a past.
struct PastMessage {
    role: Role,
    files: Vec<Value>,
    text: String,
}

impl Past<'_> {
    /// What a chatbot shows after it: what it showed when the page opened, and the past in its own form.
    pub(super) fn shown(self, opening: &Value, shape: Shape) -> Value {
        let mut shown = opening.as_array().cloned().unwrap_or_default();
        let said = self.said();
        match shape {
            Shape::Pairs => shown.extend(pairs(said)),
            Shape::Messages => shown.extend(said.iter().flat_map(messages)),
            Shape::Parts => shown.extend(said.into_iter().map(parts)),
        }
        Value::Array(shown)
    }

    fn said(mut self) -> Vec<PastMessage> {
        let mut said: Vec<PastMessage> = Vec::new();
        for (at, message) in self.messages.iter().enumerate() {
            let text = if said.is_empty() && message.role == Role::User {
                format_prompt(self.form, self.system, &[Arc::clone(message)])
            } else {
                prompt_text(self.form, message)
            };
            said.push(PastMessage {
                role: message.role,
                files: self.files.remove(&at).unwrap_or_default(),
                text,
            });
        }
        said
    }
}

/// A file stands in a conversation by itself (Gradio 4 and 5).
fn file(file: &Value) -> Value {
    json!({"file": file, "alt_text": null})
}

fn messages(said: &PastMessage) -> Vec<Value> {
    let role = said.role.label().to_lowercase();
    let files = said.files.iter().map(file);
    files
        .chain([json!(said.text)])
        .map(|content| json!({"role": role, "content": content}))
        .collect()
}

fn parts(said: PastMessage) -> Value {
    let files = said.files.into_iter();
    let files = files.map(|file| json!({"type": "file", "file": file, "alt_text": null}));
    let text = json!({"type": "text", "text": said.text});
    let content: Vec<Value> = files.chain([text]).collect();
    json!({"role": said.role.label().to_lowercase(), "content": content})
}

fn pairs(said: Vec<PastMessage>) -> Vec<Value> {
    let mut pairs: Vec<[Value; 2]> = Vec::new();
    for PastMessage { role, files, text } in said {
        pairs.extend(files.iter().map(|sent| [file(sent), Value::Null]));
        match pairs.last_mut() {
            Some([_, reply]) if role == Role::Assistant && reply.is_null() => *reply = json!(text),
            _ if role == Role::Assistant => pairs.push([Value::Null, json!(text)]),
            _ => pairs.push([json!(text), Value::Null]),
        }
    }
    pairs.into_iter().map(|pair| json!(pair)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A page with a box (1), a chatbot (2), States (3 and 4) and these functions, one after the other unless an event is
    /// named: inputs, outputs, event.
    fn memory(functions: &Value) -> Memory {
        let components = ["textbox", "chatbot", "state", "state"];
        let components: Vec<Value> = (1..)
            .zip(components)
            .map(|(id, kind)| json!({"id": id, "type": kind, "props": {"type": "messages"}}))
            .collect();
        let functions = functions.as_array().unwrap();
        let dependencies: Vec<Value> = functions
            .iter()
            .enumerate()
            .map(|(at, row)| {
                let after = (at > 0 && row[2].is_null()).then(|| at - 1);
                json!({"inputs": row[0], "outputs": row[1], "targets": [row[2]], "trigger_after": after})
            })
            .collect();
        let app =
            App::read(&json!({"components": components, "dependencies": dependencies})).unwrap();
        let course = wiring::course(&app, &app.dependencies()[0]);
        of(&app, &course, &Scope::new(&app, 0, &[2], 1))
    }

    fn chatbot(functions: &[FnIndex]) -> Memory {
        Memory::Chatbot(Rebuilt {
            chatbot: 2,
            shape: Shape::Messages,
            functions: functions.to_vec(),
        })
    }

    #[test]
    fn the_chatbot_is_the_memory_where_only_it_or_what_is_made_from_it_carries_the_conversation() {
        for (what, functions, expected) in [
            (
                "a chatbot that is read",
                json!([[[1, 2], [2], null]]),
                chatbot(&[]),
            ),
            (
                "a State that is written before it is read",
                json!([[[1], [3], null], [[3, 2], [2], null]]),
                chatbot(&[]),
            ),
            (
                "a State that the page makes from the chatbot",
                json!([[[1, 3], [2], null], [[2], [3, 4], null]]),
                chatbot(&[1]),
            ),
            (
                "a State that no turn writes",
                json!([[[1, 2, 3], [2], null]]),
                chatbot(&[]),
            ),
            (
                "a State of its own",
                json!([[[1, 2, 3], [2, 3], null]]),
                Memory::Session,
            ),
            (
                "a State of its own that a change writes",
                json!([[[1, 2, 3], [2], null], [[2, 1], [3], [2, "change"]]]),
                Memory::Session,
            ),
            (
                "a State that nobody writes, and no chatbot",
                json!([[[1, 3], [2], null]]),
                Memory::Session,
            ),
            ("nothing", json!([[[1], [2], null]]), Memory::Prompt),
            (
                "a chatbot that is begun anew",
                json!([[[1], [2], null], [[2], [2], null]]),
                Memory::Prompt,
            ),
        ] {
            assert_eq!(memory(&functions), expected, "{what}");
        }
    }

    #[test]
    fn a_past_stands_behind_what_the_page_showed_when_it_opened() {
        let past = [Message::user("q"), Message::new(Role::Assistant, "a")].map(Arc::new);
        let greeting = json!([{"role": "assistant", "content": "Hello"}]);
        let file = json!({"path": "/f"});
        let given = |system: &'static str, files: Vec<Value>| Past {
            messages: &past,
            files: BTreeMap::from([(0, files)]),
            form: FileForm::default(),
            system,
        };
        let messages = given("be kind", Vec::new()).shown(&greeting, Shape::Messages);
        assert_eq!(messages[0], greeting[0]);
        assert!(messages[1]["content"].as_str().unwrap().contains("be kind"));
        assert_eq!(messages[2]["content"], "a");
        let messages = given("", vec![file.clone()]).shown(&json!([]), Shape::Messages);
        assert_eq!(messages[0]["content"]["file"], file);
        assert_eq!(messages[1]["content"], "q");
        let parts = given("", vec![file.clone()]).shown(&json!([]), Shape::Parts);
        assert_eq!(parts[0]["content"][0]["file"], file);
        assert_eq!(parts[0]["content"][1]["text"], "q");
        let greeting = json!([[null, "Hello"]]);
        let pairs = given("", vec![file.clone()]).shown(&greeting, Shape::Pairs);
        let file = json!({"file": file, "alt_text": null});
        assert_eq!(pairs, json!([[null, "Hello"], [file, null], ["q", "a"]]));
    }
}
