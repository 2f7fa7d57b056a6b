//! What a source told of a reply at its end: why it ended, what it cost, and which model wrote it. Plain data.

use super::price::Cost;
use serde::{Deserialize, Serialize};

/// Why a reply ended. Sources have words of their own: the set is open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finish {
    /// The model was done.
    Stop,
    /// It was cut at a limit: of its length, or of the model's window.
    Length,
    /// The model asked for tools, which it does not get: their names.
    ToolCall(Vec<String>),
    /// The provider of the model withheld the rest.
    Filtered,
    /// The server stopped it.
    Aborted,
    /// In the source's own word.
    Other(String),
}

impl Finish {
    /// One word for `ask --json`; in the source's own word where it has one of its own.
    pub fn word(&self) -> &str {
        match self {
            Self::Stop => "stop",
            Self::Length => "length",
            Self::ToolCall(_) => "tool_call",
            Self::Filtered => "filtered",
            Self::Aborted => "aborted",
            Self::Other(word) => word,
        }
    }

    /// What a user is told of it; nothing where the model was simply done. What the source wrote stands in it as it is.
    pub fn words(&self) -> Option<String> {
        Some(match self {
            Self::Stop => return None,
            Self::Other(word) if word.trim().is_empty() => return None,
            Self::Length => "Cut at the limit.".to_owned(),
            Self::ToolCall(names) if names.is_empty() => {
                "The model asked for a tool. There are none here.".to_owned()
            }
            Self::ToolCall(names) => {
                let names = names.join(", ");
                format!("The model asked for a tool ({names}). There are none here.")
            }
            Self::Filtered => "The provider withheld the rest.".to_owned(),
            Self::Aborted => "The server stopped it.".to_owned(),
            Self::Other(word) => format!("The server ended it: {}.", word.trim()),
        })
    }
}

/// What a reply cost, in tokens, as its source counted them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Usage {
    /// Of the prompt, the cached ones included.
    pub prompt: u64,
    /// Of the prompt, those that the source had in its cache; `None` where it does not say.
    pub cached: Option<u64>,
    /// Of the reply, its thoughts included.
    pub completion: u64,
    /// Tokens of the reply in a second; `None` where the source does not say.
    pub speed: Option<f64>,
    /// In money: as the source says, else by its prices; `None` where it tells neither.
    pub cost: Option<Cost>,
}

impl Usage {
    /// Of the prompt, how many percent were cached; `None` where that is not told, or nothing was read.
    pub fn cached_percent(&self) -> Option<u8> {
        // In wide numbers: what a server counts may be anything.
        let cached = u128::from(self.cached?.min(self.prompt));
        let percent = (cached * 100).checked_div(u128::from(self.prompt))?;
        u8::try_from(percent).ok()
    }
}

/// All that was told of a reply.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Outcome {
    /// Why it ended.
    pub finish: Option<Finish>,
    /// What it cost.
    pub usage: Option<Usage>,
    /// The model that wrote it, where that is another than the one that was asked for.
    pub model: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_end_is_told_unless_the_model_was_simply_done() {
        let tool = |names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned());
            Finish::ToolCall(names.collect()).words()
        };
        assert_eq!(
            tool(&["search", "fetch"]).as_deref(),
            Some("The model asked for a tool (search, fetch). There are none here.")
        );
        assert_eq!(
            tool(&[]).as_deref(),
            Some("The model asked for a tool. There are none here.")
        );
        let other = |word: &str| Finish::Other(word.to_owned()).words();
        assert_eq!(other("eos ").as_deref(), Some("The server ended it: eos."));
        assert_eq!((other(" "), Finish::Stop.words()), (None, None));
    }

    #[test]
    fn what_an_earlier_or_a_later_program_wrote_is_read_as_far_as_it_is_known() {
        let outcome: Outcome = serde_json::from_str(r#"{"model":"m","price":0.1}"#).unwrap();
        assert_eq!(outcome.model.as_deref(), Some("m"));
        let usage: Usage = serde_json::from_str(r#"{"completion":7}"#).unwrap();
        assert_eq!((usage.completion, usage.cached), (7, None));
    }
}
