//! What was learned of the sources of replies.

use super::*;
use crate::chat::{Fact, Learned, ProviderNames};

/// What was learned of a model: how it is called.
fn called(space: &str, model: &str, name: &str) -> Learned {
    let names = ProviderNames {
        model: name.to_owned(),
        ..ProviderNames::default()
    };
    Learned::new(space, model, Fact::Names(names))
}

#[tokio::test]
async fn what_was_learned_is_there_again_and_the_newest_counts() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    for learned in [
        called("owner/space", "", "Old"),
        called("owner/space", "large", "Large"),
        called("http://ann:hunter2@host:1", "", "Mine"),
        called("owner/space", "", "New"),
    ] {
        store.handle.send(Change::Learn(learned));
    }
    assert!(store.handle.close().await);
    drop(store.reader);
    let store = open(dir.path());
    assert_eq!(
        store.reader.learned().unwrap(),
        [
            called("http://host:1", "", "Mine"),
            called("owner/space", "", "New"),
            called("owner/space", "large", "Large"),
        ]
    );
}

#[tokio::test]
async fn a_sign_in_is_kept_beside_the_names_until_it_is_taken_back() {
    let dir = tempfile::tempdir().unwrap();
    let agreed = |yes| Learned::new("owner/space", "", Fact::SignIn(yes));
    for yes in [true, false] {
        let store = open(dir.path());
        for learned in [called("owner/space", "", "Name"), agreed(yes)] {
            store.handle.send(Change::Learn(learned));
        }
        assert!(store.handle.close().await);
        let learned = open(dir.path()).reader.learned().unwrap();
        assert_eq!(learned, [called("owner/space", "", "Name"), agreed(yes)]);
    }
}

#[tokio::test]
async fn a_fact_of_a_newer_version_is_left_alone() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let connection = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection
        .execute_batch(
            "INSERT INTO learned VALUES ('owner/space', '', 'colour', '\"blue\"'),
                ('owner/space', 'large', 'names', 'no JSON')",
        )
        .unwrap();
    store
        .handle
        .send(Change::Learn(called("owner/space", "", "Name")));
    assert!(store.handle.flush().await);
    let learned = store.reader.learned().unwrap();
    assert_eq!(learned, [called("owner/space", "", "Name")]);
    assert_eq!(number(dir.path(), "SELECT count(*) FROM learned"), 3);
}

#[tokio::test]
async fn what_was_learned_is_rescued_with_the_rest() {
    let (dir, new) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
    let store = open(dir.path());
    begin(&store);
    let learned = called("owner/space", "", "Name");
    store.handle.send(Change::Learn(learned.clone()));
    assert!(store.handle.close().await);
    let rescued = Store::rescue(dir.path(), &new.path().join(FILE_NAME)).unwrap();
    assert_eq!(rescued.gaps, [""; 0]);
    assert_eq!(open(new.path()).reader.learned().unwrap(), [learned]);
}
