//! How far the estimates of tokens are off for a model: by what its source counted in the turn before.

use crate::chat::{Conversation, Message, tokens};
use std::sync::Arc;

/// Fewer estimated tokens tell nothing of a tokenizer: what a template adds counts for too much.
const TELLING: usize = 200;

/// How many tokens a model counted for each estimated one, in the turn before. Tokenizers differ by much more than texts.
#[derive(Debug, Clone, PartialEq)]
pub struct Correction {
    space: String,
    model: String,
    factor: f64,
}

impl Correction {
    /// From what was sent and what the source has counted in it; `None` where that is too little to tell.
    pub fn of(conversation: &Conversation, sent: &[Arc<Message>], counted: u64) -> Option<Self> {
        let past: usize = sent.iter().map(|message| message.tokens()).sum();
        let estimated = tokens::estimate(&conversation.system) + past;
        if estimated < TELLING {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "a factor of an estimate")]
        let factor = counted as f64 / estimated as f64;
        // Beyond this something else was counted: pictures, a prompt that was cut.
        (0.5..=2.0).contains(&factor).then(|| Self {
            space: conversation.space.clone(),
            model: conversation.model.clone(),
            factor,
        })
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
        (tokens as f64 * self.factor).round() as usize
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
        let counted = |tokens: usize| Correction::of(&conversation, &sent, tokens as u64);
        let correction = counted(estimated * 3 / 2).unwrap();
        assert_eq!(correction.apply(1000), 1500);
        assert!(correction.is_of(&conversation));
        assert!(!correction.is_of(&Conversation::new("a", "other", Arc::<str>::from(""))));
        assert_eq!(counted(estimated / 4), None, "it was cut");
        let few = [Arc::new(Message::user("hi"))];
        assert_eq!(Correction::of(&conversation, &few, 30), None);
    }
}
