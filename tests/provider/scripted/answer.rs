//! An answer as a test writes it down, byte for byte.

use serde_json::Value;

/// What the server does next with a connection; it closes it at the end of the list.
#[derive(Clone, Debug)]
pub enum Step {
    Send(Vec<u8>),
    /// Each byte by itself, in a packet of its own as far as the system lets it.
    Drip(Vec<u8>),
    /// The same bytes again and again, until the client goes away.
    Pulse(Vec<u8>),
    /// Silence, until the client goes away or the test ends.
    Hang,
}

/// One answer: a head and a body, or as much of them as is wanted.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    pub(super) steps: Vec<Step>,
    pub(super) is_kept_open: bool,
}

impl Answer {
    /// A whole answer with a length.
    pub fn new(status: u16, kind: &str, body: &str) -> Self {
        let length = body.len();
        let head = format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
        );
        Self {
            steps: vec![Step::Send(head.into_bytes())],
            is_kept_open: false,
        }
    }

    pub fn json(status: u16, body: &Value) -> Self {
        Self::new(status, "application/json", &body.to_string())
    }

    /// What a host shows in place of an app.
    pub fn page(status: u16) -> Self {
        let body = "<!DOCTYPE html><html><title>Please wait</title></html>";
        Self::new(status, "text/html", body)
    }

    /// With one more header; only for a whole answer.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        if let Some(Step::Send(bytes)) = self.steps.first_mut() {
            let text = String::from_utf8_lossy(bytes);
            let line = format!("\r\n{name}: {value}\r\nConnection: close");
            *bytes = text.replacen("\r\nConnection: close", &line, 1).into();
        }
        self
    }

    /// Over a connection that is kept open behind it; only for an answer with an end.
    pub fn kept_open(mut self) -> Self {
        if let Some(Step::Send(bytes)) = self.steps.first_mut() {
            let text = String::from_utf8_lossy(bytes);
            *bytes = text.replacen("\r\nConnection: close", "", 1).into();
        }
        self.is_kept_open = true;
        self
    }

    /// The connection is closed before anything is said.
    pub fn cut() -> Self {
        Self::default()
    }

    /// The connection stays open and silent.
    pub fn silence() -> Self {
        Self::default().hang()
    }

    /// The beginning of an answer of unknown length, to be gone on with by the methods below. Without [`Answer::end`] the
    /// connection is cut in the middle.
    pub fn stream(status: u16, kind: &str) -> Self {
        let head = format!(
            "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        );
        Self {
            steps: vec![Step::Send(head.into_bytes())],
            is_kept_open: false,
        }
    }

    /// The beginning of an event stream.
    pub fn events() -> Self {
        Self::stream(200, "text/event-stream")
    }

    /// A message of the queue.
    pub fn say(self, message: &Value) -> Self {
        self.bytes(format!("data: {message}\n\n").as_bytes())
    }

    /// Bytes of the body, in one piece.
    pub fn bytes(mut self, bytes: &[u8]) -> Self {
        self.steps.push(Step::Send(chunk(bytes)));
        self
    }

    /// Bytes of the body, each in a piece of its own.
    pub fn drip(mut self, bytes: &[u8]) -> Self {
        let chunks = bytes.iter().flat_map(|&byte| chunk(&[byte])).collect();
        self.steps.push(Step::Drip(chunks));
        self
    }

    /// These bytes of the body again and again, until the client goes away.
    pub fn pulse(mut self, bytes: &[u8]) -> Self {
        self.steps.push(Step::Pulse(chunk(bytes)));
        self
    }

    pub fn hang(mut self) -> Self {
        self.steps.push(Step::Hang);
        self
    }

    /// The proper end of a body.
    pub fn end(mut self) -> Self {
        self.steps.push(Step::Send(b"0\r\n\r\n".to_vec()));
        self
    }
}

fn chunk(bytes: &[u8]) -> Vec<u8> {
    let mut chunk = format!("{:x}\r\n", bytes.len()).into_bytes();
    chunk.extend_from_slice(bytes);
    chunk.extend_from_slice(b"\r\n");
    chunk
}
