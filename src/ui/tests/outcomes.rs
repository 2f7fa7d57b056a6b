//! What is shown of what a source told of a reply.

use super::*;
use crate::chat::{Finish, Usage};

/// A screen with a reply of which this was told.
fn after(size: (u16, u16), told: &[ReplyUpdate], text: &str) -> Screen {
    let mut screen = Screen::new(size.0, size.1);
    screen.says("Explain");
    for update in told {
        screen.hears(0, update.clone());
    }
    screen.hears(0, ReplyUpdate::Done(text.to_owned()));
    screen
}

fn ended(finish: Finish) -> String {
    after((80, 16), &[ReplyUpdate::Finish(finish)], "Half of").shown()
}

fn usage() -> ReplyUpdate {
    ReplyUpdate::Usage(Usage {
        prompt: 12_400,
        cached: Some(9_920),
        completion: 350,
        speed: Some(35.4),
        cost: None,
    })
}

#[test]
fn a_reply_that_was_cut_says_so_and_how_it_goes_on_where_it_is_the_last() {
    let cut = [ReplyUpdate::Finish(Finish::Length)];
    let mut screen = after((80, 16), &cut, "Half of");
    let shown = screen.shown();
    let note = "■ Cut at the limit. Alt+↑, then g goes on.";
    assert!(shown.contains(note), "{shown}");
    screen
        .says("And?")
        .hears(1, ReplyUpdate::Done("So.".to_owned()));
    let shown = screen.shown();
    assert!(shown.contains("■ Cut at the limit.\n"), "{shown}");
}

#[test]
fn every_end_but_the_usual_one_is_told() {
    let tools = Finish::ToolCall(vec!["search\u{1b}[31m".to_owned()]);
    for (finish, words) in [
        (
            tools,
            "■ The model asked for a tool (search). There are none",
        ),
        (Finish::Filtered, "■ The provider withheld the rest."),
        (Finish::Aborted, "■ The server stopped it."),
        (
            Finish::Other("content\u{202e}_policy\u{1b}[2J".to_owned()),
            "■ The server ended it: content",
        ),
    ] {
        let shown = ended(finish);
        assert!(shown.contains(words), "{shown}");
        let hostile = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
        assert!(!shown.contains(hostile), "{shown}");
    }
    assert!(!ended(Finish::Stop).contains('■'));
}

#[test]
fn a_reply_of_thoughts_alone_says_so_and_an_empty_one_tells_its_end_instead() {
    let thinking = ReplyUpdate::Reasoning("Let me\nsee".to_owned());
    let cut = ReplyUpdate::Finish(Finish::Length);
    let shown = after((80, 16), &[thinking, cut.clone()], "").shown();
    assert!(
        shown.contains("■ It thought, but said nothing.\n"),
        "{shown}"
    );
    let retry = "■ Cut at the limit. Alt+↑, then r retries.";
    assert!(shown.contains(retry), "{shown}");
    assert!(!shown.contains("(empty reply)"), "{shown}");
    let shown = after((80, 16), &[cut], "").shown();
    assert!(!shown.contains("(empty reply)"), "{shown}");
    assert!(after((80, 16), &[], "").shown().contains("(empty reply)"));
}

#[test]
fn another_model_than_the_one_that_was_asked_for_is_named() {
    let model = ReplyUpdate::Model("mini\u{1b}[31m-2\n✗ broken".to_owned());
    let shown = after((80, 16), &[model], "Yes.").shown();
    assert!(shown.contains(" Written by mini-2 ✗ broken.\n"), "{shown}");
}

#[test]
fn what_a_reply_cost_stands_beside_its_time_as_far_as_there_is_room() {
    for (width, cost) in [
        (80, "12k tokens in, 350 out · 80% cached · 35 tok/s · 10:42"),
        (60, "12k tokens in, 350 out · 80% cached · 10:42"),
        (40, "Qwen 2.5 1M                     10:42"),
    ] {
        let shown = after((width, 16), &[usage()], "Yes.").shown();
        assert!(shown.contains(cost), "{shown}");
        let streams = {
            let mut screen = Screen::new(width, 16);
            screen.says("Explain").hears(0, usage());
            screen.shown()
        };
        assert!(!streams.contains("350"), "{streams}");
    }
}
