//! Checks the lines of `ask --json` for any reply: one known event a line, in a reliable order, and pieces that add up
//! to the end. It does not compare with an expected reply.

use serde_json::Value;

use crate::program::Ended;

/// Checks the order and the kinds of the event lines of a whole reply, and that they end in the text they add up to.
pub fn added_up(ended: &Ended) -> String {
    let lines = ended.json_lines();
    let at = |kinds: &[&str]| {
        lines
            .iter()
            .position(|line| kinds.contains(&line["event"].as_str().unwrap_or_default()))
    };
    let known = ["session", "stage", "reasoning", "delta", "replace", "done"];
    let unknown = lines
        .iter()
        .find(|line| !known.iter().any(|kind| line["event"] == **kind));
    assert_eq!(unknown, None, "all lines are of a known kind");
    let session = at(&["session"]).expect("the session is told");
    let hash = lines[session]["session_hash"].as_str().unwrap_or_default();
    assert!(
        hash.len() == 12 && hash.chars().all(|c| c.is_ascii_hexdigit()),
        "a session hash is 12 hexadecimal digits: {hash:?}"
    );
    let first_piece = at(&["delta", "replace"]).expect("the reply is told in pieces");
    assert!(
        session < first_piece,
        "the session is told before the reply: {ended}"
    );
    assert!(
        at(&["stage"]).is_some_and(|stage| stage < first_piece),
        "a stage is told before the reply: {ended}"
    );
    assert_eq!(
        at(&["done"]),
        Some(lines.len() - 1),
        "the end is told once, last: {ended}"
    );
    let text = pieces_together(&lines);
    assert_eq!(
        lines[lines.len() - 1]["text"],
        text,
        "the pieces add up to the end"
    );
    text
}

/// The text that a reader of the lines `delta` and `replace` has in the end.
pub fn pieces_together(lines: &[Value]) -> String {
    let mut text = String::new();
    for line in lines {
        let piece = line["text"].as_str().unwrap_or_default();
        match line["event"].as_str() {
            Some("delta") => text.push_str(piece),
            Some("replace") => piece.clone_into(&mut text),
            _ => {}
        }
    }
    text
}
