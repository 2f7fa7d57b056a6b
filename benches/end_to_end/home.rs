//! A home directory of the bench's own, with the conversations that are saved in it.

use portable_pty::CommandBuilder;
use spacechat::chat::{Conversation, Settings, Unsent, import_changes};
use spacechat::testing::store::Store;
use std::path::PathBuf;
use tempfile::TempDir;

/// The program that is measured.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_spacechat");

/// A user's home directory, removed when this is dropped.
pub struct Home(TempDir);

impl Home {
    /// A home with nothing in it.
    pub fn new() -> Self {
        Self(tempfile::tempdir().expect("a temporary directory can be made"))
    }

    /// A home with these conversations saved and indexed, as they are some time after they were written.
    pub fn with(conversations: &[Conversation]) -> Self {
        let home = Self::new();
        let store = Store::open(&home.data(), |notice| panic!("{notice:?}"));
        let store = store.expect("a new store opens");
        for conversation in conversations {
            let (unsent, settings) = (Unsent::default(), Settings::default());
            store
                .handle
                .send_all(import_changes(conversation, unsent, settings));
        }
        let runtime = tokio::runtime::Builder::new_current_thread().build();
        let runtime = runtime.expect("a runtime without I/O needs nothing");
        let is_kept =
            runtime.block_on(async { store.handle.indexed().await && store.handle.close().await });
        assert!(is_kept, "the conversations could not be saved");
        home
    }

    fn data(&self) -> PathBuf {
        self.0.path().join("data")
    }

    /// A command whose whole environment is this home.
    pub fn command(&self, program: &str, arguments: &[&str]) -> CommandBuilder {
        let home = self.0.path();
        let mut command = CommandBuilder::new(program);
        command.args(arguments);
        command.cwd(home);
        command.env_clear();
        command.env("HOME", home);
        command.env("SPACECHAT_DATA_DIR", self.data());
        command.env("TERM", "xterm-256color");
        command.env("LANG", "C.UTF-8");
        command.env("PATH", std::env::var_os("PATH").unwrap_or_default());
        command
    }
}
