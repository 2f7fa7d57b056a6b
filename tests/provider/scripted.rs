//! A server that answers each route with what a test has written down, byte for byte, and records every request. It is
//! not a Gradio app: only [`Script::qwen`] knows the routes of one turn at the Qwen demo Space.

mod answer;

use std::collections::{HashMap, VecDeque};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};
use tokio::task::{JoinHandle, JoinSet};

pub use answer::Answer;
use answer::Step;

/// The job's number in every scripted queue.
pub const EVENT: &str = "e1";

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
    /// The last routes of the connections that the clients have ended.
    departures: watch::Sender<Vec<String>>,
    hang_up: watch::Sender<()>,
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
            departures: watch::Sender::default(),
            hang_up: watch::Sender::default(),
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

    /// Waits until the client has ended a connection whose last request was for `route`.
    pub async fn departure(&self, route: &str) {
        let mut departures = self.state.departures.subscribe();
        let departed = departures.wait_for(|routes| routes.iter().any(|last| last == route));
        departed.await.expect("the server holds the other end");
    }

    /// Closes the connections that are kept open and over which nothing is asked.
    pub fn hang_up(&self) {
        self.state.hang_up.send_replace(());
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

/// Requests and their answers, one after the other where the answers keep the connection open.
async fn converse(stream: TcpStream, state: Arc<State>) {
    // A byte that is dripped must not wait for the next.
    let _ = stream.set_nodelay(true);
    let mut stream = BufReader::new(stream);
    let mut hang_up = state.hang_up.subscribe();
    let mut last = String::new();
    loop {
        let request = tokio::select! {
            request = read_request(&mut stream) => request,
            _ = hang_up.changed() => break,
        };
        let Some(request) = request else {
            return;
        };
        last.clone_from(&request.route);
        if !respond(&mut stream, &state, request).await {
            break;
        }
    }
    // The reader must see the end and not a reset.
    let _ = stream.shutdown().await;
    wait_for_the_end(&mut stream).await;
    let departed = |routes: &mut Vec<String>| routes.push(last);
    state.departures.send_modify(departed);
}

/// The answer of one request. Whether the connection is kept open. A client that goes away ends it at the next write.
async fn respond(
    stream: &mut BufReader<TcpStream>,
    state: &State,
    request: ReceivedRequest,
) -> bool {
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
    for step in answer.steps {
        let written = match step {
            Step::Send(bytes) => stream.write_all(&bytes).await,
            Step::Drip(bytes) => drip(stream, &bytes).await,
            Step::Pulse(bytes) => pulse(stream, &bytes).await,
            Step::Hang => {
                wait_for_the_end(stream).await;
                return false;
            }
        };
        if written.is_err() {
            return false;
        }
    }
    answer.is_kept_open
}

async fn drip(stream: &mut BufReader<TcpStream>, bytes: &[u8]) -> std::io::Result<()> {
    for byte in bytes {
        stream.write_all(&[*byte]).await?;
        tokio::task::yield_now().await;
    }
    Ok(())
}

/// The same bytes again and again, until the client goes away.
async fn pulse(stream: &mut BufReader<TcpStream>, bytes: &[u8]) -> std::io::Result<()> {
    let mut beat = tokio::time::interval(Duration::from_millis(10));
    loop {
        beat.tick().await;
        stream.write_all(bytes).await?;
    }
}

async fn wait_for_the_end(stream: &mut BufReader<TcpStream>) {
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
