//! Response bodies, in the one type whose `poll_frame` every byte of every response passes ([`Outgoing`]), and the
//! errors in the words of Gradio 4.44 on `FastAPI`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue, SERVER};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use super::fault::bytes::{Flaw, Flawed};

const JSON: &str = "application/json";
const PLAIN: &str = "text/plain; charset=utf-8";

/// The bytes of a response. All of them pass `poll_frame`, so that a fault (a hang, a cut at a byte) has one place to be.
pub(super) enum Outgoing {
    /// Known from the start; sent with a length.
    Whole(Option<Bytes>),
    /// Sent in chunks as they come, until [`Part::End`]. A sender that is dropped before has died, as at a restart, and
    /// the connection is cut.
    Stream(mpsc::Receiver<Part>),
    /// Its bytes have trouble on their way.
    Flawed(Box<Flawed>),
    /// The connection is about to be cut.
    Cutting,
}

/// What a stream sends next.
pub(super) enum Part {
    Bytes(Bytes),
    /// The proper end.
    End,
}

/// The connection was cut on purpose.
#[derive(Debug)]
pub(super) struct CutOff;

impl fmt::Display for CutOff {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("the connection was cut on purpose")
    }
}

impl std::error::Error for CutOff {}

impl Outgoing {
    /// A body and what fills it. It holds one part at most, so that a slow reader slows the sender.
    pub(super) fn stream() -> (mpsc::Sender<Part>, Self) {
        let (sender, receiver) = mpsc::channel(1);
        (sender, Self::Stream(receiver))
    }

    /// The same body with a flaw.
    pub(super) fn with(self, flaw: Flaw) -> Self {
        Self::Flawed(Box::new(Flawed::new(self, flaw)))
    }
}

impl Outgoing {
    /// Cuts the connection at the next poll: the server writes out what it has when a body is not ready, and drops it
    /// when a body fails.
    fn cut(&mut self, context: &Context<'_>) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        *self = Self::Cutting;
        context.waker().wake_by_ref();
        Poll::Pending
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let this = self.get_mut();
        let bytes = match this {
            Self::Whole(bytes) => bytes.take(),
            Self::Cutting => return Poll::Ready(Some(Err(CutOff))),
            Self::Stream(receiver) => match std::task::ready!(receiver.poll_recv(context)) {
                Some(Part::Bytes(bytes)) => Some(bytes),
                Some(Part::End) => None,
                None => return this.cut(context),
            },
            Self::Flawed(flawed) => match std::task::ready!(flawed.poll(context)) {
                Some(Err(_)) => return this.cut(context),
                frame => return Poll::Ready(frame),
            },
        };
        Poll::Ready(bytes.map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Self::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| bytes.len() as u64))
            }
            Self::Flawed(flawed) => flawed.size_hint(),
            Self::Stream(_) | Self::Cutting => SizeHint::default(),
        }
    }
}

/// Status, content type and body, before they become a response.
pub(super) type Answer = (StatusCode, &'static str, Outgoing);

/// The response with its headers.
pub(super) fn respond((status, kind, body): Answer) -> Response<Outgoing> {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(SERVER, HeaderValue::from_static("spacechat-demo"));
    response
}

pub(super) fn whole(status: StatusCode, kind: &'static str, body: impl Into<Bytes>) -> Answer {
    (status, kind, Outgoing::Whole(Some(body.into())))
}

pub(super) fn json_answer(status: StatusCode, value: &Value) -> Answer {
    whole(status, JSON, value.to_string())
}

pub(super) fn detail(status: StatusCode, detail: &str) -> Answer {
    json_answer(status, &json!({"detail": detail}))
}

/// What Gradio answers when its own code fails: no JSON.
pub(super) fn internal_error() -> Answer {
    whole(
        StatusCode::INTERNAL_SERVER_ERROR,
        PLAIN,
        "Internal Server Error",
    )
}

/// Fields of the body or the query are missing; `place` is `body` or `query`.
pub(super) fn missing(fields: &[&str], place: &str, input: &Value) -> Answer {
    let entry = |field: &&str| json!({"type": "missing", "loc": [place, field], "msg": "Field required", "input": input});
    unprocessable(fields.iter().map(entry).collect())
}

/// The body is JSON, but no object.
pub(super) fn no_object(input: &Value) -> Answer {
    unprocessable(vec![json!({
        "type": "model_attributes_type", "loc": ["body"], "input": input,
        "msg": "Input should be a valid dictionary or object to extract fields from",
    })])
}

/// The body is no JSON. The reason is this parser's and not Python's.
pub(super) fn not_json(error: &serde_json::Error) -> Answer {
    unprocessable(vec![json!({
        "type": "json_invalid", "loc": ["body", error.column().saturating_sub(1)], "msg": "JSON decode error",
        "input": {}, "ctx": {"error": error.to_string()},
    })])
}

fn unprocessable(entries: Vec<Value>) -> Answer {
    json_answer(
        StatusCode::UNPROCESSABLE_ENTITY,
        &json!({"detail": Value::Array(entries)}),
    )
}
