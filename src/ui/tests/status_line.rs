//! What there is to say at the moment, in windows where it does not fit on a line.

use super::*;

#[test]
fn what_could_not_be_saved_is_read_whole_in_the_smallest_window() {
    let mut screen = Screen::new(40, 10);
    let words = "The disk is full: what you write from now on is not saved. Free some room; \
                 everything is saved again by itself.";
    screen.tell(Event::Store(StoreEvent::Trouble(words.to_owned())));
    let shown = screen.shown();
    let rows: Vec<&str> = shown.lines().map(str::trim).collect();
    let shown_words = rows.join(" ");
    for part in [words, "Esc closes", "╭ Message"] {
        assert!(shown_words.contains(part), "{part}: {shown}");
    }

    let long = "more than fits ".repeat(40);
    screen.tell(Event::Store(StoreEvent::Trouble(long)));
    let shown = screen.shown();
    for part in ["… · Esc closes", "╭ Message"] {
        assert!(shown.contains(part), "{part}: {shown}");
    }
    screen.press(KeyCode::Esc, KeyModifiers::NONE);
    assert!(!screen.shown().contains("more than fits"));
}
