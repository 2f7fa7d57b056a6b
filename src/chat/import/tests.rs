//! Conversations of other programs, sound and damaged ones, and what is done with them when they
//! come again. The fixtures have the shape of real exports.

use super::{ForeignError, Origin, Plan, chatgpt, plan};
use crate::chat::export::{Imported, from_json, json};
use crate::chat::{
    Attachment, Change, Conversation, Message, MessageState, Role, SentFile, Settings, Unsent,
    import_changes,
};
use proptest::prelude::*;
use serde_json::{Value, json as value};
use std::sync::Arc;

const CHATGPT: &str = include_str!("../../../tests/fixtures/chatgpt.conversations.json");

fn document() -> Value {
    serde_json::from_str(CHATGPT).unwrap()
}

fn read(document: &Value) -> Result<Vec<Imported>, ForeignError> {
    chatgpt::conversations(document.to_string().as_bytes(), "owner/space")
}

fn all() -> Vec<Conversation> {
    let found = read(&document()).unwrap();
    found.into_iter().map(|found| found.conversation).collect()
}

fn said(conversation: &Conversation) -> Vec<(Role, &str)> {
    let path = conversation.path();
    path.map(|message| (message.role, message.text.as_str()))
        .collect()
}

fn with_text<'a>(conversation: &'a Conversation, text: &str) -> &'a Message {
    conversation
        .messages()
        .find(|message| message.text == text)
        .unwrap()
}

#[test]
fn the_path_of_chatgpt_that_is_seen_is_the_path_here() {
    let conversations = all();
    assert_eq!(conversations.len(), 2, "one says nothing");
    let roots = &conversations[0];
    assert_eq!(roots.title.as_deref(), Some("Square roots"));
    assert_eq!((&*roots.space, &*roots.model), ("owner/space", ""));
    assert_eq!(roots.created_at.to_string(), "2024-04-05T19:34:38.25Z");
    let path = [
        (Role::User, "What is the root of 2?"),
        (Role::Assistant, "About 1.4142."),
        (Role::User, "Compute it with these."),
        (Role::Assistant, "It is 1.4142135623730951."),
    ];
    assert_eq!(said(roots), path);
    assert_eq!(roots.messages().count(), 5);
}

#[test]
fn another_reply_of_chatgpt_is_another_version() {
    let roots = &all()[0];
    let first = with_text(roots, "About 1.4142.");
    let second = with_text(roots, "It is 1.41421356");
    assert_eq!(roots.versions(first.id), [first.id, second.id]);
    assert_eq!(second.state, MessageState::Stopped);
    let question = with_text(roots, "What is the root of 2?");
    assert_eq!(roots.newest_below(question.id), second.id);
}

#[test]
fn custom_instructions_are_the_system_message_and_hidden_ones_are_not() {
    let roots = &all()[0];
    let instructions = "I teach mathematics.\n\nAnswer in one sentence.";
    assert_eq!(&*roots.system, instructions);
    for question in roots.path().filter(|message| message.role == Role::User) {
        assert_eq!(question.system.as_deref(), Some(instructions));
    }
}

#[test]
fn thoughts_and_code_go_to_the_thoughts_of_the_reply_behind_them() {
    let roots = &all()[0];
    let reply = with_text(roots, "It is 1.4142135623730951.");
    let thoughts = "Using Newton\n\nStart at 1 and go on.\n\n\
        python:\n\n```\nprint(2 ** .5)\n```\n\noutput:\n\n```\n1.4142135623730951\n```";
    assert_eq!(reply.reasoning, thoughts);
    let question = with_text(roots, "Compute it with these.");
    let names: Vec<&str> = question
        .attachments
        .iter()
        .map(|file| &*file.name)
        .collect();
    assert_eq!(names, ["roots.png"]);
}

#[test]
fn a_picture_that_a_tool_made_and_no_reply_follows_is_not_lost() {
    let cat = &all()[1];
    assert_eq!(
        said(cat),
        [(Role::User, "Draw a cat"), (Role::Assistant, "")]
    );
    let reply = cat.head().unwrap();
    assert_eq!(reply.attachments[0].name, "file_00ff");
    assert!(reply.reasoning.contains("a cat"), "{}", reply.reasoning);
}

#[test]
fn a_message_is_named_later_than_the_one_before_it_whatever_its_time_says() {
    let mut document = document();
    for node in ["u1", "a1", "u2", "a2"] {
        let times = [value!(1e300), value!(-5), value!(null), value!(3.5)];
        let time = times[node.len() % 4].clone();
        document[0]["mapping"][node]["message"]["create_time"] = time;
    }
    let found = read(&document).unwrap();
    let path = found[0].conversation.path_ids();
    assert!(path.is_sorted() && path.len() == 4, "{path:?}");
}

#[test]
fn the_same_file_gives_the_same_names() {
    for (one, other) in all().iter().zip(all()) {
        assert_eq!(one.id, other.id);
        assert_eq!(one.path_ids(), other.path_ids());
    }
}

#[test]
fn a_damaged_tree_is_refused_with_the_place() {
    let mut lost = document();
    lost[0]["mapping"]["u1"]["parent"] = value!("gone");
    let error = read(&lost).unwrap_err().to_string();
    assert!(
        error.contains("Square roots") && error.contains("gone"),
        "{error}"
    );
    let mut circle = document();
    circle[0]["mapping"]["u1"]["parent"] = value!("a2");
    let error = read(&circle).unwrap_err();
    assert!(matches!(error, ForeignError::Circle { .. }), "{error}");
    let other = value!([{"uuid": "x", "chat_messages": []}]);
    let error = read(&other).unwrap_err().to_string();
    assert!(error.contains("mapping"), "{error}");
}

#[test]
fn ten_thousand_messages_in_a_row_are_read() {
    let mut mapping = serde_json::Map::new();
    for at in 0..10_000_u32 {
        let role = if at % 2 == 0 { "user" } else { "assistant" };
        let parent = at.checked_sub(1).map(|above| above.to_string());
        let content = value!({"content_type": "text", "parts": [at.to_string()]});
        let message = value!({"author": {"role": role}, "content": content});
        let node = value!({"parent": parent, "message": message});
        mapping.insert(at.to_string(), node);
    }
    let document = value!([{"id": "long", "mapping": mapping, "current_node": "9999"}]);
    let found = read(&document).unwrap();
    assert_eq!(found[0].conversation.path_ids().len(), 10_000);
}

fn imported(conversation: &Conversation) -> Imported {
    let exported = json(conversation, &Unsent::default(), &Settings::new());
    from_json(&exported).unwrap()
}

fn short() -> Conversation {
    let mut conversation = Conversation::new("owner/space", "", "");
    conversation.append(Message::user("one"));
    conversation.append(Message::new(Role::Assistant, "two"));
    conversation
}

#[test]
fn what_is_not_here_is_taken_in_and_what_is_here_is_left() {
    let conversation = short();
    let changes = import_changes(&conversation, Unsent::default(), Settings::new());
    let fresh = plan(imported(&conversation), None, Origin::Ours);
    assert!(matches!(fresh, Plan::New(planned) if planned.len() == changes.len()));
    let again = plan(imported(&conversation), Some(&conversation), Origin::Ours);
    assert!(matches!(again, Plan::Here), "{again:?}");
}

#[test]
fn what_came_since_is_added_and_the_head_follows_where_it_was_left() {
    let here = short();
    let mut longer = here.clone();
    let last = longer.append(Message::user("three"));
    let Plan::Grown(1, changes) = plan(imported(&longer), Some(&here), Origin::Ours) else {
        panic!("one message is new");
    };
    let moved = Change::SetHead {
        conversation: here.id,
        from: here.head().map(|head| head.id),
        to: Some(last),
    };
    assert_eq!(changes.last(), Some(&moved));

    let mut gone_on = here.clone();
    gone_on.append(Message::user("something else"));
    let Plan::Grown(1, changes) = plan(imported(&longer), Some(&gone_on), Origin::Ours) else {
        panic!("one message is new");
    };
    assert_eq!(changes.len(), 1, "the head stays: {changes:?}");
}

#[test]
fn what_is_here_with_another_content_of_a_file_becomes_a_copy() {
    let with_file = |content: &[u8]| {
        let mut conversation = Conversation::new("space", "", "");
        let mut message = Message::user("look");
        let file = SentFile::new("/a/picture.png", content);
        message.attachments = vec![Arc::new(Attachment::file(file))];
        conversation.append(message);
        conversation
    };
    let here = with_file(b"before");
    let same = plan(imported(&here), Some(&here), Origin::Ours);
    assert!(matches!(same, Plan::Here), "{same:?}");
    let mut other = imported(&here);
    let mut message = Message::clone(here.head().unwrap());
    message.attachments = with_file(b"behind").head().unwrap().attachments.clone();
    let head = Some(message.id);
    other.conversation = other.conversation.with_messages([message], head);
    let copied = plan(other, Some(&here), Origin::Ours);
    assert!(matches!(copied, Plan::Copy(..)), "{copied:?}");
}

#[test]
fn what_is_here_with_other_words_becomes_a_copy_or_stays() {
    let here = short();
    let mut changed = here.clone();
    let question = changed.path_ids()[0];
    changed.change(question, |message| message.text = "one, changed".to_owned());
    let ours = plan(imported(&changed), Some(&here), Origin::Ours);
    assert!(
        matches!(&ours, Plan::Copy(copy, _) if copy.id != here.id),
        "{ours:?}"
    );
    let foreign = plan(imported(&changed), Some(&here), Origin::Foreign);
    assert!(matches!(foreign, Plan::Here), "{foreign:?}");
}

proptest! {
    #[test]
    fn a_change_anywhere_in_an_export_never_panics(at in any::<prop::sample::Index>(), kind in 0..6usize) {
        let mut hostile = document();
        let mut pointers = vec![String::new()];
        collect(&hostile, "", &mut pointers);
        let pointer = &pointers[at.index(pointers.len())];
        *hostile.pointer_mut(pointer).unwrap() =
            [value!(null), value!(-1), value!([]), value!("a2"), value!({}), value!(true)][kind].clone();
        if let Ok(found) = read(&hostile) {
            for imported in found {
                let head = imported.conversation.head().map(|head| head.id);
                prop_assert!(head.is_some());
            }
        }
    }
}

/// The place of every value in `value`.
fn collect(value: &Value, at: &str, pointers: &mut Vec<String>) {
    let mut enter = |key: &str, child: &Value| {
        let pointer = format!("{at}/{key}");
        pointers.push(pointer.clone());
        collect(child, &pointer, pointers);
    };
    match value {
        Value::Object(fields) => fields.iter().for_each(|(key, child)| enter(key, child)),
        Value::Array(items) => {
            let numbered = items.iter().enumerate();
            numbered.for_each(|(index, child)| enter(&index.to_string(), child));
        }
        _ => {}
    }
}
