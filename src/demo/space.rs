//! One life of the embedded Space, from its start or restart to the next: what it remembers, and the tasks that work
//! for it. A restart replaces the whole value, so that nothing of an earlier life can leak into a later one.

use std::collections::HashMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use hyper::body::Bytes;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

use super::Options;
use super::past::Turn;
use super::queue::Queue;
use super::trouble::Trouble;

/// What one life of the server knows.
#[derive(Debug)]
pub(super) struct Space {
    /// Random for each life and above 2^53, as Gradio's often is: a client that reads it as a float sees no change.
    pub(super) app_id: u64,
    /// `http://127.0.0.1:PORT`.
    pub(super) root: String,
    pub(super) options: Arc<Options>,
    pub(super) trouble: Arc<dyn Trouble>,
    /// Asks the server for a restart.
    pub(super) restart: Arc<Notify>,
    /// The state component's value for each `session_hash`: what Gradio keeps on the server.
    pub(super) sessions: Mutex<HashMap<String, Vec<Turn>>>,
    pub(super) queue: Mutex<Queue>,
    /// Uploaded files by server path. They stay in memory; no file is written.
    pub(super) files: Mutex<HashMap<String, Bytes>>,
    ended: CancellationToken,
    tasks: TaskTracker,
}

impl Space {
    /// A new life with nothing remembered; it ends with `stop` or by [`Space::end`].
    pub(super) fn new(
        options: &Arc<Options>,
        (trouble, restart): (&Arc<dyn Trouble>, &Arc<Notify>),
        address: SocketAddr,
        stop: &CancellationToken,
    ) -> Arc<Self> {
        Arc::new(Self {
            app_id: Uuid::new_v4().as_u64_pair().0 | 1 << 62,
            root: format!("http://{address}"),
            options: Arc::clone(options),
            trouble: Arc::clone(trouble),
            restart: Arc::clone(restart),
            sessions: Mutex::default(),
            queue: Mutex::default(),
            files: Mutex::default(),
            ended: stop.child_token(),
            tasks: TaskTracker::new(),
        })
    }

    /// Runs `work` until it is done or this life ends; it is dropped at its next await then.
    pub(super) fn spawn<F>(&self, work: F)
    where
        F: Future<Output = ()> + Send + 'static,
    {
        let ended = self.ended.clone();
        self.tasks.spawn(async move {
            tokio::select! {
                () = ended.cancelled() => {}
                () = work => {}
            }
        });
    }

    /// Ends this life: cuts its connections and returns when its last task is gone.
    pub(super) async fn end(&self) {
        self.ended.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}
