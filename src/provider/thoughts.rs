//! Separates thoughts from the reply, where a model writes them between tags.
//!
//! One scan forward: a reply may be as long as a book, and it is read again with each piece that comes.

/// The pairs of tags between which models think.
pub(super) const TAGS: [(&str, &str); 3] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("◁think▷", "◁/think▷"),
];

/// Splits a text into what stands between thinking tags and the rest. A tag counts where a line
/// begins with it; one that is still open reaches to the end. A closing tag alone, which some
/// models send because their template holds the opening one, makes a thought of what is before. While the
/// text grows (`ended` is false), an end that may become an opening tag is in neither.
pub fn split(text: &str, ended: bool) -> (Option<String>, String) {
    let (mut thoughts, mut rest): (Vec<&str>, String) = (Vec::new(), String::new());
    let mut has_words = false;
    let mut left = text;
    if first_opening(left).is_none()
        && let Some((before, after)) = closing_alone(left)
    {
        thoughts.push(before.trim());
        left = after.trim_start();
    }
    while let Some((at, (open, close))) = first_opening(left) {
        let (before, thought) = left.split_at(at);
        rest.push_str(before);
        has_words |= !before.trim().is_empty();
        let thought = thought.strip_prefix(open).unwrap_or(thought);
        let (thought, after) = thought.split_once(close).unwrap_or((thought, ""));
        thoughts.push(thought.trim());
        left = if has_words {
            after
        } else {
            rest.clear();
            after.trim_start()
        };
    }
    rest.push_str(left);
    if !ended {
        let held = begun_tag(&rest);
        rest.truncate(rest.len() - held);
    }
    thoughts.retain(|thought| !thought.is_empty());
    ((!thoughts.is_empty()).then(|| thoughts.join("\n\n")), rest)
}

/// The first opening tag at the beginning of a line, and where it stands.
fn first_opening(text: &str) -> Option<(usize, (&'static str, &'static str))> {
    let mut line = 0;
    loop {
        let rest = text.get(line..)?;
        let begin = rest.trim_start_matches(|c: char| c.is_whitespace() && c != '\n');
        let found = TAGS.iter().find(|(open, _)| begin.starts_with(open));
        if let Some(tag) = found {
            return Some((text.len() - begin.len(), *tag));
        }
        line = text.len() - begin.len() + begin.find('\n')? + 1;
    }
}

/// What stands before and after a closing tag at the beginning of a line.
fn closing_alone(text: &str) -> Option<(&str, &str)> {
    TAGS.iter().find_map(|(_, close)| {
        let (before, after) = text.split_once(close)?;
        let line = before.rsplit('\n').next().unwrap_or_default();
        line.trim().is_empty().then_some((before, after))
    })
}

/// How many bytes at the end may become an opening tag.
fn begun_tag(text: &str) -> usize {
    let line = text.rsplit('\n').next().unwrap_or_default().trim_start();
    let may = !line.is_empty() && TAGS.iter().any(|(open, _)| open.starts_with(line));
    if may { line.len() } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_tags_within_lines_are_passed_over_in_one_scan() {
        // Seconds to a minute where each of them is looked at from the beginning of its line.
        let text = "x<think>".repeat(1 << 20);
        assert_eq!(split(&text, true), (None, text));
        let text = "<think>a</think>\n".repeat(1 << 18);
        let (thoughts, rest) = split(&format!("x\n{text}"), true);
        assert_eq!(
            thoughts.map(|thoughts| thoughts.len()),
            Some(3 * (1 << 18) - 2)
        );
        assert_eq!(rest.trim(), "x");
    }

    #[test]
    fn the_first_line_with_a_tag_counts_whichever_tag_it_is() {
        let text = "  ◁think▷a◁/think▷b\n\t<thinking>c</thinking>d";
        let (thoughts, rest) = split(text, true);
        assert_eq!(thoughts.as_deref(), Some("a\n\nc"));
        assert_eq!(rest, "b\n\td");
    }
}
