//! Layouts that grow, layouts that are parsed elsewhere, and colours that come late.

use crate::ui::caches::message_layout::*;
use crate::ui::{JobResult, RenderWorker};
use proptest::prelude::*;

const PAGE: &str = "# Head\n\nSome *text*\nand more\n\n| a | b |\n|---|---|\n| one | two |\n| three | four |\n\n```rust\nfn main() {}\n// end\n```\n\n- x\n- y\n\n***\nTitle\n===\n\n> quote\n";

fn reply(text: &str, state: MessageState) -> Arc<Message> {
    let mut message = Message::new(Role::Assistant, text);
    message.state = state;
    Arc::new(message)
}

fn grown(message: &Arc<Message>, more: &str, state: MessageState) -> Arc<Message> {
    let mut message = Message::clone(message);
    message.text.push_str(more);
    message.revision += 1;
    message.state = state;
    Arc::new(message)
}

fn shown(body: &mut MessageLayout, message: &Message) -> Vec<String> {
    let theme = Theme::new(ThemeName::Dark);
    let mut wanted = Vec::new();
    let pieces = 0..body.len();
    let rows = pieces.flat_map(|piece| {
        let rows = body.rows(message.id, piece, &theme, &mut wanted).0;
        rows.iter().map(ToString::to_string).collect::<Vec<_>>()
    });
    rows.collect()
}

fn whole(message: &Message) -> Vec<String> {
    let mut body = MessageLayout::of(message);
    body.resize(40, ThemeName::Dark);
    shown(&mut body, message)
}

proptest! {
    #[test]
    fn a_reply_that_came_in_pieces_ends_as_one_that_came_whole(
        cuts in prop::collection::vec(0..PAGE.len(), 0..12),
        code_lines in 0_usize..200,
    ) {
        let text = PAGE.replace("// end\n", &"let line = 1;\n".repeat(code_lines));
        let mut cuts: Vec<usize> = cuts.into_iter().map(|cut| cut * text.len() / PAGE.len()).collect();
        cuts.sort_unstable();
        let mut body = MessageLayout::new(Role::Assistant);
        let mut message = reply("", MessageState::Streaming);
        let mut wanted = Vec::new();
        for end in cuts {
            message = grown(&message, &text[message.text.len()..end], MessageState::Streaming);
            body.refresh(&message, &mut wanted);
            body.resize(40, ThemeName::Dark);
            shown(&mut body, &message);
        }
        message = grown(&message, &text[message.text.len()..], MessageState::Complete);
        body.refresh(&message, &mut wanted);
        body.resize(40, ThemeName::Dark);
        prop_assert_eq!(shown(&mut body, &message), whole(&message));
    }
}

#[test]
fn while_a_table_or_a_fence_grows_no_row_is_shown_and_taken_back() {
    let mut body = MessageLayout::new(Role::Assistant);
    let mut message = reply("", MessageState::Streaming);
    let mut wanted = Vec::new();
    let mut frames: Vec<Vec<String>> = Vec::new();
    let text = "One\n\n```\ncode\n```\n\nTwo\n\n| name | value |\n|------|-------|\n| long name | 1 |\n| b | 2 |\n\nThree\n\n---\n\nend\n";
    for (at, c) in text.char_indices() {
        message = grown(
            &message,
            &text[at..at + c.len_utf8()],
            MessageState::Streaming,
        );
        body.refresh(&message, &mut wanted);
        body.resize(40, ThemeName::Dark);
        frames.push(shown(&mut body, &message));
    }
    let last = frames.last().unwrap();
    let is_border = |row: &String| row.chars().all(|c| "┌┬┐├┼┤└┴┘─".contains(c)) || row.is_empty();
    for frame in &frames {
        for row in frame.iter().filter(|row| !is_border(row)) {
            let is_kept = last.iter().any(|other| other.starts_with(row.trim_end()));
            assert!(is_kept || row.contains('│'), "{row:?} was taken back");
            assert!(
                !row.contains('|') && !row.contains('`'),
                "{row:?} was taken back"
            );
        }
    }
}

#[test]
fn a_long_reply_is_plain_until_it_is_parsed_and_then_the_same_text_is_in_view() {
    let text = PAGE.repeat(800);
    let message = reply(&text, MessageState::Complete);
    let mut body = MessageLayout::new(Role::Assistant);
    let mut wanted = Vec::new();
    body.refresh(&message, &mut wanted);
    body.refresh(&message, &mut wanted);
    body.resize(40, ThemeName::Dark);
    assert!(body.is_provisional(&message));
    assert!(shown(&mut body, &message).contains(&"# Head".to_owned()));
    let [work] = wanted.try_into().unwrap();
    let Some(JobResult::Parsed(id, mut parsed)) = RenderWorker::default().prepare(work, || 0)
    else {
        panic!("a parse was wanted");
    };
    assert_eq!(id, message.id);
    parsed.resize(40, ThemeName::Dark);
    assert!(!parsed.is_provisional(&message));
    assert_eq!(shown(&mut parsed, &message), whole(&message));
    let theme = Theme::new(ThemeName::Dark);
    let mut none = Vec::new();
    let mut row_at = |body: &mut MessageLayout, piece: usize, row: usize| {
        let rows = body.rows(message.id, piece, &theme, &mut none).0;
        rows[row.min(rows.len() - 1)].to_string()
    };
    // A heading is a heading in both.
    for piece in [3, 50, 100] {
        for row in 0..20 {
            if row_at(&mut body, piece, row) == "# Head" {
                let (piece, row) = parsed.after_parse(piece, row);
                assert_eq!(row_at(&mut parsed, piece, row), "# Head");
            }
        }
    }
}

#[test]
fn code_is_coloured_by_and_by_and_nothing_is_asked_for_twice() {
    let code = "let x = 1; // why\n".repeat(450);
    let message = reply(&format!("```rust\n{code}```\n"), MessageState::Complete);
    let mut body = MessageLayout::of(&message);
    body.resize(40, ThemeName::Dark);
    let theme = Theme::new(ThemeName::Dark);
    let mut worker = RenderWorker::default();
    let mut passes = 0;
    loop {
        let mut wanted = Vec::new();
        for piece in 0..body.len() {
            body.rows(message.id, piece, &theme, &mut wanted);
        }
        let Some(work) = wanted.pop() else { break };
        assert!(wanted.is_empty());
        let Some(JobResult::Coloured(_, tokens)) = worker.prepare(work, || 0) else {
            panic!("colours were wanted");
        };
        body.colour(tokens);
        passes += 1;
    }
    assert_eq!(passes, 3);
    let last = body.rows(message.id, 6, &theme, &mut Vec::new()).0;
    let styles: Vec<_> = last
        .iter()
        .flat_map(|line| &line.spans)
        .map(|span| span.style)
        .collect();
    assert!(styles.contains(&theme.markdown.syntax.comment));
}

#[test]
fn a_burst_leaves_the_parsed_reply_in_view_until_the_whole_is_parsed() {
    let start = PAGE.repeat(4);
    let message = reply(&start, MessageState::Streaming);
    let mut body = MessageLayout::new(Role::Assistant);
    let mut wanted = Vec::new();
    body.refresh(&message, &mut wanted);
    body.resize(40, ThemeName::Dark);
    let before = shown(&mut body, &message);
    let message = grown(&message, &PAGE.repeat(800), MessageState::Streaming);
    body.refresh(&message, &mut wanted);
    assert!(!body.is_provisional(&message));
    assert_eq!(shown(&mut body, &message), before);
    let longer = grown(&message, "and on\n", MessageState::Complete);
    body.refresh(&longer, &mut wanted);
    let [work] = wanted.try_into().unwrap();
    let Some(JobResult::Parsed(_, parsed)) = RenderWorker::default().prepare(work, || 0) else {
        panic!("a parse was wanted, once");
    };
    body.replace(*parsed);
    let mut wanted = Vec::new();
    body.refresh(&longer, &mut wanted);
    body.resize(40, ThemeName::Dark);
    assert!(wanted.is_empty());
    assert_eq!(shown(&mut body, &longer), whole(&longer));
}

#[test]
fn the_colours_that_are_known_outlive_a_parse_of_the_whole() {
    let message = reply("```rust\n// why\n```\n\nend\n", MessageState::Streaming);
    let mut body = MessageLayout::new(Role::Assistant);
    body.refresh(&message, &mut Vec::new());
    body.resize(40, ThemeName::Dark);
    let theme = Theme::new(ThemeName::Dark);
    let mut wanted = Vec::new();
    body.rows(message.id, 0, &theme, &mut wanted);
    let mut worker = RenderWorker::default();
    let Some(JobResult::Coloured(_, colours)) = worker.prepare(wanted.remove(0), || 0) else {
        panic!("colours were wanted");
    };
    body.colour(colours);
    let coloured = body.rows(message.id, 0, &theme, &mut wanted).0;
    let message = grown(&message, &PAGE.repeat(800), MessageState::Complete);
    body.refresh(&message, &mut wanted);
    let Some(JobResult::Parsed(_, parsed)) = worker.prepare(wanted.remove(0), || 0) else {
        panic!("a parse was wanted");
    };
    body.replace(*parsed);
    body.resize(40, ThemeName::Dark);
    assert_eq!(body.rows(message.id, 0, &theme, &mut wanted).0, coloured);
}
