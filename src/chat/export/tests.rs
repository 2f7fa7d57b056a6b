//! Exports and imports of conversations, sound and hostile ones.

use super::{ImportError, from_json, html, json, markdown, renamed};
use crate::chat::{
    Attachment, Content, Conversation, Draft, Failure, FileHash, Finish, Message, MessageId,
    MessageState, Outcome, Role, SentFile, Unsent, Usage,
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json as value};
use std::collections::BTreeMap;
use std::sync::Arc;

fn attachment(name: &str, text: &str) -> Arc<Attachment> {
    Arc::new(Attachment::new(name, text))
}

/// A conversation with two versions of a reply, of which the first is seen.
pub(super) fn branched() -> Conversation {
    let mut conversation = Conversation::new("owner/space", "model", "be brief");
    let mut question = Message::user("What <b>is</b> it?");
    question.system = Some("be brief".into());
    question.attachments.push(attachment("notes.md", "a ``` b"));
    let question = conversation.append(question);
    let mut reply = Message::new(Role::Assistant, "So:\n```rust\nlet a = &b < c;\n```\ndone");
    reply.reasoning = "Let me see.".to_owned();
    reply.hidden_tail = "\n<summary>short".to_owned();
    reply.outcome = Some(Box::new(Outcome {
        finish: Some(Finish::Length),
        usage: Some(Usage {
            prompt: 120,
            cached: Some(96),
            completion: 40,
            speed: Some(12.5),
            cost: None,
        }),
        model: Some("mini".to_owned()),
    }));
    let seen = conversation.append(reply);
    conversation.set_head(Some(question));
    let mut other = Message::new(Role::Assistant, "another");
    other.state = MessageState::Failed;
    other.failure = Some(Failure {
        kind: crate::chat::FailureKind::Space,
        message: "It failed.".to_owned(),
        hint: "Try again.".to_owned(),
    });
    conversation.append(other);
    conversation.set_head(Some(seen));
    conversation
}

fn exported(conversation: &Conversation) -> Value {
    json(conversation, &Unsent::default(), &BTreeMap::new())
}

#[test]
fn markdown_shows_the_path_that_is_seen() {
    let text = markdown(&branched());
    assert!(
        text.starts_with("# What <b>is</b> it? notes.md\n"),
        "{text}"
    );
    assert!(text.contains("\n## System\n\nbe brief\n"));
    assert!(text.contains("\n**notes.md**\n\n````\na ``` b\n````\n"));
    assert!(text.contains("> Let me see.\n"));
    assert!(text.contains("let a = &b < c;"));
    assert!(text.ends_with("\ndone\n\n*Cut at the limit.*\n"), "{text}");
    assert!(!text.contains("another"));
}

#[test]
fn a_file_is_exported_by_its_name_and_no_import_can_name_another() {
    let mut conversation = Conversation::new("owner/space", "model", "");
    let mut question = Message::user("Look.");
    let file = Attachment::file(SentFile::at("/private/cat.png"));
    question.attachments.push(Arc::new(file));
    conversation.append(question);
    let text = markdown(&conversation);
    assert!(text.contains("\n**cat.png**\n\nLook.\n"), "{text}");
    let mut document = exported(&conversation);
    assert!(!document.to_string().contains("private"));
    document["messages"][0]["attachments"][0]["file"] = value!("/etc/passwd");
    let imported = from_json(&document).unwrap().conversation;
    let [message] = imported.messages().collect::<Vec<_>>().try_into().unwrap();
    assert_eq!(message.attachments[0].name, "cat.png");
    assert_eq!(message.attachments[0].file, None);
}

#[test]
fn a_file_travels_with_its_content() {
    let mut conversation = Conversation::new("owner/space", "model", "");
    let content: Vec<u8> = (0..=255).collect();
    let mut question = Message::user("Look.");
    let file = Attachment::file(SentFile::new("/private/cat.png", content.clone()));
    question.attachments.push(Arc::new(file));
    let id = conversation.append(question);
    let mut document = exported(&conversation);
    assert!(!document.to_string().contains("private"));
    let imported = from_json(&document).unwrap().conversation;
    let message = imported.message(id).unwrap();
    assert_eq!(message.attachments[0].name, "cat.png");
    let file = message.attachments[0].file.as_ref().unwrap();
    let Content::Here(hash, imported) = &file.content else {
        panic!("{file:?}");
    };
    assert_eq!((**imported).to_vec(), content);
    assert_eq!(*hash, FileHash::of(&content));
    document["messages"][0]["attachments"][0]["content"] = value!("no Base64!");
    let error = from_json(&document).unwrap_err();
    assert!(error.to_string().contains("cat.png"), "{error}");
}

#[test]
fn json_gives_back_every_branch_and_the_head() {
    let conversation = branched();
    let imported = from_json(&exported(&conversation)).unwrap().conversation;
    assert_eq!(imported.path_ids(), conversation.path_ids());
    for message in conversation.messages() {
        assert_eq!(imported.message(message.id), Some(message));
    }
    assert_eq!(imported.messages().count(), 3);
}

#[test]
fn an_export_of_a_program_that_knew_no_outcomes_is_read() {
    let conversation = branched();
    let mut document = exported(&conversation);
    for message in document["messages"].as_array_mut().unwrap() {
        message.as_object_mut().unwrap().remove("outcome");
    }
    let imported = from_json(&document).unwrap().conversation;
    assert_eq!(imported.path_ids(), conversation.path_ids());
    let mut messages = imported.messages();
    assert!(messages.all(|message| message.outcome.is_none()));
}

#[test]
fn a_renamed_copy_has_the_same_shape_and_no_old_name() {
    let conversation = branched();
    let copy = renamed(&conversation);
    assert_ne!(copy.id, conversation.id);
    let texts = |conversation: &Conversation| -> Vec<String> {
        conversation.path().map(|m| m.text.clone()).collect()
    };
    assert_eq!(texts(&copy), texts(&conversation));
    assert_eq!(copy.messages().count(), 3);
    assert!(
        copy.messages()
            .all(|m| conversation.message(m.id).is_none())
    );
    let reply = copy.path_ids()[1];
    assert_eq!(copy.versions(reply).len(), 2);
    assert_eq!(copy.versions(reply)[0], reply);
}

#[test]
fn what_is_no_conversation_is_refused() {
    for foreign in [value!(null), value!([]), value!({"a": 1}), value!("text")] {
        assert_eq!(from_json(&foreign).unwrap_err(), ImportError::NotOurs);
    }
    let mut newer = exported(&branched());
    newer["version"] = value!(7);
    assert_eq!(
        from_json(&newer).unwrap_err(),
        ImportError::Newer { found: 7 }
    );
}

#[test]
fn a_name_that_is_there_twice_is_refused() {
    let mut hostile = exported(&branched());
    let first = hostile["messages"][0].clone();
    hostile["messages"].as_array_mut().unwrap().push(first);
    assert!(matches!(
        from_json(&hostile),
        Err(ImportError::Duplicate(_))
    ));
}

#[test]
fn a_parent_that_is_missing_is_refused() {
    let mut hostile = exported(&branched());
    hostile["messages"][0]["parent"] = value!(MessageId::new());
    assert!(matches!(
        from_json(&hostile),
        Err(ImportError::MissingParent { .. })
    ));
}

#[test]
fn a_circle_is_refused() {
    let mut hostile = exported(&branched());
    hostile["messages"][0]["parent"] = hostile["messages"][1]["id"].clone();
    assert!(matches!(from_json(&hostile), Err(ImportError::Circle(_))));
    hostile["messages"][0]["parent"] = hostile["messages"][0]["id"].clone();
    assert!(matches!(from_json(&hostile), Err(ImportError::Circle(_))));
}

#[test]
fn a_head_that_is_missing_is_refused() {
    let mut hostile = exported(&branched());
    hostile["head"] = value!(MessageId::new());
    assert!(matches!(
        from_json(&hostile),
        Err(ImportError::MissingHead(_))
    ));
}

#[test]
fn a_wrong_kind_anywhere_is_an_error_that_names_it() {
    let sound = exported(&branched());
    for pointer in [
        "/id",
        "/title",
        "/created_at",
        "/settings",
        "/head",
        "/messages",
        "/draft",
        "/messages/0/role",
        "/messages/0/created_at",
        "/messages/1/state",
        "/messages/0/attachments",
        "/messages/1/text",
    ] {
        let mut hostile = sound.clone();
        *hostile.pointer_mut(pointer).unwrap() = value!({"x": [1]});
        let wrong = from_json(&hostile).err();
        assert!(
            matches!(wrong, Some(ImportError::Shape(_) | ImportError::Time(_)))
                || pointer == "/settings" && wrong.is_some(),
            "{pointer}: {wrong:?}"
        );
    }
}

fn any_message() -> impl Strategy<Value = Message> {
    let texts = (".*", ".*", ".*", proptest::option::of(".{0,4}"));
    let attachments = proptest::collection::vec((".{0,3}", ".*"), 0..3);
    (texts, attachments, 0..5usize, any::<i64>(), any::<bool>()).prop_map(
        |((text, reasoning, tail, system), attachments, state, time, failed)| {
            let mut message = Message::new(Role::Assistant, text);
            message.reasoning = reasoning;
            message.left_out = message.hidden_tail.len() < tail.len();
            message.hidden_tail = tail;
            message.system = system.map(Arc::from);
            message.attachments = attachments
                .iter()
                .map(|(name, text)| attachment(name, text))
                .collect();
            message.state = [
                MessageState::Complete,
                MessageState::Streaming,
                MessageState::Stopped,
                MessageState::Failed,
                MessageState::Interrupted,
            ][state];
            message.failure = failed.then(|| Failure {
                kind: crate::chat::FailureKind::Timeout,
                message: message.text.clone(),
                hint: String::new(),
            });
            message.created_at = Timestamp::from_nanosecond(i128::from(time)).unwrap();
            message
        },
    )
}

proptest! {
    #[test]
    fn export_import_export_is_equal(
        messages in proptest::collection::vec((any_message(), any::<prop::sample::Index>()), 0..8),
        (title, draft) in (proptest::option::of(".*"), ".*"),
        settings in proptest::collection::btree_map(".{0,3}", ".{0,3}", 0..3),
        head in any::<prop::sample::Index>(),
    ) {
        let mut conversation = Conversation::new("space", "model", "system");
        conversation.title = title;
        let mut ids = vec![None];
        for (message, parent) in messages {
            conversation.set_head(ids[parent.index(ids.len())]);
            ids.push(Some(conversation.append(message)));
        }
        conversation.set_head(ids[head.index(ids.len())]);
        let draft = Draft { text: draft, attachments: vec![attachment("a", "b")] };
        let unsent = Unsent { draft: draft.clone(), queued: vec![draft.clone()], aside: vec![draft] };
        let first = json(&conversation, &unsent, &settings);
        let imported = from_json(&first).unwrap();
        let second = json(&imported.conversation, &imported.unsent, &imported.settings);
        prop_assert_eq!(first, second);
        for message in conversation.messages() {
            prop_assert_eq!(imported.conversation.message(message.id), Some(message));
        }
    }

    #[test]
    fn a_change_anywhere_never_panics(at in any::<prop::sample::Index>(), kind in 0..5usize) {
        let mut hostile = exported(&branched());
        let mut pointers = vec![String::new()];
        collect(&hostile, "", &mut pointers);
        let pointer = &pointers[at.index(pointers.len())];
        *hostile.pointer_mut(pointer).unwrap() =
            [value!(null), value!(-1), value!([]), value!("x"), value!({})][kind].clone();
        if let Ok(imported) = from_json(&hostile) {
            let _ = (markdown(&imported.conversation), html(&imported.conversation));
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
