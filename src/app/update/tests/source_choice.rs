//! Another source for a conversation: looked at, chosen with its model, logged in to.

use super::commands::looked;
use super::*;
use crate::app::CliOverrides;
use crate::app::sources::{Inspection, SourceChoice, SourceGroup};
use crate::chat::FailureKind;

#[test]
fn a_space_is_looked_at_before_the_conversation_moves_to_it() {
    let mut user = User::new();
    user.sends("/space owner/name");
    assert!(
        user.effects
            .contains(&Effect::Inspect("owner/name".to_owned()))
    );
    let failure = Failure {
        kind: FailureKind::Connect,
        message: "asleep".to_owned(),
        hint: String::new(),
    };
    user.tell(looked("owner/name", Err(failure)));
    assert_eq!(user.model.conversation().conversation.space, "space");
    user.key(KeyCode::Enter)
        .tell(looked("owner/name", Ok(Vec::new())));
    assert_eq!(user.model.conversation().conversation.space, "owner/name");
    assert!(!user.model.popups.is_open());
}

#[test]
fn a_source_that_is_written_with_a_model_sets_both_and_the_next_one_neither() {
    let mut user = User::new();
    let written = "box:gemma3:4b";
    for command in ["/source", "/space"] {
        user.sends(&format!("{command} {written}"));
        let asked = Effect::Inspect(written.to_owned());
        assert!(user.effects.contains(&asked), "{command}");
        user.tell(Event::Inspected {
            asked: written.to_owned(),
            name: "box".to_owned(),
            model: Some("gemma3:4b".to_owned()),
            found: Ok(Inspection::default()),
        });
        let conversation = &user.model.conversation().conversation;
        assert_eq!(
            (&*conversation.space, &*conversation.model),
            ("box", "gemma3:4b")
        );
        user.sends("/source owner/name");
        user.tell(looked("owner/name", Ok(Vec::new())));
        assert_eq!(user.model.conversation().conversation.model, "");
    }
}

#[test]
fn a_name_that_is_offered_is_taken_before_others_that_hold_it() {
    let mut user = User::new();
    user.model.defaults.catalog = ["owner/hfx", "hf"]
        .map(|id| SourceChoice {
            id: id.to_owned(),
            about: String::new(),
            group: SourceGroup::Space,
            state: None,
            is_listed: true,
            is_zero_gpu: false,
        })
        .to_vec();
    user.sends("/source hf");
    assert!(user.effects.contains(&Effect::Inspect("hf".to_owned())));
}

#[test]
fn a_space_that_asks_for_a_login_gets_it_and_the_message_is_asked_again() {
    let mut user = User::new();
    let failure = Failure {
        kind: FailureKind::Login,
        message: String::new(),
        hint: String::new(),
    };
    user.sends("hello").hears(0, ReplyUpdate::Failed(failure));
    user.types("ann").key(KeyCode::Enter).types("secret");
    let shown = format!("{:?}", user.model);
    assert!(!shown.contains("secret"), "{shown}");
    user.key(KeyCode::Enter);
    let login = user.effects.iter().find_map(|effect| match effect {
        Effect::Login { name, password, .. } => Some((name.clone(), password.0.clone())),
        _ => None,
    });
    assert_eq!(login, Some(("ann".to_owned(), "secret".to_owned())));
    assert!(!format!("{:?}", user.effects).contains("secret"));
    assert_eq!(user.started()[1].messages[0].text, "hello");
    assert_eq!(user.draft(), "");
}

#[test]
fn a_space_that_asks_for_a_login_when_it_is_chosen_is_sent_nothing_unasked() {
    let mut user = User::new();
    user.sends("for the other Space").hears(0, done("reply"));
    user.sends("/space owner/name");
    let failure = Failure {
        kind: FailureKind::Login,
        message: String::new(),
        hint: String::new(),
    };
    user.tell(looked("owner/name", Err(failure)));
    user.types("ann").key(KeyCode::Enter);
    user.types("secret").key(KeyCode::Enter);
    let has_login = |effect: &Effect| matches!(effect, Effect::Login { .. });
    assert!(user.effects.iter().any(has_login));
    assert_eq!(user.started().len(), 1, "only the message itself was sent");
}

#[test]
fn a_new_conversation_goes_on_with_the_space_of_the_one_that_is_seen() {
    let mut user = User::new();
    user.sends("/space owner/name");
    user.tell(looked("owner/name", Ok(Vec::new())));
    user.sends("hello").hears(0, done("reply"));
    user.ctrl('n');
    assert_eq!(user.model.conversation().conversation.space, "owner/name");
    assert!(user.model.conversation().conversation.is_empty());
}

#[test]
fn the_embedded_space_is_not_asked_for_the_settings_of_another() {
    let mut user = User::new();
    let one = ("heat".to_owned(), "1".to_owned());
    let settings = crate::chat::Settings::from([one]);
    user.model.apply_overrides(CliOverrides {
        settings,
        ..CliOverrides::default()
    });
    crate::app::popups::source_picker::use_demo(&mut user.model);
    user.sends("hello");
    assert!(user.started()[0].settings.is_empty());
}
