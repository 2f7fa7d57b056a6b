//! Any server that speaks `OpenAI`'s chat completions: llama.cpp, Ollama, LM Studio, vLLM, a cloud.
//!
//! At the first turn or look it finds the base address, whose server it is and what it offers. `turn` runs a turn,
//! `messages` makes what is sent (all of it is a `sending`), `reply` reads what comes, `ending` judges how it ended,
//! `count` has prompts counted, `parameters` are what can be set, `refusal` says what went wrong, `loading` is what passes. The server remembers nothing: the
//! whole past goes with every message, its beginning always the same bytes.

mod count;
mod ending;
pub(super) mod loading;
mod messages;
mod parameters;
pub(super) mod refusal;
mod reply;
mod sending;
mod thoughts;
mod turn;

use super::report::{ReportPart, ServerReport, SourceReport, Support};
use super::{ModelEntry, Provider, ProviderError, ProviderInfo, Reply, Request, ServerRef};
use crate::chat::{Cost, Price};
use crate::http;
use crate::openai::address::candidates;
use crate::openai::request::{LimitName, Prefill, Wants};
use crate::openai::{Client, Server, ServerKind, discovery};
use std::collections::HashMap;
use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::task::TaskTracker;

/// The provider of one server; cheap to clone, clones share what they learned of it.
#[derive(Debug, Clone)]
pub struct ServerProvider {
    named: Arc<ServerRef>,
    http: http::Options,
    tracker: TaskTracker,
    learned: Arc<Mutex<Learned>>,
}

/// What is known of the server between turns.
#[derive(Debug, Default)]
struct Learned {
    found: Option<Arc<Found>>,
    working: Option<bool>,
    /// What its refusals have taught of a model's requests.
    wants: HashMap<String, Wants>,
    /// Windows that it told in errors or after a reply.
    windows: HashMap<String, u64>,
}

/// A server that has answered.
#[derive(Debug)]
struct Found {
    client: Client,
    server: Server,
}

impl ServerProvider {
    /// The provider for `server`, reached with `http`. Nothing is requested before the first turn or look, and its key is not
    /// read before that. Replies run as tasks of `tracker`; await it before the program exits, so that replies which were
    /// dropped are ended.
    pub fn new(server: ServerRef, http: http::Options, tracker: TaskTracker) -> Self {
        Self {
            named: Arc::new(server),
            http,
            tracker,
            learned: Arc::default(),
        }
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        // No holder of the lock can leave the value incomplete.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The server as it is known, looked at where it is not.
    async fn found(&self, proxy: Option<&str>) -> Result<Arc<Found>, ProviderError> {
        let known = self.learned().found.clone();
        match (known, proxy) {
            (Some(found), None) => Ok(found),
            _ => self.find(proxy).await,
        }
    }

    /// Looks at the server: its base address, whose it is, its models.
    async fn find(&self, proxy: Option<&str>) -> Result<Arc<Found>, ProviderError> {
        let variable = |name: &str| std::env::var_os(name);
        let mut options = self.named.options(self.http.clone(), variable).await?;
        options.proxy = proxy.map(str::to_owned).or(options.proxy);
        let headers = self.named.header_map(variable)?;
        let mut last = None;
        for base in candidates(&self.named.url) {
            let client = Client::new(&base, options.clone(), &headers)
                .map_err(|error| refusal::of_connection(error, self.kind()))?;
            match discovery::discover(&client).await {
                Ok(server) => return Ok(self.keep(Found { client, server }, proxy)),
                // Where no connection comes about, or a key is wanted, another path is no better.
                Err(error) if !is_of_path(&error) => {
                    last = Some((error, client));
                    break;
                }
                Err(error) => {
                    last.get_or_insert((error, client));
                }
            }
        }
        match last {
            // The user has said that it is one, and which model it has.
            Some((error, client))
                if has_no_list(&error) && !self.named.default_model.is_empty() =>
            {
                let server = Server::without_list(&client);
                Ok(self.keep(Found { client, server }, proxy))
            }
            last => {
                self.learned().working = Some(false);
                Err(match last {
                    Some((error, _)) => refusal::of_connection(error, self.kind()),
                    None => refusal::no_address(),
                })
            }
        }
    }

    /// Remembers a server that has answered, unless it was reached by another way than usual.
    fn keep(&self, found: Found, proxy: Option<&str>) -> Arc<Found> {
        let found = Arc::new(found);
        let mut learned = self.learned();
        learned.working = Some(true);
        if proxy.is_none() {
            learned.found = Some(Arc::clone(&found));
        }
        found
    }

    /// Whose server it is, as far as that is known.
    fn kind(&self) -> ServerKind {
        let found = self.learned().found.clone();
        found.map_or(ServerKind::Other, |found| found.server.kind)
    }

    /// How the requests for a model are made, as far as it was learned.
    fn wants(&self, model: &str, kind: ServerKind) -> Wants {
        let known = self.learned().wants.get(model).copied();
        known.unwrap_or(Wants {
            progress: kind == ServerKind::LlamaCpp,
            limit: match kind {
                ServerKind::OpenAi => LimitName::MaxCompletionTokens,
                _ => LimitName::MaxTokens,
            },
            prefill: match kind {
                ServerKind::LlamaCpp => Prefill::Bare,
                ServerKind::Vllm | ServerKind::Sglang => Prefill::Told,
                _ => Prefill::None,
            },
            ..Wants::default()
        })
    }

    /// The model where none is asked for: the user's, else the one that answers first. `None` where a choice costs money
    /// and so is the user's.
    fn default_model<'a>(&'a self, server: &'a Server) -> Option<&'a str> {
        if !self.named.default_model.is_empty() {
            return Some(&self.named.default_model);
        }
        let ids = || server.models.iter().map(|model| model.id.as_str());
        match server.kind {
            ServerKind::OpenAi => None,
            ServerKind::OpenRouter => ids().find(|id| *id == "openrouter/auto"),
            _ => ids().next(),
        }
    }

    /// How many tokens a model holds: as the user says, as it was learned, as the list tells.
    fn window(&self, model: &str) -> Option<u64> {
        if let Some(window) = self.named.window {
            return Some(window as u64);
        }
        let learned = self.learned();
        let told = learned.found.as_ref().and_then(|found| {
            let entry = found.server.models.iter().find(|entry| entry.id == model);
            entry?.window
        });
        learned.windows.get(model).copied().or(told)
    }

    fn report(&self, found: &Found) -> SourceReport {
        SourceReport {
            url: found.client.base(),
            kind: "chat completions".to_owned(),
            doubts: Vec::new(),
            inputs: parameters::inputs(&self.named.parameters),
            system: Support::Native("as a message of its own".to_owned()),
            history: Support::Native("as messages, all of it with each".to_owned()),
            // Whether a model takes them is found out with the message.
            files: Support::Native("pictures, with the message".to_owned()),
            sends_text_files: false,
            thinking: Support::Native("where the server marks it".to_owned()),
            part: ReportPart::Server(ServerReport {
                server: found.server.kind.words().to_owned(),
                version: found.server.version.clone(),
                slots: found.server.slots,
                models: found.server.models.clone(),
            }),
        }
    }
}

/// What a model costs, where its server tells.
fn price(model: &ModelEntry) -> Option<Price> {
    let (prompt, reply) = model.price?;
    Some(Price {
        prompt: Cost::of_dollars(prompt)?,
        reply: Cost::of_dollars(reply)?,
    })
}

/// Whether the error may be of this path alone: nothing is there, or something else than a list.
fn is_of_path(error: &http::Error) -> bool {
    match error {
        http::Error::Decode { .. } | http::Error::Redirect { .. } => true,
        other => has_no_list(other),
    }
}

/// Whether a server is there that has no list of models.
fn has_no_list(error: &http::Error) -> bool {
    matches!(error, http::Error::Status(refusal) if matches!(refusal.status, 404 | 405 | 501))
}

impl Provider for ServerProvider {
    fn info(&self) -> ProviderInfo {
        let (found, working, learned) = {
            let learned = self.learned();
            let windows: Vec<_> = learned.windows.clone().into_iter().collect();
            (learned.found.clone(), learned.working, windows)
        };
        let server = found.as_ref().map(|found| &found.server);
        let own_name = server
            .map_or(ServerKind::Other, |server| server.kind)
            .words();
        let models = server.map_or(&[][..], |server| &server.models);
        let told = models
            .iter()
            .filter_map(|model| Some((model.id.clone(), model.window?)));
        let windows = learned.into_iter().chain(told);
        ProviderInfo {
            label: own_name.to_owned(),
            url: found
                .as_ref()
                .map_or_else(|| self.named.url.clone(), |found| found.client.base()),
            api_endpoint: "/chat/completions".to_owned(),
            working,
            supports_stream: true,
            supports_system_message: true,
            supports_message_history: false,
            default_model: match server {
                Some(server) => self.default_model(server).unwrap_or_default().to_owned(),
                None => self.named.default_model.clone(),
            },
            model_aliases: Vec::new(),
            models: models.iter().map(|model| model.id.clone()).collect(),
            context_window: self.named.window,
            windows: windows
                .filter_map(|(model, tokens)| Some((model, usize::try_from(tokens).ok()?)))
                .collect(),
            prices: models
                .iter()
                .filter_map(|model| Some((model.id.clone(), price(model)?)))
                .collect(),
        }
    }

    fn reply(&self, request: Request) -> Reply {
        let server = self.clone();
        Reply::spawn(&self.tracker, |sender| turn::run(server, request, sender))
    }

    fn count(&self, request: Request) -> Pin<Box<dyn Future<Output = Option<u64>> + Send + '_>> {
        Box::pin(self.counted(request))
    }

    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>> {
        Box::pin(async {
            let found = self.find(None).await?;
            Ok(self.report(&found))
        })
    }
}
