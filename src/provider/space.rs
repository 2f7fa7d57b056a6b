//! Any Gradio Space with a chat, whatever its author built.
//!
//! On the first turn or look it reads `/config` and `/info`, finds the chats ([`detect`]: pages as their users
//! use them, Qwen-Agent's among them, and functions for programs where there is no page) and opens the page once,
//! because what can be set is often filled only then. `turn` runs a turn: `open_page` sets the page up, `reply_reader`
//! reads the reply from it, `memory` decides how the past is sent, `files` where files go.

mod agent_page;
pub(crate) mod chat;
pub(crate) mod detect;
mod evidence;
mod files;
mod inputs;
mod memory;
mod open_page;
mod page;
mod reply_reader;
mod sign_in;
mod turn;

use super::report::{ChatReport, GradioReport, ReportPart, SourceReport, Support};
use super::{Provider, ProviderError, ProviderInfo, Reply, Request, SpaceEndpoint};
use crate::chat::Stage;
use crate::chat::input::{Kind, SpaceInput};
use crate::gradio::app::App;
use crate::gradio::{self, Client, SignInFunctions};
use crate::http;
use chat::{Chat, Form};
use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use tokio_util::task::TaskTracker;

/// How many pages' component values are kept for the next message.
const TABS_KEPT: usize = 8;
/// The name of the only model of a Space without a choice.
const MODEL: &str = "default";
/// The setting that chooses a chat where an app has several.
pub const CHAT_SETTING: &str = "chat";

/// The provider of one Space; cheap to clone, clones share what they learned of it.
#[derive(Debug, Clone)]
pub struct SpaceProvider {
    endpoint: SpaceEndpoint,
    tracker: TaskTracker,
    learned: Arc<Mutex<Learned>>,
    /// Whether it is Qwen-Agent's page and nothing else.
    is_qwen: bool,
}

/// What is known of the Space between turns.
#[derive(Debug, Default)]
struct Learned {
    known: Option<Arc<Known>>,
    working: Option<bool>,
    /// The pages of sessions that may go on, the newest last.
    tabs: VecDeque<gradio::Session>,
    /// The page that was opened to see what it offers, until a turn uses it.
    opened: Option<gradio::Session>,
}

/// The app and the chats in it, the likeliest first.
#[derive(Debug)]
struct Known {
    app: Arc<App>,
    chats: Vec<Chat>,
    /// Which functions take the user's token; `None` where the app takes none from a program.
    sign_in: Option<Arc<SignInFunctions>>,
}

impl Known {
    /// The chat that the settings choose: by its name, the likeliest where they choose none.
    fn chosen(&self, settings: &BTreeMap<String, Value>) -> Result<&Chat, ProviderError> {
        let first = self.first()?;
        let has_own = |chat: &Chat| chat.inputs.iter().any(|input| input.name == CHAT_SETTING);
        let wanted = settings.get(CHAT_SETTING);
        let Some(wanted) = wanted.filter(|_| !self.chats.iter().any(has_own)) else {
            return Ok(first);
        };
        let name = self.choice().check(wanted)?;
        let mut chats = self.chats.iter();
        Ok(chats.find(|chat| json!(chat.name) == name).unwrap_or(first))
    }

    fn first(&self) -> Result<&Chat, ProviderError> {
        self.chats.first().ok_or_else(|| {
            ProviderError::from(gradio::Error::Unsupported {
                detail: "This app has no chat that could be found.".to_owned(),
            })
        })
    }

    /// The setting that chooses between the chats.
    fn choice(&self) -> SpaceInput {
        let names = self.chats.iter().map(|chat| &chat.name);
        SpaceInput {
            name: CHAT_SETTING.to_owned(),
            label: "Chat".to_owned(),
            kind: Kind::Choice {
                choices: names.map(|name| (name.clone(), json!(name))).collect(),
                many: false,
                open: false,
            },
            default: self
                .chats
                .first()
                .map(|chat| json!(chat.name))
                .unwrap_or_default(),
        }
    }
}

impl SpaceProvider {
    /// The provider for the app at `url`. Nothing is requested before the first turn or inspection.
    /// Replies run as tasks of `tracker`; await it before the program exits, so that jobs which
    /// were dropped are ended at the server.
    pub fn new(url: impl Into<String>, options: http::Options, tracker: TaskTracker) -> Self {
        Self::at(SpaceEndpoint::at_url(url, options), tracker)
    }

    /// The provider for the app at `endpoint`, which is looked up at the first request. `tracker` as
    /// in [`SpaceProvider::new`].
    pub fn at(endpoint: SpaceEndpoint, tracker: TaskTracker) -> Self {
        Self {
            endpoint,
            tracker,
            learned: Arc::default(),
            is_qwen: false,
        }
    }

    /// The provider for Qwen-Agent's page at `endpoint`: any other app is refused.
    pub(super) fn of_qwen(endpoint: SpaceEndpoint, tracker: TaskTracker) -> Self {
        Self {
            is_qwen: true,
            ..Self::at(endpoint, tracker)
        }
    }

    /// The address.
    pub(super) fn url(&self) -> String {
        self.endpoint.url()
    }

    /// Whether the last request found it working; `None` before the first.
    pub(super) fn working(&self) -> Option<bool> {
        self.learned().working
    }

    fn learned(&self) -> std::sync::MutexGuard<'_, Learned> {
        // No holder of the lock can leave the value incomplete.
        self.learned.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Reads `/config` and `/info` and finds the chat; the Space is woken for it.
    async fn read(
        &self,
        proxy: Option<&str>,
        tell: impl FnMut(Stage),
    ) -> Result<(Client, Arc<Known>), ProviderError> {
        let reached = self.endpoint.reach(proxy, tell).await;
        self.learn(reached).await
    }

    /// Remembers what answered, and opens the page to see what it offers.
    async fn learn(
        &self,
        reached: Result<(Client, Arc<App>), ProviderError>,
    ) -> Result<(Client, Arc<Known>), ProviderError> {
        if reached.is_err() {
            self.learned().working = Some(false);
        }
        let (client, app) = reached?;
        let (chats, opened) = self.find(&client, &app).await?;
        let sign_in = self.sign_in(&client, &app).await?;
        let mut learned = self.learned();
        // Together with what it has told: a Space that works and is not known yet would be taken for one without names.
        learned.working = Some(true);
        let before = learned.known.as_ref().map(|known| &known.app.app_id);
        // An app that was not restarted still knows its sessions.
        if app.app_id.is_none() || before != Some(&app.app_id) {
            learned.tabs.clear();
        }
        let known = Arc::new(Known {
            app,
            chats,
            sign_in,
        });
        learned.known = Some(Arc::clone(&known));
        learned.opened = opened;
        Ok((client, known))
    }

    /// The chats, and the page of the first one, opened. An app that offers nothing to programs may have no `/info`;
    /// then labels name its inputs.
    async fn find(
        &self,
        client: &Client,
        app: &Arc<App>,
    ) -> Result<(Vec<Chat>, Option<gradio::Session>), ProviderError> {
        if self.is_qwen || agent_page::is_page(app) {
            return Ok((vec![agent_page::chat(app)?], None));
        }
        let info = or_nothing(client.info(app).await)?;
        let mut chats = detect::find(app, &info)?;
        let Some(first) = chats.first_mut() else {
            return Ok((chats, None));
        };
        let opened = open_page::OpenPage::open((client, app, first))
            .await?
            .session;
        for (input, place) in first.inputs.iter_mut().zip(&first.places) {
            *input = inputs::now(app, &opened, input, *place);
        }
        Ok((chats, Some(opened)))
    }

    /// Which functions take the user's token of the Hub, where the app takes one at all.
    async fn sign_in(
        &self,
        client: &Client,
        app: &App,
    ) -> Result<Option<Arc<SignInFunctions>>, ProviderError> {
        if self.is_qwen || !gradio::sign_in::is_taken_by(app) {
            return Ok(None);
        }
        let info = or_nothing(client.info_of_all(app).await)?;
        Ok(Some(Arc::new(SignInFunctions::read(app, &info))))
    }

    /// The page of a session that goes on; `None` where its values are gone. Of Qwen-Agent's page none are needed.
    fn tab(&self, chat: &Chat, hash: &str) -> Option<gradio::Session> {
        if chat.form == Form::QwenAgent {
            return Some(gradio::Session::new(hash.to_owned()));
        }
        let learned = self.learned();
        let mut tabs = learned.tabs.iter();
        tabs.find(|tab| tab.hash() == hash).cloned()
    }

    /// The page that was opened to see what it offers, for the first turn that can use it.
    fn take_opened(&self, known: &Known, chat: &Chat) -> Option<gradio::Session> {
        let is_first = known
            .chats
            .first()
            .is_some_and(|first| first.first == chat.first);
        is_first.then(|| self.learned().opened.take()).flatten()
    }

    fn keep_tab(&self, tab: &gradio::Session) {
        let mut learned = self.learned();
        learned.tabs.retain(|kept| kept.hash() != tab.hash());
        learned.tabs.push_back(tab.clone());
        if learned.tabs.len() > TABS_KEPT {
            learned.tabs.pop_front();
        }
    }

    fn report(&self, known: &Known) -> Result<SourceReport, ProviderError> {
        let (app, chat) = (&*known.app, known.first()?);
        let name = |id| {
            let dependency = app.dependency(id);
            dependency.and_then(|dependency| dependency.api_name.clone())
        };
        let is_function = matches!(chat.form, Form::Function | Form::QwenAgent);
        let places = files::places(app, chat);
        let chain = app.dependency(chat.first).map(|first| app.chain(first));
        let steps = chain.into_iter().flatten().filter(|step| {
            step.backend_fn && chat.scope.runs(app, step) && !chat.scope.left_out().has(step.id)
        });
        let gradio = GradioReport {
            functions: steps
                .map(|step| (step.id, name(step.id).unwrap_or_default()))
                .collect(),
            message_box: chat.message,
            endpoint: name(chat.first).filter(|_| is_function),
            chats: known
                .chats
                .iter()
                .map(|chat| ChatReport {
                    name: chat.name.clone(),
                    inputs: chat.inputs.clone(),
                })
                .collect(),
            sign_in: sign_in::report(self, known, chat),
            ..GradioReport::of(app)
        };
        Ok(SourceReport {
            url: self.endpoint.url(),
            kind: chat.form.words().to_owned(),
            doubts: chat.doubts.clone(),
            inputs: match known.chats.len() {
                0 | 1 => chat.inputs.clone(),
                _ => std::iter::once(known.choice())
                    .chain(chat.inputs.clone())
                    .collect(),
            },
            system: match chat.system() {
                Some(at) => Support::Native(chat.inputs[at].name.clone()),
                None => Support::InPrompt,
            },
            history: chat.memory.support(),
            // Qwen's demo is made for long prompts.
            sends_text_files: chat.form != Form::QwenAgent && files::take_text(&places),
            files: files::support(&places),
            thinking: Support::Native("where replies mark it".to_owned()),
            part: ReportPart::Gradio(gradio),
        })
    }
}

impl Provider for SpaceProvider {
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
            url: self.endpoint.url(),
            api_endpoint: "/queue/join".to_owned(),
            working,
            supports_stream: true,
            supports_system_message: true,
            supports_message_history: false,
            default_model: MODEL.to_owned(),
            model_aliases: Vec::new(),
            models: Vec::new(),
            context_window: None,
            windows: Vec::new(),
            prices: Vec::new(),
        };
        let chat = known.as_ref().and_then(|known| known.chats.first());
        match chat {
            Some(chat) if chat.form == Form::QwenAgent => agent_page::info(self),
            Some(chat) => {
                if let Some(input) = chat.model().map(|at| &chat.inputs[at]) {
                    offer(&mut info, input);
                }
                info
            }
            None if self.is_qwen => agent_page::info(self),
            None => info,
        }
    }

    fn reply(&self, request: Request) -> Reply {
        let space = self.clone();
        Reply::spawn(&self.tracker, |sender| turn::run(space, request, sender))
    }

    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>> {
        Box::pin(async {
            let (_, known) = self.learn(self.endpoint.inspect().await).await?;
            let mut report = self.report(&known)?;
            if let ReportPart::Gradio(part) = &mut report.part {
                part.is_zero_gpu = self.endpoint.is_zero_gpu();
                part.gpu_quota = self.endpoint.gpu_quota().await;
            }
            Ok(report)
        })
    }
}

/// The answer of `/info`; null where the app has none.
fn or_nothing(info: Result<Value, gradio::Error>) -> Result<Value, gradio::Error> {
    match info {
        Err(gradio::Error::Http(http::Error::Status(_) | http::Error::Decode { .. })) => {
            Ok(Value::Null)
        }
        info => info,
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
