//! `spacechat import` on the command line: exports of this and of other programs, valid, damaged and hostile.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use serde_json::Value;
use std::io::{Cursor, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use tempfile::TempDir;
use zip::write::SimpleFileOptions;

const CHATGPT: &str = include_str!("fixtures/chatgpt.conversations.json");
const LLM: &str = include_str!("fixtures/llm-0.36.sql");

/// A data directory of a test's own, and files to import into it.
struct Home(TempDir);

impl Home {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.path().join(name);
        std::fs::write(&path, content).unwrap();
        path
    }

    fn run(&self, arguments: &[&str], stdin: Stdio) -> Output {
        Command::new(env!("CARGO_BIN_EXE_spacechat"))
            .arg("--data-dir")
            .arg(self.0.path().join("data"))
            .args(["--space", "owner/space"])
            .args(arguments)
            .env("SPACECHAT_CONFIG", "/dev/null")
            .stdin(stdin)
            .output()
            .unwrap()
    }

    /// What a command that succeeds says on stdout and on stderr.
    fn said(&self, arguments: &[&str]) -> (String, String) {
        let output = self.run(arguments, Stdio::null());
        let (out, err) = texts(&output);
        assert!(output.status.success(), "{arguments:?}: {err}");
        (out, err)
    }

    fn import(&self, file: &Path) -> (String, String) {
        self.said(&["import", file.to_str().unwrap()])
    }

    /// What a command complains of that is refused as wrong usage.
    fn refused(&self, file: &Path) -> String {
        let output = self.run(&["import", file.to_str().unwrap()], Stdio::null());
        let (out, err) = texts(&output);
        assert_eq!(output.status.code(), Some(2), "{err}");
        assert_eq!(out, "");
        err
    }

    fn listed(&self) -> Vec<Value> {
        let lines = self.said(&["list", "--json"]).0;
        lines
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    (text(&output.stdout), text(&output.stderr))
}

fn archive(entries: &[(&str, &str)]) -> Vec<u8> {
    let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in entries {
        archive
            .start_file(*name, SimpleFileOptions::default())
            .unwrap();
        archive.write_all(content.as_bytes()).unwrap();
    }
    archive.finish().unwrap().into_inner()
}

fn log(home: &Home) -> PathBuf {
    let path = home.0.path().join("logs.db");
    let connection = rusqlite::Connection::open(&path).unwrap();
    let sql = format!("PRAGMA foreign_keys = OFF; {LLM}");
    connection.execute_batch(&sql).unwrap();
    path
}

#[test]
fn an_export_of_chatgpt_is_imported_once_however_often_it_comes() {
    let home = Home::new();
    let json = home.file("conversations.json", CHATGPT);
    let (names, told) = home.import(&json);
    assert_eq!(names.lines().count(), 2);
    assert_eq!(told, "2 imported, 0 already here.\n");
    let listed = home.listed();
    assert_eq!(listed.len(), 2);
    let roots = listed
        .iter()
        .find(|one| one["title"] == "Square roots")
        .unwrap();
    assert_eq!(
        (&roots["space"], &roots["messages"]),
        (&"owner/space".into(), &5.into())
    );
    assert!(
        roots["updated_at"]
            .as_str()
            .unwrap()
            .starts_with("2024-04-05")
    );

    let zipped = archive(&[
        ("user.json", "{}"),
        ("an export/conversations.json", CHATGPT),
    ]);
    let (again, told) = home.import(&home.file("export.zip", zipped));
    assert_eq!(again, names, "the names under which they are here");
    assert_eq!(told, "0 imported, 2 already here.\n");
    assert_eq!(home.listed(), listed);
}

#[test]
fn a_large_export_is_in_several_files_of_an_archive() {
    let documents: Vec<Value> = serde_json::from_str(CHATGPT).unwrap();
    let part = |at: usize| Value::from(vec![documents[at].clone()]).to_string();
    let zipped = archive(&[
        ("conversations-000.json", &part(0)),
        ("conversations-001.json", &part(1)),
        ("shared_conversations.json", "[{}]"),
    ]);
    let home = Home::new();
    let (_, told) = home.import(&home.file("export.zip", zipped));
    assert_eq!(told, "2 imported, 0 already here.\n");
}

#[test]
fn what_was_said_since_is_added_and_what_was_deleted_stays_deleted() {
    let home = Home::new();
    let mut documents: Value = serde_json::from_str(CHATGPT).unwrap();
    let short = {
        let mut short = documents.clone();
        let mapping = short[0]["mapping"].as_object_mut().unwrap();
        for later in ["u2", "h2", "th", "code", "out", "recap", "a2"] {
            mapping.remove(later);
        }
        short[0]["current_node"] = "a1".into();
        short.to_string()
    };
    let (names, _) = home.import(&home.file("short.json", short));
    documents[0]["title"] = "renamed there".into();
    let whole = home.file("whole.json", documents.to_string());
    let (_, told) = home.import(&whole);
    let added = "Extended 1 of those already here by 2 messages.\n";
    assert_eq!(told, format!("0 imported, 2 already here.\n{added}"));
    let (shown, _) = home.said(&["show", names.lines().next().unwrap()]);
    assert!(
        shown.contains("# Square roots") && shown.contains("It is 1.4142135623730951."),
        "{shown}"
    );

    home.said(&["delete", names.lines().next().unwrap()]);
    let (_, told) = home.import(&whole);
    assert!(
        told.contains("In the trash: 1 of those already here"),
        "{told}"
    );
    assert_eq!(home.listed().len(), 1);
}

#[test]
fn a_log_of_llm_is_imported_once() {
    let home = Home::new();
    let log = log(&home);
    let before = std::fs::read(&log).unwrap();
    let (_, told) = home.import(&log);
    assert_eq!(told, "6 imported, 0 already here.\n");
    let (_, told) = home.import(&log);
    assert_eq!(told, "0 imported, 6 already here.\n");
    let (found, _) = home.said(&["search", "second question"]);
    assert!(found.contains("first question"), "{found}");
    assert_eq!(std::fs::read(&log).unwrap(), before, "the log is as it was");
}

#[test]
fn an_export_of_ours_that_is_here_is_left_and_a_changed_one_becomes_a_copy_and_both_are_told() {
    let home = Home::new();
    let (names, _) = home.import(&home.file("conversations.json", CHATGPT));
    let id = names.lines().next().unwrap();
    let (exported, _) = home.said(&["export", id, "--format", "json"]);
    let (same, told) = home.import(&home.file("same.json", &exported));
    assert_eq!((same.trim(), &*told), (id, "0 imported, 1 already here.\n"));

    let changed = exported.replace("What is the root of 2?", "What is the root of 3?");
    let (copy, told) = home.import(&home.file("changed.json", changed));
    assert_ne!(copy.trim(), id);
    let stays = format!(
        "{id} is already here with other contents and stays as it is. The imported copy is {copy}"
    );
    assert!(told.contains(stays.trim_end()), "{told}");
    assert_eq!(home.listed().len(), 3);
}

#[test]
fn stdin_is_taken_for_a_file_except_for_a_database() {
    let home = Home::new();
    let json = home.file("conversations.json", CHATGPT);
    let output = home.run(&["import", "-"], std::fs::File::open(json).unwrap().into());
    assert_eq!(texts(&output).1, "2 imported, 0 already here.\n");
    let log = log(&home);
    let output = home.run(&["import", "-"], std::fs::File::open(log).unwrap().into());
    assert_eq!(output.status.code(), Some(2));
    assert!(texts(&output).1.contains("Name the file instead"));
}

#[test]
fn a_file_that_is_damaged_or_something_else_is_refused_and_leaves_nothing() {
    let home = Home::new();
    let whole = archive(&[("conversations.json", CHATGPT)]);
    let mut broken = whole.clone();
    broken[60..200].fill(0);
    let lost = CHATGPT.replace("\"parent\": \"call\"", "\"parent\": \"gone\"");
    assert_ne!(lost, CHATGPT);
    let cases: [(&str, Vec<u8>, &str); 9] = [
        (
            "cut.json",
            CHATGPT.as_bytes()[..5000].to_vec(),
            "ChatGPT's export",
        ),
        ("lost.json", lost.into(), "\"gone\", which is not in it"),
        (
            "cut.zip",
            whole[..whole.len() / 2].to_vec(),
            "archive is damaged",
        ),
        ("broken.zip", broken, "cannot be imported"),
        (
            "other.zip",
            archive(&[("notes.txt", "[]")]),
            "holds no conversations.json",
        ),
        (
            "claude.json",
            b"[{\"chat_messages\": []}]".to_vec(),
            "`mapping`",
        ),
        ("text.txt", b"hello".to_vec(), "it is not JSON"),
        (
            "object.json",
            b"{}".to_vec(),
            "not an exported conversation of spacechat",
        ),
        (
            "empty.db",
            b"SQLite format 3\0".to_vec(),
            "cannot be imported",
        ),
    ];
    for (name, content, part) in cases {
        let told = home.refused(&home.file(name, content));
        assert!(told.contains(name) && told.contains(part), "{name}: {told}");
        assert!(told.lines().count() == 2, "{name} has a hint: {told}");
    }
    home.refused(&home.0.path().join("absent.json"));
    assert_eq!(home.listed(), Vec::<Value>::new());
}
