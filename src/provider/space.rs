//! Any Gradio Space with a chat, whatever its author built.
//!
//! On the first turn or look it reads `/config` and `/info` and decides what it has before it
//! ([`detect`]): a `ChatInterface`, Qwen-Agent's page (which [`Qwen`] holds), a function that
//! chats, or a page to be used as a person uses it. `turn` then holds the conversation. Settings
//! of the Space and a system message go to its own inputs where it has them (`inputs`).

pub mod detect;
mod evidence;
mod inputs;
mod turn;

use super::report::{Ability, SpaceReport};
use super::{Place, Provider, ProviderError, ProviderInfo, Qwen, Reply, Request};
use crate::chat::Stage;
use crate::chat::input::{Kind, SpaceInput};
use crate::gradio::app::{App, Component};
use crate::gradio::{self, Client};
use crate::http;
use detect::{Chat, Form, Found, Memory};
use serde_json::Value;
use std::collections::VecDeque;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::task::TaskTracker;

/// How many pages' component values are kept for the next message.
const TABS_KEPT: usize = 8;
/// How the one model of a Space is called that offers no choice.
const MODEL: &str = "default";

/// The provider of one Space; cheap to clone, clones share what they learned of it.
#[derive(Debug, Clone)]
pub struct Space {
    place: Place,
    tracker: TaskTracker,
    learned: Arc<Mutex<Learned>>,
}

/// What is remembered of the Space between turns.
#[derive(Debug, Default)]
struct Learned {
    known: Option<Arc<Known>>,
    working: Option<bool>,
    /// The pages of sessions that may go on, the newest last.
    tabs: VecDeque<gradio::Session>,
    qwen: Option<Qwen>,
}

/// The app and the chat in it.
#[derive(Debug)]
struct Known {
    app: Arc<App>,
    found: Found,
}

impl Space {
    /// The provider for the app at `url`. Nothing is asked before the first turn or look. Replies
    /// run as tasks of `tracker`; await it before the program exits, so that jobs which were
    /// dropped are ended at the server.
    pub fn new(url: impl Into<String>, options: http::Options, tracker: TaskTracker) -> Self {
        Self::at(Place::at_url(url, options), tracker)
    }

    /// The provider for the app at `place`, which is looked up at the first request. `tracker` as
    /// in [`Space::new`].
    pub fn at(place: Place, tracker: TaskTracker) -> Self {
        Self {
            place,
            tracker,
            learned: Arc::default(),
        }
    }

    fn learned(&self) -> std::sync::MutexGuard<'_, Learned> {
        // Nothing that holds the lock can leave it half done.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads `/config` and `/info` and finds the chat; the Space is woken for it.
    async fn read(
        &self,
        proxy: Option<&str>,
        tell: impl FnMut(Stage),
    ) -> Result<(Client, Arc<Known>), ProviderError> {
        let reached = self.place.reach(proxy, tell).await;
        self.learn(reached).await
    }

    /// Remembers what answered. An app that offers nothing to programs may have no `/info`; then
    /// labels name its inputs.
    async fn learn(
        &self,
        reached: Result<(Client, Arc<App>), ProviderError>,
    ) -> Result<(Client, Arc<Known>), ProviderError> {
        self.learned().working = Some(reached.is_ok());
        let (client, app) = reached?;
        let info = match client.info(&app).await {
            Ok(info) => info,
            Err(gradio::Error::Http(http::Error::Status(_) | http::Error::Decode { .. })) => {
                Value::Null
            }
            Err(error) => return Err(error.into()),
        };
        let found = detect::find(&app, &info)?;
        let known = Arc::new(Known { app, found });
        let mut learned = self.learned();
        learned.known = Some(Arc::clone(&known));
        learned.tabs.clear();
        Ok((client, known))
    }

    /// The provider of Qwen-Agent's page, which takes over what is known of the app.
    fn qwen(&self, app: &Arc<App>) -> Qwen {
        let mut learned = self.learned();
        let qwen = learned.qwen.get_or_insert_with(|| {
            Qwen::at(self.place.clone(), self.tracker.clone()).knowing(Arc::clone(app))
        });
        qwen.clone()
    }

    /// The page of a session that goes on; `None` where its values are needed and gone.
    fn tab(&self, chat: &Chat, hash: &str) -> Option<gradio::Session> {
        if !chat.needs_page() {
            return Some(gradio::Session::new(hash.to_owned()));
        }
        let learned = self.learned();
        let mut tabs = learned.tabs.iter();
        tabs.find(|tab| tab.hash() == hash).cloned()
    }

    fn keep_tab(&self, tab: &gradio::Session) {
        let mut learned = self.learned();
        learned.tabs.retain(|kept| kept.hash() != tab.hash());
        learned.tabs.push_back(tab.clone());
        if learned.tabs.len() > TABS_KEPT {
            learned.tabs.pop_front();
        }
    }

    fn report(&self, app: &App, chat: &Chat) -> SpaceReport {
        let dependency = app.dependency(chat.first);
        let name = dependency.and_then(|dependency| dependency.api_name.clone());
        let history = match chat.memory {
            Memory::Session => Ability::Native("kept by the Space's session".to_owned()),
            Memory::Chatbot(..) => Ability::Native("sent in the chatbot".to_owned()),
            Memory::Prompt => Ability::Folded,
        };
        let system = chat.system().map(|at| chat.inputs[at].name.clone());
        let name_of = name.clone().unwrap_or_default();
        SpaceReport {
            functions: vec![(chat.first, name_of)],
            message_box: chat.message,
            kind: chat.form.words().to_owned(),
            endpoint: name.filter(|_| chat.form != Form::Page),
            inputs: chat.inputs.clone(),
            system: system.map_or(Ability::Folded, Ability::Native),
            history,
            sends_text_files: app.is(chat.message, Component::takes_files),
            files: if app.is(chat.message, Component::takes_files) {
                Ability::Native("with the message".to_owned())
            } else {
                Ability::Folded
            },
            thinking: Ability::Native("where replies mark it".to_owned()),
            ..SpaceReport::of(&self.place.url(), app)
        }
    }
}

impl Provider for Space {
    fn info(&self) -> ProviderInfo {
        let (known, working) = {
            let learned = self.learned();
            (learned.known.clone(), learned.working)
        };
        let mut info = ProviderInfo {
            label: known
                .as_ref()
                .and_then(|known| known.app.title.clone())
                .unwrap_or_else(|| "Gradio Space".to_owned()),
            url: self.place.url(),
            api_endpoint: "/queue/join".to_owned(),
            working,
            supports_stream: true,
            supports_system_message: true,
            supports_message_history: false,
            default_model: MODEL.to_owned(),
            model_aliases: Vec::new(),
            models: Vec::new(),
            context_window: None,
        };
        match known.as_ref().map(|known| (&known.app, &known.found)) {
            Some((app, Found::QwenPage)) => ProviderInfo {
                working,
                ..self.qwen(app).info()
            },
            Some((_, Found::Chat(chat))) => {
                if let Some(input) = chat.model().map(|at| &chat.inputs[at]) {
                    offer(&mut info, input);
                }
                info
            }
            None => info,
        }
    }

    fn reply(&self, request: Request) -> Reply {
        let space = self.clone();
        Reply::spawn(&self.tracker, |sender| turn::run(space, request, sender))
    }

    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SpaceReport, ProviderError>> + Send + '_>> {
        Box::pin(async {
            let (_, known) = self.learn(self.place.look().await).await?;
            match &known.found {
                Found::QwenPage => self.qwen(&known.app).look().await,
                Found::Chat(chat) => Ok(self.report(&known.app, chat)),
            }
        })
    }
}

/// Offers the choices of the input that chooses the model: its labels, and its values as aliases.
fn offer(info: &mut ProviderInfo, input: &SpaceInput) {
    let Kind::Choice { choices, .. } = &input.kind else {
        return;
    };
    let plain = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    info.models = choices.iter().map(|(label, _)| label.clone()).collect();
    let others = choices
        .iter()
        .filter(|(label, value)| !plain(value).is_empty() && plain(value) != *label);
    info.model_aliases = others
        .map(|(label, value)| (plain(value), label.clone()))
        .collect();
    let default = choices.iter().find(|(_, value)| *value == input.default);
    if let Some((label, _)) = default.or(choices.first()) {
        info.default_model.clone_from(label);
    }
}

#[cfg(test)]
mod tests;
