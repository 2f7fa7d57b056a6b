//! The program in a pseudo-terminal: start, input, screen, end.
//!
//! A thread reads what the program writes into the emulator; a test waits until it sees something. Only then does it act
//! again, as a user does.

use crate::home::{Home, program};
use crate::keys::{CTRL_N, CTRL_Q, END, ENTER, F12};
use crate::shown::{Emulator, Shown};
use portable_pty::{Child, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::{Duration, Instant};

/// How long something may take before the test fails: far more than it takes on a slow and busy machine.
const DEADLINE: Duration = Duration::from_secs(180);

/// The window of most tests, in columns and rows.
pub const WINDOW: (u16, u16) = (120, 40);

/// The program in its terminal. It is killed when this is dropped.
pub struct Screen {
    child: Box<dyn Child + Send + Sync>,
    master: Option<Box<dyn MasterPty + Send>>,
    writer: Option<Box<dyn Write + Send>>,
    seen: Arc<Seen>,
}

/// What the reading thread shares with the test.
struct Seen {
    emulator: Mutex<Emulator>,
    more: Condvar,
    /// Whether the window is closed and nothing is read any more.
    is_closed: AtomicBool,
}

impl Seen {
    fn emulator(&self) -> MutexGuard<'_, Emulator> {
        // A test that failed while it held the lock has told why already.
        self.emulator.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Screen {
    /// Starts the program with the embedded Space and waits until one can write.
    pub fn demo(home: &Home, arguments: &[&str]) -> Self {
        let arguments = [&["--demo"], arguments].concat();
        let screen = Self::start(home, WINDOW, &arguments);
        screen.wait_for("the first frame", |shown| shown.has("╭ Message"));
        screen
    }

    /// Presses a key that a quick paste could hold too, behind one that means nothing: it stands for itself then.
    pub fn press_apart(&mut self, key: &str) {
        self.write(&format!("{F12}{key}"));
    }

    /// Asks for another reply to the picked message: its key must be pressed twice.
    pub fn retry(&mut self) {
        self.press("r");
        self.wait_for_text("Press r again");
        self.press("r");
    }

    /// Starts it and has two conversations, one about apples and the one that is seen about bananas.
    pub fn with_two_conversations(home: &Home) -> Self {
        let mut screen = Self::demo(home, &[]);
        screen.ask("repeat 2 apple", "appleapple");
        screen.press(CTRL_N);
        screen.wait_for_text("You are talking to");
        screen.ask("repeat 2 banana", "bananabanana");
        screen
    }

    /// Starts the program in a window of these columns and rows.
    pub fn start(home: &Home, window: (u16, u16), arguments: &[&str]) -> Self {
        Self::start_other(home, window, program(), arguments)
    }

    /// Starts another program, which may start the one under test.
    pub fn start_other(
        home: &Home,
        (columns, rows): (u16, u16),
        program: &str,
        arguments: &[&str],
    ) -> Self {
        let pair = native_pty_system()
            .openpty(size(columns, rows))
            .expect("a pseudo-terminal can be opened");
        let child = pair
            .slave
            .spawn_command(home.command(program, arguments))
            .expect("the program can be started");
        let reader = pair.master.try_clone_reader().expect("it can be read");
        let writer = pair.master.take_writer().expect("it can be written to");
        let seen = Arc::new(Seen {
            emulator: Mutex::new(Emulator::new(columns, rows)),
            more: Condvar::new(),
            is_closed: AtomicBool::new(false),
        });
        let shared = Arc::clone(&seen);
        thread::spawn(move || read(reader, &shared));
        Self {
            child,
            master: Some(pair.master),
            writer: Some(writer),
            seen,
        }
    }

    /// Waits until a whole frame is as `is_right` wants it, and gives that frame.
    pub fn wait_for(&self, what: &str, is_right: impl Fn(&Shown) -> bool) -> Shown {
        let emulator = self.waited(what, |emulator| is_right(emulator.shown()));
        emulator.shown().clone()
    }

    /// Waits until a text is seen.
    pub fn wait_for_text(&self, text: &str) -> Shown {
        self.wait_for(text, |shown| shown.has(text))
    }

    /// Waits until a text is not seen any more.
    pub fn wait_for_no(&self, text: &str) -> Shown {
        self.wait_for(&format!("no {text}"), |shown| !shown.has(text))
    }

    /// Waits until no reply is on its way.
    pub fn wait_until_ready(&self) -> Shown {
        self.wait_for("the end of the reply", Shown::is_ready)
    }

    /// Waits until the emulator is as `is_right` wants it.
    pub fn wait_until(&self, what: &str, is_right: impl Fn(&Emulator) -> bool) {
        drop(self.waited(what, is_right));
    }

    /// Waits, and gives the emulator as it is then.
    fn waited(&self, what: &str, is_right: impl Fn(&Emulator) -> bool) -> MutexGuard<'_, Emulator> {
        let until = Instant::now() + DEADLINE;
        let mut emulator = self.seen.emulator();
        while !is_right(&emulator) {
            let left = until.saturating_duration_since(Instant::now());
            let (columns, rows) = (emulator.screen().size().1, emulator.screen().size().0);
            assert!(
                !left.is_zero(),
                "waited in vain for: {what}\nin {columns}×{rows}, ended: {}\n{}\nas it stands:\n{}",
                emulator.is_over,
                emulator.shown().text(),
                emulator.screen().contents(),
            );
            let waited = self.seen.more.wait_timeout(emulator, left);
            emulator = waited.unwrap_or_else(PoisonError::into_inner).0;
        }
        emulator
    }

    /// The last whole frame.
    pub fn shown(&self) -> Shown {
        self.seen.emulator().shown().clone()
    }

    /// Looks at everything that came from the program.
    pub fn look<T>(&self, look: impl FnOnce(&Emulator) -> T) -> T {
        look(&self.seen.emulator())
    }

    /// Keeps every frame from now on.
    pub fn remember(&self) {
        self.seen.emulator().remember();
    }

    /// Writes bytes as they are.
    pub fn write(&mut self, bytes: &str) {
        let writer = self.writer.as_mut().expect("the window is open");
        writer
            .write_all(bytes.as_bytes())
            .expect("the terminal takes bytes");
        writer.flush().expect("the terminal takes bytes");
    }

    /// Presses a key.
    pub fn press(&mut self, key: &str) {
        self.write(key);
    }

    /// Types a text where the cursor is, as a user does: the next key when the former one is seen.
    pub fn type_text(&mut self, text: &str) {
        let mut bytes = [0; 4];
        for key in text.chars() {
            let before = self.shown().cursor;
            self.write(key.encode_utf8(&mut bytes));
            self.wait_for(&format!("{key:?} typed"), |shown| {
                shown.cursor.is_some() && shown.cursor != before
            });
        }
    }

    /// Presses Enter behind typed text. A user pauses before it; here End does what the pause does: it is no character,
    /// so that Enter does not belong to a burst of them.
    pub fn enter(&mut self) {
        self.write(&format!("{END}{ENTER}"));
    }

    /// Types a message, sends it, and waits until the composer is empty.
    pub fn send(&mut self, text: &str) {
        self.type_text(text);
        self.enter();
        self.wait_for("the message sent", |shown| {
            shown.has("write a message") || shown.has("write the next message")
        });
    }

    /// Sends a message and waits for a text in the reply and for the reply's end.
    pub fn ask(&mut self, text: &str, expected: &str) -> Shown {
        self.send(text);
        self.wait_for(expected, |shown| shown.has(expected) && shown.is_ready())
    }

    /// Pastes as a terminal does that knows bracketed paste: line ends become CR.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace('\n', "\r");
        self.write(&format!("\x1b[200~{text}\x1b[201~"));
    }

    /// Gives the window another size.
    pub fn resize(&mut self, columns: u16, rows: u16) {
        let master = self.master.as_ref().expect("the window is open");
        let mut emulator = self.seen.emulator();
        emulator.resize(columns, rows);
        let resized = master.resize(size(columns, rows));
        resized.expect("the terminal can be resized");
    }

    /// Whether the terminal is in raw mode: keys are not gathered into lines.
    pub fn is_raw(&self) -> bool {
        let master = self.master.as_ref().expect("the window is open");
        let modes = master.get_termios().expect("a terminal has modes");
        !format!("{:?}", modes.local_flags).contains("ICANON")
    }

    /// The process that was started.
    pub fn process(&self) -> u32 {
        self.child.process_id().expect("it was started")
    }

    /// Sends a signal by its name (`TERM`) to the process that was started.
    pub fn signal(&self, name: &str) {
        signal(name, self.process());
    }

    /// Kills the program as a power cut would, and waits until it is gone.
    pub fn kill(&mut self) {
        self.signal("KILL");
        self.child.wait().expect("a child can be waited for");
    }

    /// Closes the terminal's window. The reading thread closes its side with the next bytes that come; the writer, when it
    /// is dropped, types a new line, which brings them.
    pub fn close_window(&mut self) {
        self.seen.is_closed.store(true, Ordering::SeqCst);
        self.master = None;
        self.writer = None;
    }

    /// Waits until the program has ended; gives its exit code.
    pub fn wait_for_exit(&mut self) -> u32 {
        self.wait_until("the end of the program", |emulator| emulator.is_over);
        let until = Instant::now() + DEADLINE;
        let status = loop {
            if let Some(status) = self.child.try_wait().expect("a child can be waited for") {
                break status;
            }
            assert!(
                Instant::now() < until,
                "it has closed its terminal and not ended"
            );
            thread::park_timeout(Duration::from_millis(10));
        };
        assert_eq!(status.signal(), None);
        status.exit_code()
    }

    /// Quits with Ctrl+Q, which must end well.
    pub fn quit(mut self) {
        self.press(CTRL_Q);
        assert_eq!(self.wait_for_exit(), 0);
    }
}

impl Drop for Screen {
    fn drop(&mut self) {
        if let Ok(None) = self.child.try_wait() {
            self.signal("KILL");
            let _ = self.child.wait();
        }
    }
}

/// Sends a signal to a process. The shell does it: it is everywhere, and needs no unsafe code here.
pub fn signal(name: &str, process: u32) {
    let mut shell = Command::new("sh");
    shell.args(["-c", "kill -s \"$0\" \"$1\"", name, &process.to_string()]);
    let status = shell.status().expect("there is a shell");
    assert!(status.success(), "no signal {name} to {process}");
}

fn size(cols: u16, rows: u16) -> PtySize {
    PtySize {
        rows,
        cols,
        pixel_width: 0,
        pixel_height: 0,
    }
}

/// Reads to the end.
fn read(mut reader: Box<dyn Read + Send>, seen: &Seen) {
    let mut bytes = [0; 1 << 14];
    loop {
        // An error is the end too: the other side is gone.
        let length = reader.read(&mut bytes).unwrap_or(0);
        let mut emulator = seen.emulator();
        emulator.take(&bytes[..length]);
        let is_over = length == 0 || seen.is_closed.load(Ordering::SeqCst);
        emulator.is_over = is_over;
        drop(emulator);
        seen.more.notify_all();
        if is_over {
            return;
        }
    }
}
