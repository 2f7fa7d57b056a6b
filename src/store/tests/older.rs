//! Databases of earlier versions: opened or rescued, all that is in them is there.

use super::*;
use crate::chat::MessageId;
use crate::store::StoreError;
use crate::store::instance::Instance;
use crate::store::schema::APPLICATION_ID;
use std::time::Duration;

/// A store of version 1 with a conversation, in it a message and a draft, each with a file.
fn of_version_1(dir: &Path) -> ConversationId {
    let connection = rusqlite::Connection::open(dir.join(FILE_NAME)).unwrap();
    connection
        .execute_batch(include_str!("../schema/1.sql"))
        .unwrap();
    let (conversation, message) = (ConversationId::new(), MessageId::new());
    connection
        .execute_batch(&format!(
            "PRAGMA application_id = {APPLICATION_ID}; PRAGMA user_version = 1;
             INSERT INTO texts VALUES (1, x'00', '');
             INSERT INTO conversations (key, id, space, model, system, settings, head, messages,
                created_at, updated_at)
             VALUES (1, '{conversation}', 's', 'm', 1, '{{}}', '{message}', 1,
                '2026-01-01T00:00:00.000000000Z', '2026-01-01T00:00:00.000000000Z');
             INSERT INTO messages (key, id, conversation, role, state, revision, created_at,
                hidden_tail, reasoning, text)
             VALUES (1, '{message}', 1, 'user', 'complete', 0, '2026-01-01T00:00:00.000000000Z',
                '', '', 'look');
             INSERT INTO attachments VALUES (1, 0, 'cat.png', 0, 1, '/pictures/cat.png');
             INSERT INTO drafts VALUES (1, 'and this?');
             INSERT INTO draft_attachments VALUES (1, 0, 'dog.png', 0, 1, '/pictures/dog.png');"
        ))
        .unwrap();
    conversation
}

fn assert_all_there(dir: &Path, id: ConversationId) {
    let Loaded {
        conversation,
        unsent,
        ..
    } = load(&open_with_notices(dir).0, id);
    let message = conversation.head().unwrap();
    assert_eq!(message.text, "look");
    let file = |path| Arc::new(Attachment::file(SentFile::at(path)));
    assert_eq!(message.attachments, [file("/pictures/cat.png")]);
    assert_eq!(unsent.draft.text, "and this?");
    assert_eq!(unsent.draft.attachments, [file("/pictures/dog.png")]);
}

#[tokio::test]
async fn a_database_of_version_1_is_brought_up_to_date_with_all_that_is_in_it() {
    let dir = tempfile::tempdir().unwrap();
    let id = of_version_1(dir.path());
    assert_all_there(dir.path(), id);
}

#[tokio::test]
async fn a_database_of_version_1_is_rescued_with_all_that_is_in_it() {
    let (dir, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let id = of_version_1(dir.path());
    let rescued = Store::rescue(dir.path(), &new.path().join(FILE_NAME)).unwrap();
    assert_eq!(rescued.gaps, [""; 0]);
    assert_all_there(new.path(), id);
}

#[tokio::test]
async fn a_window_of_an_earlier_version_keeps_its_database_until_it_ends() {
    let dir = tempfile::tempdir().unwrap();
    let id = of_version_1(dir.path());
    let older = Instance::begin(dir.path()).unwrap();
    let patience = Duration::from_millis(50);
    let error = Store::open_within(dir.path(), patience, |_| {}).unwrap_err();
    assert!(matches!(error, StoreError::OlderWindow { .. }), "{error}");
    assert_eq!(number(dir.path(), "PRAGMA user_version"), 1);
    drop(older);
    assert_all_there(dir.path(), id);
}

#[tokio::test]
async fn several_windows_that_begin_together_on_an_older_database_all_open_it() {
    let dir = tempfile::tempdir().unwrap();
    let id = of_version_1(dir.path());
    let stores: Vec<Store> = std::thread::scope(|scope| {
        let opening: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| open_with_notices(dir.path()).0))
            .collect();
        let stores = opening.into_iter().map(|store| store.join().unwrap());
        stores.collect()
    });
    for store in &stores {
        assert_eq!(load(store, id).unsent.draft.text, "and this?");
    }
}

#[tokio::test]
async fn a_name_and_a_password_in_an_address_are_gone_from_a_database_of_an_earlier_version() {
    let dir = tempfile::tempdir().unwrap();
    let id = of_version_1(dir.path());
    let connection = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    let failure =
        r#"{"kind":"status","message":"http://ann:hunter2@host:1/config answered 401","hint":""}"#;
    connection
        .execute_batch(&format!(
            "UPDATE conversations SET space = 'http://ann:hunter2@host:1';
             UPDATE messages SET failure = '{failure}', state = 'failed', text = 'mine: a://b:c@d';"
        ))
        .unwrap();
    drop(connection);
    let (store, _notices) = open_with_notices(dir.path());
    let loaded = load(&store, id);
    assert_eq!(loaded.conversation.space, "http://host:1");
    let message = loaded.conversation.head().unwrap();
    let failure = message.failure.as_ref().unwrap();
    assert_eq!(failure.message, "http://host:1/config answered 401");
    assert_eq!(message.text, "mine: a://b:c@d", "what was written stays");
    assert!(store.handle.close().await);
    drop(store.reader);
    for entry in std::fs::read_dir(dir.path()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = std::fs::read(&path).unwrap();
            let holds = bytes.windows(7).any(|window| window == b"hunter2");
            assert!(!holds, "{}", path.display());
        }
    }
}
