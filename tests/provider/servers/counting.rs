//! How many tokens a prompt has, as llama.cpp counts them before it is sent.

use super::*;
use spacechat::provider::Request;

const COUNT: &str = "POST /v1/chat/completions/input_tokens";

fn counting(tokens: u64) -> Script {
    llama([]).on(COUNT, [Answer::json(200, &json!({"input_tokens": tokens}))])
}

#[tokio::test]
async fn llama_cpp_counts_the_messages_as_they_would_be_sent() {
    let server = Server::start(counting(16)).await;
    let provider = provider(&server);
    assert_eq!(provider.count(ask("hello")).await, Some(16));
    let body: Value = server.requests(COUNT)[0].json();
    assert_eq!(
        body["messages"],
        json!([{"role": "user", "content": "hello"}])
    );
    assert!(server.requests(CHAT).is_empty());
}

#[tokio::test]
async fn other_servers_are_not_asked_to_count() {
    let server = Server::start(script([])).await;
    assert_eq!(provider(&server).count(ask("hello")).await, None);
    assert!(server.requests(COUNT).is_empty());
}

#[tokio::test]
async fn a_draft_does_not_go_through_a_proxy_to_be_counted() {
    let (server, proxy) = (
        Server::start(counting(16)).await,
        Server::start(Script::default()).await,
    );
    let mut reaching = reaching(&format!("{}/v1", server.url()));
    reaching.http.proxy = Some(proxy.url());
    assert_eq!(provider_of(reaching).count(ask("hello")).await, None);
    assert!(proxy.all_heard().is_empty(), "{:?}", proxy.all_heard());
}

#[tokio::test]
async fn a_draft_does_not_leave_this_machine_to_be_counted() {
    let server = ServerRef::at("http://llama.invalid:1/v1");
    let http = options();
    let elsewhere = provider_of(Reaching { server, http });
    assert_eq!(elsewhere.count(Request::default()).await, None);
    assert_eq!(
        elsewhere.info().working,
        None,
        "it was not asked for anything"
    );
}
