//! Files that are on their way to the tray while the user goes on.

use super::*;
use crate::app::files::{FoundFile, Survey};
use crate::chat::{Attachment, Draft};

/// A user who has written a question, and asked for a file that is still being read.
fn asks_about_a_file() -> User {
    let mut user = User::new();
    user.types("/attach book.txt").key(KeyCode::Enter);
    assert!(user.effects.contains(&Effect::Attach("book.txt".into())));
    user.types("What is it?");
    user
}

fn is_read(user: &mut User, name: &str) {
    let read = Ok(Attachment::new(name, "a book"));
    user.tell(Event::Attached(user.model.current, read));
}

fn toast(user: &User) -> &str {
    user.model.toast.as_ref().map_or("", |(words, _)| words)
}

/// The names of what went with the newest message.
fn sent(user: &User) -> Vec<String> {
    let request = user.started();
    let message = request.last().and_then(|request| request.messages.last());
    let attachments = message.map_or(&[][..], |message| &message.attachments);
    attachments.iter().map(|one| one.name.clone()).collect()
}

#[test]
fn a_file_comes_into_the_tray_as_it_was_counted_where_it_was_read() {
    let mut user = User::new();
    let read = Attachment {
        tokens: 7,
        hidden: 5,
        ..Attachment::new("book.txt", "a book")
    };
    user.tell(Event::Attached(user.model.current, Ok(read)));
    let tray = user.model.conversation().composer.tray();
    assert_eq!((tray[0].tokens, tray[0].hidden), (7, 5));
}

#[test]
fn what_was_counted_of_a_draft_from_the_disk_is_not_counted_again() {
    let counted = Attachment {
        hidden: 5,
        ..Attachment::new("book.txt", "a book")
    };
    let draft = Draft {
        text: "What is it?".to_owned(),
        attachments: vec![counted.into()],
    };
    let mut conversation = crate::chat::Conversation::new("space", "", "");
    conversation.append(Message::user("one"));
    let mut user = User::new();
    user.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent {
            draft,
            ..Unsent::default()
        },
        left_by: Vec::new(),
        settings: crate::chat::Settings::new(),
        purpose: Purpose::Show(0),
    }));
    let tray = user.model.conversation().composer.tray();
    assert_eq!(tray[0].hidden, 5);
}

#[test]
fn a_message_waits_for_the_file_that_is_being_read_and_goes_with_it() {
    let mut user = asks_about_a_file();
    user.key(KeyCode::Enter);
    assert!(user.started().is_empty());
    assert!(
        toast(&user).contains("still being read"),
        "{}",
        toast(&user)
    );
    assert_eq!(user.draft(), "What is it?");
    is_read(&mut user, "book.txt");
    assert_eq!(sent(&user), ["book.txt"]);
    assert_eq!(user.draft(), "");
}

#[test]
fn a_second_enter_sends_without_waiting_and_the_file_stays_for_the_next_message() {
    let mut user = asks_about_a_file();
    user.key(KeyCode::Enter).key(KeyCode::Enter);
    assert_eq!(user.started().len(), 1);
    assert_eq!(sent(&user), [""; 0]);
    is_read(&mut user, "book.txt");
    assert_eq!(user.started().len(), 1);
    assert_eq!(user.model.conversation().composer.tray().len(), 1);
}

#[test]
fn typing_on_or_esc_takes_a_message_back_that_waits_for_its_file() {
    for key in [KeyCode::Char('!'), KeyCode::Esc] {
        let mut user = asks_about_a_file();
        user.key(KeyCode::Enter).key(key);
        is_read(&mut user, "book.txt");
        assert!(user.started().is_empty());
        assert!(user.draft().starts_with("What is it?"));
        // It is sent when that is said again.
        user.key(KeyCode::Enter);
        assert_eq!(sent(&user), ["book.txt"]);
    }
}

#[test]
fn a_file_that_cannot_be_read_leaves_the_message_to_the_user() {
    let mut user = asks_about_a_file();
    user.key(KeyCode::Enter);
    let words = "book.txt cannot be read.".to_owned();
    user.tell(Event::Attached(user.model.current, Err(words)));
    assert!(user.started().is_empty());
    assert_eq!(user.draft(), "What is it?");
    assert_eq!(toast(&user), "book.txt cannot be read.");
    user.key(KeyCode::Enter);
    assert_eq!(user.started().len(), 1);
}

#[test]
fn a_message_waits_for_all_files_of_a_folder() {
    let mut user = User::new();
    let found = |name: &str| FoundFile {
        path: name.into(),
        name: name.to_owned(),
        size: 6,
    };
    let survey = Survey {
        taken: vec![found("one"), found("two")],
        ..Survey::default()
    };
    user.tell(Event::Surveyed(user.model.current, survey))
        .key(KeyCode::Enter)
        .sends("What are they?");
    is_read(&mut user, "one");
    assert!(user.started().is_empty());
    is_read(&mut user, "two");
    assert_eq!(sent(&user), ["one", "two"]);
}

#[test]
fn a_message_that_waits_for_its_file_is_a_draft_where_the_user_left_it() {
    let mut user = asks_about_a_file();
    let id = user.model.current;
    user.key(KeyCode::Enter).ctrl('n');
    user.tell(Event::Attached(
        id,
        Ok(Attachment::new("book.txt", "a book")),
    ));
    assert!(user.started().is_empty());
    let there = user.model.opened(id).unwrap();
    assert_eq!(there.composer.editor.text(), "What is it?");
    assert_eq!(there.composer.tray().len(), 1);
}

#[test]
fn what_waits_for_its_file_is_saved_at_the_end() {
    let mut user = asks_about_a_file();
    user.key(KeyCode::Enter).tell(Event::Terminate);
    let saved = user.effects.iter().filter_map(|effect| match effect {
        Effect::Save(changes) => Some(changes),
        _ => None,
    });
    let is_draft = |change: &Change| matches!(change, Change::SaveDraft { draft, .. } if draft.text == "What is it?");
    assert!(saved.flatten().any(is_draft));
}

#[test]
fn a_large_file_that_is_removed_is_dropped_elsewhere() {
    let mut user = User::new();
    for key in [KeyCode::Backspace, KeyCode::Delete] {
        let read = Ok(Attachment::new("book.txt", "a book ".repeat(100_000)));
        user.tell(Event::Attached(user.model.current, read));
        let tray = user.model.conversation().composer.tray();
        let book = std::sync::Arc::downgrade(&tray[0]);
        // The draft was saved, which holds it for a moment.
        user.wait(300).effects.clear();
        if key == KeyCode::Delete {
            user.key(KeyCode::Tab);
        }
        user.key(key);
        assert!(user.model.conversation().composer.tray().is_empty());
        user.wait(300);
        user.effects
            .retain(|effect| matches!(effect, Effect::Discard(_)));
        assert!(book.upgrade().is_some());
        user.effects.clear();
        assert!(book.upgrade().is_none());
    }
}

#[test]
fn a_command_never_waits_for_a_file() {
    let mut user = asks_about_a_file();
    user.ctrl('c').types("/title A book").key(KeyCode::Enter);
    let title = &user.model.conversation().conversation.title;
    assert_eq!(title.as_deref(), Some("A book"));
}
