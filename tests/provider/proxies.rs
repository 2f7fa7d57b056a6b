//! Replies through proxies, and proxies that fail. (A tunnel to a secure server needs a trusted certificate and is tried
//! with the program itself, in `program`.)

use std::net::Ipv4Addr;

use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{Provider, ProviderError};
use tokio::net::TcpSocket;

use crate::proxy::{Kind, Proxy};
use crate::received::{SECRET, ask, failure, failure_of, options, provider, receive, reply_to};
use crate::scripted::{Script, Server};
use crate::turns::{hash_of, space};

fn through(proxy: &str) -> Options {
    Options {
        proxy: Some(proxy.to_owned()),
        ..options()
    }
}

fn is_about_the_proxy(error: &ProviderError) {
    assert!(matches!(error, ProviderError::Connect(_)), "{error:?}");
    assert!(error.hint().contains("proxy"), "{} {}", error, error.hint());
}

#[tokio::test]
async fn a_whole_turn_goes_through_an_http_proxy() {
    let (server, proxy) = (space().await, Proxy::start(Kind::Http, 0).await);
    let told = reply_to(&provider(&server.url(), through(&proxy.url())), "hash it").await;
    assert_eq!(told.done(), hash_of("hash it"));
    let asked = proxy.asked();
    for (line, path) in asked.iter().zip([
        "GET URL/config ",
        "POST URL/run/predict?__theme=light ",
        "POST URL/queue/join?__theme=light ",
        "GET URL/queue/data?session_hash=",
    ]) {
        let path = path.replace("URL", &server.url());
        assert!(line.starts_with(&path), "{line}");
    }
    assert_eq!(asked.len(), 4, "{asked:?}");
}

#[tokio::test]
async fn a_whole_turn_goes_through_a_socks_proxy() {
    let (server, proxy) = (space().await, Proxy::start(Kind::Socks, 0).await);
    let told = reply_to(&provider(&server.url(), through(&proxy.url())), "hash it").await;
    assert_eq!(told.done(), hash_of("hash it"));
    let asked = proxy.asked();
    assert!(!asked.is_empty());
    for target in asked {
        assert_eq!(format!("http://{target}"), server.url());
    }
}

#[tokio::test]
async fn a_reply_through_a_proxy_can_be_stopped() {
    let server = crate::turns::paced(std::time::Duration::from_millis(1)).await;
    let proxy = Proxy::start(Kind::Socks, 0).await;
    let provider = provider(&server.url(), through(&proxy.url()));
    let mut reply = provider.reply(ask("long 9000000"));
    loop {
        let event = crate::received::soon(reply.next()).await;
        if let Some(Ok(spacechat::provider::ReplyEvent::Delta(_))) = event {
            break;
        }
        assert!(matches!(event, Some(Ok(_))), "{event:?}");
    }
    crate::received::soon(reply.cancel()).await;
    assert_eq!(reply_to(&provider, "turns").await.done(), "turn 1");
}

#[tokio::test]
async fn the_proxy_of_a_request_goes_before_that_of_the_settings() {
    let server = space().await;
    let [settings, own] = [
        Proxy::start(Kind::Http, 0).await,
        Proxy::start(Kind::Http, 0).await,
    ];
    let provider = provider(&server.url(), through(&settings.url()));
    let mut request = ask("turns");
    request.proxy = Some(own.url());
    assert_eq!(receive(provider.reply(request)).await.done(), "turn 1");
    assert!(!own.asked().is_empty());
    assert!(settings.asked().is_empty(), "{:?}", settings.asked());
    let before = own.asked().len();
    assert_eq!(reply_to(&provider, "turns").await.done(), "turn 1");
    assert_eq!(own.asked().len(), before);
    assert!(!settings.asked().is_empty());
}

#[tokio::test]
async fn a_proxy_that_refuses_is_named_as_what_stands_in_the_way() {
    let server = Server::start(Script::qwen("yes")).await;
    for kind in [Kind::Http, Kind::Socks] {
        let proxy = Proxy::start(kind, usize::MAX).await;
        let (error, _) = failure(&server.url(), through(&proxy.url())).await;
        is_about_the_proxy(&error);
        // A secure server is reached by a tunnel, which is refused in another way.
        let secure = server.url().replace("http:", "https:");
        let (error, _) = failure(&secure, through(&proxy.url())).await;
        is_about_the_proxy(&error);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_proxy_that_is_not_there_is_named_as_what_stands_in_the_way() {
    let server = Server::start(Script::qwen("yes")).await;
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let address = socket.local_addr().unwrap();
    for scheme in ["http", "socks5", "socks5h"] {
        let proxy = format!("{scheme}://{address}");
        let (error, _) = failure(&server.url(), through(&proxy)).await;
        is_about_the_proxy(&error);
        let mut request = ask(&format!("{SECRET} opens it"));
        request.proxy = Some(proxy);
        let direct = provider(&server.url(), options());
        let (error, _) = failure_of(direct.reply(request)).await;
        is_about_the_proxy(&error);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_proxy_whose_name_has_no_address_is_named_as_what_stands_in_the_way() {
    let server = Server::start(Script::qwen("yes")).await;
    for scheme in ["http", "socks5h"] {
        let proxy = format!("{scheme}://no-such-proxy.invalid:3128");
        let (error, _) = failure(&server.url(), through(&proxy)).await;
        is_about_the_proxy(&error);
    }
    assert_eq!(server.connections(), 0);
}

#[tokio::test]
async fn a_proxy_that_refused_for_a_moment_is_asked_again() {
    let server = Server::start(Script::qwen("yes")).await;
    let proxy = Proxy::start(Kind::Socks, 2).await;
    let told = reply_to(&provider(&server.url(), through(&proxy.url())), "hi").await;
    assert_eq!(told.done(), "yes");
    assert_eq!(server.requests("GET /config").len(), 1);
}

#[tokio::test]
async fn a_proxy_that_is_none_is_refused_with_a_hint() {
    let server = Server::start(Script::qwen("yes")).await;
    for proxy in ["gopher://127.0.0.1:70", "http://", "::"] {
        let (error, _) = failure(&server.url(), through(proxy)).await;
        assert!(
            matches!(error, ProviderError::Setup(_)),
            "{proxy}: {error:?}"
        );
        assert!(error.hint().contains("proxy"), "{}", error.hint());
    }
    assert_eq!(server.connections(), 0);
}
