//! A system message that was saved under a name, to be used again.

use super::tokens;
use std::sync::Arc;

/// A saved system message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preset {
    /// What the user calls it; no two have the same name.
    pub name: String,
    /// The system message.
    pub text: Arc<str>,
    /// Its estimated tokens, counted once.
    pub tokens: usize,
    /// Whether new conversations begin with it; at most one is it.
    pub is_default: bool,
}

impl Preset {
    /// A system message of this name, which is not the default.
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        Self {
            name: name.into(),
            tokens: tokens::estimate(&text),
            text,
            is_default: false,
        }
    }
}
