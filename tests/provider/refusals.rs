//! Answers without success, or against the protocol, at each route of a turn: which error each becomes, its message,
//! and that nothing that may have arrived is sent twice.

use serde_json::{Value, json};
use spacechat::provider::{Provider, ProviderError};

use crate::received::{SECRET, ask, failure, options, provider, receive};
use crate::scripted::{Answer, Script, Server};

const CONFIG: &str = "GET /config";
const PREDICT: &str = "POST /run/predict";
const JOIN: &str = "POST /queue/join";
const DATA: &str = "GET /queue/data";

/// The error of a turn in which `route` answers `answer`, and the server.
async fn refused(route: &str, answer: Answer) -> (ProviderError, Server) {
    let server = Server::start(Script::qwen("yes").on(route, [answer])).await;
    let (error, _) = failure(&server.url(), options()).await;
    (error, server)
}

fn status(error: &ProviderError) -> u16 {
    match error {
        ProviderError::Status { status, .. } | ProviderError::Unavailable { status, .. } => *status,
        other => panic!("{other:?} is no status"),
    }
}

#[tokio::test]
async fn a_web_page_in_place_of_json_is_not_understood_at_any_route() {
    for route in [CONFIG, PREDICT, JOIN] {
        let (error, server) = refused(route, Answer::page(200)).await;
        assert!(
            matches!(error, ProviderError::Decode(_)),
            "{route}: {error:?}"
        );
        assert!(error.to_string().contains("Please wait"), "{error}");
        assert_eq!(server.requests(route).len(), 1, "{route} is not repeated");
    }
}

#[tokio::test]
async fn a_web_page_in_place_of_the_stream_is_told_by_its_title() {
    let (error, server) = refused(DATA, Answer::page(200)).await;
    assert!(matches!(error, ProviderError::Decode(_)), "{error:?}");
    assert!(error.to_string().ends_with(": Please wait"), "{error}");
    assert_eq!(server.requests(DATA).len(), 1);
}

#[tokio::test]
async fn json_that_lacks_what_is_needed_is_not_understood() {
    for (route, body) in [
        (CONFIG, json!({"hello": "world"})),
        (CONFIG, json!(null)),
        (PREDICT, json!({"is_generating": false})),
        (PREDICT, json!([1, 2])),
        (JOIN, json!({"event": 5})),
    ] {
        let (error, _) = refused(route, Answer::json(200, &body)).await;
        assert!(
            matches!(error, ProviderError::Decode(_)),
            "{route}: {error:?}"
        );
    }
}

#[tokio::test]
async fn an_app_that_is_not_the_seeds_chat_is_told_apart_from_a_broken_one() {
    let config = json!({"version": "5.0", "components": [], "dependencies": []});
    let (error, _) = refused(CONFIG, Answer::json(200, &config)).await;
    assert!(matches!(error, ProviderError::Unsupported(_)), "{error:?}");
}

#[tokio::test]
async fn each_status_is_told_with_its_number_and_a_hint_of_its_own() {
    let mut hints = Vec::new();
    for code in [403, 404, 413, 422, 500] {
        for route in [CONFIG, PREDICT, JOIN] {
            let detail = if code == 422 {
                json!({"detail": [{"loc": ["No such luck"], "msg": "missing", "input": SECRET}]})
            } else {
                json!({"detail": "No such luck"})
            };
            let (error, server) = refused(route, Answer::json(code, &detail)).await;
            assert_eq!(status(&error), code, "{route}");
            assert!(error.to_string().contains("No such luck"), "{error}");
            assert!(error.to_string().contains(&code.to_string()), "{error}");
            assert_eq!(
                server.requests(route).len(),
                1,
                "{route} {code} is not repeated"
            );
            assert!(!error.failure().is_undelivered(), "{route} {code}");
            hints.push(error.hint());
        }
    }
    hints.dedup();
    assert_eq!(hints.len(), 5, "{hints:#?}");
}

#[tokio::test]
async fn the_stream_too_may_be_refused() {
    let (error, server) = refused(DATA, Answer::page(500)).await;
    assert_eq!(status(&error), 500);
    assert_eq!(server.requests(JOIN).len(), 1);
}

#[tokio::test]
async fn too_many_requests_are_told_with_the_time_to_wait() {
    for route in [CONFIG, PREDICT, JOIN] {
        let answer = Answer::page(429).header("Retry-After", "3600");
        let (error, server) = refused(route, answer).await;
        assert_eq!(status(&error), 429);
        assert!(error.failure().is_undelivered(), "{route}");
        assert!(error.hint().contains("3600 s"), "{}", error.hint());
        assert_eq!(server.requests(route).len(), 1, "an hour is not waited for");
    }
}

#[tokio::test]
async fn a_full_queue_is_told_with_the_apps_words() {
    let detail = json!({"detail": "Queue is full. Max size is 10 and size is 10."});
    let (error, server) = refused(JOIN, Answer::json(503, &detail)).await;
    assert!(matches!(error, ProviderError::QueueFull(_)), "{error:?}");
    assert!(error.to_string().contains("Max size is 10"), "{error}");
    assert_eq!(server.requests(JOIN).len(), 1);
}

#[tokio::test]
async fn an_app_that_wants_a_password_is_told_apart() {
    let detail = json!({"detail": {"error": "Not authenticated", "auth_message": null}});
    let (error, _) = refused(CONFIG, Answer::json(401, &detail)).await;
    assert!(matches!(error, ProviderError::Login(_)), "{error:?}");
}

#[tokio::test]
async fn a_refusal_that_repeats_the_request_does_not_bring_the_prompt_into_the_error() {
    // What FastAPI answers for a request of the wrong form: the request itself, as `input`.
    let input = json!({"data": [{"files": [], "text": format!("{SECRET} opens it")}]});
    let entry = json!({"input": input, "type": "missing", "loc": ["body", "fn_index"], "msg": "Field required"});
    let refusals = [
        json!({"detail": [entry]}),
        json!({"detail": {"input": input, "message": "Field required"}}),
        input,
    ];
    for body in refusals {
        for route in [PREDICT, JOIN] {
            // That the error is discreet is looked at for every failure.
            let (error, _) = refused(route, Answer::json(422, &body)).await;
            assert_eq!(status(&error), 422);
        }
    }
    let (error, _) = refused(
        PREDICT,
        Answer::json(422, &json!({"detail": [entry_of_fastapi()]})),
    )
    .await;
    assert!(error.to_string().contains("Field required"), "{error}");
    assert!(error.to_string().contains("fn_index"), "{error}");
}

fn entry_of_fastapi() -> Value {
    json!({"type": "missing", "loc": ["body", "fn_index"], "msg": "Field required", "input": {}})
}

#[tokio::test]
async fn an_answer_that_repeats_the_request_in_place_of_its_own_is_not_quoted() {
    let echo = json!({"echo": {"data": [{"text": format!("{SECRET} opens it")}]}});
    for route in [PREDICT, JOIN] {
        let (error, _) = refused(route, Answer::json(200, &echo)).await;
        assert!(matches!(error, ProviderError::Decode(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_redirect_to_another_host_is_not_followed_and_one_to_the_same_host_is() {
    let elsewhere = Server::start(Script::qwen("from elsewhere")).await;
    let other = format!("http://localhost:{}", elsewhere.port());
    for (route, path) in [
        (CONFIG, "/config"),
        (PREDICT, "/run/predict"),
        (JOIN, "/queue/join"),
    ] {
        for code in [302, 307] {
            let moved = Answer::page(code).header("Location", &format!("{other}{path}"));
            let (error, _) = refused(route, moved).await;
            assert_eq!(status(&error), code, "{route}");
        }
    }
    assert!(
        elsewhere.all_heard().is_empty(),
        "{:?}",
        elsewhere.all_heard()
    );

    let here = Script::qwen("yes")
        .on(
            CONFIG,
            [Answer::page(302).header("Location", "/moved/config")],
        )
        .on(
            "GET /moved/config",
            [Answer::json(200, &crate::scripted::config())],
        );
    let server = Server::start(here).await;
    let told = receive(provider(&server.url(), options()).reply(ask("hi"))).await;
    assert_eq!(told.done(), "yes");
}

#[tokio::test]
async fn cookies_that_the_app_sets_are_sent_back_to_it() {
    const COOKIE: &str = "replica=biscuit-93";
    let config = Answer::json(200, &crate::scripted::config())
        .header("Set-Cookie", &format!("{COOKIE}; Path=/; HttpOnly"));
    let script = Script::qwen("yes")
        .on(CONFIG, [config])
        .on(DATA, [Answer::page(500)]);
    let server = Server::start(script).await;
    let (error, _) = failure(&server.url(), options()).await;
    for route in [PREDICT, JOIN, DATA] {
        let head = &server.requests(route)[0].head;
        assert!(head.contains(COOKIE), "{head}");
    }
    assert!(!format!("{error:?}").contains("biscuit-93"));
    assert!(!crate::received::log().contains("biscuit-93"));
}
