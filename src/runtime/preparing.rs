//! The thread that makes what drawing found missing: parsed replies, coloured code.
//!
//! It begins with the first thing that is wanted, so that a start without code loads no
//! highlighter. The newest wish is served first: it is for what is seen now.

use crate::ui::{Prepared, Work, Worker};
use std::sync::mpsc;
use tokio::sync::mpsc as channel;

/// Hands work to the thread.
pub struct Preparing {
    prepared: channel::UnboundedSender<Prepared>,
    thread: Option<mpsc::Sender<Work>>,
}

impl Preparing {
    /// Nothing runs yet; the receiver gets what is made.
    pub fn new() -> (Self, channel::UnboundedReceiver<Prepared>) {
        let (prepared, made) = channel::unbounded_channel();
        let preparing = Self {
            prepared,
            thread: None,
        };
        (preparing, made)
    }

    /// Has these made. Never waits. Without a thread, which the system may refuse, everything
    /// stays as it is shown now.
    pub fn want(&mut self, wanted: Vec<Work>) {
        for work in wanted {
            let thread = self.thread.get_or_insert_with(|| start(&self.prepared));
            if thread.send(work).is_err() {
                tracing::warn!("what takes long is not made: the thread for it is gone");
            }
        }
    }
}

fn start(prepared: &channel::UnboundedSender<Prepared>) -> mpsc::Sender<Work> {
    let (wanted, received) = mpsc::channel();
    let prepared = prepared.clone();
    let started = std::thread::Builder::new()
        .name("preparing".to_owned())
        .spawn(move || serve(&received, &prepared));
    if let Err(error) = started {
        tracing::warn!(%error, "no thread for what takes long");
    }
    wanted
}

/// Serves until nobody can want anything any more.
fn serve(received: &mpsc::Receiver<Work>, prepared: &channel::UnboundedSender<Prepared>) {
    let mut worker = Worker::default();
    let mut waiting = Vec::new();
    while let Ok(work) = received.recv() {
        waiting.push(work);
        while let Some(work) = waiting.pop() {
            // The loop is gone only when the program ends.
            if prepared.send(worker.prepare(work)).is_err() {
                return;
            }
            waiting.extend(received.try_iter());
        }
    }
}
