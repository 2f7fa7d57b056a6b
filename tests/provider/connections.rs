//! Connections that fail, or over which nothing more is received. (Names without an address are looked up by the
//! program itself, in `program`: a proxy of the environment would look them up here.)

use std::net::Ipv4Addr;
use std::time::Duration;

use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::ProviderError;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpSocket};

use crate::received::{SAID, failure, options};
use crate::scripted::{Answer, Script, Server, chat, started, whole};
use crate::tls;

/// Hears nothing for long, so that a hang is found out soon.
fn hasty() -> Options {
    Options {
        connect_timeout: Duration::from_millis(300),
        idle_timeout: Duration::from_millis(300),
        ..options()
    }
}

fn is_connect(error: &ProviderError, words: &str) {
    assert!(matches!(error, ProviderError::Connect(_)), "{error:?}");
    assert!(error.to_string().contains(words), "{error}");
}

#[tokio::test]
async fn a_refused_connection_says_that_nobody_answers() {
    // Bound and never listening, so that the port is nobody else's.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    let (error, told) = failure(&format!("http://{address}"), options()).await;
    is_connect(&error, "connection refused");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert_eq!(told.course(), ["resolving"]);
}

#[tokio::test]
async fn a_server_without_tls_behind_https_is_no_secure_connection() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let answering = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 512];
            let _ = stream.read(&mut hello).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
        }
    });
    let (error, _) = failure(&url, options()).await;
    is_connect(&error, "the TLS handshake failed");
    answering.abort();
}

#[tokio::test]
async fn a_server_that_hangs_up_on_a_secure_greeting_is_no_secure_connection() {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let hanging_up = tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let mut hello = [0; 4096];
            let _ = stream.read(&mut hello).await;
        }
    });
    let (error, _) = failure(&url, options()).await;
    is_connect(&error, "the TLS handshake failed");
    hanging_up.abort();
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_no_secure_connection() {
    let server = Server::start(Script::qwen("yes")).await;
    let front = tls::front(server.port()).await;
    let (error, _) = failure(&front.url(), options()).await;
    is_connect(&error, "the TLS handshake failed");
    assert!(error.hint().contains("certificates"), "{}", error.hint());
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_connection_that_takes_too_long_says_so() {
    // Accepted by the system and never answered: the secure channel does not come about.
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.unwrap();
    let url = format!("https://{}", listener.local_addr().unwrap());
    let slow = Options {
        idle_timeout: Duration::from_secs(30),
        ..hasty()
    };
    let (error, _) = failure(&url, slow).await;
    is_connect(&error, "no answer in time");
    assert!(error.hint().contains("connect_timeout"), "{}", error.hint());
}

#[tokio::test]
async fn silence_at_any_route_ends_in_a_timeout() {
    for route in [
        "GET /config",
        "POST /run/predict",
        "POST /queue/join",
        "GET /queue/data",
    ] {
        let half = Answer::stream(200, "application/json").bytes(b"{").hang();
        for silent in [Answer::silence(), half] {
            let server = Server::start(Script::qwen("yes").on(route, [silent])).await;
            let (error, _) = failure(&server.url(), hasty()).await;
            assert!(
                matches!(error, ProviderError::Timeout(_)),
                "{route}: {error:?}"
            );
            assert!(error.hint().contains("idle_timeout"), "{}", error.hint());
            assert_eq!(server.requests(route).len(), 1, "{route} is not repeated");
        }
    }
}

#[tokio::test]
async fn a_stream_that_falls_silent_keeps_what_came() {
    let stream = Answer::events()
        .say(&started())
        .say(&whole("process_generating", &chat(SAID)))
        .hang();
    let server = Server::start(Script::qwen("").on("GET /queue/data", [stream])).await;
    let (error, told) = failure(&server.url(), hasty()).await;
    assert!(matches!(error, ProviderError::Timeout(_)), "{error:?}");
    assert_eq!(told.shown, SAID);
    assert_eq!(server.requests("POST /queue/join").len(), 1);
}

#[tokio::test]
async fn a_refusal_whose_words_never_end_is_told_without_the_rest() {
    for route in [
        "GET /config",
        "POST /run/predict",
        "POST /queue/join",
        "GET /queue/data",
    ] {
        let endless = Answer::stream(500, "text/plain").bytes(b"Internal").hang();
        let server = Server::start(Script::qwen("yes").on(route, [endless])).await;
        let (error, _) = failure(&server.url(), hasty()).await;
        assert!(
            matches!(error, ProviderError::Status { status: 500, .. }),
            "{error:?}"
        );
    }
}

#[tokio::test]
async fn an_address_that_is_none_is_refused_before_anything_is_sent() {
    for url in ["", "not an address", "ftp://127.0.0.1/", "http://"] {
        let (error, _) = failure(url, options()).await;
        assert!(matches!(error, ProviderError::Setup(_)), "{url}: {error:?}");
    }
}
