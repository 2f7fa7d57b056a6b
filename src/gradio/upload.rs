//! The body of a POST on its way out: how much has left, and whether anything moves at all.
//!
//! A prompt of a million tokens takes its time on a slow line, so the idle timeout must run from
//! the last byte that moved and not from the start of the request, and the person is told how far
//! it is. Used by [`super::client`] and [`super::files`] for what they post; [`super::chain`] reads the counts.

use super::error::Error;
use reqwest::header::CONTENT_LENGTH;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Bytes handed to the connection at a time; small enough that progress is seen on a slow line.
const PIECE: usize = 64 << 10;

/// Counts of one upload, shared with who shows them.
#[derive(Debug, Clone, Default)]
pub struct Upload {
    counts: Arc<Counts>,
}

#[derive(Debug, Default)]
struct Counts {
    sent: AtomicU64,
    total: AtomicU64,
}

impl Upload {
    /// Bytes handed to the connection and bytes in all; `(0, 0)` before it begins.
    pub fn progress(&self) -> (u64, u64) {
        (
            self.counts.sent.load(Ordering::Relaxed),
            self.counts.total.load(Ordering::Relaxed),
        )
    }

    /// The size of what is going to be sent is known.
    pub(super) fn begin(&self, total: u64) {
        self.restart();
        self.counts.total.store(total, Ordering::Relaxed);
    }

    /// It is sent from its beginning.
    pub(super) fn restart(&self) {
        self.counts.sent.store(0, Ordering::Relaxed);
    }

    /// Bytes were handed to the connection.
    pub(super) fn count(&self, bytes: u64) {
        self.counts.sent.fetch_add(bytes, Ordering::Relaxed);
    }
}

/// Sends `request` with `body` and waits for the head of the answer. Fails when no byte moved for
/// `patience`, before the end of the body or after it.
pub(super) async fn sent_with_care(
    request: reqwest::RequestBuilder,
    body: Vec<u8>,
    upload: &Upload,
    url: &str,
    patience: Duration,
) -> Result<reqwest::Response, Error> {
    let total = body.len();
    upload.begin(total as u64);
    let counter = upload.clone();
    let mut position = 0;
    let pieces = std::iter::from_fn(move || {
        let end = (position + PIECE).min(body.len());
        let piece = body.get(position..end).filter(|piece| !piece.is_empty())?;
        counter.count(piece.len() as u64);
        position = end;
        Some(Ok::<_, std::convert::Infallible>(piece.to_vec()))
    });
    let response = request
        // The length is known: without it the body would go chunked, which some proxies refuse.
        .header(CONTENT_LENGTH, total)
        .body(reqwest::Body::wrap_stream(futures_util::stream::iter(
            pieces,
        )))
        .send();
    heard_in_time(response, upload, url, patience).await
}

/// Waits for the head of an answer for as long as the body moves, and `patience` longer.
pub(super) async fn heard_in_time(
    response: impl Future<Output = reqwest::Result<reqwest::Response>>,
    upload: &Upload,
    url: &str,
    patience: Duration,
) -> Result<reqwest::Response, Error> {
    tokio::pin!(response);
    let mut before = upload.progress();
    loop {
        match tokio::time::timeout(patience, &mut response).await {
            Ok(result) => return result.map_err(|error| Error::from_http(&error, url, patience)),
            Err(_) if upload.progress() != before => before = upload.progress(),
            Err(_) => {
                return Err(Error::Timeout {
                    url: url.to_owned(),
                    after: patience,
                });
            }
        }
    }
}
