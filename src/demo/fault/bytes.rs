//! Bodies whose bytes do not arrive as they should: late, one by one, or incomplete.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use hyper::body::{Body, Bytes, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use super::super::answer::{CutOff, Outgoing};

/// The time from one byte to the next.
const DRIP: Duration = Duration::from_secs(1);

/// What happens to the bytes of a body.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Flaw {
    /// After so many bytes nothing more comes, and the connection stays.
    Stall(u64),
    /// They come one by one.
    Drip,
    /// After so many bytes the connection is closed.
    Cut(u64),
    /// After so many bytes the connection is reset.
    Reset(u64),
}

/// A body with a flaw.
pub(super) struct Flawed {
    body: Outgoing,
    flaw: Flaw,
    /// What the body gave and may not leave yet.
    held: Bytes,
    sent: u64,
    pause: Option<Pin<Box<Sleep>>>,
}

impl Flawed {
    pub(super) fn new(body: Outgoing, flaw: Flaw) -> Self {
        Self {
            body,
            flaw,
            held: Bytes::new(),
            sent: 0,
            pause: None,
        }
    }
}

impl Body for Flawed {
    type Data = Bytes;
    type Error = CutOff;

    /// The next frame; `Some(Err)` when the connection is to be cut, once all bytes before it are out.
    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, CutOff>>> {
        let this = &mut *self;
        if let Some(pause) = &mut this.pause {
            ready!(pause.as_mut().poll(context));
            this.pause = None;
        }
        let room = match this.flaw {
            Flaw::Drip => 1,
            Flaw::Stall(at) | Flaw::Cut(at) | Flaw::Reset(at) => at.saturating_sub(this.sent),
        };
        if room == 0 {
            return match this.flaw {
                Flaw::Stall(_) | Flaw::Drip => Poll::Pending,
                Flaw::Cut(_) | Flaw::Reset(_) => Poll::Ready(Some(Err(CutOff))),
            };
        }
        while this.held.is_empty() {
            match ready!(Pin::new(&mut this.body).poll_frame(context)) {
                Some(Ok(frame)) => this.held = frame.into_data().unwrap_or_default(),
                end => return Poll::Ready(end),
            }
        }
        let room = usize::try_from(room).unwrap_or(usize::MAX);
        let bytes = this.held.split_to(room.min(this.held.len()));
        this.sent += bytes.len() as u64;
        if this.flaw == Flaw::Drip {
            this.pause = Some(Box::pin(sleep(DRIP)));
        }
        Poll::Ready(Some(Ok(Frame::data(bytes))))
    }

    /// The length that the head promises, also where less comes.
    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}
