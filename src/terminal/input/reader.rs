//! The thread that reads the terminal's bytes.
//!
//! It can be ended at any moment and takes no byte from then on: the terminal is another program's. It is told so by a
//! pipe that is closed, and waits for that and for bytes at once.

use super::decoder::Decoder;
use super::{Pending, Received};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::Errno;
use std::io::{self, PipeReader, PipeWriter};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};
use tokio::sync::mpsc;

/// The most bytes that are read at once.
const MOST: usize = 1 << 14;
/// How many readings may wait for the loop before no more is read.
const BACKLOG: usize = 64;

/// What came with one reading.
type Reading = io::Result<Vec<Received>>;

/// Reads the terminal until it is dropped.
#[derive(Debug)]
pub struct InputReader {
    readings: mpsc::Receiver<Reading>,
    /// Closing it ends the thread.
    stop: Option<PipeWriter>,
    thread: Option<JoinHandle<()>>,
}

impl InputReader {
    /// Begins to read the standard input, which is a terminal in raw mode. What is there and to be discarded is so when
    /// this returns.
    pub fn start(pending: Pending) -> io::Result<Self> {
        let (stopped, stop) = io::pipe()?;
        let (sender, readings) = mpsc::channel(BACKLOG);
        let mut reader = Reader::new(stopped, sender);
        if pending == Pending::Discard {
            reader.discard()?;
        }
        let thread = std::thread::Builder::new().name("input".to_owned());
        let thread = thread.spawn(move || reader.run())?;
        Ok(Self {
            readings,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Waits for what comes next; none when the terminal is gone. Safe to drop while it waits.
    pub async fn next(&mut self) -> Option<Reading> {
        self.readings.recv().await
    }

    /// What has come already, without waiting.
    pub fn take(&mut self) -> Option<Reading> {
        self.readings.try_recv().ok()
    }
}

impl Drop for InputReader {
    fn drop(&mut self) {
        // The thread may wait for room in the channel, or for the pipe.
        self.readings.close();
        self.stop = None;
        if let Some(thread) = self.thread.take() {
            // Its panic has been reported, and the terminal is not read any more either way.
            let _ = thread.join();
        }
    }
}

struct Reader {
    stopped: PipeReader,
    sender: mpsc::Sender<Reading>,
    decoder: Decoder,
    bytes: Vec<u8>,
}

/// How a look at the terminal came out.
enum Look {
    /// This many bytes were read; none where a signal came between.
    Bytes(usize),
    /// Nothing came in time.
    Nothing,
    /// Reading is over: the reader was stopped, or the terminal is gone.
    Over,
}

impl Reader {
    fn new(stopped: PipeReader, sender: mpsc::Sender<Reading>) -> Self {
        Self {
            stopped,
            sender,
            decoder: Decoder::new(Instant::now()),
            bytes: vec![0; MOST],
        }
    }

    fn run(mut self) {
        if let Err(error) = self.read() {
            let _ = self.sender.blocking_send(Err(error));
        }
    }

    /// Reads what is there, and forgets it.
    fn discard(&mut self) -> io::Result<()> {
        while let Look::Bytes(length) = self.look(Some(Duration::ZERO))? {
            let bytes = &self.bytes[..length];
            self.decoder.feed(bytes, Instant::now(), &mut Vec::new());
        }
        Ok(())
    }

    fn read(&mut self) -> io::Result<()> {
        loop {
            let deadline = self.decoder.deadline();
            let left = deadline.map(|at| at.saturating_duration_since(Instant::now()));
            let mut received = Vec::new();
            match self.look(left)? {
                Look::Bytes(length) => {
                    let bytes = &self.bytes[..length];
                    self.decoder.feed(bytes, Instant::now(), &mut received);
                }
                // Only now: on a busy machine the rest of a sequence may be there, and be read late.
                Look::Nothing => self.decoder.expire(Instant::now(), &mut received),
                Look::Over => return Ok(()),
            }
            if !received.is_empty() && self.sender.blocking_send(Ok(received)).is_err() {
                return Ok(());
            }
        }
    }

    /// Waits for bytes, and reads what is there.
    fn look(&mut self, patience: Option<Duration>) -> io::Result<Look> {
        let input = rustix::stdio::stdin();
        let timeout = patience.and_then(|patience| Timespec::try_from(patience).ok());
        let mut both = [
            PollFd::new(&input, PollFlags::IN),
            PollFd::new(&self.stopped, PollFlags::IN),
        ];
        match poll(&mut both, timeout.as_ref()) {
            Ok(_) => {}
            Err(Errno::INTR) => return Ok(Look::Bytes(0)),
            Err(error) => return Err(error.into()),
        }
        let [input_has, stopped_has] = both.map(|one| !one.revents().is_empty());
        if stopped_has {
            return Ok(Look::Over);
        }
        if !input_has {
            return Ok(Look::Nothing);
        }
        match rustix::io::read(input, &mut self.bytes) {
            // The terminal was closed.
            Ok(0) | Err(Errno::IO) => Ok(Look::Over),
            Ok(length) => Ok(Look::Bytes(length)),
            Err(Errno::INTR | Errno::AGAIN) => Ok(Look::Bytes(0)),
            Err(error) => Err(error.into()),
        }
    }
}
