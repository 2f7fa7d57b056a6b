//! The tail that the Qwen demo Space may put behind a reply: `"\n<summary>"` and what follows.
//!
//! It is stored but not shown. The marker may arrive in pieces, so the end of a growing text that
//! could still become the marker is held back, and nothing that was shown is taken away again. It
//! is not for other Spaces, which may use that tag in their replies.

/// Where the hidden tail begins.
const MARKER: &str = "\n<summary>";

/// Splits a reply into what is shown and its hidden tail. While the reply grows (`ended` is
/// false), an end that may become the marker belongs to neither.
pub fn split(text: &str, ended: bool) -> (&str, &str) {
    if let Some(at) = text.find(MARKER) {
        return text.split_at(at);
    }
    if ended {
        return (text, "");
    }
    let held = (1..MARKER.len())
        .rev()
        .find_map(|length| text.strip_suffix(MARKER.get(..length)?));
    (held.unwrap_or(text), "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_tail_is_cut_at_its_marker() {
        assert_eq!(
            split("yes\n<summary>used</summary>", false),
            ("yes", "\n<summary>used</summary>")
        );
        assert_eq!(
            split("a <summary> in a line", true),
            ("a <summary> in a line", "")
        );
    }

    #[test]
    fn an_end_that_may_become_the_marker_is_held_back_until_the_reply_ends() {
        for end in ["\n", "\n<", "\n<summary"] {
            let text = format!("yes{end}");
            assert_eq!(split(&text, false), ("yes", ""), "{end:?}");
            assert_eq!(split(&text, true), (text.as_str(), ""));
        }
        assert_eq!(split("yes\n<sum of", false), ("yes\n<sum of", ""));
    }

    proptest! {
        #[test]
        fn what_was_shown_once_is_never_taken_back(text in "[a\n<sumary>]{0,20}(\n<summary>x)?[a\n<]{0,6}") {
            let (end, _) = split(&text, true);
            for (at, _) in text.char_indices() {
                let (head, _) = text.split_at(at);
                let (shown, _) = split(head, false);
                prop_assert!(end.starts_with(shown));
            }
        }
    }
}
