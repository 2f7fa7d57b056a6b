//! Text that would steer the terminal, turn the direction of text or hide some of it, on every path to the screen. In
//! every case only the program's own sequences are written.

use super::served::serve;
use super::written::assert_only_own_sequences;
use rig::home::Home;
use rig::keys::{ALT_UP, CTRL_END, CTRL_O, CTRL_P, ESC, F2, F3, TAB};
use rig::screen::{Screen, WINDOW};
use serde_json::{Value, json};

/// One text of each kind. No sequence in it is one that the program makes itself.
const KINDS: [&str; 24] = [
    "\x01\x08\x0e\x7f",
    "\x07",
    "\u{84}\u{86}\u{8d}",
    "\x1b[6n",
    "\x1b[0;7;5;8m",
    "\u{9b}?47h",
    "\x1bc\x1b#8\x1b(0",
    "\x1b]0;owned\x07",
    "\x1b]2;owned\x1b\\",
    "\u{9d}2;owned\u{9c}",
    "\x1b]8;id=x;file:///etc/passwd\x1b\\",
    "\x1b]52;p;b3duZWQ=\x07",
    "\x1bPq#0;2;0;0;0\x1b\\",
    "\u{90}q\u{9c}",
    "\x1b_Ga=T\x1b\\",
    "\x1b^p\x1b\\\x1bXs\x1b\\",
    "\u{202e}\u{202d}\u{202c}",
    "\u{2066}\u{2067}\u{2068}\u{2069}",
    "\u{200b}\u{2060}\u{feff}\u{ad}",
    "\u{e0001}\u{e0041}\u{e007f}",
    "\u{fe0f}\u{fe0f}\u{fe0f}\u{e0101}",
    "\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}\u{301}",
    "&#27;]0;owned&#7; &#x202e;",
    "\u{2028}\u{2029}\u{85}\x0b",
];

/// Every kind, with words between them, and at the end a title that never ends.
fn hostile(word: &str) -> String {
    let parts: Vec<String> = KINDS.iter().map(|kind| format!("{word}{kind}")).collect();
    format!("{} end{word} \x1b]2;", parts.join(" "))
}

/// The end of hostile text, as it is seen.
fn end(word: &str) -> String {
    format!("end{word}")
}

/// A conversation of which every text is hostile, as an export.
fn document() -> Value {
    let (first, second) = (
        "0192f000-0000-7000-8000-000000000001",
        "0192f000-0000-7000-8000-000000000002",
    );
    let time = "2025-01-01T00:00:00Z";
    let failure =
        json!({"kind": hostile("kind"), "message": hostile("failed"), "hint": hostile("hint")});
    let attachments = json!([{"name": hostile("file"), "text": hostile("content")}]);
    json!({
        "format": "spacechat conversation", "version": 2, "id": "0192f000-0000-7000-8000-000000000003",
        "title": format!("title \0{}", hostile("title")), "space": hostile("space"), "model": hostile("model"),
        "system": hostile("system"), "created_at": time, "settings": {hostile("name"): hostile("value")}, "head": second,
        "messages": [
            {"id": first, "parent": null, "role": "user", "created_at": time, "state": "complete", "failure": null,
             "system": hostile("system"), "attachments": attachments, "reasoning": "", "text": hostile("prompt"), "hidden_tail": ""},
            {"id": second, "parent": first, "role": "assistant", "created_at": time, "state": "failed", "failure": failure,
             "system": null, "attachments": [], "reasoning": format!("{}\n", hostile("thought")),
             "text": format!("\0{}\n```{}\n{}\n```\n", hostile("reply"), hostile("language"), hostile("code")),
             "hidden_tail": hostile("tail")},
        ],
        "draft": {"text": hostile("draft"), "attachments": attachments},
    })
}

fn import(home: &Home) -> String {
    let written = std::fs::write(home.path().join("it.json"), document().to_string());
    written.expect("a home can be written to");
    home.printed(&["import", "it.json"]).trim().to_owned()
}

fn assert_own(screen: &Screen) {
    screen.look(|emulator| assert_only_own_sequences(emulator.written()));
}

#[test]
fn an_imported_conversation_cannot_steer_the_terminal() {
    let home = Home::new();
    import(&home);
    let mut screen = Screen::start(&home, WINDOW, &["--demo", "-c"]);
    screen.wait_for_text(&end("failed"));
    screen.press(ALT_UP);
    screen.wait_for_text("picked:");
    screen.press("o");
    screen.wait_for_text("▾ thoughts");
    screen.press(CTRL_END);
    screen.wait_for_text("more characters · ");
    screen.wait_for_text(&end("tail"));
    screen.press("c");
    screen.wait_for_text("opied");
    screen.press(ESC);
    screen.wait_for_no("▌");
    screen.press(F2);
    screen.wait_for_text("System message");
    screen.press(F2);
    screen.wait_for_no("System message");
    screen.press(F3);
    screen.wait_for_text("╭ Conversations");
    screen.press("r");
    screen.wait_for_text("╭ Title");
    screen.press(ESC);
    screen.wait_for_no("╭ Title");
    screen.press(F3);
    screen.wait_for_no("╭ Conversations");
    screen.press(CTRL_O);
    screen.wait_for_text("Switch conversation");
    screen.press(ESC);
    screen.wait_for_no("Switch conversation");
    assert_own(&screen);
    screen.quit();
}

#[test]
fn what_is_pasted_and_comes_back_cannot_steer_the_terminal() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    for (scenario, seen) in [("repeat 2 ", "endreply"), ("fail ", "✗ The Space")] {
        // In the message itself there is no hidden text, in the tray there is.
        screen.paste(&format!("{scenario}{}", hostile("reply")));
        screen.wait_for_text("▣ pasted #1");
        screen.enter();
        screen.wait_for(seen, |shown| shown.has(seen) && !shown.has("replying"));
        assert_own(&screen);
    }
    // Letters that cannot be seen, typed: they stand in the message as marks.
    for typed in ["\u{202e}", "\u{200b}", "\u{9b}", "\u{feff}"] {
        screen.write(typed);
    }
    screen.press(CTRL_P);
    screen.paste(&hostile("search"));
    screen.wait_for_text("› search");
    screen.press(ESC);
    screen.wait_for_no("╭ Actions");
    screen.press(CTRL_O);
    screen.wait_for_text("Switch conversation");
    screen.paste(&hostile("title"));
    screen.press(ESC);
    screen.wait_for_no("Switch conversation");
    assert_own(&screen);
    screen.quit();
}

#[test]
fn a_file_with_a_hostile_name_cannot_steer_the_terminal() {
    let home = Home::new();
    let name = format!("{}.bin", hostile("name").replace('/', "|"));
    let name = &name[name.ceil_char_boundary(name.len().saturating_sub(200))..];
    std::fs::write(home.path().join(name), b"\0\xff\x1b]2;").unwrap();
    let mut asked = Screen::start(&home, WINDOW, &["--demo", "ask", "-f", name, "Look"]);
    assert_eq!(asked.wait_for_exit(), 0);
    assert_own(&asked);
    let screen = Screen::start(&home, WINDOW, &["--demo", "-c"]);
    screen.wait_for_text("6 bytes");
    assert_own(&screen);
    screen.quit();
}

#[test]
fn commands_in_a_terminal_cannot_be_made_to_steer_it() {
    let home = Home::new();
    let id = import(&home);
    std::fs::write(
        home.path().join("broken.json"),
        document()
            .to_string()
            .replacen("\"role\"", &json!(hostile("field")).to_string(), 1),
    )
    .unwrap();
    let word = hostile("argument");
    let asked = format!("repeat 2 {word}");
    let failing = format!("fail {word}");
    for arguments in [
        &["list"][..],
        &["show", &id],
        &["search", "endreply"],
        &["search", &word],
        &["export", &id, "--format", "md"],
        &["export", &id, "--format", "json"],
        &["export", &id, "--format", "html"],
        &["import", "broken.json"],
        &["import", &word],
        &["show", &word],
        &["delete", &id],
        &["list", "--trash"],
        &["--demo", "ask", &asked],
        &["--demo", "ask", &failing],
        &["--demo", "ask", "-m", &word, "x"],
        &["--demo", "ask", "--set", &word, "x"],
        &["-s", &word, "ask", "x"],
        &["--config", &word, "list"],
        &["--proxy", &word, "--demo", "ask", "x"],
        &["doctor"],
        &["-r", &word],
        &["--data-dir", "\u{9b}?47h", "list"],
        &[&word],
        &["space", &word],
    ] {
        let mut screen = Screen::start(&home, WINDOW, arguments);
        screen.wait_for_exit();
        screen.look(|emulator| {
            let written = String::from_utf8_lossy(emulator.written()).into_owned();
            println!("{arguments:?}: {} bytes", written.len());
            assert_only_own_sequences(emulator.written());
        });
    }
}

/// A Space whose author wishes ill: what it says of itself, its notices, its replies and its errors. It ends with the test.
fn hostile_space() -> String {
    serve(|asked| match asked.path.as_str() {
        "/config" => (200, "application/json", config().to_string()),
        "/gradio_api/info" => (
            200,
            "application/json",
            json!({"named_endpoints": {}}).to_string(),
        ),
        "/gradio_api/queue/join" => (
            200,
            "application/json",
            json!({"event_id": "e"}).to_string(),
        ),
        "/gradio_api/queue/data" => (200, "text/event-stream", stream_of_reply()),
        _ => (404, "text/html", hostile("page")),
    })
}

/// A `ChatInterface` of Gradio 5 with hostile words in every place that has words.
fn config() -> Value {
    let component =
        |id: u8, kind: &str, props: Value| json!({"id": id, "type": kind, "props": props});
    let choices = json!([[hostile("choice"), hostile("value")], ["b", "b"]]);
    json!({
        "version": "5.49.1", "protocol": "sse_v3", "api_prefix": "/gradio_api", "app_id": 7, "title": hostile("title"),
        "space_id": hostile("id"),
        "components": [
            component(1, "textbox", json!({"label": hostile("message")})), component(2, "json", json!({})),
            component(3, "textbox", json!({"label": hostile("text"), "value": hostile("value")})),
            component(4, "slider", json!({"label": hostile("slider"), "minimum": 0, "maximum": 2, "value": 1})),
            component(5, "dropdown", json!({"label": hostile("menu"), "choices": choices, "value": hostile("value")})),
            component(9, "button", json!({"value": "Fake API"})),
        ],
        "dependencies": [{"id": 0, "targets": [[9, "click"]], "inputs": [1, 3, 4, 5], "outputs": [2], "api_name": "chat",
            "queue": true, "backend_fn": true}],
    })
}

fn stream_of_reply() -> String {
    let output = json!({"data": [format!("{}\u{1}", hostile("reply"))]});
    let half = json!({"data": ["HALF"]})
        .to_string()
        .replace("HALF", "\\ud83d");
    let messages = [
        json!({"msg": "estimation", "event_id": "e", "rank": 0, "queue_size": 1}).to_string(),
        json!({"msg": "process_starts", "event_id": "e"}).to_string(),
        json!({"msg": "log", "event_id": "e", "level": "warning", "title": hostile("head"), "log": hostile("notice")}).to_string(),
        json!({"msg": "progress", "event_id": "e", "progress_data": [{"index": 1, "length": 2, "unit": hostile("unit"), "desc": hostile("progress")}]}).to_string(),
        format!("{{\"msg\": \"process_generating\", \"event_id\": \"e\", \"success\": true, \"output\": {half}}}"),
        json!({"msg": "process_completed", "event_id": "e", "success": true, "output": output}).to_string(),
        json!({"msg": "close_stream"}).to_string(),
    ];
    format!("data: {}\n\n", messages.join("\n\ndata: "))
}

#[test]
fn a_space_cannot_steer_the_terminal() {
    let home = Home::new();
    let space = hostile_space();
    let mut screen = Screen::start(&home, WINDOW, &["-s", &space]);
    screen.wait_for_text("╭ Message");
    screen.send("hello");
    screen.wait_for("the reply", |shown| {
        shown.has(&end("reply")) && shown.is_ready()
    });
    assert_own(&screen);
    screen.press(F2);
    screen.wait_for_text("slider␁");
    screen.press_apart(TAB);
    screen.press_apart(TAB);
    screen.enter();
    assert_own(&screen);
    screen.press(F2);
    screen.quit();
    for arguments in [
        &["-s", &space, "ask", "hello"][..],
        &["space", &space],
        &["-s", &space, "ask", "--set", "temperature=9", "x"],
    ] {
        let mut screen = Screen::start(&home, WINDOW, arguments);
        screen.wait_for_exit();
        assert_own(&screen);
    }
}
