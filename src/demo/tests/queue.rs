//! Events that wait, fail, are cancelled or lose their stream, and a server that restarts or stops.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::{Value, json};

use super::super::{Options, Server};
use super::{Client, bubble, catchable, fast, kinds, yields};

#[tokio::test]
async fn a_cancelled_reply_ends_with_an_empty_output_and_the_question_stays_in_the_history() {
    let server = Server::start(catchable()).await.unwrap();
    let client = Client::of(&server);
    let event = client.ask("s", "think 1000000").await;
    let mut stream = client.stream("s").await;
    stream.until("process_generating").await;
    assert_eq!(client.cancel("s", &event).await, json!({"success": true}));
    let ended =
        json!({"msg": "process_completed", "event_id": event, "output": {}, "success": true});
    assert_eq!(stream.next().await, ended);
    assert_eq!(kinds(&stream.rest().await), ["close_stream"]);
    assert_eq!(
        client.cancel("s", &event).await,
        json!({"success": true}),
        "cancelling twice changes nothing"
    );
    assert_eq!(client.reply("s", "turns").await, "turn 2");
}

#[tokio::test]
async fn a_failed_reply_says_what_an_error_may_say() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    for (message, error) in [("fail", Value::Null), ("fail no luck", json!("'no luck'"))] {
        let messages = client.turn("s", message).await;
        let ended = &messages[messages.len() - 2];
        assert_eq!(
            (&ended["success"], &ended["output"]["error"]),
            (&json!(false), &error)
        );
        assert_eq!(
            yields(&messages).last().map(bubble).as_deref(),
            Some("some text and then")
        );
    }
    assert_eq!(client.reply("s", "turns").await, "turn 3");
}

#[tokio::test]
async fn agent_run_fails_without_a_message_in_the_session_and_with_too_few_inputs() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    for data in [
        json!([[[{"text": "hi"}, null]], null, 0]),
        json!([[], null, 0]),
        json!([[[{"text": "hi"}, null]]]),
    ] {
        client.join("s", 2, data).await;
        let messages = client.stream("s").await.rest().await;
        let ended = &messages[messages.len() - 2];
        assert_eq!(
            (&ended["success"], &ended["output"]),
            (&json!(false), &json!({"error": null}))
        );
    }
}

#[tokio::test]
async fn waiting_events_are_told_their_rank_as_it_changes() {
    let server = Server::start(catchable()).await.unwrap();
    let client = Client::of(&server);
    let first = client.ask("a", "think 1000000").await;
    let second = client.ask("b", "think 1000000").await;
    let third = client.ask("c", "long 1").await;
    let mut stream = client.stream("c").await;
    let at = |message: Value| {
        (
            message["msg"].clone(),
            message["rank"].clone(),
            message["queue_size"].clone(),
        )
    };
    assert_eq!(
        at(stream.next().await),
        (json!("estimation"), json!(1), json!(2))
    );
    client.cancel("a", &first).await;
    assert_eq!(
        at(stream.next().await),
        (json!("estimation"), json!(0), json!(1))
    );
    client.cancel("b", &second).await;
    assert_eq!(stream.next().await["msg"], "process_starts");
    assert_eq!(
        stream.until("process_completed").await["event_id"],
        json!(third)
    );
}

#[tokio::test]
async fn a_cancelled_waiting_event_never_starts() {
    let server = Server::start(catchable()).await.unwrap();
    let client = Client::of(&server);
    let first = client.ask("a", "think 1000000").await;
    let waiting = client.ask("b", "long 1").await;
    client.cancel("b", &waiting).await;
    let messages = client.stream("b").await.rest().await;
    assert_eq!(
        kinds(&messages),
        ["estimation", "process_completed", "close_stream"]
    );
    client.cancel("a", &first).await;
    assert_eq!(client.reply("b", "turns").await, "turn 2");
}

#[tokio::test]
async fn a_full_queue_refuses_with_its_size() {
    let server = Server::start(Options {
        max_queue: Some(1),
        ..catchable()
    })
    .await
    .unwrap();
    let client = Client::of(&server);
    client.ask("a", "think 1000000").await;
    let waiting = client.ask("b", "long 1").await;
    let (status, body) = client
        .try_join("c", 2, json!([[[{"text": "x"}, null]], null, 0]))
        .await;
    assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(
        body,
        json!({"detail": "Queue is full. Max size is 1 and size is 1."})
    );
    client.cancel("b", &waiting).await;
    client.ask("c", "long 1").await;
}

#[tokio::test]
async fn a_higher_concurrency_runs_events_side_by_side() {
    let server = Server::start(Options {
        concurrency: 2,
        ..catchable()
    })
    .await
    .unwrap();
    let client = Client::of(&server);
    client.ask("a", "think 1000000").await;
    assert_eq!(client.reply("b", "long 2").await, "word0 word1");
}

#[tokio::test]
async fn a_stream_before_any_join_is_refused_inside_the_stream() {
    let server = Server::start(fast()).await.unwrap();
    let message = Client::of(&server).stream("nobody").await.refusal().await;
    let refusal = json!({"msg": "unexpected_error", "event_id": null, "message": "404: Session not found.", "success": false});
    assert_eq!(message, refusal);
}

#[tokio::test]
async fn a_stream_after_the_last_event_stays_open_with_heartbeats() {
    let server = Server::start(Options {
        heartbeat: Duration::from_millis(5),
        ..fast()
    })
    .await
    .unwrap();
    let client = Client::of(&server);
    client.reply("s", "long 1").await;
    let mut stream = client.stream("s").await;
    for _ in 0..2 {
        assert_eq!(
            stream.next().await,
            json!({"msg": "heartbeat", "event_id": null})
        );
    }
}

#[tokio::test]
async fn a_dropped_stream_stops_the_reply_and_spoils_the_session() {
    let server = Server::start(Options {
        heartbeat: Duration::from_millis(20),
        ..catchable()
    })
    .await
    .unwrap();
    let client = Client::of(&server);
    client.ask("s", "long 1000000").await;
    client.ask("s", "long 1").await;
    let mut stream = client.stream("s").await;
    stream.until("process_generating").await;
    drop(stream);
    // The waiting event goes away when the server notices.
    while client
        .get("/queue/status")
        .await
        .json::<Value>()
        .await
        .unwrap()["queue_size"]
        != 0
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(
        client.stream("s").await.refusal().await["msg"],
        "unexpected_error"
    );
    client.ask("s", "turns").await;
    let mut stream = client.stream("s").await;
    let completed = stream.until("process_completed").await;
    assert_eq!(
        bubble(&completed["output"]["data"][0]),
        "turn 3",
        "the dropped reply made room at its next yield"
    );
    assert_eq!(
        stream.next().await["msg"],
        "heartbeat",
        "as in Gradio 4.44, no close_stream comes any more"
    );
}

#[tokio::test]
async fn a_restart_cuts_streams_forgets_sessions_and_changes_the_app_id() {
    let server = Server::start(catchable()).await.unwrap();
    let client = Client::of(&server);
    let before = client.app_id().await;
    assert!(before > 1 << 53);
    client.ask("s", "think 1000000").await;
    let mut stream = client.stream("s").await;
    stream.until("process_generating").await;
    server.restart().await;
    assert!(
        stream.try_next().await.is_err(),
        "the connection was cut in the middle"
    );
    assert_eq!(client.url, server.url());
    assert_ne!(client.app_id().await, before);
    assert_eq!(
        client.stream("s").await.refusal().await["msg"],
        "unexpected_error"
    );
    assert_eq!(client.reply("s", "turns").await, "turn 1");
}

#[tokio::test]
async fn a_stopped_or_dropped_server_answers_no_more() {
    let server = Server::start(catchable()).await.unwrap();
    let client = Client::of(&server);
    client.ask("s", "think 1000000").await;
    let mut stream = client.stream("s").await;
    stream.until("process_generating").await;
    server.stop().await;
    assert!(stream.try_next().await.is_err());
    assert!(
        client
            .http
            .get(&client.url)
            .send()
            .await
            .is_err_and(|error| error.is_connect())
    );

    let server = Server::start(catchable()).await.unwrap();
    let client = Client::of(&server);
    client.ask("s", "think 1000000").await;
    let mut stream = client.stream("s").await;
    stream.until("process_generating").await;
    drop(server);
    assert!(stream.try_next().await.is_err());
}
