//! Finding words in the conversation that is seen.

use super::*;
use crate::app::FindRequest;
use crate::app::find::{Hit, Hits};
use crate::app::scroll::{Anchor, Place};

/// A person with one answered message, whose transcript was drawn.
fn reader() -> Person {
    let mut person = Person::new();
    person
        .sends("one")
        .hears(0, delta("two"))
        .hears(0, done("two"));
    let place = |message, row| Place {
        message,
        block: 1,
        row,
        is_plain: false,
    };
    let path: Vec<_> = person.path().iter().map(|message| message.id).collect();
    person.tell(Event::Drawn(Regions {
        top: Some(place(path[1], 10)),
        bottom: Some(place(path[1], 20)),
        transcript_width: 80,
        ..Regions::default()
    }));
    person.ctrl('f');
    person
}

fn request(person: &Person) -> Option<FindRequest> {
    person.effects.iter().rev().find_map(|effect| match effect {
        Effect::Find(request) => Some(request.clone()),
        _ => None,
    })
}

/// Hits at these rows of the reply.
fn at_rows(person: &Person, rows: &[usize]) -> Hits {
    let message = person.path()[1].id;
    let mut hits = Hits::default();
    let hit = |row: &usize| Hit {
        place: Place {
            message,
            block: 1,
            row: *row,
            is_plain: false,
        },
        columns: 0..1,
        next_row: None,
    };
    hits.add(message, 1, rows.iter().map(hit).collect());
    hits
}

fn answer(person: &mut Person, rows: &[usize]) {
    let number = request(person).unwrap().number;
    let hits = at_rows(person, rows);
    person.tell(Event::Found(person.model.current, number, hits));
}

fn told(person: &Person) -> String {
    person.model.conversation().find.as_ref().unwrap().told()
}

#[test]
fn each_query_is_searched_and_an_answer_to_an_earlier_one_is_dropped() {
    let mut person = reader();
    person.types("a");
    let first = request(&person).unwrap();
    assert_eq!(
        (first.query.as_str(), first.width, first.messages.len()),
        ("a", 80, 2)
    );
    person.types("b");
    let second = request(&person).unwrap();
    assert_eq!(second.query, "ab");
    assert!(second.number > first.number);
    let hits = at_rows(&person, &[1]);
    person.tell(Event::Found(first.conversation, first.number, hits));
    assert_eq!(told(&person), "…");
    answer(&mut person, &[]);
    assert_eq!(told(&person), "nothing found");
}

#[test]
fn the_first_place_is_the_next_one_from_where_the_view_is_and_steps_go_round() {
    let mut person = reader();
    person.types("a");
    answer(&mut person, &[3, 15, 40]);
    assert_eq!(told(&person), "2 of 3");
    // It is in view already.
    assert!(
        !matches!(person.model.conversation().scroll.anchor, Anchor::At(place) if place.row == 15)
    );
    person.key(KeyCode::Enter);
    assert_eq!(told(&person), "3 of 3");
    assert!(
        matches!(person.model.conversation().scroll.anchor, Anchor::At(place) if place.row == 40)
    );
    person.key(KeyCode::Down);
    assert_eq!(told(&person), "1 of 3");
    person.key(KeyCode::Up);
    assert_eq!(told(&person), "3 of 3");
}

#[test]
fn another_width_is_searched_again_and_the_place_that_is_looked_at_stays() {
    let mut person = reader();
    person.types("a");
    answer(&mut person, &[3, 15, 40]);
    let before = request(&person).unwrap().number;
    let regions = Regions {
        transcript_width: 40,
        ..person.model.regions.clone()
    };
    person.tell(Event::Drawn(regions));
    let again = request(&person).unwrap();
    assert!(again.number > before && again.width == 40);
    answer(&mut person, &[6, 30, 80]);
    assert_eq!(told(&person), "2 of 3");
}

#[test]
fn esc_ends_the_search_and_what_is_typed_is_a_message_again() {
    let mut person = reader();
    person.types("a").key(KeyCode::Esc);
    assert!(person.model.conversation().find.is_none());
    person.types("b");
    assert_eq!(person.draft(), "b");
}

#[test]
fn a_reply_that_grows_is_searched_again_now_and_then_and_once_more_at_its_end() {
    let mut person = Person::new();
    person.sends("one").hears(0, delta("a "));
    let regions = Regions {
        transcript_width: 80,
        ..Regions::default()
    };
    person.tell(Event::Drawn(regions)).ctrl('f').types("a");
    answer(&mut person, &[3]);
    assert_eq!(told(&person), "1 of 1");
    let anchor = person.model.conversation().scroll.anchor;
    let asked = |person: &Person| request(person).map(|request| request.number);
    let first = asked(&person);
    person.hears(0, delta("a "));
    assert_eq!(asked(&person), first, "not for every piece");
    let now = person.model.clock.uptime;
    let wake = person.model.wake_at();
    assert!(wake.is_some_and(|at| at <= now + Duration::from_millis(500)));
    person.wait(500);
    let second = request(&person).unwrap();
    assert!(Some(second.number) > first);
    assert_eq!(second.messages[1].text, "a a ");
    // One at a time, and the next not before as much time has passed as this one took.
    person.hears(0, delta("a")).wait(2000);
    assert_eq!(asked(&person), Some(second.number));
    answer(&mut person, &[3, 5]);
    assert_eq!(told(&person), "1 of 2");
    person.wait(1500);
    assert_eq!(asked(&person), Some(second.number));
    person.hears(0, done("a a a"));
    assert!(asked(&person) > Some(second.number));
    answer(&mut person, &[3, 5, 7]);
    assert_eq!(told(&person), "1 of 3");
    assert_eq!(person.model.conversation().scroll.anchor, anchor);
}

#[test]
fn what_is_found_in_a_reply_that_grows_moves_no_view() {
    let mut person = reader();
    person.types("a");
    answer(&mut person, &[]);
    let anchor = person.model.conversation().scroll.anchor;
    find::changed(person.model.conversation_mut());
    person.wait(1);
    answer(&mut person, &[90]);
    assert_eq!(told(&person), "1 of 1");
    assert_eq!(person.model.conversation().scroll.anchor, anchor);
    person.key(KeyCode::Enter);
    assert_ne!(person.model.conversation().scroll.anchor, anchor);
}
