//! One reply as a state machine: what stage it is in, since when, how fast it comes.
//!
//! Turns have numbers. An event that carries another number belongs to a turn that is over, and
//! is dropped by [`crate::app::update()`]. Nothing here waits or asks for the time.

use crate::app::effect::TurnId;
use crate::app::event::ReplyUpdate;
use crate::chat::{MessageId, Progress, Stage, tokens};
use std::time::Duration;

/// How long no text may come, once some has, before the stage line says that the reply stalls.
const STALLED_AFTER: Duration = Duration::from_secs(5);

/// A reply on its way.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Its number.
    pub id: TurnId,
    /// The message that it fills.
    pub reply: MessageId,
    /// Where it stands.
    pub stage: Stage,
    /// When it came to this stage.
    pub stage_since: Duration,
    /// The last bar that the Space showed.
    pub progress: Option<Progress>,
    /// Whether the user has stopped it and the end is awaited.
    pub is_stopping: bool,
    tokens: tokens::Counter,
    thinking_since: Option<Duration>,
    first_text: Option<Duration>,
    last_text: Option<Duration>,
}

impl Turn {
    /// A turn that has just been asked for.
    pub fn new(id: TurnId, reply: MessageId, now: Duration) -> Self {
        Self {
            id,
            reply,
            stage: Stage::Resolving,
            stage_since: now,
            progress: None,
            is_stopping: false,
            tokens: tokens::Counter::default(),
            thinking_since: None,
            first_text: None,
            last_text: None,
        }
    }

    /// Notes what an update says of the reply's way. The text itself is the conversation's.
    pub fn note(&mut self, update: &ReplyUpdate, now: Duration) {
        match update {
            ReplyUpdate::Stage(stage) => {
                if std::mem::discriminant(stage) != std::mem::discriminant(&self.stage) {
                    self.stage_since = now;
                    self.progress = None;
                }
                self.stage = stage.clone();
            }
            ReplyUpdate::Delta(text) => {
                self.tokens.push(text);
                self.text_came(now);
            }
            ReplyUpdate::Replace(text) => {
                self.tokens = tokens::Counter::default();
                self.tokens.push(text);
                self.text_came(now);
            }
            ReplyUpdate::Reasoning(_) => {
                self.thinking_since.get_or_insert(now);
            }
            ReplyUpdate::HiddenTail(_) => self.text_came(now),
            ReplyUpdate::Progress(progress) => self.progress = Some(progress.clone()),
            _ => {}
        }
    }

    fn text_came(&mut self, now: Duration) {
        self.first_text.get_or_insert(now);
        self.last_text = Some(now);
    }

    /// For how long the model thinks or thought: from its first thought that was shown to the
    /// first text behind it.
    pub fn thought_for(&self, now: Duration) -> Option<Duration> {
        let since = self.thinking_since?;
        let until = self
            .first_text
            .filter(|first| *first > since)
            .unwrap_or(now);
        Some(until.saturating_sub(since))
    }

    /// Estimated tokens per second since the first text, once a second has passed.
    pub fn rate(&self) -> Option<usize> {
        let passed = self.last_text?.checked_sub(self.first_text?)?;
        let millis = usize::try_from(passed.as_millis())
            .ok()
            .filter(|&millis| millis >= 1000)?;
        Some(self.tokens.tokens() * 1000 / millis)
    }

    /// For how long no text has come, once some had, if that is long.
    pub fn stalled_for(&self, now: Duration) -> Option<Duration> {
        let silent = now.saturating_sub(self.last_text?);
        (silent >= STALLED_AFTER).then_some(silent)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_stage_lasts_from_its_first_event() {
        let mut turn = Turn::new(TurnId(1), MessageId::new(), at(0));
        for (second, position) in [(1, 3), (5, 1)] {
            let stage = Stage::Queued {
                position: Some(position),
                eta: None,
            };
            turn.note(&ReplyUpdate::Stage(stage), at(second));
        }
        assert_eq!(turn.stage_since, at(1));
        turn.note(&ReplyUpdate::Stage(Stage::Reading), at(9));
        assert_eq!(turn.stage_since, at(9));
    }

    #[test]
    fn the_rate_counts_from_the_first_text() {
        let mut turn = Turn::new(TurnId(1), MessageId::new(), at(0));
        turn.note(&ReplyUpdate::Delta("1234567890".to_owned()), at(10));
        assert_eq!(turn.rate(), None);
        turn.note(&ReplyUpdate::Delta("1234567890".to_owned()), at(12));
        assert_eq!(turn.rate(), Some(10));
    }

    #[test]
    fn a_reply_stalls_only_after_its_first_text() {
        let mut turn = Turn::new(TurnId(1), MessageId::new(), at(0));
        turn.note(&ReplyUpdate::Stage(Stage::Reading), at(1));
        assert_eq!(turn.stalled_for(at(100)), None);
        turn.note(&ReplyUpdate::Delta("a".to_owned()), at(100));
        assert_eq!(turn.stalled_for(at(102)), None);
        assert_eq!(turn.stalled_for(at(110)), Some(at(10)));
    }
}
