//! A small server with scripted answers: the Hub's paths, or those of an app behind a login.

use std::sync::{Arc, Mutex};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// A request as it arrived.
pub struct Asked {
    /// `GET /path?query`.
    pub line: String,
    /// All header lines, in lower case.
    pub headers: String,
    /// The body, where a length was told.
    pub body: String,
}

/// Status, further header lines (each with its line end), body.
pub type Answer = (u16, String, String);

/// A body of JSON.
pub fn json(status: u16, body: &serde_json::Value) -> Answer {
    let kind = "content-type: application/json\r\n".to_owned();
    (status, kind, body.to_string())
}

/// A page in HTML.
pub fn html(status: u16, body: &str) -> Answer {
    (
        status,
        "content-type: text/html\r\n".to_owned(),
        body.to_owned(),
    )
}

/// The server; it ends with the runtime of its test.
pub struct Server {
    pub url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Server {
    pub async fn start(answer: impl FnMut(&Asked) -> Answer + Send + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<String>>> = Arc::default();
        let (answer, requests) = (Arc::new(Mutex::new(answer)), Arc::clone(&asked));
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (answer, requests) = (Arc::clone(&answer), Arc::clone(&requests));
                tokio::spawn(async move {
                    let Some((stream, request)) = read(stream).await else {
                        return;
                    };
                    requests.lock().unwrap().push(request.line.clone());
                    let answer = (*answer.lock().unwrap())(&request);
                    write(stream, answer).await;
                });
            }
        });
        Self { url, asked }
    }

    /// The request lines so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

async fn read(mut stream: TcpStream) -> Option<(TcpStream, Asked)> {
    let mut bytes = Vec::new();
    loop {
        let mut piece = [0; 4096];
        let count = stream.read(&mut piece).await.ok()?;
        bytes.extend_from_slice(&piece[..count]);
        let text = String::from_utf8_lossy(&bytes).into_owned();
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let headers = head.to_lowercase();
            let length = headers
                .lines()
                .find_map(|line| line.strip_prefix("content-length: ")?.parse().ok())
                .unwrap_or(0);
            if body.len() >= length {
                let line = head
                    .lines()
                    .next()?
                    .trim_end_matches(" HTTP/1.1")
                    .to_owned();
                let body = body.to_owned();
                return Some((
                    stream,
                    Asked {
                        line,
                        headers,
                        body,
                    },
                ));
            }
        }
        if count == 0 {
            return None;
        }
    }
}

async fn write(mut stream: TcpStream, (status, headers, body): Answer) {
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Scripted\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let _ = stream.write_all(answer.as_bytes()).await;
    let _ = stream.shutdown().await;
}
