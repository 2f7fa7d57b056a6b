//! Streams that fail though their status is a success: what came is kept, the error says what the server said, and nothing
//! is sent again.

use serde_json::json;
use spacechat::chat::{FailureKind, Finish};
use spacechat::provider::ProviderError;

use super::{CHAT, delta, failed, finish, reply_of, script, text};
use crate::received::SAID;
use crate::scripted::Answer;

fn begun() -> Answer {
    Answer::events().say(&text(SAID))
}

/// The failure of a stream, in which this text came and is kept; the request was sent once.
async fn failing(stream: Answer, kept: &str) -> ProviderError {
    let (error, told, server) = failed(script([stream])).await;
    assert_eq!(told.shown, kept);
    assert!(!told.course().contains(&"done"), "{:?}", told.course());
    assert_eq!(
        error.hint().contains("is kept"),
        !kept.is_empty(),
        "{}",
        error.hint()
    );
    assert_eq!(server.requests(CHAT).len(), 1, "sent again");
    assert!(!error.failure().is_undelivered(), "{error:?}");
    error
}

#[tokio::test]
async fn a_failure_in_the_stream_is_told_in_the_servers_words_in_every_shape() {
    let error =
        json!({"error": {"message": "CUDA out of memory", "type": "server_error", "code": 500}});
    let short = json!({"error": "CUDA out of memory"});
    let twice =
        json!({"error": {"message": "CUDA out of memory"}, "message": "CUDA out of memory"});
    let event = format!("event: error\ndata: {twice}\n\n");
    let done = b"data: [DONE]\n\n";
    for stream in [
        begun().say(&error).bytes(done).end(),
        begun().say(&error).end(),
        begun().say(&short).bytes(done).end(),
        begun().bytes(event.as_bytes()).end(),
        // Said twice, the second time with words.
        begun().say(&json!({"error": {}})).say(&error).end(),
        // A reason behind it makes no success of it.
        begun().say(&error).say(&finish("stop")).bytes(done).end(),
        // The connection breaks behind it, or stays open.
        begun().say(&error),
        begun().say(&error).hang(),
    ] {
        let error = failing(stream, SAID).await;
        assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
        assert!(error.to_string().contains("CUDA out of memory"), "{error}");
    }
}

#[tokio::test]
async fn text_that_comes_with_a_failure_is_kept_too() {
    let both = json!({"error": {"code": 502, "message": "upstream gone"}, "choices": [{"index": 0, "delta": {"content": "!"}, "finish_reason": "error"}]});
    let kept = format!("{SAID}!");
    let error = failing(begun().say(&both).bytes(b"data: [DONE]\n\n").end(), &kept).await;
    assert!(error.to_string().contains("upstream gone"), "{error}");
    let error = failing(begun().say(&finish("error")).end(), SAID).await;
    assert!(error.to_string().contains("without a reason"), "{error}");
}

#[tokio::test]
async fn a_prompt_that_does_not_fit_may_be_found_out_in_the_stream() {
    let error = json!({"error": {"message": "no room", "type": "exceed_context_size_error", "n_prompt_tokens": 5031, "n_ctx": 2048}});
    let error = failing(Answer::events().say(&error).end(), "").await;
    assert!(matches!(error, ProviderError::TooLong(_)), "{error:?}");
    let words = error.to_string();
    assert!(words.contains("5031") && words.contains("2048"), "{words}");
}

#[tokio::test]
async fn an_end_in_the_middle_without_a_reason_is_no_success() {
    for stream in [
        begun().end(),
        begun().bytes(b"data: [DONE]\n\n").end(),
        // A half event behind it is not read.
        begun()
            .bytes(b"data: {\"choices\":[{\"delta\":{\"content\":\"x\"")
            .end(),
    ] {
        let error = failing(stream, SAID).await;
        assert!(error.to_string().contains("broke the reply off"), "{error}");
        assert!(error.hint().contains("Continue"), "{}", error.hint());
    }
    // Where the connection itself broke, that is said.
    let error = failing(begun(), SAID).await;
    assert!(
        error.to_string().contains("broke before the reply"),
        "{error}"
    );
}

#[tokio::test]
async fn an_end_without_a_word_may_be_a_prompt_that_is_too_long() {
    let role = delta(&json!({"role": "assistant", "content": ""}));
    for stream in [
        Answer::events().end(),
        Answer::events().say(&role).end(),
        Answer::events().say(&role).bytes(b"data: [DONE]\n\n").end(),
        Answer::events().bytes(b"data: [DONE]\n\n").end(),
        Answer::events().bytes(b": ping\n\ndata: [DONE]\n\n").hang(),
    ] {
        let error = failing(stream, "").await;
        assert_eq!(error.kind(), FailureKind::Space);
        assert!(error.to_string().contains("without a word"), "{error}");
        assert!(error.to_string().contains("tokens were sent"), "{error}");
    }
    // Where the connection breaks, it may be anything.
    let error = failing(Answer::events(), "").await;
    assert!(!error.to_string().contains("without a word"), "{error}");
}

#[tokio::test]
async fn a_reason_without_a_word_is_told() {
    let call = delta(
        &json!({"tool_calls": [{"index": 0, "function": {"name": "search", "arguments": "{}"}}]}),
    );
    let nameless = delta(&json!({"tool_calls": [{"index": 0, "function": {"arguments": "{}"}}]}));
    let nothing = Answer::events;
    for (stream, words) in [
        (nothing().say(&finish("stop")), "ended without a reply"),
        (
            nothing().say(&text(" \n")).say(&finish("stop")),
            "ended without a reply",
        ),
        (nothing().say(&finish("content_filter")), "withheld"),
        (nothing().say(&finish("length")), "without a word"),
        (nothing().say(&finish("load")), "(load)"),
        (
            nothing().say(&call).say(&finish("tool_calls")),
            "a tool (search). There are none here.",
        ),
        (
            nothing().say(&call).say(&finish("stop")),
            "a tool (search). There are none here.",
        ),
        (
            nothing().say(&nameless).say(&finish("tool_calls")),
            "a tool. There are none here.",
        ),
    ] {
        let (error, told, _) = failed(script([stream.bytes(b"data: [DONE]\n\n").end()])).await;
        assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
        assert!(error.to_string().contains(words), "{error}");
        assert!(!told.course().contains(&"done"));
    }
}

#[tokio::test]
async fn a_refusal_of_the_model_is_its_reply() {
    let refusal = delta(&json!({"content": null, "refusal": "I will not."}));
    let told = reply_of(Answer::events().say(&refusal).say(&finish("stop")).end()).await;
    assert_eq!(told.done(), "I will not.");
    assert_eq!(told.finish(), Some(Finish::Stop));
}

#[tokio::test]
async fn what_is_no_reply_at_all_is_not_understood() {
    let strange = Answer::events().bytes(b"data: a\n\ndata: b\n\ndata: c\n\n");
    for answer in [
        strange.clone().end(),
        strange.hang(),
        Answer::new(200, "application/json", "{\"choices\": [{\"mess"),
        Answer::page(200),
    ] {
        let error = failing(answer, "").await;
        assert!(matches!(error, ProviderError::Decode(_)), "{error:?}");
    }
}

#[tokio::test]
async fn a_single_event_that_is_none_loses_nothing_else() {
    let stream = Answer::events()
        .bytes(b"data: {\"cho\n\n")
        .say(&text("yes"));
    let stream = stream.bytes(b"data: ~\n\ndata: ~\n\n").say(&finish("stop"));
    assert_eq!(reply_of(stream.end()).await.done(), "yes");
}

#[tokio::test]
async fn an_event_over_the_limit_ends_the_reply() {
    let stream = begun().say(&text(&"x".repeat(8192))).hang();
    let server = crate::scripted::Server::start(script([stream])).await;
    let mut options = super::reaching(&format!("{}/v1", server.url()));
    options.http.frame_limit = 4096;
    let provider = super::provider_of(options);
    let reply = spacechat::provider::Provider::reply(&provider, crate::received::ask("hi"));
    let (error, told) = crate::received::failure_of(reply).await;
    assert!(matches!(error, ProviderError::Decode(_)), "{error:?}");
    assert!(error.hint().contains("frame_limit"), "{}", error.hint());
    assert_eq!(told.shown, SAID);
}
