//! Answers: the bodies that go out, in the one type whose `poll_frame` every byte of every response passes
//! ([`Outgoing`]), the events of a stream as bytes, and the errors in the words of Gradio 4.44 on `FastAPI`.

use std::fmt;
use std::pin::Pin;
use std::task::{Context, Poll, ready};

use hyper::body::{Body, Bytes, Frame, SizeHint};
use hyper::header::{CONTENT_TYPE, HeaderValue, SERVER};
use hyper::{Response, StatusCode};
use serde_json::{Value, json};
use tokio::sync::mpsc;

const JSON: &str = "application/json";
const PLAIN: &str = "text/plain; charset=utf-8";

/// The bytes of a response. All of them pass `poll_frame`, so that what goes wrong with them (a hang, a cut at a byte) has
/// one place to be.
pub(super) struct Outgoing {
    body: Box<dyn Body<Data = Bytes, Error = CutOff> + Send + Unpin>,
    /// The connection is about to be cut.
    is_cutting: bool,
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
    /// The bytes of this body; the connection is cut where it fails.
    pub(super) fn new(
        body: impl Body<Data = Bytes, Error = CutOff> + Send + Unpin + 'static,
    ) -> Self {
        Self {
            body: Box::new(body),
            is_cutting: false,
        }
    }

    /// A body and what fills it. It holds one part at most, so that a slow reader slows the sender.
    pub(super) fn stream() -> (mpsc::Sender<Part>, Self) {
        let (sender, receiver) = mpsc::channel(1);
        (sender, Self::new(Parts(receiver)))
    }
}

impl Body for Outgoing {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        if self.is_cutting {
            return Poll::Ready(Some(Err(CutOff)));
        }
        match ready!(Pin::new(&mut self.body).poll_frame(context)) {
            // At the next poll: the server writes out what it has when a body is not ready, and drops it when a body
            // fails.
            Some(Err(CutOff)) => {
                self.is_cutting = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            frame => Poll::Ready(frame),
        }
    }

    fn is_end_stream(&self) -> bool {
        !self.is_cutting && self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

/// Known from the start; sent with a length.
struct Whole(Option<Bytes>);

impl Body for Whole {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        Poll::Ready(self.0.take().map(|bytes| Ok(Frame::data(bytes))))
    }

    fn is_end_stream(&self) -> bool {
        self.0.is_none()
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.0.as_ref().map_or(0, |bytes| bytes.len() as u64))
    }
}

/// Sent in chunks as they come, until [`Part::End`]. A sender that is dropped before has died, as at a restart, and the
/// connection is cut.
struct Parts(mpsc::Receiver<Part>);

impl Body for Parts {
    type Data = Bytes;
    type Error = CutOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        Poll::Ready(match ready!(self.0.poll_recv(context)) {
            Some(Part::Bytes(bytes)) => Some(Ok(Frame::data(bytes))),
            Some(Part::End) => None,
            None => Some(Err(CutOff)),
        })
    }
}

/// One event of a `text/event-stream`, as a part of its body.
pub(super) fn frame(json: &Value) -> Part {
    Part::Bytes(event(json))
}

/// The bytes of one event.
pub(super) fn event(json: &Value) -> Bytes {
    Bytes::from(format!("data: {json}\n\n"))
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
    (status, kind, Outgoing::new(Whole(Some(body.into()))))
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
