//! A Space that asks who the user is: the question, the answers, and what is kept of them; and the user's GPU time.

use super::*;
use crate::app::popups::sign_in::SignIn;
use crate::app::popups::source_picker::{PickerRow, SourcePicker};
use crate::app::sources::{Inspection, SourceChoice, SourceGroup};
use crate::chat::{Fact, FailureKind, Learned};

fn asks() -> ReplyUpdate {
    ReplyUpdate::Failed(Failure {
        kind: FailureKind::SignIn,
        message: "it asks who you are".to_owned(),
        hint: String::new(),
    })
}

/// What was saved of sign-ins.
fn saved(user: &User) -> Vec<(String, bool)> {
    let changes = user.effects.iter().filter_map(|effect| match effect {
        Effect::Save(changes) => Some(changes),
        _ => None,
    });
    let learned = changes.flatten().filter_map(|change| match change {
        Change::Learn(learned) => match learned.fact() {
            Fact::SignIn(is_agreed) => Some((learned.space().to_owned(), *is_agreed)),
            _ => None,
        },
        _ => None,
    });
    learned.collect()
}

fn is_asked(user: &User) -> bool {
    user.model.popups.top::<SignIn>().is_some()
}

fn tells(user: &mut User, found: Inspection) {
    user.tell(Event::Inspected {
        asked: "space".to_owned(),
        name: "space".to_owned(),
        model: None,
        found: Ok(found),
    });
}

#[test]
fn after_the_yes_the_message_goes_again_with_the_token_and_so_do_those_behind_it() {
    let mut user = User::new();
    user.sends("hello").hears(0, asks());
    assert!(is_asked(&user) && !user.started()[0].sign_in);
    assert_eq!(saved(&user), []);
    user.key(KeyCode::Enter);
    assert_eq!(saved(&user), [("space".to_owned(), true)]);
    assert!(!user.model.popups.is_open());
    let again = user.started()[1];
    assert!(again.sign_in);
    assert_eq!(again.messages[0].text, "hello");
    user.hears(1, done("welcome")).sends("more");
    assert!(user.started()[2].sign_in);
}

#[test]
fn without_a_yes_nothing_is_sent_or_kept_and_retry_asks_again() {
    let mut user = User::new();
    user.sends("hello").hears(0, asks()).key(KeyCode::Esc);
    assert!(!is_asked(&user));
    assert_eq!((user.started().len(), saved(&user).len()), (1, 0));
    user.press(KeyCode::Up, KeyModifiers::ALT).types("rr");
    assert!(!user.started()[1].sign_in);
    user.hears(1, asks());
    assert!(is_asked(&user));
}

#[test]
fn an_enter_that_was_meant_for_the_next_message_is_no_yes() {
    let mut user = User::new();
    user.sends("hello").types("and then").hears(0, asks());
    user.key(KeyCode::Enter);
    assert!(is_asked(&user) && saved(&user).is_empty());
    user.key(KeyCode::Enter);
    assert_eq!(saved(&user), [("space".to_owned(), true)]);
    assert_eq!(user.draft(), "and then");
    let mut user = User::new();
    user.sends("hello").hears(0, asks());
    user.types("and then").key(KeyCode::Enter);
    assert!(is_asked(&user) && saved(&user).is_empty());
}

#[test]
fn a_yes_is_for_one_space_alone() {
    let mut user = User::new();
    user.sends("hello").hears(0, asks()).key(KeyCode::Enter);
    user.hears(1, done("welcome"));
    user.sends("/source owner/other");
    user.tell(super::commands::looked("owner/other", Ok(Vec::new())));
    user.sends("hello");
    let last = *user.started().last().unwrap();
    assert_eq!((last.space.as_str(), last.sign_in), ("owner/other", false));
}

#[test]
fn what_was_agreed_before_holds_and_is_taken_back_in_the_picker() {
    let mut user = User::new();
    let agreed = |space: &str, yes| Learned::new(space, "", Fact::SignIn(yes));
    user.tell(Event::Store(StoreEvent::Learned(vec![
        agreed("space", true),
        agreed("owner/once", true),
        agreed("owner/never", false),
    ])));
    user.sends("hello").hears(0, done("welcome"));
    assert!(user.started()[0].sign_in);
    user.ctrl('t');
    let picker = user.model.popups.top::<SourcePicker>().unwrap();
    let names: Vec<&str> = picker
        .rows()
        .iter()
        .filter_map(|row| Some(picker.choice(row)?.words.as_str()))
        .collect();
    assert_eq!(names, ["space", "owner/once"], "each can be taken back");
    user.key(KeyCode::Up)
        .press(KeyCode::Char('s'), KeyModifiers::ALT);
    assert_eq!(saved(&user), [("space".to_owned(), false)]);
    user.key(KeyCode::Esc).sends("and now?");
    assert!(!user.started()[1].sign_in);
}

#[test]
fn the_picker_signs_in_to_a_space_that_takes_it_and_to_no_other() {
    let mut user = User::new();
    user.ctrl('t').key(KeyCode::Up);
    let alt_s = (KeyCode::Char('s'), KeyModifiers::ALT);
    user.press(alt_s.0, alt_s.1);
    assert!(!is_asked(&user), "nothing is known of it yet");
    let takes_sign_in = Inspection {
        takes_sign_in: true,
        ..Inspection::default()
    };
    tells(&mut user, takes_sign_in);
    user.press(alt_s.0, alt_s.1);
    assert!(is_asked(&user) && saved(&user).is_empty());
    user.key(KeyCode::Enter);
    assert_eq!(saved(&user), [("space".to_owned(), true)]);
    assert!(
        user.model.popups.top::<SourcePicker>().is_some(),
        "the picker is still there"
    );
    assert!(user.started().is_empty());
}

fn found(id: &str, is_zero_gpu: bool) -> SourceChoice {
    SourceChoice {
        id: id.to_owned(),
        about: String::new(),
        group: SourceGroup::Found,
        state: None,
        is_listed: true,
        is_zero_gpu,
    }
}

fn quotas_asked(user: &User) -> usize {
    let asked = user
        .effects
        .iter()
        .filter(|effect| **effect == Effect::AskGpuQuota);
    asked.count()
}

#[test]
fn the_gpu_time_is_asked_for_once_where_a_space_on_shared_gpus_is_listed() {
    let mut user = User::new();
    user.ctrl('t');
    tells(&mut user, Inspection::default());
    user.types("paint")
        .tell(Event::SpacesFound(4, Ok(vec![found("any/cpu", false)])));
    assert_eq!(quotas_asked(&user), 0);
    user.types("er")
        .tell(Event::SpacesFound(6, Ok(vec![found("any/zero", true)])));
    user.tell(Event::GpuQuota(Some("1 min left".to_owned())))
        .types("s");
    user.tell(Event::SpacesFound(7, Ok(vec![found("any/zeros", true)])));
    assert_eq!(quotas_asked(&user), 1);
    assert_eq!(user.model.sources.gpu_quota.as_deref(), Some("1 min left"));
    let shown = user.model.popups.top::<SourcePicker>().unwrap();
    assert!(
        shown
            .rows()
            .iter()
            .any(|row| matches!(row, PickerRow::Other(_)))
    );
}

#[test]
fn what_is_looked_at_anyway_is_not_asked_for_its_quota_twice() {
    let mut user = User::new();
    user.ctrl('t');
    let on_zero_gpu = Inspection {
        is_zero_gpu: true,
        gpu_quota: Some("2 min left".to_owned()),
        ..Inspection::default()
    };
    for _ in 0..2 {
        tells(&mut user, on_zero_gpu.clone());
        user.key(KeyCode::Esc).ctrl('t');
    }
    assert_eq!(quotas_asked(&user), 0);
    assert_eq!(user.model.sources.gpu_quota.as_deref(), Some("2 min left"));
}
