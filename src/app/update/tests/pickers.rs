//! The mark of what is chosen from: typing and pasting put it at the best, anything else leaves it at its item.

use super::*;
use crate::app::popups::{
    history::History, outline::Outline, palette::Palette, presets::Presets,
    source_picker::SourcePicker, switcher::Switcher, trash::Trash,
};
use crate::app::sources::{SourceChoice, SourceGroup};
use crate::chat::Preset;
use std::sync::Arc;

/// The place of the mark in the picker that is open.
fn at(user: &User) -> usize {
    let popups = &user.model.popups;
    let pickers = [
        popups.top::<Palette>().map(|palette| palette.0.menu()),
        popups.top::<History>().map(|history| history.0.menu()),
        popups.top::<Outline>().map(|outline| outline.0.menu()),
        popups.top::<Presets>().map(|presets| presets.picker.menu()),
        popups.top::<SourcePicker>().map(|sources| &sources.menu),
        popups.top::<Switcher>().map(|switcher| &switcher.menu),
        popups
            .top::<Trash>()
            .and_then(|trash| Some(trash.0.as_ref()?.menu())),
    ];
    let menu = pickers.into_iter().flatten().next();
    menu.expect("a picker is open").at
}

const NAMES: [&str; 5] = ["a one", "a two", "a three", "a four", "a five"];

fn prompts(names: &[&str]) -> Event {
    let prompts = names.iter().map(|name| (*name).to_owned()).collect();
    Event::Store(StoreEvent::Prompts(prompts))
}

fn presets(user: &User, names: &[&str]) -> Event {
    let presets = names
        .iter()
        .map(|name| Preset::new(*name, Arc::from(*name)));
    let number = user.model.preset_changes;
    Event::Store(StoreEvent::Presets(number, presets.collect()))
}

/// A user to whom there is much to be chosen from.
fn with_much() -> User {
    let mut user = User::new();
    for name in NAMES {
        let turn = user.model.turns;
        user.sends(name).hears(turn, done("reply"));
        user.model.defaults.catalog.push(SourceChoice {
            id: format!("{name}/space"),
            about: String::new(),
            group: SourceGroup::Space,
            state: None,
            is_listed: true,
            is_zero_gpu: false,
        });
    }
    let all: Vec<Summary> = NAMES.iter().map(|name| summary(name)).collect();
    let saved = presets(&user, &NAMES);
    user.tell(listed(&all)).tell(prompts(&NAMES)).tell(saved);
    user
}

/// Opens the trash, in which these are.
fn trash(user: &mut User, deleted: &[Summary]) {
    user.key(KeyCode::F(3)).types("t");
    user.tell(Event::Store(StoreEvent::Trash(deleted.to_vec())));
}

/// A picker's name, and what opens it.
type Opened = (&'static str, fn(&mut User));

fn pickers() -> [Opened; 7] {
    [
        ("palette", |user| {
            user.ctrl('p');
        }),
        ("history", |user| {
            user.ctrl('r');
        }),
        ("outline", |user| {
            user.press(KeyCode::Char('o'), KeyModifiers::ALT)
                .key(KeyCode::Home);
        }),
        ("presets", |user| {
            user.press(KeyCode::Char('p'), KeyModifiers::ALT);
        }),
        ("sources", |user| {
            user.types("/space").key(KeyCode::Esc).key(KeyCode::Enter);
        }),
        ("switcher", |user| {
            user.ctrl('o');
        }),
        ("trash", |user| {
            let deleted: Vec<Summary> = NAMES.iter().map(|name| summary(name)).collect();
            trash(user, &deleted);
        }),
    ]
}

#[test]
fn what_is_pasted_puts_the_mark_where_typing_puts_it() {
    for (name, open) in pickers() {
        let mut user = with_much();
        open(&mut user);
        let first = at(&user);
        let down = |user: &mut User| {
            user.key(KeyCode::Down)
                .key(KeyCode::Down)
                .key(KeyCode::Down);
        };
        down(&mut user);
        assert_ne!(at(&user), 0, "{name}");
        user.tell(Event::Input(Input::Paste("a".to_owned())));
        assert_eq!(at(&user), 0, "{name}, pasted");
        down(&mut user);
        user.types(" ");
        assert_eq!(at(&user), 0, "{name}, typed");
        assert!(first < 2 * NAMES.len());
    }
}

#[test]
fn a_caret_that_moves_and_an_empty_paste_leave_the_mark_where_it_is() {
    for (name, open) in pickers() {
        let mut user = with_much();
        open(&mut user);
        user.types("a").key(KeyCode::Down).key(KeyCode::Down);
        let before = at(&user);
        assert_ne!(before, 0, "{name}");
        user.key(KeyCode::Left).key(KeyCode::Right);
        user.tell(Event::Input(Input::Paste("\n".to_owned())));
        assert_eq!(at(&user), before, "{name}");
    }
}

#[test]
fn an_answer_of_the_store_leaves_the_mark_at_its_item() {
    let more = ["new", "a two", "a one", "a three"];
    let mut user = with_much();
    user.ctrl('r').key(KeyCode::Down).tell(prompts(&more));
    let history = user.model.popups.top::<History>().unwrap();
    assert_eq!(history.0.chosen().map(|prompt| &**prompt), Some("a two"));

    let mut user = with_much();
    user.press(KeyCode::Char('p'), KeyModifiers::ALT)
        .key(KeyCode::Down);
    let again = presets(&user, &more);
    user.tell(again);
    let presets = user.model.popups.top::<Presets>().unwrap();
    let chosen = presets.picker.chosen().map(|preset| preset.name.as_str());
    assert_eq!(chosen, Some("a two"));

    let mut user = with_much();
    let mut deleted: Vec<Summary> = NAMES.iter().map(|name| summary(name)).collect();
    trash(&mut user, &deleted);
    user.types("a").key(KeyCode::Down);
    let marked = |user: &User| {
        let trash = user.model.popups.top::<Trash>().unwrap();
        trash.0.as_ref().unwrap().chosen().map(|summary| summary.id)
    };
    let before = marked(&user);
    deleted.insert(0, summary("a new one"));
    user.tell(Event::Store(StoreEvent::Trash(deleted)));
    assert_eq!(marked(&user), before);
}

#[test]
fn a_conversation_that_another_window_saves_leaves_the_mark_of_the_switcher_at_its_item() {
    let mut user = User::new();
    let mut all = vec![summary("one"), summary("two"), summary("three")];
    user.tell(listed(&all)).ctrl('o').key(KeyCode::Down);
    let wanted = all[1].id;
    all.insert(0, summary("newer"));
    user.tell(listed(&all)).key(KeyCode::Enter);
    assert!(asked_for(&user, wanted).is_some());
}
