//! Moving between conversations.

use super::*;

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
