//! Answers with a status of 400 and above, in the shapes of all servers: which error each becomes, what of it is told, what
//! is waited for and asked again, and what never is.

use std::time::Duration;

use serde_json::{Value, json};
use spacechat::provider::{Provider, ProviderError};

use super::{CHAT, MODELS, failed, heard, llama, models, provider, saying, script};
use crate::received::{SECRET, ask, receive, soon};
use crate::scripted::{Answer, Script, Server};

/// Every shape in which a server says "No such luck".
fn shapes() -> Vec<Value> {
    let words = "No such luck";
    vec![
        json!({"error": {"message": words, "type": "invalid_request_error", "param": null, "code": null}}),
        json!({"error": {"code": 400, "message": words, "type": "invalid_request_error"}}),
        json!({"error": {"message": words, "type": "api_error", "param": null, "code": "x"}}),
        json!({"error": {"code": 402, "message": words, "metadata": {"raw": "…"}}}),
        json!({"error": words}),
        json!({"error": words, "error_type": "validation"}),
        json!({"error": [{"message": words}]}),
        json!([{"error": {"message": words}}]),
        json!({"object": "error", "message": words, "type": "BadRequestError", "code": 400}),
        json!({"message": words}),
        json!({"detail": words}),
    ]
}

/// The error of a turn whose message is refused with `answer`, which is sent once.
async fn refused(answer: Answer) -> ProviderError {
    let (error, told, server) = failed(script([answer])).await;
    assert_eq!(server.requests(CHAT).len(), 1, "sent again");
    assert_eq!(told.shown, "");
    assert!(!error.hint().contains("kept"), "{}", error.hint());
    error
}

fn is_status(error: &ProviderError, code: u16) -> bool {
    matches!(error, ProviderError::Status { status, .. } if *status == code)
}

#[tokio::test]
async fn the_words_of_a_refusal_are_told_in_each_shape() {
    for shape in shapes() {
        let error = refused(Answer::json(400, &shape)).await;
        assert!(is_status(&error, 400), "{shape}: {error:?}");
        assert!(error.to_string().ends_with("400: No such luck"), "{error}");
    }
    let plain = refused(Answer::new(500, "text/plain", "No such luck")).await;
    assert!(plain.to_string().ends_with("500: No such luck"), "{plain}");
}

#[tokio::test]
async fn a_page_an_empty_body_and_other_json_give_the_status_alone() {
    for answer in [
        Answer::page(502),
        Answer::new(502, "text/html", "<html><body>502</body></html>"),
        Answer::new(502, "application/json", ""),
        Answer::json(502, &json!({"echo": SECRET})),
        Answer::json(502, &json!({"error": {}})),
    ] {
        let error = refused(answer).await;
        assert!(is_status(&error, 502), "{error:?}");
        assert!(error.to_string().ends_with("status 502"), "{error}");
    }
}

#[tokio::test]
async fn what_may_have_begun_is_never_sent_again() {
    let shape = &shapes()[0];
    for status in [408, 500, 502, 504, 529] {
        let answer = Answer::json(status, shape).header("Retry-After", "0");
        let error = refused(answer).await;
        assert!(is_status(&error, status), "{error:?}");
        assert!(error.hint().contains("may have begun"), "{}", error.hint());
        assert!(!error.failure().is_undelivered(), "{status}");
    }
    let (error, _, server) = failed(script([Answer::cut()])).await;
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert_eq!(server.requests(CHAT).len(), 1);
}

#[tokio::test]
async fn each_status_is_an_error_that_says_what_to_do() {
    let words = |message: &str| json!({"error": {"message": message}});
    let status = |code, message: &str| refused(Answer::json(code, &words(message)));
    for code in [400, 404, 422] {
        let error = status(code, "No such luck").await;
        assert!(is_status(&error, code), "{error:?}");
    }
    let error = status(403, "moderated").await;
    assert!(is_status(&error, 403) && error.hint().contains("may not do"));
    let error = status(401, "Invalid API Key").await;
    assert!(matches!(error, ProviderError::Key(_)), "{error:?}");
    assert!(error.hint().contains("key_env"), "{}", error.hint());
    let error = status(402, "can only afford 222 tokens").await;
    assert!(matches!(error, ProviderError::Quota { .. }), "{error:?}");
    assert!(error.to_string().contains("only afford 222"), "{error}");
    let error = status(404, "model 'm' not found").await;
    assert!(matches!(error, ProviderError::UnknownModel(_)), "{error:?}");
    let error = refused(Answer::page(413)).await;
    assert!(matches!(error, ProviderError::TooLong(_)), "{error:?}");
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_is_told_with_its_numbers_and_the_window_is_learned() {
    let overlong = json!({"error": {"code": 400, "message": "request (5031 tokens) exceeds the available context size (4096 tokens), try increasing it", "type": "exceed_context_size_error", "n_prompt_tokens": 5031, "n_ctx": 4096}});
    let server = Server::start(script([Answer::json(400, &overlong)])).await;
    let provider = provider(&server);
    let told = receive(provider.reply(ask("hi"))).await;
    let error = told.error.unwrap();
    assert!(matches!(error, ProviderError::TooLong(_)), "{error:?}");
    assert!(
        error.to_string().contains("5031 tokens, and m holds 4096"),
        "{error}"
    );
    assert_eq!(provider.info().windows, [("m".to_owned(), 4096)]);
    for message in [
        "This model's maximum context length is 4096 tokens. However, you requested 5000 tokens (1000 in the messages, 4000 in max_tokens).",
        "prompt is too long",
    ] {
        let answer = json!({"error": {"message": message, "code": "context_length_exceeded"}});
        let error = refused(Answer::json(400, &answer)).await;
        assert!(matches!(error, ProviderError::TooLong(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_request_that_is_repeated_in_a_refusal_is_not_told() {
    // That the error tells no secret is looked at for every failure.
    let said = format!("{SECRET} opens it");
    let complaint = json!({"type": "missing", "loc": ["body", "messages", 0], "msg": "Field required", "input": {"content": said}});
    for (body, words) in [
        (
            json!({"detail": [complaint]}),
            "body.messages (Field required)",
        ),
        (
            json!({"detail": {"message": "Field required", "input": said}}),
            "Field required",
        ),
        (json!({"messages": [{"content": said}]}), "status 422"),
        (json!(said), "status 422"),
    ] {
        let error = refused(Answer::json(422, &body)).await;
        assert!(error.to_string().ends_with(words), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_has_no_room_now_is_asked_twice_more_after_the_pause_that_it_names() {
    for status in [429, 503] {
        let busy = || Answer::json(status, &shapes()[0]).header("Retry-After", "0");
        let (told, server) = heard(script([busy(), busy(), saying("yes")])).await;
        assert_eq!(told.done(), "yes");
        assert!(told.course().contains(&"queue_full"), "{:?}", told.course());
        let sent = server.requests(CHAT);
        assert_eq!(sent.len(), 3);
        assert!(sent.windows(2).all(|pair| pair[0].body == pair[1].body));

        let (error, _, server) = failed(script([busy()])).await;
        assert!(
            matches!(error, ProviderError::Unavailable { .. }),
            "{error:?}"
        );
        assert!(error.failure().is_undelivered());
        assert_eq!(server.requests(CHAT).len(), 3, "twice more, and not again");
    }
}

#[tokio::test]
async fn a_pause_of_an_hour_is_told_and_not_waited_for() {
    for pause in ["3600", &u64::MAX.to_string()] {
        let error = refused(Answer::page(429).header("Retry-After", pause)).await;
        let ProviderError::Unavailable { retry_after, .. } = &error else {
            panic!("{error:?}");
        };
        let named = pause.parse().map(Duration::from_secs).unwrap();
        assert_eq!(*retry_after, Some(named));
        assert!(error.hint().contains(pause), "{}", error.hint());
    }
}

fn loading() -> Answer {
    let error = json!({"message": "Loading model", "type": "unavailable_error", "code": 503});
    Answer::json(503, &json!({"error": error}))
}

#[tokio::test]
async fn a_model_that_is_being_loaded_is_waited_for_and_no_failure() {
    let scripts = [
        script([loading(), saying("yes")]),
        script([saying("yes")]).on(MODELS, [loading(), models()]),
    ];
    for script in scripts {
        let (told, server) = heard(script).await;
        assert_eq!(told.done(), "yes");
        assert!(told.course().contains(&"waking"), "{:?}", told.course());
        let asked = server.requests(CHAT).len() + server.requests(MODELS).len();
        assert_eq!(asked, 3);
    }
}

#[tokio::test]
async fn the_wait_for_a_model_can_be_ended() {
    for (route, script) in [
        (CHAT, llama([loading()])),
        (MODELS, Script::default().on(MODELS, [loading()])),
    ] {
        let server = Server::start(script).await;
        let reply = provider(&server).reply(ask("hi"));
        soon(server.arrival(route)).await;
        let last = soon(reply.cancel()).await;
        assert!(!format!("{last:?}").contains("Done"), "{last:?}");
    }
}
