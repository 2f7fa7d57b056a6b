//! A key for one server, and where it is kept.
//!
//! A [`Key`] belongs to one origin and goes nowhere else ([`Key::header_for`]), as `Authorization: Bearer …`. It cannot be
//! printed: `Debug` shows a placeholder and there is no `Display`. A [`KeyPlace`] says where it is kept; settings hold that and
//! never the key. Not here: the token of the Hub, which several servers may receive ([`super::token`]).

mod command;

use reqwest::header::HeaderValue;
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncReadExt};
use url::{Origin, Url};

/// The longest key, in bytes. What is longer is no key, and a file that never ends is not read to its end.
const LONGEST: u64 = 64 * 1024;

/// How long a file or a command may take to give a key.
const PATIENCE: Duration = Duration::from_secs(10);

/// A key for one origin.
#[derive(Clone, PartialEq, Eq)]
pub struct Key {
    /// `Bearer …`, marked sensitive.
    bearer: HeaderValue,
    origin: Origin,
}

impl std::fmt::Debug for Key {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Key(…)")
    }
}

impl Key {
    /// The key `secret` for the origin of `url`. White space around it is dropped; `None` where nothing is left or it cannot
    /// stand in a header.
    pub fn new(secret: &str, url: &Url) -> Option<Self> {
        Some(Self {
            bearer: bearer(secret)?,
            origin: url.origin(),
        })
    }

    /// The value of `Authorization` that carries the key to this address; `None` where it may not go.
    pub fn header_for(&self, url: &Url) -> Option<HeaderValue> {
        (url.origin() == self.origin).then(|| self.bearer.clone())
    }
}

/// `Bearer …` for a secret, marked sensitive. White space around it is dropped; `None` where nothing is left or it cannot stand in
/// a header.
pub(super) fn bearer(secret: &str) -> Option<HeaderValue> {
    let secret = secret.trim();
    if secret.is_empty() || secret.contains(char::is_whitespace) {
        return None;
    }
    let mut bearer = HeaderValue::from_str(&format!("Bearer {secret}")).ok()?;
    bearer.set_sensitive(true);
    Some(bearer)
}

/// Where a key is kept. It holds no secret, only the way to one.
#[derive(Clone, PartialEq, Eq, Default)]
pub enum KeyPlace {
    /// There is none.
    #[default]
    None,
    /// In this environment variable.
    Variable(String),
    /// In this file; `~/` at its beginning is the user's home.
    File(PathBuf),
    /// This command prints it.
    Command(String),
    /// It is the token of the Hub, which goes there by its own rule ([`super::Token::header_for`]).
    HubToken,
}

/// Shows no command: one may hold a secret.
impl std::fmt::Debug for KeyPlace {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::None => f.write_str("None"),
            Self::Variable(name) => f.debug_tuple("Variable").field(name).finish(),
            Self::File(path) => f.debug_tuple("File").field(path).finish(),
            Self::Command(_) => f.write_str("Command(…)"),
            Self::HubToken => f.write_str("HubToken"),
        }
    }
}

/// Why there is no key. None of these holds a secret.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyError {
    /// The variable is not set, or empty.
    #[error("the environment variable {0} is not set")]
    Unset(String),
    /// The file cannot be read.
    #[error("{} cannot be read: {cause}", path.display())]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// The system's words.
        cause: io::Error,
    },
    /// The command gave no key.
    #[error("its key_command {0}")]
    Command(String),
    /// What was found cannot be a key.
    #[error("{0} holds no key: it must be one word")]
    Malformed(String),
}

impl KeyError {
    /// What the user can do.
    pub fn hint(&self) -> String {
        match self {
            Self::Unset(name) => format!("Set {name} to the key and start spacechat again."),
            Self::Unreadable { .. } => "Check the file's name and permissions.".to_owned(),
            Self::Command(_) => {
                "Run the command in a shell: it must print the key and nothing else.".to_owned()
            }
            Self::Malformed(place) => format!("Put the key alone into {place}."),
        }
    }
}

impl KeyPlace {
    /// Reads the key for the server at `url`; `None` where none is kept, or where it is the Hub's token. `variable` tells the
    /// environment; an empty variable counts as none. A file or a command is waited for at most ten seconds.
    pub async fn read(
        &self,
        url: &Url,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Option<Key>, KeyError> {
        let (secret, place) = match self {
            Self::None | Self::HubToken => return Ok(None),
            Self::Variable(name) => {
                let found = variable(name).filter(|value| !value.is_empty());
                let secret = found.ok_or_else(|| KeyError::Unset(name.clone()))?;
                (secret.to_string_lossy().into_owned(), name.clone())
            }
            Self::File(path) => {
                let path = at_home(path, variable("HOME"));
                let secret = of_file(&path).await;
                let secret = secret.map_err(|cause| KeyError::Unreadable {
                    path: path.clone(),
                    cause,
                })?;
                (secret, path.display().to_string())
            }
            Self::Command(command) => {
                let secret = command::output(command, PATIENCE).await;
                let secret = secret.map_err(KeyError::Command)?;
                (secret, "what the command prints".to_owned())
            }
        };
        match Key::new(&secret, url) {
            Some(key) => Ok(Some(key)),
            None => Err(KeyError::Malformed(place)),
        }
    }
}

/// The path with the user's home for `~`.
fn at_home(path: &Path, home: Option<OsString>) -> PathBuf {
    match (path.strip_prefix("~"), home) {
        (Ok(below), Some(home)) => Path::new(&home).join(below),
        _ => path.to_path_buf(),
    }
}

async fn of_file(path: &Path) -> io::Result<String> {
    let read = async { text(tokio::fs::File::open(path).await?).await };
    // A pipe that nobody writes to would never end.
    let read = tokio::time::timeout(PATIENCE, read).await;
    read.unwrap_or_else(|_| Err(io::ErrorKind::TimedOut.into()))
}

/// All that there is to read, as text.
async fn text(from: impl AsyncRead + Unpin) -> io::Result<String> {
    let mut read = String::new();
    from.take(LONGEST).read_to_string(&mut read).await?;
    Ok(read)
}

#[cfg(test)]
mod tests;
