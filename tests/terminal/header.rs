//! What the header calls the model: the same wherever one comes from, and its name as soon as the Space has told it.

use rig::home::Home;
use rig::keys::F2;
use rig::screen::{Screen, WINDOW};
use rig::shown::Shown;
use spacechat::testing::demo::{Options, Server};

/// The embedded Space at an address of its own, as any other: it is known once it was asked.
fn with_space(test: impl FnOnce(&str)) {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .expect("a thread can be started");
    let server = runtime.block_on(Server::start(Options::default()));
    let server = server.expect("a port on loopback is free");
    test(&server.url());
    runtime.block_on(server.stop());
}

const UNNAMED: &str = " · default ";
const NAME: &str = " · qwen-2.5-1m-demo ";

/// A start of a conversation that goes on: from the first frame to the last the model is called by its name.
fn resume(home: &Home, arguments: &[&str], words: &str) {
    let mut screen = Screen::start(home, WINDOW, arguments);
    screen.remember();
    screen.wait_for("the conversation", |shown| {
        shown.has(words) && shown.has(NAME)
    });
    screen.press(F2);
    screen.wait_for("the panel", |shown| {
        shown.has("System message") && shown.has(NAME)
    });
    screen.press(F2);
    screen.wait_for_no("System message");
    let unnamed = |shown: &Shown| shown.has(UNNAMED) || shown.has(words) && !shown.has(NAME);
    assert!(!screen.look(|emulator| emulator.was_ever(unnamed)));
    screen.quit();
}

#[test]
fn the_model_is_called_by_its_name_as_soon_as_the_space_has_told_it_and_in_every_later_run() {
    with_space(|url| {
        let home = Home::new();
        let mut screen = Screen::start(&home, WINDOW, &["-s", url]);
        screen.wait_for_text(UNNAMED);
        // Nothing but the first message has been sent when the name is there, and its reply still comes.
        screen.send("long 2000");
        screen.wait_for("the name while the reply streams", |shown| {
            shown.has(NAME) && shown.has("● replying")
        });
        screen.quit();
        let id = home.listed()[0]["id"].as_str().unwrap().to_owned();
        resume(&home, &["-r", &id], "long 2000");
        resume(&home, &["-c"], "long 2000");
        // The first frame of a new conversation does not wait for what is saved; its name comes with that.
        let screen = Screen::start(&home, WINDOW, &["-s", url]);
        screen.wait_for_text(NAME);
        screen.quit();
        // A name that was asked for is said from the beginning, and what the Space makes of it once that is known.
        let mut screen = Screen::start(&home, WINDOW, &["-r", &id, "-m", "qwen-2.5-1m"]);
        screen.wait_for_text(" · qwen-2.5-1m ");
        screen.press(F2);
        screen.wait_for_text(NAME);
        screen.quit();
        resume(&home, &["-r", &id, "-m", "qwen-2.5-1m"], "long 2000");
    });
}

#[test]
fn what_ask_has_learned_of_a_space_the_screen_knows() {
    with_space(|url| {
        let home = Home::new();
        home.printed(&["ask", "-s", url, "repeat 2 ha"]);
        resume(&home, &["-c"], "haha");
    });
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
