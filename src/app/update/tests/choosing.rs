//! The palette, commands, Spaces.

use super::*;

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
    person.tell(Event::Looked("owner/name".to_owned(), Err(failure)));
    assert_eq!(person.model.conversation().conversation.space, "space");
    person
        .key(KeyCode::Enter)
        .tell(Event::Looked("owner/name".to_owned(), Ok(())));
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
