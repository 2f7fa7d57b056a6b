//! Files that go with a message, on the embedded Space: it answers with their names and sizes as they arrived there.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use spacechat::chat::{Attachment, Content, FileHash, Message, Role, SentFile, Stage};
use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{Provider, Qwen, ReplyEvent, Request};
use spacechat::testing::demo;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;
use std::time::Duration;
use tokio_util::task::TaskTracker;

fn written(folder: &Path, name: &str, size: usize) -> PathBuf {
    let path = folder.join(name);
    let content: Vec<u8> = (0..=u8::MAX)
        .map(|byte| byte.wrapping_mul(7))
        .cycle()
        .take(size)
        .collect();
    std::fs::write(&path, content).unwrap();
    path
}

async fn embedded() -> (demo::Server, Qwen) {
    let options = demo::Options {
        pace: Duration::ZERO,
        ..demo::Options::default()
    };
    let server = demo::Server::start(options).await.unwrap();
    let qwen = Qwen::new(server.url(), Options::default(), TaskTracker::new());
    (server, qwen)
}

/// The reply's text and the uploads that were told on the way.
async fn reply_of(qwen: &Qwen, request: Request) -> (String, Vec<(u64, u64)>) {
    let mut reply = qwen.reply(request);
    let mut uploads = Vec::new();
    while let Some(event) = reply.next().await {
        match event.unwrap() {
            ReplyEvent::Stage(Stage::Uploading { sent, total }) => uploads.push((sent, total)),
            ReplyEvent::Done(text) => return (text, uploads),
            _ => {}
        }
    }
    panic!("the reply had no end");
}

#[tokio::test]
async fn files_of_a_request_arrive_with_their_names_and_sizes() {
    let folder = tempfile::tempdir().unwrap();
    let (_server, qwen) = embedded().await;
    let attached = Attachment::file(SentFile::at(written(
        folder.path(),
        "scan 1.pdf",
        2_000_000,
    )));
    let mut message = Message::user("What is this?");
    message.attachments.push(Arc::new(attached));
    let request = Request {
        files: vec![written(folder.path(), "image.png", 12_345)],
        ..Request::new([message])
    };
    let (text, uploads) = reply_of(&qwen, request).await;
    assert!(text.contains("2 files"), "{text}");
    assert!(text.contains("`scan 1.pdf`, 2000000 bytes"), "{text}");
    assert!(text.contains("`image.png`, 12345 bytes"), "{text}");
    assert_eq!(uploads.last(), Some(&(2_012_345, 2_012_345)));
}

#[test]
fn a_source_that_remembers_the_past_is_sent_the_new_files_only() {
    let with_file = |text: &str, name: &str| {
        let mut message = Message::user(text);
        let file = Attachment::file(SentFile::at(name));
        message.attachments.push(Arc::new(file));
        message
    };
    let messages = [
        with_file("one", "/a.png"),
        Message::new(Role::Assistant, "yes"),
        with_file("two", "/b.png"),
    ];
    let request = Request::new(messages);
    let names = |is_remembered| {
        let files = request.files_to_send(is_remembered).unwrap();
        files.into_iter().map(|file| file.name).collect::<Vec<_>>()
    };
    assert_eq!(names(true), ["b.png"]);
    assert_eq!(names(false), ["a.png", "b.png"]);
}

#[test]
fn a_saved_file_that_cannot_be_read_is_an_error_and_its_path_is_not_looked_at() {
    let folder = tempfile::tempdir().unwrap();
    let path = written(folder.path(), "image.png", 10);
    let mut file = SentFile::at(&path);
    file.content = Content::Stored(FileHash([7; 32]), 10);
    let mut message = Message::user("look");
    message.attachments.push(Arc::new(Attachment::file(file)));
    let error = Request::new([message]).files_to_send(false).unwrap_err();
    assert!(error.to_string().contains("image.png"), "{error}");
    assert!(error.to_string().contains("was not sent"), "{error}");
}

#[tokio::test]
async fn a_file_that_went_away_fails_the_reply_and_is_named() {
    let (_server, qwen) = embedded().await;
    let request = Request {
        files: vec![PathBuf::from("/nowhere/image.png")],
        ..Request::new([Message::user("look")])
    };
    let mut reply = qwen.reply(request);
    let mut last = None;
    while let Some(event) = reply.next().await {
        last = event.err().or(last);
    }
    let error = last.unwrap();
    assert_eq!(error.kind(), spacechat::chat::FailureKind::Unsupported);
    assert!(error.to_string().contains("/nowhere/image.png"), "{error}");
}

fn ask(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_spacechat"))
        .args(["ask", "--demo", "--no-save"])
        .args(arguments)
        .env("SPACECHAT_CONFIG", "/dev/null")
        .env_remove("HF_ENDPOINT")
        .stdin(Stdio::null())
        .output()
        .unwrap()
}

#[test]
fn ask_folds_text_into_the_prompt_and_sends_other_files_as_they_are() {
    let folder = tempfile::tempdir().unwrap();
    let (notes, named) = (folder.path().join("notes.txt"), folder.path().join("hash"));
    std::fs::write(&notes, "notes").unwrap();
    std::fs::write(&named, "notes").unwrap();
    let image = written(folder.path(), "image.png", 4_321);
    let (notes, image) = (notes.to_str().unwrap(), image.to_str().unwrap());
    let answer = ask(&["-f", image, "-f", notes, "See", "my", "notes:"]);
    let text = String::from_utf8(answer.stdout).unwrap();
    assert!(answer.status.success(), "{text}");
    assert!(text.contains("`image.png`, 4321 bytes"), "{text}");
    assert!(!text.contains("`notes.txt`"), "{text}");
    // Without the image the notes are the whole message, behind their path, which is a scenario of the Space here.
    let answer = ask(&["-f", named.to_str().unwrap()]);
    let text = String::from_utf8(answer.stdout).unwrap();
    let length = "hash\n```\nnotes\n```".len();
    let expected = format!("{length} characters, {length} bytes");
    assert!(text.starts_with(&expected), "{text}");
}

#[test]
fn ask_refuses_what_it_cannot_read_and_names_it() {
    let answer = ask(&["-f", "/nowhere/image.png", "hello"]);
    let said = String::from_utf8(answer.stderr).unwrap();
    assert_eq!(answer.status.code(), Some(2));
    assert!(said.contains("/nowhere/image.png cannot be read"), "{said}");
}
