//! Files that are sent as they are: their contents are kept, once, as long as something needs them.

use super::*;
use crate::chat::{Content, Draft, FileHash};
use jiff::Timestamp;

fn contents(dir: &Path) -> i64 {
    number(dir, "SELECT count(*) FROM files")
}

/// A conversation with a picture in it, on the disk.
async fn with_picture(store: &Store) -> Conversation {
    let mut conversation = begin(store);
    let mut question = Message::user("What is this?");
    question.attachments = vec![picture()];
    say(store, &mut conversation, question);
    assert!(store.handle.flush().await);
    conversation
}

#[tokio::test]
async fn a_conversation_is_read_without_the_contents_of_its_files() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = with_picture(&store).await;
    let loaded = store.reader.load(conversation.id).unwrap().unwrap();
    let question = loaded.conversation.head().unwrap();
    let file = question.attachments[0].file.as_ref().unwrap();
    let Content::Stored(hash, 6) = file.content else {
        panic!("{file:?}");
    };
    let content = store.reader.content(hash).unwrap().unwrap();
    assert_eq!(FileHash::of(&content), hash);
    assert_eq!(store.reader.content(FileHash([0; 32])).unwrap(), None);
    let whole = question.with_contents(|hash| store.reader.content(hash));
    assert_eq!(whole.unwrap().attachments, [picture()]);
}

#[tokio::test]
async fn a_content_is_kept_once_and_goes_with_the_last_that_needs_it() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversations = [with_picture(&store).await, with_picture(&store).await];
    let draft = Draft {
        text: String::new(),
        attachments: vec![picture()],
    };
    let save = |draft| {
        store.handle.send(Change::SaveDraft {
            conversation: conversations[0].id,
            draft,
        });
    };
    save(draft);
    // As it was read: by its name alone, which must not lose the content.
    assert!(store.handle.flush().await);
    let read = store.reader.load(conversations[0].id).unwrap().unwrap();
    save(read.unsent.draft);
    for conversation in &conversations {
        let conversation = conversation.id;
        store.handle.send(Change::Delete { conversation });
    }
    assert!(store.handle.flush().await);
    assert_eq!(contents(dir.path()), 1);
    assert_eq!(
        load(&store, conversations[0].id).unsent.draft.attachments,
        [picture()]
    );
    store.handle.send(Change::Purge {
        before: Timestamp::MAX,
    });
    assert!(store.handle.flush().await);
    assert_eq!(contents(dir.path()), 0);
}

#[tokio::test]
async fn a_backup_holds_the_contents() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let conversation = with_picture(&store).await;
    let copy = tempfile::tempdir().unwrap();
    store.reader.backup(&copy.path().join(FILE_NAME)).unwrap();
    let head = load(&open(copy.path()), conversation.id).conversation;
    assert_eq!(head.head().unwrap().attachments, [picture()]);
}
