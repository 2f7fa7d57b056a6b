//! What is tried on the chat Spaces of `tests/spaces/chat_space.py`: that every kind of chat is found and answers, that
//! settings and the system message arrive where they belong, and that a conversation goes on. The prompt `told` makes
//! the server say what it received. Several scenarios run at a time on one server.

use serde_json::{Value, json};
use spacechat::chat::{Message, Role};
use spacechat::provider::{self, Provider, ReplyEvent, Request};

use crate::event_lines::{added_up, pieces_together};
use crate::program::{Ended, Program, Running};
use crate::scenarios::{Scenario, scenarios, wait_until_saved};
use crate::space::Space;

/// The kinds that answer, and how `spacechat space` calls each.
const KINDS: [(&str, &str); 10] = [
    ("std", "ChatInterface"),
    ("plain", "ChatInterface"),
    ("think", "ChatInterface"),
    ("tags", "ChatInterface"),
    ("multi", "ChatInterface"),
    ("blocks", "page with a chat"),
    ("private", "ChatInterface"),
    ("saved", "page with a chat"),
    ("pairs", "page with a chat"),
    ("ask", "named function"),
];

pub const ON_EVERY_SERVER: &[Scenario] = scenarios![
    every_kind_of_chat_is_found_and_answers,
    a_setting_and_the_system_message_arrive_at_their_inputs,
    a_setting_is_kept_with_its_conversation,
    a_setting_of_a_handmade_page_arrives,
    a_wrong_setting_lists_the_right_ones,
    a_setting_out_of_its_limits_is_refused_with_them,
    a_system_message_without_an_input_is_part_of_the_prompt,
    a_continued_conversation_sends_its_past_where_no_page_takes_it,
    a_continued_conversation_gives_the_page_its_past,
    a_second_message_of_a_session_is_remembered_by_the_server,
    thoughts_come_as_reasoning_apart_from_the_reply,
    files_of_a_reply_are_listed_with_their_links,
    files_of_every_kind_arrive_where_the_space_takes_them,
    where_no_files_are_taken_text_is_folded_in_and_the_rest_is_refused,
    a_protected_space_wants_its_name_and_password,
    a_space_that_asks_who_is_there_gets_the_token_where_that_is_agreed,
    an_app_without_a_chat_says_what_was_looked_for,
    a_failing_chat_leaves_what_it_said_and_exits_with_four,
    a_used_up_quota_is_told,
    an_unknown_model_is_refused,
    the_space_is_described_with_its_settings,
    an_interrupt_frees_the_server,
];

fn program(space: &Space, kind: &str) -> Program {
    Program::at_url(space.url_of(kind))
}

/// What the server said that it received.
fn told(ended: &Ended) -> Value {
    serde_json::from_str(ended.expect_code(0).text())
        .unwrap_or_else(|error| panic!("{error} in what {ended}"))
}

fn every_kind_of_chat_is_found_and_answers(space: &Space) {
    for (kind, words) in KINDS {
        let program = program(space, kind);
        let ended = program.run(["ask", "--no-save", "--json", "hello", "real", "server"]);
        let text = added_up(ended.expect_code(0));
        assert!(
            text.starts_with("hello real server 完了 🎉"),
            "{kind}: {text}"
        );
        let described = program.run(["space", "--json"]);
        let described = described.expect_code(0).json_lines();
        assert_eq!(described[0]["chat"]["kind"], words, "{kind}");
        assert_eq!(described[0]["gradio"]["version"], space.version, "{kind}");
    }
}

fn a_setting_and_the_system_message_arrive_at_their_inputs(space: &Space) {
    let arguments = [
        "ask",
        "--set",
        "temperature=0.2",
        "--set",
        "Max new tokens=7",
        "--set",
        "style=In verse",
        "--set",
        "brief=yes",
        "--system",
        "Be brief.",
        "told",
    ];
    assert_eq!(
        told(&program(space, "std").run(arguments)),
        json!({
            "settings": {
                "system_message": "Be brief.", "max_tokens": 7, "temperature": 0.2, "style": "verse", "brief": true,
            },
            "past": [["user", "told"]],
        })
    );
}

/// The name of the newest saved conversation.
fn newest(program: &Program) -> String {
    let listed = program.run(["list", "--json"]);
    let id = &listed.expect_code(0).json_lines()[0]["id"];
    id.as_str().expect("a conversation has an id").to_owned()
}

fn a_setting_is_kept_with_its_conversation(space: &Space) {
    let program = program(space, "blocks");
    program
        .run(["ask", "--set", "heat=0.5", "hello"])
        .expect_code(0);
    let id = newest(&program);
    let ended = program.run(["ask", "--conversation", &id, "told"]);
    assert_eq!(told(&ended)["settings"], json!({"heat": 0.5}));
    let ended = program.run(["ask", "--conversation", &id, "--set", "heat=1.5", "told"]);
    assert_eq!(told(&ended)["settings"], json!({"heat": 1.5}));
}

fn a_setting_of_a_handmade_page_arrives(space: &Space) {
    let ended = program(space, "blocks").run(["ask", "--set", "heat=2", "told"]);
    assert_eq!(told(&ended)["settings"], json!({"heat": 2}));
}

fn a_wrong_setting_lists_the_right_ones(space: &Space) {
    let ended = program(space, "std").run(["ask", "--set", "temprature=1", "hello"]);
    ended.expect_code(2);
    assert_eq!(ended.text(), "");
    for word in [
        "temprature",
        "system_message",
        "max_tokens",
        "temperature",
        "style",
        "brief",
    ] {
        assert!(ended.stderr.contains(word), "{word} is told: {ended}");
    }
}

fn a_setting_out_of_its_limits_is_refused_with_them(space: &Space) {
    let ended = program(space, "std").run(["ask", "--set", "temperature=4.5", "hello"]);
    ended.expect_code(2);
    assert_eq!(ended.text(), "");
    assert!(
        ended.stderr.contains("from 0.1 to 4"),
        "the limits are told: {ended}"
    );
}

fn a_system_message_without_an_input_is_part_of_the_prompt(space: &Space) {
    for kind in ["plain", "blocks", "ask"] {
        let ended = program(space, kind).run(["ask", "--system", "Be brief.", "hello"]);
        assert_eq!(
            ended.expect_code(0).text(),
            "System: Be brief.\nUser: hello\nAssistant:\n",
            "{kind}"
        );
    }
}

fn a_continued_conversation_sends_its_past_where_no_page_takes_it(space: &Space) {
    for kind in ["pairs", "ask"] {
        let program = program(space, kind);
        program.run(["ask", "hello"]).expect_code(0);
        let ended = program.run(["ask", "--conversation", &newest(&program), "go on"]);
        assert_eq!(
            ended.expect_code(0).text(),
            "User: hello\nAssistant: hello 完了 🎉\nUser: go on\nAssistant:\n",
            "{kind}"
        );
    }
}

fn a_continued_conversation_gives_the_page_its_past(space: &Space) {
    for kind in ["blocks", "plain", "private", "saved"] {
        let program = program(space, kind);
        program.run(["ask", "hello"]).expect_code(0);
        let ended = program.run(["ask", "--conversation", &newest(&program), "told"]);
        assert_eq!(
            told(&ended)["past"],
            json!([
                ["user", "hello"],
                ["assistant", "hello 完了 🎉"],
                ["user", "told"]
            ]),
            "{kind}"
        );
    }
}

/// Two turns through the library, as one run of the full screen makes them.
fn a_second_message_of_a_session_is_remembered_by_the_server(space: &Space) {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    for kind in ["plain", "private", "blocks", "saved", "pairs"] {
        let provider = provider::SpaceProvider::new(
            space.url_of(kind),
            spacechat::provider::ConnectOptions::default(),
            tokio_util::task::TaskTracker::new(),
        );
        let mut past = vec![Message::user("hello")];
        let (first, session) = runtime.block_on(reply(&provider, Request::new(past.clone())));
        past.push(Message::new(Role::Assistant, first));
        past.push(Message::user("told"));
        let request = Request {
            session,
            ..Request::new(past)
        };
        let (second, _) = runtime.block_on(reply(&provider, request));
        let told: Value = serde_json::from_str(&second).expect("the server tells as JSON");
        assert_eq!(
            told["past"],
            json!([
                ["user", "hello"],
                ["assistant", "hello 完了 🎉"],
                ["user", "told"]
            ]),
            "{kind}"
        );
    }
}

async fn reply(
    provider: &provider::SpaceProvider,
    request: Request,
) -> (String, Option<provider::Session>) {
    let (mut reply, mut session) = (provider.reply(request), None);
    while let Some(event) = reply.next().await {
        match event.expect("the server replies") {
            ReplyEvent::Session(told) => session = Some(told),
            ReplyEvent::Done(text) => return (text, session),
            _ => {}
        }
    }
    panic!("the reply has no end")
}

fn thoughts_come_as_reasoning_apart_from_the_reply(space: &Space) {
    for (kind, thought) in [("think", "Thinking\nconsidering"), ("tags", "considering")] {
        let ended = program(space, kind).run(["ask", "--json", "hello"]);
        assert_eq!(added_up(ended.expect_code(0)), "hello 完了 🎉", "{kind}");
        let lines = ended.json_lines();
        let mut thoughts = lines.iter().filter(|line| line["event"] == "reasoning");
        assert_eq!(
            thoughts.next_back().expect("there is a thought")["text"],
            thought,
            "{kind}"
        );
        let is_rewritten = lines.iter().any(|line| line["event"] == "replace");
        assert!(!is_rewritten, "no tag is shown for a moment: {ended}");
    }
}

fn files_of_a_reply_are_listed_with_their_links(space: &Space) {
    let ended = program(space, "multi").run(["ask", "hello"]);
    let (text, link) = ended
        .expect_code(0)
        .text()
        .split_once("\n\n")
        .expect("a list follows");
    assert_eq!(text, "hello 完了 🎉");
    let begin = format!("- [answer.txt]({}/gradio_api/file=", space.url_of("multi"));
    assert!(link.starts_with(&begin), "{ended}");
}

/// A text and what looks like a picture, in the program's folder.
fn write_files(program: &Program) {
    let home = program.home();
    std::fs::write(home.join("notes.txt"), "alpha beta gamma").expect("the note can be written");
    std::fs::write(home.join("image.png"), b"\x89PNG\r\n\x1a\n\0\xff")
        .expect("the image can be written");
}

fn files_of_every_kind_arrive_where_the_space_takes_them(space: &Space) {
    let program = program(space, "multi");
    write_files(&program);
    let ended = program.run(["ask", "-f", "notes.txt", "-f", "image.png", "told"]);
    let (received, _) = ended
        .expect_code(0)
        .text()
        .split_once("\n\n")
        .expect("a list of files follows");
    let received: Value = serde_json::from_str(received).expect("what it was told is JSON");
    assert_eq!(
        received["settings"]["files"],
        json!([["notes.txt", 16], ["image.png", 10]])
    );
    assert_eq!(
        received["past"],
        json!([["user", "told"]]),
        "no file is in the prompt too"
    );
}

fn where_no_files_are_taken_text_is_folded_in_and_the_rest_is_refused(space: &Space) {
    let program = program(space, "plain");
    write_files(&program);
    // Its path is the first word of the prompt, which asks for all that was received.
    std::fs::write(program.home().join("told"), "alpha beta gamma").expect("a file can be written");
    let ended = program.run(["ask", "-f", "told", "what is it"]);
    assert_eq!(
        told(&ended)["past"],
        json!([["user", "told\n```\nalpha beta gamma\n```\n\nwhat is it"]])
    );
    let ended = program.run(["ask", "-f", "image.png", "told"]);
    ended.expect_code(2);
    assert!(
        ended.stderr.contains("image.png") && ended.stderr.contains("takes no files"),
        "{ended}"
    );
}

fn a_protected_space_wants_its_name_and_password(space: &Space) {
    let program = program(space, "locked");
    let ask = |login: Option<&str>| {
        let mut command = program.command(["ask", "--no-save", "hello"]);
        command.envs(login.map(|login| ("SPACECHAT_LOGIN", login)));
        Running::start(command).ended()
    };
    assert_eq!(
        ask(Some("ann:se:cret")).expect_code(0).text(),
        "hello 完了 🎉\n"
    );
    for refused in [ask(None), ask(Some("ann:wrong"))] {
        refused.expect_code(4);
        assert!(
            refused.stderr.contains("SPACECHAT_LOGIN"),
            "a hint says how: {refused}"
        );
        assert!(
            !refused.stderr.contains("wrong"),
            "the password is not told: {refused}"
        );
    }
}

/// Gradio 6.31 takes the token from a program; 5.50 knows only the sign-in of a browser.
fn a_space_that_asks_who_is_there_gets_the_token_where_that_is_agreed(space: &Space) {
    let program = program(space, "signed");
    let ask = |option: Option<&'static str>| {
        let arguments = ["ask", "--no-save", "hello"].into_iter().chain(option);
        let mut command = program.command(arguments);
        command.env("HF_TOKEN", "hf_OfTheRealSpaces");
        Running::start(command).ended()
    };
    let (unasked, agreed) = (ask(None), ask(Some("--sign-in")));
    if space.version.starts_with("5.") {
        for refused in [unasked, agreed] {
            refused.expect_code(5);
            assert!(refused.stderr.contains("on its page"), "{refused}");
        }
        return;
    }
    unasked.expect_code(4);
    assert!(unasked.stderr.contains("--sign-in"), "{unasked}");
    assert_eq!(agreed.expect_code(0).text(), "your token ends in aces\n");
}

fn an_app_without_a_chat_says_what_was_looked_for(space: &Space) {
    let ended = program(space, "none").run(["ask", "hello"]);
    ended.expect_code(5);
    assert!(ended.stderr.contains("ChatInterface"), "{ended}");
    program(space, "none").run(["space"]).expect_code(5);
}

fn a_failing_chat_leaves_what_it_said_and_exits_with_four(space: &Space) {
    for kind in ["plain", "blocks"] {
        let ended = program(space, kind).run(["ask", "fail"]);
        assert_eq!(
            ended.expect_code(4).text(),
            "some text and then\n",
            "{kind}"
        );
    }
}

fn a_used_up_quota_is_told(space: &Space) {
    let ended = program(space, "std").run(["ask", "--json", "quota"]);
    let lines = ended.expect_code(4).json_lines();
    assert_eq!(pieces_together(&lines), "some text and then");
    assert_eq!(
        lines.last().expect("there are lines")["kind"],
        "quota",
        "{ended}"
    );
}

fn an_unknown_model_is_refused(space: &Space) {
    let ended = program(space, "std").run(["ask", "-m", "no-such-model", "hello"]);
    ended.expect_code(2);
    assert!(ended.stderr.contains("no-such-model"), "{ended}");
}

fn the_space_is_described_with_its_settings(space: &Space) {
    let ended = program(space, "std").run(["space"]);
    for fact in [
        space.version,
        "sse_v3",
        "ChatInterface",
        "in the setting system_message",
        "temperature = 0.7 (a number from 0.1 to 4)",
        "style = \"prose\" (one of: In prose, In verse)",
    ] {
        assert!(
            ended.expect_code(0).text().contains(fact),
            "{fact} is told: {ended}"
        );
    }
    let lines = program(space, "std").run(["space", "--json"]).json_lines();
    let names: Vec<&Value> = (0..5)
        .map(|at| &lines[0]["chat"]["inputs"][at]["name"])
        .collect();
    assert_eq!(
        names,
        [
            "system_message",
            "max_tokens",
            "temperature",
            "style",
            "brief"
        ]
    );
    assert_eq!(lines[0]["chat"]["system_message"]["native"], true);
}

fn an_interrupt_frees_the_server(space: &Space) {
    if !cfg!(unix) {
        return;
    }
    for kind in ["plain", "blocks"] {
        let mark = format!("{kind} interrupted by {}", std::process::id());
        let program = program(space, kind);
        let running = Running::start(program.command(["ask", &format!("slow 100 {mark}")]));
        wait_until_saved(&program, "word0");
        running.interrupt();
        let ended = running.ended();
        assert!(
            ended.expect_code(130).text().starts_with("word0"),
            "{ended}"
        );
        // One job at a time runs on such a server: the next one begins only when it is free.
        let said = space.pieces_said(&mark);
        program.run(["ask", "slow 4"]).expect_code(0);
        let still_said = space.pieces_said(&mark) - said;
        assert!(
            still_said <= 1,
            "the server went on for {still_said} pieces"
        );
    }
}
