//! Lists of models: of any length and form, and none. What a server calls itself and its models is passed on as it came, and
//! shown without what steers a terminal.

use serde_json::{Value, json};
use spacechat::provider::{
    Provider, ProviderError, ReplyEvent, ReportPart, ServerProvider, ServerReport,
};

use super::{
    CHAT, MODELS, delta, done, finish, llama, models, provider, provider_of, reaching, saying,
    script, text,
};
use crate::program::run_any;
use crate::received::{ask, receive};
use crate::scripted::{Answer, Script, Server};

/// A screen that is cleared, a title that is set, a colour.
pub const STEERS: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m";

fn listing(models: &Value) -> Script {
    script([saying("yes")]).on(MODELS, [Answer::json(200, models)])
}

async fn look(provider: &ServerProvider) -> ServerReport {
    let report = provider.look().await.expect("there is a list");
    match report.part {
        ReportPart::Server(part) => part,
        ReportPart::Gradio(_) => panic!("a server is no app"),
    }
}

#[tokio::test]
async fn five_thousand_models_are_listed_and_any_of_them_can_be_asked() {
    let list: Vec<Value> = (0..5000)
        .map(|at| json!({"id": format!("owner/model-{at}"), "context_length": 8192 + at, "pricing": {"prompt": "0.000001", "completion": "0.000002"}}))
        .collect();
    let server = Server::start(listing(&json!({"data": list}))).await;
    let provider = provider(&server);
    let report = look(&provider).await;
    assert_eq!(report.models.len(), 5000);
    assert_eq!(report.models[4999].window, Some(13_191));
    assert_eq!(provider.info().models.len(), 5000);
    let mut request = ask("hi");
    "owner/model-4999".clone_into(&mut request.model);
    assert_eq!(receive(provider.reply(request)).await.done(), "yes");
    assert_eq!(server.requests(CHAT)[0].json()["model"], "owner/model-4999");
    assert_eq!(
        server.requests(MODELS).len(),
        1,
        "the list is asked for once"
    );
}

#[tokio::test]
async fn a_server_without_a_model_is_asked_for_its_own() {
    for list in [
        json!({"data": []}),
        json!({"object": "list", "data": null}),
        json!([]),
        json!({"data": [1, {}, {"id": ""}, {"id": null}]}),
    ] {
        let server = Server::start(listing(&list)).await;
        let provider = provider(&server);
        assert!(look(&provider).await.models.is_empty(), "{list}");
        assert_eq!(receive(provider.reply(ask("hi"))).await.done(), "yes");
        assert!(server.requests(CHAT)[0].json().get("model").is_none());
    }
}

#[tokio::test]
async fn what_is_no_list_is_told_and_no_message_is_sent() {
    let not_found = Answer::json(404, &json!({"error": {"message": "Not Found"}}));
    for (answer, is_page) in [
        (not_found, false),
        (Answer::page(404), false),
        (Answer::page(200), true),
        (Answer::json(200, &json!({"hello": "world"})), true),
        (Answer::new(200, "application/json", "{\"data\": ["), true),
    ] {
        let server = Server::start(script([saying("yes")]).on(MODELS, [answer])).await;
        let told = receive(provider(&server).reply(ask("hi"))).await;
        let error = told.error.unwrap();
        match &error {
            ProviderError::Decode(_) => assert!(is_page, "{error:?}"),
            ProviderError::Status { status, .. } => assert_eq!((is_page, *status), (false, 404)),
            other => panic!("{other:?}"),
        }
        assert!(error.to_string().contains("/v1/models"), "{error}");
        assert!(error.hint().contains("address"), "{}", error.hint());
        assert!(server.requests(CHAT).is_empty());
        assert_eq!(server.requests(MODELS).len(), 1);
    }
}

#[tokio::test]
async fn a_server_without_a_list_is_used_where_the_settings_name_its_model() {
    for status in [404, 405, 501] {
        let script = script([saying("yes")]).on(MODELS, [Answer::page(status)]);
        let server = Server::start(script).await;
        let mut reaching = reaching(&format!("{}/v1", server.url()));
        reaching.server.default_model = "mine".to_owned();
        let provider = provider_of(reaching);
        assert_eq!(receive(provider.reply(ask("hi"))).await.done(), "yes");
        assert_eq!(server.requests(CHAT)[0].json()["model"], "mine");
        assert_eq!(server.requests(MODELS).len(), 1);
    }
}

#[tokio::test]
async fn whose_server_it_is_is_found_out_by_what_only_it_has() {
    let list = |owner: &str| json!({"data": [{"id": "m", "owned_by": owner}]});
    let studio = json!({"models": [{"key": "m", "max_context_length": 8192, "loaded_instances": [{"config": {"context_length": 4096}}]}]});
    let loaded = json!({"models": [{"name": "m", "model": "m", "context_length": 2048}]});
    let answer = |value: &Value| [Answer::json(200, value)];
    for (script, name, window) in [
        (llama([]), "llama.cpp", Some(2048)),
        (listing(&list("llamacpp")), "llama.cpp", None),
        (listing(&list("vllm")), "vLLM", None),
        (
            listing(&list("library"))
                .on("GET /api/version", answer(&json!({"version": "0.9"})))
                .on("GET /api/ps", answer(&loaded)),
            "Ollama",
            Some(2048),
        ),
        (
            listing(&list("organization_owner")).on("GET /api/v1/models", answer(&studio)),
            "LM Studio",
            Some(4096),
        ),
        (listing(&list("me")), "OpenAI-compatible server", None),
    ] {
        let server = Server::start(script).await;
        let provider = provider(&server);
        let report = look(&provider).await;
        assert_eq!(report.server, name);
        assert_eq!(
            (report.models.len(), report.models[0].window),
            (1, window),
            "{name}"
        );
        assert_eq!(provider.info().label, name);
    }
}

#[tokio::test]
async fn texts_that_steer_a_terminal_are_passed_on_as_they_came() {
    let name = format!("m{STEERS}");
    let answering = json!({"model": format!("other{STEERS}"), "choices": []});
    let thought = delta(&json!({"reasoning": STEERS}));
    let stream = Answer::events().say(&thought).say(&text(STEERS));
    let stream = stream.say(&answering);
    let error = json!({"error": {"message": format!("no{STEERS}")}});
    let failing = Answer::events().say(&text(STEERS)).say(&error).end();
    let refusing = Answer::json(500, &error);
    let list = json!({"data": [{"id": name}]});
    let script = listing(&list).on(CHAT, [done(stream), failing, refusing]);
    let server = Server::start(script).await;
    let provider = provider(&server);
    let told = receive(provider.reply(ask("hi"))).await;
    assert_eq!((told.done(), told.thoughts()), (STEERS, STEERS));
    assert!(
        told.events
            .iter()
            .any(|event| matches!(event, ReplyEvent::Model(other) if other.contains(STEERS)))
    );
    assert_eq!(server.requests(CHAT)[0].json()["model"], json!(name));
    for _ in 0..2 {
        let told = receive(provider.reply(ask("hi"))).await;
        assert!(told.error.unwrap().to_string().contains("no\u{1b}[2J"));
    }
}

#[tokio::test]
async fn a_list_in_a_pipe_is_clean_of_what_steers_a_terminal_and_whole_as_json() {
    let home = tempfile::tempdir().unwrap();
    let name = format!("one{STEERS}");
    let entry = json!({"id": name, "status": {"value": format!("loaded{STEERS}")}});
    let list = json!({"data": [entry, {"id": "two"}]});
    let server = Server::start(listing(&list)).await;
    let url = format!("{}/v1", server.url());
    let output = run_any(home.path(), &["models", &url], &[]).await;
    let printed = String::from_utf8(output.stdout).unwrap();
    let is_steering = |c: char| c.is_control() && c != '\n';
    assert!(!printed.contains(is_steering), "{printed:?}");
    let lines: Vec<&str> = printed.lines().collect();
    assert!(
        lines.len() == 2 && lines[0].starts_with("one"),
        "{printed:?}"
    );
    assert_eq!(lines[1], "two");

    let output = run_any(home.path(), &["models", "--json", &url], &[]).await;
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(!printed.contains('\u{1b}'), "{printed:?}");
    let first: Value = serde_json::from_str(printed.lines().next().unwrap()).unwrap();
    assert_eq!(first["id"], json!(name));
}

#[tokio::test]
async fn a_program_that_asks_prints_the_reply_and_tells_a_failure() {
    let home = tempfile::tempdir().unwrap();
    let failing = Answer::events()
        .say(&text("so far"))
        .say(&finish("error"))
        .end();
    let list = [models()];
    let script = script([saying("Hello"), failing]).on(MODELS, list);
    let server = Server::start(script).await;
    let url = server.url();
    let ask = ["ask", "-s", &url, "hi"];
    let output = run_any(home.path(), &ask, &[]).await;
    assert_eq!(
        String::from_utf8_lossy(&output.stdout),
        "Hello\n",
        "{output:?}"
    );
    let output = run_any(home.path(), &ask, &[]).await;
    assert_eq!(output.status.code(), Some(4), "{output:?}");
    assert!(String::from_utf8_lossy(&output.stdout).starts_with("so far"));
    let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(complaint.contains("failed while it replied"), "{complaint}");
}
