//! Thinking tags anywhere in a reply: what is split off is what a plain reading finds, which looks at every tag from the
//! beginning of its line, and nothing that was shown once of a growing reply is a part of a tag.

use super::chance::Chance;
use spacechat::testing::provider::split_thoughts as split;

const TAGS: [(&str, &str); 3] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("◁think▷", "◁/think▷"),
];

/// The pieces that texts are made of.
const PIECES: [&str; 14] = [
    "<think>",
    "</think>",
    "<thinking>",
    "</thinking>",
    "◁think▷",
    "◁/think▷",
    "<thin",
    "\n",
    " ",
    "\t",
    "x",
    "é",
    "<",
    "\u{2003}",
];

pub fn check(input: &[u8]) {
    let mut chance = Chance::of(input);
    let mut text = String::new();
    for &byte in input.iter().take(200) {
        text.push_str(PIECES[usize::from(byte) % PIECES.len()]);
    }
    for text in [text, String::from_utf8_lossy(input).into_owned()] {
        for ended in [true, false] {
            assert_eq!(split(&text, ended), plainly(&text, ended), "{text:?}");
        }
        for cut in chance.cuts(text.len()) {
            let Some(head) = text.get(..cut) else {
                continue;
            };
            let (_, rest) = split(head, false);
            let end = rest.rsplit('\n').next().unwrap_or_default().trim_start();
            let is_begun = !end.is_empty() && TAGS.iter().any(|(open, _)| open.starts_with(end));
            assert!(!is_begun, "{head:?}");
        }
    }
}

fn plainly(text: &str, ended: bool) -> (Option<String>, String) {
    let (mut thoughts, mut rest) = (Vec::new(), String::new());
    let mut left = text;
    if opening(left).is_none()
        && let Some((before, after)) = closing(left)
    {
        thoughts.push(before.trim());
        left = after.trim_start();
    }
    while let Some((at, (open, close))) = opening(left) {
        rest.push_str(&left[..at]);
        let thought = &left[at + open.len()..];
        let (thought, after) = thought.split_once(close).unwrap_or((thought, ""));
        thoughts.push(thought.trim());
        left = after;
        if rest.trim().is_empty() {
            rest.clear();
            left = after.trim_start();
        }
    }
    rest.push_str(left);
    let end = rest.rsplit('\n').next().unwrap_or_default().trim_start();
    if !ended && !end.is_empty() && TAGS.iter().any(|(open, _)| open.starts_with(end)) {
        rest.truncate(rest.len() - end.len());
    }
    thoughts.retain(|thought| !thought.is_empty());
    let thoughts = (!thoughts.is_empty()).then(|| thoughts.join("\n\n"));
    (thoughts, rest)
}

fn begins_line(before: &str) -> bool {
    let line = before.rsplit('\n').next().unwrap_or_default();
    line.trim().is_empty()
}

fn opening(text: &str) -> Option<(usize, (&'static str, &'static str))> {
    let found = TAGS.iter().filter_map(|tag| {
        let mut places = text.match_indices(tag.0).map(|(at, _)| at);
        let at = places.find(|at| begins_line(&text[..*at]))?;
        Some((at, *tag))
    });
    found.min_by_key(|(at, _)| *at)
}

fn closing(text: &str) -> Option<(&str, &str)> {
    TAGS.iter().find_map(|(_, close)| {
        let (before, after) = text.split_once(close)?;
        begins_line(before).then_some((before, after))
    })
}
