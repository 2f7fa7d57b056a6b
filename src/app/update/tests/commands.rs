//! The palette, commands, settings of Spaces.

use super::*;
use crate::app::CliOverrides;
use crate::app::actions::ROWS;
use crate::app::keys::{Action, Context};
use crate::app::popups::help::Help;
use crate::app::popups::palette::Palette;
use crate::app::popups::setting::Setting;
use crate::app::sources::Inspection;
use crate::chat::SpaceInput;
use crate::chat::input::Kind;

/// A Space was looked at that is called as it was written.
pub(super) fn looked(name: &str, found: Result<Vec<SpaceInput>, Failure>) -> Event {
    Event::Inspected {
        asked: name.to_owned(),
        name: name.to_owned(),
        model: None,
        found: found.map(|inputs| Inspection {
            inputs,
            ..Inspection::default()
        }),
    }
}

#[test]
fn the_palette_does_to_the_last_message_what_is_done_to_a_picked_one() {
    let mut user = User::new();
    user.sends("first").hears(0, done("reply"));
    user.ctrl('p').types("edit the message").key(KeyCode::Enter);
    assert_eq!(user.draft(), "first");
    user.key(KeyCode::Esc);
    user.ctrl('p').types("copy the message").key(KeyCode::Enter);
    assert!(user.effects.contains(&Effect::Copy("reply".to_owned())));
}

#[test]
fn the_palette_lists_what_is_offered_now_and_no_mere_step() {
    let mut user = User::new();
    user.ctrl('p');
    let listed = |user: &User| {
        let Palette(picker) = user.model.popups.top().expect("the palette is open");
        picker
            .found()
            .map(|choice| choice.row.action)
            .collect::<Vec<Action>>()
    };
    let before = listed(&user);
    assert!(before.contains(&Action::NewConversation));
    assert!(!before.contains(&Action::Retry), "there is no reply yet");
    assert!(!before.contains(&Action::MenuUp));
    user.key(KeyCode::Esc)
        .sends("hello")
        .hears(0, done("reply"));
    user.ctrl('p');
    let after = listed(&user);
    for row in ROWS.iter().filter(|row| row.is_listed) {
        let needs_tray = row.action == Action::Shelf || row.context == Context::Tray;
        let needs_pick = row.action == Action::PickDown;
        let needs_versions = row.action == Action::Versions;
        assert!(
            needs_tray || needs_pick || needs_versions || after.contains(&row.action),
            "{row:?}"
        );
    }
}

#[test]
fn the_palette_runs_what_it_found_by_its_words() {
    let mut user = User::new();
    for words in ["all keys", "shortcuts", "this help"] {
        user.ctrl('p').types(words).key(KeyCode::Enter);
        assert!(user.model.popups.top::<Help>().is_some(), "{words}");
        user.key(KeyCode::Esc);
    }
    user.ctrl('p').types("zzzz").key(KeyCode::Enter);
    assert!(user.model.popups.top::<Palette>().is_some());
}

#[test]
fn a_message_that_is_a_command_is_run_and_not_sent() {
    let mut user = User::new();
    user.sends("/help");
    assert!(user.model.popups.top::<Help>().is_some());
    user.key(KeyCode::Esc).sends("/title My talk");
    assert!(
        kept(&user)
            .iter()
            .any(|change| matches!(change, Change::SetTitle { .. }))
    );
    user.sends("/usr/bin is a folder");
    assert_eq!(user.started().len(), 1);
}

#[test]
fn settings_travel_with_every_message_and_are_kept_with_their_conversation() {
    let mut user = User::new();
    let set = |value: &str| {
        let one = ("heat".to_owned(), value.to_owned());
        crate::chat::Settings::from([one])
    };
    user.model.apply_overrides(CliOverrides {
        settings: set("0.2"),
        ..CliOverrides::default()
    });
    user.sends("hello").hears(0, done("world"));
    assert_eq!(user.started()[0].settings, set("0.2"));
    let kept = user.effects.iter().any(|effect| {
        match effect {
        Effect::Save(changes) => changes.iter().any(|change| {
            matches!(change, Change::SaveConversation { settings, .. } if *settings == set("0.2"))
        }),
        _ => false,
    }
    });
    assert!(kept);

    let id = crate::chat::ConversationId::new();
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.id = id;
    user.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: set("1.5"),
        purpose: Purpose::Show(0),
    }));
    user.sends("again");
    assert_eq!(user.started()[1].settings, set("1.5"));
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
    let mut user = User::new();
    user.key(KeyCode::F(2));
    assert!(user.effects.contains(&Effect::Inspect("space".to_owned())));
    user.tell(looked("space", Ok(vec![temperature()])));
    user.key(KeyCode::Tab).key(KeyCode::Enter);
    // The first letter takes the place of the value before.
    user.types("9").key(KeyCode::Enter);
    let setting = user.model.popups.top::<Setting>();
    let refusal = setting.and_then(|setting| setting.refusal.clone());
    assert!(refusal.is_some_and(|words| words.contains("a number from 0.1 to 4")));
    assert!(user.started().is_empty());
    user.key(KeyCode::Esc)
        .key(KeyCode::Right)
        .key(KeyCode::Right);
    assert_eq!(user.model.setting(&temperature()), ("0.9".to_owned(), true));
    user.key(KeyCode::Esc).sends("hello");
    let settings = &user.started()[0].settings;
    assert_eq!(settings.get("temperature").map(String::as_str), Some("0.9"));
    user.key(KeyCode::Tab)
        .key(KeyCode::Tab)
        .key(KeyCode::Delete);
    assert_eq!(
        user.model.setting(&temperature()),
        ("0.7".to_owned(), false)
    );
}

#[test]
fn what_the_command_line_says_holds_for_a_conversation_that_goes_on() {
    let mut user = User::new();
    user.tell(saved(crate::chat::ConversationId::new(), &["x"]));
    user.model.apply_overrides(CliOverrides {
        space: Some("demo".to_owned()),
        system: Some("Be brief".to_owned()),
        ..CliOverrides::default()
    });
    user.sends("hello");
    let request = user.started()[0];
    assert_eq!(
        (request.space.as_str(), &*request.system),
        ("demo", "Be brief")
    );
}

#[test]
fn a_command_that_is_not_known_or_lacks_something_is_not_sent() {
    let mut user = User::new();
    for command in ["/foo", "/attach"] {
        user.sends(command);
        assert_eq!(user.draft(), command);
        assert!(user.model.toast.is_some());
        user.ctrl('u');
    }
    assert!(user.started().is_empty());
}

#[test]
fn a_command_leaves_the_tray_as_it_is() {
    let mut user = User::new();
    user.tell(Event::Input(Input::Paste("x".repeat(5000))));
    user.sends("/attach notes.txt");
    assert!(user.effects.contains(&Effect::Attach("notes.txt".into())));
    assert_eq!(user.model.conversation().composer.tray().len(), 1);
    assert_eq!(user.draft(), "");
}

#[test]
fn quitting_is_armed_for_the_very_next_key_only() {
    let mut user = User::new();
    user.key(KeyCode::F(2)).ctrl('c').types("x").ctrl('c');
    assert!(!user.effects.contains(&Effect::Quit));
    user.ctrl('c');
    assert!(user.effects.contains(&Effect::Quit));
}

#[test]
fn a_copy_tells_of_hidden_characters_and_can_be_had_without_them() {
    let mut user = User::new();
    user.sends("one").hears(0, done("a\u{202e}b\u{200b}\tc"));
    user.tell(Event::Input(Input::Key(KeyEvent::new(
        KeyCode::Up,
        KeyModifiers::ALT,
    ))));
    user.key(KeyCode::Char('c'));
    let copied = Effect::Copy("a\u{202e}b\u{200b}\tc".to_owned());
    assert!(user.effects.contains(&copied), "{:?}", user.effects);
    let (remark, _) = user.model.toast.clone().unwrap();
    assert!(remark.contains("2 hidden characters"), "{remark}");
    user.key(KeyCode::Char('C'));
    let clean = Effect::Copy("ab\tc".to_owned());
    assert!(user.effects.contains(&clean), "{:?}", user.effects);
}

#[test]
fn an_export_without_a_form_or_without_a_message_is_refused_and_stays_to_be_mended() {
    let mut user = User::new();
    let refused = |user: &mut User, typed: &str, word: &str| {
        user.types(typed).key(KeyCode::Esc).key(KeyCode::Enter);
        let (remark, _) = user.model.toast.clone().unwrap();
        assert!(remark.contains(word), "{remark}");
        assert_eq!(user.draft(), typed, "it stays to be mended");
        user.ctrl('u');
    };
    refused(&mut user, "/export talk.md", "no message");
    user.sends("one").hears(0, done("reply"));
    refused(&mut user, "/export talk", ".md, .html or .json");
    refused(&mut user, "/export", "/export talk.md");
    user.types("/export talk.HTML").key(KeyCode::Enter);
    let exports = user.effects.iter().filter_map(|effect| match effect {
        Effect::Export { path, format, .. } => Some((path.as_str(), *format)),
        _ => None,
    });
    let exports: Vec<_> = exports.collect();
    assert_eq!(exports, [("talk.HTML", crate::chat::export::Format::Html)]);
    assert_eq!(user.draft(), "");
}

#[test]
fn two_slashes_begin_a_message_and_an_unknown_command_is_sent_when_it_is_entered_again() {
    let mut user = User::new();
    user.sends("//imagine a cat");
    assert_eq!(user.path()[0].text, "/imagine a cat");
    // Code that begins with a comment is sent as it is.
    for text in ["// comment", "//TODO: mend it", "//", "//server/share"] {
        let mut user = User::new();
        user.sends(text);
        assert_eq!(user.path()[0].text, text);
    }
    let mut user = User::new();
    user.tell(Event::Input(Input::Paste(
        "//todo\nfn main() {}".to_owned(),
    )));
    user.key(KeyCode::Enter);
    assert_eq!(user.path()[0].text, "//todo\nfn main() {}");
    let mut user = User::new();
    user.sends("/imagine a cat");
    assert!(user.started().is_empty());
    let (remark, _) = user.model.toast.clone().unwrap();
    assert!(remark.contains("Enter again sends it as text"), "{remark}");
    user.key(KeyCode::Enter);
    assert_eq!(user.path()[0].text, "/imagine a cat");
}

#[test]
fn words_behind_a_command_that_takes_none_are_not_lost() {
    let mut user = User::new();
    user.sends("/new conversation about cats");
    assert_eq!(user.draft(), "/new conversation about cats");
    let (remark, _) = user.model.toast.clone().unwrap();
    assert!(remark.contains("takes nothing"), "{remark}");
}

#[test]
fn what_is_typed_at_a_setting_is_its_value_and_nothing_falls_into_the_message() {
    let mut user = User::new();
    user.key(KeyCode::F(2));
    user.tell(looked("space", Ok(vec![temperature()])));
    user.key(KeyCode::Tab).types("1.5").key(KeyCode::Enter);
    assert_eq!(user.model.setting(&temperature()).0, "1.5");
    assert_eq!(user.draft(), "");
}

#[test]
fn a_step_within_limits_that_make_no_sense_is_no_panic() {
    for (min, max) in [(4.0, 0.1), (f64::NAN, f64::NAN), (f64::INFINITY, 0.0)] {
        let mut user = User::new();
        user.key(KeyCode::F(2));
        let kind = Kind::Number {
            min: Some(min),
            max: Some(max),
            step: Some(0.1),
        };
        let input = SpaceInput {
            kind,
            ..temperature()
        };
        user.tell(looked("space", Ok(vec![input.clone()])));
        user.key(KeyCode::Tab).key(KeyCode::Right);
        user.key(KeyCode::Left);
        assert!(user.model.setting(&input).0.parse::<f64>().is_ok());
    }
}

#[test]
fn a_deletion_from_the_palette_names_no_key_that_would_type() {
    let mut user = User::new();
    user.sends("hello").hears(0, done("reply"));
    let id = user.model.current;
    user.tell(listed(&[Summary {
        id,
        ..summary("hello")
    }]));
    user.ctrl('p')
        .types("delete the conversation")
        .key(KeyCode::Enter);
    let (remark, _) = user.model.toast.clone().unwrap();
    assert!(
        remark.contains("Ctrl+P") && !remark.contains(" u "),
        "{remark}"
    );
}
