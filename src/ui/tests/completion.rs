use super::*;
use crate::app::files::{FoundFile, Survey};

#[test]
fn the_list_stands_right_above_the_composer_with_a_mark() {
    for (width, height) in [(80, 24), (40, 10)] {
        let mut screen = Screen::new(width, height);
        for c in "/s".chars() {
            screen.press(KeyCode::Char(c), KeyModifiers::NONE);
        }
        screen.press(KeyCode::Down, KeyModifiers::NONE);
        let shown = screen.shown();
        let rows: Vec<&str> = shown.lines().collect();
        let message = rows.iter().position(|row| row.contains("╭ Message"));
        let message = message.expect("the composer is drawn");
        assert!(rows[message - 1].starts_with('╰'), "{shown}");
        assert!(
            shown.contains("▸ /source") && shown.contains("  /search"),
            "{shown}"
        );
        screen.press(KeyCode::Esc, KeyModifiers::NONE);
        assert!(!screen.shown().contains("/source"));
    }
}

#[test]
fn a_survey_tells_what_is_taken_and_why_the_rest_is_not() {
    let survey = Survey {
        of: "src/\u{1b}[31m".to_owned(),
        taken: vec![FoundFile {
            path: "src/lib.rs".into(),
            name: "src/lib.rs".to_owned(),
            size: 1500,
        }],
        left: vec![("src/made/".to_owned(), "in .gitignore".to_owned())],
        ended_at: Some(20_000),
    };
    let mut screen = Screen::new(80, 24);
    screen.tell(Event::Surveyed(screen.model.current, survey));
    let shown = screen.shown();
    for words in [
        "Only the first 20000 paths were read",
        "Included: 1 file, 1.5 KB",
        "src/lib.rs · 1.5 KB",
        "src/made/ · in .gitignore",
        "Enter attaches",
    ] {
        assert!(shown.contains(words), "{shown}");
    }
    assert!(!shown.contains('\u{1b}'));
}

#[test]
fn a_file_that_has_changed_is_marked_on_its_chip() {
    let origin = crate::chat::Origin {
        path: "/notes.txt".into(),
        modified: None,
        size: 3,
    };
    let attachment = Attachment {
        origin: Some(origin.clone()),
        ..Attachment::new("notes.txt", "old")
    };
    let mut screen = Screen::new(80, 24);
    screen.tell(Event::Attached(screen.model.current, Ok(attachment)));
    assert!(!screen.shown().contains("changed on disk"));
    screen.tell(Event::OriginsChecked(vec![(origin, true)]));
    assert!(
        screen
            .shown()
            .contains("▣ notes.txt · 3 B · ≈1 tokens · changed on disk since")
    );
}
