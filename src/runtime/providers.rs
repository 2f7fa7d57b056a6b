//! Where providers come from: what the loops ask whoever knows the user's sources.
//!
//! Which sources there are, and what is written for them, is not known here.

use crate::provider::{Provider, ProviderError};
use std::sync::Arc;

/// Where providers come from.
pub trait Providers: Send {
    /// The provider for a Space as the user named it; the same one each time.
    fn find(&self, space: &str) -> Result<Arc<dyn Provider>, ProviderError>;

    /// What a user has written for a source.
    fn name(&self, written: &str) -> SourceName;

    /// Gives a name and a password to a Space that asks for them.
    fn login(&self, space: &str, name: &str, password: &str);
}

/// What a user has written for a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceName {
    /// Its canonical name: an alias is followed, and a name and a password in an address are not part of it.
    pub name: String,
    /// The model that was written with it.
    pub model: Option<String>,
}
