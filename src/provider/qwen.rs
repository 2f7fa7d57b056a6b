//! The provider for the Qwen demo Space (Qwen2.5-1M): Qwen-Agent's web page on Gradio.
//!
//! It is a page like others, held by [`super::SpaceProvider`], which knows what is its own. The tail behind a reply is cut by
//! [`super::tail`].
//!
//! ```no_run
//! use spacechat::chat::Message;
//! use spacechat::provider::{Provider, Qwen, ReplyEvent, Request};
//!
//! # async fn example() -> Result<(), spacechat::provider::ProviderError> {
//! let qwen = Qwen::default();
//! let mut reply = qwen.reply(Request::new([Message::user("What is a borrow checker?")]));
//! while let Some(event) = reply.next().await {
//!     if let ReplyEvent::Delta(text) = event? {
//!         print!("{text}");
//!     }
//! }
//! # Ok(())
//! # }
//! ```

use super::catalog::{self, QWEN_DEMO};
use super::{
    Hub, Provider, ProviderError, ProviderInfo, Reply, Request, SourceReport, SpaceEndpoint,
    SpaceProvider, hub,
};
use crate::http;
use std::pin::Pin;
use tokio_util::task::TaskTracker;

/// The Space's address.
pub use super::catalog::QWEN_URL as URL;
/// The provider; cheap to clone, clones share what they learned of the Space.
#[derive(Debug, Clone)]
pub struct Qwen {
    space: SpaceProvider,
}

impl Default for Qwen {
    fn default() -> Self {
        let space = catalog::SpaceRef::of_hub(QWEN_DEMO);
        let options = http::Options::default();
        let hub = Hub::new(hub::Options::default(), options.clone());
        Self::at(
            SpaceEndpoint::new(space, Some(hub), options),
            TaskTracker::new(),
        )
    }
}

impl Qwen {
    /// The provider for the app at `url`. Replies run as tasks of `tracker`; await it before the
    /// program exits, so that jobs which were dropped are ended at the server.
    pub fn new(url: impl Into<String>, options: http::Options, tracker: TaskTracker) -> Self {
        Self::at(SpaceEndpoint::at_url(url, options), tracker)
    }

    /// The provider for the app at `endpoint`, which is looked up at the first request. `tracker` as
    /// in [`Qwen::new`].
    pub fn at(endpoint: SpaceEndpoint, tracker: TaskTracker) -> Self {
        Self {
            space: SpaceProvider::of_qwen(endpoint, tracker),
        }
    }
}

impl Provider for Qwen {
    fn info(&self) -> ProviderInfo {
        self.space.info()
    }

    fn reply(&self, request: Request) -> Reply {
        self.space.reply(request)
    }

    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>> {
        self.space.look()
    }
}
