//! A database of every version there was, as `tests/fixtures/databases` holds them: opened by this version, everything
//! that was in it is there, and so is a copy of it as it was.

use super::*;
use crate::chat::{Content, Fact, FailureKind, FileHash, Finish};
use crate::store::files;
use crate::store::schema::{self, VERSION};
use rusqlite::Connection;
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

/// The databases, as text; the first is of version 1.
const FIXTURES: &[&str] = &[
    include_str!("../../../tests/fixtures/databases/1.sql"),
    include_str!("../../../tests/fixtures/databases/2.sql"),
    include_str!("../../../tests/fixtures/databases/3.sql"),
    include_str!("../../../tests/fixtures/databases/4.sql"),
    include_str!("../../../tests/fixtures/databases/5.sql"),
    include_str!("../../../tests/fixtures/databases/6.sql"),
];

fn fixtures() -> impl Iterator<Item = (i64, &'static str)> {
    (1..).zip(FIXTURES.iter().copied())
}

/// A data directory with the database that this text makes.
fn directory_of(fixture: &str) -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let connection = Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection.execute_batch(fixture).unwrap();
    dir
}

fn conversation(number: u128) -> ConversationId {
    ConversationId(Uuid::from_u128(
        0x0195_a000_0000_7000_8000_0000_0000_00c0 + number,
    ))
}

/// What `sqlite_schema` says, without the tables that SQLite makes for its index.
fn tables(connection: &Connection) -> Vec<String> {
    let mut statement = connection
        .prepare(
            "SELECT sql FROM sqlite_schema WHERE sql IS NOT NULL
             AND name NOT IN ('fts_data', 'fts_idx', 'fts_docsize', 'fts_config') ORDER BY name",
        )
        .unwrap();
    let rows = statement.query_map([], |row| row.get(0)).unwrap();
    rows.collect::<Result<_, _>>().unwrap()
}

/// The copies that opening has left in a data directory.
fn copies(dir: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(dir).unwrap();
    let mut found: Vec<PathBuf> = entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.to_string_lossy().contains("version"))
        .collect();
    found.sort();
    found
}

#[test]
fn every_version_has_its_fixture_and_the_migrations_still_make_its_tables() {
    assert_eq!(FIXTURES.len(), usize::try_from(VERSION).unwrap());
    for (version, fixture) in fixtures() {
        let dir = directory_of(fixture);
        assert_eq!(number(dir.path(), "PRAGMA user_version"), version);
        let made = dir.path().join("made.db");
        let mut new = Connection::open(&made).unwrap();
        schema::migrate_to(version, &mut new, &made).unwrap();
        let old = Connection::open(dir.path().join(FILE_NAME)).unwrap();
        assert_eq!(tables(&old), tables(&new), "version {version}");
    }
}

#[tokio::test]
async fn all_that_is_in_a_database_of_any_version_is_there_in_this_one() {
    for (version, fixture) in fixtures() {
        let dir = directory_of(fixture);
        let (store, _notices) = open_with_notices(dir.path());
        assert!(store.handle.indexed().await);
        assert_conversations(&store, version);
        assert_trees(&load(&store, conversation(1)), version);
        assert_unsent(&load(&store, conversation(1)), version);
        assert_others(&store);
        assert_learned(&store, version);
        assert!(store.handle.close().await);
        drop(store.reader);
        assert_eq!(number(dir.path(), "PRAGMA user_version"), VERSION);
        let check = Store::check(dir.path()).unwrap();
        assert_eq!(check.problems, [""; 0], "version {version}");
    }
}

fn assert_conversations(store: &Store, version: i64) {
    let listed = store.reader.list(9, 0).unwrap();
    let titles: Vec<&str> = listed.iter().map(|found| found.title.as_str()).collect();
    assert_eq!(titles, ["A long story", "Trees"], "version {version}");
    assert_eq!(listed[1].pinned, version >= 2);
    assert_eq!((listed[0].messages, listed[1].messages), (2, 4));
    let presets = store.reader.presets().unwrap();
    let presets: Vec<_> = presets.iter().map(|preset| &*preset.text).collect();
    assert_eq!(presets, ["Be kind."][usize::from(version < 3)..]);
    for (words, hits) in [("oldest", 1), ("oaks", 1), ("bristlecone", 1), ("story", 1)] {
        let found = store.reader.search(words, 9).unwrap();
        assert_eq!(found.len(), hits, "{words} in version {version}");
    }
}

fn assert_trees(loaded: &Loaded, version: i64) {
    let trees = &loaded.conversation;
    assert_eq!(trees.title.as_deref(), Some("Trees"));
    assert_eq!((&*trees.space, &*trees.model), ("owner/space", "model-a"));
    assert_eq!(&*trees.system, "be brief");
    assert_eq!(loaded.settings["temperature"], "0.7");
    let path: Vec<_> = trees.path().collect();
    let texts: Vec<&str> = path.iter().map(|message| message.text.as_str()).collect();
    let said = [
        "Which tree is the oldest?",
        "A bristlecone pine.",
        "And the tallest?",
        "",
    ];
    assert_eq!(texts, said, "version {version}");
    assert_eq!(path[1].reasoning, "Let me think.");
    let thought = if version >= 2 { 1500 } else { 0 };
    assert_eq!(path[1].thought_for, Duration::from_millis(thought));
    assert_eq!(path[1].left_out, version >= 3);
    assert_outcome(path[1], version);
    let failure = path[3].failure.as_ref().unwrap();
    assert_eq!(failure.kind, FailureKind::Connect);
    assert!(failure.is_undelivered());
    let told = "http://localhost:7860/config did not answer";
    assert_eq!(failure.message, told, "version {version}");
    let [notes, cat] = path[0].attachments.as_slice() else {
        panic!("{:?}", path[0].attachments);
    };
    assert_eq!(
        (&*notes.name, &*notes.text),
        ("notes.txt", "Oaks grow old.")
    );
    assert_eq!(notes.origin.is_some(), version >= 3);
    assert_file(cat, "/pictures/cat.png", b"cat", version);
}

/// A reply has what its source told of it since version 6.
fn assert_outcome(reply: &Message, version: i64) {
    let Some(outcome) = &reply.outcome else {
        return assert!(version < 6, "version {version}");
    };
    assert_eq!(outcome.finish, Some(Finish::Length));
    assert_eq!(outcome.usage.unwrap().cached, Some(96));
    assert_eq!(outcome.model.as_deref(), Some("model-a-mini"));
}

/// What was learned of sources is there since version 6.
fn assert_learned(store: &Store, version: i64) {
    let learned = store.reader.learned().unwrap();
    let named = learned.iter().filter_map(|learned| {
        let Fact::Names(names) = learned.fact() else {
            return None;
        };
        Some((learned.space(), learned.model(), &*names.model))
    });
    let named: Vec<_> = named.collect();
    let all = [
        ("http://localhost:7860", "", "model-b-large"),
        ("owner/space", "model-a", "Model A"),
    ];
    assert_eq!(named, all[if version < 6 { 2 } else { 0 }..]);
}

/// A file is the one at its path; its content is kept since version 2.
fn assert_file(attachment: &Attachment, path: &str, bytes: &[u8], version: i64) {
    let file = attachment.file.as_ref().unwrap();
    assert_eq!(file.path, Path::new(path));
    let content = match version {
        1 => Content::AtPath,
        _ => Content::Here(FileHash::of(bytes), bytes.into()),
    };
    assert_eq!(file.content, content, "version {version}");
}

fn assert_unsent(loaded: &Loaded, version: i64) {
    let draft = &loaded.unsent.draft;
    assert_eq!(draft.text, "and the widest?", "version {version}");
    let [pasted, dog] = draft.attachments.as_slice() else {
        panic!("{:?}", draft.attachments);
    };
    assert_eq!(
        (&*pasted.name, &*pasted.text),
        ("pasted #1", "a pasted line")
    );
    assert_file(dog, "/pictures/dog.png", b"dog", version);
    let texts = |drafts: &[crate::chat::Draft]| -> Vec<String> {
        drafts.iter().map(|draft| draft.text.clone()).collect()
    };
    let since = usize::from(version < 3);
    let queued = &["then tell of shrubs"][since..];
    assert_eq!(texts(&loaded.unsent.queued), queued);
    assert_eq!(texts(&loaded.unsent.aside), &["never mind"][since..]);
}

fn assert_others(store: &Store) {
    let thrown_away = load(store, conversation(2));
    assert!(thrown_away.trashed);
    assert_eq!(thrown_away.conversation.space, "http://localhost:7860");
    let cut_off = load(store, conversation(3)).conversation;
    let reply = cut_off.head().unwrap();
    assert_eq!(reply.text, "Once upon a time");
    assert_eq!(reply.state, MessageState::Interrupted);
    assert_eq!(store.interrupted, 1);
}

#[tokio::test]
async fn an_older_database_is_copied_before_it_is_changed_and_the_notice_says_where() {
    for (version, fixture) in fixtures().filter(|(version, _)| *version < VERSION) {
        let dir = directory_of(fixture);
        let (store, mut notices) = open_with_notices(dir.path());
        let notice = notices.try_recv().unwrap();
        let StoreNotice::Migrated {
            from,
            backup,
            message,
        } = notice
        else {
            panic!("{notice:?}");
        };
        assert_eq!(from, version);
        assert_eq!(copies(dir.path()), std::slice::from_ref(&backup));
        assert!(message.contains(&backup.display().to_string()), "{message}");
        assert!(store.handle.close().await);
        // The copy is of the old version, with all rows and tables of the old database.
        let again = tempfile::tempdir().unwrap();
        fs::copy(&backup, again.path().join(FILE_NAME)).unwrap();
        assert_eq!(number(again.path(), "PRAGMA user_version"), version);
        let copy = Connection::open(&backup).unwrap();
        let former = directory_of(fixture);
        let former = Connection::open(former.path().join(FILE_NAME)).unwrap();
        assert_eq!(tables(&copy), tables(&former));
        drop(copy);
        // Put in its place it is an older database like the first.
        let (store, mut notices) = open_with_notices(again.path());
        assert!(matches!(
            notices.try_recv(),
            Ok(StoreNotice::Migrated { .. })
        ));
        assert_trees(&load(&store, conversation(1)), version);
        assert_unsent(&load(&store, conversation(1)), version);
        assert_others(&store);
    }
}

#[tokio::test]
async fn no_copy_is_made_of_a_new_database_or_of_one_of_this_version() {
    for fixture in ["", FIXTURES.last().unwrap()] {
        let dir = directory_of(fixture);
        assert!(open(dir.path()).handle.close().await);
        assert_eq!(copies(dir.path()), [""; 0].map(PathBuf::from));
    }
}

/// How often something was committed to the log of the database: the header of a commit's last page tells how large the
/// database is after it, and every other's tells 0 (SQLite, "WAL file format").
fn commits_in_the_log(dir: &Path) -> usize {
    let log = fs::read(dir.join(format!("{FILE_NAME}-wal"))).unwrap();
    let number = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().unwrap());
    let page = usize::try_from(number(&log[8..12])).unwrap();
    let headers = log[32..].chunks_exact(24 + page);
    headers.filter(|frame| number(&frame[4..8]) != 0).count()
}

#[test]
fn a_new_database_is_of_this_version_at_once_so_that_no_other_window_takes_it_for_an_older_one() {
    let dir = tempfile::tempdir().unwrap();
    let path = files::prepare(dir.path()).unwrap();
    let mut connection = schema::open(&path, Duration::from_secs(5)).unwrap();
    schema::migrate(&mut connection, &path).unwrap();
    assert_eq!(commits_in_the_log(dir.path()), 1);
}

#[tokio::test]
async fn a_copy_that_is_there_is_kept_and_an_unfinished_one_is_not_taken_for_it() {
    let dir = directory_of(FIXTURES[0]);
    let (earlier, unfinished) = (
        dir.path().join("spacechat-version-1.db"),
        dir.path().join("spacechat-version-1-2.unfinished"),
    );
    fs::write(&earlier, "an earlier copy").unwrap();
    fs::write(&unfinished, "half of").unwrap();
    let (store, mut notices) = open_with_notices(dir.path());
    assert!(store.handle.close().await);
    let second = dir.path().join("spacechat-version-1-2.db");
    assert!(matches!(
        notices.try_recv(),
        Ok(StoreNotice::Migrated { backup, .. }) if backup == second
    ));
    assert_eq!(copies(dir.path()), [second, earlier.clone()]);
    assert_eq!(fs::read_to_string(&earlier).unwrap(), "an earlier copy");
}

#[tokio::test]
async fn without_a_copy_an_older_database_stays_as_it_is() {
    let dir = directory_of(FIXTURES[0]);
    // Something that cannot be removed as a file is stands where the copy would be written.
    fs::create_dir(dir.path().join("spacechat-version-1.unfinished")).unwrap();
    assert!(Store::open(dir.path(), |_| {}).is_err());
    assert_eq!(number(dir.path(), "PRAGMA user_version"), 1);
}
