//! What a server says, shown by the program in a terminal: nothing of it steers the terminal.

use rig::home::Home;
use rig::screen::{Screen, WINDOW};
use serde_json::json;

use super::models::STEERS;
use super::{CHAT, MODELS, delta, done, script, text};
use crate::received::soon;
use crate::scripted::{Answer, Server};

/// The bytes that a command writes to its terminal until its end.
async fn written(arguments: Vec<String>) -> String {
    let run = tokio::task::spawn_blocking(move || {
        let home = Home::new();
        let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
        let screen = Screen::start(&home, WINDOW, &arguments);
        screen.wait_until("the end of the command", |emulator| emulator.is_over);
        screen.look(|emulator| emulator.written().to_vec())
    });
    let bytes = soon(run).await.expect("the command ends");
    String::from_utf8_lossy(&bytes).into_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_that_a_server_says_steers_the_terminal() {
    let list = json!({"data": [{"id": format!("m{STEERS}")}]});
    let thought = delta(&json!({"reasoning": STEERS}));
    let reply = done(
        Answer::events()
            .say(&thought)
            .say(&text(&format!("yes{STEERS}"))),
    );
    let error = json!({"error": {"message": format!("no{STEERS} model")}});
    let failing = Answer::events().say(&text("so far")).say(&error).end();
    for (answer, command, words) in [
        (reply.clone(), "ask", "yes"),
        (failing, "ask", "failed while it replied: no"),
        (Answer::json(500, &error), "ask", "status 500: no"),
        (Answer::json(404, &error), "ask", "There is no model"),
        (reply, "models", "m"),
    ] {
        let script = script([]).on(CHAT, [answer]);
        let server = Server::start(script.on(MODELS, [Answer::json(200, &list)])).await;
        let arguments = match command {
            "ask" => vec![
                "ask".to_owned(),
                "-s".to_owned(),
                server.url(),
                "hi".to_owned(),
            ],
            other => vec![other.to_owned(), server.url()],
        };
        let written = written(arguments).await;
        assert!(written.contains(words), "{written:?}");
        for sequence in ["\u{1b}[2J", "\u{1b}]0;", "\u{7}", "\u{9b}"] {
            assert!(!written.contains(sequence), "{words}: {written:?}");
        }
    }
}
