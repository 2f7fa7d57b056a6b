//! Spaces that are found by words, and what is left of the user's GPU time: the questions to the Hub, and its answers.

use super::server::{self, Asked, Server};
use super::{embedded, http_options, quick, qwen_at};
use serde_json::{Value, json};
use spacechat::gradio::ConnectOptions;
use spacechat::provider::{Hub, HubOptions, Provider};

/// The Hub's two ways to search, each with this answer.
async fn searched(named: (u16, Value), meant: (u16, Value)) -> Server {
    Server::start(move |asked: &Asked| {
        let (status, body) = match asked.line.as_str() {
            line if line.starts_with("GET /api/spaces/semantic-search?") => &meant,
            line if line.starts_with("GET /api/spaces?") => &named,
            _ => return server::json(404, &json!({})),
        };
        server::json(*status, body)
    })
    .await
}

#[tokio::test]
async fn words_are_asked_by_name_and_by_meaning_and_those_that_run_stand_first() {
    let named = json!([
        {"id": "a/asleep", "likes": 9, "sdk": "gradio", "runtime": {"stage": "SLEEPING"}},
        {"id": "a/runs", "likes": 5, "sdk": "gradio", "runtime": {"stage": "RUNNING", "hardware": {"current": "zero-a10g"}}},
    ]);
    let meant = json!([{"id": "b/meant", "likes": 2, "runtime": {"stage": "RUNNING"}}]);
    let hub = searched((200, named), (200, meant)).await;
    let found = quick(&hub.url).search("small models & more").await.unwrap();
    let ids: Vec<&str> = found.iter().map(|space| space.id.as_str()).collect();
    assert_eq!(ids, ["a/runs", "b/meant", "a/asleep"]);
    assert_eq!(found[0].hardware.as_deref(), Some("zero-a10g"));
    let mut asked = hub.asked();
    asked.sort();
    for wanted in [
        "search=small%20models%20%26%20more&",
        "filter=gradio",
        "expand[]=runtime",
    ] {
        assert!(asked[1].contains(wanted), "{wanted}: {asked:?}");
    }
    for wanted in [
        "q=small%20models%20%26%20more&",
        "sdk=gradio",
        "includeNonRunning=false",
    ] {
        assert!(asked[0].contains(wanted), "{wanted}: {asked:?}");
    }
}

#[tokio::test]
async fn one_answer_is_enough_and_without_any_it_is_an_error() {
    let one = json!([{"id": "a/b"}]);
    let hub = searched((500, json!({})), (200, one.clone())).await;
    assert_eq!(quick(&hub.url).search("x").await.unwrap().len(), 1);
    let hub = searched((200, one), (404, json!({}))).await;
    assert_eq!(quick(&hub.url).search("x").await.unwrap().len(), 1);
    let hub = searched((503, json!({})), (503, json!({}))).await;
    quick(&hub.url).search("x").await.unwrap_err();
    assert_eq!(hub.asked().len(), 2, "it is asked once");
}

/// A Hub that knows the Space `a/b` on these GPUs, and the quota of its user.
async fn hub_of(host: &str, hardware: &str, quota: (u16, Value)) -> Server {
    let (host, hardware) = (host.to_owned(), hardware.to_owned());
    Server::start(move |asked: &Asked| match asked.line.as_str() {
        "GET /api/spaces/a/b/host" => server::json(200, &json!({"host": host})),
        "GET /api/spaces/a/b/runtime" => server::json(
            200,
            &json!({"stage": "RUNNING", "hardware": {"current": hardware}}),
        ),
        "GET /api/spaces/zero-gpu/quota" => server::json(quota.0, &quota.1),
        _ => server::json(404, &json!({})),
    })
    .await
}

/// What a look at the Space tells of the quota, and whether it was asked for.
async fn quota(
    hardware: &str,
    answer: (u16, Value),
    options: ConnectOptions,
) -> (Option<String>, bool) {
    let app = embedded().await;
    let server = hub_of(&app.url(), hardware, answer).await;
    let at = HubOptions {
        endpoint: server.url.clone(),
        ..HubOptions::default()
    };
    let qwen = qwen_at(Hub::new(at, options.clone()), options);
    let report = qwen.look().await.unwrap();
    let told = report.gradio().unwrap().gpu_quota.clone();
    let asked = server.asked();
    (told, asked.iter().any(|line| line.ends_with("/quota")))
}

#[tokio::test]
async fn what_is_left_of_the_gpu_time_is_told_for_a_space_on_shared_gpus() {
    let answer =
        json!({"base": 300, "current": 80, "resetsAt": "2026-11-29T14:00:00Z", "overquotaUsed": 0});
    let told = quota("zero-a10g", (200, answer.clone()), http_options()).await;
    let words = "1 min 20 s of 5 min of GPU time left, whole again at 14:00 UTC";
    assert_eq!(told, (Some(words.to_owned()), true));
    let elsewhere = quota("t4-small", (200, answer.clone()), http_options()).await;
    assert_eq!(elsewhere, (None, false));
    let without_a_token = quota("zero-a10g", (200, answer), ConnectOptions::default()).await;
    assert_eq!(without_a_token, (None, false));
}

#[tokio::test]
async fn a_token_that_may_not_ask_for_the_quota_changes_nothing_else() {
    for status in [401, 403] {
        let told = quota(
            "zero-a10g",
            (status, json!({"error": "no"})),
            http_options(),
        )
        .await;
        assert_eq!(told, (None, true), "{status}");
    }
}
