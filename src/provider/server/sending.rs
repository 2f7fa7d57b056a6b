//! What is sent in one turn, and to whom.

use super::Found;
use super::messages::Plan;
use super::refusal::{self, Asked};
use crate::provider::ProviderError;
use serde_json::{Map, Value};

/// What is sent, and to whom.
pub struct Sending<'a> {
    pub found: &'a Found,
    pub model: &'a str,
    pub plan: &'a Plan,
    pub parameters: &'a Map<String, Value>,
    /// The name under which llama.cpp keeps the reply.
    pub conversation: Option<String>,
}

impl Sending<'_> {
    /// What errors say of it.
    pub fn asked(&self, window: Option<u64>) -> Asked<'_> {
        Asked {
            kind: self.found.server.kind,
            model: self.model,
            known: &self.found.server.models,
            window,
            tokens: self.plan.tokens,
            has_pictures: self.plan.has_pictures,
        }
    }

    /// A model that is known to take no pictures gets none.
    pub fn refuse_pictures(&self) -> Result<(), ProviderError> {
        let mut models = self.found.server.models.iter();
        let entry = models.find(|entry| entry.id == self.model);
        if !self.plan.has_pictures || entry.and_then(|entry| entry.takes_pictures) != Some(false) {
            return Ok(());
        }
        Err(refusal::no_pictures(self.model))
    }
}
