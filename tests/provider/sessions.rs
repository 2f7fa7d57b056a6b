//! When a session is continued and when the whole past is sent instead: the model never forgets silently, and no prompt
//! travels twice.

use serde_json::{Value, json};
use spacechat::chat::{Message, Role, format_prompt};
use spacechat::provider::{Provider, Request, Session};

use crate::received::{ReceivedReply, ask, options, provider, receive, reply_to};
use crate::scripted::{Script, Server};
use crate::turns::{hash_of, space};

/// The next request of a conversation: all that was said, a new message, and the session.
fn next(said: &[(&str, &ReceivedReply)], newest: &str) -> Request {
    let mut messages = Vec::new();
    for (question, told) in said {
        messages.push(Message::user(*question));
        messages.push(Message::new(Role::Assistant, told.done()));
    }
    messages.push(Message::user(newest));
    let mut request = Request::new(messages);
    request.session = said.last().map(|(_, told)| told.session());
    request
}

/// The prompt in which a request's past is written down.
fn written_down(request: &Request) -> String {
    format_prompt(request.file_form, &request.system, &request.messages)
}

#[tokio::test]
async fn a_live_session_is_sent_only_the_newest_message_and_knows_the_past() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    let first = reply_to(&provider, "repeat 2 I am Ada.").await;
    let second = receive(provider.reply(next(&[("repeat", &first)], "turns"))).await;
    assert_eq!(second.done(), "turn 2");
    assert_eq!(second.session(), first.session());
    let said = [("repeat", &first), ("turns", &second)];
    let third = receive(provider.reply(next(&said, "past"))).await;
    let past: Value = serde_json::from_str(third.done()).unwrap();
    assert_eq!(
        past,
        json!([
            ["user", "repeat 2 I am Ada."],
            ["assistant", "I am Ada.I am Ada."],
            ["user", "turns"],
            ["assistant", "turn 2"],
            ["user", "past"],
        ])
    );
    let said = [("repeat", &first), ("past", &third)];
    let fourth = receive(provider.reply(next(&said, "hash alone"))).await;
    assert_eq!(fourth.done(), hash_of("hash alone"));
}

#[tokio::test]
async fn the_second_request_is_small_after_a_large_first_one() {
    let server = Server::start(Script::qwen("yes")).await;
    let provider = provider(&server.url(), options());
    let first = reply_to(&provider, &"x".repeat(1 << 20)).await;
    let second = receive(provider.reply(next(&[("x", &first)], "and now?"))).await;
    assert_eq!(second.done(), "yes");
    let posts = server.requests("POST /run/predict");
    assert_eq!(posts.len(), 2);
    assert!(posts[0].body.len() > 1 << 20);
    assert!(posts[1].body.len() < 1000, "{}", posts[1].body.len());
    let body = posts[1].json();
    assert_eq!(body["fn_index"], 1);
    assert_eq!(body["session_hash"], json!(first.session().session_hash()));
    assert_eq!(
        body["data"],
        json!([{"files": [], "text": "and now?"}, [], null])
    );
    assert!(
        posts[1]
            .head
            .starts_with("POST /run/predict?__theme=light ")
    );
    let joins = server.requests("POST /queue/join");
    assert_eq!(joins[1].json()["fn_index"], 2);
    assert!(joins[1].body.len() < 1000);
    assert_eq!(server.requests("GET /config").len(), 1);
    assert_eq!(server.requests("GET /app_id").len(), 1);
}

#[tokio::test]
async fn several_messages_without_a_session_are_written_down_as_one_prompt() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    let mut request = Request::new([
        Message::user("hello"),
        Message::new(Role::Assistant, "hi\nthere"),
        Message::user("hash"),
    ]);
    "be brief".clone_into(&mut request.system);
    let told = receive(provider.reply(request)).await;
    let prompt = "System: be brief\nUser: hello\nAssistant: hi\nthere\nUser: hash\nAssistant:";
    assert_eq!(told.done(), hash_of(prompt));
}

#[tokio::test]
async fn after_a_restart_the_whole_past_goes_into_a_new_session() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    let first = reply_to(&provider, "turns").await;
    server.restart().await;
    let request = next(&[("turns", &first)], "hash it");
    let prompt = written_down(&request);
    let second = receive(provider.reply(request)).await;
    assert_eq!(second.done(), hash_of(&prompt));
    assert_ne!(second.session(), first.session());
    let said = [("turns", &first), ("hash it", &second)];
    let third = receive(provider.reply(next(&said, "turns"))).await;
    assert_eq!(third.done(), "turn 2");
    assert_eq!(third.session(), second.session());
}

#[tokio::test]
async fn a_restart_before_a_first_message_changes_nothing_of_the_reply() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    provider.look().await.unwrap();
    server.restart().await;
    let told = reply_to(&provider, "hash fresh").await;
    assert_eq!(told.done(), hash_of("hash fresh"));
}

#[tokio::test]
async fn a_session_of_another_start_of_the_app_is_not_used() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    let first = reply_to(&provider, "turns").await;
    for app_id in [Some("1".to_owned()), None] {
        let mut request = next(&[("turns", &first)], "hash it");
        let session = first.session();
        let stale = Session::new(session.session_hash().unwrap_or_default(), app_id);
        request.session = Some(stale.clone());
        let prompt = written_down(&request);
        let told = receive(provider.reply(request)).await;
        assert_eq!(told.done(), hash_of(&prompt));
        assert_ne!(told.session().session_hash(), stale.session_hash());
    }
}

#[tokio::test]
async fn no_session_is_told_to_who_does_not_want_one() {
    let server = space().await;
    let mut request = ask("turns");
    request.return_conversation = false;
    let told = receive(provider(&server.url(), options()).reply(request)).await;
    assert_eq!(told.done(), "turn 1");
    assert!(!told.course().contains(&"session"));
}
