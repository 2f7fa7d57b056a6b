//! Killed at any moment, of typing, pasting, streaming, waiting, editing, renaming, deleting or importing, the program loses
//! at most half a second of what was on the screen, and the database is whole.

use rig::home::{Home, program};
use rig::keys::{ALT_UP, CTRL_U, F3};
use rig::screen::{Screen, signal};
use rig::shown::{Shown, words};
use serde_json::{Value, json};
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::time::{Duration, Instant};
use std::{env, fs, thread};

/// What was on the screen for so long is on the disk.
const KEPT_AFTER: Duration = Duration::from_millis(500);

/// What is done and killed: its name, and the doing with a look at what is left.
type Script = (&'static str, fn(&Home));

/// A number below `end`, another one each time. What came out is printed, and shown with a test that fails.
fn random(what: &str, end: u64) -> u64 {
    let number = RandomState::new().build_hasher().finish() % end;
    println!("{what}: {number} of {end}");
    number
}

/// Lets a random time go by, up to twice that after which all is kept: the moment of a kill is not waited for.
fn linger() {
    let span = random("milliseconds before the kill", 2 * 500);
    thread::sleep(Duration::from_millis(span));
}

/// What the frame said that was on the screen half a second before the kill.
fn seen_before<T>(screen: &Screen, killed: Instant, look: impl Fn(&Shown) -> T) -> Option<T> {
    screen.look(|emulator| {
        let kept = killed.checked_sub(KEPT_AFTER)?;
        emulator.shown_at(kept).map(look)
    })
}

/// Kills the program while a draft is typed, at a random letter.
fn kill_in_typing(home: &Home) {
    // Its name stands first, so that no draft of another round is taken for it.
    let name = random("name", 1 << 20);
    let text = format!("{name:05x} every letter of this was typed and none of it was ever sent");
    let length = 5 + usize::try_from(random("letters", 60)).expect("it is small");
    let mut screen = Screen::demo(home, &[]);
    screen.remember();
    screen.type_text(&text[..length.min(text.len())]);
    linger();
    let killed = Instant::now();
    screen.kill();
    let written = seen_before(&screen, killed, Shown::draft).unwrap_or_default();
    let kept = kept_of(&written);
    if kept.is_empty() {
        return;
    }
    let listed = home.listed();
    let drafts = listed.iter().map(|entry| exported(home, entry));
    let mut drafts = drafts.map(|saved| {
        saved["draft"]["text"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    });
    assert!(drafts.any(|draft| draft.starts_with(&kept)), "{kept:?}");
}

/// Kills the program behind a message that was written anew, whose first wording must stay.
fn kill_in_editing(home: &Home) {
    let mut screen = Screen::demo(home, &[]);
    let name = format!("e{:x}", random("name", 1 << 20));
    let first = format!("repeat 2 {name}");
    screen.ask(&first, &name.repeat(2));
    screen.remember();
    screen.press(ALT_UP);
    screen.wait_for_text("picked:");
    screen.press(ALT_UP);
    screen.wait_for_text("▌repeat");
    screen.press("e");
    screen.wait_for_text("editing");
    screen.press(CTRL_U);
    screen.wait_for_text("write a message");
    screen.send("long 4000");
    screen.wait_for_text("word1");
    linger();
    let killed = Instant::now();
    screen.kill();
    let seen = seen_before(&screen, killed, Shown::last_word).flatten();
    let id = home.id_by(|saved| saved["messages"][0]["text"] == *first);
    let saved = home.exported(&id);
    let messages = saved["messages"].as_array().expect("it has messages");
    let find = |text: &str| messages.iter().find(|message| message["text"] == *text);
    assert!(find(&first).is_some(), "the first wording: {saved:#}");
    if seen.is_some() {
        assert!(find("long 4000").is_some(), "the second wording: {saved:#}");
        assert_has_words(messages.last().expect("it has messages"), seen);
    }
}

/// Kills the program behind a conversation that was deleted. It is in the trash if it was gone for half a second.
fn kill_in_deleting(home: &Home) {
    let mut screen = Screen::demo(home, &[]);
    let name = format!("d{:x}", random("name", 1 << 20));
    let title = format!("repeat 2 {name}");
    screen.ask(&title, &name.repeat(2));
    screen.press(F3);
    screen.wait_for_text(&format!("▸  {title}"));
    screen.remember();
    screen.press("d");
    screen.wait_for_text("u brings it back");
    linger();
    let killed = Instant::now();
    screen.kill();
    let is_gone = seen_before(&screen, killed, |shown| shown.has("u brings it back")) == Some(true);
    let is_in = |arguments: &[&str]| home.printed(arguments).contains(&title);
    let (is_listed, is_in_trash) = (is_in(&["list"]), is_in(&["list", "--trash"]));
    assert_ne!(is_listed, is_in_trash, "it is in one of both");
    assert!(is_in_trash || !is_gone, "it was deleted, and is back");
}

/// Kills the program behind a large paste, which must be there whole or not at all.
fn kill_in_pasting(home: &Home) {
    let name = format!("p{:x}", random("name", 1 << 20));
    let text = format!("{name} {}", "and so on ".repeat(20_000));
    let mut screen = Screen::demo(home, &[]);
    screen.remember();
    screen.paste(&text);
    linger();
    let killed = Instant::now();
    screen.kill();
    let is_seen = seen_before(&screen, killed, |shown| shown.has("▣ pasted #1")) == Some(true);
    let listed = home.listed();
    let drafts = listed
        .iter()
        .map(|entry| exported(home, entry)["draft"].clone());
    let chips = drafts.filter_map(|draft| {
        let text = &draft["attachments"][0]["text"];
        text.as_str().map(str::to_owned)
    });
    let kept: Vec<String> = chips.filter(|text| text.starts_with(&name)).collect();
    assert!(
        kept.iter().all(|kept| *kept == text),
        "what is kept is whole"
    );
    assert!(
        !is_seen || kept.len() == 1,
        "the paste was seen, and is gone"
    );
}

/// Kills the program behind a new title.
fn kill_in_renaming(home: &Home) {
    let mut screen = Screen::demo(home, &[]);
    let name = format!("r{:x}", random("name", 1 << 20));
    let old = format!("repeat 2 {name}");
    screen.ask(&old, &name.repeat(2));
    screen.press(F3);
    screen.wait_for_text(&format!("▸  {old}"));
    screen.press("r");
    screen.wait_for_text("╭ Title");
    screen.remember();
    screen.press(CTRL_U);
    let new = format!("new {name}");
    screen.type_text(&new);
    screen.enter();
    linger();
    let killed = Instant::now();
    screen.kill();
    let is_renamed = |shown: &Shown| !shown.has("╭ Title") && shown.has(&new);
    let is_seen = seen_before(&screen, killed, is_renamed) == Some(true);
    let listed = home.printed(&["list"]);
    assert_ne!(
        listed.contains(&old),
        listed.contains(&new),
        "it has one of both: {listed}"
    );
    assert!(
        !is_seen || listed.contains(&new),
        "it had the new title, and has the old"
    );
}

/// Kills the program while a message waits for the reply to end.
fn kill_in_waiting(home: &Home) {
    let mut screen = Screen::demo(home, &[]);
    let name = format!("w{:x}", random("name", 1 << 20));
    let first = format!("long 4000 {name}");
    screen.send(&first);
    screen.wait_for_text("word1");
    screen.remember();
    screen.type_text(&name);
    screen.enter();
    linger();
    let killed = Instant::now();
    screen.kill();
    let line = format!("⧗ queued: {name}");
    let is_seen = seen_before(&screen, killed, |shown| shown.has(&line)) == Some(true);
    let saved = home.exported(&home.id_by(|saved| saved["messages"][0]["text"] == *first));
    let is_queued = saved["queued"][0]["text"] == *name;
    let is_draft = saved["draft"]["text"] == *name;
    assert!(!(is_queued && is_draft), "it is kept twice: {saved:#}");
    assert!(!is_seen || is_queued, "it waited, and is gone: {saved:#}");
}

/// Kills an import. What it was to take in is there whole or not at all.
fn kill_in_importing(home: &Home) {
    let count = 30;
    let file = home.path().join("to import.json");
    let mark = format!("imported{}", random("name", 1 << 40));
    let conversations = (0..count).map(|number| foreign(&format!("{mark} {number}")));
    let conversations: Vec<Value> = conversations.collect();
    fs::write(&file, Value::Array(conversations).to_string()).expect("a home can be written to");
    let file = file.to_str().expect("a path of the test's own is text");
    let mut importing = home.started(program(), &["import", file]);
    thread::sleep(Duration::from_millis(random(
        "milliseconds before the kill",
        150,
    )));
    if importing.try_wait().expect("it was started").is_none() {
        signal("KILL", importing.id());
    }
    let status = importing.wait().expect("it was started");
    let listed = home.printed(&["list"]);
    let there = listed.matches(mark.as_str()).count();
    assert!(
        there == count || there == 0 && !status.success(),
        "{there} of {count}, {status}"
    );
}

/// A conversation as another program exports it, which an import takes in many at a time.
fn foreign(title: &str) -> Value {
    let message = |id: &str, role: &str, parent: &str, children: &[&str]| {
        let text = format!("{title} {}", "and so on ".repeat(300));
        json!({"id": id, "parent": parent, "children": children, "message": {
            "id": id, "author": {"role": role}, "create_time": 1_712_345_678.25,
            "content": {"content_type": "text", "parts": [text]}, "status": "finished_successfully",
            "recipient": "all", "metadata": {}
        }})
    };
    json!({"title": title, "create_time": 1_712_345_678.25, "update_time": 1_712_345_679.25,
        "conversation_id": title, "current_node": "b", "mapping": {
            "root": {"id": "root", "message": null, "parent": null, "children": ["a"]},
            "a": message("a", "user", "root", &["b"]),
            "b": message("b", "assistant", "a", &[])
        }
    })
}

fn exported(home: &Home, listed: &Value) -> Value {
    home.exported(listed["id"].as_str().expect("ids are strings"))
}

/// A reply that was cut off has the words that were seen, and no gap.
fn assert_has_words(reply: &Value, seen: Option<usize>) {
    let text = reply["text"].as_str().expect("texts are strings");
    let left = text.split_whitespace().count();
    assert!(
        Some(left) > seen,
        "word {seen:?} was seen and {left} words are left"
    );
    assert_eq!(text.trim_end(), words(left), "what is left has no gap");
}

/// Kills the program when a reply has come to this word, with so much of a draft typed meanwhile; looks what is left.
fn kill_in_streaming(home: &Home) {
    let draft = "what stands here was never sent";
    let word = 2 + usize::try_from(random("word", 100)).expect("it is small");
    let length = usize::try_from(random("letters", 32)).expect("it is small");
    let draft = draft[..length.min(draft.len())].trim_end();
    let mut screen = Screen::demo(home, &[]);
    screen.send("long 4000");
    // From here on, what stands in the composer is the draft and not the message.
    screen.remember();
    screen.type_text(draft);
    screen.wait_for(&format!("word{word}"), |shown| {
        shown.last_word() >= Some(word)
    });
    let killed = Instant::now();
    screen.kill();
    let seen = seen_before(&screen, killed, |shown| (shown.last_word(), shown.draft()));
    let (seen, written) = seen.unwrap_or_default();
    drop(screen);

    let screen = Screen::demo(home, &["-c"]);
    let shown = screen.wait_for_text("■ interrupted");
    assert!(
        shown.draft().starts_with(&kept_of(&written)),
        "{written:?}: {}",
        shown.text()
    );
    screen.quit();
    let listed = home.listed();
    let saved = exported(home, &listed[0]);
    let reply = &saved["messages"][1];
    assert_eq!(reply["state"], "interrupted");
    assert_has_words(reply, seen);
}

/// What stood in the composer; the words that it shows when it is empty are none.
fn kept_of(draft: &str) -> String {
    let hints = ["write a message", "write the next message"];
    if hints.contains(&draft) {
        String::new()
    } else {
        draft.to_owned()
    }
}

/// The database is whole: SQLite says so.
fn assert_whole(home: &Home) {
    let path = home.data().join(spacechat::testing::store::FILE_NAME);
    let connection = rusqlite::Connection::open(path).expect("the database opens");
    let verdict = connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(verdict.as_deref(), Ok("ok"));
}

#[test]
fn a_kill_in_any_moment_loses_at_most_half_a_second_and_leaves_the_database_whole() {
    let kills = env::var("SPACECHAT_KILLS").map_or(16, |count| count.parse().unwrap());
    let scripts: [Script; 8] = [
        ("streaming", kill_in_streaming),
        ("typing", kill_in_typing),
        ("pasting", kill_in_pasting),
        ("renaming", kill_in_renaming),
        ("waiting", kill_in_waiting),
        ("editing", kill_in_editing),
        ("deleting", kill_in_deleting),
        ("importing", kill_in_importing),
    ];
    let mut home = Home::new();
    for round in 0..kills {
        // Now and then a new home, so that looking at everything does not take longer and longer.
        if round % 50 == 49 {
            home = Home::new();
        }
        let (name, kill_and_look) = scripts[round % scripts.len()];
        println!("kill {round}, in {name}");
        kill_and_look(&home);
        assert_whole(&home);
    }
    for entry in &home.listed() {
        exported(&home, entry);
    }
}
