//! What a source told of a reply at its end: why it ended, what it cost, and which model wrote it. Plain data.

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
