//! Where a Space's app is, and the clients that talk to it.
//!
//! A Space that was named `owner/name` is found through the Hub before the first request, woken if
//! it sleeps, and remembered. When what answers there is not the app (a page in HTML, 502 to 504),
//! the Hub is asked again, so that the user sees the Space's state or waits while it starts. A
//! server that asks for a login gets it once.

use super::catalog::SpaceRef;
use super::hub::{self, Hub, ResolvedHost};
use super::{ProviderError, Report};
use crate::chat::Stage;
use crate::gradio::app::App;
use crate::gradio::{Client, Error};
use crate::http::{self, token::may_sign_in_at};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use url::Url;

/// How often an app that should run is asked for its description.
const TRIES: u32 = 4;

/// Where a Space's app is reached. Cheap to clone; clones share what they learned.
#[derive(Debug, Clone)]
pub struct SpaceEndpoint {
    space: SpaceRef,
    hub: Option<Hub>,
    options: http::Options,
    learned: Arc<Mutex<Learned>>,
}

#[derive(Debug, Default)]
struct Learned {
    /// The address from the Hub.
    found: Option<String>,
    /// Whether the Space runs on the Hub's shared GPUs.
    is_zero_gpu: bool,
    /// A client for each proxy, so that connections and cookies are kept.
    clients: HashMap<Option<String>, Client>,
}

impl SpaceEndpoint {
    /// The endpoint of `space`; without a Hub its address is used as it is. Nothing is requested
    /// yet.
    pub fn new(space: SpaceRef, hub: Option<Hub>, options: http::Options) -> Self {
        Self {
            hub: hub.filter(|_| space.hub_id.is_some() || space.subdomain.is_some()),
            options: http::Options {
                // What stood in the address is meant for it.
                login: space.login.clone().or(options.login),
                ..options
            },
            space,
            learned: Arc::default(),
        }
    }

    /// The endpoint of the app at `url`, without a Hub.
    pub fn at_url(url: impl Into<String>, options: http::Options) -> Self {
        Self::new(SpaceRef::at(url), None, options)
    }

    /// The app's address, as far as it is known.
    pub fn url(&self) -> String {
        let found = self.learned().found.clone();
        found.unwrap_or_else(|| self.space.url.clone())
    }

    /// What the Space is called.
    pub fn label(&self) -> &str {
        &self.space.label
    }

    /// The user's token of the Hub.
    pub fn token(&self) -> Option<&http::Token> {
        self.options.token.as_ref()
    }

    /// Whether it may be given that token in the body of a request through `proxy`, where its user agrees. A proxy could read
    /// what is not encrypted, and what it calls this machine is another one.
    pub fn may_sign_in(&self, proxy: Option<&str>) -> bool {
        let is_private = |url: &Url| url.scheme() == "https" || self.proxy(proxy).is_none();
        Url::parse(&self.url()).is_ok_and(|url| may_sign_in_at(&url) && is_private(&url))
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        // No holder of the lock can leave the value incomplete.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client for requests through `proxy`, or through the one of the options.
    pub fn client(&self, proxy: Option<&str>) -> Result<Client, ProviderError> {
        let proxy = self.proxy(proxy);
        if let Some(client) = self.learned().clients.get(&proxy) {
            return Ok(client.clone());
        }
        let options = http::Options {
            proxy: proxy.clone(),
            ..self.options.clone()
        };
        let client = Client::new(&self.url(), options)?;
        self.learned().clients.insert(proxy, client.clone());
        Ok(client)
    }

    fn proxy(&self, proxy: Option<&str>) -> Option<String> {
        proxy
            .map(str::to_owned)
            .or_else(|| self.options.proxy.clone())
    }

    /// Reads the app's description, waking the Space and logging in where that is needed. Stages
    /// are reported while it waits. Safe to drop while it waits.
    pub async fn reach(
        &self,
        proxy: Option<&str>,
        mut tell: impl FnMut(Stage),
    ) -> Result<(Client, Arc<App>), ProviderError> {
        let Some(hub) = self.hub.as_ref().map(|hub| hub.through(self.proxy(proxy))) else {
            let client = self.client(proxy)?;
            let app = config(&client).await?;
            return Ok((client, Arc::new(app)));
        };
        if self.learned().found.is_none() {
            self.remember(hub.find(&self.space, &mut tell).await?);
        }
        let mut tries = 0;
        loop {
            let client = self.client(proxy)?;
            let error = match config(&client).await {
                Ok(app) => return Ok((client, Arc::new(app))),
                Err(error) => error,
            };
            if !is_not_the_app(&error) {
                return Err(error.into());
            }
            let found = hub.find(&self.space, &mut tell).await?;
            if let Some(refusal) = self.is_another_app(&found, &error) {
                return Err(refusal);
            }
            let stage = found.stage.clone();
            self.remember(found);
            tries += 1;
            match stage {
                Some(_) if tries < TRIES => {
                    // The host's proxy takes a while to notice that an app has started.
                    tell(Stage::Waking("starting".to_owned()));
                    tokio::time::sleep(hub.poll()).await;
                }
                Some(stage) => return Err(self.not_answering(&stage, &error)),
                None => return Err(error.into()),
            }
        }
    }

    /// Reads the app's description if the Space is awake; otherwise the error says why not.
    pub async fn inspect(&self) -> Result<(Client, Arc<App>), ProviderError> {
        let Some(hub) = &self.hub else {
            return self.reach(None, |_| {}).await;
        };
        let found = hub.inspect(&self.space).await?;
        self.remember(found.clone());
        let client = self.client(None)?;
        match config(&client).await {
            Ok(app) => Ok((client, Arc::new(app))),
            Err(error) => Err(match (self.is_another_app(&found, &error), &found.stage) {
                (Some(refusal), _) => refusal,
                (None, Some(stage)) if is_not_the_app(&error) => self.not_answering(stage, &error),
                _ => error.into(),
            }),
        }
    }

    /// Stores the address from the Hub. Clients of another address are dropped.
    fn remember(&self, found: ResolvedHost) {
        let before = self.url();
        let mut learned = self.learned();
        if before != found.url {
            learned.clients.clear();
        }
        learned.found = Some(found.url);
        learned.is_zero_gpu = found.is_zero_gpu;
    }

    /// Whether the Space runs on the Hub's shared GPUs, as far as the Hub has told.
    pub fn is_zero_gpu(&self) -> bool {
        self.learned().is_zero_gpu
    }

    /// What is left of the user's time on the Hub's shared GPUs, in words; `None` where it is not told within 3 s, or where
    /// the Space runs on none of them.
    pub async fn gpu_quota(&self) -> Option<String> {
        let hub = self.hub.as_ref()?;
        if !self.is_zero_gpu() {
            return None;
        }
        hub.gpu_quota_words().await
    }

    /// The refusal of a container that runs and answers by itself, though not as a Gradio app does.
    fn is_another_app(&self, found: &ResolvedHost, error: &Error) -> Option<ProviderError> {
        let is_docker = found.sdk.as_deref() == Some("docker");
        let is_up = found.stage.as_deref() == Some("RUNNING");
        let answers = match error {
            Error::Http(http::Error::Decode { .. }) => true,
            error => error.refusal().is_some_and(|refusal| refusal.status == 404),
        };
        (is_docker && is_up && answers).then(|| hub::other_sdk(&self.space.label, "docker"))
    }

    fn not_answering(&self, stage: &str, error: &Error) -> ProviderError {
        ProviderError::Asleep(Report {
            message: format!(
                "The app of the Space {} does not answer, though the Hub calls it {stage}: {error}",
                self.space.label
            ),
            hint: "It may be starting or stuck. Try again in a minute. If that does not help, its owner must restart it.".to_owned(),
            source: None,
        })
    }
}

/// `/config`, with a login where the server or the app wants one and one is known.
async fn config(client: &Client) -> Result<App, Error> {
    let Some(login) = &client.options().login else {
        return client.config().await;
    };
    let mut answer = client.config().await;
    if let Err(Error::Http(http::Error::BasicLogin { .. })) = &answer
        && client.authenticate(login)
    {
        answer = client.config().await;
    }
    if let Err(Error::Login { .. }) = &answer {
        client.login(login).await?;
        answer = client.config().await;
    }
    answer
}

/// Whether something else than the app answered: the page of a Space that starts, an error of
/// the host in front of it.
fn is_not_the_app(error: &Error) -> bool {
    matches!(error, Error::Http(http::Error::Decode { .. }))
        || error
            .refusal()
            .is_some_and(|refusal| matches!(refusal.status, 404 | 502..=504))
}
