//! What differs between servers in requests and answers: parameters that one of them refuses, a prompt that is cut without a
//! word, a model that is not the one that was asked for.

use serde_json::{Value, json};
use spacechat::chat::{GO_ON, Message, Role};
use spacechat::provider::{Provider, ProviderError, Request, ServerProvider};

use super::{CHAT, MODELS, finish, llama, provider, reaching, saying, script, text};
use crate::received::{ReceivedReply, ask, failure_of, receive};
use crate::scripted::{Answer, Script, Server};

fn refusing(message: &str) -> Answer {
    Answer::json(400, &json!({"error": {"message": message}}))
}

fn bodies(server: &Server) -> Vec<Value> {
    let sent = server.requests(CHAT).into_iter();
    sent.map(|request| request.json()).collect()
}

/// A request with this limit of its reply.
fn limited(tokens: u32) -> Request {
    let mut request = ask("hi");
    request
        .settings
        .insert("max_tokens".to_owned(), json!(tokens));
    request
}

#[tokio::test]
async fn stream_options_that_are_refused_are_left_out_from_then_on() {
    for refusal in [
        refusing("Unrecognized request argument supplied: stream_options"),
        Answer::json(
            422,
            &json!({"error": {"message": "no", "param": "stream_options"}}),
        ),
    ] {
        let server = Server::start(script([refusal, saying("yes")])).await;
        let provider = provider(&server);
        assert_eq!(receive(provider.reply(ask("hi"))).await.done(), "yes");
        assert_eq!(receive(provider.reply(ask("hi"))).await.done(), "yes");
        let sent = bodies(&server);
        let has_options: Vec<bool> = sent
            .iter()
            .map(|body| body.get("stream_options").is_some())
            .collect();
        assert_eq!(has_options, [true, false, false]);
        assert_eq!(sent[0]["messages"], sent[1]["messages"]);
    }
}

#[tokio::test]
async fn a_parameter_that_is_refused_again_is_not_sent_for_ever() {
    for message in ["stream_options", "max_tokens, max_completion_tokens", "no"] {
        let server = Server::start(script([refusing(message)])).await;
        let told = receive(provider(&server).reply(limited(8))).await;
        let error = told.error.unwrap();
        assert!(
            matches!(error, ProviderError::Status { status: 400, .. }),
            "{error:?}"
        );
        let expected = if message == "no" { 1 } else { 2 };
        assert_eq!(bodies(&server).len(), expected, "{message}");
    }
}

#[tokio::test]
async fn a_limit_whose_name_is_refused_goes_under_its_other_name_from_then_on() {
    let newer = refusing(
        "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
    );
    let server = Server::start(script([newer, saying("yes")])).await;
    let provider = provider(&server);
    for _ in 0..2 {
        assert_eq!(receive(provider.reply(limited(8))).await.done(), "yes");
    }
    let named = |body: &Value, name: &str| body.get(name).and_then(Value::as_u64);
    let sent: Vec<_> = bodies(&server)
        .iter()
        .map(|body| {
            (
                named(body, "max_tokens"),
                named(body, "max_completion_tokens"),
            )
        })
        .collect();
    assert_eq!(sent, [(Some(8), None), (None, Some(8)), (None, Some(8))]);
}

#[tokio::test]
async fn a_limit_that_is_too_large_under_both_names_keeps_its_name() {
    let server = Server::start(script([
        refusing("max_tokens is too large: 99999"),
        refusing("max_completion_tokens is too large: 99999"),
        saying("yes"),
    ]))
    .await;
    let provider = provider(&server);
    let told = receive(provider.reply(limited(99_999))).await;
    assert!(told.error.unwrap().to_string().contains("too large"));
    assert_eq!(receive(provider.reply(limited(8))).await.done(), "yes");
    let last = bodies(&server).pop().unwrap();
    assert_eq!(
        (&last["max_tokens"], last.get("max_completion_tokens")),
        (&json!(8), None)
    );
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_not_sent_again_though_the_limit_is_blamed() {
    let overlong = refusing(
        "'max_tokens' is too large: 8. This model's maximum context length is 4096 tokens.",
    );
    let server = Server::start(script([overlong])).await;
    let told = receive(provider(&server).reply(limited(8))).await;
    let error = told.error.unwrap();
    assert!(matches!(error, ProviderError::TooLong(_)), "{error:?}");
    assert_eq!(bodies(&server).len(), 1);
}

#[tokio::test]
async fn the_whole_past_goes_along_with_its_head_unchanged() {
    let server = Server::start(script([saying("yes")])).await;
    let provider = provider(&server);
    let mut first = ask("hi");
    "Be brief.".clone_into(&mut first.system);
    receive(provider.reply(first)).await.done();
    let mut second = Request::new([
        Message::user("hi"),
        Message::new(Role::Assistant, " yes\n"),
        Message::user("and now?"),
    ]);
    "Be brief.".clone_into(&mut second.system);
    receive(provider.reply(second)).await.done();
    let sent = bodies(&server);
    let head =
        json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "hi"}]);
    assert_eq!(sent[0]["messages"], head);
    let whole = json!([head[0], head[1], {"role": "assistant", "content": " yes\n"}, {"role": "user", "content": "and now?"}]);
    assert_eq!(sent[1]["messages"], whole);
    let text = |at: usize| String::from_utf8(server.requests(CHAT)[at].body.clone()).unwrap();
    let (before, after) = (text(0), text(1));
    let same = before.find(']').unwrap();
    assert_eq!(
        before[..same],
        after[..same],
        "the same bytes, for the server's cache"
    );
}

/// The reply to a long prompt of which the server says that it read so many tokens; `list` is its list of models.
async fn read_of_a_long_prompt(read: u64, list: Answer) -> ReceivedReply {
    let usage = json!({"choices": [], "usage": {"prompt_tokens": read, "completion_tokens": 1}});
    let stream = Answer::events().say(&text("yes")).say(&finish("stop"));
    let stream = stream.say(&usage).bytes(b"data: [DONE]\n\n").end();
    let server = Server::start(script([stream]).on(MODELS, [list])).await;
    let long = "a word after another ".repeat(2000);
    receive(provider(&server).reply(ask(&long))).await
}

#[tokio::test]
async fn a_prompt_that_the_server_seems_to_have_cut_is_told() {
    let told = read_of_a_long_prompt(2040, super::models()).await;
    assert_eq!(told.done(), "yes");
    assert_eq!(told.notices().len(), 1, "{:?}", told.notices());
    let notice = told.notices()[0];
    assert!(notice.contains("read 2040 of about"), "{notice}");
    assert!(notice.contains("cut the prompt"), "{notice}");
    let known = json!({"data": [{"id": "m", "max_model_len": 3000}]});
    let told = read_of_a_long_prompt(2990, Answer::json(200, &known)).await;
    assert_eq!(told.notices().len(), 1, "{:?}", told.notices());
}

#[tokio::test]
async fn a_prompt_that_was_read_whole_or_counted_otherwise_is_not_said_to_be_cut() {
    let known = json!({"data": [{"id": "m", "max_model_len": 32_000}]});
    for (read, list) in [
        (9000, super::models()),
        // Far less than estimated, and yet no window is full.
        (3000, super::models()),
        (3000, Answer::json(200, &known)),
    ] {
        let told = read_of_a_long_prompt(read, list).await;
        assert_eq!(told.done(), "yes");
        assert!(told.notices().is_empty(), "{read}: {:?}", told.notices());
    }
}

async fn answered_by(asked: &str, answers: &str) -> (ReceivedReply, Server) {
    let chunk = json!({"model": answers, "choices": [{"delta": {"content": "yes"}, "finish_reason": "stop"}]});
    let server = Server::start(script([Answer::events().say(&chunk).end()])).await;
    let mut request = ask("hi");
    asked.clone_into(&mut request.model);
    let told = receive(provider(&server).reply(request)).await;
    (told, server)
}

#[tokio::test]
async fn the_model_that_answers_is_told_where_it_is_another() {
    let (told, server) = answered_by("no-such-model", "SmolLM2-135M").await;
    assert_eq!(
        (told.done(), told.other_model()),
        ("yes", Some("SmolLM2-135M"))
    );
    assert_eq!(bodies(&server)[0]["model"], "no-such-model");
    for (asked, answers) in [
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("Qwen/Qwen3-8B:fastest", "qwen3-8b"),
        ("m", ""),
    ] {
        let (told, _) = answered_by(asked, answers).await;
        assert_eq!((told.done(), told.other_model()), ("yes", None), "{asked}");
    }
}

#[tokio::test]
async fn only_llama_cpp_is_asked_how_far_it_has_read_and_its_progress_is_told() {
    let progress = |read: u64| json!({"choices": [], "prompt_progress": {"total": 1534, "cache": 34, "processed": read}});
    let stream = Answer::events().say(&progress(784)).bytes(b":\n\n");
    let stream = super::done(stream.say(&text("yes")));
    let server = Server::start(llama([stream])).await;
    let told = receive(provider(&server).reply(ask("hi"))).await;
    assert_eq!(told.done(), "yes");
    let shares = told.events.iter().filter_map(|event| match event {
        spacechat::provider::ReplyEvent::Progress(progress) => progress.share,
        _ => None,
    });
    assert_eq!(shares.collect::<Vec<_>>(), [0.5]);
    assert_eq!(bodies(&server)[0]["return_progress"], true);
    let other = Server::start(script([saying("yes")])).await;
    receive(provider(&other).reply(ask("hi"))).await.done();
    assert!(bodies(&other)[0].get("return_progress").is_none());
}

fn with_headers(server: &Server) -> ServerProvider {
    let options = reaching(&format!("{}/v1", server.url()));
    super::provider_of(super::with_key(options))
}

#[tokio::test]
async fn the_key_goes_along_with_every_request_to_its_server() {
    let refused = json!({"error": {"message": "Invalid API Key", "type": "authentication_error", "code": 401}});
    let scripts: [Script; 2] = [
        script([saying("yes")]),
        script([]).on(MODELS, [Answer::json(401, &refused)]),
    ];
    for script in scripts {
        let server = Server::start(script).await;
        let provider = with_headers(&server);
        let told = receive(provider.reply(ask("hi"))).await;
        if let Some(error) = told.error {
            assert!(matches!(error, ProviderError::Key(_)), "{error:?}");
            assert!(
                !format!("{error:?}{provider:?}").contains("sk-of"),
                "{error:?}"
            );
            assert!(server.requests(CHAT).is_empty());
        }
        for request in server.all_heard() {
            assert!(
                request.head.contains("sk-of-this-server"),
                "{}",
                request.head
            );
        }
        assert!(!crate::received::log().contains("sk-of-this-server"));
    }
}

/// The request to go on with a reply that was cut.
fn going_on() -> Request {
    let past = [
        Message::user("tell"),
        Message::new(Role::Assistant, "Once upon"),
        Message::user(GO_ON),
    ];
    Request::new(past)
}

#[tokio::test]
async fn a_reply_is_gone_on_with_by_the_server_where_it_can() {
    let server = Server::start(llama([saying(" a time")])).await;
    let told = receive(provider(&server).reply(going_on())).await;
    assert_eq!(told.done(), " a time");
    let sent = &bodies(&server)[0]["messages"];
    assert_eq!(sent.as_array().map(Vec::len), Some(2), "{sent}");
    assert_eq!(
        sent[1],
        json!({"role": "assistant", "content": "Once upon"})
    );
    let other = Server::start(script([saying("a time")])).await;
    receive(provider(&other).reply(going_on())).await.done();
    assert_eq!(bodies(&other)[0]["messages"][2]["content"], GO_ON);
}

#[tokio::test]
async fn a_model_that_refuses_to_be_gone_on_with_is_asked_in_words_from_then_on() {
    let refusal = json!({"error": {"code": 400, "message": "Assistant response prefill is incompatible with enable_thinking.", "type": "invalid_request_error"}});
    let answers = [
        Answer::json(400, &refusal),
        saying("a time"),
        saying("a time"),
    ];
    let server = Server::start(llama(answers)).await;
    let provider = provider(&server);
    for _ in 0..2 {
        let told = receive(provider.reply(going_on())).await;
        assert_eq!(told.done(), "a time");
    }
    let counts = bodies(&server);
    let counts = counts
        .iter()
        .map(|body| body["messages"].as_array().map(Vec::len));
    assert_eq!(counts.collect::<Vec<_>>(), [Some(2), Some(3), Some(3)]);
}

#[tokio::test]
async fn a_server_that_fails_at_going_on_may_have_begun_and_is_not_asked_again() {
    for status in [408, 500, 502, 504] {
        let refusal = json!({"error": {"message": "it broke", "type": "server_error"}});
        let answers = [Answer::json(status, &refusal), saying("a time")];
        let server = Server::start(llama(answers)).await;
        let (error, _) = failure_of(provider(&server).reply(going_on())).await;
        assert!(matches!(error, ProviderError::Status { .. }), "{error:?}");
        assert_eq!(bodies(&server).len(), 1, "{status}");
    }
}
