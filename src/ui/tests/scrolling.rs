//! Where the view stands, and that it stays there.

use super::*;

/// A conversation that is longer than the screen.
fn long(width: u16, height: u16) -> Screen {
    let mut screen = Screen::new(width, height);
    for turn in 0..6 {
        screen.says(&format!("question {turn}"));
        let lines = (0..12).map(|line| format!("line {turn}.{line}"));
        let text = lines.collect::<Vec<_>>().join("\n\n");
        screen.hears(turn, ReplyUpdate::Done(text));
    }
    screen
}

#[test]
fn the_view_stays_put_while_a_reply_grows_below_it() {
    let mut screen = long(60, 20);
    screen.draw().press(KeyCode::PageUp, KeyModifiers::NONE);
    let before = screen.shown();
    screen
        .says("more")
        .press(KeyCode::PageUp, KeyModifiers::NONE)
        .draw();
    let held = screen.shown();
    assert_ne!(before, held);
    screen.hears(6, delta("new text\n\nand more\n\n"));
    let after = screen.shown();
    let transcript = |shown: &str| {
        shown
            .lines()
            .skip(1)
            .take(13)
            .collect::<Vec<_>>()
            .join("\n")
    };
    assert_eq!(transcript(&held), transcript(&after));
    assert!(after.contains("4 new lines below"), "{after}");
}

#[test]
fn paging_up_and_down_again_ends_where_it_began() {
    let mut screen = long(60, 20);
    let end = screen.shown();
    for _ in 0..3 {
        screen.press(KeyCode::PageUp, KeyModifiers::NONE).draw();
    }
    assert_ne!(screen.shown(), end);
    for _ in 0..3 {
        screen.press(KeyCode::PageDown, KeyModifiers::NONE).draw();
    }
    assert_eq!(screen.shown(), end);
    assert!(screen.model.conversation().scroll.is_following());
}

#[test]
fn the_first_message_is_a_key_away_and_so_is_the_end() {
    let mut screen = long(60, 20);
    let end = screen.shown();
    screen.press(KeyCode::Home, KeyModifiers::CONTROL);
    assert!(screen.shown().contains("question 0"));
    screen.press(KeyCode::End, KeyModifiers::CONTROL);
    assert_eq!(screen.shown(), end);
}

#[test]
fn a_resize_keeps_the_message_that_was_being_read() {
    let mut screen = long(60, 20);
    screen.draw();
    for _ in 0..4 {
        screen.press(KeyCode::PageUp, KeyModifiers::NONE).draw();
    }
    let first = screen.shown().lines().nth(1).unwrap().trim().to_owned();
    screen.terminal.backend_mut().resize(50, 14);
    assert!(
        screen
            .shown()
            .lines()
            .nth(1)
            .unwrap()
            .contains(first.trim_end_matches("10:42").trim())
    );
}
