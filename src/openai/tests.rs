//! A stream cut into any pieces of bytes is the same reply with the same end.

use super::{Completion, End, Piece};
use crate::http::sse::Decoder;
use proptest::prelude::*;

const LIMIT: usize = 1 << 16;

/// What servers send, right and wrong, one event each.
const EVENTS: [&str; 20] = [
    r#"{"choices":[{"delta":{"role":"assistant","content":null},"finish_reason":null}]}"#,
    r#"{"model":"m","choices":[{"delta":{"content":"完了 🎉\n"}}]}"#,
    r#"{"choices":[{"delta":{"content":"<think>é</think>"}}]}"#,
    r#"{"choices":[{"delta":{"content":"half \ud83d"}}]}"#,
    r#"{"choices":[{"delta":{"reasoning_content":"hm","reasoning":"hm"}}]}"#,
    r#"{"choices":[{"delta":{"reasoning":"so"}}]}"#,
    r#"{"choices":[{"delta":{"refusal":"no"}}]}"#,
    r#"{"choices":[{"delta":{"tool_calls":[{"function":{"name":"search"}}]}}]}"#,
    r#"{"choices":[{"message":{"content":"whole"}}]}"#,
    r#"{"choices":[{"delta":{},"finish_reason":"stop"}]}"#,
    r#"{"choices":[{"delta":{},"finish_reason":"unload"}]}"#,
    r#"{"choices":[],"usage":{"prompt_tokens":3,"completion_tokens":1}}"#,
    r#"{"choices":null,"timings":{"prompt_n":1,"predicted_n":2,"predicted_per_second":1.5}}"#,
    r#"{"prompt_progress":{"total":9,"cache":1,"processed":4}}"#,
    r#"{"error":{"message":"out of memory"}}"#,
    r#"{"error":"gone","choices":[{"delta":{"content":"!"},"finish_reason":"error"}]}"#,
    "no JSON",
    "[]",
    "[DONE]",
    "",
];

/// A reply, as far as it is told.
type Told = (Vec<Piece>, End, String);

fn read(pieces: &[&[u8]]) -> Told {
    let (mut decoder, mut completion) = (Decoder::new(LIMIT), Completion::new(LIMIT));
    let (mut frames, mut told) = (Vec::new(), Vec::new());
    for piece in pieces {
        decoder.push(piece, &mut frames).unwrap();
        for frame in frames.drain(..) {
            completion.take(frame, &mut told);
        }
    }
    let rest = format!(
        "{:?} {:?} {:?} {} {}",
        completion.usage,
        completion.model,
        completion.tools,
        completion.is_over(),
        completion.is_finished()
    );
    (told, completion.end(), rest)
}

/// One event as one of the servers writes it.
fn event() -> impl Strategy<Value = String> {
    let ends = prop::sample::select(vec!["\n", "\r\n", "\r"]);
    let before = prop::sample::select(vec!["", ": ping\n", "event: error\n", ":\n\n"]);
    let colon = prop::sample::select(vec!["data: ", "data:"]);
    let data = prop::sample::select(EVENTS.to_vec());
    (before, colon, data, ends)
        .prop_map(|(before, colon, data, end)| format!("{before}{colon}{data}{end}{end}"))
}

proptest! {
    #[test]
    fn any_cutting_of_a_stream_gives_the_same_pieces_and_the_same_end(
        events in prop::collection::vec(event(), 0..12),
        has_mark in any::<bool>(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let mark = if has_mark { "\u{feff}" } else { "" };
        let stream = format!("{mark}{}", events.concat());
        let bytes = stream.as_bytes();
        let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
        at.extend([0, bytes.len()]);
        at.sort_unstable();
        let pieces: Vec<&[u8]> = at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect();
        let bytewise: Vec<&[u8]> = bytes.chunks(1).collect();
        let whole = read(&[bytes]);
        prop_assert_eq!(&read(&pieces), &whole);
        prop_assert_eq!(&read(&bytewise), &whole);
    }
}

#[test]
fn every_event_of_the_list_means_something() {
    // A list of nothing but strange events would show nothing.
    let told = |event: &str| read(&[format!("data: {event}\n\n").as_bytes()]);
    let silent = EVENTS.iter().filter(|event| told(event) == told("{}"));
    assert_eq!(silent.count(), 2, "the first chunk, and an empty list");
}
