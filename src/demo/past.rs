//! The conversation so far, as the Space's model sees it: the turns in the state component, and the parsing of a prompt
//! in which a client wrote down the whole past.

use std::sync::Arc;

/// Who spoke.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    System,
    User,
    Assistant,
}

impl Role {
    /// The name as Qwen-Agent writes it in its history.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::User => "user",
            Self::Assistant => "assistant",
        }
    }
}

/// One entry of the history: a text, and the uploaded files that came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Turn {
    pub(super) role: Role,
    /// Shared, because a prompt may be megabytes and each reply takes a copy of the history.
    pub(super) text: Arc<str>,
    pub(super) files: Vec<Attached>,
}

impl Turn {
    pub(super) fn new(role: Role, text: &str) -> Self {
        Self {
            role,
            text: text.into(),
            files: Vec::new(),
        }
    }
}

/// A file that came with a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Attached {
    pub(super) name: String,
    /// Bytes; `None` if the path was never uploaded here.
    pub(super) size: Option<usize>,
}

/// The history with every written-down past taken apart, so that turns can be counted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Past {
    /// The latest system message.
    pub(super) system: Option<String>,
    /// User and assistant turns, oldest first; the last one is the message to answer.
    pub(super) turns: Vec<Turn>,
}

impl Past {
    /// Reads a session's history.
    pub(super) fn of(history: &[Turn]) -> Self {
        let mut past = Self::default();
        for turn in history {
            match unfold(&turn.text).filter(|_| turn.role == Role::User) {
                Some(mut written) => {
                    if let Some(last) = written.last_mut() {
                        last.files.clone_from(&turn.files);
                    }
                    for turn in written {
                        past.take(turn);
                    }
                }
                None => past.take(turn.clone()),
            }
        }
        past
    }

    fn take(&mut self, turn: Turn) {
        if turn.role == Role::System {
            self.system = Some(turn.text.to_string());
        } else {
            self.turns.push(turn);
        }
    }

    /// The text to answer: that of the newest user turn, or nothing.
    pub(super) fn question(&self) -> Option<&Turn> {
        self.turns.iter().rev().find(|turn| turn.role == Role::User)
    }

    /// How many user turns there are, the newest included.
    pub(super) fn user_turns(&self) -> usize {
        self.turns
            .iter()
            .filter(|turn| turn.role == Role::User)
            .count()
    }
}

/// Takes apart a prompt of lines `System: …`, `User: …`, `Assistant: …` that ends in the line `Assistant:`. `None` if
/// the text is not of that form: it is a plain message then. A line without such a prefix continues the line above.
fn unfold(text: &str) -> Option<Vec<Turn>> {
    let lines = text.trim_end().strip_suffix("\nAssistant:")?;
    let mut found: Vec<(Role, String)> = Vec::new();
    for line in lines.split('\n') {
        match (beginning(line), found.last_mut()) {
            (Some((role, rest)), _) => found.push((role, rest.to_owned())),
            (None, Some((_, text))) => {
                text.push('\n');
                text.push_str(line);
            }
            (None, None) => return None,
        }
    }
    Some(
        found
            .iter()
            .map(|(role, text)| Turn::new(*role, text))
            .collect(),
    )
}

fn beginning(line: &str) -> Option<(Role, &str)> {
    let (name, rest) = line.split_once(':')?;
    let role = match name {
        "System" => Role::System,
        "User" => Role::User,
        "Assistant" => Role::Assistant,
        _ => return None,
    };
    Some((role, rest.strip_prefix(' ').unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Turn {
        Turn::new(Role::User, text)
    }

    #[test]
    fn a_written_down_past_is_counted_turn_by_turn() {
        let past = Past::of(&[
            user("System: Be brief.\nUser: one\nand more\nAssistant: yes\nUser: two\nAssistant:"),
            Turn::new(Role::Assistant, "fine"),
            user("three"),
        ]);
        assert_eq!(past.system.as_deref(), Some("Be brief."));
        let texts: Vec<&str> = past.turns.iter().map(|turn| &*turn.text).collect();
        assert_eq!(texts, ["one\nand more", "yes", "two", "fine", "three"]);
        assert_eq!(past.user_turns(), 3);
        assert_eq!(past.question().map(|turn| &*turn.text), Some("three"));
    }

    #[test]
    fn a_message_that_only_looks_like_a_past_stays_one_message() {
        for text in [
            "User: hello",
            "what does\nAssistant:",
            "hello",
            "",
            "Note: a\nAssistant:",
            "Assistant:",
        ] {
            let past = Past::of(&[user(text)]);
            assert_eq!(past.turns, [user(text)], "{text:?}");
            assert_eq!(past.system, None);
        }
    }

    #[test]
    fn files_belong_to_the_newest_message_of_a_written_down_past() {
        let file = Attached {
            name: "a.txt".into(),
            size: Some(3),
        };
        let turn = Turn {
            files: vec![file.clone()],
            ..user("User: one\nAssistant: a\nUser: two\nAssistant:")
        };
        let past = Past::of(&[turn]);
        assert_eq!(
            past.question().map(|turn| turn.files.clone()),
            Some(vec![file])
        );
        assert!(past.turns.first().is_some_and(|turn| turn.files.is_empty()));
    }
}
