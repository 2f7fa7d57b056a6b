//! Versions of messages, and other Spaces.

use super::*;
use crate::app::outline::Entry;

/// A person who was writing "half" and edits what was sent first.
fn editing() -> Person {
    let mut person = Person::new();
    person.sends("first").hears(0, done("reply")).types("half");
    person.press(KeyCode::Up, KeyModifiers::ALT);
    person.press(KeyCode::Up, KeyModifiers::ALT).types("e");
    person
}

#[test]
fn an_edited_message_becomes_another_version_and_the_old_one_stays() {
    let mut person = editing();
    assert_eq!(person.draft(), "first");
    person.sends("!");
    assert_eq!(person.texts(), ["first!", ""]);
    assert_eq!(person.draft(), "half");
    let conversation = &person.model.conversation().conversation;
    assert_eq!(conversation.messages().count(), 4);
    assert_eq!(conversation.versions(person.path()[0].id).len(), 2);
    assert_eq!(person.started()[1].messages.len(), 1);
    person.hears(1, done("other reply"));
    person
        .press(KeyCode::Up, KeyModifiers::ALT)
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("[");
    assert_eq!(person.texts(), ["first", "reply"]);
    person.types("]");
    assert_eq!(person.texts(), ["first!", "other reply"]);
}

#[test]
fn esc_leaves_an_edit_and_the_draft_comes_back() {
    let mut person = editing();
    person.types(" changed").key(KeyCode::Esc);
    assert_eq!(person.draft(), "half");
    assert_eq!(person.started().len(), 1);
}

#[test]
fn another_reply_stands_beside_the_first_one() {
    let mut person = Person::new();
    person.sends("question").hears(0, done("one"));
    person
        .press(KeyCode::Up, KeyModifiers::ALT)
        .types("r")
        .hears(1, done("two"));
    assert_eq!(person.texts(), ["question", "two"]);
    assert_eq!(
        person.model.conversation().conversation.messages().count(),
        3
    );
    let moved = kept(&person)
        .into_iter()
        .filter(|change| matches!(change, Change::SetHead { .. }));
    assert_eq!(moved.count(), 2);
}

#[test]
fn a_reply_that_was_cut_off_can_go_on() {
    let mut person = Person::new();
    person
        .sends("question")
        .hears(0, delta("half a"))
        .hears(0, ReplyUpdate::Cancelled);
    person.press(KeyCode::Up, KeyModifiers::ALT).types("g");
    assert_eq!(person.started()[1].messages.len(), 3);
}

#[test]
fn the_tree_stays_as_it_is_while_a_reply_comes() {
    let mut person = Person::new();
    person.sends("question");
    person.press(KeyCode::Up, KeyModifiers::ALT).types("r");
    assert_eq!(person.started().len(), 1);
    assert_eq!(
        person.model.conversation().conversation.messages().count(),
        2
    );
}

#[test]
fn the_embedded_space_takes_over_where_another_failed() {
    let mut person = Person::new();
    let failure = Failure {
        kind: "connect".to_owned(),
        message: String::new(),
        hint: String::new(),
    };
    person
        .sends("hello")
        .hears(0, ReplyUpdate::Failed(failure))
        .key(KeyCode::F(5));
    let request = person.started()[1].clone();
    assert_eq!(request.space, crate::app::DEMO_SPACE);
    assert_eq!(request.messages[0].text, "hello");
}

#[test]
fn what_another_window_added_is_read_again_unless_a_reply_comes_here() {
    let mut person = Person::new();
    let mut all = [summary("one")];
    person.tell(saved(all[0].id, &["x"]));
    all[0].messages = 3;
    person.effects.clear();
    person.tell(listed(&all));
    assert!(person.effects.contains(&Effect::Load {
        id: all[0].id,
        purpose: Purpose::Refresh
    }));
    person.sends("more");
    person.effects.clear();
    person.tell(listed(&all));
    assert!(!person.effects.contains(&Effect::Load {
        id: all[0].id,
        purpose: Purpose::Refresh
    }));
}

#[test]
fn a_branch_goes_its_own_way_and_leaves_the_other_conversation_as_it_is() {
    let mut person = Person::new();
    let first = person.model.current;
    person.sends("one").hears(0, done("yes"));
    person.sends("two").hears(1, done("no"));
    let pick = |person: &mut Person| {
        person.press(KeyCode::Up, KeyModifiers::ALT);
    };
    (0..3).for_each(|_| pick(&mut person));
    person.key(KeyCode::Char('b'));
    assert_ne!(person.model.current, first);
    assert_eq!(person.texts(), ["one", "yes"]);
    assert!(
        person
            .effects
            .iter()
            .any(|effect| matches!(effect, Effect::Keep(_)))
    );
    let other = person.model.opened(first).unwrap();
    assert_eq!(other.conversation.path().len(), 4);
}

fn outlined(person: &Person) -> Vec<Entry> {
    let Some(Overlay::Outline(picker)) = &person.model.overlay else {
        panic!("the outline is open");
    };
    picker.found().cloned().collect()
}

#[test]
fn a_prompt_that_is_left_out_is_not_sent_and_neither_is_its_reply_until_it_is_taken_in() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("first"));
    person.sends("two").hears(1, done("second"));
    person.press(KeyCode::Char('o'), KeyModifiers::ALT);
    person.key(KeyCode::Up);
    person.press(KeyCode::Char('x'), KeyModifiers::ALT);
    let left_out: Vec<bool> = outlined(&person)
        .iter()
        .map(|entry| entry.left_out)
        .collect();
    assert_eq!(left_out, [true, false]);
    person
        .key(KeyCode::Esc)
        .sends("three")
        .hears(2, done("third"));
    let sent = |person: &Person, turn: usize| -> Vec<String> {
        let messages = person.started()[turn].messages.iter();
        messages.map(|message| message.text.clone()).collect()
    };
    assert_eq!(sent(&person, 2), ["two", "second", "three"]);
    person.press(KeyCode::Char('o'), KeyModifiers::ALT);
    person.key(KeyCode::Up).key(KeyCode::Up);
    person.press(KeyCode::Char('x'), KeyModifiers::ALT);
    person.key(KeyCode::Esc).sends("four");
    assert_eq!(sent(&person, 3).len(), 7);
    let is_kept = |effect: &Effect| matches!(effect, Effect::Keep(changes) if matches!(changes[..], [Change::LeaveOut { left_out: true, .. }]));
    assert!(person.effects.iter().any(is_kept));
}

#[test]
fn a_picked_reply_is_left_out_alone_and_what_is_asked_never_is() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("first"));
    person.press(KeyCode::Up, KeyModifiers::ALT).types("x");
    person.press(KeyCode::Up, KeyModifiers::ALT).types("x");
    assert!(person.path().iter().all(|message| message.left_out));
    person.types("r");
    let texts: Vec<&str> = person.started()[1]
        .messages
        .iter()
        .map(|message| &*message.text)
        .collect();
    assert_eq!(texts, ["one"], "the prompt that is asked anew");
    person.hears(1, done("again")).sends("two");
    assert_eq!(person.started()[2].messages.len(), 1);
}

#[test]
fn what_will_be_sent_is_shown_without_a_last_prompt_that_is_left_out() {
    let mut person = Person::new();
    person.sends("one").hears(0, done("first"));
    person.press(KeyCode::Up, KeyModifiers::ALT);
    person.press(KeyCode::Up, KeyModifiers::ALT).types("x");
    person.key(KeyCode::Esc).types("two");
    person.press(KeyCode::Char('t'), KeyModifiers::ALT);
    let Some(Overlay::Text(view)) = &person.model.overlay else {
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
    let mut person = Person::new();
    person
        .sends("a question of some words")
        .hears(0, done("yes"));
    person.sends("another").hears(1, done("no"));
    person.press(KeyCode::Char('o'), KeyModifiers::ALT);
    let entries = outlined(&person);
    let words: Vec<&str> = entries.iter().map(|entry| entry.words.as_str()).collect();
    assert_eq!(words, ["a question of some words", "another"]);
    assert!(entries[0].tokens > entries[1].tokens);
    person.key(KeyCode::Up).key(KeyCode::Enter);
    let anchor = person.model.conversation().scroll.anchor;
    assert!(
        matches!(anchor, crate::app::scroll::Anchor::At(place) if place.message == entries[0].id)
    );
}

#[test]
fn who_looks_elsewhere_is_rung_when_a_reply_ends() {
    let mut person = Person::new();
    person.sends("one").tell(Event::Input(Input::Focus(false)));
    person.hears(0, done("yes"));
    let rings = |person: &Person| {
        let is_ring = |effect: &&Effect| matches!(effect, Effect::Ring(_));
        person.effects.iter().filter(is_ring).count()
    };
    assert_eq!(rings(&person), 1);
    person.tell(Event::Input(Input::Focus(true)));
    person.sends("two").hears(1, done("no"));
    assert_eq!(rings(&person), 1);
}
