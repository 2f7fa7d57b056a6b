//! The home directory of a test: the directories that the program may write to, its environment, and commands without a
//! screen over the same data.

use portable_pty::CommandBuilder;
use serde_json::Value;
use std::env::consts::EXE_SUFFIX;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long something may take to be on the disk before the test fails.
const DEADLINE: Duration = Duration::from_secs(180);

/// The path of the program under test: Cargo builds it into the folder above that of its tests and benches.
pub fn program() -> &'static str {
    static PROGRAM: OnceLock<String> = OnceLock::new();
    PROGRAM.get_or_init(|| {
        let test = std::env::current_exe().expect("a test knows where it is");
        let folder = test
            .ancestors()
            .nth(2)
            .expect("a test is in a folder of its own");
        let program = folder.join(format!("spacechat{EXE_SUFFIX}"));
        assert!(program.exists(), "{} is not built", program.display());
        let path = program.into_os_string().into_string();
        path.expect("the path of the target folder is UTF-8")
    })
}

/// A user's home directory with nothing in it, removed when this is dropped.
pub struct Home {
    directory: TempDir,
}

impl Home {
    pub fn new() -> Self {
        Self {
            directory: tempfile::tempdir().expect("a temporary directory can be made"),
        }
    }

    /// The same with a settings file.
    pub fn with_settings(settings: &str) -> Self {
        let home = Self::new();
        let folder = home.directory.path().join("config/spacechat");
        std::fs::create_dir_all(&folder).expect("a home can be written to");
        std::fs::write(folder.join("config.toml"), settings).expect("a home can be written to");
        home
    }

    /// Where conversations are saved.
    pub fn data(&self) -> PathBuf {
        self.directory.path().join("data")
    }

    /// The whole environment of the program: nothing of the user's own that runs the tests.
    fn environment(&self) -> Vec<(&'static str, PathBuf)> {
        let home = self.directory.path();
        vec![
            ("HOME", home.to_owned()),
            ("XDG_CONFIG_HOME", home.join("config")),
            ("XDG_DATA_HOME", home.join("share")),
            ("XDG_STATE_HOME", home.join("state")),
            ("XDG_CACHE_HOME", home.join("cache")),
            ("SPACECHAT_DATA_DIR", self.data()),
            ("TERM", "xterm-256color".into()),
            ("LANG", "C.UTF-8".into()),
            ("PATH", std::env::var_os("PATH").unwrap_or_default().into()),
        ]
    }

    /// A command for a pseudo-terminal.
    pub fn command(&self, program: &str, arguments: &[&str]) -> CommandBuilder {
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(self.directory.path());
        command.env_clear();
        for (name, value) in self.environment() {
            command.env(name, value);
        }
        command
    }

    /// Runs a command that draws no screen, to its end.
    pub fn run(&self, arguments: &[&str]) -> Output {
        let started = self.started(program(), arguments);
        started
            .wait_with_output()
            .expect("a child can be waited for")
    }

    /// Runs such a command with its output into a file.
    pub fn run_into(&self, arguments: &[&str], out: std::fs::File) -> Output {
        let mut command = Command::new(program());
        command.args(arguments).current_dir(self.path()).env_clear();
        command.envs(self.environment());
        command.stdin(Stdio::null()).stdout(out);
        command.output().expect("the program is there")
    }

    /// Starts a program that draws no screen; what it prints is kept for the test.
    pub fn started(&self, program: &str, arguments: &[&str]) -> Child {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(self.path()).env_clear();
        command.envs(self.environment());
        command.stdin(Stdio::null());
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program is there")
    }

    /// What such a command prints; it must end well.
    pub fn printed(&self, arguments: &[&str]) -> String {
        let output = self.run(arguments);
        let errors = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{arguments:?}: {errors}");
        String::from_utf8(output.stdout).expect("what is printed is UTF-8")
    }

    /// The saved conversations, the newest first, as `list --json` tells them.
    pub fn listed(&self) -> Vec<Value> {
        let lines = self.printed(&["list", "--json"]);
        let objects = lines.lines().map(serde_json::from_str);
        objects
            .collect::<Result<_, _>>()
            .expect("each line of `list --json` is JSON")
    }

    /// The id of the conversation with this title.
    pub fn id_of(&self, title: &str) -> String {
        let listed = self.listed();
        let found = listed.iter().find(|entry| entry["title"] == title);
        let id = found.and_then(|entry| entry["id"].as_str());
        id.unwrap_or_else(|| panic!("{title:?} is not among {listed:?}"))
            .to_owned()
    }

    /// The id of the newest conversation of which all that is saved is as `is_right` wants it.
    pub fn id_by(&self, is_right: impl Fn(&Value) -> bool) -> String {
        let ids = self.listed().into_iter();
        let mut ids = ids.filter_map(|entry| entry["id"].as_str().map(str::to_owned));
        ids.find(|id| is_right(&self.exported(id)))
            .expect("such a conversation is saved")
    }

    /// Waits until a conversation is on the disk as `is_right` wants it.
    pub fn wait_for_saved(&self, id: &str, is_right: impl Fn(&Value) -> bool) {
        let until = Instant::now() + DEADLINE;
        while !is_right(&self.exported(id)) {
            assert!(
                Instant::now() < until,
                "waited in vain: {:#}",
                self.exported(id)
            );
            thread::park_timeout(Duration::from_millis(50));
        }
    }

    /// Everything of a conversation, as `export --format json` prints it.
    pub fn exported(&self, id: &str) -> Value {
        let text = self.printed(&["export", id, "--format", "json"]);
        serde_json::from_str(&text).expect("an export is JSON")
    }

    pub fn path(&self) -> &Path {
        self.directory.path()
    }
}
