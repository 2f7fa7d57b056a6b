//! The list of conversations: names, the trash, and a thousand of them.

use rig::home::Home;
use rig::keys::{CTRL_U, DOWN, END, ENTER, F3};
use rig::screen::{Screen, WINDOW};
use rusqlite::Connection;
use spacechat::chat::{Conversation, Message, Role, Settings, Unsent, import_changes};
use spacechat::testing::store::FILE_NAME;
use spacechat::testing::store::Store;

#[test]
fn a_conversation_is_deleted_brought_back_and_renamed_in_the_list() {
    let home = Home::new();
    let mut screen = Screen::with_two_conversations(&home);
    screen.press(F3);
    screen.wait_for("the list", |shown| {
        shown.has("▸  repeat 2 banana") && shown.has("   repeat 2 apple")
    });
    screen.press("d");
    screen.wait_for("one less", |shown| {
        shown.has("Deleted “repeat 2 banana”. u brings it back")
            && shown.has("▸  repeat 2 apple")
            && !shown.has("bananabanana")
    });
    // Letters that follow each other faster than a user types are a paste; a key that is no
    // letter stands between.
    screen.press(END);
    screen.press("u");
    screen.wait_for("the list and the view as they were", |shown| {
        shown.has("▸  repeat 2 banana") && shown.has("bananabanana")
    });
    screen.press(END);
    screen.press("r");
    screen.wait_for_text("╭ Title");
    screen.press(CTRL_U);
    screen.wait_for_no("› repeat 2 banana");
    screen.type_text("yellow fruit");
    screen.enter();
    screen.wait_for("the new title", |shown| {
        shown.has("▸  yellow fruit") && !shown.has("╭ Title")
    });
    screen.enter();
    screen.wait_for_text("bananabanana");
    // What is deleted and not brought back stays away at the next start; the other one has its new name.
    screen.press(F3);
    screen.wait_for_no("╭ Conversations");
    screen.press(F3);
    screen.wait_for_text("▸  yellow fruit");
    screen.press(DOWN);
    screen.wait_for_text("▸  repeat 2 apple");
    screen.press("d");
    screen.wait_for_text("“repeat 2 apple”");
    screen.quit();
    let titles: Vec<_> = home
        .listed()
        .into_iter()
        .map(|entry| entry["title"].clone())
        .collect();
    assert_eq!(titles, ["yellow fruit"]);
    let trash = home.printed(&["list", "--trash"]);
    assert!(trash.contains("repeat 2 apple"), "{trash}");
}

#[test]
fn what_was_deleted_another_day_comes_back_from_the_trash() {
    let home = Home::new();
    Screen::with_two_conversations(&home).quit();
    home.printed(&["delete", &home.id_of("repeat 2 apple")]);
    let mut screen = Screen::demo(&home, &[]);
    screen.press(F3);
    screen.wait_for_text("│▸  repeat 2 banana");
    screen.press_apart("u");
    screen.wait_for_text("Nothing more was deleted since the start. t opens");
    screen.press_apart("t");
    screen.wait_for_text("▸ repeat 2 apple");
    screen.type_text("apl");
    screen.wait_for_text("› apl");
    screen.press_apart(ENTER);
    screen.wait_for("it in the list", |shown| {
        shown.has("▸  repeat 2 apple") && shown.has("“repeat 2 apple” is back")
    });
    screen.press_apart("t");
    screen.wait_for_text("The trash is empty.");
    screen.quit();
    assert_eq!(home.listed().len(), 2);
}

/// Saves conversations as if each had been a question and an answer.
fn fill(home: &Home, count: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime without threads can be made");
    let store = Store::open(&home.data(), |notice| panic!("{notice:?}"));
    let store = store.expect("the store opens");
    for number in 0..count {
        let mut conversation = Conversation::new("demo", "", "");
        conversation.append(Message::user(format!("question {number}")));
        conversation.append(Message::new(Role::Assistant, format!("answer {number}")));
        let changes = import_changes(&conversation, Unsent::default(), Settings::new());
        store.handle.send_all(changes);
    }
    assert!(runtime.block_on(store.handle.close()));
}

#[test]
fn the_first_frame_waits_neither_for_a_thousand_conversations_nor_for_a_lock() {
    let home = Home::new();
    fill(&home, 1000);
    // Another program holds the database so that nobody else can write or read until it lets go.
    let holder = Connection::open(home.data().join(FILE_NAME)).unwrap();
    let hold = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE";
    holder.execute_batch(hold).unwrap();
    let mut screen = Screen::start(&home, WINDOW, &["--demo"]);
    screen.wait_for_text("╭ Message");
    screen.type_text("written");
    screen.press(F3);
    screen.wait_for_text("nothing saved yet");
    drop(holder);
    screen.wait_for_text("question 999");
    screen.quit();
    assert_eq!(home.listed().len(), 1001, "the draft is kept too");
}
