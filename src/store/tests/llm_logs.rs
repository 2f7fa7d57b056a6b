//! Logs of `llm`, as its versions 0.27 and 0.36 wrote them, read and made conversations of.

use crate::chat::export::Imported;
use crate::chat::import::{Origin, Plan, llm, plan};
use crate::chat::{Content, Conversation, Role};
use crate::store::{StoreError, llm_log};
use rusqlite::Connection;
use std::path::{Path, PathBuf};
use tempfile::TempDir;

const OLDER: &str = include_str!("../../../tests/fixtures/llm-0.27.sql");
const NEWER: &str = include_str!("../../../tests/fixtures/llm-0.36.sql");
const BOTH: &str = include_str!("../../../tests/fixtures/llm-0.27-then-0.36.sql");

/// A database made by `sql`.
fn database(sql: &str) -> (TempDir, PathBuf) {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("logs.db");
    let connection = Connection::open(&path).unwrap();
    let any_order = "PRAGMA foreign_keys = OFF;";
    connection
        .execute_batch(&format!("{any_order}{sql}"))
        .unwrap();
    drop(connection);
    (dir, path)
}

fn imported(path: &Path) -> Vec<Imported> {
    let log = llm_log(path).unwrap().unwrap();
    llm::conversations(log, "owner/space").unwrap()
}

fn conversations(sql: &str) -> Vec<Conversation> {
    let (_dir, path) = database(sql);
    let found = imported(&path).into_iter();
    found.map(|imported| imported.conversation).collect()
}

fn titled<'a>(conversations: &'a [Conversation], title: &str) -> &'a Conversation {
    let is_it = |conversation: &&Conversation| conversation.title.as_deref() == Some(title);
    conversations.iter().find(is_it).unwrap()
}

fn said(conversation: &Conversation) -> Vec<&str> {
    conversation.path().map(|message| &*message.text).collect()
}

#[test]
fn both_forms_of_the_log_say_the_same() {
    for sql in [OLDER, NEWER] {
        let all = conversations(sql);
        assert_eq!(all.len(), 6);
        let first = titled(&all, "first question");
        let texts = [
            "first question",
            "You said: first question",
            "second question",
            "You said: second question",
        ];
        assert_eq!(said(first), texts);
        assert_eq!(&*first.system, "be brief");
        assert_eq!(first.space, "owner/space");
        assert!(first.path_ids().is_sorted());
        let system = titled(&all, "use system fragment");
        assert_eq!(&*system.system, "a long fragment of text\n\nown system");
        let with_fragment = titled(&all, "a long fragment of text use it");
        let question = with_fragment.path().next().unwrap();
        assert_eq!(question.text, "use it");
        assert_eq!(question.attachments[0].name, "notes.txt");
        assert_eq!(&*question.attachments[0].text, "a long fragment of text\n");
    }
}

#[test]
fn a_file_comes_with_the_content_that_the_log_holds_and_none_is_read_by_its_path() {
    let all = conversations(OLDER);
    let attached = |title| titled(&all, title).path().next().unwrap().attachments[0].clone();
    let held = attached("look at this");
    let Content::Here(_, content) = &held.file.as_ref().unwrap().content else {
        panic!("{held:?}");
    };
    assert!(content.starts_with(b"\x89PNG"));

    let dir = tempfile::tempdir().unwrap();
    let secret = dir.path().join("secret.txt");
    std::fs::write(&secret, "secret").unwrap();
    let named = format!(
        "UPDATE attachments SET content = NULL, path = '{}';",
        secret.display()
    );
    let all = conversations(&format!("{NEWER}{named}"));
    let attached = &titled(&all, "look").path().next().unwrap().attachments[0];
    assert_eq!((&*attached.name, &*attached.text), ("secret.txt", ""));
    assert_eq!(attached.file, None);
}

#[test]
fn calls_of_tools_and_thoughts_go_to_the_reply_behind_them() {
    let all = conversations(NEWER);
    let asked = titled(&all, "which version?");
    assert_eq!(said(asked), ["which version?", "You said: nothing"]);
    let steps = "I need the version.\n\nllm_version:\n\n```\n{}\n```\n\noutput:\n\n```\n0.36\n```";
    assert_eq!(asked.head().unwrap().reasoning, steps);
}

#[test]
fn a_conversation_that_a_newer_version_went_on_with_grows_and_repeats_nothing() {
    let (_dir, path) = database(BOTH);
    let newer = ["DELETE FROM turns", "DELETE FROM threads"];
    let before = conversations(&format!("{BOTH}{};", newer.join(";")));
    let [before] = before.as_slice() else {
        panic!("{before:?}");
    };
    assert_eq!(before.path_ids().len(), 4);
    let mut now = imported(&path);
    let now = now.pop().unwrap();
    let texts = [
        "begun long ago",
        "You said: a long fragment of text\n\nbegun long ago",
        "and then?",
        "You said: and then?",
        "a further one",
        "You said: a further one",
        "the last one",
        "You said: the last one",
    ];
    assert_eq!(said(&now.conversation), texts);
    assert_eq!(&*now.conversation.system, "be brief");
    let planned = plan(now, Some(before), Origin::Foreign);
    assert!(matches!(planned, Plan::Grown(4, _)), "{planned:?}");
}

#[test]
fn a_log_of_an_early_version_has_fewer_tables() {
    let sql = "CREATE TABLE conversations (id TEXT PRIMARY KEY, name TEXT, model TEXT);
        CREATE TABLE responses (id TEXT PRIMARY KEY, model TEXT, prompt TEXT, system TEXT,
            prompt_json TEXT, options_json TEXT, response TEXT, response_json TEXT,
            conversation_id TEXT, duration_ms INTEGER, datetime_utc TEXT);
        INSERT INTO responses (id, prompt, response) VALUES ('r1', 'hello', 'hi');";
    let all = conversations(sql);
    assert_eq!(all.len(), 1);
    assert_eq!(said(&all[0]), ["hello", "hi"]);
    assert_eq!(all[0].head().unwrap().role, Role::Assistant);
}

#[test]
fn another_database_is_none_and_a_damaged_one_is_an_error() {
    let (_dir, path) = database("CREATE TABLE notes (text TEXT);");
    assert!(llm_log(&path).unwrap().is_none());
    let views = "CREATE VIEW conversations AS SELECT 1 AS id, 2 AS name;
        CREATE VIEW responses AS SELECT 1 AS conversation_id;";
    let (_dir, path) = database(views);
    assert!(llm_log(&path).unwrap().is_none());
    let (_dir, path) = database(NEWER);
    let mut bytes = std::fs::read(&path).unwrap();
    let middle = bytes.len() / 8;
    bytes[middle..].fill(0xa5);
    std::fs::write(&path, bytes).unwrap();
    let error = llm_log(&path).unwrap_err();
    assert!(matches!(error, StoreError::Damaged { .. }), "{error}");
}

#[test]
fn messages_in_a_circle_are_refused() {
    let circle = "UPDATE messages SET parent_hash = (SELECT max(tip_message_hash) FROM threads
        WHERE name = 'first question') WHERE parent_hash IS NULL;";
    let (_dir, path) = database(&format!("{NEWER}{circle}"));
    let error = llm::conversations(llm_log(&path).unwrap().unwrap(), "s").unwrap_err();
    assert!(error.to_string().contains("follow"), "{error}");
}
