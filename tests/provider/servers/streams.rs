//! Streams of every form that ends well: the same reply comes of each.

use serde_json::{Value, json};
use spacechat::chat::Finish;

use super::{CHAT, delta, done, finish, heard, reply_of, saying, script, text};
use crate::scripted::Answer;

fn hello() -> Answer {
    Answer::events().say(&text("Hel")).say(&text("lo"))
}

#[tokio::test]
async fn a_plain_stream_is_a_reply_with_its_reason_and_its_cost() {
    let usage = json!({"choices": [], "usage": {"prompt_tokens": 33, "completion_tokens": 8, "total_tokens": 41, "prompt_tokens_details": {"cached_tokens": 32}}});
    let stream = hello().say(&finish("stop")).say(&usage);
    let stream = stream.bytes(b"data: [DONE]\n\n").end();
    let (told, server) = heard(script([stream])).await;
    assert_eq!(told.done(), "Hello");
    assert_eq!(told.finish(), Some(Finish::Stop));
    let usage = told.usage().unwrap();
    assert_eq!(
        (usage.prompt, usage.cached, usage.completion),
        (33, Some(32), 8)
    );
    assert_eq!((told.other_model(), told.notices().len()), (None, 0));
    let request = &server.requests(CHAT)[0];
    let body = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": true, "stream_options": {"include_usage": true}});
    assert_eq!(request.json(), body);
    let head = request.head.to_lowercase();
    assert!(head.contains("accept: text/event-stream"), "{head}");
    assert!(!head.contains("accept-encoding"), "{head}");
    assert!(!head.contains("x-conversation-id"), "{head}");
}

#[tokio::test]
async fn what_it_cost_comes_with_any_choices_or_none_and_the_last_one_counts() {
    let counted = json!({"prompt_tokens": 3, "completion_tokens": 2});
    let running = json!({"choices": [{"delta": {"content": ""}}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}});
    let forms = [
        json!({"choices": [], "usage": counted}),
        json!({"choices": null, "usage": counted}),
        json!({"usage": counted}),
        json!({"choices": [{"delta": {}, "finish_reason": "stop"}], "usage": counted}),
        json!({"choices": [], "timings": {"cache_n": 1, "prompt_n": 2, "predicted_n": 2}}),
    ];
    for form in forms {
        let stream = hello().say(&running).say(&finish("stop")).say(&form);
        let told = reply_of(stream.bytes(b"data: [DONE]\n\n").end()).await;
        assert_eq!(told.done(), "Hello", "{form}");
        let usage = told.usage().unwrap();
        assert_eq!((usage.prompt, usage.completion), (3, 2), "{form}");
    }
    assert_eq!(reply_of(saying("yes")).await.usage(), None);
}

#[tokio::test]
async fn a_first_chunk_without_text_is_no_text() {
    for content in [json!(null), json!("")] {
        let first = delta(&json!({"role": "assistant", "content": content}));
        let told = reply_of(done(Answer::events().say(&first).say(&text("yes")))).await;
        assert_eq!(told.done(), "yes");
    }
}

#[tokio::test]
async fn a_reply_is_whole_once_the_reason_is_told_though_the_stream_stays_open() {
    let said = || hello().say(&finish("length"));
    for stream in [
        said().hang(),
        // Comments may come for ever.
        said().pulse(b": ping\n\n"),
        // Nor does a connection that breaks behind the reason change anything.
        said(),
        said().end(),
    ] {
        let told = reply_of(stream).await;
        assert_eq!(told.done(), "Hello");
        assert_eq!(told.finish(), Some(Finish::Length));
    }
}

#[tokio::test]
async fn comments_before_between_and_behind_are_no_text() {
    let mut stream = Answer::events();
    for comment in [
        ": OPENROUTER PROCESSING\n\n",
        ":\n\n",
        ": keep-alive\r\n\r\n",
    ] {
        stream = stream.bytes(comment.repeat(40).as_bytes());
    }
    let stream = stream.say(&text("Hel")).bytes(b":\n\n").say(&text("lo"));
    let told = reply_of(done(stream.bytes(b": ping\n\n"))).await;
    assert_eq!(told.done(), "Hello");
}

#[tokio::test]
async fn every_form_of_an_event_is_understood() {
    let (hello, stop) = (text("Hello").to_string(), finish("stop").to_string());
    let halves = hello.split_once(',').unwrap();
    for stream in [
        format!("data: {hello}\r\n\r\ndata: {stop}\r\n\r\ndata: [DONE]\r\n\r\n"),
        format!("data:{hello}\n\ndata:{stop}\n\ndata:[DONE]\n\n"),
        format!("\u{feff}data: {hello}\n\ndata: {stop}\n\n"),
        format!(
            "data: {},\ndata: {}\n\ndata: {stop}\n\n",
            halves.0, halves.1
        ),
        format!("id: 1\nevent: message\ndata: {hello}\nretry: 5\n\ndata: {stop}\n\n"),
        format!("data: {hello}\r\rdata: {stop}\r\rdata: [DONE] \r\r"),
    ] {
        let told = reply_of(Answer::events().bytes(stream.as_bytes()).end()).await;
        assert_eq!(told.done(), "Hello", "{stream:?}");
        assert_eq!(told.finish(), Some(Finish::Stop), "{stream:?}");
    }
}

#[tokio::test]
async fn a_stream_in_pieces_of_one_byte_gives_every_character() {
    const SAID: &str = "完了 🎉 a\u{2028}b\u{2029}c\u{85}é";
    let stream = format!("data: {}\n\ndata: {}\n\n", text(SAID), finish("stop"));
    let told = reply_of(Answer::events().drip(stream.as_bytes()).end()).await;
    assert_eq!(told.done(), SAID);
    // As Python writes them, half an emoji at a time included.
    let halves = r#"{"choices":[{"delta":{"content":"\u2028 \ud83c\udf89 \ud83d"}}]}"#;
    let stream = Answer::events().drip(format!("data: {halves}\n\n").as_bytes());
    assert_eq!(reply_of(done(stream)).await.done(), "\u{2028} 🎉 \u{fffd}");
}

#[tokio::test]
async fn an_event_of_five_megabytes_is_one_piece_of_the_reply() {
    let long = "word ".repeat(1 << 20);
    let told = reply_of(saying(&long)).await;
    assert!(told.done() == long, "{} bytes", told.done().len());
}

#[tokio::test]
async fn json_in_place_of_a_stream_is_a_whole_reply() {
    let body = json!({"model": "m", "choices": [{"message": {"role": "assistant", "content": "Hello", "reasoning_content": "hm"}, "finish_reason": "length"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}).to_string();
    let waiting = "\n\r\n".repeat(50) + &body;
    let trickled = Answer::stream(200, "application/json; charset=utf-8").bytes(b"\n\n");
    for answer in [
        Answer::new(200, "application/json", &body),
        Answer::new(200, "application/json", &waiting),
        trickled.drip(body.as_bytes()).end(),
    ] {
        let told = reply_of(answer).await;
        assert_eq!((told.done(), told.thoughts()), ("Hello", "hm"));
        assert_eq!(told.finish(), Some(Finish::Length));
        assert_eq!(told.usage().unwrap().prompt, 3);
    }
}

#[tokio::test]
async fn a_tool_that_was_not_offered_is_named_and_what_was_said_is_the_reply() {
    let named = delta(
        &json!({"tool_calls": [{"index": 0, "id": "c1", "function": {"name": "search", "arguments": "{\"q\""}}]}),
    );
    let more = delta(&json!({"tool_calls": [{"index": 0, "function": {"arguments": ":1}"}}]}));
    let stream = hello().say(&named).say(&more).say(&finish("tool_calls"));
    let told = reply_of(stream.bytes(b"data: [DONE]\n\n").end()).await;
    assert_eq!(told.done(), "Hello");
    let asked = Finish::ToolCall(vec!["search".to_owned()]);
    assert_eq!(told.finish(), Some(asked));
}

#[tokio::test]
async fn an_unknown_reason_is_passed_on_in_its_own_word() {
    for (reason, expected) in [
        ("unload", Finish::Other("unload".to_owned())),
        ("eos", Finish::Stop),
        ("abort", Finish::Aborted),
        ("content_filter", Finish::Filtered),
        ("\u{1b}[2J", Finish::Other("\u{1b}[2J".to_owned())),
    ] {
        let told = reply_of(hello().say(&finish(reason)).end()).await;
        assert_eq!(told.done(), "Hello");
        assert_eq!(told.finish(), Some(expected));
    }
}

#[tokio::test]
async fn a_whole_message_at_the_end_is_not_said_twice_and_makes_up_for_pieces_that_lack() {
    let message = json!({"role": "assistant", "content": "Hello"});
    let whole = json!({"choices": [{"index": 0, "message": message, "finish_reason": "stop"}]});
    for stream in [hello(), Answer::events()] {
        let told = reply_of(stream.say(&whole).end()).await;
        assert_eq!(told.done(), "Hello");
    }
}

#[tokio::test]
async fn members_that_nobody_knows_and_values_of_the_wrong_kind_are_passed_over() {
    let strange: [Value; 6] = [
        json!({"choices": [{"delta": {"content": 7, "reasoning": [1], "obfuscation": "x"}}]}),
        json!({"choices": [{"delta": [], "finish_reason": ""}], "stop_reason": null}),
        json!({"choices": {"0": 1}, "usage": [], "model": 3, "error": false}),
        json!({"choices": [null], "prompt_progress": {"total": -1}}),
        json!([]),
        json!(null),
    ];
    let mut stream = Answer::events();
    for chunk in &strange {
        stream = stream.say(chunk).say(&text("a"));
    }
    assert_eq!(reply_of(done(stream)).await.done(), "aaaaaa");
}
