//! The embedded Space: a real HTTP server on loopback that speaks the wire of a Gradio 4.44 chat Space (protocol
//! `sse_v3`, no path prefix), so that spacechat can be tried and tested without a network.
//!
//! Replies come from a [`Tour`] of the program, or from a scenario for tests (see `scenario`); there is no language
//! model in it. The module builds its JSON by itself and never uses `gradio`: sharing code with the client would mean
//! sharing its mistakes.
//!
//! Shapes, status codes and the order of messages were compared field by field with Qwen-Agent's own `WebUI` on Gradio
//! 4.44.0, including its odd habits: see `queue` and `stream`.

mod answer;
mod diff;
#[cfg(feature = "faults")]
mod fault;
mod functions;
mod http;
mod layout;
mod lock;
mod mailbox;
mod past;
mod queue;
mod scenario;
mod space;
mod stream;
#[cfg(test)]
mod tests;
mod tour;
mod trouble;
mod upload;
mod wire;

use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::{TcpListener, TcpSocket};
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

#[cfg(feature = "faults")]
pub use fault::Fault;
use lock::lock;
use space::Space;
pub use tour::Tour;
use trouble::{Nothing, Trouble};

/// How many connections may wait to be accepted.
const BACKLOG: u32 = 1024;

/// How the embedded Space behaves.
#[derive(Clone, Debug)]
pub struct Options {
    /// The time from each piece of a reply to the next, kept on average; zero sends as fast as the reader reads.
    pub pace: Duration,
    /// The period of `heartbeat` messages on an open stream; at least one millisecond.
    pub heartbeat: Duration,
    /// How many events of one function run at once; at least one. The others wait and receive their rank.
    pub concurrency: usize,
    /// How many events may wait (running ones are not counted) before a join is refused with 503; `None`: no limit.
    pub max_queue: Option<usize>,
    /// Answers every message that is not a scenario.
    pub tour: Tour,
    /// A fault, which happens once.
    #[cfg(feature = "faults")]
    pub fault: Option<Fault>,
}

impl Default for Options {
    /// 25 ms between pieces, a heartbeat every 15 s as Gradio has it, one event at a time, no limit on the queue, no fault.
    fn default() -> Self {
        Self {
            pace: Duration::from_millis(25),
            heartbeat: Duration::from_secs(15),
            concurrency: 1,
            max_queue: None,
            tour: Tour::default(),
            #[cfg(feature = "faults")]
            fault: None,
        }
    }
}

/// What goes wrong at a Space with these options.
#[cfg(feature = "faults")]
fn trouble_of(options: &Options) -> Arc<dyn Trouble> {
    match options.fault {
        Some(fault) => Arc::new(fault::Plan::new(fault)),
        None => Arc::new(Nothing),
    }
}

/// Nothing goes wrong at a Space that has no faults.
#[cfg(not(feature = "faults"))]
fn trouble_of(_: &Options) -> Arc<dyn Trouble> {
    Arc::new(Nothing)
}

/// The running server. Dropping it stops it, without waiting for its tasks; [`Server::stop`] waits.
#[derive(Debug)]
pub struct Server {
    lives: Lives,
    accepting: TaskTracker,
}

/// The Space that is current, and what its next life begins with.
#[derive(Clone, Debug)]
struct Lives {
    address: SocketAddr,
    options: Arc<Options>,
    trouble: Arc<dyn Trouble>,
    /// Asks for a restart.
    asked: Arc<Notify>,
    space: Arc<Mutex<Arc<Space>>>,
    stop: CancellationToken,
}

impl Server {
    /// Binds a free loopback port and serves from then on: a request made after this returns is answered, unless a fault
    /// says otherwise.
    ///
    /// Must be called within a tokio runtime. Fails only when no loopback port can be bound.
    #[expect(
        clippy::unused_async,
        reason = "only within a runtime can it be called, and that is what this says"
    )]
    pub async fn start(options: Options) -> io::Result<Self> {
        let socket = TcpSocket::new_v4()?;
        socket.bind((Ipv4Addr::LOCALHOST, 0).into())?;
        let lives = Lives::new(socket.local_addr()?, options);
        let accepting = TaskTracker::new();
        if let Some(time) = lives.trouble.closed_for() {
            let lives = lives.clone();
            accepting.spawn(async move {
                // A bound port without a listener refuses connections, and no other program can take it.
                let closed = tokio::time::sleep(time);
                if lives.stop.run_until_cancelled(closed).await.is_some()
                    && let Ok(listener) = socket.listen(BACKLOG)
                {
                    lives.accept(listener).await;
                }
            });
        } else {
            accepting.spawn(lives.clone().accept(socket.listen(BACKLOG)?));
        }
        accepting.spawn(lives.clone().restart_when_asked());
        accepting.close();
        Ok(Self { lives, accepting })
    }

    /// Where it listens, as `http://127.0.0.1:PORT`, without a slash at the end.
    pub fn url(&self) -> String {
        format!("http://{}", self.lives.address)
    }

    /// Closes the port, cuts every connection, and returns when all tasks have ended.
    pub async fn stop(self) {
        self.lives.stop.cancel();
        self.accepting.wait().await;
        let space = self.lives.current();
        space.end().await;
    }

    /// Does what a restart of a Space does: every connection is cut, sessions, queue and uploads are forgotten, and
    /// `app_id` changes. The port stays the same and never refuses a connection meanwhile.
    pub async fn restart(&self) {
        self.lives.restart().await;
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.lives.stop.cancel();
    }
}

impl Lives {
    fn new(address: SocketAddr, options: Options) -> Self {
        let (trouble, options) = (trouble_of(&options), Arc::new(options));
        let asked = Arc::default();
        let stop = CancellationToken::new();
        let space = Space::new(&options, (&trouble, &asked), address, &stop);
        Self {
            address,
            options,
            trouble,
            asked,
            space: Arc::new(Mutex::new(space)),
            stop,
        }
    }

    fn current(&self) -> Arc<Space> {
        Arc::clone(&lock(&self.space))
    }

    async fn restart(&self) {
        let trouble = (&self.trouble, &self.asked);
        let fresh = Space::new(&self.options, trouble, self.address, &self.stop);
        let old = std::mem::replace(&mut *lock(&self.space), fresh);
        old.end().await;
    }

    /// Restarts the Space as often as it asks for it.
    async fn restart_when_asked(self) {
        loop {
            tokio::select! {
                () = self.stop.cancelled() => return,
                () = self.asked.notified() => self.restart().await,
            }
        }
    }

    /// Accepts connections until stopped; each belongs to the Space that is current when it arrives.
    async fn accept(self, listener: TcpListener) {
        loop {
            let accepted = tokio::select! {
                () = self.stop.cancelled() => return,
                accepted = listener.accept() => accepted,
            };
            // An error here concerns one connection (reset before it was taken) or a passing lack of descriptors.
            let Ok((stream, _)) = accepted else {
                tokio::time::sleep(Duration::from_millis(10)).await;
                continue;
            };
            let current = self.current();
            current.spawn(http::serve(stream, Arc::clone(&current)));
        }
    }
}
