//! The library of system messages.

use super::*;
use crate::chat::Preset;

fn preset(name: &str, text: &str, is_default: bool) -> Preset {
    Preset {
        is_default,
        ..Preset::new(name, text)
    }
}

fn with_presets(presets: &[Preset]) -> Person {
    let mut person = Person::new();
    person.tell(Event::Store(StoreEvent::Presets(0, presets.to_vec())));
    person
}

fn alt(person: &mut Person, c: char) -> &mut Person {
    person.press(KeyCode::Char(c), KeyModifiers::ALT)
}

fn kept(person: &Person) -> Vec<&Change> {
    let kept = person.effects.iter().filter_map(|effect| match effect {
        Effect::Keep(changes) => Some(changes),
        _ => None,
    });
    kept.flatten().collect()
}

#[test]
fn a_system_message_is_saved_under_a_name_and_brought_back_in_another_conversation() {
    let mut person = Person::new();
    person.key(KeyCode::F(2)).types("Be brief.");
    alt(&mut person, 's')
        .ctrl('u')
        .types("Short answers")
        .key(KeyCode::Enter);
    let saved = Change::SavePreset {
        name: "Short answers".to_owned(),
        text: "Be brief.".into(),
    };
    assert!(kept(&person).contains(&&saved));
    person
        .key(KeyCode::F(2))
        .sends("one")
        .hears(0, done("reply"))
        .ctrl('n');
    assert_eq!(person.model.system(), "");
    alt(&mut person, 'p').types("short").key(KeyCode::Enter);
    assert_eq!(person.model.system(), "Be brief.");
}

#[test]
fn the_panel_shows_what_was_chosen_and_saving_it_again_changes_the_saved_one() {
    let mut person = with_presets(&[preset("tutor", "Explain.", true)]);
    person.key(KeyCode::F(2));
    alt(&mut person, 'p').key(KeyCode::Enter);
    assert_eq!(person.model.panel.as_ref().unwrap().text(), "Explain.");
    alt(&mut person, 's').key(KeyCode::Enter);
    person.key(KeyCode::End).types(" Slowly.");
    alt(&mut person, 's')
        .ctrl('u')
        .types("tutor")
        .key(KeyCode::Enter);
    let [tutor] = &person.model.presets[..] else {
        panic!("there is one of the name");
    };
    assert_eq!((&*tutor.text, tutor.is_default), ("Explain. Slowly.", true));
}

#[test]
fn what_was_there_before_one_was_chosen_can_be_had_back() {
    let mut person = with_presets(&[preset("tutor", "Explain.", false)]);
    person.key(KeyCode::F(2)).types("Not saved.");
    alt(&mut person, 'p').key(KeyCode::Enter);
    assert_eq!(person.model.system(), "Explain.");
    alt(&mut person, 'p').key(KeyCode::Up).key(KeyCode::Enter);
    assert_eq!(person.model.system(), "Not saved.");
}

#[test]
fn new_conversations_begin_with_the_default_one_unless_the_command_line_names_another() {
    let presets = [
        preset("brief", "Be brief.", false),
        preset("tutor", "Explain.", true),
    ];
    let mut person = with_presets(&presets);
    assert_eq!(
        person.model.system(),
        "Explain.",
        "also the one that was there before they were read"
    );
    person.sends("one").hears(0, done("reply"));
    alt(&mut person, 'p');
    alt(&mut person, 'd').key(KeyCode::Esc);
    assert_eq!(person.model.system(), "Explain.", "what has begun stays");
    person.ctrl('n');
    assert_eq!(person.model.system(), "Be brief.");
    let is_kept = Change::SetDefaultPreset {
        name: Some("brief".to_owned()),
    };
    assert!(kept(&person).contains(&&is_kept));

    let mut person = Person::new();
    person.model.defaults.is_system_given = true;
    person.tell(Event::Store(StoreEvent::Presets(0, presets.to_vec())));
    assert_eq!(person.model.system(), "");
}

#[test]
fn one_is_removed_only_when_the_key_is_pressed_again() {
    let mut person = with_presets(&[preset("a", "one", false), preset("b", "two", false)]);
    alt(&mut person, 'p');
    alt(&mut person, 'x').key(KeyCode::Down);
    alt(&mut person, 'x');
    assert_eq!(person.model.presets.len(), 2);
    alt(&mut person, 'x');
    let removed = Change::RemovePreset {
        name: "b".to_owned(),
    };
    assert!(kept(&person).contains(&&removed));
    assert_eq!(person.model.presets.len(), 1);
}

#[test]
fn a_command_takes_one_by_its_name_and_says_so_where_there_is_none() {
    let mut person = with_presets(&[preset("tutor", "Explain.", false)]);
    person
        .types("/system tutor")
        .key(KeyCode::Esc)
        .key(KeyCode::Enter);
    assert_eq!(person.model.system(), "Explain.");
    person
        .types("/system nobody")
        .key(KeyCode::Esc)
        .key(KeyCode::Enter);
    assert_eq!(person.model.system(), "Explain.");
    let (remark, _) = person.model.remark.as_ref().unwrap();
    assert!(remark.contains("nobody"), "{remark}");
}

#[test]
fn what_was_read_before_a_change_does_not_undo_it() {
    let presets = [preset("tutor", "Explain.", false)];
    let mut person = with_presets(&presets);
    alt(&mut person, 'p');
    assert!(person.effects.contains(&Effect::Presets(0)));
    alt(&mut person, 'd');
    person.tell(Event::Store(StoreEvent::Presets(0, presets.to_vec())));
    assert!(person.model.presets[0].is_default);
    person.key(KeyCode::Esc);
    alt(&mut person, 'p');
    person.tell(Event::Store(StoreEvent::Presets(1, presets.to_vec())));
    assert!(
        !person.model.presets[0].is_default,
        "another window has changed it since"
    );
}
