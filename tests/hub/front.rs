//! A proxy in front of an app that asks for HTTP Basic login, the Hub's report of a Space's SDK, and an `hf.space`
//! address that the Hub resolves to its Space.

use crate::server::{self, Asked, Server};
use crate::{quick, qwen_at, space};
use serde_json::{Value, json};
use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{NameRules, SpaceRef};
use spacechat::provider::{Provider, ProviderError};
use std::path::Path;
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};

const PASSWORD: &str = "hunter2";
/// `ann:hunter2` as the Basic scheme writes it, in lower case as the server gives headers.
const BASIC: &str = "authorization: basic yw5uomh1bnrlcji=";

/// A front that lets `ann` through to a recorded app, and the requests that came with a login.
async fn front() -> (Server, Arc<Mutex<Vec<String>>>) {
    let config: Value =
        serde_json::from_str(include_str!("../fixtures/qwen-webui-4.44.config.json")).unwrap();
    let admitted: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&admitted);
    let server = Server::start(move |asked: &Asked| {
        if !asked.headers.contains(BASIC) {
            let challenge = "www-authenticate: Basic realm=\"Restricted\"\r\n".to_owned();
            return (401, challenge, "<html><title>401</title></html>".to_owned());
        }
        seen.lock().unwrap().push(asked.line.clone());
        match asked.line.as_str() {
            "GET /config" => server::json(200, &config),
            _ => server::json(404, &json!({"detail": "Not Found"})),
        }
    })
    .await;
    (server, admitted)
}

/// Runs the program in a home of its own, with these variables and no others.
async fn run(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spacechat"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    let running = tokio::task::spawn_blocking(move || command.output());
    running.await.unwrap().unwrap()
}

fn text(output: &Output) -> String {
    String::from_utf8_lossy(&[&output.stdout[..], &output.stderr[..]].concat()).into_owned()
}

/// Every file below a folder, as text.
fn written(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).unwrap();
    let texts = entries.map(|entry| {
        let path = entry.unwrap().path();
        if path.is_dir() {
            written(&path)
        } else {
            String::from_utf8_lossy(&std::fs::read(&path).unwrap()).into_owned()
        }
    });
    texts.collect()
}

#[tokio::test]
async fn a_login_in_an_address_goes_to_its_server_and_is_shown_and_kept_nowhere() {
    let home = tempfile::tempdir().unwrap();
    let (server, admitted) = front().await;
    let address = server.url.replace("://", &format!("://ann:{PASSWORD}@"));
    let outputs = [
        run(home.path(), &["ask", "-s", &address, "hi"], &[]).await,
        run(home.path(), &["space", &address], &[]).await,
        run(
            home.path(),
            &["ask", "hi"],
            &[("SPACECHAT_SPACE", &address)],
        )
        .await,
        run(home.path(), &["list", "--json"], &[]).await,
        run(home.path(), &["doctor", "-s", &address], &[]).await,
    ];
    assert_eq!(outputs[1].status.code(), Some(0), "{}", text(&outputs[1]));
    let listed: Value = serde_json::from_slice(
        outputs[3]
            .stdout
            .split(|byte| *byte == b'\n')
            .next()
            .unwrap(),
    )
    .unwrap();
    assert_eq!(listed["space"], server.url);
    assert!(!admitted.lock().unwrap().is_empty());
    let told: String = outputs.iter().map(text).collect();
    for shown in [told, written(home.path())] {
        assert!(!shown.contains(PASSWORD), "{shown}");
    }
}

#[tokio::test]
async fn a_front_that_asks_for_a_login_is_told_as_that_and_gets_the_one_that_is_given() {
    let home = tempfile::tempdir().unwrap();
    let (server, admitted) = front().await;
    let output = run(home.path(), &["space", &server.url], &[]).await;
    assert_eq!(output.status.code(), Some(4), "{}", text(&output));
    assert!(
        text(&output).contains("asks for a name and a password"),
        "{}",
        text(&output)
    );
    assert!(
        text(&output).contains("SPACECHAT_LOGIN"),
        "{}",
        text(&output)
    );
    let wrong = [("SPACECHAT_LOGIN", "ann:wrong")];
    let output = run(home.path(), &["space", &server.url], &wrong).await;
    assert!(
        text(&output).contains("refused the name"),
        "{}",
        text(&output)
    );
    assert!(admitted.lock().unwrap().is_empty());
    let right = [("SPACECHAT_LOGIN", "ann:hunter2")];
    let output = run(home.path(), &["space", &server.url], &right).await;
    assert_eq!(output.status.code(), Some(0), "{}", text(&output));
    assert_eq!(admitted.lock().unwrap()[0], "GET /config");
}

#[tokio::test]
async fn a_space_that_only_a_conversation_names_gets_no_login_and_that_is_said() {
    let home = tempfile::tempdir().unwrap();
    let (server, admitted) = front().await;
    run(home.path(), &["ask", "-s", &server.url, "hi"], &[]).await;
    let listed = run(home.path(), &["list", "--json"], &[]).await;
    let listed: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let id = listed["id"].as_str().unwrap();
    let login = [("SPACECHAT_LOGIN", "ann:hunter2")];
    let output = run(home.path(), &["ask", "--conversation", id, "hi"], &login).await;
    assert!(text(&output).contains("was not sent"), "{}", text(&output));
    assert!(text(&output).contains("Add -s"), "{}", text(&output));
    assert!(admitted.lock().unwrap().is_empty());
    let named = ["ask", "--conversation", id, "-s", &server.url, "hi"];
    run(home.path(), &named, &login).await;
    assert!(!admitted.lock().unwrap().is_empty());
}

/// A Hub on which `a/b` is built with this SDK and runs at `host`.
async fn hub_of(sdk: &'static str, host: String) -> Server {
    Server::start(move |asked| match asked.line.as_str() {
        "GET /api/spaces/a/b" => server::json(200, &json!({"id": "a/b", "sdk": sdk})),
        "GET /api/spaces/by-subdomain/x-y" => server::json(200, &json!({"id": "a/b"})),
        "GET /api/spaces/a/b/host" => server::json(200, &json!({"host": host})),
        "GET /api/spaces/a/b/runtime" => server::json(200, &json!({"stage": "RUNNING"})),
        _ => server::json(404, &json!({"error": "Repository not found"})),
    })
    .await
}

#[tokio::test]
async fn a_space_of_another_sdk_is_said_to_be_one_and_not_asked() {
    for (sdk, name) in [("streamlit", "Streamlit"), ("static", "Static")] {
        let app = Server::start(|_| server::html(200, "<title>Streamlit</title>")).await;
        let hub = hub_of(sdk, app.url.clone()).await;
        let qwen = qwen_at(quick(&hub.url), Options::default());
        let error = qwen.look().await.unwrap_err();
        let expected = format!("a/b is a {name} Space, not a Gradio Space.");
        assert_eq!(error.to_string(), expected);
        assert!(matches!(error, ProviderError::Unsupported(_)), "{error:?}");
        assert!(app.asked().is_empty());
    }
}

#[tokio::test]
async fn a_container_that_runs_something_else_is_not_waited_for() {
    for other in [
        server::html(200, "<title>Shiny</title>"),
        server::html(404, "no such page"),
    ] {
        let app = Server::start(move |_| other.clone()).await;
        let hub = hub_of("docker", app.url.clone()).await;
        let qwen = qwen_at(quick(&hub.url), Options::default());
        for error in [
            qwen.look().await.unwrap_err(),
            crate::reply_of(&qwen).await.0.unwrap_err(),
        ] {
            assert_eq!(
                error.to_string(),
                "a/b is a Docker Space, not a Gradio Space."
            );
        }
        assert_eq!(app.asked(), ["GET /config", "GET /config"]);
    }
}

#[tokio::test]
async fn the_hub_knows_the_space_of_an_address_of_hf_space() {
    let rules = NameRules::default();
    let at = |name: &str| SpaceRef::parse(name, &rules).unwrap();
    let hub = hub_of("gradio", "http://127.0.0.1:9".to_owned()).await;
    let found = quick(&hub.url)
        .inspect(&at("https://x-y.hf.space"))
        .await
        .unwrap();
    assert_eq!(found.url, "http://127.0.0.1:9");
    assert_eq!(found.stage.as_deref(), Some("RUNNING"));
    // Where the Hub does not know, or is not there, the address is taken as it is.
    for endpoint in [hub.url.as_str(), "http://127.0.0.1:1"] {
        let found = quick(endpoint)
            .inspect(&at("https://other.hf.space"))
            .await
            .unwrap();
        assert_eq!(found.url, "https://other.hf.space");
    }
    assert_ne!(space().hub_id, None);
}
