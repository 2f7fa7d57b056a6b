//! The library of system messages.

use super::*;
use crate::chat::Preset;

fn preset(name: &str, text: &str, is_default: bool) -> Preset {
    Preset {
        is_default,
        ..Preset::new(name, text)
    }
}

fn with_presets(presets: &[Preset]) -> User {
    let mut user = User::new();
    user.tell(Event::Store(StoreEvent::Presets(0, presets.to_vec())));
    user
}

fn alt(user: &mut User, c: char) -> &mut User {
    user.press(KeyCode::Char(c), KeyModifiers::ALT)
}

fn kept(user: &User) -> Vec<&Change> {
    let kept = user.effects.iter().filter_map(|effect| match effect {
        Effect::Save(changes) => Some(changes),
        _ => None,
    });
    kept.flatten().collect()
}

#[test]
fn a_system_message_is_saved_under_a_name_and_brought_back_in_another_conversation() {
    let mut user = User::new();
    user.key(KeyCode::F(2)).types("Be brief.");
    alt(&mut user, 's')
        .ctrl('u')
        .types("Short answers")
        .key(KeyCode::Enter);
    let saved = Change::SavePreset {
        name: "Short answers".to_owned(),
        text: "Be brief.".into(),
    };
    assert!(kept(&user).contains(&&saved));
    user.key(KeyCode::F(2))
        .sends("one")
        .hears(0, done("reply"))
        .ctrl('n');
    assert_eq!(user.model.system(), "");
    alt(&mut user, 'p').types("short").key(KeyCode::Enter);
    assert_eq!(user.model.system(), "Be brief.");
}

#[test]
fn the_panel_shows_what_was_chosen_and_saving_it_again_changes_the_saved_one() {
    let mut user = with_presets(&[preset("tutor", "Explain.", true)]);
    user.key(KeyCode::F(2));
    alt(&mut user, 'p').key(KeyCode::Enter);
    assert_eq!(user.model.panel.as_ref().unwrap().text(), "Explain.");
    alt(&mut user, 's').key(KeyCode::Enter);
    user.key(KeyCode::End).types(" Slowly.");
    alt(&mut user, 's')
        .ctrl('u')
        .types("tutor")
        .key(KeyCode::Enter);
    let [tutor] = &user.model.presets[..] else {
        panic!("there is one of the name");
    };
    assert_eq!((&*tutor.text, tutor.is_default), ("Explain. Slowly.", true));
}

#[test]
fn what_was_there_before_one_was_chosen_can_be_had_back() {
    let mut user = with_presets(&[preset("tutor", "Explain.", false)]);
    user.key(KeyCode::F(2)).types("Not saved.");
    alt(&mut user, 'p').key(KeyCode::Enter);
    assert_eq!(user.model.system(), "Explain.");
    alt(&mut user, 'p').key(KeyCode::Up).key(KeyCode::Enter);
    assert_eq!(user.model.system(), "Not saved.");
}

#[test]
fn new_conversations_begin_with_the_default_one_unless_the_command_line_names_another() {
    let presets = [
        preset("brief", "Be brief.", false),
        preset("tutor", "Explain.", true),
    ];
    let mut user = with_presets(&presets);
    assert_eq!(
        user.model.system(),
        "Explain.",
        "also the one that was there before they were read"
    );
    user.sends("one").hears(0, done("reply"));
    alt(&mut user, 'p');
    alt(&mut user, 'd').key(KeyCode::Esc);
    assert_eq!(user.model.system(), "Explain.", "what has begun stays");
    user.ctrl('n');
    assert_eq!(user.model.system(), "Be brief.");
    let is_kept = Change::SetDefaultPreset {
        name: Some("brief".to_owned()),
    };
    assert!(kept(&user).contains(&&is_kept));

    let mut user = User::new();
    user.model.defaults.is_system_given = true;
    user.tell(Event::Store(StoreEvent::Presets(0, presets.to_vec())));
    assert_eq!(user.model.system(), "");
}

#[test]
fn one_is_removed_only_when_the_key_is_pressed_again() {
    let mut user = with_presets(&[preset("a", "one", false), preset("b", "two", false)]);
    alt(&mut user, 'p');
    alt(&mut user, 'x').key(KeyCode::Down);
    alt(&mut user, 'x');
    assert_eq!(user.model.presets.len(), 2);
    alt(&mut user, 'x');
    let removed = Change::RemovePreset {
        name: "b".to_owned(),
    };
    assert!(kept(&user).contains(&&removed));
    assert_eq!(user.model.presets.len(), 1);
}

#[test]
fn a_command_takes_one_by_its_name_and_says_so_where_there_is_none() {
    let mut user = with_presets(&[preset("tutor", "Explain.", false)]);
    user.types("/system tutor")
        .key(KeyCode::Esc)
        .key(KeyCode::Enter);
    assert_eq!(user.model.system(), "Explain.");
    user.types("/system nobody")
        .key(KeyCode::Esc)
        .key(KeyCode::Enter);
    assert_eq!(user.model.system(), "Explain.");
    let (remark, _) = user.model.toast.as_ref().unwrap();
    assert!(remark.contains("nobody"), "{remark}");
}

#[test]
fn what_was_read_before_a_change_does_not_undo_it() {
    let presets = [preset("tutor", "Explain.", false)];
    let mut user = with_presets(&presets);
    alt(&mut user, 'p');
    assert!(user.effects.contains(&Effect::Presets(0)));
    alt(&mut user, 'd');
    user.tell(Event::Store(StoreEvent::Presets(0, presets.to_vec())));
    assert!(user.model.presets[0].is_default);
    user.key(KeyCode::Esc);
    alt(&mut user, 'p');
    user.tell(Event::Store(StoreEvent::Presets(1, presets.to_vec())));
    assert!(
        !user.model.presets[0].is_default,
        "another window has changed it since"
    );
}
