//! Rescue: what can be read of a damaged store is in a new one, and the damaged one does not change.

use super::*;
use crate::chat::Draft;
use crate::store::{Rescued, StoreError};

const PAGE: usize = 4096;
/// Conversations, and messages in each.
const SAVED: (usize, usize) = (4, 25);

/// A closed store with conversations and a file in them, and a draft in the last.
async fn filled() -> (TempDir, Vec<ConversationId>) {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut ids = Vec::new();
    for number in 0..SAVED.0 {
        let mut conversation = begin(&store);
        for place in 0..SAVED.1 {
            let mut message = Message::user(format!("{number} {place} {}", "words ".repeat(400)));
            if place == 3 {
                message.attachments = vec![attachment("notes.txt", "a note"), picture()];
            }
            say(&store, &mut conversation, message);
        }
        ids.push(conversation.id);
    }
    store.handle.send(Change::SaveDraft {
        conversation: ids[SAVED.0 - 1],
        draft: Draft {
            text: "a draft".to_owned(),
            attachments: vec![attachment("more.txt", "more notes")],
        },
    });
    assert!(store.handle.indexed().await);
    assert!(store.handle.close().await);
    (dir, ids)
}

/// Rescues into a directory of its own, where a store can be opened.
fn rescue(dir: &Path) -> Result<(TempDir, Rescued), StoreError> {
    let path = dir.join(FILE_NAME);
    let before = fs::read(&path).unwrap();
    let new = tempfile::tempdir().unwrap();
    let rescued = Store::rescue(dir, &new.path().join(FILE_NAME));
    assert!(
        fs::read(&path).unwrap() == before,
        "the damaged store changed"
    );
    Ok((new, rescued?))
}

/// Everything in a rescued store can be read, and SQLite finds nothing wrong. Gives its messages.
fn read_all(new: &TempDir) -> usize {
    let store = open(new.path());
    let listed = store.reader.list(100, 0).unwrap();
    let messages = listed.iter().map(|summary| {
        let loaded = load(&store, summary.id);
        assert!(loaded.conversation.head().is_some() || !loaded.unsent.draft.is_empty());
        loaded.conversation.messages().count()
    });
    let count = messages.sum();
    assert_eq!(Store::check(new.path()).unwrap().problems, [""; 0]);
    count
}

#[tokio::test]
async fn a_sound_store_is_rescued_whole() {
    let (dir, ids) = filled().await;
    let (new, rescued) = rescue(dir.path()).unwrap();
    let messages = SAVED.0 * SAVED.1;
    assert_eq!(
        (rescued.conversations, rescued.messages),
        (SAVED.0, messages)
    );
    assert_eq!(rescued.gaps, [""; 0]);
    let (one, other) = (open(dir.path()), open(new.path()));
    for id in ids {
        let (one, other) = (load(&one, id), load(&other, id));
        assert_eq!(one.conversation.path_ids(), other.conversation.path_ids());
        assert_eq!((one.settings, one.unsent), (other.settings, other.unsent));
        for message in one.conversation.messages() {
            assert_eq!(other.conversation.message(message.id), Some(message));
        }
    }
    assert!(other.handle.indexed().await);
    assert_eq!(other.reader.search("note", 10).unwrap().len(), SAVED.0);
}

#[tokio::test]
async fn whatever_page_is_broken_the_others_are_rescued() {
    let (dir, _) = filled().await;
    let path = dir.path().join(FILE_NAME);
    let whole = fs::read(&path).unwrap();
    let (mut successes, mut refusals) = (0, 0);
    for page in 1..whole.len() / PAGE {
        let mut broken = whole.clone();
        broken[page * PAGE..(page + 1) * PAGE].fill(0x5a);
        fs::write(&path, &broken).unwrap();
        match rescue(dir.path()) {
            Ok((new, rescued)) => {
                successes += 1;
                assert_eq!(read_all(&new), rescued.messages, "page {page}");
                let is_all = rescued.messages == SAVED.0 * SAVED.1;
                assert!(
                    is_all || rescued.gaps.contains(&"messages"),
                    "page {page}: {rescued:?}"
                );
            }
            // The table of tables itself is broken.
            Err(StoreError::Damaged { .. }) => refusals += 1,
            Err(error) => panic!("page {page}: {error}"),
        }
    }
    println!(
        "{successes} of {} broken pages rescued",
        successes + refusals
    );
    assert!(refusals <= 8, "{successes} rescued, {refusals} not");
    assert!(successes >= 60, "{successes} rescued");
}

#[tokio::test]
async fn a_store_whose_end_is_missing_is_rescued_as_far_as_it_goes() {
    let (dir, _) = filled().await;
    let path = dir.path().join(FILE_NAME);
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() / PAGE / 2 * PAGE);
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(
        Store::open(dir.path(), |_| {}),
        Err(StoreError::Damaged { .. })
    ));
    let (new, rescued) = rescue(dir.path()).unwrap();
    assert!(rescued.messages >= 10, "{rescued:?}");
    assert_eq!(read_all(&new), rescued.messages);
}

#[tokio::test]
async fn messages_without_their_conversation_or_parent_stay_readable() {
    let (dir, ids) = filled().await;
    let connection = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection
        .execute_batch(
            "PRAGMA foreign_keys = OFF;
             DELETE FROM conversations WHERE key = 1;
             DELETE FROM messages WHERE conversation = 2
                AND key = (SELECT min(key) + 5 FROM messages WHERE conversation = 2);
             DELETE FROM texts WHERE text = 'a note';",
        )
        .unwrap();
    drop(connection);
    let (new, rescued) = rescue(dir.path()).unwrap();
    assert_eq!(rescued.conversations, SAVED.0);
    assert_eq!(read_all(&new), SAVED.0 * SAVED.1 - 1);
    let store = open(new.path());
    assert!(store.reader.load(ids[0]).unwrap().is_none());
    let listed = store.reader.list(10, 0).unwrap();
    assert!(listed.iter().any(|summary| summary.title == "Rescued"));
    // The path goes over the gap.
    let mended = load(&store, ids[1]).conversation;
    assert_eq!(mended.path().len(), SAVED.1 - 1);
}

#[tokio::test]
async fn nothing_is_overwritten_and_nothing_is_left_where_nothing_can_be_read() {
    let (dir, _) = filled().await;
    let taken = dir.path().join("taken");
    fs::write(&taken, "mine").unwrap();
    let error = Store::rescue(dir.path(), &taken).unwrap_err();
    assert!(matches!(error, StoreError::Exists { .. }), "{error}");
    assert_eq!(fs::read_to_string(&taken).unwrap(), "mine");

    let garbage = tempfile::tempdir().unwrap();
    fs::write(garbage.path().join(FILE_NAME), "x".repeat(9000)).unwrap();
    let to = garbage.path().join("rescued");
    let error = Store::rescue(garbage.path(), &to).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
    assert!(!to.exists());
}
