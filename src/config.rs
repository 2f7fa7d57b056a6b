//! Settings from a TOML file over their defaults, and the paths of the program's files.
//!
//! Only for the program's start: everything else receives values. The commented default file is
//! `assets/config.toml`, and a test keeps it equal to the defaults here.

mod complaint;
mod entries;
mod sources;

use crate::chat::FileForm;
use crate::http;
use crate::provider::UserSource;
use directories::ProjectDirs;
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;
use supports_hyperlinks::Stream;

/// The commented default settings.
pub const DEFAULT_FILE: &str = include_str!("../assets/config.toml");

/// What [`NetworkSettings::frame_limit`] may be.
const FRAME_LIMITS: std::ops::RangeInclusive<usize> = 1..=1024;

/// What the settings file can say.
#[derive(Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The chat: which source, which model.
    pub chat: ChatSettings,
    /// The screen.
    pub screen: ScreenSettings,
    /// How it is reached.
    pub network: NetworkSettings,
    /// Keys of actions, by the actions' names.
    pub keys: BTreeMap<String, Keys>,
    /// The user's own sources, by their names; read by `sources`.
    #[serde(skip)]
    pub sources: BTreeMap<String, UserSource>,
    /// What is wrong in the file; the rest holds.
    #[serde(skip)]
    pub complaints: Vec<String>,
    #[serde(skip)]
    text: String,
    /// The file that was read.
    #[serde(skip)]
    path: Option<PathBuf>,
}

/// Shows nothing of the file's text: it may hold what does not belong there.
impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings")
            .field("chat", &self.chat)
            .field("screen", &self.screen)
            .field("network", &self.network)
            .field("keys", &self.keys)
            .field("sources", &self.sources)
            .field("complaints", &self.complaints)
            .field("path", &self.path)
            .finish_non_exhaustive()
    }
}

/// One key, or several.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(untagged)]
pub enum Keys {
    /// One.
    One(String),
    /// Several, the first as it is shown; or none.
    Several(Vec<String>),
}

impl Keys {
    /// All of them.
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(key) => std::slice::from_ref(key),
            Self::Several(keys) => keys,
        }
    }
}

/// The chat: which source, which model.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ChatSettings {
    /// The source; `space` is its other name in the file.
    #[serde(alias = "space")]
    pub source: String,
    /// The model; empty for the source's default.
    pub model: String,
    /// The system message of new conversations.
    pub system: String,
    /// How the texts of attached files stand in a prompt.
    pub attachments: FileForm,
}

/// The screen.
#[derive(Debug, Clone, PartialEq, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ScreenSettings {
    /// The theme.
    pub theme: ThemeSetting,
    /// Whether links are made hyperlinks of the terminal.
    pub links: LinkSetting,
}

/// Whether links are made hyperlinks of the terminal, or their addresses shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum LinkSetting {
    /// Where the environment says that the terminal knows them.
    #[default]
    Auto,
    /// Always.
    On,
    /// Never.
    Off,
}

/// The theme, or how to choose it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ThemeSetting {
    /// From the environment.
    #[default]
    Auto,
    /// For dark backgrounds.
    Dark,
    /// For light backgrounds.
    Light,
    /// Bold and reverse.
    HighContrast,
    /// No colours.
    Plain,
}

/// How Spaces are reached. Times in seconds.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct NetworkSettings {
    /// A proxy's address; empty for the environment's.
    pub proxy: String,
    /// For a connection.
    pub connect_timeout: f64,
    /// Without a byte.
    pub idle_timeout: f64,
    /// For the end of a stopped reply.
    pub cancel_timeout: f64,
    /// For a full queue.
    pub queue_patience: f64,
    /// The largest message of a Space, in megabytes.
    pub frame_limit: usize,
}

impl Default for ChatSettings {
    fn default() -> Self {
        Self {
            source: crate::provider::catalog::QWEN_DEMO.to_owned(),
            model: String::new(),
            system: String::new(),
            attachments: FileForm::default(),
        }
    }
}

impl Default for NetworkSettings {
    fn default() -> Self {
        let options = http::Options::default();
        Self {
            proxy: String::new(),
            connect_timeout: options.connect_timeout.as_secs_f64(),
            idle_timeout: options.idle_timeout.as_secs_f64(),
            cancel_timeout: options.cancel_timeout.as_secs_f64(),
            queue_patience: options.queue_full_patience.as_secs_f64(),
            frame_limit: options.frame_limit >> 20,
        }
    }
}

/// A settings file that cannot be used.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// It cannot be read.
    #[error("The settings file {} cannot be read: {source}.", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        source: std::io::Error,
    },
    /// It says something that is not understood.
    #[error("The settings file {} is invalid: {detail}", path.display())]
    Wrong {
        /// The file.
        path: PathBuf,
        /// What and where.
        detail: String,
    },
}

impl Settings {
    /// Reads the settings. A file that was named must exist; the usual one need not.
    pub fn load(named: Option<&Path>) -> Result<Self, ConfigError> {
        let Some(path) = named.map(Path::to_path_buf).or_else(default_path) else {
            return Ok(Self::default());
        };
        match std::fs::read_to_string(&path) {
            Ok(text) => match Self::parse(&text) {
                Ok(settings) => Ok(Self {
                    path: Some(path),
                    ..settings
                }),
                Err(detail) => Err(ConfigError::Wrong { path, detail }),
            },
            Err(error) if named.is_none() && error.kind() == std::io::ErrorKind::NotFound => {
                Ok(Self::default())
            }
            Err(error) => Err(ConfigError::Unreadable {
                path,
                source: error,
            }),
        }
    }

    /// The file in use; `None` where there is none and the defaults apply.
    pub fn path(&self) -> Option<&Path> {
        self.path.as_deref()
    }

    /// Reads settings from their text. A wrong entry is left out and becomes a complaint; text that
    /// is not TOML is an error that names the line.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (settings, complaints) = entries::read(text)?;
        Ok(Self {
            complaints,
            text: text.to_owned(),
            ..settings
        })
    }

    /// Adds a complaint about an entry that is validated elsewhere: names its line and the closest
    /// of the `known` names.
    pub fn complain<'a>(
        &mut self,
        (section, name): (&str, &str),
        wrong: &str,
        known: impl Iterator<Item = &'a str>,
    ) {
        let wrong = wrong.to_owned() + &complaint::suggestion(name, known);
        let complaint = complaint::complaint(&self.text, section, name, &wrong);
        self.complaints.push(complaint);
    }

    /// Whether the numbers are within their limits.
    fn check(&self) -> Result<(), String> {
        let network = &self.network;
        let times = [
            network.connect_timeout,
            network.idle_timeout,
            network.cancel_timeout,
            network.queue_patience,
        ];
        let wrong = times
            .iter()
            .find(|seconds| !(0.0..=86_400.0).contains(*seconds));
        if let Some(seconds) = wrong {
            return Err(format!("is {seconds}, not from 0 to 86400 seconds"));
        }
        let never_waits = [network.connect_timeout, network.idle_timeout].contains(&0.0);
        if never_waits {
            return Err("is 0, and must be larger".to_owned());
        }
        if !FRAME_LIMITS.contains(&network.frame_limit) {
            return Err(format!(
                "is {}, not from {} to {} megabytes",
                network.frame_limit,
                FRAME_LIMITS.start(),
                FRAME_LIMITS.end()
            ));
        }
        Ok(())
    }

    /// How Spaces are to be reached.
    pub fn http_options(&self) -> http::Options {
        let network = &self.network;
        http::Options {
            proxy: Some(network.proxy.clone()).filter(|proxy| !proxy.is_empty()),
            connect_timeout: Duration::from_secs_f64(network.connect_timeout),
            idle_timeout: Duration::from_secs_f64(network.idle_timeout),
            cancel_timeout: Duration::from_secs_f64(network.cancel_timeout),
            queue_full_patience: Duration::from_secs_f64(network.queue_patience),
            frame_limit: network.frame_limit << 20,
            ..http::Options::default()
        }
    }
}

impl LinkSetting {
    /// Whether links are marked in this terminal.
    pub fn is_on(self) -> bool {
        match self {
            Self::On => true,
            Self::Off => false,
            // What runs inside of tmux or screen cannot know what they let through.
            Self::Auto => {
                let is_inside = ["TMUX", "STY"].map(|name| std::env::var_os(name).is_some());
                is_inside == [false; 2] && supports_hyperlinks::on(Stream::Stdout)
            }
        }
    }
}

fn project() -> Option<ProjectDirs> {
    ProjectDirs::from("", "", "spacechat")
}

/// Where the settings file is looked for when none is named.
pub fn default_path() -> Option<PathBuf> {
    Some(project()?.config_dir().join("config.toml"))
}

/// Where conversations are saved when no place is named.
pub fn data_directory() -> Option<PathBuf> {
    Some(project()?.data_dir().to_path_buf())
}

/// Where the log and reports of panics are written; `None` where the user has no home.
pub fn state_directory() -> Option<PathBuf> {
    let project = project()?;
    let folder = project
        .state_dir()
        .unwrap_or_else(|| project.data_local_dir());
    Some(folder.to_path_buf())
}

/// The log file; `None` where the user has no home.
pub fn log_path() -> Option<PathBuf> {
    Some(state_directory()?.join("spacechat.log"))
}

#[cfg(test)]
mod tests;
