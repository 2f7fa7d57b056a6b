//! A home directory of the bench's own, with the conversations that are saved in it.

use super::text;
use portable_pty::CommandBuilder;
use spacechat::chat::{Conversation, Draft, Message, Role, Settings, import_changes};
use spacechat::store::Store;
use std::path::PathBuf;
use tempfile::TempDir;

/// The program that is measured.
pub const PROGRAM: &str = env!("CARGO_BIN_EXE_spacechat");

/// The word that ends each long conversation and is seen nowhere else.
pub const LAST_WORD: &str = "last-word-of-all";

/// A person's home directory, removed when this is dropped.
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
            let (draft, settings) = (Draft::default(), Settings::default());
            store
                .handle
                .send_all(import_changes(conversation, draft, settings));
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

/// Short conversations, as a person collects them: two questions and two replies of some hundred bytes each.
pub fn many(count: usize) -> Vec<Conversation> {
    let make = |number: usize| {
        let mut conversation = empty();
        for turn in 0..2 {
            let question = format!("Question {turn} of conversation {number}");
            conversation.append(Message::user(question));
            conversation.append(Message::new(Role::Assistant, text::markdown(60)));
        }
        conversation
    };
    (0..count).map(make).collect()
}

/// A question and one reply of at least so many bytes.
pub fn one_long_reply(bytes: usize) -> Conversation {
    conversation(2, bytes)
}

/// A conversation of so many messages and at least so many bytes, nearly all of them in the replies.
pub fn conversation(messages: usize, bytes: usize) -> Conversation {
    let mut conversation = empty();
    let turns = messages / 2;
    for turn in 1..=turns {
        conversation.append(Message::user(format!("Question {turn}: what comes next?")));
        let mut reply = text::of_size(bytes / turns);
        if turn == turns {
            reply.push_str("\n\n");
            reply.push_str(LAST_WORD);
        }
        conversation.append(Message::new(Role::Assistant, reply));
    }
    conversation
}

fn empty() -> Conversation {
    Conversation::new("Qwen/Qwen2.5-1M-Demo", "", "")
}
