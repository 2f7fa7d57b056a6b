//! Functions that take the user's token of the Hub: which requests carry it, when, and that nobody else ever gets it. The
//! page is that of `tests/spaces/chat_space.py` as Gradio 6.31 describes it: `add` takes the message into the chat, then
//! `answer`, which wants the token, replies.

use serde_json::{Value, json};
use spacechat::chat::FailureKind;
use spacechat::gradio::Token;
use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{Provider, ProviderError, Request, SpaceProvider};
use tokio_util::task::TaskTracker;

use crate::program::{run_any, written};
use crate::proxy::{Kind, Proxy};
use crate::received::{ReceivedReply, ask, log, options, receive};
use crate::scripted::{Answer, EVENT, Script, Server, joined};

const SECRET: &str = "hf_SecretOfTheSignIn41";
const JOIN: &str = "POST /gradio_api/queue/join";
const STREAM: &str = "GET /gradio_api/queue/data";
const INFO: &str = "GET /gradio_api/info";
/// Gradio's words where a function wants a token and got none (`helpers.py`).
const ASKS: &str = "This action requires a logged in user. Please sign in and retry.";

fn completed(outputs: &Value) -> Answer {
    let output = json!({"data": outputs});
    let message =
        json!({"msg": "process_completed", "event_id": EVENT, "success": true, "output": output});
    Answer::events().say(&message).end()
}

fn failed(words: &str) -> Answer {
    let output = json!({"error": words});
    let message =
        json!({"msg": "process_completed", "event_id": EVENT, "success": false, "output": output});
    Answer::events().say(&message).end()
}

/// The stream of `add`.
fn added() -> Answer {
    completed(&json!(["", [{"role": "user", "content": "hello"}]]))
}

/// The stream of `answer`.
fn answered() -> Answer {
    let reply = json!({"role": "assistant", "content": "welcome"});
    completed(&json!([[{"role": "user", "content": "hello"}, reply]]))
}

fn config(version: &str) -> Answer {
    let text = include_str!("../fixtures/signed-6.31.config.json");
    let mut config: Value = serde_json::from_str(text).expect("the recording is JSON");
    config["version"] = json!(version);
    Answer::json(200, &config)
}

/// What `/info` says of `answer`.
fn info(answer: &Value) -> Answer {
    Answer::json(
        200,
        &json!({"named_endpoints": {"/add": {}, "/answer": answer}}),
    )
}

fn required() -> Answer {
    info(&json!({"oauth_token": "required"}))
}

/// The page, which answers at the second stream.
fn page(info: Answer) -> Script {
    Script::default()
        .on("GET /config", [config("6.31.0")])
        .on(INFO, [info])
        .on(JOIN, [joined()])
        .on(STREAM, [added(), answered()])
}

fn with_token() -> Options {
    Options {
        token: Token::new(SECRET, "https://huggingface.co"),
        ..options()
    }
}

/// What comes of a message, once it is agreed that the token is sent or not.
async fn sent(server: &Server, options: Options, is_agreed: bool) -> ReceivedReply {
    log();
    let space = SpaceProvider::new(server.url(), options, TaskTracker::new());
    let request = Request {
        sign_in: is_agreed,
        ..ask("hello")
    };
    receive(space.reply(request)).await
}

async fn refusal(server: &Server, options: Options, is_agreed: bool) -> ProviderError {
    let told = sent(server, options, is_agreed).await;
    told.error.expect("the reply must fail")
}

/// The tokens in the bodies that were posted, by function.
fn tokens(server: &Server) -> Vec<(i64, Option<String>)> {
    let bodies = server
        .requests(JOIN)
        .into_iter()
        .map(|request| request.json());
    let token = |body: &Value| body["oauth_token"].as_str().map(str::to_owned);
    bodies
        .map(|body| (body["fn_index"].as_i64().unwrap_or(-1), token(&body)))
        .collect()
}

/// Whether anything that was asked of a server holds the token.
fn has_token(server: &Server) -> bool {
    server.all_heard().iter().any(|request| {
        let body = String::from_utf8_lossy(&request.body);
        request.head.contains(SECRET) || body.contains(SECRET)
    })
}

#[tokio::test]
async fn a_function_that_wants_the_token_is_asked_nothing_before_the_yes() {
    let server = Server::start(page(required())).await;
    let error = refusal(&server, with_token(), false).await;
    assert_eq!(error.kind(), FailureKind::SignIn);
    assert!(error.to_string().contains("was not sent"), "{error}");
    assert!(error.hint().contains("--sign-in"), "{}", error.hint());
    assert_eq!(tokens(&server), []);
    assert!(!has_token(&server));
}

#[tokio::test]
async fn after_the_yes_the_token_goes_to_the_function_that_wants_it_and_to_no_other() {
    for kind in ["required", "optional"] {
        let server = Server::start(page(info(&json!({"oauth_token": kind})))).await;
        let told = sent(&server, with_token(), true).await;
        assert_eq!(told.done(), "welcome");
        let expected = [(0, None), (1, Some(SECRET.to_owned()))];
        assert_eq!(tokens(&server), expected, "{kind}");
        let heads = server.all_heard();
        assert!(heads.iter().all(|request| !request.head.contains(SECRET)));
    }
    assert!(!log().contains(SECRET));
}

#[tokio::test]
async fn a_function_that_does_without_the_token_is_used_without_it() {
    let server = Server::start(page(info(&json!({"oauth_token": "optional"})))).await;
    assert_eq!(sent(&server, with_token(), false).await.done(), "welcome");
    assert_eq!(tokens(&server), [(0, None), (1, None)]);
}

#[tokio::test]
async fn without_a_token_it_is_said_where_to_get_one() {
    for is_agreed in [false, true] {
        let server = Server::start(page(required())).await;
        let error = refusal(&server, options(), is_agreed).await;
        assert_eq!(error.kind(), FailureKind::Key);
        assert!(error.hint().contains("Set HF_TOKEN"), "{}", error.hint());
        assert_eq!(tokens(&server), []);
    }
}

#[tokio::test]
async fn a_function_that_is_not_told_of_asks_by_its_answer_and_gets_the_token_after_the_yes() {
    let hidden = || Answer::json(200, &json!({"named_endpoints": {"/add": {}}}));
    let script = page(hidden()).on(STREAM, [added(), failed(ASKS)]);
    let server = Server::start(script).await;
    let error = refusal(&server, with_token(), false).await;
    assert_eq!(error.kind(), FailureKind::SignIn);
    assert!(!has_token(&server));
    let server = Server::start(page(hidden())).await;
    assert_eq!(sent(&server, with_token(), true).await.done(), "welcome");
    assert_eq!(tokens(&server), [(0, None), (1, Some(SECRET.to_owned()))]);
}

#[tokio::test]
async fn nobody_is_asked_for_a_token_that_would_not_help() {
    // An older app, which takes none; a function that wants the sign-in of a browser; one that refuses the token.
    let old = page(required()).on("GET /config", [config("6.20.0")]);
    let of_browsers = page(info(&json!({})));
    for (script, is_agreed, words) in [
        (old, true, "on its page"),
        (of_browsers, true, "on its page"),
        (page(required()), true, "asks for another sign-in"),
    ] {
        let script = script.on(STREAM, [added(), failed(ASKS)]);
        let server = Server::start(script).await;
        let error = refusal(&server, with_token(), is_agreed).await;
        assert_eq!(error.kind(), FailureKind::Unsupported, "{error}");
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(has_token(&server), words.contains("another"), "{words}");
    }
}

#[tokio::test]
async fn a_redirect_takes_the_token_nowhere() {
    let elsewhere = Server::start(page(required())).await;
    for status in [302, 307, 308] {
        let target = format!("{}/gradio_api/queue/join", elsewhere.url());
        let moved = Answer::page(status).header("Location", &target);
        let script = page(required()).on(JOIN, [joined(), moved]);
        let server = Server::start(script).await;
        refusal(&server, with_token(), true).await;
        assert!(has_token(&server), "{status}: it was on its way");
    }
    assert!(elsewhere.all_heard().is_empty());
}

#[tokio::test]
async fn a_proxy_that_could_read_the_token_does_not_get_it() {
    let server = Server::start(page(required())).await;
    let proxy = Proxy::start(Kind::Socks, 0).await;
    let options = Options {
        proxy: Some(proxy.url()),
        ..with_token()
    };
    let error = refusal(&server, options, true).await;
    assert_eq!(error.kind(), FailureKind::Unsupported);
    assert!(!proxy.asked().is_empty());
    assert!(!has_token(&server));
}

#[tokio::test]
async fn an_error_that_repeats_the_token_is_told_without_it() {
    let repeats = failed(&format!("Invalid token {SECRET}"));
    let server = Server::start(page(required()).on(STREAM, [added(), repeats])).await;
    let error = refusal(&server, with_token(), true).await;
    assert!(
        error.to_string().contains("Invalid token (your token)"),
        "{error}"
    );
    let failure = format!("{error:?} {:?}", error.failure());
    assert!(!failure.contains(SECRET), "{failure}");
    assert!(!log().contains(SECRET));
}

#[tokio::test]
async fn ask_sends_the_token_on_its_option_alone_and_keeps_it_nowhere() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("HF_TOKEN", SECRET)];
    let server = Server::start(page(required())).await;
    let url = server.url();
    let output = run_any(home.path(), &["ask", "-s", &url, "hello"], &variables).await;
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{complaint}");
    assert!(complaint.contains("--sign-in"), "{complaint}");
    assert_eq!(tokens(&server), []);
    let again = ["ask", "-s", &url, "--sign-in", "hello"];
    let output = run_any(home.path(), &again, &variables).await;
    assert_eq!(String::from_utf8_lossy(&output.stdout), "welcome\n");
    assert_eq!(tokens(&server), [(0, None), (1, Some(SECRET.to_owned()))]);
    // It was for this once.
    let output = run_any(home.path(), &["ask", "-s", &url, "hello"], &variables).await;
    assert_eq!(output.status.code(), Some(4));
    assert_eq!(tokens(&server).len(), 2);
    let files = written(home.path());
    assert!(files.contains("SQLite format 3"));
    assert!(!files.contains(SECRET), "the token is in a file");
}

#[tokio::test]
async fn a_conversation_alone_never_says_where_the_token_goes() {
    let home = tempfile::tempdir().unwrap();
    let variables = [("HF_TOKEN", SECRET)];
    let server = Server::start(page(required())).await;
    let url = server.url();
    run_any(home.path(), &["ask", "-s", &url, "hello"], &variables).await;
    let listed = run_any(home.path(), &["list", "--json"], &variables).await;
    let entry: Value = serde_json::from_slice(&listed.stdout).unwrap();
    let id = entry["id"].as_str().unwrap();
    let goes_on = ["ask", "--conversation", id, "--sign-in", "hello"];
    let output = run_any(home.path(), &goes_on, &variables).await;
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "{complaint}");
    assert!(complaint.contains("Add -s"), "{complaint}");
    assert_eq!(tokens(&server), []);
}
