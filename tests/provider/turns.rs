//! Whole turns with the embedded Space: the events, their order, and that they end in the server's final value.

use std::time::Duration;

use sha2::{Digest, Sha256};
use spacechat::provider::{Provider, ProviderError, Qwen, ReplyEvent};
use spacechat::testing::demo::{self, Server};

use crate::received::{ask, options, provider, receive, reply_to};

/// The embedded Space at full speed, one reply at a time.
pub async fn space() -> Server {
    paced(Duration::ZERO).await
}

/// The embedded Space with a pause before each piece.
pub async fn paced(pace: Duration) -> Server {
    let options = demo::Options {
        pace,
        heartbeat: Duration::from_millis(5),
        ..demo::Options::default()
    };
    Server::start(options).await.expect("loopback has a port")
}

/// What the scenario word `hash` answers when exactly `prompt` arrived.
pub fn hash_of(prompt: &str) -> String {
    let digest = Sha256::digest(prompt.as_bytes());
    let digest: Vec<String> = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    format!(
        "{} characters, {} bytes, {}",
        prompt.chars().count(),
        prompt.len(),
        digest.concat()
    )
}

#[tokio::test]
async fn a_reply_tells_its_session_its_stages_its_thought_its_pieces_and_its_end_in_order() {
    // At full speed the thought and the text would be told as one.
    let server = paced(Duration::from_millis(40)).await;
    let told = reply_to(&provider(&server.url(), options()), "repeat 20 ha").await;
    assert_eq!(told.done(), "ha".repeat(20));
    assert_eq!(
        told.course(),
        [
            "resolving",
            "session",
            "queued",
            "reading",
            "reasoning",
            "streaming",
            "delta",
            "done"
        ]
    );
    let thought = ReplyEvent::Reasoning("Qwen is thinking...".to_owned());
    assert!(told.events.contains(&thought));
    assert_eq!(told.session().session_hash().map(str::len), Some(12));
}

#[tokio::test]
async fn a_reply_that_the_server_rewrites_ends_as_the_server_ends_it() {
    // Slow enough that what is taken back was told before.
    let server = paced(Duration::from_millis(40)).await;
    let told = reply_to(&provider(&server.url(), options()), "rewrite it").await;
    assert_eq!(told.done(), "The reply is 42.");
    assert!(told.course().contains(&"replace"));
}

#[tokio::test]
async fn the_summary_is_told_as_a_hidden_tail_and_never_shown() {
    let server = space().await;
    let words = "one two three four";
    let told = reply_to(
        &provider(&server.url(), options()),
        &format!("suffix {words}"),
    )
    .await;
    assert_eq!(told.done(), words);
    assert_eq!(told.tail, "\n<summary>used 18 characters</summary>");
    assert!(!told.course().contains(&"replace"), "{:?}", told.course());
}

#[tokio::test]
async fn a_long_thought_with_heartbeats_in_between_is_waited_for() {
    let server = paced(Duration::from_millis(1)).await;
    let told = reply_to(&provider(&server.url(), options()), "think 50").await;
    assert_eq!(told.done(), "I thought for 50 steps.");
}

#[tokio::test]
async fn a_failure_in_mid_reply_keeps_the_text_and_tells_the_reason_if_there_is_one() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    for (message, reason) in [
        ("fail the disk is full", "the disk is full"),
        ("fail", "gave no reason"),
    ] {
        let told = reply_to(&provider, message).await;
        assert_eq!(told.shown.trim_end(), "some text and then");
        let Some(error @ ProviderError::Space(_)) = told.error else {
            panic!("{:?}", told.error);
        };
        assert!(error.to_string().contains(reason), "{error}");
        assert!(!error.hint().is_empty());
    }
    assert_eq!(reply_to(&provider, "turns").await.done(), "turn 1");
}

#[tokio::test]
async fn a_prompt_of_four_megabytes_arrives_exactly() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    let line = "hash \t\"quoted\" \\ 完了 🎉 e\u{301}\r\n line two, and a lone \u{2028} mark\n";
    let mut prompt = line.repeat((4 << 20) / line.len() + 1);
    prompt.push_str("the end, with white space \n ");
    let told = reply_to(&provider, &prompt).await;
    assert_eq!(told.done(), hash_of(&prompt));
    let mut next = ask("hash of a small one");
    next.session = Some(told.session());
    let told = receive(provider.reply(next)).await;
    assert_eq!(told.done(), hash_of("hash of a small one"));
}

#[tokio::test]
async fn the_default_model_and_its_alias_are_known_and_another_is_refused_unasked() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    for name in ["", "qwen-2.5-1m-demo", "qwen-2.5-1m"] {
        let mut request = ask("turns");
        name.clone_into(&mut request.model);
        assert_eq!(receive(provider.reply(request)).await.done(), "turn 1");
    }
    let mut request = ask("turns");
    "gpt-9".clone_into(&mut request.model);
    let told = receive(provider.reply(request)).await;
    assert!(told.events.is_empty(), "{:?}", told.events);
    let Some(error @ ProviderError::UnknownModel(_)) = told.error else {
        panic!("{:?}", told.error);
    };
    assert!(error.to_string().contains("gpt-9"));
    for known in ["qwen-2.5-1m-demo", "qwen-2.5-1m"] {
        assert!(error.hint().contains(known), "{}", error.hint());
    }
}

#[test]
fn the_provider_says_of_itself_what_the_seed_says() {
    let info = Qwen::default().info();
    assert_eq!(info.label, "Qwen Qwen-2.5M");
    assert_eq!(info.url, "https://qwen-qwen2-5-1m-demo.hf.space");
    assert_eq!(info.api_endpoint, "/run/predict?__theme=light");
    assert!(info.supports_stream);
    assert!(info.supports_system_message);
    assert!(!info.supports_message_history);
    assert_eq!(info.default_model, "qwen-2.5-1m-demo");
    let alias = ("qwen-2.5-1m".to_owned(), "qwen-2.5-1m-demo".to_owned());
    assert_eq!(info.model_aliases, [alias]);
    assert_eq!(info.models, ["qwen-2.5-1m"]);
    assert_eq!(info.resolve("qwen-2.5-1m"), Ok("qwen-2.5-1m-demo"));
    assert_eq!(info.working, None);
}

#[tokio::test]
async fn whether_it_works_is_what_the_last_look_found() {
    let server = space().await;
    let provider = provider(&server.url(), options());
    let report = provider.look().await.expect("it works");
    let part = report.gradio().unwrap();
    assert_eq!(part.version, "4.44.0");
    assert_eq!(part.functions[0], (1, "add_text".to_owned()));
    assert_eq!(part.functions[1], (2, "agent_run".to_owned()));
    assert_eq!(provider.info().working, Some(true));
    server.stop().await;
    let error = provider.look().await.expect_err("it is gone");
    assert!(matches!(error, ProviderError::Connect(_)), "{error:?}");
    assert_eq!(provider.info().working, Some(false));
}
