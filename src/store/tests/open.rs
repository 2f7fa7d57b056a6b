//! Opening: what is refused, what stays unchanged, and the permissions of the files.

use super::*;
use crate::store::{StoreError, schema};
use rusqlite::ErrorCode;
use std::io::ErrorKind;
use std::time::Duration;

fn refused(dir: &Path) -> StoreError {
    let error = Store::open(dir, |_| {}).unwrap_err();
    assert!(!error.hint().is_empty());
    error
}

/// A closed store with a conversation in it.
async fn filled() -> TempDir {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    for _ in 0..50 {
        say(
            &store,
            &mut conversation,
            Message::user("words ".repeat(500)),
        );
    }
    assert!(store.handle.close().await);
    drop(store.reader);
    dir
}

#[tokio::test]
async fn a_newer_database_is_refused_and_stays_byte_for_byte() {
    let dir = filled().await;
    let path = dir.path().join(FILE_NAME);
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let before = fs::read(&path).unwrap();
    let error = refused(dir.path());
    assert!(
        matches!(error, StoreError::Newer { found: 99, .. }),
        "{error}"
    );
    assert!(fs::read(&path).unwrap() == before);
}

#[tokio::test]
async fn a_newer_version_that_is_only_in_the_log_is_refused_and_the_log_stays() {
    let dir = filled().await;
    let path = dir.path().join(FILE_NAME);
    let newer = rusqlite::Connection::open(&path).unwrap();
    newer.pragma_update(None, "user_version", 99).unwrap();
    let image = as_after_a_kill(dir.path());
    let files = [FILE_NAME.to_owned(), format!("{FILE_NAME}-wal")];
    let read = || {
        files
            .clone()
            .map(|name| fs::read(image.path().join(name)).unwrap())
    };
    let before = read();
    assert!(matches!(refused(image.path()), StoreError::Newer { .. }));
    assert!(read() == before);
}

#[test]
fn a_file_that_is_no_database_is_refused_and_left() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join(FILE_NAME);
    for content in ["no database".to_owned(), "x".repeat(5000)] {
        fs::write(&path, &content).unwrap();
        assert!(matches!(refused(dir.path()), StoreError::Damaged { .. }));
        assert_eq!(fs::read_to_string(&path).unwrap(), content);
    }
}

#[tokio::test]
async fn a_database_whose_end_is_missing_is_refused() {
    let dir = filled().await;
    let path = dir.path().join(FILE_NAME);
    let mut bytes = fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - 4096);
    fs::write(&path, &bytes).unwrap();
    assert!(matches!(refused(dir.path()), StoreError::Damaged { .. }));
    assert!(fs::read(&path).unwrap() == bytes);
}

#[tokio::test]
async fn a_broken_page_is_told_by_the_check() {
    let dir = filled().await;
    assert_eq!(Store::check(dir.path()).unwrap().problems, [""; 0]);
    let path = dir.path().join(FILE_NAME);
    let mut bytes = fs::read(&path).unwrap();
    let end = bytes.len();
    bytes[end / 2..].fill(0x5a);
    fs::write(&path, &bytes).unwrap();
    let told = match Store::check(dir.path()) {
        Ok(check) => !check.problems.is_empty(),
        Err(error) => matches!(error, StoreError::Damaged { .. }),
    };
    assert!(told);
}

#[test]
fn a_database_of_another_program_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let connection = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    connection.execute_batch("CREATE TABLE a (b)").unwrap();
    drop(connection);
    assert!(matches!(refused(dir.path()), StoreError::Foreign { .. }));
}

#[test]
fn a_directory_in_place_of_the_file_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    fs::create_dir(dir.path().join(FILE_NAME)).unwrap();
    assert!(matches!(refused(dir.path()), StoreError::NotAFile { .. }));
}

#[test]
fn a_file_in_place_of_the_directory_is_refused() {
    let dir = tempfile::tempdir().unwrap();
    let file = dir.path().join("data");
    fs::write(&file, "text").unwrap();
    assert!(matches!(refused(&file), StoreError::NotADirectory { .. }));
    let below = file.join("deeper");
    assert!(matches!(refused(&below), StoreError::NotADirectory { .. }));
    assert_eq!(fs::read_to_string(&file).unwrap(), "text");
}

#[tokio::test]
async fn a_database_that_is_locked_is_told_from_a_damaged_one() {
    let dir = filled().await;
    let holder = rusqlite::Connection::open(dir.path().join(FILE_NAME)).unwrap();
    holder
        .pragma_update(None, "locking_mode", "EXCLUSIVE")
        .unwrap();
    holder
        .execute_batch("BEGIN EXCLUSIVE; DELETE FROM unsent; COMMIT")
        .unwrap();
    let patience = Duration::from_millis(20);
    let error = Store::open_within(dir.path(), patience, |_| {}).unwrap_err();
    assert!(matches!(error, StoreError::Locked { .. }), "{error}");
}

#[test]
fn what_the_system_refuses_has_a_name_of_its_own() {
    let named = |kind: ErrorKind| StoreError::io(Path::new("x"), kind.into());
    assert!(matches!(
        named(ErrorKind::PermissionDenied),
        StoreError::Denied { .. }
    ));
    assert!(matches!(
        named(ErrorKind::ReadOnlyFilesystem),
        StoreError::ReadOnly { .. }
    ));
    assert!(matches!(
        named(ErrorKind::StorageFull),
        StoreError::Full { .. }
    ));
}

#[test]
fn the_error_of_sqlite_stays_with_the_words_for_it() {
    use std::error::Error;
    for code in [
        ErrorCode::DatabaseCorrupt,
        ErrorCode::SystemIoFailure,
        ErrorCode::Unknown,
    ] {
        let sqlite = rusqlite::ffi::Error {
            code,
            extended_code: 0,
        };
        let error = StoreError::sql(Path::new("x"), rusqlite::Error::SqliteFailure(sqlite, None));
        let source = error
            .source()
            .unwrap()
            .downcast_ref::<Box<rusqlite::Error>>();
        let found = source.and_then(|source| source.sqlite_error_code());
        assert_eq!(found, Some(code), "{error}");
    }
}

#[cfg(unix)]
mod rights {
    use super::*;
    use std::os::unix::fs::PermissionsExt;

    fn mode(path: &Path) -> u32 {
        fs::metadata(path).unwrap().permissions().mode() & 0o777
    }

    fn set(path: &Path, mode: u32) {
        fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    }

    #[tokio::test]
    async fn all_that_is_made_is_the_users_alone() {
        let parent = tempfile::tempdir().unwrap();
        let dir = parent.path().join("deep/data");
        let store = open(&dir);
        begin(&store);
        store.handle.flush().await;
        assert_eq!(mode(&dir), 0o700);
        assert_eq!(mode(&dir.join("instances")), 0o700);
        for name in ["", "-wal", "-shm"] {
            assert_eq!(mode(&dir.join(format!("{FILE_NAME}{name}"))), 0o600);
        }
        let backup = dir.join("copy");
        store.reader.backup(&backup).unwrap();
        assert_eq!(mode(&backup), 0o600);
    }

    #[tokio::test]
    async fn wider_rights_are_narrowed() {
        let dir = filled().await;
        let path = dir.path().join(FILE_NAME);
        set(dir.path(), 0o755);
        set(&path, 0o644);
        let _store = open(dir.path());
        assert_eq!((mode(dir.path()), mode(&path)), (0o700, 0o600));
    }

    #[test]
    fn a_directory_that_serves_others_too_keeps_its_rights() {
        let dir = tempfile::tempdir().unwrap();
        fs::write(dir.path().join("letter.txt"), "").unwrap();
        set(dir.path(), 0o755);
        let _store = open(dir.path());
        assert_eq!(mode(dir.path()), 0o755);
        assert_eq!(mode(&dir.path().join(FILE_NAME)), 0o600);
    }
}

#[tokio::test]
async fn a_backup_opens_as_a_store_and_overwrites_nothing() {
    let dir = tempfile::tempdir().unwrap();
    let store = open(dir.path());
    let mut conversation = begin(&store);
    say(&store, &mut conversation, Message::user("precious words"));
    assert!(store.handle.indexed().await);
    let elsewhere = tempfile::tempdir().unwrap();
    let to = elsewhere.path().join(FILE_NAME);
    store.reader.backup(&to).unwrap();
    let again = store.reader.backup(&to);
    assert!(matches!(again, Err(StoreError::Exists { .. })));
    let copy = open(elsewhere.path());
    assert_eq!(load(&copy, conversation.id).conversation.path().len(), 1);
    assert_eq!(copy.reader.search("precious", 5).unwrap().len(), 1);
    let check = Store::check(elsewhere.path()).unwrap();
    let found = (check.version, check.messages, check.unindexed);
    assert_eq!(found, (schema::VERSION, 1, 0));
    assert_eq!(check.problems, [""; 0]);
}
