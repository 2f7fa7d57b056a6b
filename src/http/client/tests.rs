//! The token and the key on requests.

use super::*;
use crate::http::Token;
use crate::http::key::Key;
use std::sync::Arc;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;

const SECRET: &str = "hf_doNotShowThis";
const KEY: &str = "sk-doNotShowThis";

fn client(base: &str) -> Client {
    let options = Options {
        token: Token::new(SECRET, "https://huggingface.co"),
        ..Options::default()
    };
    Client::new(base, options).unwrap()
}

#[test]
fn every_request_carries_the_token_where_it_may_go_and_only_there() {
    for (base, header) in [
        ("https://a-b.hf.space", Some("x-hf-authorization")),
        ("https://huggingface.co", Some("authorization")),
        ("https://chat.example.org", None),
        ("http://127.0.0.1:7860", None),
    ] {
        let client = client(base);
        let url = client.url("/gradio_api/queue/join?__theme=light");
        let request = client.request(Method::POST, &url).build().unwrap();
        let carriers: Vec<&str> = request
            .headers()
            .iter()
            .filter(|(_, value)| value.to_str().is_ok_and(|value| value.contains(SECRET)))
            .map(|(name, _)| name.as_str())
            .collect();
        assert_eq!(carriers, header.as_slice(), "{base}");
        let shown = format!("{request:?} {client:?} {}", request.url());
        assert!(!shown.contains(SECRET), "{shown}");
    }
}

#[tokio::test]
async fn neither_an_error_nor_the_log_holds_the_token() {
    let log = tempfile::NamedTempFile::new().unwrap();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::TRACE)
        .with_writer(Arc::new(log.reopen().unwrap()))
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let mut client = client("https://a-b.hf.space");
    // Nobody listens at this proxy: the request is made and fails.
    client.options.proxy = Some("http://127.0.0.1:1".to_owned());
    client.http = http_client(&client.base, &client.options, &HeaderMap::new()).unwrap();
    client.visit("/").await;
    let error = client.get("/config").await.unwrap_err();
    assert!(matches!(error, Error::Connect { .. }), "{error:?}");
    assert!(!format!("{error:?} {error}").contains(SECRET));
    let log = std::fs::read_to_string(log.path()).unwrap();
    assert!(log.contains("the visit failed"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
}

fn with_key(base: &str, key: &str, token: Option<Token>) -> Client {
    let options = Options {
        key: Key::new(KEY, &Url::parse(key).unwrap()),
        token,
        ..Options::default()
    };
    Client::new(base, options).unwrap()
}

#[test]
fn a_key_is_on_the_requests_to_its_own_origin_and_stands_before_a_token() {
    let router = "https://router.huggingface.co/v1";
    let token = Token::new(SECRET, "https://huggingface.co");
    for (base, key, expected) in [
        (router, router, Some(KEY)),
        (router, "https://api.example.org", Some(SECRET)),
        ("https://api.example.org/v1", router, None),
        (
            "http://ann:pw@127.0.0.1:1/v1",
            "http://127.0.0.1:1",
            Some(KEY),
        ),
    ] {
        let client = with_key(base, key, token.clone());
        let request = client.request(Method::POST, &client.url("/chat/completions"));
        let request = request.build().unwrap();
        let sent = request.headers().get_all(AUTHORIZATION);
        let sent: Vec<_> = sent.iter().map(|value| value.to_str().unwrap()).collect();
        let expected: Vec<_> = expected
            .iter()
            .map(|word| format!("Bearer {word}"))
            .collect();
        assert_eq!(sent, expected, "{base} {key}");
        let shown = format!("{request:?} {client:?} {:?}", client.options());
        assert!(!shown.contains(KEY), "{shown}");
    }
}

/// A server that answers each request with the next of `answers`, and the heads of the requests that it got.
async fn scripted(answers: Vec<String>) -> (u16, tokio::task::JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let heads = tokio::spawn(async move {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut head = vec![0; 8192];
            let count = stream.read(&mut head).await.unwrap();
            heads.push(String::from_utf8_lossy(&head[..count]).to_lowercase());
            let head = format!("HTTP/1.1 {answer}\r\nConnection: close\r\n\r\n");
            stream.write_all(head.as_bytes()).await.unwrap();
        }
        heads
    });
    (port, heads)
}

#[tokio::test]
async fn a_key_follows_a_redirect_within_its_server_and_to_no_other() {
    let (elsewhere, heard) = scripted(vec!["200 OK".to_owned()]).await;
    let (port, heads) = scripted(vec![
        "307 Moved\r\nLocation: /v1/other".to_owned(),
        format!("307 Moved\r\nLocation: http://127.0.0.1:{elsewhere}/v1"),
    ])
    .await;
    let base = format!("http://127.0.0.1:{port}");
    let error = with_key(&base, &base, None).get("/v1/models").await;
    assert!(matches!(error, Err(Error::Redirect { .. })), "{error:?}");
    let heads = heads.await.unwrap();
    let bearer = format!("authorization: bearer {}", KEY.to_lowercase());
    assert!(heads.iter().all(|head| head.contains(&bearer)), "{heads:?}");
    assert!(!heard.is_finished(), "the other server was asked");
    heard.abort();
}
