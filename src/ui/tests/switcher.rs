//! What the switcher finds: each conversation once, and below it what was found in it.

use super::*;
use crate::app::SearchAnswer;
use crate::chat::{MessageId, Role, SearchHit};

/// A message of a conversation in which a word was found.
fn hit(conversation: &Summary, snippet: &str, word: &str) -> SearchHit {
    let start = snippet.find(word).unwrap();
    SearchHit {
        conversation: conversation.id,
        message: MessageId::new(),
        title: conversation.title.clone(),
        snippet: snippet.to_owned(),
        matches: std::iter::once(start..start + word.len()).collect(),
        created_at: conversation.updated_at,
        role: Role::User,
    }
}

/// The switcher with what it has found: a few messages of one conversation, many of another one, and one of a
/// conversation that is not in the list yet.
fn found(width: u16, height: u16) -> Screen {
    let trip = summary("Trip to Kyoto 京都 and everything around it", 30);
    let notes = summary("Reading notes", 72);
    let elsewhere = summary("Written in another window", 0);
    let mut hits = vec![
        hit(&trip, "How many days does **Kyoto** need?", "Kyoto"),
        hit(
            &elsewhere,
            "京都 is written Kyoto\nin Latin letters",
            "Kyoto",
        ),
        hit(&trip, "Three days in Kyoto, and one in Nara", "Kyoto"),
    ];
    hits.extend((1..=6).map(|number| {
        let snippet = format!("chapter {number}: a long way before one comes to Kyoto again");
        hit(&notes, &snippet, "Kyoto")
    }));
    let mut screen = Screen::new(width, height);
    // Without a disk there is nothing to be searched.
    let defaults = Defaults {
        keeps: true,
        ..Defaults::default()
    };
    screen.model = Model::new(defaults, screen.model.clock);
    screen.tell(Event::Store(StoreEvent::Listed(vec![trip, notes])));
    screen.press(KeyCode::Char('o'), KeyModifiers::CONTROL);
    for letter in "Kyoto".chars() {
        screen.press(KeyCode::Char(letter), KeyModifiers::NONE);
    }
    // The fifth letter was the fourth search.
    screen.tell(Event::Searched(SearchAnswer {
        number: 4,
        hits,
        is_all: true,
    }));
    screen
}

#[test]
fn each_conversation_stands_once_over_what_was_found_in_it() {
    for (width, height) in [(120, 20), (40, 16)] {
        let mut screen = found(width, height);
        screen
            .press(KeyCode::Down, KeyModifiers::NONE)
            .press(KeyCode::Down, KeyModifiers::NONE);
        insta::assert_snapshot!(format!("switcher_passages_{width}"), screen.shown());
    }
}

#[test]
fn the_conversation_stays_in_view_above_its_first_messages() {
    let mut screen = found(40, 10);
    for _ in 0..7 {
        screen.press(KeyCode::Down, KeyModifiers::NONE);
    }
    insta::assert_snapshot!("switcher_passages_low", screen.shown());
}
