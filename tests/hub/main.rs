//! Spaces that are found through the Hub, in every state that the Hub knows, and apps that ask for a login. The Hub is a
//! small local server with its paths; the app behind it is the embedded Space or a scripted one.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod front;
mod search;
mod server;

use serde_json::{Value, json};
use server::{Answer, Server, html};
use spacechat::chat::{FailureKind, Message, Stage};
use spacechat::gradio;
use spacechat::gradio::{ConnectOptions, HttpError, Login, Token};
use spacechat::provider::{Hub, HubOptions, NameRules, SpaceRef};
use spacechat::provider::{Provider, ProviderError, Qwen, ReplyEvent, Request, SpaceEndpoint};
use spacechat::testing::demo;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio_util::task::TaskTracker;

const SECRET: &str = "hf_neverToBeSeen";

/// A Hub that knows the Space `a/b` at `host` and tells the stages in turn, the last for ever.
async fn hub_with(host: &str, stages: &[&str]) -> Server {
    let host = host.to_owned();
    let mut stages: Vec<String> = stages
        .iter()
        .rev()
        .map(|stage| (*stage).to_owned())
        .collect();
    Server::start(move |asked| match asked.line.as_str() {
        "GET /api/spaces/a/b/host" => server::json(200, &json!({"subdomain": "a-b", "host": host})),
        "GET /api/spaces/a/b/runtime" => {
            let last = stages.last().cloned().unwrap_or_default();
            let stage = stages.pop().unwrap_or(last);
            if stages.is_empty() {
                stages.push(stage.clone());
            }
            let (stage, error) = stage.split_once(": ").unwrap_or((&stage, ""));
            server::json(
                200,
                &json!({"stage": stage, "errorMessage": error, "hardware": {}}),
            )
        }
        _ => server::json(404, &json!({"error": "Repository not found"})),
    })
    .await
}

fn quick(endpoint: &str) -> Hub {
    let options = HubOptions {
        endpoint: endpoint.to_owned(),
        poll: Duration::from_millis(5),
        patience: Duration::from_secs(20),
        ..HubOptions::default()
    };
    Hub::new(options, http_options())
}

fn http_options() -> ConnectOptions {
    ConnectOptions {
        token: Token::new(SECRET, "https://huggingface.co"),
        ..ConnectOptions::default()
    }
}

fn space() -> SpaceRef {
    SpaceRef::parse("a/b", &NameRules::default()).unwrap()
}

/// What comes of finding the Space, and the stages that were told meanwhile.
async fn found(hub: &Hub) -> (Result<String, ProviderError>, Vec<String>) {
    let mut told = Vec::new();
    let tell = |stage| match stage {
        Stage::Waking(word) => told.push(word),
        other => told.push(other.name().to_owned()),
    };
    (hub.resolve(&space(), tell).await, told)
}

/// The whole reply, or the error, with the words of the stages before it.
async fn reply_of(qwen: &Qwen) -> (Result<String, ProviderError>, Vec<String>) {
    let mut reply = qwen.reply(Request::new([Message::user("repeat 3 ab")]));
    let mut told = Vec::new();
    while let Some(event) = reply.next().await {
        match event {
            Ok(ReplyEvent::Stage(Stage::Waking(word))) => told.push(word),
            Ok(ReplyEvent::Done(text)) => return (Ok(text), told),
            Ok(_) => {}
            Err(error) => return (Err(error), told),
        }
    }
    panic!("the reply had no end");
}

fn qwen_at(hub: Hub, options: ConnectOptions) -> Qwen {
    Qwen::at(
        SpaceEndpoint::new(space(), Some(hub), options),
        TaskTracker::new(),
    )
}

async fn embedded() -> demo::Server {
    let options = demo::Options {
        pace: Duration::ZERO,
        ..demo::Options::default()
    };
    demo::Server::start(options).await.unwrap()
}

#[tokio::test]
async fn a_running_space_is_found_at_the_host_that_the_hub_tells() {
    for stage in [
        "RUNNING",
        "RUNNING_BUILDING",
        "RUNNING_APP_STARTING",
        "SOMETHING_NEW",
    ] {
        let server = hub_with("http://127.0.0.1:9", &[stage]).await;
        let (url, told) = found(&quick(&server.url)).await;
        assert_eq!(url.unwrap(), "http://127.0.0.1:9", "{stage}");
        assert!(told.is_empty(), "{stage}: {told:?}");
    }
}

#[tokio::test]
async fn a_space_that_starts_is_waited_for_and_each_stage_is_told_once() {
    let stages = ["BUILDING", "BUILDING", "APP_STARTING", "RUNNING"];
    let server = hub_with("http://127.0.0.1:9", &stages).await;
    let (url, told) = found(&quick(&server.url)).await;
    assert!(url.is_ok());
    assert_eq!(told, ["building", "starting"]);
}

#[tokio::test]
async fn a_space_that_sleeps_is_woken_by_a_visit() {
    for asleep in ["SLEEPING", "STOPPED"] {
        let app = Server::start(|_| html(200, "Preparing Space")).await;
        let server = hub_with(&app.url, &[asleep, "BUILDING", "RUNNING"]).await;
        let (url, told) = found(&quick(&server.url)).await;
        assert_eq!(url.unwrap(), app.url);
        assert_eq!(told, [&asleep.to_lowercase(), "building"]);
        assert_eq!(app.asked(), ["GET /"]);
    }
}

#[tokio::test]
async fn a_space_that_is_down_is_told_with_its_reason_and_what_can_be_done() {
    for (stage, message, hint) in [
        ("PAUSED", "paused by its owner", "duplicate=true"),
        (
            "RUNTIME_ERROR: no GPU left",
            "has crashed: no GPU left",
            "logs=container",
        ),
        ("BUILD_ERROR", "could not be built", "logs=build"),
        ("CONFIG_ERROR", "is configured wrongly", "owner"),
        ("NO_APP_FILE", "has no app yet", "owner"),
        ("DELETING", "is being deleted", "another source"),
    ] {
        // The same at the start, and after a while of waiting.
        for stages in [vec![stage], vec!["BUILDING", stage]] {
            let server = hub_with("http://127.0.0.1:9", &stages).await;
            let error = found(&quick(&server.url)).await.0.unwrap_err();
            assert_eq!(error.kind(), FailureKind::Asleep);
            assert!(error.to_string().contains(message), "{error}");
            assert!(error.to_string().contains("a/b"), "{error}");
            assert!(error.hint().contains(hint), "{}", error.hint());
        }
    }
}

#[tokio::test]
async fn a_space_that_does_not_start_in_time_is_given_up() {
    let server = hub_with("http://127.0.0.1:9", &["APP_STARTING"]).await;
    let options = HubOptions {
        endpoint: server.url.clone(),
        poll: Duration::from_millis(1),
        patience: Duration::ZERO,
        ..HubOptions::default()
    };
    let error = found(&Hub::new(options, http_options()))
        .await
        .0
        .unwrap_err();
    assert_eq!(error.kind(), FailureKind::Asleep);
    assert_eq!(error.to_string(), "The Space a/b is starting.");
}

#[tokio::test]
async fn a_missing_a_private_and_a_gated_space_have_messages_of_their_own() {
    for (status, said, message, hint) in [
        (
            404,
            "Repository not found",
            "There is no Space a/b, or it is private.",
            "HF_TOKEN",
        ),
        (
            401,
            "Invalid username or password.",
            "There is no Space a/b, or it is private.",
            "HF_TOKEN",
        ),
        (
            403,
            "You are not on the list.",
            "Access to a/b is restricted: You are not on the list.",
            "Ask for access",
        ),
    ] {
        let server = Server::start(move |_| server::json(status, &json!({"error": said}))).await;
        let error = found(&quick(&server.url)).await.0.unwrap_err();
        assert!(error.to_string().contains(message), "{error}");
        assert!(error.hint().contains(hint), "{}", error.hint());
        assert!(matches!(error, ProviderError::Status { status: told, .. } if told == status));
    }
}

#[tokio::test]
async fn without_the_hub_the_host_that_follows_from_the_name_is_tried() {
    let broken = Server::start(|_| html(500, "<h1>out of order</h1>")).await;
    for endpoint in ["http://127.0.0.1:1", broken.url.as_str()] {
        let (url, told) = found(&quick(endpoint)).await;
        assert_eq!(url.unwrap(), "https://a-b.hf.space");
        assert!(told.is_empty());
    }
}

#[tokio::test]
async fn a_hub_that_falls_silent_while_a_space_starts_is_not_waited_for() {
    let mut runtimes = 0;
    let server = Server::start(move |asked| {
        if asked.line.ends_with("/host") {
            return server::json(200, &json!({"host": "http://127.0.0.1:9"}));
        }
        runtimes += 1;
        match runtimes {
            1 => server::json(200, &json!({"stage": "BUILDING"})),
            _ => html(500, "out of order"),
        }
    })
    .await;
    let (url, told) = found(&quick(&server.url)).await;
    assert_eq!(url.unwrap(), "http://127.0.0.1:9");
    assert_eq!(told, ["building"]);
}

#[tokio::test]
async fn a_turn_wakes_its_space_and_then_replies_and_asks_the_hub_only_once() {
    let space = embedded().await;
    let server = hub_with(&space.url(), &["SLEEPING", "APP_STARTING", "RUNNING"]).await;
    let qwen = qwen_at(quick(&server.url), ConnectOptions::default());
    let (reply, told) = reply_of(&qwen).await;
    assert_eq!(reply.unwrap(), "ababab");
    assert_eq!(told, ["sleeping", "starting"]);
    let asked = server.asked().len();
    assert_eq!(reply_of(&qwen).await.0.unwrap(), "ababab");
    assert_eq!(server.asked().len(), asked);
    assert_eq!(qwen.info().url, space.url());
}

/// The app's first answers are the host's pages, then it answers by itself.
async fn app_behind(pages: Vec<Answer>) -> Server {
    let mut pages = pages.into_iter();
    let config: Value =
        serde_json::from_str(include_str!("../fixtures/qwen-webui-4.44.config.json")).unwrap();
    Server::start(move |asked| match asked.line.as_str() {
        "GET /config" => pages.next().unwrap_or_else(|| server::json(200, &config)),
        _ => server::json(404, &json!({"detail": "Not Found"})),
    })
    .await
}

#[tokio::test]
async fn an_app_that_is_not_there_yet_is_waited_for_when_the_hub_says_that_it_runs() {
    let app = app_behind(vec![
        html(200, "<html>Preparing Space"),
        html(200, "<html>Preparing Space"),
    ])
    .await;
    let server = hub_with(&app.url, &["RUNNING", "APP_STARTING", "RUNNING"]).await;
    let endpoint = SpaceEndpoint::new(space(), Some(quick(&server.url)), ConnectOptions::default());
    let told = Mutex::new(Vec::new());
    let (_, found) = endpoint
        .reach(None, |stage| told.lock().unwrap().push(stage))
        .await
        .unwrap();
    assert_eq!(found.version, "4.44.0");
    assert_eq!(
        told.lock().unwrap().first(),
        Some(&Stage::Waking("starting".to_owned()))
    );
}

#[tokio::test]
async fn a_stuck_app_is_told_with_the_stage_that_the_hub_claims() {
    let app =
        Server::start(|_| html(500, "Your space is in error, check its status on hf.co")).await;
    let stuck = Server::start(|_| html(200, "<html>Preparing Space")).await;
    for (url, kind) in [
        (&stuck.url, FailureKind::Asleep),
        (&app.url, FailureKind::Status),
    ] {
        let server = hub_with(url, &["RUNNING"]).await;
        let qwen = qwen_at(quick(&server.url), ConnectOptions::default());
        let error = reply_of(&qwen).await.0.unwrap_err();
        assert_eq!(error.kind(), kind, "{error}");
        if kind == FailureKind::Asleep {
            assert!(
                error.to_string().contains("the Hub calls it RUNNING"),
                "{error}"
            );
        }
    }
}

#[tokio::test]
async fn a_look_tells_that_a_space_sleeps_and_does_not_wake_it() {
    let app = Server::start(|_| html(200, "")).await;
    let server = hub_with(&app.url, &["SLEEPING"]).await;
    let qwen = qwen_at(quick(&server.url), ConnectOptions::default());
    let error = qwen.look().await.unwrap_err();
    assert_eq!(error.to_string(), "The Space a/b is sleeping.");
    assert!(error.hint().contains("wake it"), "{}", error.hint());
    assert!(app.asked().is_empty());
}

#[tokio::test]
async fn a_token_is_never_sent_without_encryption_nor_seen_in_an_error() {
    let seen = Arc::new(Mutex::new(String::new()));
    let requests = Arc::clone(&seen);
    let server = Server::start(move |asked| {
        let mut seen = requests.lock().unwrap();
        seen.push_str(&asked.headers);
        seen.push_str(&asked.body);
        server::json(404, &json!({"error": "Repository not found"}))
    })
    .await;
    let hub = quick(&server.url);
    let qwen = qwen_at(hub.clone(), http_options());
    let errors = [
        found(&hub).await.0.unwrap_err(),
        reply_of(&qwen).await.0.unwrap_err(),
    ];
    let shown = format!(
        "{errors:?} {hub:?} {qwen:?} {}{}",
        errors[0],
        errors[0].hint()
    );
    assert!(!shown.contains(SECRET), "{shown}");
    let seen = seen.lock().unwrap();
    assert!(seen.contains("get /api/spaces/a/b/host"));
    assert!(
        !seen.contains("authorization") && !seen.contains(&SECRET.to_lowercase()),
        "{seen}"
    );
}

#[tokio::test]
async fn a_redirect_to_another_server_is_not_followed() {
    let other = Server::start(|_| server::json(200, &json!({"stage": "RUNNING"}))).await;
    let target = other.url.clone();
    let server = Server::start(move |_| {
        (
            307,
            format!("location: {target}/elsewhere\r\n"),
            String::new(),
        )
    })
    .await;
    let client = gradio::Client::new(&server.url, ConnectOptions::default()).unwrap();
    let redirect = |error: &gradio::Error| match error {
        gradio::Error::Http(HttpError::Redirect { target, .. }) => Some(target.clone()),
        _ => None,
    };
    let target = format!("{}/elsewhere", other.url);
    let error = client.config().await.unwrap_err();
    assert_eq!(redirect(&error).as_ref(), Some(&target), "{error}");
    let told = ProviderError::from(error);
    assert!(told.to_string().contains(&target), "{told}");
    let login = client
        .login(&Login::new("ann", "secret"))
        .await
        .unwrap_err();
    assert_eq!(redirect(&login), Some(target), "{login}");
    assert!(other.asked().is_empty());
}

/// An app that wants `ann` and `a+b &c` and knows her by a cookie afterwards.
async fn guarded(refusal: Value) -> Server {
    let config: Value =
        serde_json::from_str(include_str!("../fixtures/qwen-webui-4.44.config.json")).unwrap();
    Server::start(move |asked| match asked.line.as_str() {
        "POST /login" if asked.body == "username=ann&password=a%2Bb+%26c" => {
            let cookie = "set-cookie: access-token-unsecure-x=1; HttpOnly; Path=/\r\n".to_owned();
            (200, cookie, json!({"success": true}).to_string())
        }
        "POST /login" => server::json(400, &json!({"detail": "Incorrect credentials."})),
        _ if !asked.headers.contains("cookie: access-token-unsecure-x=1") => {
            server::json(401, &json!({"detail": refusal}))
        }
        _ => server::json(200, &config),
    })
    .await
}

#[tokio::test]
async fn an_app_that_asks_for_a_login_gets_it_once() {
    let app = guarded(json!("Not authenticated")).await;
    let options = ConnectOptions {
        login: Login::parse("ann:a+b &c"),
        ..ConnectOptions::default()
    };
    let qwen = Qwen::new(&app.url, options, TaskTracker::new());
    assert_eq!(qwen.look().await.unwrap().software(), "Gradio 4.44.0");
    qwen.look().await.unwrap();
    let asked = app.asked();
    assert_eq!(
        asked,
        ["GET /config", "POST /login", "GET /config", "GET /config"]
    );
}

#[tokio::test]
async fn without_a_login_or_with_a_wrong_one_the_user_is_told_how_to_give_it() {
    let refusal = json!({"error": "Not authenticated", "auth_message": null});
    let app = guarded(refusal).await;
    for (login, message) in [
        (None, "asks for a name and a password"),
        (Login::parse("ann:wrongOne"), "refused"),
    ] {
        let options = ConnectOptions {
            login,
            ..ConnectOptions::default()
        };
        let error = Qwen::new(&app.url, options, TaskTracker::new())
            .look()
            .await
            .unwrap_err();
        assert_eq!(error.kind(), FailureKind::Login);
        assert!(error.to_string().contains(message), "{error}");
        assert!(
            error.hint().contains("SPACECHAT_LOGIN=name:password"),
            "{}",
            error.hint()
        );
        assert!(!format!("{error:?}").contains("wrongOne"));
    }
}
