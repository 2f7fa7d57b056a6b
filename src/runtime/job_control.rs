//! What the system tells a program with a full screen besides to end: to stop, that it goes on, that the window has another
//! size. A system without such signals tells none of it here.

/// What is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobSignal {
    /// Stop until you are continued (SIGTSTP).
    Stop,
    /// You were stopped, and go on (SIGCONT).
    Continue,
    /// The window has another size (SIGWINCH).
    Resize,
}

/// Tells of these signals.
#[derive(Debug)]
pub struct JobSignals {
    #[cfg(unix)]
    listener: super::signals::Listener<JobSignal>,
}

#[cfg(unix)]
impl JobSignals {
    /// Begins to listen; from now on SIGTSTP alone stops nothing.
    pub fn listen() -> std::io::Result<Self> {
        use rustix::process::Signal;
        let kinds = [
            (JobSignal::Stop, Signal::TSTP),
            (JobSignal::Continue, Signal::CONT),
            (JobSignal::Resize, Signal::WINCH),
        ];
        Ok(Self {
            listener: super::signals::Listener::listen(kinds)?,
        })
    }

    /// Waits for one of them. Safe to drop while it waits.
    pub async fn next(&mut self) -> JobSignal {
        self.listener.next().await
    }
}

#[cfg(not(unix))]
impl JobSignals {
    /// Begins to listen.
    pub fn listen() -> std::io::Result<Self> {
        Ok(Self {})
    }

    /// Waits for ever.
    pub async fn next(&mut self) -> JobSignal {
        std::future::pending().await
    }
}

/// Stops this process until it is continued. The caller may go on for a moment before. Says whether it could be stopped;
/// [`JobSignal::Continue`] comes then.
#[cfg(unix)]
pub fn stop_this_process() -> bool {
    use rustix::process::{Signal, getpid, kill_process};
    // SIGTSTP is listened for, and would not stop it.
    kill_process(getpid(), Signal::STOP).is_ok()
}

/// There is no job control to go back to.
#[cfg(not(unix))]
pub fn stop_this_process() -> bool {
    false
}
