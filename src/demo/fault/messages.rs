//! Wrong messages in a stream. A [`Garbler`] decides what is sent for each message, and whether the stream ends as it
//! should.

use std::time::Duration;

use hyper::body::Bytes;
use serde_json::{Value, json};

use super::super::answer::{Part, event, frame};
use super::super::trouble::{Messages, Parts};
use super::super::wire;

/// The piece of text at which a garbling strikes, counted from 1: the page has shown something by then.
const STRIKES_AT: u32 = 4;
/// The period of `heartbeats`: short, so that it is seen soon that a client is not fooled by them.
const BEAT: Duration = Duration::from_millis(250);
/// How many messages of a flood leave in one go.
const WAVE: u64 = 100;
/// An event that never joined here.
const ELSEWHERE: &str = "0123456789abcdef0123456789abcdef";

/// What is wrong with the messages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Garbling {
    MalformedJson,
    TruncatedUtf8,
    /// Its size in megabytes.
    BigFrame(u64),
    /// The number of messages.
    Flood(u64),
    WrongDiffs,
    OtherSession,
    NoClose,
    NoEnd,
    RestartBetweenTurns,
    RestartInReply,
    Heartbeats,
}

impl Garbling {
    /// The garbling of this name; `None` also for a number where there is none to set.
    pub(super) fn of(name: &str, number: Option<u64>) -> Option<Self> {
        match name {
            "big-frame" => return Some(Self::BigFrame(number.unwrap_or(50))),
            "flood" => return Some(Self::Flood(number.unwrap_or(100_000))),
            _ if number.is_some() => return None,
            _ => {}
        }
        Some(match name {
            "malformed-json" => Self::MalformedJson,
            "truncated-utf8" => Self::TruncatedUtf8,
            "wrong-diffs" => Self::WrongDiffs,
            "other-session" => Self::OtherSession,
            "no-close" => Self::NoClose,
            "no-end" => Self::NoEnd,
            "restart-between-turns" => Self::RestartBetweenTurns,
            "restart-in-reply" => Self::RestartInReply,
            "heartbeats" => Self::Heartbeats,
            _ => return None,
        })
    }
}

/// The messages of one stream on their way out.
#[derive(Debug)]
pub(super) struct Garbler {
    garbling: Garbling,
    /// Pieces of text so far.
    pieces: u32,
}

impl Garbler {
    pub(super) fn new(garbling: Garbling) -> Self {
        Self {
            garbling,
            pieces: 0,
        }
    }
}

impl Messages for Garbler {
    fn period(&self) -> Option<Duration> {
        (self.garbling == Garbling::Heartbeats).then_some(BEAT)
    }

    fn never_closes(&self) -> bool {
        matches!(self.garbling, Garbling::NoClose | Garbling::Heartbeats)
    }

    fn restarts_after(&self) -> bool {
        self.garbling == Garbling::RestartBetweenTurns
    }

    fn sent(&mut self, message: &Value) -> Option<Parts> {
        let is_piece = text_path(message).is_some();
        self.pieces += u32::from(is_piece);
        let strikes = is_piece && self.pieces == STRIKES_AT;
        let good = std::iter::once(frame(message));
        Some(match self.garbling {
            Garbling::OtherSession => Box::new(others(message).chain(good)),
            Garbling::Heartbeats if is_of_reply(message) => Box::new(std::iter::empty()),
            Garbling::NoEnd if strikes => Box::new(std::iter::once(Part::End)),
            Garbling::RestartInReply if strikes => return None,
            garbling if strikes => Box::new(instead(garbling, message).chain(good)),
            _ => Box::new(good),
        })
    }
}

/// What goes out before `message`.
fn instead(garbling: Garbling, message: &Value) -> Parts {
    match garbling {
        Garbling::MalformedJson => {
            let text = message.to_string();
            let half = text.get(..text.len() / 2).unwrap_or("{");
            Box::new(std::iter::once(raw(half.as_bytes())))
        }
        Garbling::TruncatedUtf8 => {
            let text = message.to_string();
            let (before, behind) = text.rsplit_once('}').unwrap_or((&text, ""));
            let broken = [before.as_bytes(), ",\"mood\":\"完".as_bytes()].concat();
            let cut = &broken[..broken.len() - 1];
            let whole = [cut, b"\"}", behind.as_bytes()].concat();
            Box::new(std::iter::once(raw(&whole)))
        }
        Garbling::BigFrame(megabytes) => {
            let size = usize::try_from(megabytes << 20).unwrap_or(usize::MAX);
            let mut big = message.clone();
            big["output"]["data"][0] = json!([]);
            big["output"]["padding"] = Value::String("a word ".repeat(size / 7));
            Box::new(std::iter::once(frame(&big)))
        }
        Garbling::Flood(count) => Box::new(flood(message, count)),
        Garbling::WrongDiffs => {
            let path = text_path(message).cloned().unwrap_or_default();
            let lie = json!([["replace", path, "This was never said."]]);
            let nowhere = json!([
                ["append", [99, "no", "such"], "x"],
                ["grow", [], 1],
                ["delete", [7777], null],
            ]);
            let wrong = [lie, nowhere, json!(5), json!([["replace"]])];
            let frames: Vec<Part> = wrong
                .into_iter()
                .map(|operations| {
                    let mut other = message.clone();
                    other["output"]["data"][0] = operations;
                    frame(&other)
                })
                .collect();
            Box::new(frames.into_iter())
        }
        _ => Box::new(std::iter::empty()),
    }
}

/// So many messages that are all in order and say nothing of the reply.
fn flood(message: &Value, count: u64) -> impl Iterator<Item = Part> + Send + use<> {
    let id = message["event_id"].clone();
    let mut empty = message.clone();
    empty["output"]["data"][0] = json!([]);
    let message = move |index: u64| match index % 5 {
        0 => empty.clone(),
        1 => {
            json!({"msg": "log", "event_id": id, "level": "info", "log": format!("Notice {index}")})
        }
        2 => {
            json!({"msg": "progress", "event_id": id, "progress_data": [{"index": index, "length": count, "desc": "Flood"}]})
        }
        3 => wire::heartbeat(),
        _ => json!({"msg": "novelty", "event_id": id, "number": index}),
    };
    let wave = move |first: u64| {
        let indexes = first..count.min(first + WAVE);
        Part::Bytes(indexes.flat_map(|index| event(&message(index))).collect())
    };
    (0..count.div_ceil(WAVE)).map(move |number| wave(number * WAVE))
}

/// What other events say: a reply, its end, and that all is lost.
fn others(message: &Value) -> impl Iterator<Item = Part> + Send + use<> {
    let mut messages = Vec::new();
    if message["output"].is_object() {
        let says = |text: &str| {
            let bubbles = json!([wire::bubble(text, &Value::Null), null]);
            let data = json!([[[wire::bubble("not yours", &json!([])), bubbles]], null, 0]);
            json!({"data": data, "is_generating": true})
        };
        messages = vec![
            wire::process_generating(ELSEWHERE, &says("Words of somebody else.")),
            wire::process_completed(ELSEWHERE, &says("All words of somebody else.")),
            wire::process_failed(
                ELSEWHERE,
                &wire::Failure::Told("Somebody else's trouble".to_owned()),
            ),
            json!({"msg": "unexpected_error", "event_id": ELSEWHERE, "message": "Somebody else's end", "success": false}),
        ];
    }
    messages.into_iter().map(|other| frame(&other))
}

/// Where a message changes a text: the path of its first operation. `None` for one that is no piece of a reply.
fn text_path(message: &Value) -> Option<&Value> {
    let is_yield = message["msg"] == "process_generating";
    let operation = message.pointer("/output/data/0/0")?;
    // The first yield of an event holds whole values, where no operation is.
    (is_yield && operation.get(0)?.is_string()).then(|| operation.get(1))?
}

/// Whether a message says anything of the reply itself.
fn is_of_reply(message: &Value) -> bool {
    message["msg"] == "process_generating" || message["msg"] == "process_completed"
}

/// One event of the stream with these bytes as its data.
fn raw(data: &[u8]) -> Part {
    Part::Bytes(Bytes::from([b"data: ", data, b"\n\n"].concat()))
}
