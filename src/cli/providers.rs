//! Chooses the provider for a Space (embedded, Qwen demo, or any other) and the login that it receives.

use super::Context;
use crate::app::DEMO_SPACE;
use crate::http::Login;
use crate::provider::{
    AddressProvider, Hub, Provider, ProviderError, Qwen, ServerOptions, ServerProvider,
    SpaceEndpoint, SpaceProvider, catalog, qwen, server::candidates,
};
use crate::runtime::Providers;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

impl Context {
    /// The provider of a Space as it was written.
    pub(super) fn provider(&self, written: &str) -> Result<Arc<dyn Provider>, ProviderError> {
        let login = self.login_for(&self.name_of(written));
        self.provider_with(written, login)
    }

    /// Whether `SPACECHAT_LOGIN` holds a login.
    pub(super) fn has_login(&self) -> bool {
        self.options.login.is_some()
    }

    /// The name by which a Space is stored and compared.
    pub(super) fn name_of(&self, written: &str) -> String {
        catalog::canonical(written, &self.names)
    }

    /// The login that is sent to a Space without asking: `SPACECHAT_LOGIN`, only for the Space that the command line,
    /// the environment or the settings name. A Space that only a saved conversation names gets none, because an
    /// imported file could name any server.
    fn login_for(&self, name: &str) -> Option<Login> {
        let own = self.address_login.clone();
        let login = own.or_else(|| self.options.login.clone());
        login.filter(|_| name == self.space)
    }

    fn provider_with(
        &self,
        written: &str,
        login: Option<Login>,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        if self.name_of(written) == DEMO_SPACE {
            return Ok(Arc::new(self.embedded.clone()));
        }
        let space = catalog::SpaceRef::parse(written, &self.names)?;
        let mut options = self.options.clone();
        options.login = login;
        let hub = Hub::new(self.hub.clone(), options.clone());
        let is_qwen = space.url == qwen::URL;
        let tracker = self.tracker.clone();
        let is_address = space.hub_id.is_none() && space.subdomain.is_none();
        let server = is_address.then(|| {
            let options = ServerOptions {
                label: space.label.clone(),
                bases: candidates(&space.url),
                http: options.clone(),
                ..ServerOptions::default()
            };
            ServerProvider::new(options, tracker.clone())
        });
        let endpoint = SpaceEndpoint::new(space, Some(hub), options);
        if is_qwen {
            return Ok(Arc::new(Qwen::at(endpoint, tracker)));
        }
        let space = SpaceProvider::at(endpoint, tracker.clone());
        let Some(server) = server else {
            return Ok(Arc::new(space));
        };
        Ok(Arc::new(AddressProvider::new(space, server, tracker)))
    }

    /// Finds providers by their Space and creates each once.
    pub(super) fn providers(&self) -> Box<dyn Providers> {
        Box::new(ProviderRegistry {
            context: self.clone(),
            providers: Mutex::default(),
        })
    }
}

/// The providers by the name of their Space. A name and a password in an address are known to that provider only.
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
        let name = self.name(written);
        let has_login = catalog::SpaceRef::parse(written, &self.context.names)
            .is_ok_and(|space| space.login.is_some());
        if !has_login && let Some(provider) = self.providers().get(&name) {
            return Ok(Arc::clone(provider));
        }
        let provider = self.context.provider(written)?;
        self.providers().insert(name, Arc::clone(&provider));
        Ok(provider)
    }

    fn name(&self, written: &str) -> String {
        self.context.name_of(written)
    }

    fn login(&self, space: &str, name: &str, password: &str) {
        let login = Login::new(name, password);
        if let Ok(provider) = self.context.provider_with(space, Some(login)) {
            self.providers().insert(self.name(space), provider);
        }
    }
}
