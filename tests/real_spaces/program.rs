//! Runs the program under test as a user or a script would: in a home folder of its own, with a clean environment, its
//! output caught and a deadline after which it is killed. Also watches how much memory it takes.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use tempfile::TempDir;

use crate::space::Space;

/// How often a child is looked at.
pub const POLL: Duration = Duration::from_millis(20);
/// Far above what any trial takes: a hang is to fail, a slow machine is not.
const DEADLINE: Duration = Duration::from_secs(120);

/// The program with a home of its own, aimed at one Space.
pub struct Program {
    home: TempDir,
    url: String,
}

impl Program {
    pub fn at(space: &Space) -> Self {
        Self::at_url(space.url())
    }

    pub fn at_url(url: String) -> Self {
        Self {
            home: TempDir::new().expect("a temporary folder can be made"),
            url,
        }
    }

    /// The home folder, for files a trial hands to the program.
    pub fn home(&self) -> &Path {
        self.home.path()
    }

    /// The command with the Space given in the environment and nothing else set.
    pub fn command<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_spacechat"));
        command.args(arguments).env_clear().current_dir(self.home());
        // Windows programs do not open sockets without SystemRoot.
        for kept in ["PATH", "SystemRoot"] {
            if let Some(value) = std::env::var_os(kept) {
                command.env(kept, value);
            }
        }
        command
            .env("HOME", self.home())
            .env("SPACECHAT_DATA_DIR", self.home().join("data"));
        command
            .env("SPACECHAT_SPACE", &self.url)
            .env("LANG", "C.UTF-8");
        command
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }

    /// Runs to the end.
    pub fn run<'a>(&self, arguments: impl IntoIterator<Item = &'a str>) -> Ended {
        Running::start(self.command(arguments)).ended()
    }

    /// Runs to the end with `input` as its standard input, which is a pipe.
    pub fn run_with_input<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
        input: &str,
    ) -> Ended {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped());
        let child = command.spawn().expect("the program starts");
        Running::watch(child, input.as_bytes().to_vec(), DEADLINE).ended()
    }

    /// Runs, reads the first line of standard output and closes the pipe under the program: its status and stderr.
    pub fn run_until_first_line<'a>(
        &self,
        arguments: impl IntoIterator<Item = &'a str>,
    ) -> (String, Ended) {
        let mut child = self.command(arguments).spawn().expect("the program starts");
        let stdout = child.stdout.take().expect("standard output is a pipe");
        let reader = thread::spawn(move || {
            let mut line = String::new();
            BufReader::new(stdout).read_line(&mut line).map(|_| line)
        });
        // The deadline of the watch bounds this read as well: a killed program closes its end.
        let ended = Running::watch(child, Vec::new(), DEADLINE).ended();
        let line = reader
            .join()
            .expect("the reader does not panic")
            .expect("the first line is UTF-8");
        (line, ended)
    }
}

/// A child whose output is read and whose end is waited for.
pub struct Running {
    child: Child,
    end: Instant,
    stdout: Option<JoinHandle<Vec<u8>>>,
    stderr: Option<JoinHandle<Vec<u8>>>,
    input: Option<JoinHandle<()>>,
}

/// What a child left.
#[derive(Debug)]
pub struct Ended {
    pub status: ExitStatus,
    pub stdout: Vec<u8>,
    pub stderr: String,
    /// The most memory it held, in KiB; `None` where the system does not tell (all but Linux).
    pub peak_kib: Option<u64>,
}

impl Running {
    /// Starts the program under test.
    pub fn start(mut command: Command) -> Self {
        let child = command.spawn().expect("the program starts");
        Self::watch(child, Vec::new(), DEADLINE)
    }

    /// Takes over a child: writes `input` to its standard input if that is a pipe, then closes it, and reads what it prints.
    pub fn watch(mut child: Child, input: Vec<u8>, deadline: Duration) -> Self {
        let writer = child.stdin.take().map(|mut pipe| {
            thread::spawn(move || {
                // A child may end without having read everything; what it made of that is judged by its status.
                drop(pipe.write_all(&input));
            })
        });
        let stdout = child.stdout.take().map(read_in_background);
        let stderr = child.stderr.take().map(read_in_background);
        Self {
            child,
            end: Instant::now() + deadline,
            stdout,
            stderr,
            input: writer,
        }
    }

    /// Sends Ctrl+C's signal.
    pub fn interrupt(&self) {
        signal("INT", &self.child.id().to_string());
    }

    /// Waits for the end. A child that passes its deadline is killed, which fails the trial.
    pub fn ended(self) -> Ended {
        self.finish().unwrap_or_else(|why| panic!("{why}"))
    }

    /// Waits for the end; the error says that the deadline has passed, and what was printed until then.
    pub fn finish(mut self) -> Result<Ended, String> {
        let mut peak_kib = None;
        let (status, late) = loop {
            peak_kib = peak_kib.max(peak_memory(self.child.id()));
            match self
                .child
                .try_wait()
                .map_err(|error| format!("the child cannot be waited for: {error}"))?
            {
                Some(status) => break (status, false),
                None if Instant::now() < self.end => thread::sleep(POLL),
                None => {
                    // Fails only if it ended meanwhile.
                    drop(self.child.kill());
                    break (self.child.wait().map_err(|error| error.to_string())?, true);
                }
            }
        };
        let collect = |reader: Option<JoinHandle<Vec<u8>>>| {
            reader.map_or_else(Vec::new, |reader| reader.join().unwrap_or_default())
        };
        let stdout = collect(self.stdout.take());
        let stderr = String::from_utf8_lossy(&collect(self.stderr.take())).into_owned();
        if let Some(writer) = self.input.take() {
            drop(writer.join());
        }
        let ended = Ended {
            status,
            stdout,
            stderr,
            peak_kib,
        };
        if late {
            Err(format!("it did not end in time and was killed: {ended}"))
        } else {
            Ok(ended)
        }
    }
}

impl Ended {
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.stdout).expect("standard output is UTF-8")
    }

    /// Fails the trial, with all that was printed, if the exit code is another one.
    pub fn expect_code(&self, code: i32) -> &Self {
        assert_eq!(
            self.status.code(),
            Some(code),
            "unexpected exit code of {self}"
        );
        self
    }

    /// The objects of line-wise JSON output.
    pub fn json_lines(&self) -> Vec<serde_json::Value> {
        let parse = |line| {
            serde_json::from_str(line)
                .unwrap_or_else(|error| panic!("{error} in the line {line:?}"))
        };
        self.text().lines().map(parse).collect()
    }
}

impl std::fmt::Display for Ended {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let stdout: String = String::from_utf8_lossy(&self.stdout)
            .chars()
            .take(2000)
            .collect();
        let stderr: String = self.stderr.chars().take(2000).collect();
        write!(
            f,
            "a program with {}\n--- stdout\n{stdout}\n--- stderr\n{stderr}",
            self.status
        )
    }
}

/// Signals a process, or with a minus before the number a process group. The shell's own `kill` is on every Unix, the program
/// of that name is not.
pub fn signal(name: &str, target: &str) {
    let script = format!("kill -s {name} -- {target}");
    let status = Command::new("sh")
        .args(["-c", &script])
        .stderr(Stdio::null())
        .status();
    // A target that is gone already is what the caller wants.
    drop(status);
}

fn read_in_background(mut pipe: impl Read + Send + 'static) -> JoinHandle<Vec<u8>> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        // An error ends the reading as an end of file does; what came before it counts.
        drop(pipe.read_to_end(&mut bytes));
        bytes
    })
}

/// `VmHWM` of a living process. The kernel only lets it grow, so that the last look before the end is near the peak.
fn peak_memory(pid: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}
