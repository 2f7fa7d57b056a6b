//! Reads a chatbot component: the assistant's bubbles since the user's last message.
//!
//! The Qwen demo Space shows a conversation as pairs `[user, assistant]`. Either side is null, a
//! text, a message object with a `text`, or a list of these, one for each agent
//! (`modelscope_studio` 0.5 and 1.0, recorded in `qwen-webui-4.44`). A turn may fill several pairs,
//! the later ones without a user: tools and further agents speak there.

use serde_json::Value;

/// How the status bubble ends that stands where the reply will be (`Qwen is thinking...`).
const THINKING: &str = " is thinking...";

/// What the assistant says in its newest turn.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Spoken {
    /// The text of its bubbles, separated by blank lines.
    pub text: String,
    /// The status bubble, while there is one.
    pub thinking: Option<String>,
}

/// Reads the value of a chatbot that shows pairs.
pub fn read_pairs(chatbot: &Value) -> Spoken {
    let mut spoken = Spoken::default();
    let Some(pairs) = chatbot.as_array() else {
        return spoken;
    };
    let newest = pairs
        .iter()
        .rposition(|pair| pair.get(0).is_some_and(|user| !user.is_null()));
    for pair in pairs.iter().skip(newest.unwrap_or(0)) {
        let side = pair.get(1).unwrap_or(&Value::Null);
        match side.as_array() {
            Some(agents) => agents.iter().for_each(|bubble| spoken.add(bubble)),
            None => spoken.add(side),
        }
    }
    spoken
}

impl Spoken {
    fn add(&mut self, bubble: &Value) {
        let text = bubble.as_str().or_else(|| bubble.get("text")?.as_str());
        match text {
            None | Some("") => {}
            Some(text) if is_thinking(text) => self.thinking = Some(text.to_owned()),
            Some(text) => {
                if !self.text.is_empty() {
                    self.text.push_str("\n\n");
                }
                self.text.push_str(text);
            }
        }
    }
}

/// Whether a bubble only says that the model works.
pub(super) fn is_thinking(text: &str) -> bool {
    text.ends_with(THINKING) && text.len() < 80 && !text.contains('\n')
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_status_bubble_is_told_apart_from_a_reply() {
        let chatbot = json!([[{"text": "hi"}, [{"text": "Qwen is thinking..."}, null]]]);
        let spoken = read_pairs(&chatbot);
        assert_eq!(spoken.text, "");
        assert_eq!(spoken.thinking.as_deref(), Some("Qwen is thinking..."));
    }

    #[test]
    fn every_bubble_since_the_last_message_of_the_user_is_read() {
        let chatbot = json!([
            [{"text": "old"}, [{"text": "old reply"}]],
            [{"text": "hi"}, [{"text": "calling a tool"}, null]],
            [null, [null, {"text": "done"}]],
        ]);
        assert_eq!(read_pairs(&chatbot).text, "calling a tool\n\ndone");
    }

    #[test]
    fn plain_pairs_and_unanswered_ones_are_read_too() {
        assert_eq!(read_pairs(&json!([["hi", "hello"]])).text, "hello");
        assert_eq!(read_pairs(&json!([["hi", null]])), Spoken::default());
        for other in [json!(null), json!("x"), json!([null, 5, []]), json!([])] {
            assert_eq!(read_pairs(&other), Spoken::default());
        }
    }
}
