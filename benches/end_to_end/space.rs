//! The Space that answers: the embedded one, in this process so that its processor time is not the program's, behind a
//! relay that notes when the last piece of a reply is handed on.

use super::text;
use spacechat::testing::demo::{Options, Server, Tour};
use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;

/// The last word of the long reply; it stands nowhere else.
pub const LAST_PIECE: &str = "the-last-piece";

/// A message to which the Space says its long reply.
pub const ASK: &str = "Go";

/// A running Space. Dropping it ends it.
pub struct Space {
    /// Where the program finds it.
    pub url: String,
    handed: Arc<Mutex<Option<Instant>>>,
    _server: Server,
    _runtime: Runtime,
}

impl Space {
    /// Starts a Space whose long reply has `words` words of Markdown, one a piece, each `pace` after the one before it.
    pub fn start(words: usize, pace: Duration) -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .expect("a thread can be started");
        let reply = text::markdown(words - 1);
        let options = Options {
            pace,
            tour: Tour::parse(&format!("<!-- unknown -->\n{reply}\n\n{LAST_PIECE}\n")),
            ..Options::default()
        };
        let handed = Arc::default();
        let (server, url) = runtime.block_on(async {
            let server = Server::start(options).await;
            let server = server.expect("a port on loopback is free");
            let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await;
            let listener = listener.expect("a port on loopback is free");
            let address = listener.local_addr().expect("it has an address");
            let upstream = server.url().replace("http://", "");
            tokio::spawn(relay(listener, upstream, Arc::clone(&handed)));
            (server, format!("http://{address}"))
        });
        Self {
            url,
            handed,
            _server: server,
            _runtime: runtime,
        }
    }

    /// When the last piece of the long reply was about to be written to the program's socket for the first time.
    pub fn handed(&self) -> Option<Instant> {
        *self.handed.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

async fn relay(listener: TcpListener, upstream: String, handed: Arc<Mutex<Option<Instant>>>) {
    while let Ok((program, _)) = listener.accept().await {
        let Ok(server) = TcpStream::connect(&upstream).await else {
            return;
        };
        // Pieces are small; each is to leave at once.
        let _ = (program.set_nodelay(true), server.set_nodelay(true));
        let ((from_program, to_program), (from_server, to_server)) =
            (program.into_split(), server.into_split());
        tokio::spawn(pass_on(from_program, to_server, Arc::default()));
        tokio::spawn(pass_on(from_server, to_program, Arc::clone(&handed)));
    }
}

/// Passes bytes on until either side ends, and notes when the last piece comes along.
async fn pass_on(
    mut from: OwnedReadHalf,
    mut to: OwnedWriteHalf,
    handed: Arc<Mutex<Option<Instant>>>,
) {
    let mut bytes = vec![0; 1 << 16];
    // The end of what was passed on, in case the word is cut in two.
    let mut tail = Vec::new();
    while let Ok(length @ 1..) = from.read(&mut bytes).await {
        tail.extend_from_slice(&bytes[..length]);
        let mut windows = tail.windows(LAST_PIECE.len());
        if windows.any(|window| window == LAST_PIECE.as_bytes()) {
            let mut handed = handed.lock().unwrap_or_else(PoisonError::into_inner);
            handed.get_or_insert_with(Instant::now);
        }
        tail.drain(..tail.len().saturating_sub(LAST_PIECE.len()));
        if to.write_all(&bytes[..length]).await.is_err() {
            return;
        }
    }
}
