//! Where providers come from: what the loops ask whoever knows the user's sources.
//!
//! Which sources there are, and what is written for them, is not known here.

use crate::provider::hub::HubSpace;
use crate::provider::local::LocalServer;
use crate::provider::{Provider, ProviderError};
use std::pin::Pin;
use std::sync::Arc;

/// An answer that takes a while.
pub type Lookup<T> = Pin<Box<dyn Future<Output = T> + Send>>;

/// Where providers come from.
pub trait Providers: Send + Sync {
    /// The provider for a Space as the user named it; the same one each time.
    fn find(&self, space: &str) -> Result<Arc<dyn Provider>, ProviderError>;

    /// What a user has written for a source.
    fn name(&self, written: &str) -> SourceName;

    /// Gives a name and a password to a Space that asks for them.
    fn login(&self, space: &str, name: &str, password: &str);

    /// The name that stands for what was written, where that has to be looked for first; `None` where it stands for itself.
    fn settle(&self, written: &str) -> Option<Lookup<Result<String, ProviderError>>>;

    /// The servers that answer on this machine.
    fn local(&self) -> Lookup<Vec<LocalServer>>;

    /// What is left of the user's time on the Hub's shared GPUs, in words; `None` where that is not told.
    fn gpu_quota(&self) -> Lookup<Option<String>>;

    /// Spaces by the words of a search.
    fn search(&self, words: &str) -> Lookup<Result<Vec<HubSpace>, ProviderError>>;
}

/// What a user has written for a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceName {
    /// Its canonical name: an alias is followed, and a name and a password in an address are not part of it.
    pub name: String,
    /// The model that was written with it.
    pub model: Option<String>,
}
