//! Replies with a known course, for tests: the first word of a message chooses one, always and in every session.
//!
//! | message | reply |
//! |---|---|
//! | `long N` | `word0 word1 …`, N words, one each yield |
//! | `repeat N PIECE` | PIECE, N times without a space between, one each yield |
//! | `rewrite …` | a text that shrinks and changes while it grows |
//! | `suffix …` | the message's words, and a changing `\n<summary>used N characters</summary>` after them in every yield |
//! | `fail` | some text, then an error that says nothing |
//! | `fail TEXT`, `failtext TEXT` | some text, then an error that says TEXT |
//! | `hash …` | `C characters, B bytes, X` of the whole text that `add_text` got for this turn |
//! | `turns …` | `turn N`: the user turns in the session's state, this one included |
//! | `past …` | JSON: `[role, first 40 characters]` of every turn in the session's state, this one included |
//! | `think N` | nothing for N times the pace, then `I thought for N steps.` |
//!
//! A number that is missing or none (`long story`) makes it no scenario. `turns`, `past` and `hash` speak of what arrived,
//! so that a prompt with the whole past written down is one turn to them.

use super::past::{Past, Turn};
use super::wire::{Failure, sha256};

/// What a model does next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Step {
    /// Says more.
    Append(String),
    /// Says this instead of all that was said before.
    Whole(String),
    /// Lets one pace go by without a yield.
    Wait,
    /// Fails; nothing comes after it.
    Fail(Failure),
}

/// The steps of a reply, made as they are asked for: a long reply is never in memory as a list.
pub(super) type Steps = Box<dyn Iterator<Item = Step> + Send>;

/// The scenario that the newest message asks for, or `None`.
pub(super) fn steps(history: &[Turn], past: &Past) -> Option<Steps> {
    let question = past.question()?.text.trim();
    let (word, rest) = question
        .split_once(char::is_whitespace)
        .unwrap_or((question, ""));
    let rest = rest.trim_start();
    match word {
        "long" => Some(long(number(rest)?)),
        "repeat" => {
            let (count, piece) = rest.split_once(char::is_whitespace)?;
            Some(repeat(number(count)?, piece))
        }
        "rewrite" => Some(rewrite()),
        "suffix" => Some(suffix(rest)),
        "fail" | "failtext" => Some(fail(rest)),
        "hash" => Some(once(hash(history))),
        "turns" => Some(once(turns(history))),
        "past" => Some(once(remembered(history))),
        "think" => Some(think(number(rest)?)),
        _ => None,
    }
}

/// Says a text word by word, each word with the white space after it.
pub(super) fn say(text: &str) -> Steps {
    let words: Vec<Step> = words(text)
        .map(|word| Step::Append(word.to_owned()))
        .collect();
    Box::new(words.into_iter())
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let word = rest.find(char::is_whitespace).unwrap_or(rest.len());
        let (_, tail) = rest.split_at_checked(word)?;
        let space = tail
            .find(|c: char| !c.is_whitespace())
            .unwrap_or(tail.len());
        let (piece, after) = rest.split_at_checked(word + space)?;
        rest = after;
        Some(piece).filter(|piece| !piece.is_empty())
    })
}

fn number(text: &str) -> Option<u64> {
    text.split_whitespace().next()?.parse().ok()
}

fn once(text: String) -> Steps {
    Box::new(std::iter::once(Step::Append(text)))
}

fn long(count: u64) -> Steps {
    Box::new((0..count).map(|index| Step::Append(format!("word{index} "))))
}

fn repeat(count: u64, piece: &str) -> Steps {
    let piece = piece.to_owned();
    Box::new((0..count).map(move |_| Step::Append(piece.clone())))
}

fn rewrite() -> Steps {
    let whole = |text: &str| Step::Whole(text.to_owned());
    Box::new(
        [
            whole("The answer is forty"),
            whole("The answer is forty-one, I think"),
            whole("The answer"),
            whole("The reply is"),
            whole("The reply is 42."),
        ]
        .into_iter(),
    )
}

fn suffix(rest: &str) -> Steps {
    let mut text = String::new();
    let pieces: Vec<String> = words(rest).map(str::to_owned).collect();
    Box::new(pieces.into_iter().map(move |piece| {
        text.push_str(&piece);
        let count = text.chars().count();
        Step::Whole(format!(
            "{text}\n<summary>used {count} characters</summary>"
        ))
    }))
}

fn fail(told: &str) -> Steps {
    let failure = if told.is_empty() {
        Failure::Hidden
    } else {
        Failure::Told(told.to_owned())
    };
    Box::new(say("some text and then").chain([Step::Fail(failure)]))
}

fn hash(history: &[Turn]) -> String {
    let text = history.last().map(|turn| &*turn.text).unwrap_or_default();
    let digest = sha256(text.as_bytes());
    format!(
        "{} characters, {} bytes, {digest}",
        text.chars().count(),
        text.len()
    )
}

fn turns(history: &[Turn]) -> String {
    format!(
        "turn {}",
        history
            .iter()
            .filter(|turn| turn.role == super::past::Role::User)
            .count()
    )
}

fn remembered(history: &[Turn]) -> String {
    let entry = |turn: &Turn| {
        (
            turn.role.name(),
            turn.text.chars().take(40).collect::<String>(),
        )
    };
    let list: Vec<_> = history
        .iter()
        .map(entry)
        .map(|(role, text)| serde_json::json!([role, text]))
        .collect();
    serde_json::Value::Array(list).to_string()
}

fn think(count: u64) -> Steps {
    let waits = (0..count).map(|_| Step::Wait);
    Box::new(waits.chain(say(&format!("I thought for {count} steps."))))
}

#[cfg(test)]
mod tests {
    use super::super::past::Role;
    use super::*;

    /// The text that the steps end in.
    fn final_text(steps: Steps) -> String {
        steps.fold(String::new(), |text, step| match step {
            Step::Append(piece) => text + &piece,
            Step::Whole(whole) => whole,
            Step::Wait | Step::Fail(_) => text,
        })
    }

    fn ask(text: &str) -> Option<Steps> {
        let history = [
            Turn::new(Role::User, "before"),
            Turn::new(Role::Assistant, "yes"),
            Turn::new(Role::User, text),
        ];
        steps(&history, &Past::of(&history))
    }

    #[test]
    fn words_keep_all_white_space_and_split_nothing_else() {
        for text in ["", " ", "a", " a b", "a  b\n\nc ", "完了 🎉"] {
            assert_eq!(words(text).collect::<String>(), text);
        }
        assert_eq!(
            words("a  b\n\nc ").collect::<Vec<_>>(),
            ["a  ", "b\n\n", "c "]
        );
    }

    #[test]
    fn each_scenario_ends_in_the_text_it_promises() {
        let table = [
            ("long 3", "word0 word1 word2 "),
            ("repeat 3 ha", "hahaha"),
            ("rewrite this", "The reply is 42."),
            (
                "suffix two words",
                "two words\n<summary>used 9 characters</summary>",
            ),
            ("fail", "some text and then"),
            ("turns", "turn 2"),
            (
                "past",
                r#"[["user","before"],["assistant","yes"],["user","past"]]"#,
            ),
            ("think 2", "I thought for 2 steps."),
            (
                "hash",
                "4 characters, 4 bytes, d04b98f48e8f8bcc15c6ae5ac050801cd6dcfd428fb5f9e65c4e16e7807340fa",
            ),
        ];
        for (message, expected) in table {
            assert_eq!(
                ask(message).map(final_text).as_deref(),
                Some(expected),
                "{message}"
            );
        }
    }

    #[test]
    fn a_failure_comes_last_and_says_what_it_was_asked_to() {
        let last = |message: &str| ask(message).and_then(Iterator::last);
        assert_eq!(last("fail"), Some(Step::Fail(Failure::Hidden)));
        assert_eq!(
            last("fail no luck today"),
            Some(Step::Fail(Failure::Told("no luck today".into())))
        );
    }

    #[test]
    fn a_scenario_without_its_number_is_an_ordinary_message() {
        for message in [
            "long story",
            "long",
            "repeat",
            "repeat after me",
            "think",
            "think about it",
            "Long 3",
            "hello long 3",
        ] {
            assert!(ask(message).is_none(), "{message}");
        }
    }

    #[test]
    fn a_written_down_past_is_one_turn_to_the_state_but_its_last_message_chooses_the_scenario() {
        let text = "User: hello\nAssistant: hi\nUser: turns\nAssistant:";
        let history = [Turn::new(Role::User, text)];
        assert_eq!(
            steps(&history, &Past::of(&history))
                .map(final_text)
                .as_deref(),
            Some("turn 1")
        );
    }
}
