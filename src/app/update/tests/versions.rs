//! Versions of messages, and other Spaces.

use super::*;
use crate::app::popups::outline::{Entry, Outline};
use crate::app::popups::text_view::TextView;

/// A user who was writing "half" and edits what was sent first.
fn editing() -> User {
    let mut user = User::new();
    user.sends("first").hears(0, done("reply")).types("half");
    user.press(KeyCode::Up, KeyModifiers::ALT);
    user.press(KeyCode::Up, KeyModifiers::ALT).types("e");
    user
}

#[test]
fn an_edited_message_becomes_another_version_and_the_old_one_stays() {
    let mut user = editing();
    assert_eq!(user.draft(), "first");
    user.sends("!");
    assert_eq!(user.texts(), ["first!", ""]);
    assert_eq!(user.draft(), "half");
    let conversation = &user.model.conversation().conversation;
    assert_eq!(conversation.messages().count(), 4);
    assert_eq!(conversation.versions(user.path()[0].id).len(), 2);
    assert_eq!(user.started()[1].messages.len(), 1);
    user.hears(1, done("other reply"));
    user.press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("[");
    assert_eq!(user.texts(), ["first", "reply"]);
    user.types("]");
    assert_eq!(user.texts(), ["first!", "other reply"]);
}

#[test]
fn esc_leaves_an_edit_and_the_draft_comes_back() {
    let mut user = editing();
    user.types(" changed").key(KeyCode::Esc);
    assert_eq!(user.draft(), "half");
    assert_eq!(user.started().len(), 1);
}

#[test]
fn another_reply_stands_beside_the_first_one() {
    let mut user = User::new();
    user.sends("question").hears(0, done("one"));
    user.press(KeyCode::Up, KeyModifiers::ALT)
        .types("rr")
        .hears(1, done("two"));
    assert_eq!(user.texts(), ["question", "two"]);
    assert_eq!(user.model.conversation().conversation.messages().count(), 3);
    let moved = kept(&user)
        .into_iter()
        .filter(|change| matches!(change, Change::SetHead { .. }));
    assert_eq!(moved.count(), 2);
}

#[test]
fn a_reply_that_was_cut_off_can_go_on() {
    let mut user = User::new();
    user.sends("question")
        .hears(0, delta("half a"))
        .hears(0, ReplyUpdate::Cancelled);
    user.press(KeyCode::Up, KeyModifiers::ALT).types("gg");
    assert_eq!(user.started()[1].messages.len(), 3);
}

#[test]
fn the_tree_stays_as_it_is_while_a_reply_comes() {
    let mut user = User::new();
    user.sends("question");
    user.press(KeyCode::Up, KeyModifiers::ALT).types("r");
    assert_eq!(user.started().len(), 1);
    assert_eq!(user.model.conversation().conversation.messages().count(), 2);
}

#[test]
fn the_embedded_space_takes_over_where_another_failed() {
    let mut user = User::new();
    let failure = Failure {
        kind: crate::chat::FailureKind::Connect,
        message: String::new(),
        hint: String::new(),
    };
    user.sends("hello")
        .hears(0, ReplyUpdate::Failed(failure))
        .ctrl('p')
        .types("try the embedded")
        .key(KeyCode::Enter);
    let request = user.started()[1].clone();
    assert_eq!(request.space, crate::app::DEMO_SPACE);
    assert_eq!(request.messages[0].text, "hello");
}

#[test]
fn what_another_window_added_is_read_again_unless_a_reply_comes_here() {
    let mut user = User::new();
    let mut all = [summary("one")];
    user.tell(saved(all[0].id, &["x"]));
    all[0].messages = 3;
    user.effects.clear();
    user.tell(listed(&all));
    assert!(user.effects.contains(&Effect::Load {
        id: all[0].id,
        purpose: Purpose::Refresh
    }));
    user.sends("more");
    user.effects.clear();
    user.tell(listed(&all));
    assert!(!user.effects.contains(&Effect::Load {
        id: all[0].id,
        purpose: Purpose::Refresh
    }));
}

#[test]
fn a_branch_goes_its_own_way_and_leaves_the_other_conversation_as_it_is() {
    let mut user = User::new();
    let first = user.model.current;
    user.sends("one").hears(0, done("yes"));
    user.sends("two").hears(1, done("no"));
    let pick = |user: &mut User| {
        user.press(KeyCode::Up, KeyModifiers::ALT);
    };
    (0..3).for_each(|_| pick(&mut user));
    user.key(KeyCode::Char('b'));
    assert_ne!(user.model.current, first);
    assert_eq!(user.texts(), ["one", "yes"]);
    assert!(
        user.effects
            .iter()
            .any(|effect| matches!(effect, Effect::Save(_)))
    );
    let other = user.model.opened(first).unwrap();
    assert_eq!(other.conversation.path().len(), 4);
}

fn outlined(user: &User) -> Vec<Entry> {
    let Some(Outline(picker)) = user.model.popups.top() else {
        panic!("the outline is open");
    };
    picker.found().cloned().collect()
}

#[test]
fn a_prompt_that_is_left_out_is_not_sent_and_neither_is_its_reply_until_it_is_taken_in() {
    let mut user = User::new();
    user.sends("one").hears(0, done("first"));
    user.sends("two").hears(1, done("second"));
    user.press(KeyCode::Char('o'), KeyModifiers::ALT);
    user.key(KeyCode::Up);
    user.press(KeyCode::Char('x'), KeyModifiers::ALT);
    let left_out: Vec<bool> = outlined(&user).iter().map(|entry| entry.left_out).collect();
    assert_eq!(left_out, [true, false]);
    user.key(KeyCode::Esc)
        .sends("three")
        .hears(2, done("third"));
    let sent = |user: &User, turn: usize| -> Vec<String> {
        let messages = user.started()[turn].messages.iter();
        messages.map(|message| message.text.clone()).collect()
    };
    assert_eq!(sent(&user, 2), ["two", "second", "three"]);
    user.press(KeyCode::Char('o'), KeyModifiers::ALT);
    user.key(KeyCode::Up).key(KeyCode::Up);
    user.press(KeyCode::Char('x'), KeyModifiers::ALT);
    user.key(KeyCode::Esc).sends("four");
    assert_eq!(sent(&user, 3).len(), 7);
    let is_kept = |effect: &Effect| matches!(effect, Effect::Save(changes) if matches!(changes[..], [Change::LeaveOut { left_out: true, .. }]));
    assert!(user.effects.iter().any(is_kept));
}

#[test]
fn a_picked_reply_is_left_out_alone_and_what_is_asked_never_is() {
    let mut user = User::new();
    user.sends("one").hears(0, done("first"));
    user.press(KeyCode::Up, KeyModifiers::ALT).types("x");
    user.press(KeyCode::Up, KeyModifiers::ALT).types("x");
    assert!(user.path().iter().all(|message| message.left_out));
    user.types("rr");
    let texts: Vec<&str> = user.started()[1]
        .messages
        .iter()
        .map(|message| &*message.text)
        .collect();
    assert_eq!(texts, ["one"], "the prompt that is asked anew");
    user.hears(1, done("again")).sends("two");
    assert_eq!(user.started()[2].messages.len(), 1);
}

#[test]
fn what_will_be_sent_is_shown_without_a_last_prompt_that_is_left_out() {
    let mut user = User::new();
    user.sends("one").hears(0, done("first"));
    user.press(KeyCode::Up, KeyModifiers::ALT);
    user.press(KeyCode::Up, KeyModifiers::ALT).types("x");
    user.key(KeyCode::Esc).types("two");
    user.press(KeyCode::Char('t'), KeyModifiers::ALT);
    let Some(view) = user.model.popups.top::<TextView>() else {
        panic!("it is shown");
    };
    assert!(
        !view.text.contains("one") && !view.text.contains("past"),
        "{}",
        view.text
    );
}

#[test]
fn the_outline_lists_prompts_with_their_weight_and_goes_to_one() {
    let mut user = User::new();
    user.sends("a question of some words").hears(0, done("yes"));
    user.sends("another").hears(1, done("no"));
    user.press(KeyCode::Char('o'), KeyModifiers::ALT);
    let entries = outlined(&user);
    let words: Vec<&str> = entries.iter().map(|entry| entry.words.as_str()).collect();
    assert_eq!(words, ["a question of some words", "another"]);
    assert!(entries[0].tokens > entries[1].tokens);
    user.key(KeyCode::Up).key(KeyCode::Enter);
    let anchor = user.model.conversation().scroll.anchor;
    assert!(
        matches!(anchor, crate::app::conversation::scroll::Anchor::At(place) if place.message == entries[0].id)
    );
}

#[test]
fn who_looks_elsewhere_is_rung_when_a_reply_ends() {
    let mut user = User::new();
    user.sends("one").tell(Event::Input(Input::Focus(false)));
    user.hears(0, done("yes"));
    let rings = |user: &User| {
        let is_ring = |effect: &&Effect| matches!(effect, Effect::NotifyDesktop(_));
        user.effects.iter().filter(is_ring).count()
    };
    assert_eq!(rings(&user), 1);
    user.tell(Event::Input(Input::Focus(true)));
    user.sends("two").hears(1, done("no"));
    assert_eq!(rings(&user), 1);
}
