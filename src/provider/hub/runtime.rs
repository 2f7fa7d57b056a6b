//! A Space's stage as the Hub reports it, and whether the Space can be used.
//!
//! The stages are those of `GET /api/spaces/{id}/runtime`. Nothing is requested here.

use serde_json::Value;

/// How many characters of a Space's own error are shown.
const DETAIL: usize = 300;

/// A Space's state from the Hub.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Runtime {
    /// The Hub's own word: `RUNNING`, `SLEEPING`, …
    pub stage: String,
    /// What went wrong, where it says so.
    pub error: Option<String>,
    /// Whether it runs on the Hub's shared GPUs, which every user has a quota of.
    pub is_zero_gpu: bool,
}

/// What a stage means for a client.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// The app should answer.
    Usable,
    /// It starts by itself.
    Starting,
    /// It starts when it is visited.
    Asleep,
    /// It does not start without its owner.
    Down,
}

impl Runtime {
    /// Reads the answer of `/runtime`; `None` when it names no stage.
    pub(super) fn read(answer: &Value) -> Option<Self> {
        let text = |key: &str| answer.get(key).and_then(Value::as_str);
        let hardware = answer.pointer("/hardware/current").and_then(Value::as_str);
        Some(Self {
            is_zero_gpu: hardware.is_some_and(|hardware| hardware.starts_with("zero")),
            stage: text("stage")?.to_owned(),
            error: text("errorMessage")
                .filter(|error| !error.trim().is_empty())
                .map(|error| error.trim().chars().take(DETAIL).collect()),
        })
    }

    /// A stage that the Hub tells elsewhere.
    pub fn at(stage: &str) -> Self {
        Self {
            stage: stage.to_owned(),
            error: None,
            is_zero_gpu: false,
        }
    }

    /// An unknown stage does not prevent a try.
    pub fn standing(&self) -> Standing {
        match self.stage.as_str() {
            "SLEEPING" | "STOPPED" => Standing::Asleep,
            "BUILDING" | "APP_STARTING" => Standing::Starting,
            "PAUSED" | "RUNTIME_ERROR" | "BUILD_ERROR" | "CONFIG_ERROR" | "NO_APP_FILE"
            | "DELETING" => Standing::Down,
            _ => Standing::Usable,
        }
    }

    /// The stage as a word that follows "the Space is".
    pub fn word(&self) -> String {
        match self.stage.as_str() {
            "APP_STARTING" => "starting".to_owned(),
            stage => stage.to_lowercase().replace('_', " "),
        }
    }
}
