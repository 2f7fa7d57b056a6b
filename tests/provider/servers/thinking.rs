//! Thoughts: under the two names that servers have for them, and between tags where a server leaves them in the text.

use serde_json::json;
use spacechat::provider::ProviderError;

use super::{delta, done, failed, finish, heard, reply_of, saying, script, text};
use crate::scripted::Answer;

#[tokio::test]
async fn thoughts_are_taken_under_both_names_and_only_once() {
    for thought in [
        json!({"reasoning_content": "hm"}),
        json!({"reasoning": "hm"}),
        json!({"reasoning_content": "hm", "reasoning": "hm"}),
        json!({"reasoning_content": null, "reasoning": "hm"}),
        json!({"reasoning_content": "", "reasoning": "hm", "reasoning_details": [{"text": "hm"}]}),
    ] {
        let stream = Answer::events().say(&delta(&thought)).say(&delta(&thought));
        let told = reply_of(done(stream.say(&text("yes")))).await;
        assert_eq!((told.thoughts(), told.done()), ("hmhm", "yes"), "{thought}");
    }
}

#[tokio::test]
async fn no_tag_is_folded_where_the_server_tells_thoughts_by_themselves() {
    let thought = delta(&json!({"reasoning_content": "hm"}));
    let stream = Answer::events().say(&thought);
    let told = reply_of(done(stream.say(&text("<think>hm</think>yes")))).await;
    assert_eq!(told.thoughts(), "hm");
    assert_eq!(told.done(), "<think>hm</think>yes");
}

#[tokio::test]
async fn a_thought_between_tags_is_no_part_of_the_reply() {
    for (reply, thoughts, said) in [
        ("<think>\nhm\n</think>\n\nyes", "hm", "yes"),
        ("\n<think>hm</think>yes", "hm", "yes"),
        ("<thinking>hm</thinking>yes", "hm", "yes"),
        ("◁think▷hm◁/think▷yes", "hm", "yes"),
        // Opened in the prompt.
        ("hm\n</think>\n\nyes", "hm", "yes"),
        // Text, and not tags.
        (
            "```\n<think>\n</think>\n```\nyes",
            "",
            "```\n<think>\n</think>\n```\nyes",
        ),
        ("yes <think>hm</think>", "", "yes <think>hm</think>"),
        ("a < b, <thi", "", "a < b, <thi"),
    ] {
        let whole = reply_of(saying(reply)).await;
        assert_eq!(
            (whole.thoughts(), whole.done()),
            (thoughts, said),
            "{reply:?}"
        );
        let mut stream = Answer::events();
        for letter in reply.chars() {
            stream = stream.say(&text(&letter.to_string()));
        }
        let split = reply_of(done(stream)).await;
        assert_eq!(
            (split.thoughts(), split.done()),
            (thoughts, said),
            "{reply:?} split"
        );
    }
}

#[tokio::test]
async fn no_part_of_an_opening_tag_is_ever_shown() {
    let mut stream = Answer::events();
    for piece in [
        "<", "th", "ink", ">", "hm", "</", "think", ">", "\n\n", "yes",
    ] {
        stream = stream.say(&text(piece));
    }
    let told = reply_of(done(stream)).await;
    assert_eq!((told.thoughts(), told.done()), ("hm", "yes"));
    assert!(!told.course().contains(&"replace"), "{:?}", told.course());
}

#[tokio::test]
async fn thoughts_and_not_a_word_are_a_failure_that_keeps_them() {
    for (thought, reason, hint) in [
        (delta(&json!({"reasoning": "hm"})), "stop", "Retry"),
        (delta(&json!({"reasoning": "hm"})), "length", "max_tokens"),
        (text("<think>hm"), "length", "max_tokens"),
        (text("<think>hm</think>\n\n"), "stop", "Retry"),
    ] {
        let stream = Answer::events().say(&thought).say(&finish(reason)).end();
        let (error, told, _) = failed(script([stream])).await;
        assert!(matches!(error, ProviderError::Space(_)), "{error:?}");
        assert!(error.to_string().contains("said nothing"), "{error}");
        assert!(error.hint().contains(hint), "{}", error.hint());
        assert!(error.hint().contains("kept"), "{}", error.hint());
        assert_eq!((told.thoughts(), told.shown.as_str()), ("hm", ""));
    }
}

#[tokio::test]
async fn what_was_thought_is_told_before_what_is_said_and_is_no_part_of_a_request() {
    let thought = delta(&json!({"reasoning": "hm"}));
    let stream = done(Answer::events().say(&thought).say(&text("yes")));
    let (told, _) = heard(script([stream])).await;
    let course = told.course();
    let place = |kind| course.iter().position(|told| *told == kind).unwrap();
    assert!(place("reasoning") < place("delta"), "{course:?}");
}
