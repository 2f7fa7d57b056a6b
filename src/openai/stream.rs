//! The stream of one reply: bytes to pieces, and the moment when nothing more is to come.
//!
//! It ends at the server's last word and not only where the connection does: some servers forget to close it.

use super::completion::{Completion, Piece};
use crate::http::sse::Decoder;
use crate::http::{Body, Error};
use std::time::Duration;
use tokio::time::{Instant, timeout_at};

/// How long what it cost may be behind the reason why it ended, and a better word behind a failure.
const LAST_WORD: Duration = Duration::from_secs(2);

/// A reply on its way.
#[derive(Debug)]
pub struct Stream {
    body: Body,
    decoder: Decoder,
    /// All of an answer that is no stream, as far as it has come.
    whole: Option<Vec<u8>>,
    completion: Completion,
    received: u64,
    /// When it is over though more may come: the server has said how it ended.
    over_at: Option<Instant>,
    /// Where the body begins that it was gone on with.
    gone_on_at: Option<u64>,
}

impl Stream {
    /// The stream of an answer whose head has come.
    pub(super) fn new(body: Body) -> Self {
        Self {
            decoder: Decoder::new(body.limit()),
            whole: body.is_json().then(Vec::new),
            completion: Completion::new(body.limit()),
            received: 0,
            over_at: None,
            gone_on_at: None,
            body,
        }
    }

    /// Reads on and adds what is new to `pieces`; `false` when nothing more is to come. An error is of the connection: what
    /// came before it stays, and [`Stream::go_on`] may help. Safe to drop while it waits.
    pub async fn next(&mut self, pieces: &mut Vec<Piece>) -> Result<bool, Error> {
        if self.completion.is_over() {
            return Ok(false);
        }
        let read = if self.completion.is_finished() || self.completion.has_failed() {
            // From then on, and not from the last byte: comments may come for ever.
            let over = *self
                .over_at
                .get_or_insert_with(|| Instant::now() + LAST_WORD);
            match timeout_at(over, self.body.chunk()).await {
                // It has said how it ended: a connection that breaks behind that changes nothing.
                Ok(Ok(read)) => read,
                Ok(Err(_)) | Err(_) => return Ok(false),
            }
        } else {
            self.body.chunk().await?
        };
        if let Some(bytes) = read {
            self.take(bytes.as_ref(), pieces)?;
            return Ok(true);
        }
        if let Some(whole) = self.whole.take() {
            self.completion.take(whole, pieces);
        }
        Ok(false)
    }

    fn take(&mut self, bytes: &[u8], pieces: &mut Vec<Piece>) -> Result<(), Error> {
        self.received += bytes.len() as u64;
        let limit = self.body.limit();
        let too_large = || Error::TooLarge {
            url: self.body.url().to_owned(),
            limit,
        };
        if let Some(whole) = &mut self.whole {
            whole.extend_from_slice(bytes);
            return if whole.len() > limit {
                Err(too_large())
            } else {
                Ok(())
            };
        }
        let mut frames = Vec::new();
        self.decoder
            .push(bytes, &mut frames)
            .map_err(|_| too_large())?;
        for frame in frames {
            self.completion.take(frame, pieces);
        }
        Ok(())
    }

    /// Whether the server said why the reply ended, or that nothing more comes.
    pub fn is_finished(&self) -> bool {
        self.completion.is_over() || self.completion.is_finished()
    }

    /// How many bytes of it have come.
    pub fn received(&self) -> u64 {
        self.received
    }

    /// Goes on with what `body` brings, which begins where the stream broke.
    pub fn go_on(&mut self, body: Body) {
        self.gone_on_at = Some(self.received);
        self.body = body;
    }

    /// Whether nothing has come since it was gone on with.
    pub fn is_stuck(&self) -> bool {
        self.gone_on_at == Some(self.received)
    }

    /// What is known of the reply so far.
    pub fn completion(&self) -> &Completion {
        &self.completion
    }
}
