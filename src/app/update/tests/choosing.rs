//! The palette, commands, Spaces.

use super::*;
use crate::app::Given;
use crate::app::keymap::{Action, BINDINGS, Context, choices};
use crate::chat::SpaceInput;
use crate::chat::input::Kind;

/// A Space was looked at that is called as it was written.
fn looked(name: &str, found: Result<Vec<SpaceInput>, Failure>) -> Event {
    Event::Looked {
        asked: name.to_owned(),
        name: name.to_owned(),
        found,
    }
}

#[test]
fn the_palette_does_to_the_last_message_what_is_done_to_a_picked_one() {
    let mut person = Person::new();
    person.sends("first").hears(0, done("reply"));
    person.ctrl('p').types("edit it").key(KeyCode::Enter);
    assert_eq!(person.draft(), "first");
    person.key(KeyCode::Esc);
    person.ctrl('p').types("copy it picked").key(KeyCode::Enter);
    assert!(person.effects.contains(&Effect::Copy("reply".to_owned())));
    person
        .key(KeyCode::Esc)
        .ctrl('p')
        .types("remove it")
        .key(KeyCode::Enter);
    let (remark, _) = person.model.remark.as_ref().unwrap();
    assert!(remark.contains("above"), "{remark}");
}

#[test]
fn the_palette_lists_every_action_that_is_no_mere_step() {
    let listed: Vec<Action> = choices().map(|binding| binding.action).collect();
    for binding in BINDINGS {
        let is_box = matches!(
            binding.context,
            Context::Outline | Context::Presets | Context::Settings
        );
        let is_step = matches!(
            binding.action,
            Action::Edit(_)
                | Action::Interrupt
                | Action::NextPane
                | Action::Palette
                | Action::Open
                | Action::ListPageUp
                | Action::ListPageDown
                | Action::ListUp
                | Action::ListDown
                | Action::ShelfUp
                | Action::ShelfDown
        );
        assert!(
            is_box || is_step || listed.contains(&binding.action),
            "{binding:?}"
        );
    }
}

#[test]
fn the_palette_runs_what_it_found_by_its_words() {
    let mut person = Person::new();
    person.ctrl('p').types("all keys").key(KeyCode::Enter);
    assert!(person.model.overlay.is_none());
    person.ctrl('p').types("this help").key(KeyCode::Enter);
    assert!(matches!(
        person.model.overlay,
        Some(crate::app::Overlay::Help(_))
    ));
}

#[test]
fn a_message_that_is_a_command_is_run_and_not_sent() {
    let mut person = Person::new();
    person.sends("/help");
    assert!(matches!(
        person.model.overlay,
        Some(crate::app::Overlay::Help(_))
    ));
    person.key(KeyCode::Esc).sends("/title My talk");
    assert!(
        kept(&person)
            .iter()
            .any(|change| matches!(change, Change::SetTitle { .. }))
    );
    person.sends("/usr/bin is a folder");
    assert_eq!(person.started().len(), 1);
}

#[test]
fn a_space_is_looked_at_before_the_conversation_moves_to_it() {
    let mut person = Person::new();
    person.sends("/space owner/name");
    assert!(
        person
            .effects
            .contains(&Effect::Look("owner/name".to_owned()))
    );
    let failure = Failure {
        kind: "connect".to_owned(),
        message: "asleep".to_owned(),
        hint: String::new(),
    };
    person.tell(looked("owner/name", Err(failure)));
    assert_eq!(person.model.conversation().conversation.space, "space");
    person
        .key(KeyCode::Enter)
        .tell(looked("owner/name", Ok(Vec::new())));
    assert_eq!(person.model.conversation().conversation.space, "owner/name");
    assert!(person.model.overlay.is_none());
}

#[test]
fn a_space_that_asks_for_a_login_gets_it_and_the_message_is_asked_again() {
    let mut person = Person::new();
    let failure = Failure {
        kind: "login".to_owned(),
        message: String::new(),
        hint: String::new(),
    };
    person.sends("hello").hears(0, ReplyUpdate::Failed(failure));
    person.types("ann").key(KeyCode::Enter).types("secret");
    let shown = format!("{:?}", person.model);
    assert!(!shown.contains("secret"), "{shown}");
    person.key(KeyCode::Enter);
    let login = person.effects.iter().find_map(|effect| match effect {
        Effect::Login { name, password, .. } => Some((name.clone(), password.0.clone())),
        _ => None,
    });
    assert_eq!(login, Some(("ann".to_owned(), "secret".to_owned())));
    assert!(!format!("{:?}", person.effects).contains("secret"));
    assert_eq!(person.started()[1].messages[0].text, "hello");
    assert_eq!(person.draft(), "");
}

#[test]
fn settings_travel_with_every_message_and_are_kept_with_their_conversation() {
    let mut person = Person::new();
    let set = |value: &str| {
        let one = ("heat".to_owned(), value.to_owned());
        crate::chat::Settings::from([one])
    };
    person.model.take_given(Given {
        settings: set("0.2"),
        ..Given::default()
    });
    person.sends("hello").hears(0, done("world"));
    assert_eq!(person.started()[0].settings, set("0.2"));
    let kept = person.effects.iter().any(|effect| {
        match effect {
        Effect::Keep(changes) => changes.iter().any(|change| {
            matches!(change, Change::SaveConversation { settings, .. } if *settings == set("0.2"))
        }),
        _ => false,
    }
    });
    assert!(kept);

    let id = crate::chat::ConversationId::new();
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.id = id;
    person.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: set("1.5"),
        purpose: Purpose::Show(0),
    }));
    person.sends("again");
    assert_eq!(person.started()[1].settings, set("1.5"));
}

#[test]
fn the_embedded_space_is_not_asked_for_the_settings_of_another() {
    let mut person = Person::new();
    let one = ("heat".to_owned(), "1".to_owned());
    let settings = crate::chat::Settings::from([one]);
    person.model.take_given(Given {
        settings,
        ..Given::default()
    });
    crate::app::sending::use_demo(&mut person.model);
    person.sends("hello");
    assert!(person.started()[0].settings.is_empty());
}

/// An input that takes a number from 0.1 to 4.
fn temperature() -> SpaceInput {
    SpaceInput {
        name: "temperature".to_owned(),
        label: "Temperature".to_owned(),
        kind: Kind::Number {
            min: Some(0.1),
            max: Some(4.0),
            step: Some(0.1),
        },
        default: serde_json::json!(0.7),
    }
}

#[test]
fn a_setting_of_the_space_is_changed_held_to_its_limits_and_travels() {
    let mut person = Person::new();
    person.key(KeyCode::F(2));
    assert!(person.effects.contains(&Effect::Look("space".to_owned())));
    person.tell(looked("space", Ok(vec![temperature()])));
    person.key(KeyCode::Tab).key(KeyCode::Enter);
    person.ctrl('u').types("9").key(KeyCode::Enter);
    let (remark, _) = person.model.remark.clone().unwrap();
    assert!(remark.contains("a number from 0.1 to 4"), "{remark}");
    person.key(KeyCode::Right).key(KeyCode::Right);
    assert_eq!(
        person.model.setting(&temperature()),
        ("0.9".to_owned(), true)
    );
    person.key(KeyCode::Esc).sends("hello");
    let settings = &person.started()[0].settings;
    assert_eq!(settings.get("temperature").map(String::as_str), Some("0.9"));
    person
        .key(KeyCode::Tab)
        .key(KeyCode::Tab)
        .key(KeyCode::Delete);
    assert_eq!(
        person.model.setting(&temperature()),
        ("0.7".to_owned(), false)
    );
}

#[test]
fn a_step_within_limits_that_make_no_sense_is_no_panic() {
    for (min, max) in [(4.0, 0.1), (f64::NAN, f64::NAN), (f64::INFINITY, 0.0)] {
        let mut person = Person::new();
        person.key(KeyCode::F(2));
        let kind = Kind::Number {
            min: Some(min),
            max: Some(max),
            step: Some(0.1),
        };
        let input = SpaceInput {
            kind,
            ..temperature()
        };
        person.tell(looked("space", Ok(vec![input.clone()])));
        person.key(KeyCode::Tab).key(KeyCode::Right);
        person.key(KeyCode::Left);
        assert!(person.model.setting(&input).0.parse::<f64>().is_ok());
    }
}

#[test]
fn what_the_command_line_says_holds_for_a_conversation_that_goes_on() {
    let mut person = Person::new();
    person.tell(saved(crate::chat::ConversationId::new(), &["x"]));
    person.model.take_given(Given {
        space: Some("demo".to_owned()),
        system: Some("Be brief".to_owned()),
        ..Given::default()
    });
    person.sends("hello");
    let request = person.started()[0];
    assert_eq!(
        (request.space.as_str(), &*request.system),
        ("demo", "Be brief")
    );
}

#[test]
fn a_command_that_is_not_known_or_lacks_something_is_not_sent() {
    let mut person = Person::new();
    for command in ["/foo", "/attach"] {
        person.sends(command);
        assert_eq!(person.draft(), command);
        assert!(person.model.remark.is_some());
        person.ctrl('u');
    }
    assert!(person.started().is_empty());
}

#[test]
fn a_command_leaves_the_shelf_as_it_is() {
    let mut person = Person::new();
    person.tell(Event::Input(Input::Paste("x".repeat(5000))));
    person.sends("/attach notes.txt");
    assert!(person.effects.contains(&Effect::Attach("notes.txt".into())));
    assert_eq!(person.model.conversation().composer.shelf().len(), 1);
    assert_eq!(person.draft(), "");
}

#[test]
fn quitting_is_armed_for_the_very_next_key_only() {
    let mut person = Person::new();
    person.key(KeyCode::F(2)).ctrl('c').types("x").ctrl('c');
    assert!(!person.effects.contains(&Effect::Quit));
    person.ctrl('c');
    assert!(person.effects.contains(&Effect::Quit));
}

#[test]
fn a_copy_tells_of_hidden_characters_and_can_be_had_without_them() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("a\u{202e}b\u{200b}\tc"));
    person.tell(Event::Input(Input::Key(KeyEvent::new(
        KeyCode::Up,
        KeyModifiers::ALT,
    ))));
    person.key(KeyCode::Char('c'));
    let copied = Effect::Copy("a\u{202e}b\u{200b}\tc".to_owned());
    assert!(person.effects.contains(&copied), "{:?}", person.effects);
    let (remark, _) = person.model.remark.clone().unwrap();
    assert!(remark.contains("2 hidden characters"), "{remark}");
    person.key(KeyCode::Char('C'));
    let clean = Effect::Copy("ab\tc".to_owned());
    assert!(person.effects.contains(&clean), "{:?}", person.effects);
}

#[test]
fn an_export_without_a_form_or_without_a_message_is_refused_and_stays_to_be_mended() {
    let mut person = Person::new();
    let refused = |person: &mut Person, typed: &str, word: &str| {
        person.types(typed).key(KeyCode::Esc).key(KeyCode::Enter);
        let (remark, _) = person.model.remark.clone().unwrap();
        assert!(remark.contains(word), "{remark}");
        assert_eq!(person.draft(), typed, "it stays to be mended");
        person.ctrl('u');
    };
    refused(&mut person, "/export talk.md", "no message");
    person.sends("one").hears(0, done("reply"));
    refused(&mut person, "/export talk", ".md, .html or .json");
    refused(&mut person, "/export", "/export talk.md");
    person.types("/export talk.HTML").key(KeyCode::Enter);
    let exports = person.effects.iter().filter_map(|effect| match effect {
        Effect::Export { path, format, .. } => Some((path.as_str(), *format)),
        _ => None,
    });
    let exports: Vec<_> = exports.collect();
    assert_eq!(exports, [("talk.HTML", crate::chat::export::Format::Html)]);
    assert_eq!(person.draft(), "");
}
