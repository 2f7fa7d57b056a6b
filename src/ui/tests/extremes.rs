//! Replies that no other chat survives: drawn from the end to the beginning without a loss.

use super::*;

/// Draws a reply, pages to its beginning, and gives the words seen on the way, from its end.
fn paged(reply: &str, pages: usize) -> (String, Screen) {
    let mut screen = Screen::new(120, 40);
    screen
        .says("Go")
        .hears(0, ReplyUpdate::Done(reply.to_owned()));
    let mut seen = screen.shown();
    for _ in 0..pages {
        screen.press(KeyCode::PageUp, KeyModifiers::NONE);
        seen = screen.shown() + "\n" + &seen;
    }
    (seen, screen)
}

fn to_top(screen: &mut Screen) -> String {
    screen.press(KeyCode::Home, KeyModifiers::CONTROL);
    screen.shown()
}

#[test]
fn a_code_block_of_200_kilobytes() {
    let code: Vec<String> = (0..6000)
        .map(|line| format!("let line_{line} = compute({line});"))
        .collect();
    let code = code.join(
        "
",
    );
    let (seen, mut screen) = paged(&format!("```rust\n{code}\n```\nend"), 3);
    for line in 5950..6000 {
        assert!(seen.contains(&format!("line_{line} ")), "{line}");
    }
    assert!(seen.contains("end"));
    assert!(to_top(&mut screen).contains("line_0 "));
}

#[test]
fn a_table_of_a_hundred_columns() {
    let row = |cell: &dyn Fn(usize) -> String| (0..100).map(cell).collect::<Vec<_>>().join("|");
    let table = format!(
        "|{}|\n|{}|\n|{}|\n",
        row(&|column| format!("name{column}")),
        row(&|_| "---".to_owned()),
        row(&|column| format!("value{column}")),
    );
    let (seen, _) = paged(&table, 4);
    for column in 0..100 {
        assert!(
            seen.contains(&format!("name{column}: value{column}")),
            "{column}"
        );
    }
}

#[test]
fn a_line_of_a_megabyte_without_a_space() {
    let line = format!("begin{}finish", "x".repeat(1_000_000));
    let (seen, mut screen) = paged(&line, 2);
    assert!(seen.contains("finish"));
    let top = to_top(&mut screen);
    assert!(top.contains("beginxxx"), "{top}");
}

#[test]
fn nesting_of_a_thousand_levels() {
    let quotes = format!("{} deep\n\nend", "> ".repeat(1000));
    let (seen, _) = paged(&quotes, 2);
    assert!(seen.contains("deep") && seen.contains("end"), "{seen}");
    let lists: Vec<String> = (0..1000)
        .map(|level| format!("{}- level{level}", "  ".repeat(level)))
        .collect();
    let lists = lists.join(
        "
",
    );
    let (seen, mut screen) = paged(&lists, 40);
    assert!(seen.contains("level999"), "{seen}");
    assert!(to_top(&mut screen).contains("level0"));
}

#[test]
fn ten_thousand_short_messages() {
    let mut conversation = crate::chat::Conversation::new("Qwen/Qwen2.5-1M-Demo", "", "");
    for number in 0..5000 {
        conversation.append(crate::chat::Message::user(format!("question {number}")));
        conversation.append(crate::chat::Message::new(
            crate::chat::Role::Assistant,
            format!("answer {number}"),
        ));
    }
    let mut screen = Screen::new(120, 40);
    screen.tell(Event::Store(StoreEvent::Loaded {
        conversation: Box::new(conversation),
        unsent: Unsent::default(),
        left_by: Vec::new(),
        settings: std::collections::BTreeMap::default(),
        purpose: crate::app::Purpose::Show(0),
    }));
    assert!(screen.shown().contains("answer 4999"));
    screen.press(KeyCode::PageUp, KeyModifiers::NONE);
    assert!(screen.shown().contains("answer 4990"));
    assert!(to_top(&mut screen).contains("question 0"));
}
