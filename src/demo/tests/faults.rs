//! Faults as they stand on the wire: each is what its name says, strikes once, and lets the next request be.

use std::time::Instant;

use reqwest::{Response, StatusCode};
use serde_json::Value;

use super::super::fault::CLOSED_FOR;
use super::super::{Options, Server};
use super::{Client, fast, kinds};

async fn faulty(fault: &str) -> (Server, Client) {
    let server = Server::start(Options {
        fault: Some(fault.parse().unwrap()),
        ..fast()
    })
    .await
    .unwrap();
    let client = Client::of(&server);
    (server, client)
}

/// The stream of a turn, unread.
async fn stream(client: &Client, text: &str) -> Response {
    client.ask("s", text).await;
    client.get("/queue/data?session_hash=s").await
}

/// All bytes of a body, and whether it ended as it should.
async fn bytes(mut response: Response) -> (Vec<u8>, bool) {
    let mut bytes = Vec::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            end => return (bytes, end.is_ok()),
        }
    }
}

/// The data of each frame.
async fn frames(response: Response) -> Vec<Vec<u8>> {
    let (bytes, is_whole) = bytes(response).await;
    assert!(is_whole);
    let text: Vec<&[u8]> = bytes.split(|byte| *byte == b'\n').collect();
    let lines = text.into_iter().filter(|line| !line.is_empty());
    lines
        .map(|line| line.strip_prefix(b"data: ").unwrap().to_vec())
        .collect()
}

fn count(messages: &[Value], kind: &str) -> usize {
    kinds(messages)
        .iter()
        .filter(|found| **found == kind)
        .count()
}

#[tokio::test]
async fn a_status_comes_with_its_retry_after_and_once() {
    let (_server, client) = faulty("503-retry-after=7@config").await;
    let refused = client.get("/config").await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "7");
    assert_eq!(client.get("/config").await.status(), StatusCode::OK);
    assert_eq!(client.reply("s", "long 2").await, "word0 word1");
}

#[tokio::test]
async fn a_cut_and_a_reset_let_so_many_bytes_through() {
    for fault in ["cut=700", "reset=700"] {
        let (_server, client) = faulty(fault).await;
        let (bytes, is_whole) = bytes(stream(&client, "long 90").await).await;
        assert!(!is_whole && bytes.len() == 700, "{fault}: {}", bytes.len());
        assert_eq!(client.reply("t", "long 2").await, "word0 word1");
    }
}

#[tokio::test]
async fn a_hanging_body_lets_its_beginning_through_and_stays_open() {
    let (_server, client) = faulty("hang-in-reply=50@config").await;
    let mut response = client.get("/config").await;
    let mut came = 0;
    while came < 50 {
        came += response.chunk().await.unwrap().unwrap().len();
    }
    assert_eq!(came, 50);
    let more = tokio::time::timeout(std::time::Duration::from_millis(20), response.chunk());
    assert!(more.await.is_err(), "neither more nor an end");
}

#[tokio::test]
async fn the_port_refuses_at_first_and_listens_later() {
    let begun = Instant::now();
    let (server, client) = faulty("refuse").await;
    let http = reqwest::Client::builder().no_proxy().build().unwrap();
    let refused = http.get(server.url()).send().await.unwrap_err();
    assert!(refused.is_connect(), "{refused:?}");
    while http.get(server.url()).send().await.is_err() {
        assert!(begun.elapsed() < CLOSED_FOR * 6, "it never listens");
        tokio::task::yield_now().await;
    }
    assert_eq!(client.reply("s", "long 2").await, "word0 word1");
    server.stop().await;
}

#[tokio::test]
async fn a_flood_has_its_number_of_messages_and_the_reply_is_whole() {
    let (_server, client) = faulty("flood=1003").await;
    let messages = client.turn("s", "long 9").await;
    // Besides: estimation, start, the thinking, nine words, the empty change, the end, the close.
    assert_eq!(messages.len(), 1003 + 15);
    for (kind, least) in [
        ("log", 200),
        ("progress", 200),
        ("heartbeat", 200),
        ("novelty", 200),
    ] {
        assert!(count(&messages, kind) >= least, "{kind}");
    }
    let end = &messages[messages.len() - 2];
    assert_eq!(end["msg"], "process_completed");
}

#[tokio::test]
async fn garbled_messages_are_no_json_and_no_text() {
    let (_server, client) = faulty("malformed-json").await;
    let broken = |frames: &[Vec<u8>]| -> Vec<usize> {
        let numbered = frames.iter().enumerate();
        numbered
            .filter(|(_, frame)| serde_json::from_slice::<Value>(frame).is_err())
            .map(|(index, _)| index)
            .collect()
    };
    let messages = frames(stream(&client, "long 9").await).await;
    assert_eq!(broken(&messages), [6]);
    assert!(std::str::from_utf8(&messages[6]).is_ok());

    let (_server, client) = faulty("truncated-utf8").await;
    let messages = frames(stream(&client, "long 9").await).await;
    assert_eq!(broken(&messages), [6]);
    let text = String::from_utf8_lossy(&messages[6]);
    assert!(text.contains('\u{fffd}') && serde_json::from_str::<Value>(&text).is_ok());
}

#[tokio::test]
async fn a_big_frame_has_its_megabytes() {
    let (_server, client) = faulty("big-frame=3").await;
    let messages = frames(stream(&client, "long 9").await).await;
    let sizes: Vec<usize> = messages.iter().map(Vec::len).collect();
    assert!(sizes[6] > 3_000_000 && sizes[7] < 1000, "{sizes:?}");
}

#[tokio::test]
async fn wrong_diffs_and_messages_of_others_stand_between_the_right_ones() {
    let (_server, client) = faulty("wrong-diffs").await;
    let messages = client.turn("s", "long 9").await;
    assert!(messages[6].to_string().contains("This was never said."));
    assert_eq!(messages[8]["output"]["data"][0], 5);
    assert!(messages[10].to_string().contains(" word3"));

    let (_server, client) = faulty("other-session").await;
    let messages = client.turn("s", "long 9").await;
    let own = messages[0]["event_id"].clone();
    let foreign = messages.iter().filter(|message| {
        let id = &message["event_id"];
        !id.is_null() && *id != own
    });
    assert!(foreign.count() > 20);
}

#[tokio::test]
async fn an_end_may_come_too_early_or_never() {
    let (_server, client) = faulty("no-end").await;
    let messages = client.turn("s", "long 9").await;
    assert_eq!(count(&messages, "process_completed"), 0);
    assert_eq!(count(&messages, "process_generating"), 4);

    let (_server, client) = faulty("heartbeats").await;
    client.ask("s", "long 9").await;
    let mut messages = client.stream("s").await;
    for kind in [
        "estimation",
        "process_starts",
        "heartbeat",
        "heartbeat",
        "heartbeat",
    ] {
        assert_eq!(messages.next().await["msg"], kind);
    }
}

#[tokio::test]
async fn a_space_that_is_restarted_by_a_fault_has_another_number_and_knows_nothing() {
    let (_server, client) = faulty("restart-between-turns").await;
    let before = client.app_id().await;
    client.turn("s", "long 9").await;
    // The restart cuts what is asked in its very moment.
    let asked = async || {
        client
            .http
            .get(format!("{}/app_id", client.url))
            .send()
            .await
    };
    let after = loop {
        let Ok(answer) = asked().await else { continue };
        match answer.json::<Value>().await {
            Ok(told) if told["app_id"] != before => break told,
            _ => tokio::task::yield_now().await,
        }
    };
    assert!(after["app_id"].is_u64());
    assert_eq!(client.reply("s", "turns").await, "turn 1");

    let (_server, client) = faulty("restart-in-reply").await;
    let before = client.app_id().await;
    let (_, is_whole) = bytes(stream(&client, "long 900000").await).await;
    assert!(!is_whole);
    assert_ne!(client.app_id().await, before);
}
