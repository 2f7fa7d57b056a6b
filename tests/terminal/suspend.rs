//! The machine sleeps while a reply streams: the program is stopped for longer than its timeout, while the Space
//! continues.

use rig::home::Home;
use rig::screen::{Screen, WINDOW};
use spacechat::testing::demo::{Options, Server};
use std::thread;
use std::time::{Duration, Instant};

/// Less patience than the sleep takes.
const SETTINGS: &str = "[network]\nidle_timeout = 4\n";

/// How long the machine sleeps.
const SLEEP: Duration = Duration::from_secs(6);

#[test]
fn a_program_that_slept_in_mid_reply_ends_the_reply_or_tells_and_goes_on() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a thread can be started");
    let server = runtime.block_on(Server::start(Options::default()));
    let server = server.expect("a port on loopback is free");
    let home = Home::with_settings(SETTINGS);
    let mut screen = Screen::start(&home, WINDOW, &["-s", &server.url()]);
    screen.wait_for_text("╭ Message");
    screen.send("long 200");
    screen.wait_for_text("word9");
    screen.signal("STOP");
    // The sleep is what is tested, and not waited for.
    let until = Instant::now() + SLEEP;
    while Instant::now() < until {
        thread::park_timeout(until.saturating_duration_since(Instant::now()));
    }
    screen.signal("CONT");
    let shown = screen.wait_for("the end of the reply", |shown| {
        shown.has("word199") && shown.is_ready() || shown.has("✗ failed") && shown.has("r retries")
    });
    assert!(shown.has("word9"), "what came stays: {}", shown.text());
    screen.ask("repeat 2 ha", "haha");
    screen.quit();
    let saved = home.exported(&home.id_by(|saved| saved["messages"][0]["text"] == "long 200"));
    let reply = saved["messages"][1]["text"]
        .as_str()
        .expect("texts are strings");
    let left = reply.split_whitespace().count();
    assert_eq!(reply.trim_end(), rig::shown::words(left), "no gap");
    runtime.block_on(server.stop());
}
