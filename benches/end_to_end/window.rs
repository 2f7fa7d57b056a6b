//! The program in a pseudo-terminal, with a clock on what it shows.
//!
//! A thread reads what the program writes, notes when it came, and feeds a terminal emulator. It checks itself whether
//! the screen is as expected, so that a time is that of the bytes and not of a thread that woke up for them.

use super::process::Process;
use portable_pty::{Child, MasterPty, PtySize, native_pty_system};
use rig::home::Home;
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// Columns and rows of every measurement.
pub const SIZE: (u16, u16) = (120, 40);

/// How long anything may take before the bench gives up.
const PATIENCE: Duration = Duration::from_secs(60);

/// What the emulator has got so far.
pub struct Screen {
    parser: vt100::Parser<Frames>,
    bytes: usize,
}

/// Counts whole frames: the program marks their ends (synchronized updates).
#[derive(Default)]
struct Frames(usize);

impl vt100::Callbacks for Frames {
    fn unhandled_csi(
        &mut self,
        _: &mut vt100::Screen,
        first: Option<u8>,
        _: Option<u8>,
        parameters: &[&[u16]],
        last: char,
    ) {
        if (first, parameters, last) == (Some(b'?'), &[&[2026][..]][..], 'l') {
            self.0 += 1;
        }
    }
}

impl Screen {
    /// Whether a text stands somewhere.
    pub fn has(&self, text: &str) -> bool {
        self.parser.screen().contents().contains(text)
    }

    /// How often a text is seen.
    pub fn count(&self, text: &str) -> usize {
        self.parser.screen().contents().matches(text).count()
    }

    /// What stands in a cell, by row and column.
    pub fn cell(&self, (row, column): (u16, u16)) -> &str {
        let cell = self.parser.screen().cell(row, column);
        cell.map_or("", vt100::Cell::contents)
    }

    /// The rows of the transcript: all but the header and what stands below.
    pub fn transcript(&self) -> Vec<String> {
        let rows = self.parser.screen().rows(0, SIZE.0);
        rows.skip(1).take(usize::from(SIZE.1) - 6).collect()
    }

    /// Row and column of the cursor.
    pub fn cursor(&self) -> (u16, u16) {
        self.parser.screen().cursor_position()
    }

    /// How many whole frames there were.
    pub fn frames(&self) -> usize {
        self.parser.callbacks().0
    }

    /// How many bytes the program has written.
    pub fn bytes(&self) -> usize {
        self.bytes
    }
}

type Condition = Box<dyn FnMut(&Screen) -> bool + Send>;

/// What the reading thread shares with the one that measures.
struct Seen {
    state: Mutex<State>,
    more: Condvar,
}

struct State {
    screen: Screen,
    awaited: Option<Condition>,
    /// When the screen became as it was awaited.
    met: Option<Instant>,
    is_over: bool,
}

impl State {
    fn take(&mut self, bytes: &[u8], at: Instant) {
        self.screen.bytes += bytes.len();
        self.screen.parser.process(bytes);
        self.look(at);
    }

    fn look(&mut self, at: Instant) {
        if let Some(is_right) = &mut self.awaited
            && is_right(&self.screen)
        {
            self.met = Some(at);
            self.awaited = None;
        }
    }
}

/// A program in a terminal of its own. It is killed when this is dropped.
pub struct Window {
    child: Box<dyn Child + Send + Sync>,
    /// Keeps the terminal open.
    _master: Box<dyn MasterPty + Send>,
    writer: Box<dyn Write + Send>,
    seen: Arc<Seen>,
    /// The moment before the program was started.
    pub started: Instant,
}

impl Window {
    /// Starts a program.
    pub fn start(home: &Home, program: &str, arguments: &[&str]) -> Self {
        let (columns, rows) = SIZE;
        let size = PtySize {
            rows,
            cols: columns,
            pixel_width: 0,
            pixel_height: 0,
        };
        let pair = native_pty_system()
            .openpty(size)
            .expect("a pseudo-terminal can be opened");
        let mut reader = pair.master.try_clone_reader().expect("it can be read");
        let writer = pair.master.take_writer().expect("it can be written to");
        let cells = |cells| NonZeroU16::new(cells).expect("a window has rows and columns");
        let seen = Arc::new(Seen {
            state: Mutex::new(State {
                screen: Screen {
                    parser: vt100::Parser::new_with_callbacks(
                        cells(rows),
                        cells(columns),
                        0,
                        Frames::default(),
                    ),
                    bytes: 0,
                },
                awaited: None,
                met: None,
                is_over: false,
            }),
            more: Condvar::new(),
        });
        let shared = Arc::clone(&seen);
        thread::spawn(move || read(&mut reader, &shared));
        let command = home.command(program, arguments);
        let started = Instant::now();
        let child = pair
            .slave
            .spawn_command(command)
            .expect("the program can be started");
        Self {
            child,
            _master: pair.master,
            writer,
            seen,
            started,
        }
    }

    /// Waits until the screen is as `is_right` wants it; gives the moment at which that was read.
    pub fn wait_for(
        &mut self,
        what: &str,
        is_right: impl FnMut(&Screen) -> bool + Send + 'static,
    ) -> Instant {
        self.expect(is_right);
        self.met(what)
    }

    /// Writes `key` and waits; gives the time from the write to the bytes that made the screen right.
    pub fn time(
        &mut self,
        key: &str,
        is_right: impl FnMut(&Screen) -> bool + Send + 'static,
    ) -> Duration {
        self.expect(is_right);
        let before = Instant::now();
        self.write(key);
        self.met(&format!("what {key:?} does"))
            .saturating_duration_since(before)
    }

    /// Has the reading thread look for something from now on.
    fn expect(&self, is_right: impl FnMut(&Screen) -> bool + Send + 'static) {
        let mut state = self.state();
        state.met = None;
        state.awaited = Some(Box::new(is_right));
        state.look(Instant::now());
    }

    fn met(&self, what: &str) -> Instant {
        let until = Instant::now() + PATIENCE;
        let mut state = self.state();
        loop {
            if let Some(met) = state.met {
                return met;
            }
            let left = until.saturating_duration_since(Instant::now());
            assert!(
                !left.is_zero() && !state.is_over,
                "waited in vain for {what}; the program has ended: {}; the screen:\n{}",
                state.is_over,
                state.screen.parser.screen().contents()
            );
            let waited = self.seen.more.wait_timeout(state, left);
            state = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
    }

    /// Writes bytes as a keyboard would.
    pub fn write(&mut self, bytes: &str) {
        let written = self.writer.write_all(bytes.as_bytes());
        written
            .and_then(|()| self.writer.flush())
            .expect("the terminal takes what is typed");
    }

    /// Looks at the screen as it is.
    pub fn look<T>(&self, look: impl FnOnce(&Screen) -> T) -> T {
        look(&self.state().screen)
    }

    /// The program's process.
    pub fn process(&self) -> Process {
        Process(self.child.process_id().expect("it was started"))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.seen
            .state
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Window {
    fn drop(&mut self) {
        // If it has ended already there is nothing to kill.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads to the end.
fn read(reader: &mut dyn Read, seen: &Seen) {
    let mut bytes = [0; 1 << 14];
    loop {
        // An error is the end too: the other side is gone.
        let length = reader.read(&mut bytes).unwrap_or(0);
        let at = Instant::now();
        let mut state = seen.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.take(&bytes[..length], at);
        state.is_over = length == 0;
        drop(state);
        seen.more.notify_all();
        if length == 0 {
            return;
        }
    }
}
