//! Messages that wait: for a reply to be complete, for the Space to be there, for the next start.

use rig::home::Home;
use rig::keys::ALT_C;
use rig::screen::{Screen, WINDOW};

#[test]
fn what_waits_when_one_quits_waits_at_the_next_start_and_is_sent_on_the_users_word() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 4000");
    screen.wait_for_text("word3");
    screen.send("repeat 3 ha");
    screen.wait_for_text("⧗ queued: repeat 3 ha");
    screen.type_text("and that");
    screen.quit();
    let mut screen = Screen::demo(&home, &["-c"]);
    let shown = screen.wait_for_text("■ stopped");
    assert!(shown.has("⧗ waiting: repeat 3 ha"), "{}", shown.text());
    assert!(shown.has("│ and that"), "{}", shown.text());
    screen.enter();
    let shown = screen.wait_for("both answers", |shown| {
        shown.has("hahaha") && shown.is_ready()
    });
    assert!(!shown.has("⧗"), "{}", shown.text());
    screen.quit();
}

#[test]
fn a_kill_during_a_reply_loses_nothing_of_what_waits_behind_it() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 4000");
    screen.wait_for_text("word3");
    screen.paste(&"a long line of a paste\n".repeat(400));
    screen.wait_for_text("▣ pasted #1");
    screen.send("hash");
    screen.wait_for_text("⧗ queued: ▣ 1 hash");
    let id = home.id_of("long 4000");
    home.wait_for_saved(&id, |saved| {
        saved["queued"][0]["attachments"][0]["text"].is_string()
    });
    screen.kill();
    let mut screen = Screen::demo(&home, &["-c"]);
    screen.wait_for_text("⧗ waiting: ▣ 1 hash");
    screen.enter();
    screen.wait_for("the answer to it", |shown| {
        shown.has("characters") && shown.is_ready()
    });
    screen.quit();
}

#[test]
fn messages_for_a_space_that_is_not_there_wait_and_go_in_their_order_once_it_is() {
    let home = Home::new();
    let mut screen = Screen::start(&home, WINDOW, &["--demo-fault", "502"]);
    screen.wait_for_text("╭ Message");
    screen.send("repeat 2 ha");
    screen.wait_for_text("your message waits: Enter sends it again");
    screen.quit();

    let mut screen = Screen::demo(&home, &["-c"]);
    screen.wait_for_text("⧗ a message waits");
    screen.ask("repeat 2 ho", "hoho");
    screen.quit();
    let saved = home.exported(&home.id_of("repeat 2 ha"));
    let texts = saved["messages"]
        .as_array()
        .expect("it has messages")
        .iter();
    let texts: Vec<&str> = texts
        .filter_map(|message| message["text"].as_str())
        .collect();
    assert_eq!(texts, ["repeat 2 ha", "haha", "repeat 2 ho", "hoho"]);
}

#[test]
fn a_message_that_waits_is_written_anew_in_its_place() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 500");
    screen.wait_for_text("word3");
    screen.send("repeat 2 ha");
    screen.wait_for_text("⧗ queued: repeat 2 ha");
    screen.type_text("a draft");
    screen.press(ALT_C);
    screen.wait_for_text("▸ ⧗ queued");
    screen.press("e");
    screen.wait_for_text("⧗ being edited");
    screen.type_text("!");
    screen.enter();
    let shown = screen.wait_for_text("⧗ queued: repeat 2 ha!");
    assert!(shown.has("│ a draft"), "{}", shown.text());
    screen.wait_for("the answer", |shown| {
        shown.has("ha!ha!") && shown.is_ready()
    });
    screen.quit();
}

#[test]
fn a_question_without_a_screen_leaves_what_waits_in_its_conversation() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.send("long 4000");
    screen.wait_for_text("word3");
    screen.send("repeat 3 ha");
    screen.wait_for_text("⧗ queued: repeat 3 ha");
    screen.quit();
    let id = home.id_of("long 4000");
    let asked = ["ask", "--demo", "--conversation", &id, "repeat 2 ho"];
    assert_eq!(home.printed(&asked), "hoho\n");
    let saved = home.exported(&id);
    assert_eq!(saved["queued"][0]["text"], "repeat 3 ha");
    let count = saved["messages"].as_array().map(Vec::len);
    assert_eq!(count, Some(4), "{saved:#}");
}
