//! Signals that ask the program to end, as one future.

/// Tells when the program is asked to end from outside: SIGTERM, SIGHUP or SIGINT. Where the
/// system has no signals, on Ctrl+C alone.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    kinds: Vec<(u8, tokio::signal::unix::Signal)>,
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
        let listen = |kind: SignalKind| {
            let number = u8::try_from(kind.as_raw_value()).unwrap_or_default();
            signal(kind).map(|listening| (number, listening))
        };
        Ok(Self {
            kinds: kinds.into_iter().map(listen).collect::<Result<_, _>>()?,
        })
    }

    /// Waits for one of them and gives its number. Safe to drop while it waits.
    pub async fn next(&mut self) -> u8 {
        use std::task::Poll;
        std::future::poll_fn(|cx| {
            let mut kinds = self.kinds.iter_mut();
            let came =
                kinds.find_map(|(number, kind)| kind.poll_recv(cx).is_ready().then_some(*number));
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

#[cfg(not(unix))]
impl Signals {
    /// Begins to listen.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for Ctrl+C and gives SIGINT's number. Safe to drop while it waits.
    pub async fn next(&mut self) -> u8 {
        if tokio::signal::ctrl_c().await.is_err() {
            std::future::pending::<()>().await;
        }
        2
    }
}
