//! The embedded Space as a client meets it: over HTTP, with nothing of the server's own code but the difference applier.

mod faults;
mod queue;
mod requests;
mod turns;

use std::time::Duration;

use reqwest::{Response, StatusCode};
use serde_json::{Value, json};

use super::diff::tests::apply;
use super::{Options, Server};

/// A server without pauses, with heartbeats that never come in between.
fn fast() -> Options {
    Options {
        pace: Duration::ZERO,
        heartbeat: Duration::from_hours(1),
        ..Options::default()
    }
}

/// As [`fast`], but slow enough to be caught in the middle of a reply.
fn catchable() -> Options {
    Options {
        pace: Duration::from_millis(2),
        ..fast()
    }
}

struct Client {
    url: String,
    http: reqwest::Client,
}

impl Client {
    fn of(server: &Server) -> Self {
        // Loopback must not go through a proxy that the environment names.
        Self {
            url: server.url(),
            http: reqwest::Client::builder().no_proxy().build().unwrap(),
        }
    }

    async fn get(&self, path: &str) -> Response {
        self.http
            .get(format!("{}{path}", self.url))
            .send()
            .await
            .unwrap()
    }

    async fn post(&self, path: &str, body: &Value) -> Response {
        self.http
            .post(format!("{}{path}", self.url))
            .json(body)
            .send()
            .await
            .unwrap()
    }

    async fn add_text(&self, session: &str, message: Value) -> Response {
        let body = json!({"data": [message, [], null], "fn_index": 1, "trigger_id": 5, "session_hash": session});
        self.post("/run/predict?__theme=light", &body).await
    }

    async fn try_join(&self, session: &str, function: u64, data: Value) -> (StatusCode, Value) {
        let body = json!({"data": data, "fn_index": function, "event_data": null, "session_hash": session});
        let response = self.post("/queue/join?__theme=light", &body).await;
        (response.status(), response.json().await.unwrap())
    }

    async fn join(&self, session: &str, function: u64, data: Value) -> String {
        let (status, body) = self.try_join(session, function, data).await;
        assert_eq!(status, StatusCode::OK, "{body}");
        body["event_id"].as_str().unwrap().to_owned()
    }

    async fn stream(&self, session: &str) -> Messages {
        let response = self
            .get(&format!("/queue/data?session_hash={session}"))
            .await;
        assert_eq!(response.status(), StatusCode::OK);
        assert_eq!(
            response.headers()["content-type"],
            "text/event-stream; charset=utf-8"
        );
        Messages {
            response,
            buffer: Vec::new(),
        }
    }

    /// Sends a message and joins the queue for its reply; gives the event id.
    async fn ask(&self, session: &str, text: &str) -> String {
        let answered = self
            .add_text(session, json!({"files": [], "text": text}))
            .await;
        assert_eq!(answered.status(), StatusCode::OK);
        let chatbot = answered.json::<Value>().await.unwrap()["data"][1].clone();
        self.join(session, 2, json!([chatbot, null, 0])).await
    }

    /// A whole turn: all its messages.
    async fn turn(&self, session: &str, text: &str) -> Vec<Value> {
        self.ask(session, text).await;
        self.stream(session).await.rest().await
    }

    async fn reply(&self, session: &str, text: &str) -> String {
        let messages = self.turn(session, text).await;
        let completed = messages
            .iter()
            .find(|message| message["msg"] == "process_completed")
            .unwrap();
        bubble(&completed["output"]["data"][0])
    }

    async fn cancel(&self, session: &str, event: &str) -> Value {
        let body = json!({"session_hash": session, "fn_index": 2, "event_id": event});
        self.post("/cancel", &body).await.json().await.unwrap()
    }

    async fn app_id(&self) -> u64 {
        self.get("/app_id").await.json::<Value>().await.unwrap()["app_id"]
            .as_u64()
            .unwrap()
    }
}

/// The messages of a stream, read one by one.
struct Messages {
    response: Response,
    buffer: Vec<u8>,
}

impl Messages {
    /// The next message; `None` at a proper end, an error if the connection was cut.
    async fn try_next(&mut self) -> reqwest::Result<Option<Value>> {
        loop {
            if let Some(end) = self.buffer.windows(2).position(|pair| pair == b"\n\n") {
                let frame: Vec<u8> = self.buffer.drain(..end + 2).collect();
                let json = frame
                    .strip_prefix(b"data: ")
                    .expect("each frame is one data line");
                return Ok(Some(serde_json::from_slice(json).unwrap()));
            }
            match self.response.chunk().await? {
                Some(bytes) => self.buffer.extend_from_slice(&bytes),
                None => return Ok(None),
            }
        }
    }

    async fn next(&mut self) -> Value {
        self.try_next().await.unwrap().expect("the stream goes on")
    }

    /// Reads until a message of this kind and gives it.
    async fn until(&mut self, kind: &str) -> Value {
        loop {
            let message = self.next().await;
            if message["msg"] == kind {
                return message;
            }
        }
    }

    /// The only message of a stream that is cut off after it instead of ended, as Gradio does to a stream it refuses.
    async fn refusal(mut self) -> Value {
        let message = self.next().await;
        assert!(self.try_next().await.is_err(), "cut, not ended");
        message
    }

    async fn rest(mut self) -> Vec<Value> {
        let mut messages = Vec::new();
        while let Some(message) = self.try_next().await.unwrap() {
            messages.push(message);
        }
        messages
    }
}

/// The text of the only assistant bubble in the last pair of a chatbot value.
fn bubble(chatbot: &Value) -> String {
    let sides = chatbot.as_array().unwrap().last().unwrap()[1]
        .as_array()
        .unwrap();
    let texts: Vec<&Value> = sides.iter().filter(|side| !side.is_null()).collect();
    assert_eq!(texts.len(), 1, "{chatbot}");
    texts[0]["text"].as_str().unwrap().to_owned()
}

fn kinds(messages: &[Value]) -> Vec<&str> {
    messages
        .iter()
        .map(|message| message["msg"].as_str().unwrap())
        .collect()
}

/// The values of the first output after each yield, rebuilt from the differences.
fn yields(messages: &[Value]) -> Vec<Value> {
    let mut values: Vec<Value> = Vec::new();
    for message in messages
        .iter()
        .filter(|message| message["msg"] == "process_generating")
    {
        let first = &message["output"]["data"][0];
        let value = match values.last() {
            None => first.clone(),
            Some(old) => apply(old, first.as_array().unwrap()),
        };
        values.push(value);
    }
    values
}
