//! The seed's provider: the Qwen2.5-1M demo Space, Qwen-Agent's web page on Gradio.
//!
//! A turn is two functions of that page, `add_text` (posted) and `agent_run` (queued), found in
//! `/config` by name, so the same code serves Gradio 4.44 (no prefix) and 5 (`/gradio_api`). The
//! model's memory is a `state` component that the server keeps by session: a live session is sent
//! only the newest message, and a new one the whole past as one prompt.
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

mod turn;

use super::catalog::{self, SEED};
use super::{
    Ability, Hub, Place, Provider, ProviderError, ProviderInfo, Reply, Request, SpaceReport, hub,
};
use crate::chat::Stage;
use crate::gradio::app::{App, ComponentId, FnIndex};
use crate::gradio::{self, Client};
use crate::http;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::task::TaskTracker;

/// The Space's address.
pub use super::catalog::QWEN_URL as URL;
/// The query with which the Space's page was opened.
const QUERY: &str = "?__theme=light";
/// The model's name at the Space, and the name that is offered.
const MODEL: (&str, &str) = ("qwen-2.5-1m-demo", "qwen-2.5-1m");

/// The provider; cheap to clone, clones share what they learned of the Space.
#[derive(Debug, Clone)]
pub struct Qwen {
    place: Place,
    tracker: TaskTracker,
    learned: Arc<Mutex<Learned>>,
}

/// What is remembered of the Space between turns.
#[derive(Debug, Default)]
struct Learned {
    app: Option<Arc<App>>,
    working: Option<bool>,
}

/// The parts of the Space's page that a turn needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Page {
    add_text: FnIndex,
    message_box: ComponentId,
    chatbot: ComponentId,
}

impl Default for Qwen {
    fn default() -> Self {
        let space = catalog::Space::of_hub(SEED);
        let options = http::Options::default();
        let hub = Hub::new(hub::Options::default(), options.clone());
        Self::at(Place::new(space, Some(hub), options), TaskTracker::new())
    }
}

impl Qwen {
    /// The provider for the app at `url`. Replies run as tasks of `tracker`; await it before the
    /// program exits, so that jobs which were dropped are ended at the server.
    pub fn new(url: impl Into<String>, options: http::Options, tracker: TaskTracker) -> Self {
        Self::at(Place::at_url(url, options), tracker)
    }

    /// The provider for the app at `place`, which is looked up at the first request. `tracker` as
    /// in [`Qwen::new`].
    pub fn at(place: Place, tracker: TaskTracker) -> Self {
        Self {
            place,
            tracker,
            learned: Arc::default(),
        }
    }

    /// The provider, with what was read of its app already.
    #[must_use]
    pub fn knowing(self, app: Arc<App>) -> Self {
        {
            let mut learned = self.learned();
            learned.working = Some(true);
            learned.app = Some(app);
        }
        self
    }

    fn learned(&self) -> std::sync::MutexGuard<'_, Learned> {
        // Nothing that holds the lock can leave it half done.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads `/config` again and remembers it; the Space is woken for it.
    async fn read_app(
        &self,
        proxy: Option<&str>,
        tell: impl FnMut(Stage),
    ) -> Result<(Client, Arc<App>), ProviderError> {
        let read = self.place.reach(proxy, tell).await;
        self.learn(read)
    }

    fn learn(
        &self,
        read: Result<(Client, Arc<App>), ProviderError>,
    ) -> Result<(Client, Arc<App>), ProviderError> {
        let mut learned = self.learned();
        learned.working = Some(read.is_ok());
        learned.app = read.as_ref().ok().map(|(_, app)| Arc::clone(app));
        read
    }
}

impl Provider for Qwen {
    fn info(&self) -> ProviderInfo {
        let (name, offered) = MODEL;
        ProviderInfo {
            label: "Qwen Qwen-2.5M".to_owned(),
            url: self.place.url(),
            api_endpoint: format!("/run/predict{QUERY}"),
            working: self.learned().working,
            supports_stream: true,
            supports_system_message: true,
            supports_message_history: false,
            default_model: name.to_owned(),
            model_aliases: vec![(offered.to_owned(), name.to_owned())],
            models: vec![offered.to_owned()],
            context_window: Some(1_000_000),
        }
    }

    fn reply(&self, request: Request) -> Reply {
        let provider = self.clone();
        Reply::spawn(&self.tracker, |sender| turn::run(provider, request, sender))
    }

    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SpaceReport, ProviderError>> + Send + '_>> {
        Box::pin(async {
            let (_, app) = self.learn(self.place.look().await)?;
            let page = Page::find(&app)?;
            Ok(SpaceReport {
                functions: page.functions(&app),
                message_box: page.message_box,
                kind: "Qwen-Agent's page".to_owned(),
                endpoint: Some("add_text".to_owned()),
                history: Ability::Native("kept by the Space's session".to_owned()),
                files: Ability::Native("with the message".to_owned()),
                thinking: Ability::Native("where replies mark it".to_owned()),
                ..SpaceReport::of(&self.place.url(), &app)
            })
        })
    }
}

/// Whether an app is Qwen-Agent's page: `add_text` and, after it, `agent_run`.
pub(super) fn is_page(app: &App) -> bool {
    let mut names = app
        .dependencies()
        .iter()
        .map(|found| found.api_name.as_deref());
    names.any(|name| name == Some("agent_run")) && Page::find(app).is_ok()
}

impl Page {
    /// Finds `add_text`, the message box among its inputs and the chatbot among its outputs.
    fn find(app: &App) -> Result<Self, ProviderError> {
        let found = app.dependencies().iter().find_map(|dependency| {
            if dependency.api_name.as_deref() != Some("add_text") {
                return None;
            }
            let is = |id: &ComponentId, test: fn(&gradio::app::Component) -> bool| {
                app.component(*id).is_some_and(test)
            };
            let message_box = dependency
                .inputs
                .iter()
                .find(|id| is(id, gradio::app::Component::takes_files));
            let chatbot = dependency
                .outputs
                .iter()
                .find(|id| is(id, gradio::app::Component::is_chatbot));
            Some(Self {
                add_text: dependency.id,
                message_box: *message_box?,
                chatbot: *chatbot?,
            })
        });
        found.ok_or_else(|| {
            gradio::Error::Unsupported {
                detail: format!(
                    "This app (Gradio {}) is not Qwen-Agent's chat page: it has no function add_text with a message box and a chatbot.",
                    app.version
                ),
            }
            .into()
        })
    }

    /// The functions of a turn, in order.
    fn functions(self, app: &App) -> Vec<(FnIndex, String)> {
        let name = |id| {
            let dependency = app.dependency(id);
            dependency
                .and_then(|dependency| dependency.api_name.clone())
                .unwrap_or_default()
        };
        let next = app.triggered_after(self.add_text).map(|next| next.id);
        std::iter::once(self.add_text)
            .chain(next)
            .map(|id| (id, name(id)))
            .collect()
    }
}
