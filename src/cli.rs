//! The command line: what can be typed, and which command it runs.
//!
//! Options go before settings, and settings before defaults. Each command is a module; they give
//! an exit code (see [`exit`]) and print errors for a person. `main` is the only caller.

mod ask;
mod exit;
mod open;
mod printer;
mod space;

pub use exit::Exit;

use crate::config::{self, Settings};
use crate::gradio;
use crate::provider::catalog::Space;
use crate::provider::{Provider, ProviderError, Qwen};
use crate::runtime::Providers;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_util::task::TaskTracker;

/// A full-screen terminal chat for Hugging Face Spaces.
///
/// Without a command the full screen opens. F1 shows the keys there.
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    args_conflicts_with_subcommands = false
)]
pub struct Cli {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options that stand before or after the command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The Space: owner/name, its page's address, or http(s)://host[:port]
    #[arg(
        short,
        long,
        global = true,
        env = "SPACECHAT_SPACE",
        value_name = "SPACE"
    )]
    space: Option<String>,
    /// The model's name or alias
    #[arg(short, long, global = true, value_name = "MODEL")]
    model: Option<String>,
    /// The system message
    #[arg(long, global = true, value_name = "TEXT")]
    system: Option<String>,
    /// http://, https://, socks5:// or socks5h:// with host and port
    #[arg(long, global = true, value_name = "URL")]
    proxy: Option<String>,
    /// Allow plain http to other machines
    #[arg(long, global = true)]
    insecure_http: bool,
    /// The settings file
    #[arg(long, global = true, env = "SPACECHAT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Send one message and print the reply
    Ask(ask::AskArgs),
    /// Tell what a Space is and how it is doing
    Space(space::SpaceArgs),
    /// Print the commented default settings
    Config,
}

/// What every command needs: options over settings.
#[derive(Debug, Clone)]
struct Context {
    settings: Settings,
    space: String,
    model: String,
    system: String,
    insecure_http: bool,
    options: gradio::Options,
    tracker: TaskTracker,
}

impl Cli {
    /// Runs what was typed and gives the exit code.
    pub async fn run(self) -> Exit {
        if let Some(Command::Config) = self.command {
            return exit::print(config::DEFAULT_FILE);
        }
        let context = match Context::new(self.global) {
            Ok(context) => context,
            Err(error) => return exit::complain(Exit::Usage, &error.to_string(), ""),
        };
        match self.command {
            None => open::run(context).await,
            Some(Command::Ask(arguments)) => ask::run(context, arguments).await,
            Some(Command::Space(arguments)) => space::run(context, arguments).await,
            Some(Command::Config) => Exit::Done,
        }
    }
}

impl Context {
    fn new(global: Global) -> Result<Self, config::ConfigError> {
        let settings = Settings::load(global.config.as_deref())?;
        let mut options = settings.gradio_options();
        options.proxy = global.proxy.or(options.proxy);
        let chat = settings.chat.clone();
        Ok(Self {
            space: global.space.unwrap_or(chat.space),
            model: global.model.unwrap_or(chat.model),
            system: global.system.unwrap_or(chat.system),
            insecure_http: global.insecure_http,
            options,
            settings,
            tracker: TaskTracker::new(),
        })
    }

    /// The provider of the Space that was asked for, and how the Space is called.
    fn provider(&self, space: &str) -> Result<(Space, Arc<dyn Provider>), ProviderError> {
        let space = Space::parse(space, self.insecure_http)?;
        let provider = Qwen::new(&space.url, self.options.clone(), self.tracker.clone());
        Ok((space, Arc::new(provider)))
    }

    /// Finds providers by their Space, each made once.
    fn providers(&self) -> Providers {
        let context = self.clone();
        let made = std::sync::Mutex::new(std::collections::HashMap::new());
        Box::new(move |space| {
            // Nothing that holds the lock can leave it half done.
            let mut made = made
                .lock()
                .unwrap_or_else(std::sync::PoisonError::into_inner);
            if let Some(provider) = made.get(space) {
                return Ok(Arc::clone(provider));
            }
            let (_, provider) = context.provider(space)?;
            made.insert(space.to_owned(), Arc::clone(&provider));
            Ok(provider)
        })
    }
}
