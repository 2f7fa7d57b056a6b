//! The picker of sources and models: what it lists, what typing finds, and what Enter does with it.

use super::*;
use crate::app::DEMO_SPACE;
use crate::app::popups::source_picker::{PickerRow, SourcePicker};
use crate::app::sources::{Chats, Inspection, LocalSource, SourceChoice, SourceGroup, SourceState};
use crate::chat::FailureKind;
use std::sync::Arc;

fn choice(id: &str, group: SourceGroup) -> SourceChoice {
    SourceChoice {
        id: id.to_owned(),
        about: String::new(),
        group,
        state: None,
        is_listed: true,
        is_zero_gpu: false,
    }
}

fn models(names: &[&str]) -> Arc<[String]> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn local(name: &str, names: &[&str]) -> LocalSource {
    LocalSource {
        name: name.to_owned(),
        about: "a server".to_owned(),
        state: SourceState::Ready(Some(Duration::from_millis(3))),
        models: models(names),
    }
}

fn inspected(name: &str, found: Inspection) -> Event {
    Event::Inspected {
        asked: name.to_owned(),
        name: name.to_owned(),
        model: None,
        found: Ok(found),
    }
}

/// A user to whom some sources are offered.
fn with_sources() -> User {
    let mut user = User::new();
    user.model.defaults.catalog = vec![
        choice("mine", SourceGroup::Own),
        choice("owner/space", SourceGroup::Space),
        choice(DEMO_SPACE, SourceGroup::BuiltIn),
    ];
    user
}

fn picker(user: &User) -> &SourcePicker {
    let picker = user.model.popups.top::<SourcePicker>();
    picker.expect("the picker is open")
}

/// The rows in words, headings in brackets, notes in quotes.
fn rows(user: &User) -> Vec<String> {
    let picker = picker(user);
    let row = |row: &PickerRow| match row {
        PickerRow::Heading(group) => format!("[{}]", group.title()),
        PickerRow::Note(words) => format!("\"{words}\""),
        row => picker.choice(row).unwrap().words.clone(),
    };
    picker.rows().iter().map(row).collect()
}

fn marked(user: &User) -> String {
    rows(user)[picker(user).menu.at].clone()
}

fn undelivered(user: &mut User) {
    user.sends("hello").hears(
        0,
        ReplyUpdate::Failed(Failure {
            kind: FailureKind::Connect,
            message: "nobody answers".to_owned(),
            hint: "later".to_owned(),
        }),
    );
}

#[test]
fn sources_are_listed_in_groups_and_each_key_and_command_opens_the_same_list() {
    let mut user = with_sources();
    let before = Summary {
        space: "box".to_owned(),
        model: "large".to_owned(),
        ..summary("before")
    };
    user.tell(listed(&[before]));
    for opens in ["/source", "/space", "ctrl+t", "f5"] {
        match opens {
            "ctrl+t" => user.ctrl('t'),
            "f5" => user.key(KeyCode::F(5)),
            command => user.types(command).key(KeyCode::Esc).key(KeyCode::Enter),
        };
        user.tell(Event::LocalFound(vec![local("here", &["a", "b"])]));
        let expected = [
            "[Used lately]",
            "box:large",
            "space",
            "[On this machine]",
            "here",
            "here:a",
            "here:b",
            "[Yours]",
            "mine",
            "[Spaces]",
            "owner/space",
            "[Without a network]",
            "demo",
        ];
        assert_eq!(rows(&user), expected, "{opens}");
        assert_eq!(marked(&user), "box:large");
        user.key(KeyCode::Esc);
    }
    assert!(user.effects.contains(&Effect::FindLocal));
}

#[test]
fn the_mark_passes_headings_and_stays_at_its_row_when_more_becomes_known() {
    let mut user = with_sources();
    user.ctrl('t');
    assert_eq!(rows(&user)[2..4], ["[On this machine]", "\"looking …\""]);
    assert_eq!(marked(&user), "mine");
    user.key(KeyCode::Down);
    assert_eq!(marked(&user), "owner/space");
    user.tell(Event::LocalFound(vec![local("here", &["a"])]));
    assert_eq!(marked(&user), "owner/space");
    user.key(KeyCode::Up).key(KeyCode::Up).key(KeyCode::Up);
    assert_eq!(marked(&user), "here");
    user.key(KeyCode::Up).key(KeyCode::Up);
    assert_eq!(marked(&user), "demo", "round the end, past the headings");
    user.tell(Event::LocalFound(Vec::new()));
    assert_eq!(rows(&user)[3], "\"No server answers here.\"");
}

#[test]
fn the_row_of_a_model_sets_source_and_model() {
    let mut user = with_sources();
    user.ctrl('t');
    user.tell(Event::LocalFound(vec![local("here", &["a", "b:1"])]));
    user.types("here:b").key(KeyCode::Enter);
    assert!(user.effects.contains(&Effect::Inspect("here".to_owned())));
    user.tell(inspected("here", Inspection::default()));
    let conversation = &user.model.conversation().conversation;
    assert_eq!(
        (&*conversation.space, &*conversation.model),
        ("here", "b:1")
    );
}

#[test]
fn many_models_are_found_by_typing_and_not_listed() {
    let many: Vec<String> = (0..5000).map(|number| format!("maker/m{number}")).collect();
    let mut user = with_sources();
    user.ctrl('t');
    let found = Inspection {
        models: many.into(),
        ..Inspection::default()
    };
    user.model.conversation_mut().conversation.space = "mine".to_owned();
    user.tell(inspected("mine", found));
    assert!(rows(&user).len() < 12);
    user.types("m4711");
    assert_eq!(marked(&user), "mine:maker/m4711");
}

#[test]
fn a_chosen_source_gets_the_message_that_could_not_be_delivered_and_the_past() {
    let mut user = with_sources();
    undelivered(&mut user);
    user.tell(Event::LocalFound(vec![local("here", &["a"])]));
    user.ctrl('t');
    assert_eq!(marked(&user), "here", "what answers, not what failed");
    user.key(KeyCode::Enter);
    assert_eq!(user.started().len(), 1, "it is looked at first");
    user.tell(inspected("here", Inspection::default()));
    let request = user.started()[1].clone();
    assert_eq!((&*request.space, &*request.model), ("here", ""));
    assert_eq!(request.messages[0].text, "hello");
    assert_eq!(user.texts(), ["hello", ""]);
}

#[test]
fn nothing_is_sent_again_where_the_last_reply_came() {
    let mut user = with_sources();
    user.sends("hello").hears(0, done("reply"));
    user.ctrl('t').types("mine").key(KeyCode::Enter);
    user.tell(inspected("mine", Inspection::default()));
    assert_eq!(user.model.conversation().conversation.space, "mine");
    assert_eq!(user.started().len(), 1);
}

#[test]
fn letters_that_are_typed_one_by_one_find_what_the_whole_word_does() {
    let names: Vec<String> = (0..300)
        .map(|number| format!("maker-{}/Model-{number}.b", number % 7))
        .collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let opened = || {
        let mut user = with_sources();
        user.ctrl('t');
        user.tell(Event::LocalFound(vec![local("here", &names)]));
        user
    };
    for word in ["m4-2", "here:ma 7", "Mod1"] {
        let (mut typed, mut pasted) = (opened(), opened());
        typed.types(word);
        pasted.tell(Event::Input(Input::Paste(word.to_owned())));
        assert_eq!(rows(&typed), rows(&pasted), "{word}");
        // And again, once a letter is taken back.
        typed.key(KeyCode::Backspace).types(&word[word.len() - 1..]);
        assert_eq!(rows(&typed), rows(&pasted), "{word}");
    }
}

#[test]
fn a_source_without_a_default_asks_for_one_of_its_models() {
    let mut user = with_sources();
    user.ctrl('t').types("mine").key(KeyCode::Enter);
    let found = Inspection {
        models: models(&["a", "b"]),
        needs_model: true,
        ..Inspection::default()
    };
    user.tell(inspected("mine", found.clone()));
    assert_eq!(rows(&user), ["[Models]", "mine:a", "mine:b"]);
    user.key(KeyCode::Down).key(KeyCode::Enter);
    user.tell(inspected("mine", found));
    assert!(!user.model.popups.is_open());
    assert_eq!(user.model.conversation().conversation.model, "b");
}

#[test]
fn a_page_with_several_chats_has_one_of_them_chosen() {
    let mut user = with_sources();
    undelivered(&mut user);
    user.ctrl('t').types("owner/space").key(KeyCode::Enter);
    let chats = Chats {
        setting: "chat".to_owned(),
        names: vec!["Fast".to_owned(), "Slow".to_owned()],
    };
    let found = Inspection {
        chats,
        ..Inspection::default()
    };
    user.tell(inspected("owner/space", found));
    assert_eq!(
        rows(&user),
        ["[Chats of this page]", "chat: Fast", "chat: Slow"]
    );
    assert_eq!(user.started().len(), 1);
    user.key(KeyCode::Down).key(KeyCode::Enter);
    let request = user.started()[1].clone();
    assert_eq!(request.space, "owner/space");
    assert_eq!(request.settings["chat"], "Slow");
}

#[test]
fn a_model_is_named_by_its_command_or_chosen_among_those_of_the_source() {
    let mut user = with_sources();
    user.model
        .conversation_mut()
        .settings
        .insert("heat".to_owned(), "1".to_owned());
    user.sends("/model large");
    assert_eq!(user.model.conversation().conversation.model, "large");
    assert_eq!(user.model.conversation().settings["heat"], "1");
    user.sends("/model");
    assert_eq!(rows(&user), ["[Models]", "\"looking …\""]);
    let found = Inspection {
        models: models(&["large", "small"]),
        ..Inspection::default()
    };
    user.tell(inspected("space", found));
    assert_eq!(rows(&user), ["[Models]", "space:large", "space:small"]);
}

#[test]
fn words_ask_for_spaces_and_only_the_last_answer_counts() {
    let mut user = with_sources();
    user.ctrl('t').types("pain");
    let asked = |user: &User| {
        let mut searches = user.effects.iter().filter_map(|effect| match effect {
            Effect::SearchSpaces { number, words } => Some((*number, words.clone())),
            _ => None,
        });
        searches.next_back().unwrap()
    };
    let (first, words) = asked(&user);
    assert_eq!(words, "pain");
    assert_eq!(rows(&user), ["[Spaces found by search]", "\"searching …\""]);
    user.types("t");
    let (second, words) = asked(&user);
    assert_eq!(words, "paint");
    let found = |id: &str| Ok(vec![choice(id, SourceGroup::Found)]);
    user.tell(Event::SpacesFound(first, found("old/one")));
    assert!(!rows(&user).contains(&"old/one".to_owned()));
    user.tell(Event::SpacesFound(second, found("any/name")));
    assert_eq!(rows(&user), ["[Spaces found by search]", "any/name"]);
    assert_eq!(marked(&user), "any/name");
    let refusal = Err("It was not reached.".to_owned());
    user.types("s");
    let (third, _) = asked(&user);
    user.tell(Event::SpacesFound(third, refusal));
    assert_eq!(rows(&user).last().unwrap(), "\"It was not reached.\"");
    user.types(":");
    assert_eq!(asked(&user).1, "", "a name is not searched for");
}

#[test]
fn servers_here_are_looked_for_at_the_start_where_nothing_says_what_to_talk_to() {
    let looks = |user: &User| {
        let looks = |effect: &&Effect| **effect == Effect::FindLocal;
        user.effects.iter().filter(looks).count()
    };
    let mut user = User::new();
    user.tell(listed(&[]));
    assert_eq!(looks(&user), 0, "a source was named");
    let mut user = User::new();
    user.model.defaults.is_unconfigured = true;
    user.tell(listed(&[summary("before")]));
    assert_eq!(looks(&user), 0, "something was said before");
    let mut user = User::new();
    user.model.defaults.is_unconfigured = true;
    user.tell(listed(&[])).tell(listed(&[]));
    assert_eq!(looks(&user), 1);
    user.tell(Event::LocalFound(vec![local("here", &["a"])]));
    let offered = user.model.offers_local().map(|server| &*server.name);
    assert_eq!(offered, Some("here"));
    user.ctrl('t');
    assert_eq!(marked(&user), "here", "one key, and Enter");
}
