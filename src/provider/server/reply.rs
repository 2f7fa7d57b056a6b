//! A reply as it comes from a server: pieces to events, at most one of a kind in 16 ms.

use super::thoughts::{Changed, Parts};
use crate::chat::{Progress, Stage};
use crate::openai::{Piece, PromptProgress};
use crate::provider::reply::{ReplyEvent, ReplySender};
use std::time::Duration;
use tokio::time::Instant;

/// The shortest time between two events with more of the reply.
const PAUSE: Duration = Duration::from_millis(16);

/// The reply so far, and what of it was passed on.
pub struct ReplySoFar<'a> {
    sender: &'a ReplySender,
    parts: Parts,
    /// Thoughts that came by themselves.
    has_own_thoughts: bool,
    is_streaming: bool,
    /// How much of the text was passed on.
    sent: usize,
    /// What was not passed on yet, besides more text.
    news: Changed,
    last: Option<Instant>,
}

impl<'a> ReplySoFar<'a> {
    /// Nothing yet.
    pub fn new(sender: &'a ReplySender) -> Self {
        Self {
            sender,
            parts: Parts::default(),
            has_own_thoughts: false,
            is_streaming: false,
            sent: 0,
            news: Changed::default(),
            last: None,
        }
    }

    /// Takes what came. It is passed on now or when it is [due](Self::due).
    pub async fn take(&mut self, pieces: &mut Vec<Piece>) {
        for piece in pieces.drain(..) {
            match piece {
                Piece::Text(more) => {
                    let changed = self.parts.push(&more);
                    self.news.rewritten |= changed.rewritten;
                    self.news.thoughts |= changed.thoughts;
                }
                Piece::Reasoning(more) => {
                    self.has_own_thoughts = true;
                    self.parts.settle();
                    self.parts.thoughts.push_str(&more);
                    self.news.thoughts = true;
                }
                Piece::Progress(progress) => self.read_on(progress).await,
            }
        }
        if self.due().is_some_and(|due| due <= Instant::now()) {
            self.pass_on().await;
        }
    }

    /// When what has come is to be passed on; `None` while there is nothing.
    pub fn due(&self) -> Option<Instant> {
        let has_news =
            self.news.rewritten || self.news.thoughts || self.sent < self.parts.text.len();
        has_news.then(|| self.last.map_or_else(Instant::now, |last| last + PAUSE))
    }

    /// Passes on what has come.
    pub async fn pass_on(&mut self) {
        self.last = Some(Instant::now());
        if std::mem::take(&mut self.news.thoughts) {
            let thoughts = self.parts.thoughts.clone();
            self.sender.send(ReplyEvent::Reasoning(thoughts)).await;
        }
        let text = &self.parts.text;
        if !text.is_empty() && !std::mem::replace(&mut self.is_streaming, true) {
            self.sender.send(ReplyEvent::Stage(Stage::Streaming)).await;
        }
        if std::mem::take(&mut self.news.rewritten) {
            self.sender.send(ReplyEvent::Replace(text.clone())).await;
        } else if self.sent < text.len() {
            let more = text[self.sent..].to_owned();
            self.sender.send(ReplyEvent::Delta(more)).await;
        }
        self.sent = text.len();
    }

    /// Nothing more comes: passes the rest on.
    pub async fn finish(&mut self) {
        let thoughts = self.parts.thoughts.len();
        if !self.has_own_thoughts {
            self.parts.finish();
            self.news.thoughts |= self.parts.thoughts.len() != thoughts;
        }
        self.pass_on().await;
    }

    /// The text, without what may be a part of a tag.
    pub fn text(&self) -> &str {
        &self.parts.text
    }

    /// Whether there are thoughts.
    pub fn has_thoughts(&self) -> bool {
        !self.parts.thoughts.is_empty()
    }

    /// Whether anything of the reply came, thoughts included.
    pub fn has_begun(&self) -> bool {
        !self.parts.text.is_empty() || !self.parts.thoughts.is_empty()
    }

    /// How far the prompt is read, of what is not in the server's cache.
    async fn read_on(&self, progress: PromptProgress) {
        let new = progress.total.saturating_sub(progress.cached);
        let read = progress.processed.saturating_sub(progress.cached);
        #[expect(
            clippy::cast_precision_loss,
            reason = "it is drawn as a bar of a few cells"
        )]
        let share = (new > 0).then(|| read.min(new) as f64 / new as f64);
        let progress = Progress {
            desc: format!("{} of {} tokens read", progress.processed, progress.total),
            share,
        };
        self.sender.send(ReplyEvent::Progress(progress)).await;
    }
}
