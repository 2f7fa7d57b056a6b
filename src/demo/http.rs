//! The HTTP side: routes, and what a request must contain. Status codes and error bodies are those of Gradio 4.44 on
//! `FastAPI`.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Instant;

use http_body_util::{BodyExt, Collected};
use hyper::body::{Bytes, Incoming};
use hyper::header::{ALLOW, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpStream;

use super::answer::{
    Answer, Outgoing, detail, internal_error, json_answer, missing, no_object, not_json, respond,
    whole,
};
use super::lock::lock;
use super::queue::Call;
use super::space::Space;
use super::trouble::{Messages, Nothing, Place, Strike};
use super::{functions, layout, queue, stream, upload};

const EVENTS: &str = "text/event-stream; charset=utf-8";

/// Serves one connection until it closes or the Space's life ends.
pub(super) async fn serve(stream: TcpStream, space: Arc<Space>) {
    // Frames are small and each matters at once; without this they would wait for the reader's acknowledgements.
    let _ = stream.set_nodelay(true);
    if space.trouble.resets() {
        let _ = stream.set_zero_linger();
    }
    let service = service_fn(move |request| {
        let space = Arc::clone(&space);
        async move { Ok::<_, Infallible>(answer(&space, request).await) }
    });
    // An error here is a reader that went away or spoke no HTTP; neither concerns anyone else.
    let _ = http1::Builder::new()
        .serve_connection(TokioIo::new(stream), service)
        .await;
}

/// What a path stands for.
#[derive(Debug, PartialEq)]
enum Endpoint<'a> {
    Page,
    Config,
    Info,
    AppId,
    Status,
    Stream,
    Heartbeat,
    File(&'a str),
    Run(&'a str),
    Join,
    Cancel,
    Reset,
    Upload,
}

impl<'a> Endpoint<'a> {
    fn of(path: &'a str) -> Option<Self> {
        Some(match path {
            "/" => Self::Page,
            "/config" => Self::Config,
            "/info" => Self::Info,
            "/app_id" => Self::AppId,
            "/queue/status" => Self::Status,
            "/queue/data" => Self::Stream,
            "/queue/join" => Self::Join,
            "/cancel" => Self::Cancel,
            "/reset" => Self::Reset,
            "/upload" => Self::Upload,
            _ => return Self::with_name(path),
        })
    }

    fn with_name(path: &'a str) -> Option<Self> {
        let one_part = |rest: &&str| !rest.is_empty() && !rest.contains('/');
        let run = path
            .strip_prefix("/run/")
            .or_else(|| path.strip_prefix("/api/"));
        path.strip_prefix("/file=")
            .map(Self::File)
            .or_else(|| run.filter(one_part).map(Self::Run))
            .or_else(|| {
                path.strip_prefix("/heartbeat/")
                    .filter(one_part)
                    .map(|_| Self::Heartbeat)
            })
    }

    /// Where trouble may wait.
    fn place(&self) -> Option<Place> {
        match self {
            Self::Config => Some(Place::Config),
            Self::AppId => Some(Place::AppId),
            Self::Upload => Some(Place::Upload),
            Self::Run(_) => Some(Place::Predict),
            Self::Join => Some(Place::Join),
            Self::Stream => Some(Place::Stream),
            Self::Cancel => Some(Place::Cancel),
            _ => None,
        }
    }

    fn method(&self) -> Method {
        match self {
            Self::Run(_) | Self::Join | Self::Cancel | Self::Reset | Self::Upload => Method::POST,
            _ => Method::GET,
        }
    }
}

async fn answer(space: &Arc<Space>, request: Request<Incoming>) -> Response<Outgoing> {
    let path = decoded(request.uri().path());
    let Some(endpoint) = Endpoint::of(&path) else {
        return respond(detail(StatusCode::NOT_FOUND, "Not Found"));
    };
    if endpoint.method() != request.method() {
        let mut response = respond(detail(StatusCode::METHOD_NOT_ALLOWED, "Method Not Allowed"));
        let allowed = if endpoint.method() == Method::POST {
            "POST"
        } else {
            "GET"
        };
        response
            .headers_mut()
            .insert(ALLOW, HeaderValue::from_static(allowed));
        return response;
    }
    let session = query(request.uri().query().unwrap_or_default(), "session_hash");
    let kind = request
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|kind| kind.to_str().ok())
        .unwrap_or_default()
        .to_owned();
    // The reader went away in the middle of its own request, so no answer arrives.
    let body = request
        .into_body()
        .collect()
        .await
        .map(Collected::to_bytes)
        .unwrap_or_default();
    let strike: Box<dyn Strike> = match endpoint.place() {
        Some(place) => space.trouble.strike(place),
        None => Box::new(Nothing),
    };
    if let Some(instead) = strike.answer() {
        return instead.await;
    }
    let (status, kind, body) = match endpoint {
        Endpoint::Upload => take_files(space, &kind, &body),
        Endpoint::Stream => stream(space, session, strike.messages()),
        _ if endpoint.method() == Method::GET => get(space, &endpoint),
        _ => post(space, &endpoint, &body),
    };
    respond((status, kind, strike.body(body)))
}

/// The stream of a session.
fn stream(space: &Arc<Space>, session: Option<String>, messages: Box<dyn Messages>) -> Answer {
    let Some(session) = session else {
        return missing(&["session_hash"], "query", &Value::Null);
    };
    let (sender, body) = Outgoing::stream();
    space.spawn(stream::deliver(
        Arc::clone(space),
        session,
        sender,
        messages,
    ));
    (StatusCode::OK, EVENTS, body)
}

fn get(space: &Arc<Space>, endpoint: &Endpoint<'_>) -> Answer {
    match endpoint {
        Endpoint::Config => json_answer(StatusCode::OK, &layout::config(space)),
        Endpoint::Info => json_answer(StatusCode::OK, &layout::info()),
        Endpoint::AppId => json_answer(StatusCode::OK, &json!({"app_id": space.app_id})),
        Endpoint::Status => {
            let size = lock(&space.queue).waiting();
            let status = json!({"msg": "estimation", "event_id": null, "rank": null, "queue_size": size, "rank_eta": null});
            json_answer(StatusCode::OK, &status)
        }
        Endpoint::Heartbeat => {
            let (sender, body) = Outgoing::stream();
            space.spawn(stream::alive(Arc::clone(space), sender));
            (StatusCode::OK, EVENTS, body)
        }
        Endpoint::File(path) => match lock(&space.files).get(*path) {
            Some(bytes) => whole(StatusCode::OK, "application/octet-stream", bytes.clone()),
            None => detail(StatusCode::FORBIDDEN, &format!("File not allowed: {path}.")),
        },
        _ => whole(StatusCode::OK, "text/html; charset=utf-8", layout::PAGE),
    }
}

fn post(space: &Arc<Space>, endpoint: &Endpoint<'_>, body: &[u8]) -> Answer {
    let body: Value = match serde_json::from_slice(body) {
        Ok(body) => body,
        Err(error) => return not_json(&error),
    };
    if !body.is_object() {
        return no_object(&body);
    }
    let required: &[&str] = match endpoint {
        Endpoint::Cancel => &["session_hash", "fn_index", "event_id"],
        Endpoint::Reset => &["event_id"],
        _ => &["data"],
    };
    let absent: Vec<&str> = required
        .iter()
        .copied()
        .filter(|field| body.get(*field).is_none())
        .collect();
    if !absent.is_empty() {
        return missing(&absent, "body", &body);
    }
    match endpoint {
        Endpoint::Run(name) => run(space, name, body),
        Endpoint::Join => join(space, body),
        Endpoint::Cancel => {
            let text = |field: &str| body[field].as_str().unwrap_or_default();
            queue::cancel(space, text("session_hash"), text("event_id"));
            json_answer(StatusCode::OK, &json!({"success": true}))
        }
        _ => json_answer(StatusCode::OK, &json!({"success": true})),
    }
}

/// Runs a function at once, outside the queue, up to its first yield.
fn run(space: &Arc<Space>, name: &str, mut body: Value) -> Answer {
    let known = body["fn_index"]
        .as_u64()
        .or_else(|| functions::by_name(name));
    let Some(function) = known.filter(|function| *function <= functions::FLUSHED) else {
        return internal_error();
    };
    let session = body["session_hash"].as_str().unwrap_or_default().to_owned();
    let call = Call {
        function,
        data: list(body["data"].take()),
        session,
    };
    let started = Instant::now();
    match functions::first_outputs(space, &call) {
        Ok(data) => {
            let generating = functions::is_generator(function);
            let output = queue::timed_output(space, function, &data, generating, started.elapsed());
            json_answer(StatusCode::OK, &output)
        }
        Err(failure) => json_answer(StatusCode::INTERNAL_SERVER_ERROR, &failure.payload()),
    }
}

fn join(space: &Arc<Space>, mut body: Value) -> Answer {
    let Some(session) = body["session_hash"].as_str().map(str::to_owned) else {
        return detail(StatusCode::BAD_REQUEST, "Session hash not found.");
    };
    let Some(function) = body["fn_index"].as_u64() else {
        return detail(StatusCode::BAD_REQUEST, "No function index provided.");
    };
    if function > functions::FLUSHED {
        return internal_error();
    }
    let call = Call {
        function,
        data: list(body["data"].take()),
        session,
    };
    match queue::join(space, call) {
        Ok(event) => json_answer(StatusCode::OK, &json!({"event_id": event})),
        Err(full) => detail(StatusCode::SERVICE_UNAVAILABLE, &full),
    }
}

fn list(value: Value) -> Vec<Value> {
    match value {
        Value::Array(values) => values,
        _ => Vec::new(),
    }
}

fn take_files(space: &Space, kind: &str, body: &Bytes) -> Answer {
    let Some(boundary) = upload::boundary(kind) else {
        return detail(StatusCode::BAD_REQUEST, "Invalid content type.");
    };
    let stored = upload::files(body, &boundary);
    let paths: Vec<&String> = stored.iter().map(|(path, _)| path).collect();
    let answer = json_answer(StatusCode::OK, &json!(paths));
    lock(&space.files).extend(stored);
    answer
}

/// The value of a query parameter, decoded.
fn query(query: &str, name: &str) -> Option<String> {
    query
        .split('&')
        .find_map(|pair| match pair.split_once('=') {
            Some((key, value)) if key == name => Some(decoded(&value.replace('+', " "))),
            _ => None,
        })
}

/// Resolves `%XX`; what is no valid escape stays as it is.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let digit = |index: usize| {
            after
                .get(index)
                .and_then(|byte| char::from(*byte).to_digit(16))
        };
        let value = digit(0)
            .zip(digit(1))
            .and_then(|(high, low)| u8::try_from(high * 16 + low).ok());
        if let Some(byte) = value.filter(|_| *first == b'%') {
            bytes.push(byte);
            rest = after.get(2..).unwrap_or_default();
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_escapes_are_decoded_and_broken_ones_kept() {
        for (text, expected) in [
            ("a%20b", "a b"),
            ("%e5%ae%8c", "完"),
            ("100%", "100%"),
            ("%zz%4", "%zz%4"),
            ("", ""),
        ] {
            assert_eq!(decoded(text), expected);
        }
    }

    #[test]
    fn a_path_of_another_prefix_leads_nowhere() {
        for path in [
            "/gradio_api/config",
            "/run/",
            "/run/a/b",
            "/heartbeat/",
            "/nothing",
            "",
            "/config/",
        ] {
            assert_eq!(Endpoint::of(path), None, "{path}");
        }
        assert_eq!(
            Endpoint::of("/api/add_text"),
            Some(Endpoint::Run("add_text"))
        );
    }
}
