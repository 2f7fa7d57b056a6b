//! A Space that asks who is there: the question, the answer, and what is sent before and after it.

use super::served::{Answer, Asked, serve};
use rig::home::Home;
use rig::keys::{ALT_S, ALT_UP, CTRL_N, ESC, F5};
use rig::screen::{Screen, WINDOW};
use serde_json::{Value, json};
use std::path::Path;
use std::sync::{Arc, Mutex};

const TOKEN: &str = "hf_SecretOfTheTerminal";

/// What was posted, in order.
type Posted = Arc<Mutex<Vec<Value>>>;

/// The page of `tests/spaces/chat_space.py` that answers only who signs in, as Gradio 6.31 describes it.
fn space() -> (String, Posted) {
    let posted = Posted::default();
    let seen = Arc::clone(&posted);
    let config = include_str!("../fixtures/signed-6.31.config.json");
    let address = serve(move |asked| answer(asked, config, &seen));
    (address, posted)
}

fn answer(asked: &Asked, config: &str, posted: &Posted) -> Answer {
    let json = |body: &Value| (200, "application/json", body.to_string());
    let mut posted = posted.lock().expect("no holder panics");
    match asked.path.as_str() {
        "/config" => (200, "application/json", config.to_owned()),
        "/gradio_api/info" => {
            json(&json!({"named_endpoints": {"/add": {}, "/answer": {"oauth_token": "required"}}}))
        }
        "/gradio_api/queue/join" => {
            posted.push(serde_json::from_slice(&asked.body).expect("the body is JSON"));
            json(&json!({"event_id": "e"}))
        }
        "/gradio_api/queue/data" => {
            let body = posted.last().expect("something was posted");
            let completed = json!({"msg": "process_completed", "event_id": "e", "success": true, "output": {"data": outputs(body)}});
            (200, "text/event-stream", format!("data: {completed}\n\n"))
        }
        _ => (404, "text/html", String::new()),
    }
}

/// What the page's function gives: the first takes the message into the chat, the second replies.
fn outputs(body: &Value) -> Value {
    let said = |role: &str, text: &Value| json!({"role": role, "content": text});
    if body["fn_index"] == 0 {
        return json!(["", [said("user", &body["data"][0])]]);
    }
    let mut chat = body["data"][0].as_array().cloned().unwrap_or_default();
    let token = body["oauth_token"].as_str().unwrap_or_default();
    let end = token
        .get(token.len().saturating_sub(8)..)
        .unwrap_or_default();
    chat.push(said("assistant", &json!(format!("welcome, {end}"))));
    json!([chat])
}

/// A home whose user has a token of the Hub.
fn home() -> Home {
    let home = Home::new();
    let folder = home.path().join("cache/huggingface");
    std::fs::create_dir_all(&folder).expect("a folder can be made");
    std::fs::write(folder.join("token"), TOKEN).expect("a file can be written");
    home
}

/// The bytes of every file below a folder, as text.
fn written(folder: &Path) -> String {
    let entries = std::fs::read_dir(folder).expect("a folder can be read");
    let paths = entries.map(|entry| entry.expect("a folder can be read").path());
    let text = paths.map(|path| {
        if path.is_dir() {
            written(&path)
        } else {
            String::from_utf8_lossy(&std::fs::read(&path).expect("a file can be read")).into_owned()
        }
    });
    text.collect()
}

fn started(home: &Home, space: &str) -> Screen {
    let screen = Screen::start(home, WINDOW, &["-s", space]);
    screen.wait_for_text("╭ Message");
    screen
}

#[test]
fn a_message_waits_for_the_yes_and_goes_with_the_token_to_the_function_that_asked() {
    let (space, posted) = space();
    let home = home();
    let mut screen = started(&home, &space);
    screen.send("hello");
    let shown = screen.wait_for_text("asks who you are. Send it your");
    assert!(shown.has("Esc does not send it."), "{}", shown.text());
    screen.press(ESC);
    screen.wait_for("what failed", |shown| {
        shown.has("Your Hugging Face token was not sent.")
            && !shown.has("Sign in with Hugging Face")
    });
    assert!(posted.lock().unwrap().is_empty(), "nothing was sent yet");

    screen.press(ALT_UP);
    screen.retry();
    screen.wait_for_text("Sign in with Hugging Face");
    screen.enter();
    screen.wait_for("the reply", |shown| {
        shown.has("welcome, Terminal") && shown.is_ready()
    });
    let tokens: Vec<Value> = posted
        .lock()
        .unwrap()
        .drain(..)
        .map(|body| body["oauth_token"].clone())
        .collect();
    assert_eq!(tokens, [Value::Null, json!(TOKEN)]);

    // It is kept for the next start, and taken back in the picker.
    screen.quit();
    let mut screen = started(&home, &space);
    screen.send("again");
    screen.wait_for("the reply", |shown| {
        shown.has("welcome, Terminal") && shown.is_ready()
    });
    screen.press(F5);
    screen.wait_for_text("signed in");
    screen.type_text(&space);
    screen.wait_for_text("Alt+S signs out");
    screen.press(ALT_S);
    screen.wait_for_text("Alt+S signs in");
    screen.press(ESC);
    screen.wait_for_no("Alt+S signs in");
    posted.lock().unwrap().clear();
    screen.press(CTRL_N);
    screen.wait_for_no("welcome");
    screen.send("and now?");
    screen.wait_for_text("Sign in with Hugging Face");
    assert!(posted.lock().unwrap().is_empty());
    screen.press(ESC);
    screen.wait_for_no("Sign in with Hugging Face");
    screen.quit();
    for folder in [home.data(), home.path().join("state")] {
        assert!(
            !written(&folder).contains(TOKEN),
            "the token is in a file in {}",
            folder.display()
        );
    }
}
