//! Finds the chats of a Gradio app from `/config` and `/info` alone.
//!
//! In this order: Qwen-Agent's web page, a page on which a message is typed and a chatbot answers (`page`; that of a
//! `ChatInterface`, too), and where there is none a function for programs: the hidden one of a `ChatInterface` (seen in
//! 3.50 to 6.31), or a named one that takes a message and gives a text; at last a page whose reply is a text. Nothing
//! is requested or fired here.

use super::agent_page;
use super::chat::{Chat, Form, Memory};
use super::inputs::{self, Parameters};
use super::{memory, page};
use crate::gradio;
use crate::gradio::app::{App, Component, ComponentId, Dependency, Protocol, Visibility};
use crate::gradio::chat_interface;
use crate::gradio::wiring::Scope;
use crate::provider::ProviderError;
use serde_json::Value;
use std::sync::Arc;

/// How functions that chat are mostly called, the likeliest first.
const ENDPOINTS: [&str; 6] = [
    "chat",
    "respond",
    "generate",
    "predict",
    "model_chat",
    "stream",
];
/// How the parameter that takes the message is mostly called.
const MESSAGES: [&str; 7] = [
    "message",
    "query",
    "prompt",
    "input",
    "text",
    "question",
    "user_input",
];

/// Finds the chats of an app, the likeliest first, at least one; `info` is the answer of `/info`, or null.
pub fn find(app: &App, info: &Value) -> Result<Vec<Chat>, ProviderError> {
    if app.protocol == Protocol::WebSocket {
        return Err(unsupported(format!(
            "This Space is too old: it runs Gradio {}, which speaks over a web socket. Gradio 4.0 or later is needed.",
            app.version
        )));
    }
    let parameters = Parameters::new(app, info);
    let qwen = || {
        agent_page::is_page(app)
            .then(|| agent_page::chat(app).ok())
            .flatten()
    };
    let kinds: [&dyn Fn() -> Vec<Chat>; 5] = [
        &|| qwen().into_iter().collect(),
        &|| page::with_chatbots(app, &parameters),
        &|| interface(app, &parameters).into_iter().collect(),
        &|| endpoint(app, &parameters).into_iter().collect(),
        &|| page::with_texts(app, &parameters),
    ];
    let mut found = kinds.iter().map(|find| find());
    found.find(|chats| !chats.is_empty()).ok_or_else(|| {
        unsupported(format!(
            "This app (Gradio {}) has no chat that could be found. Looked for: a page with a message box and a chatbot, a ChatInterface, Qwen-Agent's page, a named function that takes a message and gives a text, and a page with a box and a text.",
            app.version
        ))
    })
}

fn unsupported(detail: String) -> ProviderError {
    gradio::Error::Unsupported { detail }.into()
}

/// The function behind the hidden button of a `ChatInterface`.
fn interface(app: &App, parameters: &Parameters<'_>) -> Option<Chat> {
    let dependency = chat_interface::function(app)?;
    let ends = (*dependency.inputs.first()?, *dependency.outputs.first()?);
    let chat = function(app, dependency, ends, parameters);
    Some(Chat {
        memory: Memory::Session,
        ..chat
    })
}

/// A public function that takes a message and gives a text. Steps before and after it, which only touch buttons, are the
/// page's own (a `gr.Interface` around a generator).
fn endpoint(app: &App, parameters: &Parameters<'_>) -> Option<Chat> {
    let candidates = app.dependencies().iter().filter_map(|dependency| {
        let name = dependency.api_name.as_deref()?;
        if !dependency.backend_fn
            || dependency.visibility != Visibility::Public
            || !stands_alone(app, dependency)
        {
            return None;
        }
        let known = ENDPOINTS.iter().position(|known| *known == name);
        let boxes: Vec<ComponentId> = of_kind(app, &dependency.inputs, Component::is_message_box);
        let named = boxes.iter().copied().find(|id| {
            let name = parameters.name(dependency, *id);
            MESSAGES.contains(&name.as_str())
        });
        let only = || (boxes.len() == 1 && known.is_some()).then(|| boxes[0]);
        let message = named.or_else(only)?;
        let reply = of_kind(app, &dependency.outputs, Component::is_text)
            .into_iter()
            .find(|id| *id != message)?;
        Some((known.unwrap_or(ENDPOINTS.len()), dependency, message, reply))
    });
    let (_, dependency, message, reply) = candidates.min_by_key(|candidate| candidate.0)?;
    Some(function(app, dependency, (message, reply), parameters))
}

/// Whether the functions around this one touch nothing that it takes or gives.
fn stands_alone(app: &App, dependency: &Dependency) -> bool {
    let before = dependency.trigger_after.and_then(|id| app.dependency(id));
    let after = app.chain(dependency).into_iter().skip(1);
    before.into_iter().chain(after).all(|step| {
        let mut touched = step.inputs.iter().chain(&step.outputs);
        !touched.any(|id| dependency.inputs.contains(id) || dependency.outputs.contains(id))
    })
}

fn function(
    app: &App,
    dependency: &Dependency,
    (message, reply): (ComponentId, ComponentId),
    parameters: &Parameters<'_>,
) -> Chat {
    let chain = [dependency];
    let (inputs, places) = inputs::of(app, &chain, message, parameters, |_| true);
    let scope = Scope::new(app, dependency.id, &[reply], message);
    Chat {
        form: Form::Function,
        name: dependency.api_name.clone().unwrap_or_default(),
        first: dependency.id,
        message,
        replies: vec![reply],
        memory: memory::of(app, &chain, &scope),
        inputs,
        places,
        scope: Arc::new(scope),
        needs_script: false,
        doubts: Vec::new(),
    }
}

fn of_kind(app: &App, ids: &[ComponentId], is_kind: fn(&Component) -> bool) -> Vec<ComponentId> {
    let mut found = ids.to_vec();
    found.retain(|id| app.is(*id, is_kind));
    found
}
