//! What is Qwen-Agent's web page's own: the two functions of a turn, `add_text` (posted) and `agent_run` (queued), found in
//! `/config` by name, so that the same code serves Gradio 4.44 (no prefix) and 5 (`/gradio_api`); its name, its model, its
//! query. The model's memory is a `state` component that the server keeps by session: a live session is sent only the
//! newest message, and a new one the whole past as one prompt.

use super::SpaceProvider;
use super::chat::{Chat, Form, Memory};
use crate::gradio;
use crate::gradio::app::{App, Component};
use crate::gradio::wiring::Scope;
use crate::provider::{ProviderError, ProviderInfo};
use std::sync::Arc;

/// The query with which the Space's page was opened.
pub(super) const QUERY: &str = "?__theme=light";
/// The model's name at the Space, and the name that is offered.
const MODEL: (&str, &str) = ("qwen-2.5-1m-demo", "qwen-2.5-1m");

/// The provider's attributes, at the Space where its page was found.
pub(super) fn info(space: &SpaceProvider) -> ProviderInfo {
    let (name, offered) = MODEL;
    ProviderInfo {
        label: "Qwen Qwen-2.5M".to_owned(),
        url: space.url(),
        api_endpoint: format!("/run/predict{QUERY}"),
        working: space.working(),
        supports_stream: true,
        supports_system_message: true,
        supports_message_history: false,
        default_model: name.to_owned(),
        model_aliases: vec![(offered.to_owned(), name.to_owned())],
        models: vec![offered.to_owned()],
        context_window: Some(1_000_000),
        windows: Vec::new(),
        prices: Vec::new(),
    }
}

/// Whether an app is Qwen-Agent's page: `add_text` and, after it, `agent_run`.
pub(super) fn is_page(app: &App) -> bool {
    let mut names = app
        .dependencies()
        .iter()
        .map(|found| found.api_name.as_deref());
    names.any(|name| name == Some("agent_run")) && chat(app).is_ok()
}

/// The chat of Qwen-Agent's page: `add_text`, the message box among its inputs and the chatbot among its outputs.
pub(super) fn chat(app: &App) -> Result<Chat, ProviderError> {
    let found = app.dependencies().iter().find_map(|dependency| {
        if dependency.api_name.as_deref() != Some("add_text") {
            return None;
        }
        let mut inputs = dependency.inputs.iter();
        let mut outputs = dependency.outputs.iter();
        let message = *inputs.find(|id| app.is(**id, Component::takes_files))?;
        let chatbot = *outputs.find(|id| app.is(**id, Component::is_chatbot))?;
        Some(Chat {
            form: Form::QwenAgent,
            name: Chat::name_of(app, chatbot),
            first: dependency.id,
            message,
            replies: vec![chatbot],
            memory: Memory::Session,
            inputs: Vec::new(),
            places: Vec::new(),
            scope: Arc::new(Scope::new(app, dependency.id, &[chatbot], message)),
            needs_script: false,
            doubts: Vec::new(),
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
