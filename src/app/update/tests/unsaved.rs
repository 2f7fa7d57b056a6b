//! Conversations that the disk does not have yet, and one that comes back from its trash.

use super::*;

#[test]
fn a_conversation_that_is_not_saved_yet_is_in_the_list_and_one_gets_back_to_it() {
    let mut user = User::new();
    let saved_before = [summary("one")];
    user.sends("new").hears(0, done("reply"));
    let new = user.model.current;
    // The disk is slow: the list does not have it.
    user.tell(listed(&saved_before));
    let titles = |user: &User| -> Vec<String> {
        let summaries = user.model.library.summaries.iter();
        summaries.map(|summary| summary.title.clone()).collect()
    };
    assert_eq!(titles(&user), ["new · reply", "one"]);
    user.press(KeyCode::PageDown, KeyModifiers::CONTROL);
    user.tell(saved(saved_before[0].id, &["x"]));
    assert_eq!(user.model.current, saved_before[0].id);
    user.tell(listed(&saved_before));
    user.press(KeyCode::PageUp, KeyModifiers::CONTROL);
    assert_eq!(user.model.current, new);

    // Once it was in the list on disk, what is not in it was deleted in another window.
    let mut all = saved_before.to_vec();
    all.insert(
        0,
        Summary {
            id: new,
            ..summary("new")
        },
    );
    user.tell(listed(&all)).tell(listed(&saved_before));
    assert_eq!(titles(&user), ["one"]);
}

#[test]
fn what_came_back_from_the_trash_is_not_brought_back_again() {
    let mut user = User::new();
    let all = [summary("one"), summary("two")];
    user.tell(listed(&all)).key(KeyCode::F(3));
    user.types("d").types("t");
    assert!(user.effects.contains(&Effect::Trash));
    user.key(KeyCode::Enter);
    assert!(user.model.popups.is_open(), "it is not read yet");
    user.tell(Event::Store(StoreEvent::Trash(vec![all[0].clone()])));
    user.key(KeyCode::Enter);
    assert!(!user.model.popups.is_open());
    let restore = Change::Restore {
        conversation: all[0].id,
    };
    assert_eq!(kept(&user).last(), Some(&restore));
    let before = kept(&user).len();
    user.types("u");
    assert_eq!(kept(&user).len(), before, "it is back already");
}
