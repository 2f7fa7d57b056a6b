//! Signals that ask the program to end, as one future.

/// Completes when the program is asked to end from outside: SIGTERM, SIGHUP or SIGINT. Where the
/// system has no signals, on Ctrl+C alone.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    kinds: Vec<tokio::signal::unix::Signal>,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen; a signal from now on no longer kills the program.
    pub fn listen() -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = [
            SignalKind::terminate(),
            SignalKind::hangup(),
            SignalKind::interrupt(),
        ];
        Ok(Self {
            kinds: kinds.into_iter().map(signal).collect::<Result<_, _>>()?,
        })
    }

    /// Waits for one of them. Safe to drop while it waits.
    pub async fn next(&mut self) {
        std::future::poll_fn(|cx| {
            let mut kinds = self.kinds.iter_mut();
            if kinds.any(|kind| kind.poll_recv(cx).is_ready()) {
                std::task::Poll::Ready(())
            } else {
                std::task::Poll::Pending
            }
        })
        .await;
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for Ctrl+C. Safe to drop while it waits.
    pub async fn next(&mut self) {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
