//! The stream of one reply: bytes to pieces, and the moment when nothing more is to come.
//!
//! It ends at the server's last word and not only where the connection does: some servers forget to close it.

use super::completion::{Completion, Piece};
use crate::http::sse::Decoder;
use crate::http::{Body, Error};
use std::time::Duration;

/// How long what it cost may be behind the reason why it ended.
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
}

impl Stream {
    /// The stream of an answer whose head has come.
    pub(super) fn new(body: Body) -> Self {
        Self {
            decoder: Decoder::new(body.limit()),
            whole: body.is_json().then(Vec::new),
            completion: Completion::default(),
            received: 0,
            body,
        }
    }

    /// Reads on and adds what is new to `pieces`; `false` when nothing more is to come. An error is of the connection: what
    /// came before it stays, and [`Stream::go_on`] may help. Safe to drop while it waits.
    pub async fn next(&mut self, pieces: &mut Vec<Piece>) -> Result<bool, Error> {
        if self.completion.is_over() {
            return Ok(false);
        }
        let read = if self.completion.is_finished() {
            match tokio::time::timeout(LAST_WORD, self.body.chunk()).await {
                // It has said why it ended: a connection that breaks behind that changes nothing.
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
            self.completion.take(&whole, pieces);
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
            self.completion.take(&frame, pieces);
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
        self.body = body;
    }

    /// What is known of the reply so far.
    pub fn completion(&self) -> &Completion {
        &self.completion
    }
}
