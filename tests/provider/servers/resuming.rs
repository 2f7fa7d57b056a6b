//! A reply whose connection breaks goes on at llama.cpp, which keeps it, at the byte where it broke; everywhere else, and
//! where nothing is kept, it is broken off.

use spacechat::provider::{Provider, ProviderError};

use super::connections::conversation;
use super::{CHAT, done, failed, finish, heard, llama, provider_of, reaching, script, text};
use crate::received::{SAID, ask, failure_of};
use crate::scripted::{Answer, Script, Server};

const KEPT: &str = "GET /v1/stream";
const FORGET: &str = "DELETE /v1/stream";

/// The bytes of a stream that says this in two events, and ends as it should.
fn stream(one: &str, other: &str) -> Vec<u8> {
    let events = [text(one), text(other), finish("stop")];
    let events = events.iter().map(|event| format!("data: {event}\n\n"));
    (events.collect::<String>() + "data: [DONE]\n\n").into_bytes()
}

/// Which bytes were asked for in each try to go on.
fn asked_from(server: &Server) -> Vec<String> {
    let name = conversation(server);
    let tries = server.requests(KEPT).into_iter();
    let from = tries.map(|request| {
        let query = request.head.split_once('?').map(|(_, rest)| rest);
        let query = query.and_then(|rest| rest.split_whitespace().next());
        query
            .unwrap_or_default()
            .replace(&format!("conv_id={name}&"), "")
    });
    from.collect()
}

#[tokio::test]
async fn a_reply_goes_on_at_the_byte_where_its_connection_broke() {
    let bytes = stream("完了 🎉", " and on");
    // Before anything, in a character, in an event, between two, and behind the last but its end.
    let first = bytes.windows(2).position(|pair| pair == b"\n\n").unwrap();
    for at in [0, 60, first - 40, first + 1, first + 2, first + 30] {
        let (head, rest) = bytes.split_at(at);
        let broken = if head.is_empty() {
            Answer::events()
        } else {
            Answer::events().bytes(head)
        };
        let script = llama([broken]).on(KEPT, [Answer::events().bytes(rest).end()]);
        let (told, server) = heard(script).await;
        assert_eq!(told.done(), "完了 🎉 and on", "cut at {at}");
        assert_eq!(asked_from(&server), [format!("from={at}")]);
        assert_eq!(server.requests(CHAT).len(), 1, "the message is sent once");
    }
}

#[tokio::test]
async fn a_reply_may_break_more_than_once_and_end_without_a_word_in_between() {
    let bytes = stream("so", " far");
    let part = |from: usize, to: usize| Answer::events().bytes(&bytes[from..to]);
    let script = llama([part(0, 50)]).on(
        KEPT,
        [
            part(50, 90),
            part(90, 120).end(),
            part(120, bytes.len()).end(),
        ],
    );
    let (told, server) = heard(script).await;
    assert_eq!(told.done(), "so far");
    assert_eq!(asked_from(&server), ["from=50", "from=90", "from=120"]);
    assert!(server.requests(FORGET).is_empty());
}

#[tokio::test]
async fn a_reply_that_is_not_kept_is_broken_off_and_what_came_stays() {
    let refused = |status| Answer::new(status, "text/plain", "gone");
    let nothing = Answer::events().end();
    for (answer, tries) in [(refused(404), 1), (refused(400), 1), (nothing, 1)] {
        let stream = Answer::events().say(&text(SAID));
        for stream in [stream.clone(), stream.end()] {
            let script = llama([stream]).on(KEPT, [answer.clone()]);
            let (error, told, server) = failed(script).await;
            assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
            assert!(error.hint().contains("kept"), "{}", error.hint());
            assert_eq!(told.shown, SAID);
            assert_eq!(asked_from(&server).len(), tries);
            assert_eq!(server.requests(CHAT).len(), 1);
            assert_eq!(server.requests(FORGET).len(), 1, "it may be written on");
        }
    }
}

#[tokio::test]
async fn a_reply_that_failed_or_was_finished_is_not_asked_for_again() {
    let error = serde_json::json!({"error": {"message": "CUDA out of memory"}});
    let (failure, _, server) = failed(llama([Answer::events().say(&error)])).await;
    assert!(failure.to_string().contains("CUDA"), "{failure}");
    assert!(server.requests(KEPT).is_empty());
    let (told, server) = heard(llama([Answer::events()
        .say(&text("yes"))
        .say(&finish("stop"))]))
    .await;
    assert_eq!(told.done(), "yes");
    assert!(server.requests(KEPT).is_empty());
}

#[tokio::test]
async fn a_reply_that_is_given_up_here_is_ended_there() {
    let long = Answer::events().say(&text(&"x".repeat(8192))).hang();
    let server = Server::start(llama([long])).await;
    let mut options = reaching(&format!("{}/v1", server.url()));
    options.http.frame_limit = 4096;
    let (error, _) = failure_of(provider_of(options).reply(ask("hi"))).await;
    assert!(matches!(error, ProviderError::Decode(_)), "{error:?}");
    assert!(
        server.requests(KEPT).is_empty(),
        "it would be too large again"
    );
    assert_eq!(server.requests(FORGET).len(), 1);
}

#[tokio::test]
async fn no_other_server_is_asked_to_go_on() {
    let script: Script =
        script([Answer::events().say(&text(SAID))]).on(KEPT, [done(Answer::events())]);
    let (error, told, server) = failed(script).await;
    assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
    assert_eq!(told.shown, SAID);
    assert!(server.requests(KEPT).is_empty() && server.requests(FORGET).is_empty());
}
