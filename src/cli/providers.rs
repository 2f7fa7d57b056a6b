//! Which provider serves a Space: the embedded one, the seed's, or any other.

use super::Context;
use crate::app::DEMO_SPACE;
use crate::gradio::Login;
use crate::provider::{Hub, Place, Provider, ProviderError, Qwen, Space, catalog, qwen};
use crate::runtime::Providers;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

impl Context {
    /// The provider of a Space as it was named.
    pub(super) fn provider(&self, space: &str) -> Result<Arc<dyn Provider>, ProviderError> {
        // A Space that a saved conversation names must not be given this password.
        let login = self.options.login.clone().filter(|_| space == self.space);
        self.provider_with(space, login)
    }

    fn provider_with(
        &self,
        space: &str,
        login: Option<Login>,
    ) -> Result<Arc<dyn Provider>, ProviderError> {
        if space == DEMO_SPACE {
            return Ok(Arc::new(self.embedded.clone()));
        }
        let space = catalog::Space::parse(space, self.insecure_http)?;
        let mut options = self.options.clone();
        options.login = login;
        let hub = Hub::new(self.hub.clone(), options.clone());
        let is_seed = space.url == qwen::URL;
        let place = Place::new(space, Some(hub), options);
        let tracker = self.tracker.clone();
        if is_seed {
            return Ok(Arc::new(Qwen::at(place, tracker)));
        }
        Ok(Arc::new(Space::at(place, tracker)))
    }

    /// Finds providers by their Space, each made once.
    pub(super) fn providers(&self) -> Box<dyn Providers> {
        Box::new(Made {
            context: self.clone(),
            providers: Mutex::default(),
        })
    }
}

/// The providers that were made, by the Space's name.
struct Made {
    context: Context,
    providers: Mutex<HashMap<String, Arc<dyn Provider>>>,
}

impl Made {
    fn providers(&self) -> MutexGuard<'_, HashMap<String, Arc<dyn Provider>>> {
        // Nothing that holds the lock can leave it half done.
        self.providers
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

impl Providers for Made {
    fn find(&self, space: &str) -> Result<Arc<dyn Provider>, ProviderError> {
        if let Some(provider) = self.providers().get(space) {
            return Ok(Arc::clone(provider));
        }
        let provider = self.context.provider(space)?;
        self.providers()
            .insert(space.to_owned(), Arc::clone(&provider));
        Ok(provider)
    }

    fn login(&self, space: &str, name: &str, password: &str) {
        let login = Login::new(name, password);
        if let Ok(provider) = self.context.provider_with(space, Some(login)) {
            self.providers().insert(space.to_owned(), provider);
        }
    }
}
