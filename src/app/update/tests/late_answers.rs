//! Which conversation is come to, when its reading took long, and which are given up.

use super::*;
use crate::app::popups::{help::Help, palette::Palette};
use crate::app::sidebar::navigation::go_to;
use crate::chat::ConversationId;

#[test]
fn what_was_used_least_recently_is_given_up_first() {
    let mut user = User::new();
    let ids: Vec<_> = (0..20).map(|_| ConversationId::new()).collect();
    for id in &ids {
        user.tell(saved(*id, &["x"]));
        // The first is come back to again and again.
        user.tell(saved(ids[0], &["x"]));
    }
    let open = |id: &&ConversationId| user.model.opened(**id).is_some();
    let kept: Vec<_> = ids.iter().filter(open).collect();
    let expected: Vec<_> = ids[..1].iter().chain(&ids[5..]).collect();
    assert_eq!(kept, expected);
}

/// Goes to a conversation that is not open, and gives what its reading is asked for.
fn goes_to(user: &mut User, id: ConversationId) -> Purpose {
    let effects = go_to(&mut user.model, id, None);
    user.effects.extend(effects);
    asked_for(user, id).unwrap()
}

#[test]
fn what_was_asked_for_before_something_else_was_gone_to_moves_no_view() {
    let (first, second) = (ConversationId::new(), ConversationId::new());
    for is_first_late in [true, false] {
        let mut user = User::new();
        user.types("x");
        let for_first = goes_to(&mut user, first);
        let for_second = goes_to(&mut user, second);
        let mut answers = [(second, for_second), (first, for_first)];
        if !is_first_late {
            answers.reverse();
        }
        for (id, purpose) in answers {
            user.tell(saved_for(id, &["text"], purpose));
        }
        assert_eq!(user.model.current, second);
    }
    let mut user = User::new();
    let purpose = goes_to(&mut user, first);
    let fresh = user.model.current;
    user.ctrl('n').types("a new one");
    user.tell(saved_for(first, &["text"], purpose));
    assert_eq!(user.model.current, fresh);
    assert_eq!(user.draft(), "a new one");
    let purpose = goes_to(&mut user, first);
    user.tell(saved_for(first, &["text"], purpose));
    assert_eq!(user.model.current, first);
}

#[test]
fn a_duplicate_that_could_not_be_made_makes_no_copy_of_what_is_opened_later() {
    let mut user = User::new();
    let all = [summary("one")];
    let id = all[0].id;
    user.tell(listed(&all)).key(KeyCode::F(3));
    user.key(KeyCode::Down).types("y");
    assert_eq!(asked_for(&user, id), Some(Purpose::Copy));
    let trouble = StoreEvent::Trouble("it could not be read".to_owned());
    user.tell(Event::Store(trouble));
    let purpose = goes_to(&mut user, id);
    for purpose in [purpose, Purpose::Refresh] {
        user.tell(saved_for(id, &["text"], purpose));
        assert_eq!(user.model.current, id);
        let copies = kept(&user)
            .into_iter()
            .filter(|change| matches!(change, Change::SaveConversation { .. }));
        assert_eq!(copies.count(), 0);
    }
}

#[test]
fn on_a_fresh_start_the_list_marks_its_first_row_and_enter_opens_it() {
    let mut user = User::new();
    let only = summary("hello");
    user.tell(listed(std::slice::from_ref(&only)));
    user.press(KeyCode::F(3), KeyModifiers::NONE);
    user.press(KeyCode::Enter, KeyModifiers::NONE);
    assert!(asked_for(&user, only.id).is_some());
}

#[test]
fn a_list_that_is_opened_before_it_is_read_marks_its_first_row_then_and_keeps_a_mark() {
    let mut user = User::new();
    let only = summary("hello");
    user.press(KeyCode::F(3), KeyModifiers::NONE);
    user.tell(listed(std::slice::from_ref(&only)));
    assert_eq!(user.model.library.selected, Some(only.id));
    let newer = summary("newer");
    user.tell(listed(&[newer, only.clone()]));
    assert_eq!(user.model.library.selected, Some(only.id));
    user.press(KeyCode::Enter, KeyModifiers::NONE);
    assert!(asked_for(&user, only.id).is_some());
}

#[test]
fn a_mark_on_a_queued_message_that_is_sent_does_not_go_to_the_next_one() {
    let mut user = User::new();
    for text in ["first", "queued", "later"] {
        user.sends(text);
    }
    user.model.focus = crate::app::Focus::Tray;
    user.model.tray_at = 0;
    let turn = user.model.conversation().turn.as_ref().unwrap().id;
    user.tell(Event::Reply(turn, ReplyUpdate::Done("ok".to_owned())));
    user.types("d");
    assert_eq!(user.model.conversation().queue.len(), 1);
    assert_eq!(user.model.conversation().composer.editor.text(), "d");
}

#[test]
fn the_keyboard_does_not_stay_in_the_tray_of_a_conversation_that_is_left() {
    let mut user = User::new();
    let other = summary("hello");
    user.sends("first").sends("queued");
    user.model.focus = crate::app::Focus::Tray;
    user.tell(saved(other.id, &["hello"]));
    assert_eq!(user.model.current, other.id);
    assert_eq!(user.model.focus, crate::app::Focus::Composer);
}

#[test]
fn a_conversation_that_was_read_closes_no_popup_that_was_opened_meanwhile() {
    let mut user = User::new();
    let other = summary("hello");
    user.tell(listed(std::slice::from_ref(&other)));
    user.ctrl('o').key(KeyCode::Enter);
    assert!(
        !user.model.popups.is_open(),
        "what it was asked for in is closed"
    );
    user.ctrl('p').types("copy").key(KeyCode::F(1));
    let purpose = asked_for(&user, other.id).unwrap();
    user.tell(saved_for(other.id, &["text"], purpose));
    assert_eq!(user.model.current, other.id);
    assert!(user.model.popups.top::<Help>().is_some());
    user.key(KeyCode::Esc);
    assert!(user.model.popups.top::<Palette>().is_some());
}
