//! Which keys a popup, a picked message and the whole program take.

use super::*;
use crate::app::keys::{Action, Chord, Edit, Keymap, Row};
use crate::app::popups::help::Help;
use crate::app::popups::switcher::Switcher;

#[test]
fn a_popup_lets_no_key_through_to_what_lies_behind() {
    let mut user = User::new();
    user.sends("hello").hears(0, done("reply"));
    user.types("draft");
    user.ctrl('o')
        .key(KeyCode::Tab)
        .key(KeyCode::Esc)
        .types(" dear");
    assert_eq!(user.draft(), "draft dear");
    assert!(!user.model.popups.is_open());
    user.ctrl('o')
        .key(KeyCode::F(5))
        .ctrl('n')
        .ctrl('b')
        .key(KeyCode::F(2));
    assert!(user.model.popups.top::<Switcher>().is_some());
    assert_eq!(user.model.conversation().conversation.space, "space");
    assert!(user.model.panel.is_none() && !user.model.library.is_shown);
    user.ctrl('c');
    assert!(!user.model.popups.is_open());
    assert_eq!(
        user.draft(),
        "draft dear",
        "Ctrl+C closes the popup and no more"
    );
}

#[test]
fn the_help_lies_on_top_of_a_popup_and_gives_it_back() {
    let mut user = User::new();
    user.ctrl('o').types("kyoto").key(KeyCode::F(1));
    assert!(user.model.popups.top::<Help>().is_some());
    user.key(KeyCode::F(1));
    let query = user
        .model
        .popups
        .top::<Switcher>()
        .map(|shown| shown.menu.query.text());
    assert_eq!(query.as_deref(), Some("kyoto"));
}

#[test]
fn what_is_typed_while_a_message_is_picked_does_nothing_and_sends_nothing() {
    let mut user = User::new();
    user.sends("hello").hears(0, done("reply"));
    user.press(KeyCode::Up, KeyModifiers::ALT);
    let picked = user.model.conversation().picked;
    for letter in ["g", "k", "r", "h"] {
        user.types(letter);
        assert_eq!(user.model.conversation().picked, picked, "{letter}");
    }
    let (remark, _) = user.model.toast.clone().unwrap();
    assert!(remark.contains("Esc"), "{remark}");
    assert_eq!((user.started().len(), user.draft().as_str()), (1, ""));
    user.types("rr");
    assert_eq!(user.started().len(), 2);
}

#[test]
fn everything_is_drawn_anew_on_demand() {
    let mut user = User::new();
    user.ctrl('l');
    assert!(user.effects.contains(&Effect::Redraw));
}

#[test]
fn what_is_said_names_the_keys_that_are_in_force() {
    let mut user = User::new();
    let rows = crate::app::actions::ROWS
        .iter()
        .map(|row| match row.action {
            Action::Send => Row {
                keys: const { &[Chord(KeyModifiers::CONTROL, KeyCode::Char('x'))] },
                ..*row
            },
            Action::Edit(Edit::Up) => Row {
                keys: const { &[Chord(KeyModifiers::CONTROL, KeyCode::Up)] },
                ..*row
            },
            _ => *row,
        });
    user.model.keys = Keymap::new(Vec::leak(rows.collect()));
    user.types("/nothing").ctrl('x');
    let said = |user: &User| user.model.toast.clone().map(|(words, _)| words);
    assert!(said(&user).is_some_and(|words| words.contains("Ctrl+X again sends")));
    user.ctrl('c');
    assert!(said(&user).is_some_and(|words| words.contains("Ctrl+↑ brings it back")));
}
