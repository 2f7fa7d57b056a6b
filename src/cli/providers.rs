//! Chooses the provider for a source (embedded, Qwen demo, any other Space, a server) and the login that it receives.

use super::Context;
use super::exit::{Exit, complain};
use crate::http::Login;
use crate::provider::hub::HubSpace;
use crate::provider::local::LOCAL;
use crate::provider::{
    AddressProvider, AddressRef, Headers, Hub, KeyPlace, Provider, ProviderError, Qwen, Report,
    ServerProvider, ServerRef, Source, SpaceEndpoint, SpaceProvider, SpaceRef, local, qwen, source,
};
use crate::runtime::{Lookup, Providers, SourceName};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

impl Context {
    /// The provider of a source as it was written.
    pub(super) fn provider(&self, written: &str) -> Result<Arc<dyn Provider>, ProviderError> {
        let login = self.login_for(&self.name_of(written));
        self.provider_with(written, login)
    }

    /// The provider of the source that a command names, else of the one in force. Without one it has complained.
    pub(super) async fn named_provider(
        &mut self,
        written: Option<&str>,
    ) -> Result<Arc<dyn Provider>, Exit> {
        if let Some(written) = written {
            self.talk_to(written);
        }
        self.settle().await?;
        let provider = self.provider(&self.space);
        provider.map_err(|error| complain(Exit::Usage, &error.to_string(), &error.hint()))
    }

    /// Whether `SPACECHAT_LOGIN` holds a login.
    pub(super) fn has_login(&self) -> bool {
        self.options.login.is_some()
    }

    /// The name by which a source is stored and compared.
    fn name_of(&self, written: &str) -> String {
        source::canonical(written, &self.names).0
    }

    /// The login that stands in a written address.
    pub(super) fn login_in(&self, written: &str) -> Option<Login> {
        match source::read(written, &self.names).ok()?.0 {
            Source::Space(space) => space.login,
            Source::Address(address) => address.space.login,
            Source::Demo | Source::Local | Source::Server(_) => None,
        }
    }

    /// The login that is sent to a Space without asking: `SPACECHAT_LOGIN`, only for the Space that the command line,
    /// the environment or the settings name. A Space that only a saved conversation names gets none, because an
    /// imported file could name any server.
    fn login_for(&self, name: &str) -> Option<Login> {
        let own = self.address_login.clone();
        let login = own.or_else(|| self.options.login.clone());
        login.filter(|_| name == self.space)
    }

    /// Every provider begins here.
    fn provider_with(
        &self,
        written: &str,
        login: Option<Login>,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        match source::read(written, &self.names)?.0 {
            Source::Demo => Ok(Arc::new(self.embedded.clone())),
            Source::Local => Err(local::not_settled()),
            Source::Space(space) => Ok(self.space_provider(space, login)),
            Source::Address(address) => self.address_provider(*address, login),
            Source::Server(server) => Ok(Arc::new(self.server_with(*server, None))),
        }
    }

    /// The provider of a Space of the Hub, or of a Gradio app at an address.
    fn space_provider(&self, space: SpaceRef, login: Option<Login>) -> Arc<dyn Provider> {
        let mut options = self.options.clone();
        options.login = login;
        let hub = Hub::new(self.hub.clone(), options.clone());
        let is_qwen = space.url == qwen::URL;
        let tracker = self.tracker.clone();
        let endpoint = SpaceEndpoint::new(space, Some(hub), options);
        if is_qwen {
            return Arc::new(Qwen::at(endpoint, tracker));
        }
        Arc::new(SpaceProvider::at(endpoint, tracker))
    }

    /// The provider of an address: a Gradio app or a server, which is found out at its first request.
    fn address_provider(
        &self,
        address: AddressRef,
        login: Option<Login>,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        if address.is_gradio {
            let has_secrets = address.server.key != KeyPlace::None
                || address.server.headers != Headers::default();
            // It is not asked without what it needs.
            if has_secrets {
                return Err(no_keys_for_apps(&address.server.name));
            }
            return Ok(self.space_provider(address.space, login));
        }
        let server = self.server_with(address.server, login.clone());
        let mut options = self.options.clone();
        options.login = login;
        let tracker = self.tracker.clone();
        let endpoint = SpaceEndpoint::new(address.space, None, options);
        let space = SpaceProvider::at(endpoint, tracker.clone());
        Ok(Arc::new(AddressProvider::new(space, server, tracker)))
    }

    /// The provider of a server that speaks chat completions. Its key is read at its first request.
    fn server_with(&self, server: ServerRef, login: Option<Login>) -> ServerProvider {
        let mut options = self.options.clone();
        options.login = login;
        ServerProvider::new(server, options, self.tracker.clone())
    }

    /// Finds providers by their source and creates each once.
    pub(super) fn providers(&self) -> Arc<dyn Providers> {
        Arc::new(ProviderRegistry {
            context: self.clone(),
            providers: Mutex::default(),
        })
    }
}

fn no_keys_for_apps(name: &str) -> ProviderError {
    ProviderError::Setup(Report {
        message: format!("{name} is a Gradio app, and its key and its headers cannot be sent to one."),
        hint: "Remove them from its section in the settings. A Gradio app takes a name and a password.".to_owned(),
        source: None,
    })
}

/// The providers by the name of their source. A name and a password in an address are known to that provider only.
struct ProviderRegistry {
    context: Context,
    providers: Mutex<HashMap<String, Arc<dyn Provider>>>,
}

impl ProviderRegistry {
    fn providers(&self) -> MutexGuard<'_, HashMap<String, Arc<dyn Provider>>> {
        // No holder of the lock can leave the value incomplete.
        self.providers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Providers for ProviderRegistry {
    fn find(&self, written: &str) -> Result<Arc<dyn Provider>, ProviderError> {
        let name = self.context.name_of(written);
        let has_login = self.context.login_in(written).is_some();
        if !has_login && let Some(provider) = self.providers().get(&name) {
            return Ok(Arc::clone(provider));
        }
        let provider = self.context.provider(written)?;
        self.providers().insert(name, Arc::clone(&provider));
        Ok(provider)
    }

    fn name(&self, written: &str) -> SourceName {
        let (name, model) = source::canonical(written, &self.context.names);
        SourceName { name, model }
    }

    fn login(&self, space: &str, name: &str, password: &str) {
        let login = Login::new(name, password);
        if let Ok(provider) = self.context.provider_with(space, Some(login)) {
            let name = self.context.name_of(space);
            self.providers().insert(name, provider);
        }
    }

    fn settle(&self, written: &str) -> Option<Lookup<Result<String, ProviderError>>> {
        if self.context.name_of(written) != LOCAL {
            return None;
        }
        let options = self.context.options.clone();
        Some(Box::pin(async move { local::first(&options).await }))
    }

    fn local(&self) -> Lookup<Vec<local::LocalServer>> {
        let options = self.context.options.clone();
        Box::pin(async move { local::find(&options).await })
    }

    fn gpu_quota(&self) -> Lookup<Option<String>> {
        let hub = Hub::new(self.context.hub.clone(), self.context.options.clone());
        Box::pin(async move { hub.gpu_quota_words().await })
    }

    fn search(&self, words: &str) -> Lookup<Result<Vec<HubSpace>, ProviderError>> {
        let hub = Hub::new(self.context.hub.clone(), self.context.options.clone());
        let words = words.to_owned();
        Box::pin(async move { hub.search(&words).await })
    }
}
