//! The token on requests.

use super::*;
use crate::http::Token;
use std::sync::Arc;

const SECRET: &str = "hf_doNotShowThis";

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
