//! Finding conversations and messages in the switcher.

use super::*;
use crate::app::SearchAnswer;
use crate::app::popups::switcher::{Switcher, SwitcherRow};
use crate::app::rows::{Hit, Hits};
use crate::app::{conversation::scroll::Anchor, rows::RowId};
use crate::chat::SearchHit;

#[test]
fn the_switcher_opens_what_it_found() {
    let mut user = User::new();
    let all = [summary("Trip to Kyoto"), summary("Rust lifetimes")];
    user.tell(listed(&all))
        .ctrl('o')
        .types("rust")
        .key(KeyCode::Enter);
    let asked = asked_for(&user, all[1].id);
    assert!(
        matches!(asked, Some(Purpose::Show(_))),
        "{:?}",
        user.effects
    );
    user.tell(saved(all[1].id, &["what is 'static?"]));
    assert_eq!(user.model.current, all[1].id);
    assert_eq!(user.texts(), ["what is 'static?"]);
    assert!(!user.model.popups.is_open());
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
fn searches(user: &User) -> Vec<(u64, String)> {
    let asked = user.effects.iter().filter_map(|effect| match effect {
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

/// What the mark of the switcher stands at.
fn marked(user: &User) -> String {
    let at = user.model.popups.top::<Switcher>().unwrap().menu.at;
    found(user)[at].clone()
}

/// What the switcher shows, as text.
fn found(user: &User) -> Vec<String> {
    let Some(switcher) = user.model.popups.top::<Switcher>() else {
        return Vec::new();
    };
    let text = |row: &SwitcherRow| match row {
        SwitcherRow::Conversation(id) => {
            let summary = user.model.library.summary(*id);
            summary.map_or("unlisted".to_owned(), |summary| summary.title.clone())
        }
        SwitcherRow::Passage(message) => format!("“{}", switcher.hit(*message).unwrap().snippet),
        SwitcherRow::More(id) => format!("{} more", switcher.hidden_in(*id)),
    };
    switcher.rows().iter().map(text).collect()
}

#[test]
fn texts_are_searched_from_two_letters_on_and_a_late_answer_is_dropped() {
    let mut user = User::new();
    let all = [summary("Trip to Kyoto"), summary("Rust lifetimes")];
    user.tell(listed(&all)).ctrl('o').types("ky");
    let asked = searches(&user);
    assert_eq!(asked.len(), 1, "{asked:?}");
    assert_eq!(asked[0].1, "ky");
    user.types("o");
    let newer = searches(&user)[1].clone();
    assert_eq!(newer.1, "kyo");
    assert!(newer.0 > asked[0].0);
    let text = Message::user("in Kyoto");
    user.tell(searched(asked[0].0, vec![hit(&all[1], &text)], true));
    assert_eq!(found(&user), ["Trip to Kyoto"]);
    user.tell(searched(newer.0, vec![hit(&all[1], &text)], true));
    let expected = ["Trip to Kyoto", "Rust lifetimes", "“in Kyoto"];
    assert_eq!(found(&user), expected);
    // What is too short to be looked for ends the search before it.
    user.key(KeyCode::Backspace).key(KeyCode::Backspace);
    assert_eq!(searches(&user).last().unwrap().1, "");
    assert_eq!(found(&user)[0], "Trip to Kyoto");
    assert!(!found(&user).contains(&"“in Kyoto".to_owned()));
}

#[test]
fn one_ideograph_is_searched_in_texts() {
    let mut user = User::new();
    user.ctrl('o').types("京");
    assert_eq!(searches(&user)[0].1, "京");
}

#[test]
fn the_mark_stays_at_its_message_when_more_is_found() {
    let mut user = User::new();
    let all = [summary("one")];
    user.tell(listed(&all)).ctrl('o').types("xy");
    let number = searches(&user)[0].0;
    let texts: Vec<Message> = ["a", "b", "c"].map(Message::user).into();
    let hits = |which: &[usize]| -> Vec<SearchHit> {
        which.iter().map(|at| hit(&all[0], &texts[*at])).collect()
    };
    user.tell(searched(number, hits(&[0, 2]), false));
    assert_eq!(
        marked(&user),
        "“a",
        "the best is a message where no title was found"
    );
    user.key(KeyCode::Down);
    assert_eq!(marked(&user), "“c");
    user.tell(searched(number, hits(&[0, 1, 2]), true));
    assert_eq!(marked(&user), "“c");
    // A conversation that is listed meanwhile does not move it either.
    user.tell(listed(&[summary("xy"), all[0].clone()]));
    assert_eq!(marked(&user), "“c");
}

#[test]
fn a_message_that_was_found_is_landed_on_also_in_another_version() {
    let mut user = User::new();
    let all = [summary("one")];
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.id = all[0].id;
    let first = conversation.append(Message::user("the old wording"));
    let other = conversation.append_after(None, Message::user("the new wording"));
    assert_eq!(conversation.head().unwrap().id, other);
    let old = Message::clone(conversation.message(first).unwrap());
    user.tell(listed(&all)).ctrl('o').types("old");
    let number = searches(&user).last().unwrap().0;
    user.tell(searched(number, vec![hit(&all[0], &old)], true))
        .key(KeyCode::Enter);
    assert!(matches!(
        asked_for(&user, all[0].id),
        Some(Purpose::Show(_))
    ));
    user.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    assert_eq!(user.texts(), ["the old wording"]);
    let anchor = user.model.conversation().scroll.anchor;
    assert!(matches!(anchor, Anchor::At(place) if place.message == first));
    let asked = user.effects.iter().rev().find_map(|effect| match effect {
        Effect::Find(request) => Some((request.number, request.query.clone())),
        _ => None,
    });
    let (number, query) = asked.unwrap();
    assert_eq!(query, "old", "it is looked for in the message");
    let hit = |row| Hit {
        place: RowId {
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
    user.tell(Event::Found(all[0].id, number, hits));
    let anchor = user.model.conversation().scroll.anchor;
    assert_eq!(anchor, Anchor::At(hit(90).place));
    assert_eq!(user.model.focus, Focus::Composer, "one can go on writing");
    assert!(kept(&user).contains(&Change::SetHead {
        conversation: all[0].id,
        from: Some(other),
        to: Some(first)
    }));
}

/// A user who looked for something that is in so many messages of a conversation, and once in another one.
fn with_found(count: usize) -> (User, [Summary; 2]) {
    let mut user = User::new();
    let all = [summary("Kyoto in spring"), summary("Rust lifetimes")];
    user.tell(listed(&all)).ctrl('o').types("kyoto");
    let number = searches(&user).last().unwrap().0;
    let texts = (1..=count).map(|number| Message::user(format!("Kyoto {number}")));
    let mut hits = vec![hit(&all[1], &Message::user("not Kyoto"))];
    hits.extend(texts.map(|text| hit(&all[0], &text)));
    user.tell(searched(number, hits, true));
    (user, all)
}

#[test]
fn each_conversation_is_listed_once_with_what_was_found_in_it_below() {
    let (user, _) = with_found(2);
    let expected = [
        "Kyoto in spring",
        "“Kyoto 1",
        "“Kyoto 2",
        "Rust lifetimes",
        "“not Kyoto",
    ];
    assert_eq!(found(&user), expected);
}

#[test]
fn of_many_messages_of_one_conversation_a_few_are_shown_and_the_others_on_demand() {
    // One more than a few takes no more room than to say so.
    let (user, _) = with_found(4);
    assert_eq!(found(&user)[4], "“Kyoto 4");
    let (mut user, all) = with_found(5);
    assert_eq!(found(&user)[3..6], ["“Kyoto 3", "2 more", "Rust lifetimes"]);
    for _ in 0..4 {
        user.key(KeyCode::Down);
    }
    assert_eq!(marked(&user), "2 more");
    user.key(KeyCode::Enter);
    assert_eq!(
        found(&user)[3..7],
        ["“Kyoto 3", "“Kyoto 4", "“Kyoto 5", "Rust lifetimes"]
    );
    assert_eq!(marked(&user), "“Kyoto 4");
    assert_eq!(
        asked_for(&user, all[0].id),
        None,
        "nothing is opened by that"
    );
    // Another query begins anew.
    user.key(KeyCode::Backspace);
    assert_eq!(found(&user), ["Kyoto in spring"]);
}

#[test]
fn enter_on_a_title_opens_the_conversation_and_on_a_message_its_place_there() {
    for (downs, lands) in [(0, false), (1, true)] {
        let (mut user, all) = with_found(2);
        for _ in 0..downs {
            user.key(KeyCode::Down);
        }
        user.key(KeyCode::Enter);
        assert!(asked_for(&user, all[0].id).is_some());
        assert_eq!(user.model.library.landing.is_some(), lands);
        assert!(!user.model.popups.is_open());
    }
}

#[test]
fn a_conversation_that_is_not_listed_yet_is_found_by_its_texts() {
    let mut user = User::new();
    user.ctrl('o').types("kyoto");
    let number = searches(&user).last().unwrap().0;
    let other = summary("from elsewhere");
    let hits = vec![hit(&other, &Message::user("in Kyoto"))];
    user.tell(searched(number, hits, true));
    assert_eq!(found(&user), ["unlisted", "“in Kyoto"]);
    user.key(KeyCode::Enter);
    assert!(asked_for(&user, other.id).is_some());
}
