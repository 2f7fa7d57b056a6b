//! Conversations that the disk does not have yet, and one that comes back from its trash.

use super::*;

#[test]
fn a_conversation_that_is_not_saved_yet_is_in_the_list_and_one_gets_back_to_it() {
    let mut person = Person::new();
    let saved_before = [summary("one")];
    person.sends("new").hears(0, done("reply"));
    let new = person.model.current;
    // The disk is slow: the list does not have it.
    person.tell(listed(&saved_before));
    let titles = |person: &Person| -> Vec<String> {
        let summaries = person.model.library.summaries.iter();
        summaries.map(|summary| summary.title.clone()).collect()
    };
    assert_eq!(titles(&person), ["new · reply", "one"]);
    person.press(KeyCode::PageDown, KeyModifiers::CONTROL);
    person.tell(saved(saved_before[0].id, &["x"]));
    assert_eq!(person.model.current, saved_before[0].id);
    person.tell(listed(&saved_before));
    person.press(KeyCode::PageUp, KeyModifiers::CONTROL);
    assert_eq!(person.model.current, new);

    // Once it was in the list on disk, what is not in it was deleted in another window.
    let mut all = saved_before.to_vec();
    all.insert(
        0,
        Summary {
            id: new,
            ..summary("new")
        },
    );
    person.tell(listed(&all)).tell(listed(&saved_before));
    assert_eq!(titles(&person), ["one"]);
}

#[test]
fn what_came_back_from_the_trash_is_not_brought_back_again() {
    let mut person = Person::new();
    let all = [summary("one"), summary("two")];
    person
        .tell(listed(&all))
        .key(KeyCode::F(3))
        .key(KeyCode::Down);
    person.types("d").types("t");
    assert!(person.effects.contains(&Effect::Trash));
    person.key(KeyCode::Enter);
    assert!(person.model.overlay.is_some(), "it is not read yet");
    person.tell(Event::Store(StoreEvent::Trash(vec![all[0].clone()])));
    person.key(KeyCode::Enter);
    assert!(person.model.overlay.is_none());
    let restore = Change::Restore {
        conversation: all[0].id,
    };
    assert_eq!(kept(&person).last(), Some(&restore));
    let before = kept(&person).len();
    person.types("u");
    assert_eq!(kept(&person).len(), before, "it is back already");
}
