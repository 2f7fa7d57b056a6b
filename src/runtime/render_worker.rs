//! The thread that computes what drawing found missing: parsed replies, coloured code. It also
//! finds words in a conversation.
//!
//! It starts with the first job, so that a start without code loads no highlighter. The newest job
//! is served first: it is for what is on the screen now.

use crate::ui::{self, Job, JobResult};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, mpsc};
use tokio::sync::mpsc as channel;

/// Sends jobs to the thread.
pub struct RenderWorker {
    prepared: channel::UnboundedSender<JobResult>,
    thread: Option<mpsc::Sender<Job>>,
    /// The number of the newest search; older ones are given up.
    newest: Arc<AtomicU64>,
}

impl RenderWorker {
    /// Nothing runs yet; the receiver gets the results.
    pub fn new() -> (Self, channel::UnboundedReceiver<JobResult>) {
        let (prepared, made) = channel::unbounded_channel();
        let worker = Self {
            prepared,
            thread: None,
            newest: Arc::default(),
        };
        (worker, made)
    }

    /// Queues these jobs. Never waits. Without a thread, which the system may refuse, everything
    /// stays as it is shown now.
    pub fn want(&mut self, wanted: Vec<Job>) {
        for work in wanted {
            if let Job::Find(request, _) = &work {
                self.newest.store(request.number, Ordering::Relaxed);
            }
            let thread = self
                .thread
                .get_or_insert_with(|| start(&self.prepared, &self.newest));
            if thread.send(work).is_err() {
                tracing::warn!("what takes long is not made: the thread for it is gone");
            }
        }
    }
}

fn start(
    prepared: &channel::UnboundedSender<JobResult>,
    newest: &Arc<AtomicU64>,
) -> mpsc::Sender<Job> {
    let (wanted, received) = mpsc::channel();
    let (prepared, newest) = (prepared.clone(), Arc::clone(newest));
    let started = std::thread::Builder::new()
        .name("render".to_owned())
        .spawn(move || serve(&received, &prepared, &newest));
    if let Err(error) = started {
        tracing::warn!(%error, "no thread for what takes long");
    }
    wanted
}

/// Serves until the sender is gone.
fn serve(
    received: &mpsc::Receiver<Job>,
    prepared: &channel::UnboundedSender<JobResult>,
    newest: &AtomicU64,
) {
    let mut worker = ui::RenderWorker::default();
    let mut waiting = Vec::new();
    while let Ok(work) = received.recv() {
        waiting.push(work);
        while let Some(work) = waiting.pop() {
            let made = worker.prepare(work, || newest.load(Ordering::Relaxed));
            // The loop is gone only when the program ends.
            if made.is_some_and(|made| prepared.send(made).is_err()) {
                return;
            }
            waiting.extend(received.try_iter());
        }
    }
}
