//! A small server whose answers a test writes, for as long as the test runs.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};

/// A request as it arrived.
pub struct Asked {
    /// Without its query.
    pub path: String,
    pub body: Vec<u8>,
}

/// Status, type, body.
pub type Answer = (u16, &'static str, String);

/// Serves on a free port of this machine, one request after the other. Gives the address.
pub fn serve(answer: impl Fn(&Asked) -> Answer + Send + 'static) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").expect("this machine has a free port");
    let address = listener.local_addr().expect("it is bound");
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            // A client that goes away has its answer already.
            let _ = respond(stream, &answer);
        }
    });
    format!("http://{address}")
}

fn respond(stream: TcpStream, answer: &impl Fn(&Asked) -> Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head)? == 0 {
            return Ok(());
        }
    }
    let length = head.lines().find_map(|line| {
        let (name, value) = line.split_once(':')?;
        let is_length = name.eq_ignore_ascii_case("content-length");
        is_length.then(|| value.trim().parse().ok()).flatten()
    });
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body)?;
    let path = head.split_whitespace().nth(1).unwrap_or_default();
    let path = path.split('?').next().unwrap_or_default().to_owned();
    let (status, kind, body) = answer(&Asked { path, body });
    let length = body.len();
    let answer = format!(
        "HTTP/1.1 {status} Said\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
    );
    reader.into_inner().write_all(answer.as_bytes())
}
