//! Small proxies on loopback, HTTP and SOCKS5, which record what they are asked for and may refuse it.

use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{JoinHandle, JoinSet};

/// Which proxy is spoken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Http,
    Socks,
}

/// The running proxy; dropping it closes its port and every connection.
pub struct Proxy {
    kind: Kind,
    port: u16,
    state: Arc<State>,
    accepting: JoinHandle<()>,
}

struct State {
    /// What was asked for: the first line of an HTTP request, `host:port` of a SOCKS one.
    asked: Mutex<Vec<String>>,
    /// How many requests are still refused.
    refusals: Mutex<usize>,
}

impl Proxy {
    /// A proxy that refuses the first `refusals` requests.
    pub async fn start(kind: Kind, refusals: usize) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))
            .await
            .expect("loopback has a free port");
        let port = listener.local_addr().expect("the port is bound").port();
        let state = Arc::new(State {
            asked: Mutex::default(),
            refusals: Mutex::new(refusals),
        });
        Self {
            kind,
            port,
            state: Arc::clone(&state),
            accepting: tokio::spawn(accept(kind, listener, state)),
        }
    }

    pub fn url(&self) -> String {
        let scheme = match self.kind {
            Kind::Http => "http",
            Kind::Socks => "socks5h",
        };
        format!("{scheme}://127.0.0.1:{}", self.port)
    }

    /// What it was asked for, in order.
    pub fn asked(&self) -> Vec<String> {
        self.state
            .asked
            .lock()
            .expect("no test panics with the lock")
            .clone()
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl State {
    /// Notes a request; `true` when it is to be refused.
    fn take(&self, request: String) -> bool {
        self.asked
            .lock()
            .expect("no test panics with the lock")
            .push(request);
        let mut refusals = self.refusals.lock().expect("no test panics with the lock");
        let is_refused = *refusals > 0;
        *refusals = refusals.saturating_sub(1);
        is_refused
    }
}

async fn accept(kind: Kind, listener: TcpListener, state: Arc<State>) {
    // Dropped with this task, and every connection with it.
    let mut open = JoinSet::new();
    while let Ok((stream, _)) = listener.accept().await {
        let state = Arc::clone(&state);
        open.spawn(async move {
            // A connection that breaks is the client's to notice.
            let _ = match kind {
                Kind::Http => http(stream, &state).await,
                Kind::Socks => socks(stream, &state).await,
            };
        });
    }
}

/// One request: a tunnel for `CONNECT`, else passed on with the path alone and its connection closed afterwards.
async fn http(stream: TcpStream, state: &State) -> std::io::Result<()> {
    let mut client = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if client.read_line(&mut head).await? == 0 {
            return Ok(());
        }
    }
    let (line, headers) = head.split_once("\r\n").expect("a head has a line");
    if state.take(line.to_owned()) {
        let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        client.write_all(refusal.as_bytes()).await?;
        return client.shutdown().await;
    }
    let mut words = line.split(' ');
    let (method, target) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
    let mut server;
    if method == "CONNECT" {
        server = TcpStream::connect(target).await?;
        client.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").await?;
    } else {
        let rest = target.strip_prefix("http://").unwrap_or(target);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        server = TcpStream::connect(host).await?;
        let head = format!("{method} /{path} HTTP/1.1\r\nConnection: close\r\n{headers}");
        server.write_all(head.as_bytes()).await?;
    }
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

/// SOCKS5 without a password (RFC 1928).
async fn socks(mut client: TcpStream, state: &State) -> std::io::Result<()> {
    let [_version, methods] = read(&mut client).await?;
    let mut offered = vec![0; usize::from(methods)];
    client.read_exact(&mut offered).await?;
    client.write_all(&[5, 0]).await?;
    let [_version, _connect, _, kind] = read(&mut client).await?;
    let host = if kind == 3 {
        let [length] = read(&mut client).await?;
        let mut name = vec![0; usize::from(length)];
        client.read_exact(&mut name).await?;
        String::from_utf8_lossy(&name).into_owned()
    } else {
        let address: [u8; 4] = read(&mut client).await?;
        Ipv4Addr::from(address).to_string()
    };
    let port = u16::from_be_bytes(read(&mut client).await?);
    let target = format!("{host}:{port}");
    if state.take(target.clone()) {
        // 2: not allowed by the rules.
        client.write_all(&[5, 2, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
        return client.shutdown().await;
    }
    let mut server = TcpStream::connect(target).await?;
    client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await?;
    tokio::io::copy_bidirectional(&mut client, &mut server).await?;
    Ok(())
}

async fn read<const N: usize>(stream: &mut TcpStream) -> std::io::Result<[u8; N]> {
    let mut bytes = [0; N];
    stream.read_exact(&mut bytes).await?;
    Ok(bytes)
}
