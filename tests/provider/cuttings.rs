//! Any reply, sent as Gradio sends it (a whole value, then differences, then the whole value again) and cut into any
//! pieces of bytes, is understood as the same text: value by value, with the tail hidden at every moment.

use proptest::prelude::*;
use serde_json::{Value, json};
use spacechat::testing::gradio::{Dialect, Jobs, Update};
use spacechat::testing::provider::read_pairs;
use spacechat::testing::provider::split_tail;

const DIFFS: Dialect = Dialect {
    sends_diffs: true,
    quotes_errors: false,
};

const MARKER: &str = "\n<summary>";

/// What Gradio sends to turn one value into another: text that goes on is appended, equal parts are passed over, lists
/// grow and shrink at their ends, everything else is replaced.
fn difference(old: &Value, new: &Value, path: &mut Vec<Value>, operations: &mut Vec<Value>) {
    match (old, new) {
        _ if old == new => {}
        (Value::String(old), Value::String(new)) if new.starts_with(old.as_str()) => {
            operations.push(json!(["append", path, new[old.len()..]]));
        }
        (Value::Array(old), Value::Array(new)) => {
            for (index, (old, new)) in old.iter().zip(new).enumerate() {
                within(json!(index), old, new, path, operations);
            }
            for index in new.len()..old.len() {
                operations.push(json!(["delete", below(path, index), null]));
            }
            for (index, added) in new.iter().enumerate().skip(old.len()) {
                operations.push(json!(["add", below(path, index), added]));
            }
        }
        (Value::Object(old), Value::Object(new)) if old.keys().eq(new.keys()) => {
            for (key, old) in old {
                within(json!(key), old, &new[key], path, operations);
            }
        }
        _ => operations.push(json!(["replace", path, new])),
    }
}

fn within(step: Value, old: &Value, new: &Value, path: &mut Vec<Value>, out: &mut Vec<Value>) {
    path.push(step);
    difference(old, new, path, out);
    path.pop();
}

fn below(path: &[Value], index: usize) -> Vec<Value> {
    path.iter().cloned().chain([json!(index)]).collect()
}

/// The chatbot after one past exchange, with these bubbles in the newest.
fn chatbot(bubbles: &[String]) -> Value {
    let mut pairs = vec![
        json!([{"text": "before"}, [{"text": "an old reply"}, null]]),
        json!([{"text": "now"}, [null, null]]),
    ];
    for (index, text) in bubbles.iter().enumerate() {
        let side = json!([null, {"text": text}]);
        match pairs.get_mut(index + 1) {
            Some(pair) => pair[1] = side,
            None => pairs.push(json!([null, side])),
        }
    }
    Value::Array(pairs)
}

fn message(kind: &str, data: &Value) -> Value {
    json!({"msg": kind, "event_id": "e", "success": true, "output": {"data": [data]}})
}

/// The stream of a reply that passes through `states`.
fn stream(states: &[Value], line_end: &str) -> String {
    let mut messages = vec![json!({"msg": "process_starts", "event_id": "e"})];
    messages.push(message("process_generating", &states[0]));
    for pair in states.windows(2) {
        let mut operations = Vec::new();
        difference(&pair[0], &pair[1], &mut Vec::new(), &mut operations);
        messages.push(message("process_generating", &json!(operations)));
        messages.push(json!({"msg": "heartbeat"}));
    }
    messages.push(message("process_completed", &states[states.len() - 1]));
    let frames = messages.iter();
    let frames = frames.map(|message| format!("data: {message}{line_end}{line_end}"));
    frames.collect()
}

/// The values that the stream tells, in order, when it arrives in `pieces`. The last one is the completed one.
fn values<'a>(pieces: impl Iterator<Item = &'a [u8]>) -> Vec<Value> {
    let mut jobs = Jobs::new(DIFFS, 1 << 20, "test".to_owned());
    jobs.add("e".to_owned());
    let mut values = Vec::new();
    for piece in pieces {
        jobs.push(piece).expect("no frame is over the limit");
        while let Some(of_job) = jobs.next_update().expect("no frame is malformed") {
            if matches!(of_job.update, Update::Values(_) | Update::Completed) {
                let outputs = jobs.outputs("e").expect("the job was added");
                assert!(!outputs.is_out_of_step(0), "{of_job:?}");
                values.extend(outputs.get(0).cloned());
            }
        }
    }
    values
}

/// Cuts bytes at the places that `cuts` choose.
fn cut<'a>(bytes: &'a [u8], cuts: &[prop::sample::Index]) -> Vec<&'a [u8]> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut.index(bytes.len() + 1)).collect();
    at.extend([0, bytes.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| &bytes[pair[0]..pair[1]]).collect()
}

/// Text with everything that a tail could be mistaken for.
fn text() -> impl Strategy<Value = String> {
    "([ab完🎉]|\n|<|<sum|\n<summary|\n<summary>|mary>){0,12}"
}

/// A reply's states: one bubble or more, each growing, rewritten or left alone.
fn states() -> impl Strategy<Value = Vec<Vec<String>>> {
    let bubble = prop_oneof![3 => text(), 1 => Just("Qwen is thinking...".to_owned())];
    prop::collection::vec(prop::collection::vec(bubble, 1..4), 1..8)
}

/// Every beginning of a text, at each of its characters.
fn beginnings(text: &str) -> Vec<String> {
    let ends = text.char_indices().map(|(at, _)| at).chain([text.len()]);
    ends.map(|end| text[..end].to_owned()).collect()
}

proptest! {
    #[test]
    fn any_cutting_of_any_reply_gives_every_value_of_the_server(
        states in states(),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
        line_end in prop::sample::select(vec!["\n", "\r\n", "\r"]),
    ) {
        let states: Vec<Value> = states.iter().map(|bubbles| chatbot(bubbles)).collect();
        let stream = stream(&states, line_end);
        let told = values(cut(stream.as_bytes(), &cuts).into_iter());
        let completed = states.last().cloned();
        let expected: Vec<Value> = states.into_iter().chain(completed).collect();
        prop_assert_eq!(told, expected);
    }

    #[test]
    fn the_same_text_in_any_pieces_is_shown_alike_and_nothing_shown_is_taken_back(
        text in text(),
        steps in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
        cuts in prop::collection::vec(any::<prop::sample::Index>(), 0..20),
    ) {
        let all = beginnings(&text);
        let mut at: Vec<usize> = steps.iter().map(|step| step.index(all.len())).collect();
        at.sort_unstable();
        let grown = at.iter().map(|&at| all[at].clone()).chain([text.clone()]);
        let states: Vec<Value> = grown.map(|text| chatbot(&[text])).collect();
        let stream = stream(&states, "\n");
        let told = values(cut(stream.as_bytes(), &cuts).into_iter());
        let (end, moments) = told.split_last().unwrap();
        let spoken = read_pairs(end).text;
        prop_assert_eq!(&spoken, &text);
        let (shown, hidden) = split_tail(&spoken, true);
        prop_assert_eq!(shown, text.split(MARKER).next().unwrap());
        prop_assert_eq!(format!("{shown}{hidden}"), text.as_str());
        let mut before = String::new();
        for moment in moments {
            let spoken = read_pairs(moment).text;
            let (now, _) = split_tail(&spoken, false);
            prop_assert!(now.starts_with(&before) && shown.starts_with(now), "{now:?} in {shown:?}");
            now.clone_into(&mut before);
        }
    }
}
