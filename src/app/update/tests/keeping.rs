//! What is kept on disk, and when.

use super::*;

#[test]
fn message_and_reply_are_kept_with_their_head_in_one_piece_when_they_are_sent() {
    let mut user = User::new();
    user.sends("hello");
    let sent = user.effects.iter().find_map(|effect| match effect {
        Effect::Save(changes)
            if changes
                .iter()
                .any(|change| matches!(change, Change::AddMessage { .. })) =>
        {
            Some(changes)
        }
        _ => None,
    });
    let kinds: Vec<&str> = sent.unwrap().iter().map(Change::what).collect();
    assert_eq!(
        kinds,
        [
            "the conversation",
            "a message",
            "the draft",
            "a message",
            "the place in the conversation"
        ]
    );
}

#[test]
fn pieces_of_a_reply_are_kept_within_a_quarter_of_a_second_and_only_once() {
    let mut user = User::new();
    user.sends("hello").wait(300);
    user.effects.clear();
    user.hears(0, delta("one ")).hears(0, delta("two "));
    assert_eq!(kept(&user), []);
    user.wait(250).hears(0, delta("three")).wait(250);
    let pieces: Vec<Change> = kept(&user);
    let reply = user.path()[1].id;
    let append = |text: &str| Change::Append {
        message: reply,
        text: text.to_owned(),
    };
    assert_eq!(pieces, [append("one two "), append("three")]);
    user.effects.clear();
    user.hears(0, delta("!")).hears(0, done("one two three!"));
    assert_eq!(kept(&user)[0], append("!"));
    assert!(matches!(
        kept(&user)[1],
        Change::Finish {
            state: MessageState::Complete,
            ..
        }
    ));
}

#[test]
fn a_rewritten_reply_is_kept_whole() {
    let mut user = User::new();
    user.sends("hello").hears(0, delta("abc")).wait(300);
    user.effects.clear();
    user.hears(0, ReplyUpdate::Replace("xyz".to_owned()))
        .wait(300);
    assert!(matches!(&kept(&user)[..], [Change::Replace { text, .. }] if text == "xyz"));
}

#[test]
fn a_draft_is_kept_as_it_is_typed() {
    let mut user = User::new();
    user.types("unse").wait(300);
    let drafts: Vec<String> = kept(&user)
        .into_iter()
        .filter_map(|change| match change {
            Change::SaveDraft { draft, .. } => Some(draft.text),
            _ => None,
        })
        .collect();
    assert_eq!(drafts.last().map(String::as_str), Some("unse"));
    user.effects.clear();
    user.wait(1000);
    assert_eq!(kept(&user), []);
}

#[test]
fn an_empty_conversation_is_not_kept() {
    let mut user = User::new();
    user.wait(1000).ctrl('n').wait(1000).tell(Event::Terminate);
    assert_eq!(kept(&user), []);
}

#[test]
fn what_is_not_kept_yet_is_kept_before_the_program_quits() {
    let mut user = User::new();
    user.sends("hello").wait(300);
    user.effects.clear();
    user.tell(Event::Reply(TurnId(0), delta("some")));
    user.tell(Event::Input(Input::Key(KeyEvent::new(
        KeyCode::Char('x'),
        KeyModifiers::NONE,
    ))));
    user.tell(Event::Terminate);
    let kinds: Vec<&str> = kept(&user).iter().map(Change::what).collect();
    assert_eq!(
        kinds,
        ["a part of a reply", "the end of a reply", "the draft"]
    );
    assert_eq!(user.effects.last(), Some(&Effect::Quit));
}

#[test]
fn what_could_not_be_saved_is_told_until_it_is_saved_or_put_away() {
    let mut user = User::new();
    let trouble = || Event::Store(StoreEvent::Trouble("the disk is full".to_owned()));
    user.tell(trouble()).types("abc").wait(10_000);
    assert_eq!(user.model.trouble.as_deref(), Some("the disk is full"));
    user.tell(Event::Store(StoreEvent::Recovered));
    assert_eq!(user.model.trouble, None);
    user.tell(trouble()).key(KeyCode::Esc);
    assert_eq!(user.model.trouble, None);
}

#[test]
fn a_rewritten_reply_is_told_apart_from_one_that_grew() {
    let mut user = User::new();
    user.sends("one").hears(0, delta("abc"));
    user.hears(0, ReplyUpdate::Replace("abcd".to_owned()));
    assert_eq!(user.path()[1].rewrites, 0);
    user.hears(0, ReplyUpdate::Replace("x".to_owned()));
    assert_eq!(
        (user.path()[1].text.as_str(), user.path()[1].rewrites),
        ("x", 1)
    );
}
