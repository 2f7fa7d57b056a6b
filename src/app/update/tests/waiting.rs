//! Messages that wait: behind a reply, or until the Space can be reached.

use super::*;
use crate::chat::{Conversation, Draft};

fn out_of_reach() -> ReplyUpdate {
    ReplyUpdate::Failed(Failure {
        kind: crate::chat::FailureKind::Connect,
        message: "nobody answers".to_owned(),
        hint: "later".to_owned(),
    })
}

fn queued(user: &User) -> Vec<String> {
    let queue = user.model.conversation().queue.iter();
    queue.map(|draft| draft.text.clone()).collect()
}

/// A user who has sent something that nobody heard.
fn undelivered() -> User {
    let mut user = User::new();
    user.sends("one").hears(0, out_of_reach());
    user
}

/// A user who has queued two messages, was writing "draft" and changes the first of the two.
fn changing_the_second() -> User {
    let mut user = User::new();
    user.sends("one").sends("two").sends("three").types("draft");
    user.press(KeyCode::Char('c'), KeyModifiers::ALT);
    user.types("e");
    user
}

/// A conversation is opened in which this waits.
fn opened(conversation: Conversation, queued: Vec<Draft>) -> User {
    let mut user = User::new();
    user.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent {
            queued,
            ..Unsent::default()
        },
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    user
}

#[test]
fn a_message_that_was_not_delivered_waits_and_is_sent_again_in_its_place_on_the_users_word() {
    let mut user = undelivered();
    assert!(user.model.conversation().waits());
    assert_eq!(user.started().len(), 1, "never by itself");
    user.key(KeyCode::Enter);
    assert_eq!(user.started().len(), 2);
    assert_eq!(user.started()[1].messages[0].text, "one");
    user.hears(1, done("heard"));
    assert_eq!(user.texts(), ["one", "heard"]);
    let conversation = &user.model.conversation().conversation;
    assert_eq!(
        conversation.messages().count(),
        2,
        "no empty versions are left"
    );
    assert!(!user.model.conversation().waits());
}

#[test]
fn what_is_written_behind_an_unheard_message_is_sent_after_it() {
    let mut user = undelivered();
    user.sends("two");
    assert_eq!(user.started()[1].messages.len(), 1);
    assert_eq!(queued(&user), ["two"]);
    user.hears(1, done("first"));
    assert_eq!(user.texts(), ["one", "first", "two", ""]);
}

#[test]
fn what_is_queued_stays_queued_while_the_space_is_undelivered() {
    let mut user = User::new();
    user.sends("one").sends("two").types("thr");
    user.hears(0, out_of_reach());
    assert_eq!(
        (queued(&user), user.draft()),
        (vec!["two".to_owned()], "thr".to_owned())
    );
    assert_eq!(user.started().len(), 1);
}

#[test]
fn retrying_an_unheard_message_is_the_word_for_it_too() {
    let mut user = undelivered();
    user.press(KeyCode::Up, KeyModifiers::ALT).types("rr");
    assert_eq!(user.started().len(), 2);
    assert_eq!(user.path().len(), 2);
    let conversation = &user.model.conversation().conversation;
    assert_eq!(conversation.messages().count(), 2);
}

#[test]
fn a_message_that_waits_is_changed_in_its_place_and_the_draft_comes_back() {
    let mut user = changing_the_second();
    assert_eq!(user.draft(), "two");
    user.sends(", changed");
    assert_eq!(queued(&user), ["two, changed", "three"]);
    assert_eq!(user.draft(), "draft");
    assert_eq!(user.started().len(), 1);
}

#[test]
fn a_message_that_is_being_changed_is_not_sent_before_that_is_done() {
    let mut user = User::new();
    user.sends("one").sends("two").sends("three");
    user.press(KeyCode::Char('c'), KeyModifiers::ALT);
    user.key(KeyCode::Down).types("e");
    assert_eq!(user.draft(), "three");
    user.hears(0, done("first"));
    assert_eq!(user.started().len(), 2, "the one before it is sent");
    user.hears(1, done("second"));
    assert_eq!(user.started().len(), 2, "it is not");
    user.sends("!");
    assert_eq!(
        user.texts(),
        ["one", "first", "two", "second", "three!", ""]
    );
}

#[test]
fn esc_leaves_a_waiting_message_as_it_was_and_sets_the_other_words_aside() {
    let mut user = User::new();
    user.sends("one").sends("two").types("draft");
    user.press(KeyCode::Char('c'), KeyModifiers::ALT).types("e");
    user.types(", changed").key(KeyCode::Esc);
    assert_eq!(
        (queued(&user), user.draft()),
        (vec!["two".to_owned()], "draft".to_owned())
    );
    user.ctrl('u').key(KeyCode::Up);
    assert_eq!(user.draft(), "two, changed");
}

#[test]
fn stopping_the_reply_gives_back_what_is_being_changed_too() {
    let mut user = changing_the_second();
    user.types("!").hears(0, ReplyUpdate::Cancelled);
    assert_eq!(user.draft(), "two!\n\nthree\n\ndraft");
    assert!(queued(&user).is_empty());
}

#[test]
fn a_reply_that_is_given_up_here_gives_back_what_was_queued() {
    let mut user = User::new();
    user.sends("one").sends("two");
    user.key(KeyCode::Esc).key(KeyCode::Esc);
    assert_eq!(user.draft(), "two");
}

#[test]
fn waiting_messages_are_put_in_order_and_taken_back() {
    let mut user = User::new();
    user.sends("one").sends("two").sends("three");
    user.press(KeyCode::Char('c'), KeyModifiers::ALT).types("]");
    assert_eq!(queued(&user), ["three", "two"]);
    user.types("d");
    assert_eq!(queued(&user), ["three"]);
    user.key(KeyCode::Esc).key(KeyCode::Up);
    assert_eq!(user.draft(), "two");
}

#[test]
fn what_waits_is_kept_and_is_there_at_the_next_start_waiting_for_a_word() {
    let mut user = User::new();
    user.sends("one").sends("two").wait(300);
    let kept = user.effects.iter().rev().find_map(|effect| match effect {
        Effect::Save(changes) => changes.iter().find_map(|change| match change {
            Change::SaveQueue { queued, .. } => Some(queued.clone()),
            _ => None,
        }),
        _ => None,
    });
    assert_eq!(kept, Some(vec![Draft::new("two")]));

    let conversation = Conversation::new("space", "", "");
    let mut user = opened(conversation, kept.unwrap_or_default());
    assert!(user.started().is_empty(), "never by itself");
    user.key(KeyCode::Enter);
    assert_eq!(user.started()[0].messages[0].text, "two");
}

#[test]
fn what_another_window_left_is_kept_as_this_windows_own_and_then_forgotten_there() {
    let mut user = User::new();
    user.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(Conversation::new("space", "", "")),
        unsent: Unsent {
            draft: Draft::new("draft"),
            queued: vec![Draft::new("waits")],
            aside: vec![Draft::new("aside")],
        },
        left_by: vec!["gone".to_owned()],
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    user.wait(300);
    let id = user.model.current;
    let taken = [
        Change::TakeOver {
            conversation: id,
            left_by: vec!["gone".to_owned()],
        },
        Change::SaveDraft {
            conversation: id,
            draft: Draft::new("draft"),
        },
        Change::SaveAside {
            conversation: id,
            aside: vec![Draft::new("aside")],
        },
        Change::SaveQueue {
            conversation: id,
            queued: vec![Draft::new("waits")],
        },
    ];
    assert_eq!(kept(&user), taken);
    user.wait(300);
    assert_eq!(kept(&user).len(), taken.len(), "once");
}

#[test]
fn the_draft_from_before_an_edit_is_kept_as_set_aside_while_the_edit_lasts() {
    let mut user = User::new();
    user.sends("one").hears(0, done("reply")).types("half");
    user.press(KeyCode::Up, KeyModifiers::ALT);
    user.press(KeyCode::Up, KeyModifiers::ALT)
        .types("e")
        .wait(300);
    let unsent = user.model.conversation().unsent();
    assert_eq!(
        (unsent.draft, unsent.aside),
        (Draft::new("one"), vec![Draft::new("half")])
    );
    let is_kept = |effect: &Effect| {
        matches!(effect, Effect::Save(changes) if changes.iter().any(|change| {
            matches!(change, Change::SaveAside { aside, .. } if *aside == [Draft::new("half")])
        }))
    };
    assert!(user.effects.iter().any(is_kept));
    user.ctrl('c');
    assert_eq!(user.draft(), "half", "it is back when the edit is left");
}

#[test]
fn a_wall_clock_that_jumps_changes_no_stage_no_rate_and_no_order() {
    let mut user = User::new();
    user.sends("one");
    let jump = |user: &mut User, wall: &str, seconds: u64| {
        user.tell(Event::Clock(Clock {
            wall: wall.parse().unwrap(),
            uptime: Duration::from_secs(seconds),
        }));
    };
    jump(&mut user, "2031-01-01T00:00:00Z", 20);
    user.hears(0, delta("1234567890"));
    jump(&mut user, "1999-01-01T00:00:00Z", 22);
    user.hears(0, delta("1234567890"));
    let turn = user.model.conversation().turn.clone().unwrap();
    assert_eq!(turn.rate(), Some(10));
    assert_eq!(turn.stalled_for(user.model.clock.uptime), None);
    // Hours pass at once where the machine slept and its clock went on.
    jump(&mut user, "1999-01-01T09:00:00Z", 9 * 3600);
    let stalled = turn.stalled_for(user.model.clock.uptime);
    assert_eq!(stalled, Some(Duration::from_secs(9 * 3600 - 22)));
    user.hears(0, done("12345678901234567890")).sends("two");
    assert_eq!(user.texts(), ["one", "12345678901234567890", "two", ""]);
    assert!(
        user.model
            .wake_at()
            .is_some_and(|at| at > user.model.clock.uptime)
    );
}

#[test]
fn what_is_sent_leaves_the_draft_and_the_queue_on_the_disk_in_the_same_moment() {
    let mut user = User::new();
    user.types("one").wait(300).key(KeyCode::Enter);
    user.types("two").key(KeyCode::Enter).wait(300);
    user.hears(0, done("first"));
    let sent = |text: &str| -> Vec<Change> {
        let kept = user.effects.iter().filter_map(|effect| match effect {
            Effect::Save(changes) => Some(changes.clone()),
            _ => None,
        });
        let adds = |change: &Change| matches!(change, Change::AddMessage { message, .. } if message.text == text);
        kept.into_iter()
            .find(|changes| changes.iter().any(adds))
            .unwrap()
    };
    let draft =
        |change: &Change| matches!(change, Change::SaveDraft { draft, .. } if draft.is_empty());
    assert!(sent("one").iter().any(draft));
    let queue =
        |change: &Change| matches!(change, Change::SaveQueue { queued, .. } if queued.is_empty());
    assert!(sent("two").iter().any(queue));
}

#[test]
fn what_was_set_aside_and_stands_in_the_composer_again_is_kept_as_the_draft_alone() {
    let mut user = User::new();
    user.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(Conversation::new("space", "", "")),
        unsent: Unsent {
            aside: vec![Draft::new("aside")],
            ..Unsent::default()
        },
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    assert_eq!(user.draft(), "aside");
    user.wait(300);
    let id = user.model.current;
    let moved = [
        Change::SaveDraft {
            conversation: id,
            draft: Draft::new("aside"),
        },
        Change::SaveAside {
            conversation: id,
            aside: Vec::new(),
        },
    ];
    assert!(kept(&user).starts_with(&moved), "{:?}", kept(&user));
}

#[test]
fn what_was_set_aside_is_kept_while_earlier_prompts_are_walked_and_when_one_is_taken() {
    let mut user = User::new();
    user.sends("one").hears(0, done("reply")).types("half");
    user.key(KeyCode::Up).wait(300);
    assert_eq!(user.draft(), "half", "what is written stays");
    user.ctrl('c').key(KeyCode::Up).key(KeyCode::Up).wait(300);
    assert_eq!(user.draft(), "one");
    let aside = |user: &User| {
        let saved = kept(user)
            .into_iter()
            .rev()
            .find_map(|change| match change {
                Change::SaveAside { aside, .. } => Some(aside),
                _ => None,
            });
        saved.unwrap_or_default()
    };
    assert_eq!(aside(&user), [Draft::new("half")]);
    user.key(KeyCode::Down).wait(300);
    assert_eq!(user.draft(), "half");

    user.key(KeyCode::Up).types("!").wait(300);
    assert_eq!(user.draft(), "one!");
    assert_eq!(aside(&user), [Draft::new("half")]);
    user.key(KeyCode::Enter).hears(1, done("reply"));
    user.key(KeyCode::Up);
    assert_eq!(user.draft(), "half", "Up brings it back first");
}

#[test]
fn up_without_an_earlier_prompt_sets_nothing_aside_and_one_with_throws_nothing_away() {
    let mut user = User::new();
    user.types("half").key(KeyCode::Up).types(" more");
    assert_eq!(user.draft(), "half more");
    let aside = |user: &User| user.model.conversation().composer.aside().len();
    assert_eq!(aside(&user), 0, "a part of it would come back");

    for number in 0..20 {
        user.types(&number.to_string()).ctrl('c');
    }
    let all = aside(&user);
    user.types("new").key(KeyCode::Up).key(KeyCode::Down);
    assert_eq!((user.draft().as_str(), aside(&user)), ("new", all));
}
