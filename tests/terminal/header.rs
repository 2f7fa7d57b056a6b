//! What the header calls the model: the same wherever one comes from, and its name as soon as the Space has told it.

use rig::home::Home;
use rig::keys::F2;
use rig::screen::{Screen, WINDOW};
use spacechat::testing::demo::{Options, Server};

#[test]
fn the_model_is_called_by_its_name_as_soon_as_the_space_has_told_it() {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a thread can be started");
    let server = runtime.block_on(Server::start(Options::default()));
    let server = server.expect("a port on loopback is free");
    let url = server.url();
    let home = Home::new();
    let mut screen = Screen::start(&home, WINDOW, &["-s", &url]);
    screen.wait_for_text(" · default ");
    // Nothing but the first message has been sent when the name is there, and its reply still comes.
    screen.send("long 2000");
    screen.wait_for("the name while the reply streams", |shown| {
        shown.has(" · qwen-2.5-1m-demo ") && shown.has("● replying")
    });
    screen.quit();
    let id = home.listed()[0]["id"].as_str().unwrap().to_owned();
    let mut screen = Screen::start(&home, WINDOW, &["-r", &id]);
    screen.wait_for("the conversation", |shown| {
        shown.has("long 2000") && shown.has(" · default ")
    });
    screen.press(F2);
    screen.wait_for_text(" · qwen-2.5-1m-demo ");
    screen.press(F2);
    screen.wait_for("the same without the panel", |shown| {
        shown.has(" · qwen-2.5-1m-demo ") && !shown.has("System message")
    });
    screen.quit();
    // A name that was asked for is said from the beginning.
    let mut screen = Screen::start(&home, WINDOW, &["-r", &id, "-m", "qwen-2.5-1m"]);
    screen.wait_for_text(" · qwen-2.5-1m ");
    screen.press(F2);
    screen.wait_for_text(" · qwen-2.5-1m-demo ");
    screen.quit();
    runtime.block_on(server.stop());
}

#[test]
fn the_embedded_space_calls_its_model_the_same_everywhere() {
    let home = Home::new();
    let name = " · demo · guided-tour ";
    let mut screen = Screen::demo(&home, &[]);
    screen.wait_for_text(name);
    screen.press(F2);
    screen.wait_for("the panel", |shown| {
        shown.has("System message") && shown.has(name)
    });
    screen.press(F2);
    screen.ask("repeat 2 ha", "haha");
    assert!(screen.shown().has(name));
    screen.quit();
    let id = home.id_of("repeat 2 ha");
    let screen = Screen::demo(&home, &["-r", &id]);
    screen.wait_for("the conversation", |shown| {
        shown.has("haha") && shown.has(name)
    });
    screen.quit();
}
