//! Signals of the system, as futures: those that ask the program to end, and what others listen for in the same way.

/// Tells of some kinds of signals, each by its meaning.
#[cfg(unix)]
#[derive(Debug)]
pub struct Listener<T> {
    kinds: Vec<(T, tokio::signal::unix::Signal)>,
}

#[cfg(unix)]
impl<T: Copy> Listener<T> {
    /// Begins to listen; from now on none of these does what it does by itself.
    pub fn listen(
        kinds: impl IntoIterator<Item = (T, rustix::process::Signal)>,
    ) -> std::io::Result<Self> {
        use tokio::signal::unix::{SignalKind, signal};
        let kinds = kinds.into_iter().map(|(meaning, kind)| {
            let listening = signal(SignalKind::from_raw(kind.as_raw()));
            listening.map(|listening| (meaning, listening))
        });
        Ok(Self {
            kinds: kinds.collect::<Result<_, _>>()?,
        })
    }

    /// Waits for one of them. Safe to drop while it waits.
    pub async fn next(&mut self) -> T {
        use std::task::Poll;
        std::future::poll_fn(|cx| {
            let mut kinds = self.kinds.iter_mut();
            let came =
                kinds.find_map(|(meaning, kind)| kind.poll_recv(cx).is_ready().then_some(*meaning));
            came.map_or(Poll::Pending, Poll::Ready)
        })
        .await
    }
}

/// Tells when the program is asked to end from outside: SIGTERM, SIGHUP or SIGINT. Where the
/// system has no signals, on Ctrl+C alone.
#[derive(Debug)]
pub struct Signals {
    #[cfg(unix)]
    listener: Listener<u8>,
}

#[cfg(unix)]
impl Signals {
    /// Begins to listen; a signal from now on no longer kills the program.
    pub fn listen() -> std::io::Result<Self> {
        use rustix::process::Signal;
        let kinds = [Signal::TERM, Signal::HUP, Signal::INT];
        let number = |kind: Signal| u8::try_from(kind.as_raw()).unwrap_or_default();
        Ok(Self {
            listener: Listener::listen(kinds.map(|kind| (number(kind), kind)))?,
        })
    }

    /// Waits for one of them and gives its number. Safe to drop while it waits.
    pub async fn next(&mut self) -> u8 {
        self.listener.next().await
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
