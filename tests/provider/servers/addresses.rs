//! Addresses in every form lead to the routes of their server, and an address alone is enough to tell a server from a Gradio
//! app.

use serde_json::json;
use spacechat::chat::FailureKind;
use spacechat::provider::{
    AddressProvider, Provider, ProviderError, ServerProvider, SpaceProvider,
};
use tokio_util::task::TaskTracker;

use super::{CHAT, MODELS, models, provider_of, reaching, saying, script};
use crate::received::{ask, failure_of, log, options, receive, soon};
use crate::scripted::{Answer, Script, Server};

/// A server whose routes are below this path.
fn below(path: &str) -> Script {
    Script::default()
        .on(&format!("GET {path}/models"), [models()])
        .on(&format!("POST {path}/chat/completions"), [saying("yes")])
}

fn typed(url: &str) -> ServerProvider {
    provider_of(reaching(url))
}

#[tokio::test]
async fn every_form_of_an_address_reaches_the_same_routes() {
    for (path, forms) in [
        (
            "/v1",
            &[
                "",
                "/",
                "/v1",
                "/v1/",
                "/v1/chat/completions",
                "/chat/completions",
            ][..],
        ),
        ("", &["", "/", "/chat/completions"]),
        ("/api/v1", &["/api", "/api/", "/api/v1", "/api/v1/models"]),
        (
            "/a/prefix",
            &["/a/prefix", "/a/prefix/", "/a/prefix/chat/completions"],
        ),
        ("/v1beta/openai", &["/v1beta/openai", "/v1beta/openai/"]),
    ] {
        for form in forms {
            let server = Server::start(below(path)).await;
            let provider = typed(&format!("{}{form}", server.url()));
            for _ in 0..2 {
                let told = receive(provider.reply(ask("hi"))).await;
                assert_eq!(told.done(), "yes", "{path} as {form}");
            }
            let chat = format!("POST {path}/chat/completions");
            let list = format!("GET {path}/models");
            assert_eq!(server.requests(&chat).len(), 2, "{path} as {form}");
            assert_eq!(server.requests(&list).len(), 1, "{path} as {form}");
            assert_eq!(provider.info().url, format!("{}{path}", server.url()));
        }
    }
}

#[tokio::test]
async fn a_page_at_one_of_the_places_is_no_reason_not_to_look_at_the_other() {
    for other in [
        Answer::page(200),
        Answer::page(404),
        Answer::json(405, &json!({})),
    ] {
        let server = Server::start(below("").on(MODELS, [other])).await;
        let told = receive(typed(&server.url()).reply(ask("hi"))).await;
        assert_eq!(told.done(), "yes");
    }
}

#[tokio::test]
async fn a_server_that_wants_a_key_is_not_looked_for_elsewhere() {
    let refused = Answer::json(401, &json!({"error": {"message": "Invalid API Key"}}));
    let server = Server::start(below("").on(MODELS, [refused])).await;
    let told = receive(typed(&server.url()).reply(ask("hi"))).await;
    assert!(
        matches!(told.error, Some(ProviderError::Key(_))),
        "{:?}",
        told.error
    );
    assert_eq!(server.all_heard().len(), 1);
}

/// The provider of whatever is at the address of `server`.
fn at(server: &Server) -> AddressProvider {
    log();
    let tracker = TaskTracker::new();
    let space = SpaceProvider::new(server.url(), options(), tracker.clone());
    AddressProvider::new(space, typed(&server.url()), tracker)
}

#[tokio::test]
async fn a_server_is_told_from_an_app_and_both_are_asked_once() {
    let server = Server::start(script([saying("yes")])).await;
    let provider = at(&server);
    for _ in 0..2 {
        assert_eq!(receive(provider.reply(ask("hi"))).await.done(), "yes");
    }
    assert_eq!(server.requests(CHAT).len(), 2);
    for route in [MODELS, "GET /config"] {
        assert_eq!(server.requests(route).len(), 1, "{route}");
    }
    let info = provider.info();
    assert_eq!(
        (info.label.as_str(), info.models),
        ("OpenAI-compatible server", vec!["m".to_owned()])
    );
}

#[tokio::test]
async fn an_app_is_told_from_a_server_and_both_are_asked_once() {
    let server = Server::start(Script::qwen("yes")).await;
    let provider = at(&server);
    for _ in 0..2 {
        assert_eq!(receive(provider.reply(ask("hi"))).await.done(), "yes");
    }
    assert!(server.requests("POST /queue/join").len() >= 2);
    assert!(server.requests(CHAT).is_empty());
    assert!(server.requests(MODELS).len() <= 1);
}

#[tokio::test]
async fn an_app_is_an_app_also_where_it_has_the_routes_of_a_server() {
    let both = Script::qwen("from the app")
        .on(MODELS, [models()])
        .on(CHAT, [saying("from the server")]);
    let (go_on, late) = tokio::sync::oneshot::channel();
    let server = Server::start(both.holding("GET /config", late)).await;
    let reply = at(&server).reply(ask("hi"));
    // The server is the first to answer.
    soon(server.arrival(MODELS)).await;
    soon(server.arrival("GET /api/v1/models")).await;
    go_on.send(()).unwrap();
    assert_eq!(receive(reply).await.done(), "from the app");
}

#[tokio::test]
async fn what_is_neither_is_said_to_be_neither() {
    let page = |status| {
        ["GET /config", MODELS, "GET /models"]
            .into_iter()
            .fold(Script::default(), |script, route| {
                script.on(route, [Answer::page(status)])
            })
    };
    for script in [page(200), page(404), Script::default()] {
        let server = Server::start(script).await;
        let (error, _) = failure_of(at(&server).reply(ask("hi"))).await;
        assert_eq!(error.kind(), FailureKind::Decode, "{error:?}");
        let words = error.to_string();
        assert!(words.contains("Neither a Gradio app nor"), "{words}");
        assert!(
            words.contains("/config") && words.contains("/v1/models"),
            "{words}"
        );
        let looked = at(&server).look().await.unwrap_err();
        assert_eq!(looked.to_string(), words);
    }
}

#[tokio::test]
async fn a_server_that_wants_a_key_or_is_loading_is_a_server() {
    let refused = Answer::json(401, &json!({"error": {"message": "Invalid API Key"}}));
    let everywhere = ["GET /config", MODELS, "GET /models"];
    let locked = everywhere
        .into_iter()
        .fold(Script::default(), |script, route| {
            script.on(route, [refused.clone()])
        });
    let server = Server::start(locked).await;
    let (error, _) = failure_of(at(&server).reply(ask("hi"))).await;
    assert!(matches!(error, ProviderError::Key(_)), "{error:?}");

    let loading = || {
        Answer::json(
            503,
            &json!({"error": {"message": "Loading model", "code": 503}}),
        )
    };
    let script = script([saying("yes")])
        .on(MODELS, [loading(), models()])
        .on(
            "GET /config",
            [loading(), loading(), loading(), Answer::page(404)],
        );
    let server = Server::start(script).await;
    let told = receive(at(&server).reply(ask("hi"))).await;
    assert_eq!(told.done(), "yes");
    assert!(told.course().contains(&"waking"), "{:?}", told.course());
    assert_eq!(server.requests(CHAT).len(), 1);
}
