//! The command line: options, commands, and which module runs each.
//!
//! Options override settings, and settings override defaults. Each command is a module; it returns
//! an exit code (see `exit`) and prints errors for a user.

mod ask;
mod choices;
mod doctor;
mod exit;
mod import;
mod keys;
mod models;
mod open;
mod printer;
mod providers;
mod saved;
mod source;
mod theme;
mod trouble;

pub use exit::{Exit, usage};

use crate::app::{CliOverrides, DEMO_SPACE, Defaults};
use crate::chat;
use crate::config::{self, Settings};
use crate::demo;
use crate::http::{self, Login, Token};
use crate::provider::catalog::NameRules;
use crate::provider::local::{self, LOCAL};
use crate::provider::source::canonical;
use crate::provider::space::CHAT_SETTING;
use crate::provider::{ProviderError, hub};
use crate::runtime::Embedded;
use crate::sanitize;
use clap::{Args, CommandFactory, Parser, Subcommand};
use std::path::PathBuf;
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
    #[command(flatten)]
    open: open::OpenArgs,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Options that stand before or after the command.
#[derive(Debug, Clone, Args)]
pub struct Global {
    /// The source: a Space (owner/name), an address (http(s)://host[:port]), or the name of a server,
    /// NAME or NAME:MODEL: ollama, lmstudio, llamacpp, vllm, hf, openai, openrouter, deepseek, local,
    /// demo, or one of the settings [default: that of the conversation, of `SPACECHAT_SOURCE`, or of
    /// the settings]
    #[arg(
        short,
        long,
        visible_alias = "space",
        global = true,
        value_name = "SOURCE"
    )]
    source: Option<String>,
    /// The model's name or alias, whatever SOURCE says of it
    #[arg(short, long, global = true, value_name = "MODEL")]
    model: Option<String>,
    /// The system message
    #[arg(long, global = true, value_name = "TEXT")]
    system: Option<String>,
    /// A setting of the Space: temperature=0.2 (can be given several times)
    #[arg(long, global = true, value_name = "NAME=VALUE", value_parser = setting)]
    set: Vec<(String, String)>,
    /// The chat to talk to where a Space has several (`spacechat source` lists them)
    #[arg(long, global = true, value_name = "NAME")]
    chat: Option<String>,
    /// http://, https://, socks5:// or socks5h:// with host and port
    #[arg(long, global = true, value_name = "URL")]
    proxy: Option<String>,
    /// Allow plain http to other machines
    #[arg(long, global = true)]
    insecure_http: bool,
    /// Talk to the embedded Space, without a network
    #[arg(long, global = true)]
    demo: bool,
    /// Make the embedded Space fail once: hang, cut=4000, 503@join …
    /// (an unknown name lists all of them)
    #[cfg(feature = "faults")]
    #[arg(long, global = true, value_name = "NAME")]
    demo_fault: Option<demo::Fault>,
    /// Where conversations are saved
    #[arg(long, global = true, env = "SPACECHAT_DATA_DIR", value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// The settings file
    #[arg(long, global = true, env = "SPACECHAT_CONFIG", value_name = "FILE")]
    config: Option<PathBuf>,
}

impl Global {
    /// Whether the Space that is built in is to be talked to, and how it behaves.
    fn embedded(&self) -> (bool, demo::Options) {
        #[cfg(feature = "faults")]
        if self.demo_fault.is_some() {
            let options = demo::Options {
                fault: self.demo_fault,
                ..demo::Options::default()
            };
            return (true, options);
        }
        (self.demo, demo::Options::default())
    }
}

/// The error where the system has no home directory for the user.
const NO_HOME: &str = "Conversations cannot be saved: no home directory is known.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Send one message and print the reply
    Ask(ask::AskArgs),
    #[command(flatten)]
    Saved(saved::SavedCommand),
    /// Describe a source and its state
    #[command(visible_alias = "space")]
    Source(source::SourceArgs),
    /// List the models that a source offers
    Models(models::ModelsArgs),
    /// Print the commented default settings
    Config,
    /// Check settings, saved conversations, terminal and Space
    Doctor(doctor::DoctorArgs),
    /// Print shell completions
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// What every command needs: options over settings.
#[derive(Clone)]
struct Context {
    settings: Settings,
    space: String,
    model: String,
    system: String,
    set: chat::Settings,
    /// What was given on the command line itself: it holds for a saved conversation too.
    given: CliOverrides,
    /// The rules for names of Spaces.
    names: NameRules,
    /// The name and the password that stood in the address of `space`.
    address_login: Option<Login>,
    options: http::Options,
    hub: hub::Options,
    /// Whether nobody has said what to talk to.
    is_unconfigured: bool,
    /// Where conversations are saved.
    directory: Option<PathBuf>,
    embedded: Embedded,
    tracker: TaskTracker,
}

/// Reads `NAME=VALUE`; the value is everything behind the first sign.
fn setting(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.trim().is_empty() => {
            Ok((name.trim().to_owned(), value.to_owned()))
        }
        _ => Err("write NAME=VALUE".to_owned()),
    }
}

impl Cli {
    /// Runs the command and returns the exit code.
    pub async fn run(self) -> Exit {
        match self.command {
            Some(Command::Config) => return exit::print(config::DEFAULT_FILE),
            Some(Command::Completions { shell }) => return completions(shell),
            _ => {}
        }
        let context = match Context::new(self.global) {
            Ok(context) => context,
            Err(error) => return exit::complain(Exit::Usage, &error.to_string(), ""),
        };
        // The screen says it itself, and the doctor in its report.
        if !matches!(self.command, None | Some(Command::Doctor(_))) {
            for complaint in &context.settings.complaints {
                eprintln!("spacechat: settings, {}", sanitize::line(complaint));
            }
        }
        match self.command {
            None => open::run(context, self.open).await,
            Some(Command::Saved(command)) => match &context.directory {
                Some(directory) => saved::run(directory, command, &context.space).await,
                None => exit::complain(Exit::Failed, NO_HOME, "Name a directory with --data-dir."),
            },
            Some(Command::Ask(arguments)) => ask::run(context, arguments).await,
            Some(Command::Source(arguments)) => source::run(context, arguments).await,
            Some(Command::Models(arguments)) => models::run(context, arguments).await,
            Some(Command::Doctor(arguments)) => doctor::run(&context, &arguments).await,
            Some(Command::Config | Command::Completions { .. }) => Exit::Done,
        }
    }
}

/// Prints a shell's completions.
fn completions(shell: clap_complete::Shell) -> Exit {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "spacechat", &mut script);
    exit::print(&String::from_utf8_lossy(&script))
}

/// The language of the user's locale: what stands before its encoding.
fn language(variable: impl Fn(&str) -> Option<String>) -> String {
    let names = ["LC_ALL", "LC_MESSAGES", "LANG"];
    let locale = names
        .into_iter()
        .filter_map(variable)
        .find(|name| !name.is_empty());
    let locale = locale.unwrap_or_default();
    let language = locale.split(['.', '@']).next().unwrap_or_default();
    match language {
        "" | "C" | "POSIX" => "en".to_owned(),
        language => language.to_owned(),
    }
}

/// The source that the environment names, by its new name or by its other one.
fn environment(variable: impl Fn(&str) -> Option<String>) -> Option<String> {
    let mut names = ["SPACECHAT_SOURCE", "SPACECHAT_SPACE"].into_iter();
    names.find_map(|name| variable(name).filter(|written| !written.is_empty()))
}

impl Context {
    fn new(mut global: Global) -> Result<Self, config::ConfigError> {
        if let Some(chat) = global.chat.take() {
            global.set.push((CHAT_SETTING.to_owned(), chat));
        }
        let (is_demo, embedded) = global.embedded();
        let mut settings = Settings::load(global.config.as_deref())?;
        keys::take(&mut settings);
        let mut options = settings.http_options();
        options.proxy = global.proxy.or(options.proxy);
        let mut hub = hub::Options::at(std::env::var("HF_ENDPOINT").ok());
        hub.insecure_http = global.insecure_http;
        options.token = Token::find(|name| std::env::var_os(name), &hub.endpoint);
        let login = std::env::var("SPACECHAT_LOGIN").ok();
        options.login = login.as_deref().and_then(Login::parse);
        options.language = language(|name| std::env::var(name).ok());
        let names = NameRules {
            hub: hub.endpoint.clone(),
            insecure_http: global.insecure_http,
            sources: settings.sources.clone(),
        };
        let chat = settings.chat.clone();
        let tracker = TaskTracker::new();
        let demo = is_demo.then(|| DEMO_SPACE.to_owned());
        let written = demo.or(global.source);
        let read = |written: &String| canonical(written, &names);
        let (space, model) = written.as_ref().map(read).unzip();
        let given = CliOverrides {
            space,
            model: global.model.or(model.flatten()),
            system: global.system.clone(),
            settings: global.set.iter().cloned().collect(),
        };
        let written = written.or_else(|| environment(|name| std::env::var(name).ok()));
        let is_default = chat.source == config::ChatSettings::default().source;
        let is_unconfigured = written.is_none() && is_default && names.sources.is_empty();
        let written = written.unwrap_or(chat.source);
        let mut context = Self {
            space: String::new(),
            address_login: None,
            is_unconfigured,
            names,
            given,
            model: String::new(),
            system: global.system.unwrap_or(chat.system),
            set: global.set.into_iter().collect(),
            embedded: Embedded::new(&options, embedded, tracker.clone()),
            directory: global.data_dir.or_else(config::data_directory),
            options,
            hub,
            settings,
            tracker,
        };
        context.talk_to(&written);
        Ok(context)
    }

    /// Talks to the source that the user has named, as it was written. It may be given `SPACECHAT_LOGIN`. The model of the
    /// command line goes before the one that is written with the source, and that before the settings', which is one of the
    /// settings' source alone.
    fn talk_to(&mut self, written: &str) {
        let (name, model) = canonical(written, &self.names);
        let chat = &self.settings.chat;
        let is_own = name == canonical(&chat.source, &self.names).0;
        let own = is_own.then(|| chat.model.clone());
        self.model = (self.given.model.clone())
            .or(model)
            .or(own)
            .unwrap_or_default();
        self.space = name;
        self.address_login = self.login_in(written);
    }

    /// Looks for the server that `local` stands for, where that is what was named. What was found is stored in its place.
    async fn settle(&mut self) -> Result<(), Exit> {
        if self.space != LOCAL {
            return Ok(());
        }
        let found = local::first(&self.options).await.map_err(|error| {
            let failure = error.failure();
            exit::complain(Exit::of(&failure), &failure.message, &failure.hint)
        })?;
        if self.given.space.is_some() {
            self.given.space = Some(found.clone());
        }
        self.space = found;
        Ok(())
    }

    /// The defaults of new conversations; `keeps` says whether anything is saved.
    fn defaults(&self, keeps: bool) -> Defaults {
        Defaults {
            space: self.space.clone(),
            model: self.model.clone(),
            system: self.system.clone(),
            is_system_given: self.given.system.is_some(),
            preset: None,
            settings: self.set.clone(),
            file_form: self.settings.chat.attachments,
            keeps: keeps && self.directory.is_some(),
            catalog: self.choices(),
            is_unconfigured: self.is_unconfigured,
        }
    }

    /// Refuses a source or a model whose name is wrong, before anything begins.
    fn check(&self) -> Result<(), Exit> {
        let complain =
            |error: ProviderError| exit::complain(Exit::Usage, &error.to_string(), &error.hint());
        let provider = self.provider(&self.space).map_err(complain)?;
        let info = provider.info();
        if info.working.is_none() && info.models.is_empty() {
            // Nobody knows its models before its first answer; then the provider refuses.
            return Ok(());
        }
        match info.resolve(&self.model) {
            Ok(_) => Ok(()),
            Err(unknown) => Err(complain(ProviderError::UnknownModel(unknown))),
        }
    }
}

#[cfg(test)]
mod tests;
