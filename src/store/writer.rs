//! The write thread: applies jobs in order, and those that wait together in one transaction.
//!
//! ```text
//! StoreHandle ──jobs──▶ pending ──one transaction──▶ saved ──nothing waits──▶ a slice is indexed
//!                          ▲            │
//!                          └─ locked or full: kept and tried again ─┘
//! ```
//! A job that can never succeed is reported and left out; it does not block those after it.

use super::apply::Applier;
use super::index::Indexer;
use super::texts::Hashes;
use super::{DatabaseFile, StoreError, StoreNotice};
use crate::chat::Change;
use jiff::{SignedDuration, Timestamp};
use rusqlite::{Connection, TransactionBehavior};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender, TryRecvError};
use std::time::Duration;
use tokio::sync::oneshot;

/// How long a conversation stays in the trash.
const TRASH: SignedDuration = SignedDuration::from_hours(30 * 24);

/// When jobs that could not be saved are tried again, if nothing new comes.
const RETRY: Duration = Duration::from_secs(2);

/// Sends jobs to the writer. When the last clone is dropped, the writer finishes what it was sent
/// and ends; [`StoreHandle::close`] waits for that.
#[derive(Debug, Clone)]
pub struct StoreHandle {
    commands: Sender<Command>,
}

#[derive(Debug)]
enum Command {
    /// Jobs that are saved together or not at all.
    Jobs(Vec<Change>),
    /// Replies when all jobs before it are durable.
    Flush(oneshot::Sender<bool>),
    /// Replies with the version of the data of other instances.
    Version(oneshot::Sender<i64>),
    /// Replies when all saved data is in the index.
    Index(oneshot::Sender<bool>),
    /// As `Flush`, and the thread ends behind it.
    Close(oneshot::Sender<bool>),
}

impl StoreHandle {
    /// Saves a change. Never waits; after [`StoreHandle::close`] it does nothing.
    pub fn send(&self, job: Change) {
        self.send_all(vec![job]);
    }

    /// Saves several changes, all or none of them, in this order. Never waits.
    pub fn send_all(&self, jobs: Vec<Change>) {
        // The thread ends only after `Close`; later commands are dropped.
        let _ = self.commands.send(Command::Jobs(jobs));
    }

    /// Waits until everything sent before is on the disk. Returns false if some of it is not; the
    /// notices say what.
    pub async fn flush(&self) -> bool {
        self.ask(Command::Flush).await.unwrap_or(false)
    }

    /// Waits until everything that was sent before is saved and in the search index, which may take
    /// seconds for megabytes. Returns false if the index could not be written.
    pub async fn indexed(&self) -> bool {
        self.ask(Command::Index).await.unwrap_or(false)
    }

    /// A number that changes when another instance has saved something; it has no other meaning.
    /// `None` after the store was closed.
    pub async fn others_version(&self) -> Option<i64> {
        self.ask(Command::Version).await
    }

    /// Ends the writer after all jobs that were sent. Returns the same as [`StoreHandle::flush`].
    /// Jobs that clones of this handle send later are not saved.
    pub async fn close(self) -> bool {
        self.ask(Command::Close).await.unwrap_or(false)
    }

    async fn ask<T>(&self, command: impl FnOnce(oneshot::Sender<T>) -> Command) -> Option<T> {
        let (answer, answered) = oneshot::channel();
        self.commands.send(command(answer)).ok()?;
        answered.await.ok()
    }
}

/// Starts the thread.
pub(super) fn start(
    connection: Connection,
    database: DatabaseFile,
    on_notice: impl Fn(StoreNotice) + Send + 'static,
) -> Result<StoreHandle, StoreError> {
    let (commands, received) = mpsc::channel();
    let path = database.path.clone();
    let writer = Writer {
        connection,
        database,
        commands: received,
        pending: Vec::new(),
        hashes: Hashes::default(),
        indexer: Indexer::default(),
        index_waiters: Vec::new(),
        on_notice: Box::new(on_notice),
        trouble: None,
        has_lost: false,
    };
    std::thread::Builder::new()
        .name("store".to_owned())
        .spawn(move || writer.run())
        .map_err(|error| StoreError::io(&path, error))?;
    let handle = StoreHandle { commands };
    handle.send(Change::Purge {
        before: Timestamp::now() - TRASH,
    });
    Ok(handle)
}

struct Writer {
    connection: Connection,
    database: DatabaseFile,
    commands: Receiver<Command>,
    /// What is not saved yet.
    pending: Vec<Vec<Change>>,
    hashes: Hashes,
    indexer: Indexer,
    /// The callers that wait for the complete index.
    index_waiters: Vec<oneshot::Sender<bool>>,
    on_notice: Box<dyn Fn(StoreNotice) + Send>,
    /// Why writing has to wait, once the user was notified.
    trouble: Option<StoreError>,
    /// Whether a job was given up since the last answer to a flush.
    has_lost: bool,
}

/// What is to be answered once the jobs before it are tried.
#[derive(Default)]
struct Answers {
    flushes: Vec<oneshot::Sender<bool>>,
    versions: Vec<oneshot::Sender<i64>>,
    close: Option<oneshot::Sender<bool>>,
}

impl Writer {
    fn run(mut self) {
        loop {
            let mut answers = Answers::default();
            let is_open = self.receive(&mut answers);
            self.save();
            let is_saved = self.pending.is_empty() && !self.has_lost;
            // A loss is reported to the next flush, however much later that is.
            self.has_lost &= answers.flushes.is_empty();
            for flush in answers.flushes {
                let _ = flush.send(is_saved);
            }
            for version in answers.versions {
                let _ = version.send(self.others_version());
            }
            if !is_open {
                self.end(is_saved, answers.close);
                return;
            }
        }
    }

    /// Waits for commands and takes all that are there. Gives whether more may come.
    fn receive(&mut self, answers: &mut Answers) -> bool {
        match self.next() {
            Ok(command) => self.sort(command, answers),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return false,
        }
        while answers.close.is_none() {
            match self.commands.try_recv() {
                Ok(command) => self.sort(command, answers),
                Err(TryRecvError::Empty) => return true,
                Err(TryRecvError::Disconnected) => return false,
            }
        }
        false
    }

    /// The next command. Until it comes, texts are indexed; with jobs that could not be saved it
    /// is waited for only until these are to be tried again.
    fn next(&mut self) -> Result<Command, RecvTimeoutError> {
        if !self.pending.is_empty() {
            return self.commands.recv_timeout(RETRY);
        }
        loop {
            match self.commands.try_recv() {
                Ok(command) => return Ok(command),
                Err(TryRecvError::Disconnected) => return Err(RecvTimeoutError::Disconnected),
                Err(TryRecvError::Empty) => {}
            }
            let step = self.indexer.step(&mut self.connection);
            if let Err(error) = &step {
                tracing::warn!(%error, "indexing stopped until the next job");
            }
            if !matches!(step, Ok(true)) {
                for waiter in self.index_waiters.drain(..) {
                    let _ = waiter.send(step.is_ok());
                }
                let received = self.commands.recv();
                return received.map_err(|_| RecvTimeoutError::Disconnected);
            }
        }
    }

    fn sort(&mut self, command: Command, answers: &mut Answers) {
        match command {
            Command::Jobs(jobs) => self.pending.push(jobs),
            Command::Flush(answer) => answers.flushes.push(answer),
            Command::Version(answer) => answers.versions.push(answer),
            Command::Index(answer) => self.index_waiters.push(answer),
            Command::Close(answer) => answers.close = Some(answer),
        }
    }

    /// Saves what is pending, or keeps it and sends a notice.
    fn save(&mut self) {
        if self.pending.is_empty() {
            return;
        }
        let mut notices = Vec::new();
        match self.try_save(&mut notices) {
            Ok(()) => {
                self.pending.clear();
                if self.trouble.take().is_some() {
                    notices.insert(0, StoreNotice::Recovered);
                }
            }
            Err(error) => {
                notices.clear();
                if self.trouble.is_none() {
                    notices.push(StoreNotice::Waiting {
                        jobs: self.pending.iter().map(Vec::len).sum(),
                        message: error.to_string(),
                        hint: error.hint().to_owned(),
                    });
                }
                self.trouble = Some(error);
            }
        }
        for notice in notices {
            self.has_lost |= matches!(notice, StoreNotice::NotSaved { .. });
            (self.on_notice)(notice);
        }
    }

    /// Applies all pending jobs in one transaction; those that belong together fail together.
    fn try_save(&mut self, notices: &mut Vec<StoreNotice>) -> Result<(), StoreError> {
        let path = &self.database.path;
        let sql = |error: rusqlite::Error| StoreError::sql(path, error);
        let mut transaction = self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(sql)?;
        for jobs in &self.pending {
            let savepoint = transaction.savepoint().map_err(sql)?;
            let mut told = Vec::new();
            let mut applier = Applier {
                connection: &savepoint,
                path,
                instance: &self.database.instance.name,
                hashes: &mut self.hashes,
                notices: &mut told,
            };
            let failed = jobs
                .iter()
                .find_map(|job| applier.apply(job).err().map(|error| (job, error)));
            match failed {
                None => {
                    savepoint.commit().map_err(sql)?;
                    notices.append(&mut told);
                }
                Some((_, error)) if error.is_passing() => return Err(error),
                // Dropped, the savepoint takes back what its jobs did.
                Some((job, error)) => notices.push(not_saved(job, &error)),
            }
        }
        transaction.commit().map_err(sql)
    }

    fn others_version(&self) -> i64 {
        let version = self
            .connection
            .pragma_query_value(None, "data_version", |row| row.get(0));
        version.unwrap_or_default()
    }

    /// Reports what could not be saved to the end, closes the database, and only then answers.
    fn end(self, is_saved: bool, close: Option<oneshot::Sender<bool>>) {
        if let Some(error) = &self.trouble {
            for job in self.pending.iter().flatten() {
                (self.on_notice)(not_saved(job, error));
            }
        }
        // The log goes into the database as far as no other instance reads; what stays in it is as
        // durable, so that a failure means nothing.
        let _ = self.connection.busy_timeout(Duration::ZERO);
        let _ = self
            .connection
            .query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()));
        drop(self.connection);
        drop(self.database);
        if let Some(close) = close {
            let _ = close.send(is_saved);
        }
    }
}

fn not_saved(job: &Change, error: &StoreError) -> StoreNotice {
    StoreNotice::NotSaved {
        what: job.what().to_owned(),
        message: error.to_string(),
        hint: error.hint().to_owned(),
    }
}
