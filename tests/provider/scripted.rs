//! A server that answers each route with what a test has written down, byte for byte, and records every request. It is
//! not a Gradio app: only [`Script::qwen`] knows the routes of one turn at the Qwen demo Space.

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

/// The job's number in every scripted queue.
pub const EVENT: &str = "e1";

/// What the server does next with a connection; it closes it at the end of the list.
#[derive(Clone, Debug)]
enum Step {
    Send(Vec<u8>),
    /// Each byte by itself, in a packet of its own as far as the system lets it.
    Drip(Vec<u8>),
    /// Silence, until the client goes away or the test ends.
    Hang,
}

/// One answer: a head and a body, or as much of them as is wanted.
#[derive(Clone, Debug, Default)]
pub struct Answer {
    steps: Vec<Step>,
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

/// The answers of each route, `"GET /config"` for example. The last answer of a route is given again and again.
#[derive(Debug, Default)]
pub struct Script {
    routes: HashMap<String, VecDeque<Answer>>,
    holds: HashMap<String, oneshot::Receiver<()>>,
}

impl Script {
    /// The Qwen demo Space, answering every message with `reply`.
    pub fn qwen(reply: &str) -> Self {
        let stream = Answer::events()
            .say(&started())
            .say(&whole("process_generating", &chat("Qwen is thinking...")))
            .say(&whole("process_generating", &chat(reply)))
            .say(&whole("process_completed", &chat(reply)))
            .end();
        Self::default()
            .on("GET /config", [Answer::json(200, &config())])
            .on("GET /app_id", [Answer::json(200, &json!({"app_id": 7}))])
            .on("POST /run/predict", [added()])
            .on("POST /queue/join", [joined()])
            .on("GET /queue/data", [stream])
            .on(
                "POST /cancel",
                [Answer::json(200, &json!({"success": true}))],
            )
    }

    /// The answers of `route`, in place of those it had.
    pub fn on(mut self, route: &str, answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: VecDeque<_> = answers.into_iter().collect();
        self.routes.insert(route.to_owned(), answers);
        self
    }

    /// The first answer of `route` waits for `until`.
    pub fn holding(mut self, route: &str, until: oneshot::Receiver<()>) -> Self {
        self.holds.insert(route.to_owned(), until);
        self
    }

    fn answer(&mut self, route: &str) -> Answer {
        match self.routes.get_mut(route) {
            Some(answers) if answers.len() > 1 => answers.pop_front().unwrap_or_default(),
            Some(answers) => answers.front().cloned().unwrap_or_default(),
            None => Answer::json(404, &json!({"detail": "Not Found"})),
        }
    }
}

/// What the Qwen demo Space says of itself, started as number 7.
pub fn config() -> Value {
    let text = include_str!("../fixtures/qwen-webui-4.44.config.json");
    let mut config: Value = serde_json::from_str(text).expect("the recording is JSON");
    config["app_id"] = json!(7);
    config
}

/// The answer of `add_text`.
pub fn added() -> Answer {
    let emptied = json!({"__type__": "update", "interactive": false});
    Answer::json(
        200,
        &json!({"data": [emptied, [[{"text": "…"}, null]], null]}),
    )
}

/// The answer of a join.
pub fn joined() -> Answer {
    Answer::json(200, &json!({"event_id": EVENT}))
}

/// The chatbot's value when the assistant has said `text`.
pub fn chat(text: &str) -> Value {
    json!([[{"text": "…"}, [{"text": text}, null, null]]])
}

pub fn started() -> Value {
    json!({"msg": "process_starts", "event_id": EVENT, "eta": null})
}

/// A message with whole values.
pub fn whole(kind: &str, chatbot: &Value) -> Value {
    json!({"msg": kind, "event_id": EVENT, "success": true, "output": {"data": [chatbot, null, 0]}})
}

/// A message with operations for the chatbot.
pub fn diff(operations: &Value) -> Value {
    json!({"msg": "process_generating", "event_id": EVENT, "success": true, "output": {"data": [operations, [], []]}})
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct ReceivedRequest {
    /// Method and path, as in a [`Script`].
    pub route: String,
    /// The head as it came.
    pub head: String,
    pub body: Vec<u8>,
}

impl ReceivedRequest {
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).expect("the body is JSON")
    }
}

/// The running server; dropping it closes the port and every connection.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

#[derive(Debug)]
struct State {
    script: Mutex<Script>,
    requests: watch::Sender<Vec<ReceivedRequest>>,
    connections: AtomicUsize,
}

impl Server {
    pub async fn start(script: Script) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("loopback has a free port");
        Self::serve(listener, script)
    }

    /// Serves from a port that is listened to already.
    pub fn serve(listener: TcpListener, script: Script) -> Self {
        let address = listener.local_addr().expect("the port is bound");
        let state = Arc::new(State {
            script: Mutex::new(script),
            requests: watch::Sender::default(),
            connections: AtomicUsize::default(),
        });
        Self {
            address,
            state: Arc::clone(&state),
            accepting: tokio::spawn(accept(listener, state)),
        }
    }

    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    pub fn port(&self) -> u16 {
        self.address.port()
    }

    /// The requests for one route so far.
    pub fn requests(&self, route: &str) -> Vec<ReceivedRequest> {
        let requests = self.state.requests.borrow();
        let mine = requests.iter().filter(|request| request.route == route);
        mine.cloned().collect()
    }

    /// Every request so far.
    pub fn all_heard(&self) -> Vec<ReceivedRequest> {
        self.state.requests.borrow().clone()
    }

    /// Waits until a request for `route` has arrived.
    pub async fn arrival(&self, route: &str) {
        let mut requests = self.state.requests.subscribe();
        let arrived =
            requests.wait_for(|requests| requests.iter().any(|request| request.route == route));
        arrived.await.expect("the server holds the other end");
    }

    /// How many connections were made, also those over which nothing was asked.
    pub fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

async fn accept(listener: TcpListener, state: Arc<State>) {
    // Dropped with this task, and every connection with it.
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        state.connections.fetch_add(1, Ordering::SeqCst);
        open.spawn(converse(stream, Arc::clone(&state)));
    }
}

/// One request and its answer. A client that goes away ends it at the next write.
async fn converse(stream: TcpStream, state: Arc<State>) {
    // A byte that is dripped must not wait for the next.
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    let Some(request) = read_request(&mut stream).await else {
        return;
    };
    let (answer, hold) = {
        let mut script = state.script.lock().expect("no test panics with the lock");
        let hold = script.holds.remove(&request.route);
        (script.answer(&request.route), hold)
    };
    state
        .requests
        .send_modify(|requests| requests.push(request));
    if let Some(until) = hold {
        // A sender that was dropped lets go as well.
        let _ = until.await;
    }
    let mut stream = stream.into_inner();
    for step in answer.steps {
        let written = match step {
            Step::Send(bytes) => stream.write_all(&bytes).await,
            Step::Drip(bytes) => drip(&mut stream, &bytes).await,
            Step::Hang => return wait_for_the_end(&mut stream).await,
        };
        if written.is_err() {
            return;
        }
    }
    // The reader must see the end and not a reset.
    let _ = stream.shutdown().await;
    wait_for_the_end(&mut stream).await;
}

async fn drip(stream: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

async fn wait_for_the_end(stream: &mut TcpStream) {
    let mut rest = [0; 512];
    while matches!(stream.read(&mut rest).await, Ok(count) if count > 0) {}
}

/// Reads a head and, where it tells a length, a body. `None` when that is not what comes.
async fn read_request(stream: &mut BufReader<TcpStream>) -> Option<ReceivedRequest> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if stream.read_line(&mut head).await.ok()? == 0 {
            return None;
        }
    }
    let mut words = head.split_whitespace();
    let (method, target) = (words.next()?, words.next()?);
    let path = target.split('?').next()?;
    let route = format!("{method} {path}");
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        name.eq_ignore_ascii_case("content-length")
            .then(|| value.trim().parse().ok())?
    });
    let mut body = vec![0; length.unwrap_or(0)];
    stream.read_exact(&mut body).await.ok()?;
    Some(ReceivedRequest { route, head, body })
}
