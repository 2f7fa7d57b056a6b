//! Finding words in the conversation that is seen.

use super::*;
use crate::app::FindRequest;
use crate::app::rows::{Hit, Hits};
use crate::app::{conversation::scroll::Anchor, rows::RowId};

/// A user with one answered message, whose transcript was drawn.
fn reader() -> User {
    let mut user = User::new();
    user.sends("one")
        .hears(0, delta("two"))
        .hears(0, done("two"));
    let place = |message, row| RowId {
        message,
        block: 1,
        row,
        is_plain: false,
    };
    let path: Vec<_> = user.path().iter().map(|message| message.id).collect();
    user.tell(Event::Drawn(Regions {
        top: Some(place(path[1], 10)),
        bottom: Some(place(path[1], 20)),
        transcript_width: 80,
        ..Regions::default()
    }));
    user.ctrl('f');
    user
}

fn request(user: &User) -> Option<FindRequest> {
    user.effects.iter().rev().find_map(|effect| match effect {
        Effect::Find(request) => Some(request.clone()),
        _ => None,
    })
}

/// Hits at these rows of the reply.
fn at_rows(user: &User, rows: &[usize]) -> Hits {
    let message = user.path()[1].id;
    let mut hits = Hits::default();
    let hit = |row: &usize| Hit {
        place: RowId {
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

fn answer(user: &mut User, rows: &[usize]) {
    let number = request(user).unwrap().number;
    let hits = at_rows(user, rows);
    user.tell(Event::Found(user.model.current, number, hits));
}

fn told(user: &User) -> String {
    user.model.conversation().find.as_ref().unwrap().status()
}

#[test]
fn each_query_is_searched_and_an_answer_to_an_earlier_one_is_dropped() {
    let mut user = reader();
    user.types("a");
    let first = request(&user).unwrap();
    assert_eq!(
        (first.query.as_str(), first.width, first.messages.len()),
        ("a", 80, 2)
    );
    user.types("b");
    let second = request(&user).unwrap();
    assert_eq!(second.query, "ab");
    assert!(second.number > first.number);
    let hits = at_rows(&user, &[1]);
    user.tell(Event::Found(first.conversation, first.number, hits));
    assert_eq!(told(&user), "…");
    answer(&mut user, &[]);
    assert_eq!(told(&user), "nothing found");
}

#[test]
fn the_first_place_is_the_next_one_from_where_the_view_is_and_steps_go_round() {
    let mut user = reader();
    user.types("a");
    answer(&mut user, &[3, 15, 40]);
    assert_eq!(told(&user), "2 of 3");
    // It is in view already.
    assert!(
        !matches!(user.model.conversation().scroll.anchor, Anchor::At(place) if place.row == 15)
    );
    user.key(KeyCode::Enter);
    assert_eq!(told(&user), "3 of 3");
    assert!(
        matches!(user.model.conversation().scroll.anchor, Anchor::At(place) if place.row == 40)
    );
    user.key(KeyCode::Down);
    assert_eq!(told(&user), "1 of 3");
    user.key(KeyCode::Up);
    assert_eq!(told(&user), "3 of 3");
}

#[test]
fn another_width_is_searched_again_and_the_place_that_is_looked_at_stays() {
    let mut user = reader();
    user.types("a");
    answer(&mut user, &[3, 15, 40]);
    let before = request(&user).unwrap().number;
    let regions = Regions {
        transcript_width: 40,
        ..user.model.regions.clone()
    };
    user.tell(Event::Drawn(regions));
    let again = request(&user).unwrap();
    assert!(again.number > before && again.width == 40);
    answer(&mut user, &[6, 30, 80]);
    assert_eq!(told(&user), "2 of 3");
}

#[test]
fn esc_ends_the_search_and_what_is_typed_is_a_message_again() {
    let mut user = reader();
    user.types("a").key(KeyCode::Esc);
    assert!(user.model.conversation().find.is_none());
    user.types("b");
    assert_eq!(user.draft(), "b");
}

#[test]
fn a_reply_that_grows_is_searched_again_now_and_then_and_once_more_at_its_end() {
    let mut user = User::new();
    user.sends("one").hears(0, delta("a "));
    let regions = Regions {
        transcript_width: 80,
        ..Regions::default()
    };
    user.tell(Event::Drawn(regions)).ctrl('f').types("a");
    answer(&mut user, &[3]);
    assert_eq!(told(&user), "1 of 1");
    let anchor = user.model.conversation().scroll.anchor;
    let asked = |user: &User| request(user).map(|request| request.number);
    let first = asked(&user);
    user.hears(0, delta("a "));
    assert_eq!(asked(&user), first, "not for every piece");
    let now = user.model.clock.uptime;
    let wake = user.model.wake_at();
    assert!(wake.is_some_and(|at| at <= now + Duration::from_millis(500)));
    user.wait(500);
    let second = request(&user).unwrap();
    assert!(Some(second.number) > first);
    assert_eq!(second.messages[1].text, "a a ");
    // One at a time, and the next not before as much time has passed as this one took.
    user.hears(0, delta("a")).wait(2000);
    assert_eq!(asked(&user), Some(second.number));
    answer(&mut user, &[3, 5]);
    assert_eq!(told(&user), "1 of 2");
    user.wait(1500);
    assert_eq!(asked(&user), Some(second.number));
    user.hears(0, done("a a a"));
    assert!(asked(&user) > Some(second.number));
    answer(&mut user, &[3, 5, 7]);
    assert_eq!(told(&user), "1 of 3");
    assert_eq!(user.model.conversation().scroll.anchor, anchor);
}

#[test]
fn what_is_found_in_a_reply_that_grows_moves_no_view() {
    let mut user = reader();
    user.types("a");
    answer(&mut user, &[]);
    let anchor = user.model.conversation().scroll.anchor;
    crate::app::conversation::find::changed(user.model.conversation_mut());
    user.wait(1);
    answer(&mut user, &[90]);
    assert_eq!(told(&user), "1 of 1");
    assert_eq!(user.model.conversation().scroll.anchor, anchor);
    user.key(KeyCode::Enter);
    assert_ne!(user.model.conversation().scroll.anchor, anchor);
}

#[test]
fn many_places_are_dropped_elsewhere_when_others_are_found_or_the_search_ends() {
    let mut user = reader();
    let many: Vec<usize> = (0..5000).collect();
    let discarded = |user: &User| {
        let effects = user.effects.iter();
        effects
            .filter(|effect| matches!(effect, Effect::Discard(_)))
            .count()
    };
    user.types("a");
    answer(&mut user, &many);
    user.types("b");
    assert_eq!(discarded(&user), 0);
    answer(&mut user, &many);
    assert_eq!(discarded(&user), 1);
    // An answer that nobody waits for any more.
    let (id, hits) = (user.model.current, at_rows(&user, &many));
    user.tell(Event::Found(id, 0, hits));
    assert_eq!(discarded(&user), 2);
    user.key(KeyCode::Esc);
    assert_eq!(discarded(&user), 3);
}
