//! Where the app of a Space is, as far as the Hub tells. Plain data.

use crate::provider::catalog::SpaceRef;

/// Where a Space's app is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolvedHost {
    /// The address of the app.
    pub url: String,
    /// The last stage from the Hub; `None` where it could not be asked.
    pub stage: Option<String>,
    /// What the Space is built with, in the Hub's word: `gradio`, `docker`; `None` where that is not known.
    pub sdk: Option<String>,
    /// Whether it runs on the Hub's shared GPUs.
    pub is_zero_gpu: bool,
}

impl ResolvedHost {
    /// A Space about which the Hub was not asked.
    pub(super) fn unasked(space: &SpaceRef) -> Self {
        Self {
            url: space.url.clone(),
            stage: None,
            sdk: None,
            is_zero_gpu: false,
        }
    }
}
