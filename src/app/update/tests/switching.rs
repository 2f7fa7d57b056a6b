//! Moving between conversations.

use super::*;
use crate::app::popups::help::Help;
use crate::chat::MessageId;

#[test]
fn a_reply_goes_on_while_another_conversation_is_seen_and_is_told_as_unread() {
    let mut user = User::new();
    let first = user.model.current;
    user.sends("hello").types("draft").ctrl('n');
    assert_ne!(user.model.current, first);
    assert_eq!(user.draft(), "");
    user.sends("second")
        .hears(0, delta("in the back"))
        .hears(0, done("in the back"));
    user.hears(1, delta("in front"));
    let back = user.model.opened(first).unwrap();
    assert!(back.is_unread);
    assert_eq!(back.conversation.head().unwrap().text, "in the back");
    assert_eq!(back.composer.editor.text(), "draft");
    assert_eq!(user.path()[1].text, "in front");
}

#[test]
fn the_list_is_walked_opened_and_left_by_keys() {
    let mut user = User::new();
    let all = [summary("one"), summary("two"), summary("three")];
    user.tell(listed(&all)).key(KeyCode::F(3));
    assert_eq!(user.model.focus, Focus::List);
    user.key(KeyCode::Down).key(KeyCode::Enter);
    assert!(matches!(
        asked_for(&user, all[1].id),
        Some(Purpose::Show(_))
    ));
    user.tell(saved(all[1].id, &["x"]))
        .press(KeyCode::PageDown, KeyModifiers::CONTROL);
    assert!(matches!(
        asked_for(&user, all[2].id),
        Some(Purpose::Show(_))
    ));
}

#[test]
fn a_conversation_is_renamed_deleted_and_brought_back() {
    let mut user = User::new();
    let all = [summary("one"), summary("two")];
    user.tell(listed(&all)).key(KeyCode::F(3));
    user.types("r").types("!").key(KeyCode::Enter);
    let title = Change::SetTitle {
        conversation: all[0].id,
        title: Some("one!".to_owned()),
    };
    assert!(kept(&user).contains(&title));
    user.types("d");
    assert!(kept(&user).contains(&Change::Delete {
        conversation: all[0].id
    }));
    assert_eq!(user.model.library.summaries.len(), 1);
    user.types("u");
    assert!(kept(&user).contains(&Change::Restore {
        conversation: all[0].id
    }));
}

#[test]
fn deleting_what_is_seen_goes_to_an_empty_conversation() {
    let mut user = User::new();
    let all = [summary("one")];
    user.tell(saved(all[0].id, &["x"])).tell(listed(&all));
    user.key(KeyCode::F(3)).types("d");
    assert_ne!(user.model.current, all[0].id);
    assert!(user.path().is_empty());
}

#[test]
fn the_view_follows_another_window_only_where_that_went_on_from_what_is_seen() {
    let mut user = User::new();
    user.sends("hello");
    user.hears(0, ReplyUpdate::Done("hi".to_owned()));
    let texts = |user: &User| -> Vec<String> {
        user.path()
            .into_iter()
            .map(|message| message.text)
            .collect()
    };
    let behind = user.model.conversation().head();
    let event = saved_with(&user, behind, "from elsewhere");
    user.tell(event);
    assert_eq!(texts(&user), ["hello", "hi", "from elsewhere"]);

    let event = saved_with(&user, None, "another way");
    let Event::Store(StoreEvent::Loaded { conversation, .. }) = &event else {
        unreachable!("it was made so");
    };
    let elsewhere = conversation.head().map(|head| head.id);
    user.tell(event);
    assert_eq!(texts(&user), ["hello", "hi", "from elsewhere"]);
    // What is sent next is seen by all: it moves the head from where the other window has put it.
    user.effects.clear();
    user.sends("and on");
    let moved = user.effects.iter().find_map(|effect| match effect {
        Effect::Save(changes) => changes.iter().find_map(|change| match change {
            Change::SetHead { from, .. } => Some(*from),
            _ => None,
        }),
        _ => None,
    });
    assert_eq!(moved, Some(elsewhere));
    assert_eq!(texts(&user)[3], "and on");
}

/// The conversation that is seen, as another window saved it, which said `text` behind `parent`.
fn saved_with(user: &User, parent: Option<MessageId>, text: &str) -> Event {
    let mut conversation = user.model.conversation().conversation.clone();
    conversation.append_after(parent, Message::user(text));
    Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Refresh,
    })
}

#[test]
fn a_pinned_conversation_stands_before_newer_ones_until_it_is_not_pinned() {
    let mut user = User::new();
    let mut all = [summary("one"), summary("two")];
    user.tell(listed(&all))
        .key(KeyCode::F(3))
        .key(KeyCode::Down)
        .key(KeyCode::Down)
        .types("p");
    let pin = |pinned| Change::Pin {
        conversation: all[1].id,
        pinned,
    };
    assert!(kept(&user).contains(&pin(true)));
    let first = |user: &User| user.model.library.summaries[0].title.clone();
    assert_eq!(first(&user), "two");
    all[1].pinned = true;
    user.tell(listed(&all));
    assert_eq!(first(&user), "two");
    user.types("p");
    assert!(kept(&user).contains(&Change::Pin {
        conversation: all[1].id,
        pinned: false
    }));
}

#[test]
fn a_conversation_is_duplicated_whole_under_new_names() {
    let mut user = User::new();
    let all = [summary("one")];
    user.tell(listed(&all))
        .key(KeyCode::F(3))
        .key(KeyCode::Down)
        .types("y");
    assert_eq!(asked_for(&user, all[0].id), Some(Purpose::Copy));
    let before = user.model.current;
    let texts = ["what is it?", "and why?"];
    user.tell(saved_for(all[0].id, &texts, Purpose::Copy));
    assert_eq!(user.model.current, before);
    let changes = kept(&user);
    let copied = changes.iter().find_map(|change| match change {
        Change::SaveConversation { id, title, .. } => Some((*id, title.clone())),
        _ => None,
    });
    let (id, title) = copied.unwrap();
    assert_ne!(id, all[0].id);
    assert_eq!(title.as_deref(), Some("what is it? (copy)"));
    let texts: Vec<&str> = changes
        .iter()
        .filter_map(|change| match change {
            Change::AddMessage {
                conversation,
                message,
            } if *conversation == id => Some(message.text.as_str()),
            _ => None,
        })
        .collect();
    assert_eq!(texts, ["what is it?", "and why?"]);
    assert_eq!(user.model.library.selected, Some(id));
}

#[test]
fn a_list_that_lies_over_the_conversation_goes_when_one_is_opened_or_it_is_left() {
    let mut user = User::new();
    user.sends("one").hears(0, done("first"));
    let over = Regions {
        is_list_over: true,
        ..Regions::default()
    };
    user.tell(Event::Drawn(over.clone()));
    for leaves in [KeyCode::Enter, KeyCode::Esc, KeyCode::Char('x')] {
        user.key(KeyCode::F(3));
        assert!(user.model.library.is_shown);
        user.key(leaves);
        assert!(!user.model.library.is_shown, "{leaves:?}");
    }
    user.tell(Event::Drawn(Regions {
        is_list_over: false,
        ..over
    }));
    user.key(KeyCode::F(3)).key(KeyCode::Enter);
    assert!(user.model.library.is_shown, "one beside it stays");
}

#[test]
fn a_page_of_the_help_is_what_is_seen_of_it_less_one_row() {
    let mut user = User::new();
    user.key(KeyCode::F(1)).tell(Event::Drawn(Regions {
        transcript_height: 30,
        popup: crate::app::event::Page {
            height: 18,
            limit: 90,
        },
        ..Regions::default()
    }));
    user.key(KeyCode::PageDown)
        .key(KeyCode::PageDown)
        .key(KeyCode::PageUp);
    assert_eq!(
        user.model.popups.top::<Help>().map(|help| help.row),
        Some(17)
    );
}

#[test]
fn a_pane_that_is_given_the_keyboard_takes_it_from_a_picked_message() {
    for (pane, typed) in [(KeyCode::F(2), "x"), (KeyCode::F(3), "r")] {
        let mut user = User::new();
        user.sends("one").hears(0, done("first"));
        user.press(KeyCode::Up, KeyModifiers::ALT)
            .key(pane)
            .types(typed);
        assert_eq!(user.started().len(), 1, "{pane:?}");
        assert!(
            user.path().iter().all(|message| !message.left_out),
            "{pane:?}"
        );
    }
}

#[test]
fn what_was_deleted_comes_back_one_by_one_the_last_first() {
    let mut user = User::new();
    user.tell(listed(&[summary("a"), summary("b"), summary("c")]));
    user.key(KeyCode::F(3))
        .key(KeyCode::Down)
        .types("dd")
        .types("uu");
    let restored = user.effects.iter().filter(|effect| {
        matches!(effect, Effect::Save(changes) if matches!(changes[..], [Change::Restore { .. }]))
    });
    assert_eq!(restored.count(), 2);
}

#[test]
fn what_was_deleted_from_the_view_comes_back_to_it() {
    let mut user = User::new();
    let all = [summary("one"), summary("two")];
    user.tell(saved(all[0].id, &["x"])).tell(listed(&all));
    user.types("a draft").key(KeyCode::F(3));
    for _ in 0..2 {
        user.types("d");
        assert_ne!(user.model.current, all[0].id);
        user.types("u");
        assert_eq!(user.model.current, all[0].id);
        assert_eq!(user.texts(), ["x"]);
        assert_eq!(user.draft(), "a draft");
        assert_eq!(
            user.model.focus,
            Focus::List,
            "the list can be gone on with"
        );
        user.tell(listed(&all));
        assert_eq!(user.model.library.selected, Some(all[0].id));
    }
    // One that was not seen comes back to the list alone.
    user.key(KeyCode::Down).types("d").types("u");
    assert_eq!(user.model.current, all[0].id);
    assert_eq!(user.model.library.selected, Some(all[1].id));
}

#[test]
fn what_is_deleted_where_nothing_is_saved_comes_back_whole() {
    let mut user = User::new();
    user.model.defaults.keeps = false;
    user.sends("hello")
        .hears(0, done("hi"))
        .ctrl('n')
        .key(KeyCode::F(3));
    user.key(KeyCode::Enter)
        .key(KeyCode::F(3))
        .key(KeyCode::F(3));
    user.types("d");
    assert!(user.path().is_empty());
    user.types("u");
    assert_eq!(user.texts(), ["hello", "hi"]);
    assert_eq!(user.model.library.summaries.len(), 1);
}
