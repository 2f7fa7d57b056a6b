use super::*;
use serde_json::json;

fn link(file: &Value) -> Option<String> {
    let path = file["path"].as_str()?;
    let url = file["url"].as_str().map(str::to_owned);
    Some(url.unwrap_or_else(|| format!("http://host/gradio_api/file={path}")))
}

const ENDED: Reader<'_> = Reader {
    link: &link,
    ended: true,
};
const GROWING: Reader<'_> = Reader {
    ended: false,
    ..ENDED
};

fn chatbot(value: &Value) -> Spoken {
    ENDED.chatbot(value.as_array().map(Vec::as_slice).unwrap_or_default())
}

fn said(text: &str, thinking: Option<&str>) -> Spoken {
    Spoken {
        text: text.to_owned(),
        thinking: thinking.map(str::to_owned),
    }
}

#[test]
fn a_reply_is_read_from_each_of_its_forms() {
    for (value, text) in [
        (json!(null), ""),
        (json!("hello"), "hello"),
        (json!(42), "42"),
        (
            json!({"role": "assistant", "content": "hello", "metadata": {}}),
            "hello",
        ),
        (
            json!([{"role": "assistant", "content": "one"}, {"role": "assistant", "content": "two"}]),
            "one\n\ntwo",
        ),
        (
            json!([{"role": "user", "content": "hi"}, {"role": "assistant", "content": [{"type": "text", "text": "hello"}]}]),
            "hello",
        ),
        (json!(["one", "two", "three"]), "one\n\ntwo\n\nthree"),
        (json!([["hi", "old"], ["go on", "hello"]]), "hello"),
        (json!({"text": "hello", "files": []}), "hello"),
        (
            json!([{"role": "assistant", "content": {"component": "html", "value": "<b>x</b>"}}]),
            "<b>x</b>",
        ),
    ] {
        assert_eq!(ENDED.reply(&value), said(text, None), "{value}");
    }
}

#[test]
fn a_chatbot_is_read_since_the_users_last_message() {
    let messages = json!([
        {"role": "user", "content": "a"}, {"role": "assistant", "content": "old"},
        {"role": "user", "content": "b"}, {"role": "assistant", "content": "new", "options": null},
    ]);
    assert_eq!(chatbot(&messages).text, "new");
    let waiting = json!([{"role": "user", "content": "a"}]);
    assert_eq!(chatbot(&waiting), Spoken::default());
    assert_eq!(
        chatbot(&json!([["a", "old"], ["b", null]])),
        Spoken::default()
    );
    for other in [json!(null), json!("x"), json!([null, 5, []]), json!({})] {
        let _ = chatbot(&other);
    }
}

#[test]
fn a_message_with_a_title_is_a_thought() {
    let value = json!([
        {"role": "assistant", "content": "step", "metadata": {"title": "Thinking", "status": "done"}},
        {"role": "assistant", "content": "yes", "metadata": {"title": null}},
    ]);
    assert_eq!(ENDED.reply(&value), said("yes", Some("Thinking\nstep")));
}

#[test]
fn text_between_thinking_tags_is_a_thought_also_while_the_tag_is_open() {
    for (text, rest, thought) in [
        ("<think>why</think>\n\nyes", "yes", Some("why")),
        ("<think>\nwhy", "", Some("why")),
        ("<thinking>a</thinking>b", "b", Some("a")),
        ("◁think▷a◁/think▷b", "b", Some("a")),
        ("<think>\n\n</think>\n\nyes", "yes", None),
        ("Hm.\n<think>why</think>\nyes", "Hm.\n\nyes", Some("why")),
        ("so it is\n</think>\n\nyes", "yes", Some("so it is")),
        (
            "Use the tag `<think>` here.",
            "Use the tag `<think>` here.",
            None,
        ),
    ] {
        assert_eq!(ENDED.reply(&json!(text)), said(rest, thought), "{text:?}");
    }
}

#[test]
fn an_end_that_may_become_a_tag_is_held_back_until_the_reply_ends() {
    for end in ["<", "<thin", "◁think"] {
        let value = json!(end);
        assert_eq!(GROWING.reply(&value), Spoken::default(), "{end}");
        assert_eq!(ENDED.reply(&value).text, end);
    }
    assert_eq!(GROWING.reply(&json!("a <")).text, "a <");
}

#[test]
fn what_was_shown_of_a_tagged_reply_is_never_taken_back() {
    let text = "<think>one\ntwo</think>\n\nyes\n<b>and</b> so on";
    let whole = ENDED.reply(&json!(text)).text;
    for (at, _) in text.char_indices() {
        let (head, _) = text.split_at(at);
        let shown = GROWING.reply(&json!(head)).text;
        assert!(whole.starts_with(&shown), "{shown:?}");
    }
}

#[test]
fn a_status_bubble_is_a_thought() {
    assert_eq!(
        chatbot(&json!([["hi", "Qwen is thinking..."]])),
        said("", Some("Qwen is thinking..."))
    );
}

#[test]
fn files_are_listed_with_their_links_behind_the_text() {
    let file = json!({"path": "/tmp/a b/plot.png", "orig_name": "plot.png", "url": null});
    let value = json!([
        {"role": "assistant", "content": {"file": file, "alt_text": null}},
        {"role": "assistant", "content": "See above."},
        {"role": "assistant", "content": [{"type": "file", "file": {"path": "/x/y.txt", "url": "https://h/y.txt"}}]},
        {"role": "assistant", "content": {"component": "image", "value": {"path": "/x/[z].png"}}},
    ]);
    assert_eq!(
        ENDED.reply(&value).text,
        "See above.\n\n- [plot.png](http://host/gradio_api/file=/tmp/a%20b/plot.png)\n- [y.txt](https://h/y.txt)\n\
         - [\\[z\\].png](http://host/gradio_api/file=/x/[z].png)"
    );
}

/// The final outputs of a recorded stream.
fn completed(stream: &str) -> Value {
    let frames = stream
        .lines()
        .filter_map(|line| line.strip_prefix("data: "));
    let mut messages = frames.map(|frame| serde_json::from_str::<Value>(frame).unwrap());
    let message = messages.find(|message| message["msg"] == "process_completed");
    message.unwrap()["output"]["data"][0].clone()
}

#[test]
fn the_recorded_replies_of_two_versions_are_read_alike() {
    macro_rules! stream {
        ($name:literal) => {
            completed(include_str!(concat!(
                "../../../tests/fixtures/streams/multimodal-blocks-",
                $name,
                ".sse"
            )))
        };
    }
    let replies = [
        stream!("5.49.0.chat-multimodal"),
        stream!("6.31.0.chat-multimodal"),
    ];
    for reply in replies {
        let spoken = ENDED.reply(&reply);
        assert_eq!(spoken.text, "The answer files=0 text=hi", "{reply}");
        let thought = spoken.thinking.unwrap();
        assert!(thought.starts_with("Thinking\nstep step"), "{thought}");
    }
    let pages = [stream!("5.49.1.bot"), stream!("6.31.1.bot")].map(|page| chatbot(&page));
    assert_eq!(pages[0], pages[1]);
    assert!(!pages[0].text.is_empty());
}
