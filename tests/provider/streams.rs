//! Everything that can be odd or wrong about the stream of a reply. Received text stays, recoverable errors are
//! recovered, and the job is never joined twice.

use serde_json::{Value, json};
use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{ProviderError, ReplyEvent};

use crate::received::{ReceivedReply, SAID, failure, options, provider, reply_to};
use crate::scripted::{Answer, EVENT, Script, Server, chat, diff, started, whole};

/// The beginning of a stream in which the assistant has said something.
fn begun() -> Answer {
    Answer::events()
        .say(&started())
        .say(&whole("process_generating", &chat("Qwen is thinking...")))
        .say(&diff(&json!([["replace", [0, 1, 0, "text"], SAID]])))
}

/// The failure of a stream that began well.
async fn broken(stream: Answer) -> (ProviderError, ReceivedReply) {
    broken_with(stream, options()).await
}

async fn broken_with(stream: Answer, options: Options) -> (ProviderError, ReceivedReply) {
    let server = Server::start(Script::qwen("").on("GET /queue/data", [stream])).await;
    let (error, told) = failure(&server.url(), options).await;
    for route in ["POST /run/predict", "POST /queue/join", "GET /queue/data"] {
        assert_eq!(server.requests(route).len(), 1, "{route} is not sent again");
    }
    (error, told)
}

/// The reply of a stream that ends well.
async fn reply_of(stream: Answer) -> ReceivedReply {
    let server = Server::start(Script::qwen("").on("GET /queue/data", [stream])).await;
    reply_to(&provider(&server.url(), options()), "go on").await
}

fn failed(error: &Value) -> Value {
    let output = json!({"error": error});
    json!({"msg": "process_completed", "event_id": EVENT, "success": false, "output": output})
}

fn unexpected(message: &str, session_not_found: bool) -> Value {
    json!({"msg": "unexpected_error", "message": message, "session_not_found": session_not_found})
}

#[tokio::test]
async fn an_error_of_the_app_keeps_what_came_and_tells_its_words() {
    let (error, told) = broken(begun().say(&failed(&json!("'the disk is full'"))).end()).await;
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert!(error.to_string().contains("the disk is full"), "{error}");
    assert!(error.hint().starts_with("The text so far is kept."));
    assert_eq!(told.shown, SAID);
}

#[tokio::test]
async fn an_error_without_words_says_that_the_app_hides_them() {
    let (error, told) = broken(begun().say(&failed(&json!(null))).end()).await;
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert!(error.to_string().contains("gave no reason"), "{error}");
    assert_eq!(told.shown, SAID);
}

#[tokio::test]
async fn a_used_up_quota_is_told_apart() {
    let words = json!("You have exceeded your GPU quota (60s requested vs. 3s left).");
    let (error, _) = broken(begun().say(&failed(&words)).end()).await;
    assert!(matches!(error, ProviderError::Quota { .. }), "{error:?}");
}

#[tokio::test]
async fn an_error_before_any_text_leaves_nothing_shown() {
    let stream = Answer::events()
        .say(&started())
        .say(&failed(&json!("no")))
        .end();
    let (error, told) = broken(stream).await;
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert!(!error.hint().contains("kept"), "{}", error.hint());
    assert_eq!(told.shown, "");
}

#[tokio::test]
async fn a_stream_that_ends_before_the_reply_does_keeps_what_came() {
    let close = json!({"msg": "close_stream"});
    for stream in [begun().end(), begun(), begun().say(&close).end()] {
        let (error, told) = broken(stream).await;
        assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
        assert_eq!(told.shown, SAID);
    }
}

#[tokio::test]
async fn an_end_that_was_held_back_as_the_possible_tail_is_given_when_the_stream_breaks() {
    let held = format!("{SAID}\n<summ");
    let stream = begun().say(&diff(&json!([["append", [0, 1, 0, "text"], "\n<summ"]])));
    let (_, told) = broken(stream.end()).await;
    assert_eq!(told.shown, held);
}

#[tokio::test]
async fn a_queue_that_gives_up_is_told_apart_from_one_that_forgot_the_session() {
    let (error, told) = broken(begun().say(&unexpected("out of memory", false)).end()).await;
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert!(error.to_string().contains("out of memory"), "{error}");
    assert_eq!(told.shown, SAID);
    for lost in [
        unexpected("404: Session not found.", false),
        unexpected("Not here", true),
    ] {
        let (error, told) = broken(begun().say(&lost).end()).await;
        assert!(matches!(error, ProviderError::SessionLost(_)), "{error:?}");
        assert_eq!(told.shown, SAID);
    }
}

#[tokio::test]
async fn a_malformed_frame_is_shown_up_to_its_two_hundredth_character() {
    let garbled = format!("{}-200-{}", "é".repeat(195), "x".repeat(500));
    let frame = format!("data: {garbled}\n\n");
    let (error, told) = broken(begun().bytes(frame.as_bytes()).end()).await;
    assert!(matches!(error, ProviderError::Decode(_)), "{error:?}");
    assert!(error.to_string().contains("é-200-"), "{error}");
    assert!(!error.to_string().contains("-200-x"), "{error}");
    assert_eq!(told.shown, SAID);
}

#[tokio::test]
async fn frames_that_are_json_but_no_message_are_malformed_too() {
    for frame in [
        json!([1]),
        json!({"event_id": EVENT}),
        json!({"msg": "process_generating", "event_id": EVENT, "output": 5}),
        json!({"msg": "process_completed", "event_id": EVENT, "output": {"data": "x"}}),
    ] {
        let (error, _) = broken(begun().say(&frame).end()).await;
        assert!(
            matches!(error, ProviderError::Decode(_)),
            "{frame}: {error:?}"
        );
    }
}

#[tokio::test]
async fn a_notice_without_measure_is_told_in_short() {
    let long =
        json!({"msg": "log", "event_id": EVENT, "log": "slow ".repeat(9000), "level": "info"});
    let (_, told) = broken(begun().say(&long).end()).await;
    let notice = told.events.iter().find_map(|event| match event {
        ReplyEvent::Notice(notice) => Some(&notice.text),
        _ => None,
    });
    let length = notice.expect("the notice is told").chars().count();
    assert_eq!(length, 2001);
}

#[tokio::test]
async fn a_frame_over_the_limit_is_refused() {
    let limited = Options {
        frame_limit: 1 << 20,
        ..options()
    };
    let large = "x".repeat(2 << 20);
    let stream = begun().bytes(format!("data: {large}").as_bytes()).hang();
    let (error, told) = broken_with(stream, limited).await;
    assert!(matches!(error, ProviderError::Decode(_)), "{error:?}");
    assert_eq!(told.shown, SAID);
}

#[tokio::test]
async fn operations_that_do_not_fit_wait_for_the_whole_value_to_set_them_right() {
    for wrong in [
        json!([["append", [0, 1, 5, "text"], "!"]]),
        json!([["append", [0, 1, 0, "nothing"], "!"]]),
        json!([["append", [0, 1, 0, "text"], 5]]),
        json!([["delete", [9], null]]),
        json!([["explode", [0], null]]),
        json!([["append", "text"]]),
        json!("whole"),
        json!(null),
    ] {
        let stream = begun()
            .say(&diff(&wrong))
            .say(&diff(&json!([["append", [0, 1, 0, "text"], " and more"]])))
            .say(&whole("process_completed", &chat("the whole truth")))
            .end();
        let told = reply_of(stream).await;
        assert_eq!(told.done(), "the whole truth", "{wrong}");
    }
}

#[tokio::test]
async fn messages_of_other_jobs_heartbeats_and_news_of_later_versions_are_passed_over() {
    let other = |kind: &str, text: &str| {
        let mut message = whole(kind, &chat(text));
        message["event_id"] = json!("e2");
        message
    };
    let stream = begun()
        .say(&other("process_generating", "another's words"))
        .say(&json!({"msg": "heartbeat"}))
        .bytes(b": a comment\n\nevent: news\nid: 5\n\n")
        .say(&json!({"msg": "novelty_of_gradio_9", "event_id": EVENT, "output": 5}))
        .say(&diff(&json!([["append", [0, 1, 0, "text"], " said"]])))
        .say(&other("process_completed", "another's end"))
        .say(&json!({"msg": "process_completed", "event_id": "e3", "success": false, "output": {"error": "x"}}))
        .say(&whole("process_completed", &chat(&format!("{SAID} said so"))))
        .end();
    let told = reply_of(stream).await;
    assert_eq!(told.done(), format!("{SAID} said so"));
    assert!(!told.course().contains(&"replace"), "{:?}", told.course());
}

#[tokio::test]
async fn notices_and_progress_are_passed_on() {
    let stream = begun()
        .say(&json!({"msg": "log", "event_id": EVENT, "log": "slow today", "level": "warning"}))
        .say(&json!({"msg": "progress", "event_id": EVENT, "progress_data": [{"index": 1, "length": 4, "desc": "Reading"}]}))
        .say(&whole("process_completed", &chat("yes")))
        .end();
    let told = reply_of(stream).await;
    assert_eq!(told.done(), "yes");
    assert!(told.course().contains(&"notice"), "{:?}", told.course());
    assert!(told.course().contains(&"progress"), "{:?}", told.course());
}

#[tokio::test]
async fn a_stream_that_drips_byte_by_byte_with_any_line_ends_gives_the_same_reply() {
    let text = "完了 🎉 and e\u{301}";
    let messages = [
        started(),
        whole("process_generating", &chat("Qwen is thinking...")),
        diff(&json!([["replace", [0, 1, 0, "text"], "完"]])),
        diff(&json!([["append", [0, 1, 0, "text"], "了 🎉"]])),
        whole("process_completed", &chat(text)),
    ];
    for end in ["\n", "\r\n", "\r"] {
        let frames = messages
            .each_ref()
            .map(|message| format!("data:{message}{end}{end}"));
        let told = reply_of(Answer::events().drip(frames.concat().as_bytes()).end()).await;
        assert_eq!(told.done(), text, "{end:?}");
        assert!(!told.course().contains(&"replace"), "{:?}", told.course());
    }
}

#[tokio::test]
async fn the_tail_is_hidden_also_when_its_marker_comes_letter_by_letter() {
    let text = "yes <summary> no\n<sum\n<summary>used 3</summary>";
    let thinking = chat("Qwen is thinking...");
    let mut stream = Answer::events()
        .say(&whole("process_generating", &thinking))
        .say(&diff(&json!([["replace", [0, 1, 0, "text"], ""]])));
    for letter in text.chars() {
        stream = stream.say(&diff(&json!([[
            "append",
            [0, 1, 0, "text"],
            letter.to_string()
        ]])));
    }
    let told = reply_of(stream.say(&whole("process_completed", &chat(text))).end()).await;
    assert_eq!(told.done(), "yes <summary> no\n<sum");
    assert_eq!(told.tail, "\n<summary>used 3</summary>");
    assert!(
        !told.course().contains(&"replace"),
        "something shown was taken back"
    );
}
