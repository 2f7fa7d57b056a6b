//! Where a Space's app is, and the clients that talk to it.
//!
//! A Space that was named `owner/name` is found through the Hub before the first request, woken
//! if it sleeps, and remembered. When what answers there is not the app (a page in HTML, 502 to
//! 504), the Hub is asked again, so that the person is told how the Space stands or waits while
//! it starts. An app that asks for a login gets it once. Providers of Gradio Spaces call this.

use super::catalog::Space;
use super::hub::{Found, Hub};
use super::{ProviderError, Report};
use crate::chat::Stage;
use crate::gradio::app::App;
use crate::gradio::{self, Client, Error};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// How often an app that should run is asked for its description.
const TRIES: u32 = 4;

/// A Space's place on the network; cheap to clone, clones share what they learned.
#[derive(Debug, Clone)]
pub struct Place {
    space: Space,
    hub: Option<Hub>,
    options: gradio::Options,
    learned: Arc<Mutex<Learned>>,
}

#[derive(Debug, Default)]
struct Learned {
    /// The address that the Hub told.
    found: Option<String>,
    /// A client for each proxy, so that connections and cookies are kept.
    clients: HashMap<Option<String>, Client>,
}

impl Place {
    /// The place of `space`; without a Hub its address is taken as it is. Asks nobody yet.
    pub fn new(space: Space, hub: Option<Hub>, options: gradio::Options) -> Self {
        Self {
            hub: hub.filter(|_| space.hub_id.is_some()),
            space,
            options,
            learned: Arc::default(),
        }
    }

    /// The place of the app at `url`, which no Hub knows of.
    pub fn at_url(url: impl Into<String>, options: gradio::Options) -> Self {
        let url = url.into();
        let space = Space {
            label: url.clone(),
            url,
            hub_id: None,
        };
        Self::new(space, None, options)
    }

    /// The app's address, as far as it is known.
    pub fn url(&self) -> String {
        let found = self.learned().found.clone();
        found.unwrap_or_else(|| self.space.url.clone())
    }

    fn learned(&self) -> MutexGuard<'_, Learned> {
        // Nothing that holds the lock can leave it half done.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The client for requests through `proxy`, or through the one of the options.
    pub fn client(&self, proxy: Option<&str>) -> Result<Client, ProviderError> {
        let proxy = self.proxy(proxy);
        if let Some(client) = self.learned().clients.get(&proxy) {
            return Ok(client.clone());
        }
        let options = gradio::Options {
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
    /// are told while it waits. Safe to drop while it waits.
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
            let stage = found.stage.clone();
            self.remember(found);
            tries += 1;
            match stage {
                Some(_) if tries < TRIES => {
                    // The host in front of an app that just started takes a while to notice.
                    tell(Stage::Waking("starting".to_owned()));
                    tokio::time::sleep(hub.poll()).await;
                }
                Some(stage) => return Err(self.not_answering(&stage, &error)),
                None => return Err(error.into()),
            }
        }
    }

    /// Reads the app's description if the Space is awake; otherwise tells how it stands.
    pub async fn look(&self) -> Result<(Client, Arc<App>), ProviderError> {
        let Some(hub) = &self.hub else {
            return self.reach(None, |_| {}).await;
        };
        let found = hub.look(&self.space).await?;
        let stage = found.stage.clone();
        self.remember(found);
        let client = self.client(None)?;
        match config(&client).await {
            Ok(app) => Ok((client, Arc::new(app))),
            Err(error) => Err(match stage {
                Some(stage) if is_not_the_app(&error) => self.not_answering(&stage, &error),
                _ => error.into(),
            }),
        }
    }

    /// Takes the address that the Hub told. Clients of another address are of no use any more.
    fn remember(&self, found: Found) {
        let before = self.url();
        let mut learned = self.learned();
        if before != found.url {
            learned.clients.clear();
        }
        learned.found = Some(found.url);
    }

    fn not_answering(&self, stage: &str, error: &Error) -> ProviderError {
        ProviderError::Asleep(Report {
            message: format!(
                "The app of the Space {} does not answer, though the Hub calls it {stage}: {error}",
                self.space.label
            ),
            hint: "It may be starting or stuck. Try again in a minute; if that does not help, its owner has to restart it.".to_owned(),
        })
    }
}

/// `/config`, with a login where the app wants one and one is known.
async fn config(client: &Client) -> Result<App, Error> {
    match (client.config().await, &client.options().login) {
        (Err(Error::Login { .. }), Some(login)) => {
            client.login(login).await?;
            client.config().await
        }
        (answer, _) => answer,
    }
}

/// Whether something else than the app answered: the page of a Space that starts, an error of
/// the host in front of it.
fn is_not_the_app(error: &Error) -> bool {
    matches!(
        error,
        Error::Decode { .. }
            | Error::Status {
                status: 404 | 502..=504,
                ..
            }
    )
}
