//! An address, looked at once to tell a Gradio app from a server that speaks `OpenAI`'s chat completions.
//!
//! Both are asked at the same time; what answers is used from then on. Where neither answers, the error says what each
//! said, and the next request looks again.

use super::server::loading;
use super::{
    Provider, ProviderError, ProviderInfo, Reply, Report, Request, ServerProvider, SourceReport,
    SpaceProvider,
};
use crate::chat::FailureKind;
use std::pin::Pin;
use std::sync::{Arc, OnceLock};
use std::time::Duration;
use tokio_util::task::TaskTracker;

/// How long a Gradio app may take to say that it is one, once a server has answered.
const SLOWER: Duration = Duration::from_secs(2);

/// The provider of whatever is at an address; cheap to clone, clones share what they found.
#[derive(Debug, Clone)]
pub struct AddressProvider {
    space: SpaceProvider,
    server: ServerProvider,
    found: Arc<OnceLock<Found>>,
    tracker: TaskTracker,
}

/// What is at the address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Found {
    Space,
    Server,
}

impl AddressProvider {
    /// The provider for what is at an address: `space` if it is a Gradio app, `server` if it is a server. Nothing is
    /// requested yet.
    pub fn new(space: SpaceProvider, server: ServerProvider, tracker: TaskTracker) -> Self {
        Self {
            space,
            server,
            found: Arc::default(),
            tracker,
        }
    }

    fn of(&self, found: Found) -> &dyn Provider {
        match found {
            Found::Space => &self.space,
            Found::Server => &self.server,
        }
    }

    /// Finds out what is there.
    async fn find(&self) -> Result<(Found, SourceReport), ProviderError> {
        let (space, server) = (self.space.look(), self.server.look());
        tokio::pin!(space, server);
        let (app, other) = tokio::select! {
            app = &mut space => match app {
                Ok(report) => return Ok(self.is(Found::Space, report)),
                Err(error) => (Some(Err(error)), server.await),
            },
            other = &mut server => {
                let app = match &other {
                    Ok(_) => tokio::time::timeout(SLOWER, space).await.ok(),
                    Err(_) => Some(space.await),
                };
                (app, other)
            }
        };
        match (app, other) {
            (Some(Ok(report)), _) => Ok(self.is(Found::Space, report)),
            (_, Ok(report)) => Ok(self.is(Found::Server, report)),
            (Some(Err(app)), Err(other)) => Err(neither(app, other)),
            (None, Err(other)) => Err(other),
        }
    }

    fn is(&self, found: Found, report: SourceReport) -> (Found, SourceReport) {
        (*self.found.get_or_init(|| found), report)
    }
}

/// The error where neither answers as it should.
fn neither(app: ProviderError, server: ProviderError) -> ProviderError {
    if loading::is_error(&server) {
        return server;
    }
    match (app.kind(), server.kind()) {
        // A server that is there, and says what it lacks.
        (
            FailureKind::Decode | FailureKind::Status,
            FailureKind::Key | FailureKind::Unavailable,
        ) => server,
        _ if is_elsewhere(&app) && is_elsewhere(&server) => ProviderError::Decode(Report {
            message: format!(
                "Neither a Gradio app nor an OpenAI-compatible server answers there. {app} {server}"
            ),
            hint: "Check the address. That of a server usually ends in /v1.".to_owned(),
            source: None,
        }),
        _ => app,
    }
}

/// Whether something answers, and it is not what was asked for.
fn is_elsewhere(error: &ProviderError) -> bool {
    matches!(
        error,
        ProviderError::Decode(_)
            | ProviderError::Status {
                status: 404 | 405 | 501,
                ..
            }
    )
}

impl Provider for AddressProvider {
    fn info(&self) -> ProviderInfo {
        self.of(self.found.get().copied().unwrap_or(Found::Space))
            .info()
    }

    fn reply(&self, request: Request) -> Reply {
        if let Some(found) = self.found.get() {
            return self.of(*found).reply(request);
        }
        let address = self.clone();
        Reply::spawn(&self.tracker, |sender| async move {
            let find = loading::waited_for(&sender, || address.find());
            match sender.unless_cancelled(find).await {
                None => {}
                Some(Err(error)) => sender.end(Err(error)).await,
                Some(Ok((found, _))) => sender.pass_on(address.of(found).reply(request)).await,
            }
        })
    }

    fn count(&self, request: Request) -> Pin<Box<dyn Future<Output = Option<u64>> + Send + '_>> {
        Box::pin(async {
            let found = match self.found.get() {
                Some(found) => *found,
                None if self.server.is_here() => self.find().await.ok()?.0,
                None => return None,
            };
            self.of(found).count(request).await
        })
    }

    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>> {
        Box::pin(async {
            match self.found.get() {
                Some(found) => self.of(*found).look().await,
                None => Ok(self.find().await?.1),
            }
        })
    }
}
