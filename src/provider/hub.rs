//! The Hub: where a Space's app is, and whether it runs, sleeps, is built or is broken.
//!
//! `GET /api/spaces/{id}`, its `/host` and its `/runtime` are asked at once; which Space an address of `hf.space` is,
//! by `GET /api/spaces/by-subdomain/{x}`. A Space of another SDK is refused at once. One that sleeps is woken by a
//! visit and waited for. The Hub's reports of trouble are trusted, but the Hub is not needed: when it cannot be
//! reached, the host that follows from the name is tried, and only the app's own `/config` decides.

mod host;
mod quota;
mod runtime;
mod search;
#[cfg(test)]
mod tests;

pub use host::ResolvedHost;
pub use runtime::{Runtime, Standing};
pub use search::HubSpace;

use super::catalog::SpaceRef;
use super::{ProviderError, Report};
use crate::chat::Stage;
use crate::http::is_loopback;
use crate::http::token::HUB;
use crate::http::{self, Client, Error};
use serde_json::Value;
use std::time::Duration;

/// How many polls in a row may fail before the Hub is no longer asked.
const FAILED_POLLS: u32 = 3;
/// The connect timeout for the Hub; without the Hub there is still a host to try.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);

/// Options of the Hub: address, polling, patience.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Options {
    /// The Hub's address; `HF_ENDPOINT` names another one.
    pub endpoint: String,
    /// The pause between two polls of a Space that starts.
    pub poll: Duration,
    /// How long to wait for a Space that starts.
    pub patience: Duration,
    /// Whether plain http to another machine is allowed.
    pub insecure_http: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            endpoint: HUB.to_owned(),
            poll: Duration::from_secs(4),
            patience: Duration::from_secs(15 * 60),
            insecure_http: false,
        }
    }
}

impl Options {
    /// The default, at the Hub that `HF_ENDPOINT` names if it names one.
    pub fn at(endpoint: Option<String>) -> Self {
        let endpoint = endpoint
            .map(|endpoint| endpoint.trim().trim_end_matches('/').to_owned())
            .filter(|endpoint| !endpoint.is_empty());
        let default = Self::default();
        Self {
            endpoint: endpoint.unwrap_or(default.endpoint),
            ..default
        }
    }
}

/// The Hub's answers about a Space.
struct Answers {
    host: Option<String>,
    runtime: Option<Runtime>,
    sdk: Option<String>,
}

/// A client of the Hub with the user's proxy and token.
#[derive(Debug, Clone)]
pub struct Hub {
    options: Options,
    http: http::Options,
}

impl Hub {
    /// The Hub of `options`, reached as `http` says.
    pub fn new(options: Options, http: http::Options) -> Self {
        let connect_timeout = http.connect_timeout.min(CONNECT_TIMEOUT);
        Self {
            options,
            http: http::Options {
                connect_timeout,
                login: None,
                ..http
            },
        }
    }

    /// The same Hub through another proxy.
    #[must_use]
    pub fn through(&self, proxy: Option<String>) -> Self {
        let mut hub = self.clone();
        hub.http.proxy = proxy;
        hub
    }

    /// The pause between two polls.
    pub fn poll(&self) -> Duration {
        self.options.poll
    }

    /// The address of the Space's app, once it should answer. It waits for a Space that sleeps or
    /// starts and reports each stage. Safe to drop while it waits.
    pub async fn resolve(
        &self,
        space: &SpaceRef,
        tell: impl FnMut(Stage),
    ) -> Result<String, ProviderError> {
        Ok(self.find(space, tell).await?.url)
    }

    /// [`Hub::resolve`], with the last stage from the Hub.
    pub async fn find(
        &self,
        space: &SpaceRef,
        mut tell: impl FnMut(Stage),
    ) -> Result<ResolvedHost, ProviderError> {
        let client = self.client()?;
        let Some(id) = id_of(&client, space).await else {
            return Ok(ResolvedHost::unasked(space));
        };
        let Answers { host, runtime, sdk } = self.ask(&client, &id).await?;
        let url = host.unwrap_or_else(|| space.url.clone());
        let is_zero_gpu = runtime.as_ref().is_some_and(|runtime| runtime.is_zero_gpu);
        let stage = match runtime {
            Some(runtime) => {
                let space = (id.as_str(), url.as_str());
                self.wait(&client, space, runtime, &mut tell).await?
            }
            None => None,
        };
        Ok(ResolvedHost {
            url,
            stage,
            sdk,
            is_zero_gpu,
        })
    }

    /// Where the Space's app is, if it should answer now; otherwise the reason why not. Wakes
    /// nothing and waits for nothing.
    pub async fn inspect(&self, space: &SpaceRef) -> Result<ResolvedHost, ProviderError> {
        let client = self.client()?;
        let Some(id) = &id_of(&client, space).await else {
            return Ok(ResolvedHost::unasked(space));
        };
        let Answers { host, runtime, sdk } = self.ask(&client, id).await?;
        if let Some(runtime) = &runtime {
            match runtime.standing() {
                Standing::Usable => {}
                Standing::Starting => {
                    return Err(not_yet(id, runtime, "Try again in a minute."));
                }
                Standing::Asleep => {
                    let hint = "Send a message to wake it. That may take some minutes.";
                    return Err(not_yet(id, runtime, hint));
                }
                Standing::Down => return Err(self.down(id, runtime)),
            }
        }
        Ok(ResolvedHost {
            url: host.unwrap_or_else(|| space.url.clone()),
            is_zero_gpu: runtime.as_ref().is_some_and(|runtime| runtime.is_zero_gpu),
            stage: runtime.map(|runtime| runtime.stage),
            sdk,
        })
    }

    /// A client of the Hub itself. Over plain http anyone on the way could name another host.
    fn client(&self) -> Result<Client, ProviderError> {
        let endpoint = &self.options.endpoint;
        if !self.is_safe(endpoint) {
            return Err(ProviderError::Unsupported(Report {
                message: format!("HF_ENDPOINT is not a safe address of a Hub: {endpoint}"),
                hint: "Write https://host, or add --insecure-http if you mean plain http."
                    .to_owned(),
                source: None,
            }));
        }
        Ok(Client::new(endpoint, self.http.clone())?)
    }

    fn is_safe(&self, address: &str) -> bool {
        let Ok(url) = url::Url::parse(address) else {
            return false;
        };
        match url.scheme() {
            "https" => true,
            "http" => self.options.insecure_http || is_loopback(&url),
            _ => false,
        }
    }

    /// Asks the Hub about a Space. An answer that is missing is `None`; a Space that does not exist or cannot be a
    /// Gradio app is an error.
    async fn ask(&self, client: &Client, id: &str) -> Result<Answers, ProviderError> {
        let about_route = format!("/api/spaces/{id}");
        let host_route = format!("/api/spaces/{id}/host");
        let runtime_route = format!("/api/spaces/{id}/runtime");
        let (about, host, runtime) = tokio::join!(
            client.get_json(&about_route),
            client.get_json(&host_route),
            client.get_json(&runtime_route)
        );
        let sdk = about
            .ok()
            .and_then(|about| about.get("sdk")?.as_str().map(str::to_owned));
        if let Some(sdk) = sdk.as_deref().filter(|sdk| !may_be_gradio(sdk)) {
            return Err(other_sdk(id, sdk));
        }
        let host = self.answer(id, host)?.and_then(|answer| {
            let host = answer.get("host")?.as_str()?.trim_end_matches('/');
            // The user's messages go there.
            self.is_safe(host).then(|| host.to_owned())
        });
        let runtime = self.answer(id, runtime)?;
        Ok(Answers {
            host,
            runtime: runtime.as_ref().and_then(Runtime::read),
            sdk,
        })
    }

    /// Sorts what the Hub answered: a value, a refusal that is final, or nothing usable.
    fn answer(
        &self,
        id: &str,
        answer: Result<Value, Error>,
    ) -> Result<Option<Value>, ProviderError> {
        match answer {
            Ok(answer) => Ok(Some(answer)),
            Err(Error::Status(refusal)) if matches!(refusal.status, 401 | 403 | 404) => {
                Err(self.refusal(id, refusal.status, &refusal.words()))
            }
            Err(error) => {
                tracing::warn!(%error, "the Hub gave no answer");
                Ok(None)
            }
        }
    }

    fn has_token(&self) -> bool {
        let token = self.http.token.as_ref();
        url::Url::parse(&self.options.endpoint)
            .is_ok_and(|url| token.is_some_and(|token| token.header_for(&url).is_some()))
    }

    fn refusal(&self, id: &str, status: u16, excerpt: &str) -> ProviderError {
        let page = self.page(id);
        let has_token = self.has_token();
        let (message, hint) = match status {
            403 => (
                format!("Access to {id} is restricted: {excerpt}"),
                format!(
                    "Ask for access at {page}, then set HF_TOKEN to your token."
                ),
            ),
            401 if has_token && excerpt.to_lowercase().contains("credentials") => {
                return ProviderError::Login(Report {
                    message: "The Hub does not accept the Hugging Face token.".to_owned(),
                    hint: format!(
                        "It is expired or wrong. Correct HF_TOKEN or the token file, from {}/settings/tokens.",
                        self.options.endpoint
                    ),
                    source: None,
                });
            }
            _ if has_token => (
                format!("There is no Space {id}, or your token may not see it."),
                "Check the spelling. If it is private, its owner must give you access.".to_owned(),
            ),
            _ => (
                format!("There is no Space {id}, or it is private."),
                "Check the spelling. For a private Space, set HF_TOKEN to a token that may read it."
                    .to_owned(),
            ),
        };
        ProviderError::Status {
            status,
            report: Report {
                message,
                hint,
                source: None,
            },
        }
    }

    fn page(&self, id: &str) -> String {
        format!("{}/spaces/{id}", self.options.endpoint)
    }

    /// Waits until the Space should answer; returns the last stage, or none when the Hub stopped
    /// answering.
    async fn wait(
        &self,
        client: &Client,
        (id, host): (&str, &str),
        mut runtime: Runtime,
        tell: &mut impl FnMut(Stage),
    ) -> Result<Option<String>, ProviderError> {
        let app = Client::new(host, self.http.clone())?;
        let route = format!("/api/spaces/{id}/runtime");
        let begun = tokio::time::Instant::now();
        let (mut told, mut failed) = (None, 0);
        loop {
            let standing = runtime.standing();
            if standing == Standing::Down {
                return Err(self.down(id, &runtime));
            }
            if standing == Standing::Usable {
                return Ok(Some(runtime.stage));
            }
            if told.as_ref() != Some(&runtime.stage) {
                tell(Stage::Waking(runtime.word()));
                told = Some(runtime.stage.clone());
            }
            if begun.elapsed() >= self.options.patience {
                let minutes = self.options.patience.as_secs().div_ceil(60);
                let hint = format!(
                    "spacechat waited {minutes} min. Try again, or look at {}.",
                    self.page(id)
                );
                return Err(not_yet(id, &runtime, &hint));
            }
            if standing == Standing::Asleep {
                app.visit("/").await;
            }
            tokio::time::sleep(self.options.poll).await;
            match self
                .answer(id, client.get_json(&route).await)?
                .as_ref()
                .and_then(Runtime::read)
            {
                Some(newer) => (runtime, failed) = (newer, 0),
                None => failed += 1,
            }
            if failed == FAILED_POLLS {
                // The app's own answer decides.
                return Ok(None);
            }
        }
    }

    /// Why a Space does not start without its owner.
    fn down(&self, id: &str, runtime: &Runtime) -> ProviderError {
        let page = self.page(id);
        let (what, hint) = match runtime.stage.as_str() {
            "PAUSED" => (
                "is paused by its owner",
                format!(
                    "Only its owner can restart it. Ask at {page}/discussions, or duplicate it at {page}?duplicate=true."
                ),
            ),
            "RUNTIME_ERROR" => (
                "has crashed",
                format!("Its owner must fix it. Its log is at {page}?logs=container."),
            ),
            "BUILD_ERROR" => (
                "could not be built",
                format!("Its owner must fix it. Its log is at {page}?logs=build."),
            ),
            "CONFIG_ERROR" => (
                "is configured wrongly",
                format!("Its owner must fix it. See {page}."),
            ),
            "NO_APP_FILE" => (
                "has no app yet",
                format!("Its owner must add an app. See {page}."),
            ),
            _ => ("is being deleted", "Choose another source.".to_owned()),
        };
        let message = match &runtime.error {
            Some(error) => format!("The Space {id} {what}: {error}"),
            None => format!("The Space {id} {what}."),
        };
        ProviderError::Asleep(Report {
            message,
            hint,
            source: None,
        })
    }
}

/// `owner/name` of a Space that was named so, or by its address at `hf.space`. Where the Hub gives no answer, the
/// address is used as it is.
async fn id_of(client: &Client, space: &SpaceRef) -> Option<String> {
    if space.hub_id.is_some() {
        return space.hub_id.clone();
    }
    let subdomain = space.subdomain.as_ref()?;
    let route = format!("/api/spaces/by-subdomain/{subdomain}");
    let answer = client.get_json(&route).await.ok()?;
    answer.get("id")?.as_str().map(str::to_owned)
}

/// Whether a Space of this SDK may be a Gradio app: in a container anything may run.
fn may_be_gradio(sdk: &str) -> bool {
    matches!(sdk, "gradio" | "docker")
}

/// The error for a Space that is not a Gradio app; `sdk` as the Hub names it.
pub(super) fn other_sdk(id: &str, sdk: &str) -> ProviderError {
    let mut letters = sdk.chars();
    let name: String = match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => "unknown".to_owned(),
    };
    ProviderError::Unsupported(Report {
        message: format!("{id} is a {name} Space, not a Gradio Space."),
        hint: "Use it in a browser, or choose another source.".to_owned(),
        source: None,
    })
}

fn not_yet(id: &str, runtime: &Runtime, hint: &str) -> ProviderError {
    ProviderError::Asleep(Report {
        message: format!("The Space {id} is {}.", runtime.word()),
        hint: hint.to_owned(),
        source: None,
    })
}
