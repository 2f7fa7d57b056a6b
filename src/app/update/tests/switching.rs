//! Moving between conversations.

use super::*;
use crate::chat::MessageId;

#[test]
fn a_reply_goes_on_while_another_conversation_is_seen_and_is_told_as_unread() {
    let mut person = Person::new();
    let first = person.model.current;
    person.sends("hello").types("draft").ctrl('n');
    assert_ne!(person.model.current, first);
    assert_eq!(person.draft(), "");
    person
        .sends("second")
        .hears(0, delta("in the back"))
        .hears(0, done("in the back"));
    person.hears(1, delta("in front"));
    let back = person.model.opened(first).unwrap();
    assert!(back.is_unread);
    assert_eq!(back.conversation.head().unwrap().text, "in the back");
    assert_eq!(back.composer.editor.text(), "draft");
    assert_eq!(person.path()[1].text, "in front");
}

#[test]
fn the_switcher_opens_what_it_found() {
    let mut person = Person::new();
    let all = [summary("Trip to Kyoto"), summary("Rust lifetimes")];
    person
        .tell(listed(&all))
        .ctrl('o')
        .types("rust")
        .key(KeyCode::Enter);
    let load = Effect::Load {
        id: all[1].id,
        show: true,
    };
    assert!(person.effects.contains(&load), "{:?}", person.effects);
    person.tell(saved(all[1].id, &["what is 'static?"]));
    assert_eq!(person.model.current, all[1].id);
    assert_eq!(person.texts(), ["what is 'static?"]);
    assert!(person.model.overlay.is_none());
}

#[test]
fn the_list_is_walked_opened_and_left_by_keys() {
    let mut person = Person::new();
    let all = [summary("one"), summary("two"), summary("three")];
    person.tell(listed(&all)).key(KeyCode::F(3));
    assert_eq!(person.model.focus, Focus::List);
    person
        .key(KeyCode::Down)
        .key(KeyCode::Down)
        .key(KeyCode::Enter);
    assert!(person.effects.contains(&Effect::Load {
        id: all[1].id,
        show: true
    }));
    person
        .tell(saved(all[1].id, &["x"]))
        .press(KeyCode::PageDown, KeyModifiers::CONTROL);
    assert!(person.effects.contains(&Effect::Load {
        id: all[2].id,
        show: true
    }));
}

#[test]
fn a_conversation_is_renamed_deleted_and_brought_back() {
    let mut person = Person::new();
    let all = [summary("one"), summary("two")];
    person
        .tell(listed(&all))
        .key(KeyCode::F(3))
        .key(KeyCode::Down);
    person.types("r").types("!").key(KeyCode::Enter);
    let title = Change::SetTitle {
        conversation: all[0].id,
        title: Some("one!".to_owned()),
    };
    assert!(kept(&person).contains(&title));
    person.types("d");
    assert!(kept(&person).contains(&Change::Delete {
        conversation: all[0].id
    }));
    assert_eq!(person.model.library.summaries.len(), 1);
    person.types("u");
    assert!(kept(&person).contains(&Change::Restore {
        conversation: all[0].id
    }));
}

#[test]
fn deleting_what_is_seen_goes_to_an_empty_conversation() {
    let mut person = Person::new();
    let all = [summary("one")];
    person.tell(saved(all[0].id, &["x"])).tell(listed(&all));
    person.key(KeyCode::F(3)).types("d");
    assert_ne!(person.model.current, all[0].id);
    assert!(person.path().is_empty());
}

#[test]
fn the_view_follows_another_window_only_where_that_went_on_from_what_is_seen() {
    let mut person = Person::new();
    person.sends("hello");
    person.hears(0, ReplyUpdate::Done("hi".to_owned()));
    let texts = |person: &Person| -> Vec<String> {
        person
            .path()
            .into_iter()
            .map(|message| message.text)
            .collect()
    };
    let behind = person.model.conversation().head();
    let event = saved_with(&person, behind, "from elsewhere");
    person.tell(event);
    assert_eq!(texts(&person), ["hello", "hi", "from elsewhere"]);

    let event = saved_with(&person, None, "another way");
    let Event::Store(StoreEvent::Loaded { conversation, .. }) = &event else {
        unreachable!("it was made so");
    };
    let elsewhere = conversation.head().map(|head| head.id);
    person.tell(event);
    assert_eq!(texts(&person), ["hello", "hi", "from elsewhere"]);
    // What is sent next is seen by all: it moves the head from where the other window has put it.
    person.effects.clear();
    person.sends("and on");
    let moved = person.effects.iter().find_map(|effect| match effect {
        Effect::Keep(changes) => changes.iter().find_map(|change| match change {
            Change::SetHead { from, .. } => Some(*from),
            _ => None,
        }),
        _ => None,
    });
    assert_eq!(moved, Some(elsewhere));
    assert_eq!(texts(&person)[3], "and on");
}

/// The conversation that is seen, as another window saved it, which said `text` behind `parent`.
fn saved_with(person: &Person, parent: Option<MessageId>, text: &str) -> Event {
    let mut conversation = person.model.conversation().conversation.clone();
    conversation.append_after(parent, Message::user(text));
    Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        draft: Draft::default(),
        settings: crate::chat::Settings::new(),
        show: false,
    })
}
