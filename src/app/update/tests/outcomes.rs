//! What a source tells of a reply at its end.

use super::*;
use crate::app::keys::Action;
use crate::chat::{Finish, Outcome, Usage};

fn usage() -> Usage {
    Usage {
        prompt: 120,
        completion: 40,
        ..Usage::default()
    }
}

/// What a source tells of a reply that was cut.
fn cut() -> Outcome {
    Outcome {
        finish: Some(Finish::Length),
        usage: Some(usage()),
        model: Some("mini".to_owned()),
    }
}

/// A user who hears all of that, of a reply that goes on.
fn user_with_cut_reply() -> User {
    let mut user = User::new();
    user.sends("hello")
        .hears(0, delta("half"))
        .hears(0, ReplyUpdate::Model("mini".to_owned()))
        .hears(0, ReplyUpdate::Usage(usage()))
        .hears(0, ReplyUpdate::Finish(Finish::Length));
    user
}

/// The outcomes that are saved with the end of a reply.
fn saved(user: &User) -> Vec<Option<Outcome>> {
    let changes = user.effects.iter().filter_map(|effect| match effect {
        Effect::Save(changes) => Some(changes),
        _ => None,
    });
    let ends = changes.flatten().filter_map(|change| match change {
        Change::Finish { outcome, .. } => Some(outcome.as_deref().cloned()),
        _ => None,
    });
    ends.collect()
}

#[test]
fn what_is_told_of_a_reply_stays_with_it_and_is_saved_with_its_end() {
    for end in [done("half"), ReplyUpdate::Cancelled] {
        let mut user = user_with_cut_reply();
        user.hears(0, end);
        assert_eq!(user.path()[1].outcome.as_deref(), Some(&cut()));
        assert_eq!(saved(&user), [Some(cut())]);
    }
    let mut user = User::new();
    user.sends("hello").hears(0, done("whole"));
    assert_eq!(saved(&user), [None], "nothing was told");
}

#[test]
fn another_version_of_a_reply_does_not_inherit_it() {
    let mut user = user_with_cut_reply();
    user.hears(0, done("half"));
    user.press(KeyCode::Up, KeyModifiers::ALT).types("rr");
    user.hears(1, done("whole"));
    assert_eq!(user.path()[1].outcome, None);
    // Nor does a reply that is asked for again in its own place.
    let mut user = User::new();
    user.sends("hello")
        .hears(0, ReplyUpdate::Usage(usage()))
        .hears(
            0,
            ReplyUpdate::Failed(Failure {
                kind: crate::chat::FailureKind::Connect,
                message: String::new(),
                hint: String::new(),
            }),
        );
    assert!(user.path()[1].outcome.is_some());
    user.key(KeyCode::Enter);
    assert_eq!(user.path()[1].state, MessageState::Streaming);
    assert_eq!(user.path()[1].outcome, None);
}

#[test]
fn a_whole_reply_that_was_cut_can_be_continued() {
    let mut user = user_with_cut_reply();
    user.hears(0, done("half"));
    assert_eq!(user.path()[1].state, MessageState::Complete);
    let row = user.model.keys.row_of(Action::Continue).unwrap();
    assert!((row.is_offered)(&user.model));
    user.press(KeyCode::Up, KeyModifiers::ALT).types("gg");
    assert_eq!(user.started()[1].messages.len(), 3);
}
