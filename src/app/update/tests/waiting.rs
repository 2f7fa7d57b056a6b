//! Messages that wait: behind a reply, or until the Space can be reached.

use super::*;
use crate::chat::{Conversation, Draft};

fn out_of_reach() -> ReplyUpdate {
    ReplyUpdate::Failed(Failure {
        kind: "connect".to_owned(),
        message: "nobody answers".to_owned(),
        hint: "later".to_owned(),
    })
}

fn queued(person: &Person) -> Vec<String> {
    let queue = person.model.conversation().queue.iter();
    queue.map(|draft| draft.text.clone()).collect()
}

/// A person who has sent something that nobody heard.
fn undelivered() -> Person {
    let mut person = Person::new();
    person.sends("one").hears(0, out_of_reach());
    person
}

/// A person who has queued two messages, was writing "draft" and changes the first of the two.
fn changing_the_second() -> Person {
    let mut person = Person::new();
    person
        .sends("one")
        .sends("two")
        .sends("three")
        .types("draft");
    person.press(KeyCode::Char('c'), KeyModifiers::ALT);
    person.types("e");
    person
}

/// A conversation is opened in which this waits.
fn opened(conversation: Conversation, queued: Vec<Draft>) -> Person {
    let mut person = Person::new();
    person.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent {
            queued,
            ..Unsent::default()
        },
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    person
}

#[test]
fn a_message_that_nobody_heard_waits_and_is_sent_again_in_its_place_on_the_persons_word() {
    let mut person = undelivered();
    assert!(person.model.conversation().waits());
    assert_eq!(person.started().len(), 1, "never by itself");
    person.key(KeyCode::Enter);
    assert_eq!(person.started().len(), 2);
    assert_eq!(person.started()[1].messages[0].text, "one");
    person.hears(1, done("heard"));
    assert_eq!(person.texts(), ["one", "heard"]);
    let conversation = &person.model.conversation().conversation;
    assert_eq!(
        conversation.messages().count(),
        2,
        "no empty versions are left"
    );
    assert!(!person.model.conversation().waits());
}

#[test]
fn what_is_written_behind_an_unheard_message_is_sent_after_it() {
    let mut person = undelivered();
    person.sends("two");
    assert_eq!(person.started()[1].messages.len(), 1);
    assert_eq!(queued(&person), ["two"]);
    person.hears(1, done("first"));
    assert_eq!(person.texts(), ["one", "first", "two", ""]);
}

#[test]
fn what_is_queued_stays_queued_while_the_space_is_undelivered() {
    let mut person = Person::new();
    person.sends("one").sends("two").types("thr");
    person.hears(0, out_of_reach());
    assert_eq!(
        (queued(&person), person.draft()),
        (vec!["two".to_owned()], "thr".to_owned())
    );
    assert_eq!(person.started().len(), 1);
}

#[test]
fn retrying_an_unheard_message_is_the_word_for_it_too() {
    let mut person = undelivered();
    person.press(KeyCode::Up, KeyModifiers::ALT).types("r");
    assert_eq!(person.started().len(), 2);
    assert_eq!(person.path().len(), 2);
    let conversation = &person.model.conversation().conversation;
    assert_eq!(conversation.messages().count(), 2);
}

#[test]
fn a_message_that_waits_is_changed_in_its_place_and_the_draft_comes_back() {
    let mut person = changing_the_second();
    assert_eq!(person.draft(), "two");
    person.sends(", changed");
    assert_eq!(queued(&person), ["two, changed", "three"]);
    assert_eq!(person.draft(), "draft");
    assert_eq!(person.started().len(), 1);
}

#[test]
fn a_message_that_is_being_changed_is_not_sent_before_that_is_done() {
    let mut person = Person::new();
    person.sends("one").sends("two").sends("three");
    person.press(KeyCode::Char('c'), KeyModifiers::ALT);
    person.key(KeyCode::Down).types("e");
    assert_eq!(person.draft(), "three");
    person.hears(0, done("first"));
    assert_eq!(person.started().len(), 2, "the one before it is sent");
    person.hears(1, done("second"));
    assert_eq!(person.started().len(), 2, "it is not");
    person.sends("!");
    assert_eq!(
        person.texts(),
        ["one", "first", "two", "second", "three!", ""]
    );
}

#[test]
fn esc_leaves_a_waiting_message_as_it_was_and_sets_the_other_words_aside() {
    let mut person = Person::new();
    person.sends("one").sends("two").types("draft");
    person
        .press(KeyCode::Char('c'), KeyModifiers::ALT)
        .types("e");
    person.types(", changed").key(KeyCode::Esc);
    assert_eq!(
        (queued(&person), person.draft()),
        (vec!["two".to_owned()], "draft".to_owned())
    );
    person.key(KeyCode::Up);
    assert_eq!(person.draft(), "two, changed");
}

#[test]
fn stopping_the_reply_gives_back_what_is_being_changed_too() {
    let mut person = changing_the_second();
    person.types("!").hears(0, ReplyUpdate::Cancelled);
    assert_eq!(person.draft(), "two!\n\nthree\n\ndraft");
    assert!(queued(&person).is_empty());
}

#[test]
fn a_reply_that_is_given_up_here_gives_back_what_was_queued() {
    let mut person = Person::new();
    person.sends("one").sends("two");
    person.key(KeyCode::Esc).key(KeyCode::Esc);
    assert_eq!(person.draft(), "two");
}

#[test]
fn waiting_messages_are_put_in_order_and_taken_back() {
    let mut person = Person::new();
    person.sends("one").sends("two").sends("three");
    person
        .press(KeyCode::Char('c'), KeyModifiers::ALT)
        .types("]");
    assert_eq!(queued(&person), ["three", "two"]);
    person.types("d");
    assert_eq!(queued(&person), ["three"]);
    person.key(KeyCode::Esc).key(KeyCode::Up);
    assert_eq!(person.draft(), "two");
}

#[test]
fn what_waits_is_kept_and_is_there_at_the_next_start_waiting_for_a_word() {
    let mut person = Person::new();
    person.sends("one").sends("two").wait(300);
    let kept = person.effects.iter().rev().find_map(|effect| match effect {
        Effect::Keep(changes) => changes.iter().find_map(|change| match change {
            Change::SaveQueue { queued, .. } => Some(queued.clone()),
            _ => None,
        }),
        _ => None,
    });
    assert_eq!(kept, Some(vec![Draft::new("two")]));

    let conversation = Conversation::new("space", "", "");
    let mut person = opened(conversation, kept.unwrap_or_default());
    assert!(person.started().is_empty(), "never by itself");
    person.key(KeyCode::Enter);
    assert_eq!(person.started()[0].messages[0].text, "two");
}

#[test]
fn what_another_window_left_is_kept_as_this_windows_own_and_then_forgotten_there() {
    let mut person = Person::new();
    person.tell(Event::Store(StoreEvent::Loaded {
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
    person.wait(300);
    let id = person.model.current;
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
    assert_eq!(kept(&person), taken);
    person.wait(300);
    assert_eq!(kept(&person).len(), taken.len(), "once");
}

#[test]
fn the_draft_from_before_an_edit_is_kept_as_set_aside_while_the_edit_lasts() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("reply")).types("half");
    person.press(KeyCode::Up, KeyModifiers::ALT);
    person
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("e")
        .wait(300);
    let unsent = person.model.conversation().unsent();
    assert_eq!(
        (unsent.draft, unsent.aside),
        (Draft::new("one"), vec![Draft::new("half")])
    );
    let is_kept = |effect: &Effect| {
        matches!(effect, Effect::Keep(changes) if changes.iter().any(|change| {
            matches!(change, Change::SaveAside { aside, .. } if *aside == [Draft::new("half")])
        }))
    };
    assert!(person.effects.iter().any(is_kept));
    person.ctrl('c');
    assert_eq!(person.draft(), "half", "it is back when the edit is left");
}

#[test]
fn a_wall_clock_that_jumps_changes_no_stage_no_rate_and_no_order() {
    let mut person = Person::new();
    person.sends("one");
    let jump = |person: &mut Person, wall: &str, seconds: u64| {
        person.tell(Event::Clock(Clock {
            wall: wall.parse().unwrap(),
            uptime: Duration::from_secs(seconds),
        }));
    };
    jump(&mut person, "2031-01-01T00:00:00Z", 20);
    person.hears(0, delta("1234567890"));
    jump(&mut person, "1999-01-01T00:00:00Z", 22);
    person.hears(0, delta("1234567890"));
    let turn = person.model.conversation().turn.clone().unwrap();
    assert_eq!(turn.rate(), Some(10));
    assert_eq!(turn.stalled_for(person.model.clock.uptime), None);
    // Hours pass at once where the machine slept and its clock went on.
    jump(&mut person, "1999-01-01T09:00:00Z", 9 * 3600);
    let stalled = turn.stalled_for(person.model.clock.uptime);
    assert_eq!(stalled, Some(Duration::from_secs(9 * 3600 - 22)));
    person.hears(0, done("12345678901234567890")).sends("two");
    assert_eq!(person.texts(), ["one", "12345678901234567890", "two", ""]);
    assert!(
        person
            .model
            .wake_at()
            .is_some_and(|at| at > person.model.clock.uptime)
    );
}

#[test]
fn what_is_sent_leaves_the_draft_and_the_queue_on_the_disk_in_the_same_moment() {
    let mut person = Person::new();
    person.types("one").wait(300).key(KeyCode::Enter);
    person.types("two").key(KeyCode::Enter).wait(300);
    person.hears(0, done("first"));
    let sent = |text: &str| -> Vec<Change> {
        let kept = person.effects.iter().filter_map(|effect| match effect {
            Effect::Keep(changes) => Some(changes.clone()),
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
    let mut person = Person::new();
    person.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(Conversation::new("space", "", "")),
        unsent: Unsent {
            aside: vec![Draft::new("aside")],
            ..Unsent::default()
        },
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    assert_eq!(person.draft(), "aside");
    person.wait(300);
    let id = person.model.current;
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
    assert!(kept(&person).starts_with(&moved), "{:?}", kept(&person));
}

#[test]
fn what_is_being_written_is_kept_while_earlier_prompts_are_walked_and_when_one_is_taken() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("reply")).types("half");
    person.key(KeyCode::Up).wait(300);
    assert_eq!(person.draft(), "one");
    let aside = |person: &Person| {
        let saved = kept(person)
            .into_iter()
            .rev()
            .find_map(|change| match change {
                Change::SaveAside { aside, .. } => Some(aside),
                _ => None,
            });
        saved.unwrap_or_default()
    };
    assert_eq!(aside(&person), [Draft::new("half")]);
    person.key(KeyCode::Down).wait(300);
    assert_eq!(person.draft(), "half");
    assert_eq!(aside(&person), [], "it stands in the composer alone");

    person.key(KeyCode::Up).types("!").wait(300);
    assert_eq!(person.draft(), "one!");
    assert_eq!(aside(&person), [Draft::new("half")]);
    person.key(KeyCode::Enter).hears(1, done("reply"));
    person.key(KeyCode::Up);
    assert_eq!(person.draft(), "half", "Up brings it back first");
}

#[test]
fn up_without_an_earlier_prompt_sets_nothing_aside_and_one_with_throws_nothing_away() {
    let mut person = Person::new();
    person.types("half").key(KeyCode::Up).types(" more");
    assert_eq!(person.draft(), "half more");
    let aside = |person: &Person| person.model.conversation().composer.aside().len();
    assert_eq!(aside(&person), 0, "a part of it would come back");

    for number in 0..20 {
        person.types(&number.to_string()).ctrl('c');
    }
    let all = aside(&person);
    person.types("new").key(KeyCode::Up).key(KeyCode::Down);
    assert_eq!((person.draft().as_str(), aside(&person)), ("new", all));
}
