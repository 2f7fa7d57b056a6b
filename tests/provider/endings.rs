//! Replies that are ended early: stopped, or dropped. The server is free at once, and what came is kept.

use std::time::Duration;

use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{Provider, ProviderError, Qwen, Reply, ReplyEvent};
use tokio_util::task::TaskTracker;

use crate::received::{ask, options, provider, receive, reply_to, soon};
use crate::scripted::{Answer, Script, Server, chat, diff, started, whole};
use crate::turns::paced;

/// A reply that takes hours unless it is ended.
const ENDLESS: &str = "long 9000000";

/// Waits for the first piece of a reply's text.
async fn first_piece(reply: &mut Reply) -> String {
    loop {
        match soon(reply.next()).await {
            Some(Ok(ReplyEvent::Delta(text))) => return text,
            Some(Ok(_)) => {}
            other => panic!("{other:?} before any text"),
        }
    }
}

async fn until_queued_behind_another(reply: &mut Reply) {
    loop {
        match soon(reply.next()).await {
            Some(Ok(ReplyEvent::Stage(stage))) if stage.name() == "queued" => return,
            Some(Ok(_)) => {}
            other => panic!("{other:?} before it was queued"),
        }
    }
}

fn without_patience() -> Options {
    Options {
        cancel_timeout: Duration::from_millis(100),
        ..options()
    }
}

#[tokio::test]
async fn a_stopped_reply_gives_its_last_words_and_frees_the_server() {
    let server = paced(Duration::from_millis(1)).await;
    let provider = provider(&server.url(), options());
    let mut reply = provider.reply(ask(ENDLESS));
    let mut shown = first_piece(&mut reply).await;
    for event in soon(reply.cancel()).await {
        match event {
            ReplyEvent::Delta(more) => shown.push_str(&more),
            ReplyEvent::Done(_) => panic!("a stopped reply is not done"),
            _ => {}
        }
    }
    assert!(shown.starts_with("word0"), "{shown}");
    // The Space trims its bubbles, so the last word may lack its blank.
    for (index, word) in shown.split(' ').filter(|word| !word.is_empty()).enumerate() {
        assert_eq!(word, format!("word{index}"), "what came has no gap");
    }
    // One reply runs at a time: this one would wait for hours behind the other.
    assert_eq!(reply_to(&provider, "turns").await.done(), "turn 1");
}

#[tokio::test]
async fn a_dropped_reply_is_ended_at_the_server_by_the_tracker() {
    let server = paced(Duration::from_millis(1)).await;
    let tracker = TaskTracker::new();
    let qwen = Qwen::new(server.url(), options(), tracker.clone());
    let mut reply = qwen.reply(ask(ENDLESS));
    first_piece(&mut reply).await;
    drop(reply);
    tracker.close();
    soon(tracker.wait()).await;
    let provider = provider(&server.url(), options());
    assert_eq!(reply_to(&provider, "turns").await.done(), "turn 1");
}

#[tokio::test]
async fn a_reply_that_waits_in_the_queue_can_be_stopped_and_leaves_its_place() {
    let server = paced(Duration::from_millis(1)).await;
    let provider = provider(&server.url(), options());
    let mut running = provider.reply(ask(ENDLESS));
    first_piece(&mut running).await;
    let mut waiting = provider.reply(ask("turns"));
    until_queued_behind_another(&mut waiting).await;
    for event in soon(waiting.cancel()).await {
        assert!(!matches!(event, ReplyEvent::Delta(_) | ReplyEvent::Done(_)));
    }
    soon(running.cancel()).await;
    assert_eq!(reply_to(&provider, "turns").await.done(), "turn 1");
}

#[tokio::test]
async fn stopping_asks_the_server_for_the_job_by_its_number() {
    let stream = Answer::events()
        .say(&started())
        .say(&whole("process_generating", &chat("so far")))
        .hang();
    let server = Server::start(Script::qwen("").on("GET /queue/data", [stream])).await;
    let provider = provider(&server.url(), without_patience());
    let mut reply = provider.reply(ask("go on"));
    assert_eq!(first_piece(&mut reply).await, "so far");
    // The server never confirms: stopping must end all the same.
    soon(reply.cancel()).await;
    let cancels = server.requests("POST /cancel");
    assert_eq!(cancels.len(), 1);
    let body = cancels[0].json();
    assert_eq!(body["event_id"], "e1");
    assert_eq!(body["fn_index"], 2);
    assert_eq!(body["session_hash"].as_str().map(str::len), Some(12));
}

#[tokio::test]
async fn a_job_whose_number_is_still_on_its_way_when_it_is_stopped_is_ended_too() {
    // The join is answered late: the reply is stopped while its job exists and its number is not yet known.
    let (answer_now, late) = tokio::sync::oneshot::channel();
    let script = Script::qwen("yes").holding("POST /queue/join", late);
    let server = Server::start(script).await;
    let provider = provider(&server.url(), options());
    let reply = provider.reply(ask("go on"));
    soon(server.arrival("POST /queue/join")).await;
    let ending = tokio::spawn(reply.cancel());
    answer_now.send(()).unwrap();
    let last = soon(ending).await.unwrap();
    assert!(
        !last
            .iter()
            .any(|event| matches!(event, ReplyEvent::Done(_)))
    );
    assert_eq!(server.requests("POST /cancel").len(), 1);
}

#[tokio::test]
async fn a_reply_that_is_stopped_before_anything_was_sent_sends_nothing() {
    let (_never, late) = tokio::sync::oneshot::channel();
    let server = Server::start(Script::qwen("yes").holding("GET /config", late)).await;
    let provider = provider(&server.url(), options());
    let reply = provider.reply(ask("go on"));
    soon(server.arrival("GET /config")).await;
    soon(reply.cancel()).await;
    assert!(server.requests("POST /run/predict").is_empty());
    assert!(server.requests("POST /cancel").is_empty());
}

#[tokio::test]
async fn a_job_that_the_server_ends_by_itself_is_a_failure_that_keeps_what_came() {
    let ended = serde_json::json!({"msg": "process_completed", "event_id": "e1", "success": true, "output": {}});
    let stream = Answer::events()
        .say(&whole("process_generating", &chat("so far")))
        .say(&ended)
        .end();
    let server = Server::start(Script::qwen("").on("GET /queue/data", [stream])).await;
    let told = receive(provider(&server.url(), options()).reply(ask("go on"))).await;
    let error = told.error.as_ref().unwrap();
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert!(error.to_string().contains("ended the reply"), "{error}");
    assert_eq!(told.shown, "so far");
    assert!(!told.course().contains(&"done"));
}

#[tokio::test]
async fn a_job_whose_stream_does_not_open_is_cancelled_at_once() {
    let script = Script::qwen("").on("GET /queue/data", [Answer::silence()]);
    let server = Server::start(script).await;
    let patient = Options {
        cancel_timeout: Duration::from_secs(3600),
        ..options()
    };
    let reply = provider(&server.url(), patient).reply(ask("go on"));
    soon(server.arrival("GET /queue/data")).await;
    tokio::select! {
        _ = reply.cancel() => panic!("the stream has no end"),
        () = soon(server.arrival("POST /cancel")) => {}
    }
}

/// The reply of a job of which this stream is told.
async fn reply_of(stream: Answer) -> crate::received::ReceivedReply {
    let server = Server::start(Script::qwen("").on("GET /queue/data", [stream])).await;
    receive(provider(&server.url(), options()).reply(ask("go on"))).await
}

#[tokio::test]
async fn a_reply_without_a_word_is_a_failure_in_the_spaces_own_words() {
    let notice = serde_json::json!({"msg": "log", "event_id": "e1", "log": "Say please", "level": "warning"});
    let silent = || Answer::events().say(&started());
    let completed = whole("process_completed", &chat(""));
    for (stream, words) in [
        (silent().say(&notice).say(&completed).end(), "Say please"),
        (silent().say(&completed).end(), "ended without a reply"),
        (
            silent()
                .say(&whole("process_completed", &chat("Qwen is thinking...")))
                .end(),
            "after its thoughts",
        ),
    ] {
        let told = reply_of(stream).await;
        let error = told.error.as_ref().unwrap();
        assert!(error.to_string().contains(words), "{error}");
        assert_eq!(error.kind(), spacechat::chat::FailureKind::Space);
        assert!(!error.failure().is_undelivered());
    }
}

#[tokio::test]
async fn a_cursor_that_the_page_draws_is_no_part_of_a_reply_that_breaks_off() {
    let growing = || {
        Answer::events()
            .say(&whole("process_generating", &chat("so▌")))
            .say(&diff(&serde_json::json!([[
                "replace",
                [0, 1, 0, "text"],
                "so far▌"
            ]])))
    };
    let told = reply_of(growing().end()).await;
    assert!(told.error.is_some());
    assert_eq!(told.shown, "so far");
    assert!(!told.course().contains(&"replace"), "{:?}", told.course());
    // What the app ends with is the reply, whatever it is.
    let last = whole("process_completed", &chat("so far ▌"));
    assert_eq!(
        reply_of(growing().say(&last).end()).await.done(),
        "so far ▌"
    );
}
