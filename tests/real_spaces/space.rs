//! A real Gradio server for the length of a test run: started on a free loopback port, waited for, and ended with everything
//! it started. One server per flavour is shared by all trials; each trial talks to it in sessions of its own. `record` is what
//! the scripted model left about its work, so that a trial can wait for the server and not for the clock.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use spacechat::testing::demo;
use tempfile::TempDir;
use tokio::runtime::Runtime;

use crate::environment::{Environment, spaces_folder};
use crate::program;

/// Importing Gradio takes up to half a minute on a loaded machine.
const START_DEADLINE: Duration = Duration::from_secs(180);

/// One generation of a server.
pub struct Flavour {
    /// Stands in the names of its trials.
    pub label: &'static str,
    /// The file in `tests/spaces` with its packages.
    pub requirements: &'static str,
    /// What `/config` calls the version.
    pub version: &'static str,
    /// The file in `tests/spaces` that serves.
    pub app: &'static str,
    /// What answers once it serves.
    pub ready: &'static str,
    /// The status with which that answers once it is to be used.
    pub status: u16,
    /// What it is told besides.
    pub arguments: &'static [&'static str],
}

/// The Qwen demo Space.
pub const QWEN: [Flavour; 2] = [
    Flavour {
        label: "gradio_4_44",
        requirements: "requirements-qwen.txt",
        version: "4.44.0",
        app: "qwen_space.py",
        ready: "/config",
        status: 200,
        arguments: &[],
    },
    Flavour {
        label: "gradio_5_1",
        requirements: "requirements-qwen5.txt",
        version: "5.1.0",
        app: "qwen_space.py",
        ready: "/config",
        status: 200,
        arguments: &[],
    },
];

/// Chat Spaces of every other kind, each below a path of its own.
pub const CHATS: [Flavour; 2] = [
    Flavour {
        label: "gradio_5_50",
        requirements: "requirements-chat5.txt",
        version: "5.50.0",
        app: "chat_space.py",
        ready: "/config",
        status: 200,
        arguments: &[],
    },
    Flavour {
        label: "gradio_6_31",
        requirements: "requirements-chat6.txt",
        version: "6.31.0",
        app: "chat_space.py",
        ready: "/config",
        status: 200,
        arguments: &[],
    },
];

/// Small pages of every wiring, each below a path of its own, on each generation that they were recorded on.
pub const PAGES: [Flavour; 3] = [
    Flavour {
        label: "pages_4_44",
        requirements: "requirements-qwen.txt",
        version: "4.44.0",
        app: "pages/serve.py",
        ready: "/expected",
        status: 200,
        arguments: &[],
    },
    Flavour {
        label: "pages_5_50",
        requirements: "requirements-chat5.txt",
        version: "5.50.0",
        app: "pages/serve.py",
        ready: "/expected",
        status: 200,
        arguments: &[],
    },
    Flavour {
        label: "pages_6_31",
        requirements: "requirements-chat6.txt",
        version: "6.31.0",
        app: "pages/serve.py",
        ready: "/expected",
        status: 200,
        arguments: &[],
    },
];

/// llama.cpp's own server with a small real model: two replies at a time, 2,048 tokens each.
pub const LLAMA: Flavour = Flavour {
    label: "llama_cpp",
    requirements: "requirements-llama.txt",
    version: "b11549",
    app: "llama_server.py",
    ready: "/health",
    status: 200,
    arguments: &["n_ctx=4096", "n_parallel=2"],
};

/// A running server; dropping it ends it.
pub struct Space {
    pub version: &'static str,
    address: SocketAddr,
    host: Host,
}

/// What runs a server.
enum Host {
    /// A process of its own, which leaves a record of what the model said in the folder.
    Process { child: Child, folder: TempDir },
    /// This process: the program's embedded Space.
    Embedded {
        // Dropped first: the server needs its runtime to end.
        _server: demo::Server,
        _runtime: Runtime,
    },
}

impl Space {
    /// Starts the app and waits until it answers. The error says what the server printed last.
    pub fn start(flavour: &Flavour, environment: &Environment) -> Result<Self, String> {
        let mut outcome = Err("no free port was found".to_owned());
        // The port is free when it is picked and may be taken when the server binds it.
        for _ in 0..3 {
            outcome = Self::start_on(free_address(), flavour, environment);
            if outcome.is_ok() {
                break;
            }
        }
        outcome
    }

    /// Starts the app at `address` and waits until it answers at the path that `flavour` names.
    pub fn start_on(
        address: SocketAddr,
        flavour: &Flavour,
        environment: &Environment,
    ) -> Result<Self, String> {
        let folder =
            TempDir::new().map_err(|error| format!("no temporary folder can be made: {error}"))?;
        // The log outlives the run, so that a failed trial can be looked into; the next run writes it anew.
        let log = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{}.log", flavour.label));
        let opened = File::create(&log).and_then(|output| Ok((output.try_clone()?, output)));
        let (stdout, stderr) =
            opened.map_err(|error| format!("{} cannot be written: {error}", log.display()))?;
        let mut command = command(environment, flavour, address, folder.path());
        command.stdin(Stdio::piped()).stdout(stdout).stderr(stderr);
        let child = command
            .spawn()
            .map_err(|error| format!("the server did not start: {error}"))?;
        let mut space = Self {
            version: flavour.version,
            address,
            host: Host::Process { child, folder },
        };
        space
            .wait_for(flavour.ready, flavour.status)
            .map_err(|why| {
                let printed = fs::read(&log).unwrap_or_default();
                let printed = String::from_utf8_lossy(&printed);
                eprintln!("real spaces: the log of {}:\n{printed}", flavour.label);
                format!(
                    "{why}; its last words: {}",
                    printed.trim().lines().last().unwrap_or("none")
                )
            })?;
        eprintln!(
            "real spaces: {} serves on {address}, its log is {}",
            flavour.label,
            log.display()
        );
        Ok(space)
    }

    /// The program's own Space, in this process; it claims to be the Qwen demo Space.
    pub fn embedded() -> Result<Self, String> {
        let failed = |error: std::io::Error| format!("the embedded Space did not start: {error}");
        let runtime = Runtime::new().map_err(failed)?;
        let options = demo::Options {
            pace: Duration::from_millis(1),
            ..demo::Options::default()
        };
        let server = runtime
            .block_on(demo::Server::start(options))
            .map_err(failed)?;
        let url = server.url();
        let address = url.trim_start_matches("http://").parse();
        Ok(Self {
            version: "4.44.0",
            address: address.map_err(|_| format!("{url} is no address"))?,
            host: Host::Embedded {
                _server: server,
                _runtime: runtime,
            },
        })
    }

    fn wait_for(&mut self, ready: &str, status: u16) -> Result<(), String> {
        let expected = format!("HTTP/1.1 {status} ");
        let end = Instant::now() + START_DEADLINE;
        while Instant::now() < end {
            if let Host::Process { child, .. } = &mut self.host
                && let Ok(Some(status)) = child.try_wait()
            {
                return Err(format!("the server ended at once ({status})"));
            }
            if get(self.address, ready).is_ok_and(|answer| answer.starts_with(&expected)) {
                return Ok(());
            }
            thread::sleep(program::POLL);
        }
        Err(format!(
            "the server did not answer within {} s",
            START_DEADLINE.as_secs()
        ))
    }

    /// What stands behind `-s`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// What stands behind `-s` for the app of one kind.
    pub fn url_of(&self, kind: &str) -> String {
        format!("http://{}/{kind}", self.address)
    }

    /// The body of the answer to one GET.
    pub fn told(&self, path: &str) -> String {
        let answer = get(self.address, path).expect("the server answers");
        let (_, body) = answer.split_once("\r\n\r\n").expect("an answer has a body");
        body.to_owned()
    }

    /// What the server has recorded so far.
    pub fn recorded(&self) -> String {
        let Host::Process { folder, .. } = &self.host else {
            panic!("the embedded Space leaves no record");
        };
        fs::read_to_string(folder.path().join("record"))
            .expect("the server opens its record before it answers")
    }

    /// How many pieces the model has said so far for prompts that contain `mark`.
    pub fn pieces_said(&self, mark: &str) -> usize {
        let record = self.recorded();
        record.lines().filter(|line| line.contains(mark)).count()
    }
}

impl Drop for Space {
    fn drop(&mut self) {
        let Host::Process { child, .. } = &mut self.host else {
            return;
        };
        // The group first: it dies with its leader's id.
        program::signal("KILL", &format!("-{}", child.id()));
        // Both fail only where the server has ended by itself.
        drop(child.kill());
        drop(child.wait());
    }
}

fn command(
    environment: &Environment,
    flavour: &Flavour,
    address: SocketAddr,
    folder: &Path,
) -> Command {
    let mut command = Command::new(environment.python());
    command
        .arg(spaces_folder().join(flavour.app))
        .arg(address.port().to_string())
        .arg("--until-stdin-closes")
        .args(flavour.arguments);
    command
        .env("RECORD", folder.join("record"))
        .env("PYTHONDONTWRITEBYTECODE", "1");
    // Gradio looks for itself over HTTP when it starts, and must not do so by way of a proxy.
    command
        .env("GRADIO_ANALYTICS_ENABLED", "False")
        .env("NO_PROXY", "*")
        .env("no_proxy", "*");
    // A group of its own, so that whatever the server starts can be ended with it.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    command
}

/// A loopback address that nothing listens on at this moment.
pub fn free_address() -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
    listener
        .local_addr()
        .expect("a bound listener has an address")
}

/// The whole answer to one GET, headers included.
fn get(address: SocketAddr, path: &str) -> std::io::Result<String> {
    let mut stream = TcpStream::connect_timeout(&address, Duration::from_secs(2))?;
    stream.set_read_timeout(Some(Duration::from_secs(30)))?;
    write!(
        stream,
        "GET {path} HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    Ok(String::from_utf8_lossy(&answer).into_owned())
}
