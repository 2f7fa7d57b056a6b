//! Moving between conversations.

use super::*;
use crate::app::SearchAnswer;
use crate::app::find::{Hit, Hits};
use crate::app::scroll::{Anchor, Place};
use crate::app::switcher::Found;
use crate::chat::{MessageId, SearchHit};

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
    let asked = asked_for(&person, all[1].id);
    assert!(
        matches!(asked, Some(Purpose::Show(_))),
        "{:?}",
        person.effects
    );
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
    assert!(matches!(
        asked_for(&person, all[1].id),
        Some(Purpose::Show(_))
    ));
    person
        .tell(saved(all[1].id, &["x"]))
        .press(KeyCode::PageDown, KeyModifiers::CONTROL);
    assert!(matches!(
        asked_for(&person, all[2].id),
        Some(Purpose::Show(_))
    ));
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
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Refresh,
    })
}

/// A message that was found in a conversation.
fn hit(conversation: &Summary, message: &Message) -> SearchHit {
    SearchHit {
        conversation: conversation.id,
        message: message.id,
        title: conversation.title.clone(),
        snippet: message.text.clone(),
        matches: Vec::new(),
        created_at: message.created_at,
        role: message.role,
    }
}

/// The numbers and queries of the searches that were asked for.
fn searches(person: &Person) -> Vec<(u64, String)> {
    let asked = person.effects.iter().filter_map(|effect| match effect {
        Effect::Search { number, query } => Some((*number, query.clone())),
        _ => None,
    });
    asked.collect()
}

fn searched(number: u64, hits: Vec<SearchHit>, is_all: bool) -> Event {
    Event::Searched(SearchAnswer {
        number,
        hits,
        is_all,
    })
}

/// What the switcher shows, as text.
fn found(person: &Person) -> Vec<String> {
    let Some(Overlay::Switcher(switcher)) = &person.model.overlay else {
        return Vec::new();
    };
    let found = switcher.found(&person.model.library.summaries);
    let text = |found: &Found| match found {
        Found::Title(summary) => summary.title.clone(),
        Found::Text(hit) => format!("“{}", hit.snippet),
    };
    found.iter().map(text).collect()
}

#[test]
fn texts_are_searched_from_two_letters_on_and_a_late_answer_is_dropped() {
    let mut person = Person::new();
    let all = [summary("Trip to Kyoto"), summary("Rust lifetimes")];
    person.tell(listed(&all)).ctrl('o').types("ky");
    let asked = searches(&person);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].1, "ky");
    person.types("o");
    let newer = searches(&person)[1].clone();
    assert_eq!(newer.1, "kyo");
    assert!(newer.0 > asked[0].0);
    let text = Message::user("in Kyoto");
    person.tell(searched(asked[0].0, vec![hit(&all[1], &text)], true));
    assert_eq!(found(&person), ["Trip to Kyoto"]);
    person.tell(searched(newer.0, vec![hit(&all[1], &text)], true));
    assert_eq!(found(&person), ["Trip to Kyoto", "“in Kyoto"]);
    // What is too short to be looked for ends the search before it.
    person.key(KeyCode::Backspace).key(KeyCode::Backspace);
    assert_eq!(searches(&person).last().unwrap().1, "");
    assert_eq!(found(&person)[0], "Trip to Kyoto");
    assert!(!found(&person).contains(&"“in Kyoto".to_owned()));
}

#[test]
fn one_ideograph_is_searched_in_texts() {
    let mut person = Person::new();
    person.ctrl('o').types("京");
    assert_eq!(searches(&person)[0].1, "京");
}

#[test]
fn the_mark_stays_at_its_message_when_more_is_found() {
    let mut person = Person::new();
    let all = [summary("one")];
    person.tell(listed(&all)).ctrl('o').types("xy");
    let number = searches(&person)[0].0;
    let texts: Vec<Message> = ["a", "b", "c"].map(Message::user).into();
    let hits = |which: &[usize]| -> Vec<SearchHit> {
        which.iter().map(|at| hit(&all[0], &texts[*at])).collect()
    };
    person.tell(searched(number, hits(&[0, 2]), false));
    person.key(KeyCode::Down);
    person.tell(searched(number, hits(&[0, 1, 2]), true));
    let Some(Overlay::Switcher(switcher)) = &person.model.overlay else {
        panic!("the switcher is open");
    };
    assert_eq!(switcher.menu.at, 2);
}

#[test]
fn a_message_that_was_found_is_landed_on_also_in_another_version() {
    let mut person = Person::new();
    let all = [summary("one")];
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.id = all[0].id;
    let first = conversation.append(Message::user("the old wording"));
    let other = conversation.append_after(None, Message::user("the new wording"));
    assert_eq!(conversation.head().unwrap().id, other);
    let old = Message::clone(conversation.message(first).unwrap());
    person.tell(listed(&all)).ctrl('o').types("old");
    let number = searches(&person).last().unwrap().0;
    person
        .tell(searched(number, vec![hit(&all[0], &old)], true))
        .key(KeyCode::Enter);
    assert!(matches!(
        asked_for(&person, all[0].id),
        Some(Purpose::Show(_))
    ));
    person.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    assert_eq!(person.texts(), ["the old wording"]);
    let anchor = person.model.conversation().scroll.anchor;
    assert!(matches!(anchor, Anchor::At(place) if place.message == first));
    let asked = person.effects.iter().rev().find_map(|effect| match effect {
        Effect::Find(request) => Some((request.number, request.query.clone())),
        _ => None,
    });
    let (number, query) = asked.unwrap();
    assert_eq!(query, "old", "it is looked for in the message");
    let hit = |row| Hit {
        place: Place {
            message: first,
            block: 1,
            row,
            is_plain: false,
        },
        columns: 4..7,
        next_row: None,
    };
    let mut hits = Hits::default();
    hits.add(first, 1, vec![hit(90), hit(95)]);
    person.tell(Event::Found(all[0].id, number, hits));
    let anchor = person.model.conversation().scroll.anchor;
    assert_eq!(anchor, Anchor::At(hit(90).place));
    assert_eq!(person.model.focus, Focus::Composer, "one can go on writing");
    assert!(kept(&person).contains(&Change::SetHead {
        conversation: all[0].id,
        from: Some(other),
        to: Some(first)
    }));
}

#[test]
fn a_pinned_conversation_stands_before_newer_ones_until_it_is_not_pinned() {
    let mut person = Person::new();
    let mut all = [summary("one"), summary("two")];
    person
        .tell(listed(&all))
        .key(KeyCode::F(3))
        .key(KeyCode::Down)
        .key(KeyCode::Down)
        .types("p");
    let pin = |pinned| Change::Pin {
        conversation: all[1].id,
        pinned,
    };
    assert!(kept(&person).contains(&pin(true)));
    let first = |person: &Person| person.model.library.summaries[0].title.clone();
    assert_eq!(first(&person), "two");
    all[1].pinned = true;
    person.tell(listed(&all));
    assert_eq!(first(&person), "two");
    person.types("p");
    assert!(kept(&person).contains(&Change::Pin {
        conversation: all[1].id,
        pinned: false
    }));
}

#[test]
fn a_conversation_is_duplicated_whole_under_new_names() {
    let mut person = Person::new();
    let all = [summary("one")];
    person
        .tell(listed(&all))
        .key(KeyCode::F(3))
        .key(KeyCode::Down)
        .types("y");
    assert_eq!(asked_for(&person, all[0].id), Some(Purpose::Copy));
    let before = person.model.current;
    let texts = ["what is it?", "and why?"];
    person.tell(saved_for(all[0].id, &texts, Purpose::Copy));
    assert_eq!(person.model.current, before);
    let changes = kept(&person);
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
    assert_eq!(person.model.library.selected, Some(id));
}

#[test]
fn a_list_that_lies_over_the_conversation_goes_when_one_is_opened_or_it_is_left() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("first"));
    let over = Regions {
        is_list_over: true,
        ..Regions::default()
    };
    person.tell(Event::Drawn(over.clone()));
    for leaves in [KeyCode::Enter, KeyCode::Esc, KeyCode::Char('x')] {
        person.key(KeyCode::F(3));
        assert!(person.model.library.is_shown);
        person.key(leaves);
        assert!(!person.model.library.is_shown, "{leaves:?}");
    }
    person.tell(Event::Drawn(Regions {
        is_list_over: false,
        ..over
    }));
    person.key(KeyCode::F(3)).key(KeyCode::Enter);
    assert!(person.model.library.is_shown, "one beside it stays");
}

#[test]
fn a_page_of_the_help_is_what_is_seen_of_it_less_one_row() {
    let mut person = Person::new();
    person.key(KeyCode::F(1)).tell(Event::Drawn(Regions {
        transcript_height: 30,
        overlay_height: 18,
        overlay_scroll_limit: 90,
        ..Regions::default()
    }));
    person
        .key(KeyCode::PageDown)
        .key(KeyCode::PageDown)
        .key(KeyCode::PageUp);
    assert!(matches!(person.model.overlay, Some(Overlay::Help(17))));
}

#[test]
fn a_pane_that_is_given_the_keyboard_takes_it_from_a_picked_message() {
    for (pane, typed) in [(KeyCode::F(2), "x"), (KeyCode::F(3), "r")] {
        let mut person = Person::new();
        person.sends("one").hears(0, done("first"));
        person
            .press(KeyCode::Up, KeyModifiers::ALT)
            .key(pane)
            .types(typed);
        assert_eq!(person.started().len(), 1, "{pane:?}");
        assert!(
            person.path().iter().all(|message| !message.left_out),
            "{pane:?}"
        );
    }
}

#[test]
fn what_was_deleted_comes_back_one_by_one_the_last_first() {
    let mut person = Person::new();
    person.tell(listed(&[summary("a"), summary("b"), summary("c")]));
    person
        .key(KeyCode::F(3))
        .key(KeyCode::Down)
        .types("dd")
        .types("uu");
    let restored = person.effects.iter().filter(|effect| {
        matches!(effect, Effect::Keep(changes) if matches!(changes[..], [Change::Restore { .. }]))
    });
    assert_eq!(restored.count(), 2);
}
