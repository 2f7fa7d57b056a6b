//! The embedded Space as a provider: started when it is first asked, on this machine alone.
//!
//! It is reached like any other Space, over HTTP by the same client; a proxy is never used for it.

use crate::app::DEMO_SPACE;
use crate::demo;
use crate::provider::reply::ReplySender;
use crate::provider::{
    ConnectOptions, Provider, ProviderError, ProviderInfo, Qwen, Reply, Report, Request,
    SourceReport,
};
use std::pin::Pin;
use std::sync::Arc;
use tokio::sync::OnceCell;
use tokio_util::task::TaskTracker;

/// The embedded Space and the client that talks to it.
#[derive(Clone)]
pub struct Embedded {
    running: Arc<OnceCell<(demo::Server, Qwen)>>,
    options: ConnectOptions,
    demo: demo::Options,
    tracker: TaskTracker,
}

impl Embedded {
    /// Nothing is started yet. Timeouts come from `options`, without its proxy. `demo` is how the Space behaves.
    pub fn new(options: &ConnectOptions, demo: demo::Options, tracker: TaskTracker) -> Self {
        Self {
            running: Arc::default(),
            options: ConnectOptions {
                proxy: None,
                ..options.clone()
            },
            demo,
            tracker,
        }
    }

    async fn qwen(&self) -> Result<&Qwen, ProviderError> {
        let running = self.running.get_or_try_init(|| async {
            let server = demo::Server::start(self.demo.clone()).await?;
            let qwen = Qwen::new(server.url(), self.options.clone(), self.tracker.clone());
            Ok::<_, std::io::Error>((server, qwen))
        });
        match running.await {
            Ok((_, qwen)) => Ok(qwen),
            Err(error) => Err(ProviderError::Connect(Report {
                message: format!("The embedded Space could not be started: {error}."),
                hint: "It needs a free port on 127.0.0.1.".to_owned(),
                source: None,
            })),
        }
    }

    async fn pass_on(self, request: Request, sender: ReplySender) {
        let qwen = match self.qwen().await {
            Ok(qwen) => qwen,
            Err(error) => return sender.fail(error).await,
        };
        let reply = qwen.reply(Request {
            proxy: None,
            ..request
        });
        sender.pass_on(reply).await;
    }
}

impl Provider for Embedded {
    fn info(&self) -> ProviderInfo {
        ProviderInfo {
            label: "Embedded Space".to_owned(),
            url: self
                .running
                .get()
                .map_or_else(|| DEMO_SPACE.to_owned(), |(server, _)| server.url()),
            working: Some(true),
            default_model: "guided-tour".to_owned(),
            model_aliases: Vec::new(),
            models: vec!["guided-tour".to_owned()],
            ..Qwen::default().info()
        }
    }

    fn reply(&self, request: Request) -> Reply {
        let (embedded, mut request) = (self.clone(), request);
        // Its one model needs no name at the Space.
        request.model.clear();
        Reply::spawn(&self.tracker, |sender| embedded.pass_on(request, sender))
    }

    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>> {
        Box::pin(async { self.qwen().await?.look().await })
    }
}
