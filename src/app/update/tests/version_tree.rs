//! The tree of all versions.

use super::*;
use crate::app::composer::slash;
use crate::app::conversation::scroll::Anchor;
use crate::app::keys::Action;
use crate::app::popups::palette::Palette;
use crate::app::popups::version_tree::{Entry, VersionTree};
use crate::chat::tree::Joint;
use crate::chat::{Conversation, MessageId};

fn open(user: &mut User) -> &mut User {
    user.press(KeyCode::Char('v'), KeyModifiers::ALT)
}

fn popup(user: &User) -> &VersionTree {
    user.model.popups.top().expect("the tree is open")
}

fn entries(user: &User) -> Vec<Entry> {
    popup(user).0.found().cloned().collect()
}

fn marked(user: &User) -> String {
    let entry = popup(user).0.chosen();
    entry.map(|entry| entry.words.clone()).unwrap_or_default()
}

/// Picks the message so many places above the end.
fn pick(user: &mut User, places: usize) -> &mut User {
    for _ in 0..places {
        user.press(KeyCode::Up, KeyModifiers::ALT);
    }
    user
}

/// A question with two replies; behind the first of them one that was edited. The other reply is
/// seen.
fn branched() -> User {
    let mut user = User::new();
    user.sends("question").hears(0, done("one"));
    user.sends("more").hears(1, done("of one"));
    pick(&mut user, 2)
        .types("e")
        .sends("!")
        .hears(2, done("yes"));
    pick(&mut user, 4).types("rr").hears(3, done("two"));
    assert_eq!(user.texts(), ["question", "two"]);
    user.effects.clear();
    user
}

/// A conversation of so many messages in one line, with another version of the last.
fn long(messages: usize, text: &str) -> User {
    let mut conversation = Conversation::new("space", "", "");
    for at in 0..messages {
        let role = [Role::User, Role::Assistant][at % 2];
        conversation.append(Message::new(role, format!("{at} {text}")));
    }
    let before = conversation.head().and_then(|last| last.parent);
    conversation.append_after(before, Message::new(Role::Assistant, "other"));
    let mut user = User::new();
    user.model.conversation_mut().conversation = conversation;
    user
}

#[test]
fn edited_prompts_and_retried_replies_stand_in_one_tree() {
    let mut user = branched();
    open(&mut user);
    let rows = entries(&user);
    let shown = rows.iter().map(|entry| {
        (
            entry.words.as_str(),
            entry.indent.depth,
            entry.joint,
            entry.version,
            entry.is_on_path,
        )
    });
    let expected = [
        ("question", 0, Joint::Straight, (1, 1), true),
        ("one", 0, Joint::Fork, (1, 2), false),
        ("more", 1, Joint::Fork, (1, 2), false),
        ("of one", 2, Joint::Straight, (1, 1), false),
        ("more!", 1, Joint::Last, (2, 2), false),
        ("yes", 1, Joint::Straight, (1, 1), false),
        ("two", 0, Joint::Last, (2, 2), true),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[test]
fn versions_right_behind_the_last_of_others_stand_further_in_and_what_follows_does_not() {
    let mut user = User::new();
    user.sends("one").hears(0, done("first"));
    pick(&mut user, 2).types("e").sends("!").hears(1, done("a"));
    pick(&mut user, 1).types("rr").hears(2, done("b"));
    user.sends("end");
    open(&mut user);
    let rows = entries(&user);
    let shown = rows
        .iter()
        .map(|entry| (entry.words.as_str(), entry.indent.depth, entry.indent.lines));
    let expected = [
        ("one", 0, 0),
        ("first", 1, 1),
        ("one!", 0, 0),
        ("a", 1, 0),
        ("b", 1, 0),
        ("end", 0, 0),
        ("…", 0, 0),
    ];
    assert_eq!(shown.collect::<Vec<_>>(), expected);
}

#[test]
fn enter_on_another_branch_goes_there_and_saves_it() {
    let mut user = branched();
    user.types("draft");
    open(&mut user).types("of one").key(KeyCode::Enter);
    assert!(!user.model.popups.is_open());
    assert_eq!(user.texts(), ["question", "one", "more", "of one"]);
    let reply = user.path()[3].id;
    let open = user.model.conversation();
    assert!(matches!(open.scroll.anchor, Anchor::At(place) if place.message == reply));
    let changes = kept(&user);
    assert!(
        matches!(changes.last(), Some(Change::SetHead { to, .. }) if *to == Some(reply)),
        "{changes:?}"
    );
    assert_eq!(user.draft(), "draft");
}

#[test]
fn enter_on_what_is_seen_only_scrolls() {
    let mut user = branched();
    open(&mut user);
    for _ in 0..6 {
        user.key(KeyCode::Up);
    }
    user.key(KeyCode::Enter);
    assert_eq!(user.texts(), ["question", "two"]);
    let first = user.path()[0].id;
    let anchor = user.model.conversation().scroll.anchor;
    assert!(matches!(anchor, Anchor::At(place) if place.message == first));
    assert!(kept(&user).is_empty());
}

#[test]
fn the_mark_starts_where_the_user_is_and_comes_back_with_an_empty_query() {
    let mut user = branched();
    open(&mut user);
    assert_eq!(marked(&user), "two");
    user.types("yes");
    assert_eq!(marked(&user), "yes");
    for _ in 0..3 {
        user.key(KeyCode::Backspace);
    }
    assert_eq!(marked(&user), "two");
    user.key(KeyCode::Esc);
    pick(&mut user, 2).types("v");
    assert_eq!(marked(&user), "question");
    user.key(KeyCode::Esc).key(KeyCode::Esc);
    user.press(KeyCode::Home, KeyModifiers::CONTROL);
    open(&mut user);
    assert_eq!(marked(&user), "question");
}

#[test]
fn a_query_finds_messages_of_every_branch_and_enter_on_nothing_stays() {
    let mut user = branched();
    open(&mut user).types("more");
    let found: Vec<String> = entries(&user)
        .into_iter()
        .map(|entry| entry.words)
        .collect();
    assert_eq!(found, ["more", "more!"]);
    user.types("zzz").key(KeyCode::Enter);
    assert!(entries(&user).is_empty());
    assert_eq!(user.texts(), ["question", "two"]);
}

#[test]
fn the_mark_steps_from_one_with_versions_to_the_next() {
    let mut user = branched();
    open(&mut user);
    let up = |user: &mut User| {
        user.press(KeyCode::Up, KeyModifiers::ALT);
        marked(user)
    };
    assert_eq!([(); 3].map(|()| up(&mut user)), ["more!", "more", "one"]);
    assert_eq!(up(&mut user), "one", "there is none above");
    user.press(KeyCode::Down, KeyModifiers::ALT);
    assert_eq!(marked(&user), "more");
}

#[test]
fn a_picked_message_gives_way_to_the_one_that_was_gone_to() {
    let mut user = branched();
    pick(&mut user, 1).types("v");
    user.types("of one").key(KeyCode::Enter);
    let picked = user.model.conversation().picked;
    assert_eq!(picked, Some(user.path()[3].id));
}

#[test]
fn without_other_versions_the_tree_is_neither_offered_nor_opened() {
    let mut user = User::new();
    user.sends("question").hears(0, done("one"));
    let is_offered = |user: &mut User| {
        let is_command = !slash::commands(&user.model, "/versions").is_empty();
        user.ctrl('p');
        let palette: &Palette = user.model.popups.top().expect("the palette is open");
        let mut choices = palette.0.found();
        let is_listed = choices.any(|choice| choice.row.action == Action::Versions);
        drop(choices);
        user.key(KeyCode::Esc);
        [is_command, is_listed]
    };
    assert_eq!(is_offered(&mut user), [false; 2]);
    open(&mut user);
    assert!(!user.model.popups.is_open());
    let toast = user.model.toast.clone().map(|(words, _)| words);
    let expected = "There are no other versions yet. e or r on a picked message makes one.";
    assert_eq!(toast.as_deref(), Some(expected));
    pick(&mut user, 1).types("rr").hears(1, done("two"));
    assert_eq!(is_offered(&mut user), [true; 2]);
    user.sends("/versions");
    assert_eq!(entries(&user).len(), 3);
}

#[test]
fn while_a_reply_comes_the_tree_is_read_and_the_path_stays() {
    let mut user = branched();
    user.sends("next").hears(4, delta("half"));
    let path = user.texts();
    open(&mut user).types("of one").key(KeyCode::Enter);
    assert_eq!(user.texts(), path);
    let toast = user.model.toast.clone().map(|(words, _)| words);
    let expected = "A reply is still coming. Stop it first.";
    assert_eq!(toast.as_deref(), Some(expected));
    open(&mut user).types("question").key(KeyCode::Enter);
    let first = user.path()[0].id;
    let anchor = user.model.conversation().scroll.anchor;
    assert!(matches!(anchor, Anchor::At(place) if place.message == first));
    user.hears(4, done("half a reply"));
    assert_eq!(user.texts()[3], "half a reply");
}

#[test]
fn a_line_of_2000_messages_does_not_indent() {
    let mut user = long(2000, "words");
    open(&mut user);
    let rows = entries(&user);
    assert_eq!(rows.len(), 2001);
    assert!(rows.iter().all(|entry| entry.indent.depth == 0));
    let joints = rows.iter().map(|entry| entry.joint);
    assert_eq!(joints.filter(|joint| *joint != Joint::Straight).count(), 2);
    assert_eq!(marked(&user), "other");
}

#[test]
fn a_message_in_which_every_reply_was_retried_does_not_indent_either() {
    let mut conversation = Conversation::new("space", "", "");
    for turn in 0..50 {
        let prompt = conversation.append(Message::user(format!("{turn}")));
        for _ in 0..3 {
            conversation.append_after(Some(prompt), Message::new(Role::Assistant, "reply"));
        }
    }
    let mut user = User::new();
    user.model.conversation_mut().conversation = conversation;
    open(&mut user);
    let rows = entries(&user);
    assert_eq!(rows.len(), 200);
    assert!(rows.iter().all(|entry| entry.indent.depth == 0));
}

#[test]
fn a_tree_deeper_than_any_stack_and_one_with_a_missing_message_are_listed_whole() {
    let mut user = long(30_000, "");
    open(&mut user);
    assert_eq!(entries(&user).len(), 30_001);
    let mut orphan = Message::user("orphan");
    orphan.parent = Some(MessageId::new());
    let first = Message::user("first");
    let head = Some(orphan.id);
    let conversation = Conversation::new("space", "", "").with_messages([first, orphan], head);
    let mut user = User::new();
    user.model.conversation_mut().conversation = conversation;
    open(&mut user);
    let seen: Vec<(String, bool)> = entries(&user)
        .into_iter()
        .map(|entry| (entry.words, entry.is_on_path))
        .collect();
    let expected = [("first".to_owned(), false), ("orphan".to_owned(), true)];
    assert_eq!(seen, expected);
}

#[test]
fn only_the_beginning_of_a_text_is_read() {
    let mut user = long(4, &"word ".repeat(200_000));
    user.model
        .conversation_mut()
        .conversation
        .append(Message::user(" ".repeat(1_000_000) + "far"));
    open(&mut user);
    let rows = entries(&user);
    assert!(rows.iter().all(|entry| entry.words.len() < 400));
    assert_eq!(marked(&user), "…");
}
