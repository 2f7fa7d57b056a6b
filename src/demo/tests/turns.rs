//! Whole turns: what is streamed, what it adds up to, and what the session remembers.

use serde_json::{Value, json};

use super::super::Server;
use super::{Client, bubble, fast, kinds, yields};

#[tokio::test]
async fn a_turn_goes_from_estimation_to_close_stream() {
    let server = Server::start(fast()).await.unwrap();
    let messages = Client::of(&server).turn("s", "long 3").await;
    let generating = "process_generating";
    assert_eq!(
        kinds(&messages),
        [
            "estimation",
            "process_starts",
            generating,
            generating,
            generating,
            generating,
            generating,
            "process_completed",
            "close_stream"
        ]
    );
    assert_eq!(messages[0]["rank"], 0);
    assert_eq!(messages[0]["queue_size"], 1);
    assert_eq!(
        messages[2]["output"]["data"][1],
        Value::Null,
        "the state stays on the server"
    );
    assert_eq!(
        messages[3]["output"]["data"],
        json!([[["replace", [0, 1, 0, "text"], "word0"]], [], []])
    );
    assert_eq!(
        messages[4]["output"]["data"],
        json!([[["append", [0, 1, 0, "text"], " word1"]], [], []])
    );
    assert_eq!(messages[6]["output"]["data"], json!([[], [], []]));
    assert_eq!(messages[7]["output"]["is_generating"], false);
    assert_eq!(
        messages[8],
        json!({"msg": "close_stream", "event_id": null})
    );
    server.stop().await;
}

#[tokio::test]
async fn the_differences_add_up_to_the_completed_value_whatever_is_said() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    let scripts = [
        "long 20",
        "repeat 9 ha",
        "rewrite",
        "suffix a 完了 🎉\n\n  b",
        "markdown",
        "code",
        "repeat 4 \n",
        "keys",
    ];
    for (index, script) in scripts.into_iter().enumerate() {
        let messages = client.turn(&format!("s{index}"), script).await;
        let values = yields(&messages);
        assert_eq!(bubble(&values[0]), "Qwen is thinking...");
        let completed = &messages[messages.len() - 2]["output"]["data"][0];
        assert_eq!(values.last(), Some(completed), "{script}");
    }
}

#[tokio::test]
async fn a_rewritten_reply_shrinks_on_the_way() {
    let server = Server::start(fast()).await.unwrap();
    let values = yields(&Client::of(&server).turn("s", "rewrite").await);
    let lengths: Vec<usize> = values
        .iter()
        .skip(1)
        .map(|value| bubble(value).len())
        .collect();
    assert!(
        lengths.windows(2).any(|pair| pair[1] < pair[0]),
        "{lengths:?}"
    );
    assert_eq!(
        values.last().map(bubble).as_deref(),
        Some("The reply is 42.")
    );
}

#[tokio::test]
async fn a_session_remembers_its_turns_and_no_other_session_does() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    assert_eq!(client.reply("one", "repeat 2 ha").await, "haha");
    assert_eq!(client.reply("one", "turns").await, "turn 2");
    assert_eq!(client.reply("two", "turns").await, "turn 1");
    let past: Value = serde_json::from_str(&client.reply("one", "past").await).unwrap();
    let expected = [
        ["user", "repeat 2 ha"],
        ["assistant", "haha"],
        ["user", "turns"],
        ["assistant", "turn 2"],
        ["user", "past"],
    ];
    assert_eq!(past, json!(expected));
}

#[tokio::test]
async fn a_long_prompt_arrives_to_the_last_character() {
    let server = Server::start(fast()).await.unwrap();
    let text = format!("hash {}", "字e\u{301}\t \n".repeat(300_000));
    let reply = Client::of(&server).reply("s", &text).await;
    let count = format!(
        "{} characters, {} bytes, ",
        text.chars().count(),
        text.len()
    );
    assert!(reply.starts_with(&count), "{reply}");
}

#[tokio::test]
async fn the_message_box_is_given_back_by_flushed() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    client.join("s", 3, json!([])).await;
    let messages = client.stream("s").await.rest().await;
    assert_eq!(
        kinds(&messages),
        [
            "estimation",
            "process_starts",
            "process_completed",
            "close_stream"
        ]
    );
    assert_eq!(
        messages[2]["output"]["data"],
        json!([{"interactive": true, "__type__": "update"}])
    );
}

#[tokio::test]
async fn the_chosen_agent_answers_in_its_own_bubble() {
    let server = Server::start(fast()).await.unwrap();
    let client = Client::of(&server);
    client.add_text("s", json!({"text": "long 1"})).await;
    client
        .join("s", 2, json!([[[{"text": "long 1"}, null]], null, 1]))
        .await;
    let messages = client.stream("s").await.rest().await;
    let data = &messages[messages.len() - 2]["output"]["data"];
    assert_eq!(data[0][0][1][0], Value::Null);
    assert_eq!(data[0][0][1][1]["text"], "word0");
    assert_eq!(data[2], 1);
}
