//! What is repeated automatically and what never is: requests that only read, failed connections and refused joins are
//! repeated; a message that may have arrived is not.

use std::net::Ipv4Addr;
use std::time::Duration;

use serde_json::json;
use spacechat::chat::{Message, Role};
use spacechat::provider::ConnectOptions as Options;
use spacechat::provider::{Provider, ProviderError, ReplyEvent, Request};
use tokio::net::TcpSocket;

use crate::proxy::{Kind, Proxy};
use crate::received::{ReceivedReply, ask, failure, options, provider, receive, reply_to, soon};
use crate::scripted::{Answer, ReceivedRequest, Script, Server, joined};

const CONFIG: &str = "GET /config";
const PREDICT: &str = "POST /run/predict";
const JOIN: &str = "POST /queue/join";

fn patient() -> Options {
    Options {
        queue_full_patience: Duration::from_secs(60),
        queue_full_pause: Duration::from_millis(10),
        ..options()
    }
}

fn busy(status: u16) -> Answer {
    Answer::page(status).header("Retry-After", "0")
}

#[tokio::test]
async fn a_join_is_repeated_while_the_queue_is_full_and_the_message_is_not_sent_again() {
    let full = json!({"detail": "Queue is full. Max size is 1 and size is 1."});
    let answers = [Answer::json(503, &full), busy(503), busy(429), joined()];
    let server = Server::start(Script::qwen("yes").on(JOIN, answers)).await;
    let told = reply_to(&provider(&server.url(), patient()), "hi").await;
    assert_eq!(told.done(), "yes");
    assert_eq!(server.requests(JOIN).len(), 4);
    assert_eq!(server.requests(PREDICT).len(), 1);
    assert!(told.course().contains(&"queue_full"), "{:?}", told.course());
    let bodies: Vec<_> = server
        .requests(JOIN)
        .iter()
        .map(ReceivedRequest::json)
        .collect();
    assert!(
        bodies.windows(2).all(|pair| pair[0] == pair[1]),
        "same session, same job"
    );
}

#[tokio::test]
async fn an_app_that_was_overloaded_for_a_moment_is_asked_again() {
    let config = || Answer::json(200, &crate::scripted::config());
    for trouble in [busy(429), busy(502), busy(503), busy(504)] {
        let script = Script::qwen("yes").on(CONFIG, [trouble.clone(), trouble, config()]);
        let server = Server::start(script).await;
        let told = reply_to(&provider(&server.url(), options()), "hi").await;
        assert_eq!(told.done(), "yes");
        assert_eq!(server.requests(CONFIG).len(), 3);
    }
}

#[tokio::test]
async fn an_app_that_stays_overloaded_is_asked_three_times_and_no_more() {
    let server = Server::start(Script::qwen("yes").on(CONFIG, [busy(503)])).await;
    let (error, _) = failure(&server.url(), options()).await;
    assert!(
        matches!(error, ProviderError::Unavailable { status: 503, .. }),
        "{error:?}"
    );
    assert_eq!(server.requests(CONFIG).len(), 3);
}

#[tokio::test]
async fn a_request_whose_answer_was_lost_is_never_sent_again() {
    for route in [PREDICT, JOIN] {
        let server = Server::start(Script::qwen("yes").on(route, [Answer::cut()])).await;
        let (error, _) = failure(&server.url(), patient()).await;
        assert!(
            matches!(error, ProviderError::Space(_)),
            "{route}: {error:?}"
        );
        assert_eq!(server.requests(PREDICT).len(), 1);
        assert!(server.requests(JOIN).len() <= 1);
    }
}

#[tokio::test]
async fn an_answer_that_breaks_off_in_the_middle_is_not_asked_for_again() {
    for route in [PREDICT, JOIN] {
        let half = Answer::stream(200, "application/json").bytes(b"{\"da");
        let server = Server::start(Script::qwen("yes").on(route, [half])).await;
        let (error, _) = failure(&server.url(), patient()).await;
        assert!(
            matches!(error, ProviderError::Space(_)),
            "{route}: {error:?}"
        );
        assert_eq!(server.requests(route).len(), 1);
    }
}

#[tokio::test]
async fn a_description_that_breaks_off_in_the_middle_is_asked_for_again() {
    let half = Answer::stream(200, "application/json").bytes(b"{\"ver");
    let whole = Answer::json(200, &crate::scripted::config());
    let server = Server::start(Script::qwen("yes").on(CONFIG, [half, whole])).await;
    let told = receive(provider(&server.url(), patient()).reply(ask("hi"))).await;
    assert_eq!(told.done(), "yes");
    assert_eq!(server.requests(CONFIG).len(), 2);
}

#[tokio::test]
async fn a_server_that_comes_up_a_moment_later_is_found() {
    // Bound and not yet listening: the first connection is refused, and nobody else can take the port.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((Ipv4Addr::LOCALHOST, 0).into()).unwrap();
    let url = format!("http://{}", socket.local_addr().unwrap());
    let provider = provider(&url, options());
    let mut reply = provider.reply(ask("hi"));
    // The look-up has begun; its further tries are still to come.
    assert!(matches!(soon(reply.next()).await, Some(Ok(_))));
    let server = Server::serve(socket.listen(16).unwrap(), Script::qwen("yes"));
    assert_eq!(receive(reply).await.done(), "yes");
    assert_eq!(server.requests(CONFIG).len(), 1);
}

#[tokio::test]
async fn a_connection_that_never_comes_about_is_tried_three_times() {
    let server = Server::start(Script::qwen("yes")).await;
    let proxy = Proxy::start(Kind::Socks, usize::MAX).await;
    let through = Options {
        proxy: Some(proxy.url()),
        ..options()
    };
    let (error, _) = failure(&server.url(), through).await;
    assert!(matches!(error, ProviderError::Connect(_)), "{error:?}");
    assert_eq!(proxy.asked().len(), 3);
}

#[tokio::test]
async fn an_app_without_a_route_for_its_number_is_known_by_its_config() {
    let missing = Answer::json(404, &json!({"detail": "Not Found"}));
    let server = Server::start(Script::qwen("yes").on("GET /app_id", [missing])).await;
    let provider = provider(&server.url(), options());
    let first = reply_to(&provider, "hi").await;
    let mut request = ask("and now?");
    request.session = Some(first.session());
    let second = receive(provider.reply(request)).await;
    assert_eq!(second.done(), "yes");
    assert_eq!(second.session(), first.session());
    assert_eq!(server.requests(PREDICT).len(), 2);
}

/// A second turn on the session of a first, in which `/app_id` gives `answers`.
async fn second_turn(answers: Vec<Answer>) -> (ReceivedReply, ReceivedReply, Server) {
    let server = Server::start(Script::qwen("yes").on("GET /app_id", answers)).await;
    let provider = provider(&server.url(), options());
    let first = reply_to(&provider, "hi").await;
    let mut request = Request::new([
        Message::user("hi"),
        Message::new(Role::Assistant, "yes"),
        Message::user("and now?"),
    ]);
    request.session = Some(first.session());
    let second = receive(provider.reply(request)).await;
    (first, second, server)
}

fn notices(told: &ReceivedReply) -> Vec<&str> {
    told.events
        .iter()
        .filter_map(|event| match event {
            ReplyEvent::Notice(notice) => Some(notice.text.as_str()),
            _ => None,
        })
        .collect()
}

#[tokio::test]
async fn an_app_that_does_not_tell_its_number_is_joined_once_on_its_session() {
    for answer in [Answer::page(500), Answer::page(403), Answer::silence()] {
        let (first, second, server) = second_turn(vec![answer]).await;
        assert_eq!(second.done(), "yes");
        assert_eq!(second.session(), first.session());
        assert_eq!(server.requests(JOIN).len(), 2);
        let last = server.requests(PREDICT).pop().unwrap().json();
        assert_eq!(last["data"][0]["text"], "and now?");
        assert!(notices(&second).is_empty());
    }
}

#[tokio::test]
async fn an_app_that_tells_at_the_end_that_it_was_restarted_has_not_known_the_conversation() {
    let restarted = Answer::json(200, &json!({"app_id": 8}));
    let (_, second, server) = second_turn(vec![Answer::page(500), restarted]).await;
    assert_eq!(second.done(), "yes");
    assert_eq!(server.requests(JOIN).len(), 2);
    let notices = notices(&second);
    assert!(notices[0].contains("was restarted"), "{notices:?}");
    assert!(notices[0].contains("Retry"), "{notices:?}");
}

#[tokio::test]
async fn a_pause_longer_than_any_clock_is_not_waited_for() {
    for route in [CONFIG, JOIN] {
        let busy = Answer::page(503).header("Retry-After", &u64::MAX.to_string());
        let server = Server::start(Script::qwen("yes").on(route, [busy])).await;
        let (error, _) = failure(&server.url(), patient()).await;
        assert!(error.failure().is_undelivered(), "{route}: {error:?}");
        assert_eq!(server.requests(route).len(), 1);
    }
}

#[tokio::test]
async fn a_join_is_repeated_with_growing_pauses_though_the_app_asks_for_none() {
    let busy = Answer::json(429, &json!({"detail": "slow down"})).header("Retry-After", "0");
    let server = Server::start(Script::qwen("yes").on(JOIN, [busy])).await;
    let options = Options {
        queue_full_patience: Duration::from_secs(1),
        ..patient()
    };
    let (error, _) = failure(&server.url(), options).await;
    assert!(error.failure().is_undelivered(), "{error:?}");
    // After 0, 10, 30, 70, 150, 310 and 630 ms at the most; the next one would be too late.
    let joins = server.requests(JOIN).len();
    assert!((2..=7).contains(&joins), "{joins}");
}
