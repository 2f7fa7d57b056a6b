//! The program against llama.cpp's own server with a small real model: what a server that speaks chat completions tells, and
//! what becomes of it. The model's words are not looked at, only compared with what the server says without the program.

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::process::Child;
use std::thread;
use std::time::{Duration, Instant};

use rig::home::Home;
use rig::screen::{Screen, WINDOW};
use serde_json::{Value, json};

use crate::environment::{self, Environment};
use crate::event_lines::pieces_together;
use crate::program::{Ended, POLL, Program, signal};
use crate::scenarios::{Scenario, scenarios};
use crate::space::{Flavour, LLAMA, Space, free_address};

/// How long the server may take for what is waited for.
const DEADLINE: Duration = Duration::from_secs(120);
/// A prompt that it reads for some seconds, and one of more tokens than it holds.
const LONG: usize = 500;
const TOO_LONG: usize = 4000;

/// Several run at a time, and the server takes two: none may rely on being alone there.
pub const ON_ITS_SERVER: &[Scenario] = scenarios![
    the_lines_of_a_reply_tell_what_it_cost_and_why_it_ended,
    a_prompt_that_does_not_fit_is_refused_with_both_numbers,
    an_interrupt_ends_the_reply_at_the_server,
    an_interrupt_while_the_prompt_is_read_says_that_the_next_may_wait,
    how_far_the_prompt_is_read_is_told,
    two_conversations_are_answered_at_once,
    a_picture_is_refused_before_anything_is_sent,
    the_server_and_its_models_are_described,
    a_conversation_of_another_source_goes_on_with_its_whole_past,
    on_the_screen_its_model_answers_and_is_named,
    on_the_screen_the_draft_is_counted_as_the_server_counts_it,
    a_freshly_started_server_says_the_same_with_and_without_the_program,
    a_key_is_asked_for_and_then_used_and_kept_nowhere,
];

/// The arguments of a short reply that is always the same.
fn short(question: &str) -> Vec<&str> {
    let set = [
        "--set",
        "max_tokens=12",
        "--set",
        "temperature=0",
        "--set",
        "seed=1",
    ];
    [&["ask", "--json"], &set[..], &[question]].concat()
}

fn words(count: usize) -> String {
    "cat ".repeat(count)
}

fn of_kind<'a>(lines: &'a [Value], kind: &str) -> Vec<&'a Value> {
    lines.iter().filter(|line| line["event"] == kind).collect()
}

fn usage(lines: &[Value]) -> &Value {
    of_kind(lines, "usage").pop().expect("the usage is told")
}

fn the_lines_of_a_reply_tell_what_it_cost_and_why_it_ended(space: &Space) {
    let ended = Program::at(space).run(short("Tell me a story about a ship."));
    let lines = ended.expect_code(0).json_lines();
    assert_eq!(of_kind(&lines, "session")[0]["session_hash"], Value::Null);
    let usage = usage(&lines);
    assert_eq!(usage["completion_tokens"], 12, "{ended}");
    assert!(usage["prompt_tokens"].as_u64() > Some(20), "{ended}");
    assert_eq!(of_kind(&lines, "finish")[0]["reason"], "length");
    let done = lines.last().expect("there are lines");
    assert_eq!(done["event"], "done");
    assert_eq!(done["text"], pieces_together(&lines));
}

fn a_prompt_that_does_not_fit_is_refused_with_both_numbers(space: &Space) {
    let ended = Program::at(space).run_with_input(["ask"], &words(TOO_LONG));
    ended.expect_code(4);
    assert!(
        ended.stderr.contains("The prompt does not fit. It has 4"),
        "{ended}"
    );
    assert!(ended.stderr.contains("holds 2048."), "{ended}");
    assert_eq!(ended.text(), "");
}

/// Starts a reply whose lines are read one by one.
struct Reading {
    child: Child,
    lines: BufReader<std::process::ChildStdout>,
}

impl Reading {
    fn start(program: &Program, arguments: &[&str]) -> Self {
        let mut command = program.command(arguments.iter().copied());
        let mut child = command.spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("standard output is a pipe");
        Self {
            child,
            lines: BufReader::new(stdout),
        }
    }

    /// Reads on to the first line that is so; a program that ends before fails the trial.
    fn until(&mut self, is_so: impl Fn(&Value) -> bool) -> Value {
        loop {
            let mut line = String::new();
            let read = self.lines.read_line(&mut line).expect("lines are UTF-8");
            assert_ne!(read, 0, "the program ended before");
            let line: Value = serde_json::from_str(&line).expect("each line is JSON");
            if is_so(&line) {
                return line;
            }
        }
    }

    /// Interrupts it; the lines that still come, and its exit code.
    fn interrupt(mut self) -> (String, Option<i32>) {
        signal("INT", &self.child.id().to_string());
        let mut rest = String::new();
        self.lines
            .read_to_string(&mut rest)
            .expect("lines are UTF-8");
        let status = self.child.wait().expect("the child can be waited for");
        (rest, status.code())
    }
}

/// Waits until the server writes no reply for a prompt that holds this.
fn wait_until_free(space: &Space, mark: &str) {
    let end = Instant::now() + DEADLINE;
    while Instant::now() < end {
        let slots: Value = serde_json::from_str(&space.told("/slots")).expect("slots are JSON");
        let slots = slots.as_array().expect("slots are a list");
        let is_busy = |slot: &&Value| {
            let prompt = slot["prompt"].as_str().unwrap_or_default();
            slot["is_processing"] == true && (prompt.is_empty() || prompt.contains(mark))
        };
        if !slots.iter().any(|slot| is_busy(&slot)) {
            return;
        }
        thread::sleep(POLL);
    }
    panic!("the server still writes");
}

fn an_interrupt_ends_the_reply_at_the_server(space: &Space) {
    let program = Program::at(space);
    let question = "Count from one to a thousand, and tell a story of each number.";
    let mut reading = Reading::start(
        &program,
        &["ask", "--json", "--set", "max_tokens=1500", question],
    );
    reading.until(|line| line["event"] == "delta");
    let (rest, code) = reading.interrupt();
    assert_eq!(code, Some(130), "{rest}");
    assert!(rest.contains("interrupted"), "{rest}");
    wait_until_free(space, "a thousand");
}

fn an_interrupt_while_the_prompt_is_read_says_that_the_next_may_wait(space: &Space) {
    let program = Program::at(space);
    let question = format!("{}Interrupt me.", words(LONG));
    let mut reading = Reading::start(&program, &["ask", "--json", &question]);
    reading.until(|line| line["stage"] == "reading");
    let (rest, code) = reading.interrupt();
    assert_eq!(code, Some(130), "{rest}");
    assert!(
        rest.contains("The next message may wait for that."),
        "{rest}"
    );
}

fn how_far_the_prompt_is_read_is_told(space: &Space) {
    let question = format!("{}How many?", words(LONG));
    // What the model makes of it does not matter.
    let ended = Program::at(space).run(short(&question));
    let lines = ended.json_lines();
    let progress = of_kind(&lines, "progress");
    assert!(progress.iter().any(|line| line["share"] == 1.0), "{ended}");
}

fn two_conversations_are_answered_at_once(space: &Space) {
    let programs = [Program::at(space), Program::at(space)];
    let ended: Vec<Ended> = thread::scope(|scope| {
        let runs = programs.iter().zip(["Name a colour.", "Name an animal."]);
        let runs: Vec<_> = runs
            .map(|(program, question)| scope.spawn(|| program.run(short(question))))
            .collect();
        runs.into_iter()
            .map(|run| run.join().expect("no panic"))
            .collect()
    });
    for ended in ended {
        assert_eq!(
            usage(&ended.expect_code(0).json_lines())["completion_tokens"],
            12
        );
    }
}

fn a_picture_is_refused_before_anything_is_sent(space: &Space) {
    let program = Program::at(space);
    let picture = program.home().join("p.png");
    fs::write(&picture, b"\x89PNG\r\n\x1a\n\0\0").expect("a file can be written");
    let ended = program.run(["ask", "-f", "p.png", "What is it?"]);
    ended.expect_code(5);
    assert!(
        ended
            .stderr
            .contains("takes no pictures. Nothing was sent."),
        "{ended}"
    );
}

fn the_server_and_its_models_are_described(space: &Space) {
    let program = Program::at(space);
    let ended = program.run(["source"]);
    let text = ended.expect_code(0).text();
    for expected in ["llama.cpp", "at once         2 replies", "2048 tokens"] {
        assert!(text.contains(expected), "{expected}: {ended}");
    }
    let ended = program.run(["models", "--json"]);
    let models = ended.expect_code(0).json_lines();
    assert_eq!(models.len(), 1, "{ended}");
    assert_eq!(
        (&models[0]["window"], &models[0]["pictures"]),
        (&json!(2048), &json!(false))
    );
}

/// What the server counts in these messages.
fn counted(space: &Space, messages: &Value) -> Value {
    let body = json!({"messages": messages});
    let answer = posted(space, "/v1/chat/completions/input_tokens", &body);
    answer["input_tokens"].clone()
}

fn posted(space: &Space, path: &str, body: &Value) -> Value {
    let address = space.url().trim_start_matches("http://").to_owned();
    let mut stream = TcpStream::connect(&address).expect("the server is there");
    let body = body.to_string();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the server reads");
    stream.write_all(body.as_bytes()).expect("the server reads");
    let mut answer = String::new();
    stream
        .read_to_string(&mut answer)
        .expect("the answer is UTF-8");
    let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a body");
    serde_json::from_str(body).expect("the answer is JSON")
}

fn a_conversation_of_another_source_goes_on_with_its_whole_past(space: &Space) {
    let program = Program::at(space);
    let asked = "Say five and stop.";
    program.run(["ask", "-s", "demo", asked]).expect_code(0);
    let exported = |what: &str| {
        let list = program.run(["list", "--json"]).json_lines();
        let id = list[0]["id"].as_str().expect("ids are texts").to_owned();
        let ended = program.run(["export", &id, "--format", "json"]);
        let whole: Value = serde_json::from_str(ended.expect_code(0).text()).expect("it is JSON");
        (id, whole["messages"][1][what].clone())
    };
    let (id, reply) = exported("text");
    let newest = "And now six.";
    let url = space.url();
    let arguments = [
        "ask",
        "--json",
        "-s",
        &url,
        "--conversation",
        &id,
        "--set",
        "max_tokens=4",
        newest,
    ];
    let ended = program.run(arguments);
    let lines = ended.expect_code(0).json_lines();
    let whole = json!([
        {"role": "user", "content": asked},
        {"role": "assistant", "content": reply},
        {"role": "user", "content": newest},
    ]);
    assert_eq!(
        usage(&lines)["prompt_tokens"],
        counted(space, &whole),
        "{ended}"
    );
}

fn on_the_screen_its_model_answers_and_is_named(space: &Space) {
    let home = Home::new();
    let url = space.url();
    let arguments = [
        "-s",
        &url,
        "--set",
        "max_tokens=12",
        "--set",
        "temperature=0",
    ];
    let mut screen = Screen::start(&home, WINDOW, &arguments);
    screen.wait_for_text("╭ Message");
    screen.type_text("Tell me a story about a lighthouse.");
    screen.enter();
    screen.wait_for("the end of the reply and its name", |shown| {
        shown.is_ready()
            && shown.has("Cut at the limit.")
            && shown.has("SmolLM2-135M-Instruct.Q4_1")
    });
    screen.quit();
}

fn on_the_screen_the_draft_is_counted_as_the_server_counts_it(space: &Space) {
    let home = Home::new();
    let url = space.url();
    let mut screen = Screen::start(&home, WINDOW, &["-s", &url]);
    screen.wait_for_text("╭ Message");
    let draft = "How many tokens are in this sentence";
    screen.type_text(draft);
    let count = counted(space, &json!([{"role": "user", "content": draft}]));
    screen.wait_for("the server's count", |shown| {
        shown.has(&format!(" {count} of 2.0k tokens")) && !shown.has(&format!("≈ {count}"))
    });
    screen.quit();
}

fn environment() -> Environment {
    let python = environment::find_python().expect("the shared server has found it too");
    Environment::prepare(&python, LLAMA.requirements).expect("the shared server uses it too")
}

/// Starts the program while the server still loads: it waits, and says the same as the server alone.
fn a_freshly_started_server_says_the_same_with_and_without_the_program(_: &Space) {
    let question = "What is a lighthouse?";
    let environment = environment();
    let address = free_address();
    let loading = Flavour {
        label: "llama_cpp_loading",
        status: 503,
        ..LLAMA
    };
    let fresh = Space::start_on(address, &loading, &environment).expect("the server starts");
    let program = Program::at(&fresh);
    let settings = program.home().join("config.toml");
    let text = format!(
        "[sources.fresh]\nurl = \"{}\"\n[sources.fresh.parameters]\ncache_prompt = false\nmax_tokens = 40\ntemperature = 0\nseed = 1\n",
        fresh.url()
    );
    fs::write(&settings, text).expect("a file can be written");
    let ended = program.run([
        "ask",
        "--json",
        "--config",
        "config.toml",
        "-s",
        "fresh",
        question,
    ]);
    let lines = ended.expect_code(0).json_lines();
    assert!(
        lines.iter().any(|line| line["stage"] == "waking"),
        "it was waited for: {ended}"
    );
    drop(fresh);
    let other = Flavour {
        label: "llama_cpp_fresh",
        ..LLAMA
    };
    let fresh = Space::start(&other, &environment).expect("the server starts");
    let body = json!({
        "messages": [{"role": "user", "content": question}],
        "cache_prompt": false, "max_tokens": 40, "temperature": 0, "seed": 1,
    });
    let alone = posted(&fresh, "/v1/chat/completions", &body);
    assert_eq!(
        lines.last().expect("there are lines")["text"],
        alone["choices"][0]["message"]["content"]
    );
}

fn a_key_is_asked_for_and_then_used_and_kept_nowhere(_: &Space) {
    let secret = "sk-doNotShowThis";
    let flavour = Flavour {
        label: "llama_cpp_key",
        arguments: &["n_ctx=4096", "n_parallel=2", "api_keys=sk-doNotShowThis"],
        ..LLAMA
    };
    let server = Space::start(&flavour, &environment()).expect("the server starts");
    let program = Program::at(&server);
    let ended = program.run(short("Hello."));
    ended.expect_code(4);
    assert!(
        ended.text().contains("\"kind\":\"key\"") && ended.text().contains("key_env"),
        "{ended}"
    );
    let settings = program.home().join("config.toml");
    let text = format!(
        "[sources.mine]\nurl = \"{}\"\nkey_env = \"MY_KEY\"\n",
        server.url()
    );
    fs::write(&settings, text).expect("a file can be written");
    let mut command = program.command(short("Hello."));
    command
        .args(["--config", "config.toml", "-s", "mine"])
        .env("MY_KEY", secret);
    command.env("SPACECHAT_LOG", "trace");
    let output = command.output().expect("the program starts");
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(
        output.status.success() && printed.contains("\"event\":\"done\""),
        "{printed}"
    );
    let mut folders = vec![program.home().to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder)
            .expect("a folder can be read")
            .flatten()
        {
            if entry.path().is_dir() {
                folders.push(entry.path());
            } else {
                let bytes = fs::read(entry.path()).expect("a file can be read");
                let holds = bytes
                    .windows(secret.len())
                    .any(|part| part == secret.as_bytes());
                assert!(!holds, "{} holds the key", entry.path().display());
            }
        }
    }
}
