//! Connections to servers: one that moved elsewhere gets nothing, one that was closed meanwhile is made again, and ending a
//! reply ends its connection.

use serde_json::json;
use spacechat::provider::{Provider, ProviderError, Reply, ReplyEvent};
use tokio_util::task::TaskTracker;

use super::{
    CHAT, MODELS, llama, models, provider, provider_of, reaching, saying, script, text, with_key,
};
use crate::received::{ask, failure_of, receive, soon};
use crate::scripted::{Answer, Script, Server};

#[tokio::test]
async fn a_redirect_to_another_host_gets_neither_the_prompt_nor_the_key() {
    let elsewhere = Server::start(script([saying("from elsewhere")])).await;
    let other = format!("http://localhost:{}/v1", elsewhere.port());
    for code in [301, 302, 303, 307, 308] {
        let moved = |path: &str| Answer::page(code).header("Location", &format!("{other}{path}"));
        let scripts = [
            script([moved("/chat/completions")]),
            script([saying("yes")]).on(MODELS, [moved("/models")]),
        ];
        for script in scripts {
            let server = Server::start(script).await;
            let options = with_key(reaching(&format!("{}/v1", server.url())));
            let (error, told) = failure_of(provider_of(options).reply(ask("hi"))).await;
            assert!(matches!(error, ProviderError::Status { .. }), "{error:?}");
            assert!(error.to_string().contains(&other), "{error}");
            assert_eq!(told.shown, "");
            assert!(server.requests(CHAT).len() <= 1);
        }
    }
    let heard = elsewhere.all_heard();
    assert!(heard.is_empty(), "{heard:?}");
    assert_eq!(elsewhere.connections(), 0);
}

#[tokio::test]
async fn a_list_that_moved_within_its_server_is_found_and_a_message_says_where_to() {
    let moved = |path: &str| Answer::page(308).header("Location", path);
    let script = script([moved("/api/v1/chat/completions")])
        .on(MODELS, [moved("/api/v1/models")])
        .on("GET /api/v1/models", [models()]);
    let server = Server::start(script).await;
    let (error, _) = failure_of(provider(&server).reply(ask("hi"))).await;
    assert!(
        matches!(error, ProviderError::Status { status: 308, .. }),
        "{error:?}"
    );
    let words = error.to_string();
    assert!(words.contains("leads to http://127.0.0.1"), "{words}");
    assert!(words.contains("/api/v1/chat/completions"), "{words}");
    assert!(error.hint().contains("that address"), "{}", error.hint());
}

#[tokio::test]
async fn a_connection_that_the_server_closed_meanwhile_is_made_again() {
    let props = Answer::json(200, &json!({"total_slots": 1})).kept_open();
    let list = models().header("Server", "llama.cpp").kept_open();
    let script = llama([saying("yes")]);
    let script = script.on(MODELS, [list]).on("GET /props", [props]);
    let server = Server::start(script).await;
    let provider = provider(&server);
    provider.look().await.unwrap();
    assert_eq!(server.connections(), 1, "the connection is used again");
    server.hang_up();
    soon(server.departure("GET /props")).await;
    let told = receive(provider.reply(ask("hi"))).await;
    assert_eq!(told.done(), "yes");
    assert_eq!((server.requests(CHAT).len(), server.connections()), (1, 2));
}

#[tokio::test]
async fn a_message_whose_connection_is_closed_under_it_is_not_sent_twice() {
    let list = models().header("Server", "llama.cpp").kept_open();
    let props = Answer::json(200, &json!({"total_slots": 1})).kept_open();
    let script = llama([Answer::cut()]);
    let script = script.on(MODELS, [list]).on("GET /props", [props]);
    let server = Server::start(script).await;
    let (error, _) = failure_of(provider(&server).reply(ask("hi"))).await;
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert_eq!((server.requests(CHAT).len(), server.connections()), (1, 1));
}

/// Waits for the first piece of a reply's text.
async fn first_piece(reply: &mut Reply) -> String {
    loop {
        match soon(reply.next()).await {
            Some(Ok(ReplyEvent::Delta(text))) => return text,
            Some(Ok(_)) => {}
            other => panic!("{other:?} before any text"),
        }
    }
}

fn endless() -> Answer {
    Answer::events().say(&text("so far")).hang()
}

#[tokio::test]
async fn a_reply_that_is_ended_closes_its_connection() {
    for script in [script([endless()]), llama([endless()])] {
        let server = Server::start(script).await;
        let mut reply = provider(&server).reply(ask("hi"));
        assert_eq!(first_piece(&mut reply).await, "so far");
        let last = soon(reply.cancel()).await;
        assert!(
            !last
                .iter()
                .any(|event| matches!(event, ReplyEvent::Done(_)))
        );
        soon(server.departure(CHAT)).await;
    }
}

#[tokio::test]
async fn a_reply_that_is_ended_before_its_first_byte_closes_its_connection() {
    let server = Server::start(script([Answer::silence()])).await;
    let reply = provider(&server).reply(ask("hi"));
    soon(server.arrival(CHAT)).await;
    soon(reply.cancel()).await;
    soon(server.departure(CHAT)).await;
}

#[tokio::test]
async fn a_reply_that_is_dropped_closes_its_connection_before_its_tracker_is_done() {
    let server = Server::start(script([endless()])).await;
    let tracker = TaskTracker::new();
    let options = reaching(&format!("{}/v1", server.url()));
    let (server_ref, http) = (options.server, options.http);
    let provider = spacechat::provider::ServerProvider::new(server_ref, http, tracker.clone());
    let mut reply = provider.reply(ask("hi"));
    first_piece(&mut reply).await;
    drop(reply);
    tracker.close();
    soon(tracker.wait()).await;
    soon(server.departure(CHAT)).await;
}

#[tokio::test]
async fn llama_cpp_is_told_to_end_the_reply_that_it_keeps() {
    for stream in [endless(), Answer::silence()] {
        let server = Server::start(llama([stream])).await;
        let reply = provider(&server).reply(ask("hi"));
        soon(server.arrival(CHAT)).await;
        soon(reply.cancel()).await;
        soon(server.departure(CHAT)).await;
        let asked = server.requests("DELETE /v1/stream");
        assert_eq!(asked.len(), 1);
        let name = conversation(&server);
        assert!(
            asked[0].head.contains(&format!("conv_id={name} ")),
            "{}",
            asked[0].head
        );
    }
}

#[tokio::test]
async fn a_reply_that_never_reached_llama_cpp_is_not_ended_there() {
    let (_never, late) = tokio::sync::oneshot::channel();
    let script: Script = llama([saying("yes")]).holding(MODELS, late);
    let server = Server::start(script).await;
    let reply = provider(&server).reply(ask("hi"));
    soon(server.arrival(MODELS)).await;
    soon(reply.cancel()).await;
    assert!(server.requests(CHAT).is_empty());
    assert!(server.requests("DELETE /v1/stream").is_empty());
}

/// The name under which the last message was sent.
pub fn conversation(server: &Server) -> String {
    let last = server.requests(CHAT).pop();
    let head = last.expect("a message was sent").head;
    let name = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_it = name.eq_ignore_ascii_case("x-conversation-id");
        is_it.then(|| value.trim().to_owned())
    });
    name.expect("llama.cpp is told a name")
}
