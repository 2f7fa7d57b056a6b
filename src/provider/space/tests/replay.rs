//! Recorded Spaces of every protocol, served back byte by byte by a small scripted server, with a
//! whole turn of the provider against them.

use super::super::SpaceProvider;
use crate::chat::{Message, Role};
use crate::http::Options;
use crate::provider::{Provider, ProviderError, ReplyEvent, Request, Session};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufStream};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Notify;
use tokio_util::task::TaskTracker;

/// A Space as it was recorded.
struct Recording {
    config: &'static str,
    stream: &'static str,
    /// What `/app_id` says, where the app has that route.
    app_id: Option<u64>,
}

macro_rules! recording {
    ($config:literal, $stream:literal) => {
        Recording {
            config: include_str!(concat!(
                "../../../../tests/fixtures/chatinterface-",
                $config,
                ".config.json"
            )),
            stream: include_str!(concat!(
                "../../../../tests/fixtures/streams/chatinterface-",
                $stream,
                ".sse"
            )),
            app_id: None,
        }
    };
}

/// What the scripted server was asked: method, path and body.
type Asked = Arc<Mutex<Vec<(String, String, Value)>>>;

/// Serves a recording on a port of its own; gives the address and what is asked there.
async fn serve(recording: Recording) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, inputs_came) = (Asked::default(), Arc::new(Notify::new()));
    let recording = Arc::new(recording);
    let all = Arc::clone(&asked);
    tokio::spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let (recording, asked) = (Arc::clone(&recording), Arc::clone(&all));
            let inputs_came = Arc::clone(&inputs_came);
            tokio::spawn(async move {
                let mut stream = BufStream::new(stream);
                let (method, path, body) = request(&mut stream).await;
                let is_inputs = method == "POST" && path.ends_with("/queue/data");
                asked
                    .lock()
                    .unwrap()
                    .push((method.clone(), path.clone(), body));
                if is_inputs {
                    inputs_came.notify_one();
                }
                answer(
                    stream.into_inner(),
                    &recording,
                    (&method, &path),
                    &inputs_came,
                )
                .await;
            });
        }
    });
    (url, asked)
}

/// The app as it offers its function to programs, its page taken away: what was recorded is that function.
fn without_page(config: &str) -> String {
    let mut config: Value = serde_json::from_str(config).unwrap();
    for dependency in config["dependencies"].as_array_mut().unwrap() {
        if dependency["api_name"] != "chat" && dependency["api_name"] != "slow_echo" {
            dependency["targets"] = json!([]);
        }
    }
    config.to_string()
}

async fn request(stream: &mut BufStream<TcpStream>) -> (String, String, Value) {
    let (mut line, mut length) = (String::new(), 0);
    stream.read_line(&mut line).await.unwrap();
    let mut words = line.split(' ').map(str::to_owned);
    let (method, path) = (words.next().unwrap(), words.next().unwrap());
    loop {
        let mut header = String::new();
        stream.read_line(&mut header).await.unwrap();
        let header = header.trim().to_lowercase();
        if header.is_empty() {
            break;
        }
        if let Some(value) = header.strip_prefix("content-length:") {
            length = value.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    stream.read_exact(&mut body).await.unwrap();
    let body = serde_json::from_slice(&body).unwrap_or(Value::Null);
    (method, path, body)
}

async fn answer(
    mut stream: TcpStream,
    recording: &Recording,
    (method, path): (&str, &str),
    inputs_came: &Notify,
) {
    stream.set_nodelay(true).unwrap();
    let route = path
        .split('?')
        .next()
        .unwrap()
        .trim_start_matches("/gradio_api");
    let (status, kind, body) = match (method, route) {
        ("GET", "/app_id") if recording.app_id.is_some() => {
            let answer = json!({"app_id": recording.app_id});
            (200, "application/json", answer.to_string())
        }
        ("GET", "/config") => (200, "application/json", without_page(recording.config)),
        ("POST", "/queue/join") => {
            let event_id = event_id(recording.stream);
            (
                200,
                "application/json",
                json!({"event_id": event_id}).to_string(),
            )
        }
        ("GET", "/queue/join" | "/queue/data") => {
            (200, "text/event-stream", recording.stream.to_owned())
        }
        ("POST", "/queue/data") => (200, "application/json", "null".to_owned()),
        _ => (
            404,
            "application/json",
            json!({"detail": "Not Found"}).to_string(),
        ),
    };
    let head = format!("HTTP/1.1 {status} X\r\nContent-Type: {kind}\r\nConnection: close\r\n\r\n");
    stream.write_all(head.as_bytes()).await.unwrap();
    // An app of 4.0 to 4.8 says nothing more before it has the inputs.
    let pause = body
        .find("send_data")
        .and_then(|at| body.get(at..)?.find('\n').map(|end| at + end + 2));
    for (at, byte) in body.bytes().enumerate() {
        if Some(at) == pause {
            inputs_came.notified().await;
        }
        // A reader that has heard enough closes before the end.
        if stream.write_all(&[byte]).await.is_err() {
            return;
        }
    }
}

fn event_id(stream: &str) -> String {
    let named = stream.split("\"event_id\":").nth(1);
    let id = named.and_then(|rest| rest.trim_start().strip_prefix('"')?.split_once('"'));
    id.map(|(id, _)| id.to_owned()).unwrap_or_default()
}

async fn turn(url: &str, request: Request) -> Result<(String, Option<String>), ProviderError> {
    let space = SpaceProvider::new(url, Options::default(), TaskTracker::new());
    let (text, thought, _) = turn_at(&space, request).await?;
    Ok((text, thought))
}

/// Text, thought and session of a reply.
async fn turn_at(
    space: &SpaceProvider,
    request: Request,
) -> Result<(String, Option<String>, Option<Session>), ProviderError> {
    let (mut reply, mut thought, mut session) = (space.reply(request), None, None);
    while let Some(event) = reply.next().await {
        match event? {
            ReplyEvent::Reasoning(text) => thought = Some(text),
            ReplyEvent::Session(told) => session = Some(told),
            ReplyEvent::Done(text) => return Ok((text, thought, session)),
            _ => {}
        }
    }
    panic!("the reply has no end")
}

/// The prompts and session hashes of two turns, the second with the session of the first.
async fn two_turns(recording: Recording) -> Vec<(Value, Value)> {
    let (url, asked) = serve(recording).await;
    let space = SpaceProvider::new(url, Options::default(), TaskTracker::new());
    let mut past = vec![Message::user("hi")];
    let first = turn_at(&space, Request::new(past.clone())).await.unwrap();
    past.extend([Message::new(Role::Assistant, "yes"), Message::user("again")]);
    let request = Request {
        session: first.2,
        ..Request::new(past)
    };
    turn_at(&space, request).await.unwrap();
    let asked = asked.lock().unwrap();
    let joins = asked
        .iter()
        .filter(|(_, path, _)| path.ends_with("/queue/join"));
    joins
        .map(|(_, _, body)| (body["data"][0].clone(), body["session_hash"].clone()))
        .collect()
}

#[tokio::test]
async fn a_session_that_goes_on_is_sent_the_newest_message_alone() {
    let joins = two_turns(recording!("4.44", "4.44.0.queue-hi")).await;
    let [(first, hash), (second, same)] = joins.as_slice() else {
        panic!("two turns, not {joins:?}")
    };
    assert_eq!((first, second), (&json!("hi"), &json!("again")));
    assert_eq!(hash, same);
}

#[tokio::test]
async fn an_app_that_was_restarted_is_told_the_whole_past_in_a_new_session() {
    let recording = Recording {
        app_id: Some(1),
        ..recording!("4.44", "4.44.0.queue-hi")
    };
    let joins = two_turns(recording).await;
    let (first, (last, newer)) = (&joins[0], joins.last().unwrap());
    assert_eq!(
        *last,
        json!("User: hi\nAssistant: yes\nUser: again\nAssistant:")
    );
    assert_ne!(first.1, *newer);
}

fn said(asked: &Asked, method: &str, route: &str) -> Value {
    let asked = asked.lock().unwrap();
    let found = asked
        .iter()
        .find(|(how, path, _)| how == method && path.ends_with(route));
    found
        .unwrap_or_else(|| panic!("{method} {route} in {asked:?}"))
        .2
        .clone()
}

#[tokio::test]
async fn a_recorded_space_of_each_protocol_replies_what_it_replied() {
    for recording in [
        recording!("4.8", "4.8-sse.0.start"),
        recording!("4.16", "4.16.0.queue-hi"),
        recording!("4.20", "4.20.0.queue-hi"),
        recording!("4.44", "4.44.0.queue-hi"),
        recording!("5.49", "5.49.0.queue-hi"),
        recording!("6.31", "6.31.0.queue-hi"),
    ] {
        let (url, _) = serve(recording).await;
        let request = Request::new([Message::user("hi")]);
        let (text, thought) = turn(&url, request).await.unwrap();
        assert_eq!(text, "Echo[0]: hi\n  two\n end ");
        assert_eq!(thought.as_deref(), Some("x"));
    }
}

#[tokio::test]
async fn the_oldest_protocol_gets_its_inputs_when_it_asks_for_them() {
    let (url, asked) = serve(recording!("4.8", "4.8-sse.0.start")).await;
    let request = Request {
        system: "Be brief.".to_owned(),
        settings: [("temperature".to_owned(), json!("0.5"))].into(),
        ..Request::new([Message::user("hi")])
    };
    turn(&url, request).await.unwrap();
    let inputs = said(&asked, "POST", "/queue/data");
    assert_eq!(inputs["data"], json!(["hi", null, "Be brief.", 0.5]));
    assert_eq!(inputs["event_id"], "a7a98673c01e4515b450db6e2ccd9229");
    assert_eq!(inputs["fn_index"], 18);
    let joined = asked.lock().unwrap();
    let joined = joined
        .iter()
        .find(|(_, path, _)| path.starts_with("/queue/join?"));
    let (_, path, _) = joined.unwrap();
    assert!(path.contains("fn_index=18&session_hash="), "{path}");
}

#[tokio::test]
async fn a_setting_that_is_refused_sends_nothing() {
    let (url, asked) = serve(recording!("4.44", "4.44.0.queue-hi")).await;
    let request = Request {
        settings: [("temperature".to_owned(), json!(3))].into(),
        ..Request::new([Message::user("hi")])
    };
    let error = turn(&url, request).await.unwrap_err();
    assert_eq!(error.kind(), crate::chat::FailureKind::Settings);
    let asked = asked.lock().unwrap();
    assert!(
        asked.iter().all(|(method, ..)| method == "GET"),
        "{asked:?}"
    );
}

#[tokio::test]
async fn a_space_of_gradio_3_is_refused_as_too_old() {
    let (url, _) = serve(recording!("3.50", "4.16.0.queue-hi")).await;
    let error = turn(&url, Request::new([Message::user("hi")]))
        .await
        .unwrap_err();
    assert!(error.to_string().contains("3.50.2"), "{error}");
}

#[tokio::test]
async fn an_app_that_does_not_say_that_it_is_alive_is_waited_for_and_that_is_told() {
    let recorded = recording!("4.8", "4.8-sse.0.start");
    let config: &'static str = recorded.config.replace("4.8.0", "4.2.0").leak();
    let (url, _) = serve(Recording { config, ..recorded }).await;
    let space = SpaceProvider::new(&url, Options::default(), TaskTracker::new());
    let mut reply = space.reply(Request::new([Message::user("hi")]));
    let mut notices = Vec::new();
    while let Some(event) = reply.next().await {
        if let ReplyEvent::Notice(notice) = event.unwrap() {
            notices.push(notice.text);
        }
    }
    assert!(notices[0].contains("Gradio 4.2.0"), "{notices:?}");
    assert!(notices[0].contains("up to 15 min"), "{notices:?}");
    let client = crate::gradio::Client::new(&url, Options::default()).unwrap();
    for (version, minutes) in [("4.0.0", 15), ("4.3.0", 15), ("4.4.0", 1), ("5.0.0", 1)] {
        let app = json!({"version": version, "dependencies": []});
        let app = crate::gradio::App::read(&app).unwrap();
        assert_eq!(client.patience(&app).as_secs(), minutes * 60, "{version}");
    }
}
