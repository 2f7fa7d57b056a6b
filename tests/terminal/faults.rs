//! What goes wrong at the Space, one test for each line of the table in `demo::fault`: the error message, that the
//! prompt and the partial reply are kept, and that the next message works in the same window.
//!
//! Only where silence is the fault, the timeout is two seconds: everywhere else a slow machine may take its time.

use rig::home::Home;
use rig::keys::{ALT_UP, CTRL_U, ESC};
use rig::screen::{Screen, WINDOW};
use rig::shown::{Shown, words};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

/// No patience with a full queue or a stop that is not confirmed, and a limit that a fault can exceed.
const SETTINGS: &str = "[network]\nqueue_patience = 1\ncancel_timeout = 1\nframe_limit = 8\n";

/// The same, and no patience with silence.
const NO_SILENCE: &str =
    "[network]\nidle_timeout = 2\nqueue_patience = 1\ncancel_timeout = 1\nframe_limit = 8\n";

/// What is asked when the fault strikes.
const ASKED: &str = "long 60";

/// The program with this fault at its Space.
fn start(home: &Home, fault: &str) -> Screen {
    let screen = Screen::start(home, WINDOW, &["--demo-fault", fault]);
    screen.wait_for_text("╭ Message");
    screen
}

/// All that is seen, as one line: what is told may be wrapped.
fn line(shown: &Shown) -> String {
    let text = shown.text();
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A reply fails by this fault and is told so, with all of `told`. The next message works; where the Space was not there
/// to hear the first one, that one is asked again before it. Gives what was kept of the failed reply, its beginning.
fn fails(fault: &str, told: &[&str]) -> String {
    fails_under(SETTINGS, fault, told)
}

fn fails_under(settings: &str, fault: &str, told: &[&str]) -> String {
    let home = Home::with_settings(settings);
    let mut screen = start(&home, fault);
    screen.send(ASKED);
    let shown = screen.wait_for(&format!("{fault} told"), has_failed);
    let line = line(&shown);
    for words in told {
        assert!(line.contains(words), "{fault}: no {words:?} in {line}");
    }
    if is_waiting(&shown) {
        assert_eq!(goes_on(&home, screen, "complete"), words(60), "{fault}");
        return String::new();
    }
    goes_on(&home, screen, "failed")
}

/// Whether a failure is told whole, with what can be done.
fn has_failed(shown: &Shown) -> bool {
    shown.has("✗ failed") && shown.has("→ ") && shown.has("then r retries")
        || is_waiting(shown) && shown.has("sends it again")
}

/// Whether a message waits for the user's word.
fn is_waiting(shown: &Shown) -> bool {
    shown.has("⧗ waiting ·")
}

/// A message is asked now, and answered. Then the conversation is as it should be on the disk: the first reply has this
/// state. Gives what is kept of that reply.
fn goes_on(home: &Home, mut screen: Screen, state: &str) -> String {
    screen.ask("repeat 2 ha", "haha");
    screen.quit();
    let listed = home.listed();
    assert_eq!(listed.len(), 1, "{listed:?}");
    let saved = home.exported(listed[0]["id"].as_str().expect("ids are strings"));
    let messages = &saved["messages"];
    assert_eq!(messages[0]["text"], ASKED);
    assert_eq!(messages[1]["state"], state);
    assert_eq!(messages[2]["text"], "repeat 2 ha");
    assert_eq!(messages[3]["text"], "haha");
    assert_eq!(messages[3]["state"], "complete");
    let kept = messages[1]["text"].as_str().expect("texts are strings");
    assert!(words(60).starts_with(kept.trim_end()), "{kept}");
    kept.trim_end().to_owned()
}

/// The program copes with this fault: the whole reply comes, and nothing is told of it.
fn copes(fault: &str) {
    copes_under(SETTINGS, fault);
}

fn copes_under(settings: &str, fault: &str) {
    let home = Home::with_settings(settings);
    let mut screen = start(&home, fault);
    let shown = screen.ask(ASKED, "word59");
    assert!(!shown.has("✗"), "{fault}: {}", shown.text());
    assert_eq!(goes_on(&home, screen, "complete"), words(60));
}

/// The port of the embedded Space, out of an error that names its address.
fn port(shown: &Shown) -> u16 {
    let line = line(shown);
    let (_, behind) = line
        .split_once("http://127.0.0.1:")
        .expect("the error names the address");
    let digits = behind.split(|c: char| !c.is_ascii_digit()).next();
    digits
        .and_then(|digits| digits.parse().ok())
        .expect("the address has a port")
}

#[test]
fn a_space_that_refuses_connections_is_told_and_answers_once_it_is_up() {
    let home = Home::with_settings(SETTINGS);
    let mut screen = start(&home, "refuse");
    screen.send(ASKED);
    let shown = screen.wait_for("the refusal", has_failed);
    let told = line(&shown);
    assert!(
        told.contains("connection refused") && told.contains("the server is running"),
        "{told}"
    );
    let until = Instant::now() + Duration::from_secs(180);
    while TcpStream::connect(("127.0.0.1", port(&shown))).is_err() {
        assert!(Instant::now() < until, "the Space never came up");
        thread::park_timeout(Duration::from_millis(50));
    }
    assert!(is_waiting(&shown), "{told}");
    assert_eq!(goes_on(&home, screen, "complete"), words(60));
}

#[test]
fn a_request_that_is_never_answered_is_given_up_after_the_idle_timeout() {
    for fault in ["hang@config", "hang@predict", "hang@join", "hang"] {
        let kept = fails_under(NO_SILENCE, fault, &["was silent for 2 s.", "idle_timeout"]);
        assert_eq!(kept, "", "{fault}");
    }
}

#[test]
fn a_stop_that_the_space_never_confirms_ends_the_reply_all_the_same() {
    for fault in ["hang@cancel", "cut=0@cancel", "500@cancel"] {
        let home = Home::with_settings(SETTINGS);
        let mut screen = start(&home, fault);
        screen.send("long 900");
        screen.wait_for_text("word9");
        screen.press(ESC);
        screen.wait_for_text("■ stopped");
        screen.ask("repeat 2 ha", "haha");
        screen.quit();
    }
}

#[test]
fn a_space_that_does_not_say_whether_it_was_restarted_is_asked_once_on_its_session() {
    for fault in ["hang@app-id", "500@app-id", "html@app-id"] {
        let home = Home::with_settings(SETTINGS);
        let mut screen = start(&home, fault);
        screen.ask(ASKED, "word59");
        // The session knows the first turn, and was told the second one once.
        let shown = screen.ask("turns", "turn 2");
        assert!(!shown.has("was restarted"), "{fault}: {}", shown.text());
        screen.quit();
    }
}

#[test]
fn a_file_that_cannot_be_sent_is_told_and_goes_with_the_next_try() {
    for (fault, told) in [
        ("hang@upload", "was silent for 2 s."),
        ("503@upload", "status 503"),
        ("reset=0@upload", "broke before the answer was complete"),
    ] {
        let home = Home::with_settings(NO_SILENCE);
        std::fs::write(home.path().join("image.png"), b"\x89PNG\r\n\x1a\n\0\xff").unwrap();
        let mut screen = start(&home, fault);
        screen.type_text("/attach image.png");
        screen.enter();
        screen.wait_for_text("▣ image.png");
        screen.send("Look at it");
        let shown = screen.wait_for("the error", has_failed);
        assert!(line(&shown).contains(told), "{fault}: {}", shown.text());
        screen.press(ALT_UP);
        screen.wait_for_text("picked:");
        screen.retry();
        screen.wait_for("the file, received", |shown| {
            shown.has("image.png, 10 bytes") && shown.is_ready()
        });
        screen.quit();
    }
}

#[test]
fn an_answer_without_a_body_is_given_up_after_the_idle_timeout() {
    for place in ["config", "predict", "join", "stream"] {
        let fault = format!("hang-after-headers@{place}");
        let kept = fails_under(NO_SILENCE, &fault, &["was silent for 2 s.", "idle_timeout"]);
        assert_eq!(kept, "", "{fault}");
    }
}

#[test]
fn a_reply_that_stands_still_is_given_up_and_keeps_what_came() {
    let kept = fails_under(
        NO_SILENCE,
        "hang-in-reply",
        &["was silent for 2 s.", "The text so far is kept"],
    );
    assert!(kept.starts_with("word0 word1"), "{kept}");
}

#[test]
fn a_reply_at_one_byte_a_second_can_be_stopped() {
    let home = Home::with_settings("[network]\ncancel_timeout = 1\n");
    let mut screen = start(&home, "drip");
    screen.send(ASKED);
    screen.wait_for_text("3 s · Esc stops");
    screen.press(ESC);
    screen.wait_for_text("■ stopped");
    assert_eq!(goes_on(&home, screen, "stopped"), "");
}

#[test]
fn a_stream_that_is_cut_at_any_byte_is_told_and_keeps_what_came() {
    let told = ["broke before the answer was complete", "Check the network"];
    let mut before = 0;
    for bytes in [0, 1, 100, 1234, 4000, 9999] {
        let kept = fails(&format!("cut={bytes}"), &told);
        assert!(before <= kept.len(), "{bytes}: {kept}");
        before = kept.len();
    }
    assert!(before > 0);
}

#[test]
fn an_answer_that_is_cut_is_asked_for_again_only_where_nothing_was_sent() {
    copes("cut=500@config");
    copes("cut=5@app-id");
    for fault in ["cut=5@predict", "cut=5@join"] {
        fails(fault, &["broke before the answer was complete"]);
    }
}

#[test]
fn a_connection_that_is_reset_is_told_and_keeps_what_came() {
    let kept = fails("reset", &["Connection reset", "The text so far is kept"]);
    assert!(kept.starts_with("word0 word1"), "{kept}");
    fails("reset=0@join", &["Check the network"]);
}

#[test]
fn a_web_page_in_place_of_an_answer_is_told_by_its_title() {
    for fault in ["html@config", "html@predict", "html@join", "html"] {
        let told = ["a web page in place of", "): 502 Bad Gateway →"];
        assert_eq!(fails(fault, &told), "", "{fault}");
    }
}

#[test]
fn a_fault_of_the_space_itself_is_told_with_its_status() {
    for fault in [
        "500",
        "500@config",
        "500@predict",
        "500@stream",
        "500-retry-after",
    ] {
        let told = [
            "status 500: Internal Server Error",
            "The Space itself failed",
        ];
        assert_eq!(fails(fault, &told), "", "{fault}");
    }
}

#[test]
fn a_broken_gateway_is_told_and_passed_over_where_nothing_was_sent() {
    copes("502@config");
    copes("502-retry-after@config");
    fails(
        "502",
        &["status 502: Bad Gateway", "Wait a minute and retry"],
    );
    fails("502-retry-after", &["status 502", "Retry in 1 s"]);
}

#[test]
fn an_overloaded_space_is_asked_again_as_soon_as_it_wants() {
    copes_under("", "503-retry-after");
    fails(
        "503",
        &["status 503", "overloaded", "Wait a minute and retry"],
    );
    fails("503-retry-after=90", &["status 503", "Retry in 90 s"]);
}

#[test]
fn too_many_requests_are_asked_again_as_soon_as_the_space_wants() {
    copes_under("", "429-retry-after");
    fails(
        "429",
        &["status 429", "Wait a minute and retry", "HF_TOKEN"],
    );
    fails("429-retry-after=90", &["status 429", "Retry in 90 s"]);
}

#[test]
fn a_message_that_breaks_off_is_told_without_its_text_and_keeps_what_came() {
    let told = ["could not be understood: EOF", "garbles what it sends"];
    let kept = fails("malformed-json", &told);
    assert_eq!(kept, words(3));
}

#[test]
fn half_a_character_is_told_and_keeps_what_came() {
    let told = ["could not be understood", "garbles what it sends"];
    let kept = fails("truncated-utf8", &told);
    assert_eq!(kept, words(3));
}

#[test]
fn a_frame_of_fifty_megabytes_is_taken_and_one_over_the_limit_is_told() {
    copes_under("[network]\nframe_limit = 64\n", "big-frame");
    let kept = fails("big-frame", &["the limit of 8 MB", "frame_limit"]);
    assert_eq!(kept, words(3));
}

#[test]
fn a_flood_of_frames_neither_stops_the_keys_nor_hides_the_reply() {
    let home = Home::with_settings(SETTINGS);
    let mut screen = start(&home, "flood");
    screen.remember();
    screen.send(ASKED);
    screen.wait_for_text("ℹ Notice");
    screen.type_text("meanwhile");
    let shown = screen.wait_for("the whole reply", |shown| {
        shown.has("word59") && shown.is_ready()
    });
    assert!(shown.has("│ meanwhile"), "{}", shown.text());
    let crowded = |shown: &Shown| shown.rows_with("ℹ ") > 8;
    assert!(!screen.look(|emulator| emulator.was_ever(crowded)));
    screen.press(CTRL_U);
    screen.wait_for_text("write a message");
    assert_eq!(goes_on(&home, screen, "complete"), words(60));
}

#[test]
fn wrong_diffs_are_set_right_by_the_end_of_the_reply() {
    copes("wrong-diffs");
}

#[test]
fn what_other_sessions_are_told_is_never_shown() {
    let home = Home::with_settings(SETTINGS);
    let mut screen = start(&home, "other-session");
    screen.remember();
    screen.ask(ASKED, "word59");
    let foreign = |shown: &Shown| shown.text().to_lowercase().contains("somebody else");
    assert!(!screen.look(|emulator| emulator.was_ever(foreign)));
    assert_eq!(goes_on(&home, screen, "complete"), words(60));
}

#[test]
fn a_stream_that_is_never_closed_does_not_hold_the_reply_up() {
    copes("no-close");
}

#[test]
fn a_stream_that_is_closed_too_early_is_told_and_keeps_what_came() {
    let told = ["closed the stream of the reply", "The text so far is kept"];
    assert_eq!(fails("no-end", &told), words(3));
}

#[test]
fn after_a_restart_between_turns_the_whole_past_is_sent() {
    let home = Home::with_settings(SETTINGS);
    let mut screen = start(&home, "restart-between-turns");
    screen.ask(ASKED, "word59");
    // The first message to the new session has the whole conversation in it.
    screen.ask("past", "User: long 60");
    screen.ask("turns", "turn 2");
    screen.quit();
}

#[test]
fn a_restart_in_mid_reply_is_told_and_keeps_what_came() {
    let told = [
        "broke before the answer was complete",
        "have been restarted",
    ];
    assert_eq!(fails("restart-in-reply", &told), words(3));
}

#[test]
fn heartbeats_without_an_end_are_told_as_reading_and_can_be_stopped() {
    let home = Home::with_settings(NO_SILENCE);
    let mut screen = start(&home, "heartbeats");
    screen.send(ASKED);
    // Longer than the idle timeout: the Space is alive, so that the user decides.
    screen.wait_for_text("the model reads · 4 s · Esc stops");
    screen.press(ESC);
    screen.wait_for_text("■ stopped");
    assert_eq!(goes_on(&home, screen, "stopped"), "");
}

#[test]
fn a_fault_that_is_not_known_is_refused_with_the_list_of_those_that_are() {
    let home = Home::new();
    let output = home.run(&["--demo-fault", "gremlins"]);
    assert_eq!(output.status.code(), Some(2));
    let told = String::from_utf8_lossy(&output.stderr);
    for name in ["gremlins", "refuse", "hang-in-reply", "heartbeats"] {
        assert!(told.contains(name), "{told}");
    }
}

#[test]
fn a_question_without_a_screen_prints_what_came_and_fails() {
    let home = Home::with_settings(SETTINGS);
    let output = home.run(&["ask", "--no-save", "--demo-fault", "cut", ASKED]);
    assert_eq!(output.status.code(), Some(4));
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.starts_with("word0 word1"), "{printed}");
    assert!(words(60).starts_with(printed.trim_end()), "{printed}");
    let told = String::from_utf8_lossy(&output.stderr);
    assert!(told.contains("The text so far is kept"), "{told}");
}
