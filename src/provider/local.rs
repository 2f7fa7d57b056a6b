//! Servers on this machine: looked for at the ports where they listen by default.
//!
//! Only on loopback, without a key or a token, and each port once. What listens there may be anything: only a list of models,
//! or the demand for a key, makes it a server.

pub use super::source::LOCAL;
use super::source::server::{BuiltIn, LOCAL_PORTS};
use super::{ProviderError, Report};
use crate::chat::FailureKind;
use crate::http::{self, HeaderMap};
use crate::openai::{Client, ServerKind, discovery};
use crate::provider::server::{loading, refusal};
use futures_util::future::join_all;
use std::time::{Duration, Instant};

/// How long a connection may take.
const CONNECT: Duration = Duration::from_millis(300);
/// How long an answer may take.
const ANSWER: Duration = Duration::from_secs(2);

/// A server that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalServer {
    /// The name under which it is stored: a built-in one where it is what the port says, else its address.
    pub name: String,
    /// What runs there, in words.
    pub about: String,
    /// Whether it can be asked now.
    pub state: LocalState,
    /// Its models, those that are loaded first.
    pub models: Vec<String>,
    /// How long it took to answer.
    pub took: Duration,
}

/// Whether a server can be asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LocalState {
    /// It answers.
    Ready,
    /// It still loads its model.
    Loading,
    /// It wants a key.
    WantsKey,
}

/// Looks for servers on this machine, in the order of their ports. `options` say how they are reached, but for secrets.
pub async fn find(options: &http::Options) -> Vec<LocalServer> {
    let options = http::Options {
        connect_timeout: CONNECT,
        idle_timeout: ANSWER,
        token: None,
        key: None,
        login: None,
        proxy: None,
        ..options.clone()
    };
    let ports = LOCAL_PORTS.map(|(port, name)| ask(port, name, options.clone()));
    join_all(ports).await.into_iter().flatten().collect()
}

/// The name of the first server that answers, else of one that loads or wants a key.
pub async fn first(options: &http::Options) -> Result<String, ProviderError> {
    let found = find(options).await;
    let open = found
        .iter()
        .find(|server| server.state == LocalState::Ready);
    match open.or(found.first()) {
        Some(server) => Ok(server.name.clone()),
        None => Err(none_answers()),
    }
}

async fn ask(port: u16, name: &'static str, options: http::Options) -> Option<LocalServer> {
    let url = format!("http://127.0.0.1:{port}/v1");
    let client = Client::new(&url, options, &HeaderMap::new()).ok()?;
    let start = Instant::now();
    let server = match tokio::time::timeout(ANSWER, discovery::discover(&client))
        .await
        .ok()?
    {
        Ok(server) => server,
        Err(error) => {
            let (about, state) = what_refuses(error)?;
            return Some(LocalServer {
                name: name_of(name, &url, None),
                about: about.to_owned(),
                state,
                models: Vec::new(),
                took: start.elapsed(),
            });
        }
    };
    Some(LocalServer {
        name: name_of(name, &url, Some(server.kind)),
        about: server.kind.words().to_owned(),
        state: LocalState::Ready,
        models: server.models.into_iter().map(|model| model.id).collect(),
        took: start.elapsed(),
    })
}

/// What has refused its list of models, where that is a server.
fn what_refuses(error: http::Error) -> Option<(&'static str, LocalState)> {
    if let http::Error::Status(refusal) = &error
        && loading::is_refusal(refusal)
    {
        return Some(("a server that loads its model", LocalState::Loading));
    }
    let error = refusal::of_connection(error, ServerKind::Other);
    let wants_key = error.kind() == FailureKind::Key;
    wants_key.then_some(("a server that wants a key", LocalState::WantsKey))
}

/// The built-in name, unless another server has taken its port.
fn name_of(name: &str, url: &str, kind: Option<ServerKind>) -> String {
    let is_it = match kind {
        Some(ServerKind::LlamaCpp) => name == "llamacpp",
        Some(ServerKind::Ollama) => name == "ollama",
        Some(ServerKind::LmStudio) => name == "lmstudio",
        Some(ServerKind::Vllm) => name == "vllm",
        _ => false,
    };
    let address = url.strip_suffix("/v1").unwrap_or(url);
    match BuiltIn::named(name) {
        Some(_) if is_it => name.to_owned(),
        _ => address.to_owned(),
    }
}

fn none_answers() -> ProviderError {
    let ports = LOCAL_PORTS.map(|(port, name)| format!("{port} ({name})"));
    ProviderError::Connect(Report {
        message: format!(
            "No server answers on this machine, at the ports {}.",
            ports.join(", ")
        ),
        hint: "Start one, or choose another source.".to_owned(),
        source: None,
    })
}

/// The word stands for no server until one was looked for.
pub fn not_settled() -> ProviderError {
    ProviderError::Unsupported(Report {
        message: format!("{LOCAL} is not a source by itself: it is looked for when it is chosen."),
        hint: "Choose it with --source local or /source local.".to_owned(),
        source: None,
    })
}
