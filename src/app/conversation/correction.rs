//! What the turn before tells of the next one's cost: how far estimates of tokens are off, and how much was cached.

use crate::chat::{Conversation, Message, Usage, tokens};
use std::sync::Arc;

/// Fewer estimated tokens tell nothing of a tokenizer: what a template adds counts for too much.
const TELLING: usize = 200;

/// How many tokens a model counted for each estimated one, in the turn before. Tokenizers differ by much more than texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    space: String,
    model: String,
    /// `None` where too little was sent to tell.
    factor: Option<f64>,
    /// Of the prompt, how many percent the source had in its cache, where it says.
    pub cached: Option<u8>,
}

impl Correction {
    /// From what was sent and what the source has counted in it.
    pub fn of(conversation: &Conversation, sent: &[Arc<Message>], usage: &Usage) -> Self {
        let past: usize = sent.iter().map(|message| message.tokens()).sum();
        let estimated = tokens::estimate(&conversation.system) + past;
        #[expect(clippy::cast_precision_loss, reason = "a factor of an estimate")]
        let factor = usage.prompt as f64 / estimated as f64;
        // Beyond this something else was counted: pictures, a prompt that was cut.
        let is_telling = estimated >= TELLING && (0.5..=2.0).contains(&factor);
        Self {
            space: conversation.space.clone(),
            model: conversation.model.clone(),
            factor: is_telling.then_some(factor),
            cached: usage.cached_percent(),
        }
    }

    /// Whether it is about what the conversation talks to now.
    pub fn is_of(&self, conversation: &Conversation) -> bool {
        self.space == conversation.space && self.model == conversation.model
    }

    /// A corrected estimate.
    #[expect(
        clippy::cast_precision_loss,
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "an estimate, and never negative"
    )]
    pub fn apply(&self, tokens: usize) -> usize {
        (tokens as f64 * self.factor.unwrap_or(1.0)).round() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn estimates_are_corrected_by_what_was_counted_unless_that_tells_nothing() {
        let conversation = Conversation::new("a", "m", Arc::<str>::from(""));
        let sent = [Arc::new(Message::user("word ".repeat(400)))];
        let estimated = sent[0].tokens();
        let counted = |sent: &[Arc<Message>], tokens: usize| {
            let usage = Usage {
                prompt: tokens as u64,
                cached: Some(tokens as u64),
                ..Usage::default()
            };
            Correction::of(&conversation, sent, &usage)
        };
        let correction = counted(&sent, estimated * 3 / 2);
        assert_eq!(correction.cached, Some(100));
        assert_eq!(correction.apply(1000), 1500);
        assert!(correction.is_of(&conversation));
        assert!(!correction.is_of(&Conversation::new("a", "other", Arc::<str>::from(""))));
        let of_a_cut_prompt = counted(&sent, estimated / 4);
        assert_eq!(of_a_cut_prompt.apply(1000), 1000);
        let few = [Arc::new(Message::user("hi"))];
        assert_eq!(counted(&few, 4).apply(1000), 1000);
    }
}
