//! Conversations and drafts are there again at the next start, for the user and for the model.

use rig::home::Home;
use rig::keys::{CTRL_C, CTRL_O, CTRL_U, ESC, F3, UP};
use rig::screen::Screen;
use rig::shown::words;

#[test]
fn the_last_conversation_goes_on_with_its_draft_and_the_model_knows_its_past() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &["--system", "Be brief."]);
    screen.ask("repeat 2 ha", "haha");
    screen.ask("turns", "turn 2");
    screen.type_text("not sent yet");
    screen.quit();

    let mut screen = Screen::demo(&home, &["-c"]);
    let shown = screen.shown();
    for text in ["repeat 2 ha", "haha", "turn 2", "── system: Be brief."] {
        assert!(shown.has(text), "{text}: {}", shown.text());
    }
    assert_eq!(shown.draft(), "not sent yet");
    // The Space begins anew, so that the past travels as one prompt; after that its session knows it.
    screen.press(CTRL_U);
    screen.wait_for_text("write a message");
    screen.ask("past", "System: Be brief.\\nUser: repeat 2 ha\\nA");
    screen.ask("turns", "turn 2");
    screen.quit();
}

#[test]
fn a_conversation_is_opened_by_its_id_and_by_the_switcher_after_a_restart() {
    let home = Home::new();
    Screen::with_two_conversations(&home).quit();

    let id = home.id_of("repeat 2 apple");
    let mut screen = Screen::demo(&home, &["-r", &id]);
    screen.wait_for_text("appleapple");
    screen.ask("past", "User: repeat 2 apple");
    screen.quit();

    let mut screen = Screen::demo(&home, &[]);
    screen.wait_for_text("You are talking to");
    screen.press(CTRL_O);
    screen.wait_for_text("repeat 2 banana");
    screen.type_text("banana");
    screen.wait_for_no("repeat 2 apple");
    screen.enter();
    // The switcher shows the words of messages too.
    screen.wait_for("the conversation", |shown| {
        shown.has("bananabanana") && !shown.has("Switch conversation")
    });
    screen.ask("past", "User: repeat 2 banana");
    screen.quit();
}

#[test]
fn two_windows_on_the_same_data_lose_nothing_and_see_each_others_conversations() {
    let home = Home::new();
    let mut first = Screen::demo(&home, &[]);
    let mut second = Screen::demo(&home, &[]);
    first.send("long 80");
    second.send("long 90");
    for screen in [&first, &second] {
        screen.wait_for("a part of the reply", |shown| shown.last_word() > Some(3));
    }
    // Both replies are still on their way when each looks for the other's.
    for (screen, other) in [(&mut first, "long 90"), (&mut second, "long 80")] {
        screen.press(CTRL_O);
        screen.wait_for("the other's conversation", |shown| {
            shown.has("Switch conversation") && shown.has(other)
        });
        screen.press(ESC);
        screen.wait_for_no("Switch conversation");
    }
    first.wait_for("the reply", |shown| shown.has("word79") && shown.is_ready());
    second.wait_for("the reply", |shown| shown.has("word89") && shown.is_ready());
    first.press(F3);
    first.wait_for("both in the list", |shown| {
        shown.row_with("╭ Conversations").is_some() && shown.has("  long 90")
    });
    second.press(CTRL_O);
    second.wait_for_text("Switch conversation");
    second.type_text("80");
    second.wait_for("one found", |shown| shown.has("▸  long 80"));
    second.enter();
    second.wait_for("the other's reply", |shown| shown.has("word79"));
    first.quit();
    second.quit();
    for (title, count) in [("long 80", 80), ("long 90", 90)] {
        let saved = home.exported(&home.id_of(title));
        let text = saved["messages"][1]["text"].as_str().unwrap();
        assert_eq!(text.trim_end(), words(count));
        assert_eq!(saved["messages"][1]["state"], "complete");
    }
}

#[test]
fn two_windows_in_the_same_conversation_keep_what_both_say() {
    let home = Home::new();
    let mut first = Screen::demo(&home, &[]);
    first.ask("repeat 2 ha", "haha");
    first.quit();
    let mut first = Screen::demo(&home, &["-c"]);
    let mut second = Screen::demo(&home, &["-c"]);
    first.send("long 40");
    second.send("long 50");
    first.wait_for("a reply", |shown| shown.has("word39") && shown.is_ready());
    // The second comes later to the end, hears of the other version, and goes on with its own.
    second.wait_for("a reply beside another", |shown| {
        shown.has("word49") && shown.has("‹ 2/2 ›") && shown.is_ready()
    });
    let shown = second.ask("turns", "turn 2");
    assert!(!shown.has("long 40"), "{}", shown.text());
    first.quit();
    second.quit();
    let saved = home.exported(&home.id_of("repeat 2 ha"));
    let messages = saved["messages"].as_array().unwrap();
    for text in [
        "repeat 2 ha",
        "haha",
        "long 40",
        "long 50",
        &words(40),
        &words(50),
    ] {
        let mut texts = messages
            .iter()
            .filter_map(|message| message["text"].as_str());
        assert!(
            texts.any(|other| other.trim_end() == text),
            "{text:?}: {saved:#}"
        );
    }
    assert_eq!(messages.len(), 8);
    // What was said last is seen at the next start.
    let third = Screen::demo(&home, &["-c"]);
    let shown = third.wait_for_text("long 50");
    assert!(
        shown.has("turn 2") && !shown.has("long 40"),
        "{}",
        shown.text()
    );
    third.quit();
}

#[test]
fn what_two_windows_have_unsent_in_one_conversation_is_all_there_after_both_were_killed() {
    let home = Home::new();
    let mut first = Screen::demo(&home, &[]);
    first.ask("repeat 2 ha", "haha");
    first.quit();
    let id = home.id_of("repeat 2 ha");
    let mut first = Screen::demo(&home, &["-c"]);
    let mut second = Screen::demo(&home, &["-c"]);
    for (screen, draft) in [
        (&mut first, "from the first"),
        (&mut second, "of the second"),
    ] {
        screen.wait_for_text("haha");
        screen.type_text(draft);
        screen.wait_for_text(draft);
        home.wait_for_saved(&id, |saved| saved.to_string().contains(draft));
    }
    first.kill();
    second.kill();
    let mut third = Screen::demo(&home, &["-c"]);
    third.wait_for_text("of the second");
    third.press(CTRL_C);
    third.wait_for_no("of the second");
    third.press(UP);
    third.wait_for_text("of the second");
    third.press(UP);
    third.wait_for_text("from the first");
    third.quit();
}
