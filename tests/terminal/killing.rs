//! Killed at any moment, the program loses at most half a second of what was on the screen.

use super::home::Home;
use super::screen::Screen;
use super::shown::words;
use std::env;
use std::time::{Duration, Instant};

/// What was on the screen for so long is on the disk.
const KEPT_AFTER: Duration = Duration::from_millis(500);

/// Kills the program when a reply has come to this word, with so much of a draft typed meanwhile; looks what is left.
fn kill_and_look(home: &Home, word: usize, draft: &str) {
    let mut screen = Screen::demo(home, &[]);
    screen.remember();
    screen.send("long 4000");
    screen.type_text(draft);
    screen.wait_for(&format!("word{word}"), |shown| {
        shown.last_word() >= Some(word)
    });
    let killed = Instant::now();
    screen.kill();
    let (seen, written) = screen.look(|emulator| {
        let kept = killed.checked_sub(KEPT_AFTER);
        let shown = kept.and_then(|at| emulator.shown_at(at));
        shown.map_or((None, String::new()), |shown| {
            (shown.last_word(), shown.draft())
        })
    });
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
    let id = listed[0]["id"].as_str().expect("ids are strings");
    let saved = home.exported(id);
    let reply = &saved["messages"][1];
    assert_eq!(reply["state"], "interrupted");
    let text = reply["text"].as_str().expect("texts are strings");
    let left = text.split_whitespace().count();
    assert!(
        Some(left) > seen,
        "word {seen:?} was seen and {left} words are left"
    );
    assert_eq!(text.trim_end(), words(left), "what is left has no gap");
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

/// The store is whole: SQLite says so, and everything can be read.
fn assert_whole(home: &Home, conversations: usize) {
    let path = home.data().join(spacechat::store::FILE_NAME);
    let connection = rusqlite::Connection::open(path).expect("the database opens");
    let verdict = connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(verdict.as_deref(), Ok("ok"));
    let listed = home.listed();
    assert_eq!(listed.len(), conversations);
    for entry in &listed {
        home.exported(entry["id"].as_str().expect("ids are strings"));
    }
}

#[test]
fn a_kill_in_mid_reply_and_in_mid_word_loses_at_most_half_a_second() {
    let kills = env::var("SPACECHAT_KILLS").map_or(6, |count| count.parse().unwrap());
    let home = Home::new();
    let draft = "what stands here was never sent";
    for round in 0..kills {
        // Moments spread over the first three seconds of the reply, and drafts of every length.
        let word = 2 + round * 17 % 101;
        let typed: String = draft.chars().take(round * 7 % (draft.len() + 1)).collect();
        kill_and_look(&home, word, typed.trim_end());
    }
    assert_whole(&home, kills);
}
