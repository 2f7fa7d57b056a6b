//! Where the chat is in a Gradio app, told from `/config` and `/info` alone.
//!
//! In this order: the hidden "Fake API" button that every `ChatInterface` has (seen in 3.50 to
//! 6.31, also inside Blocks), Qwen-Agent's web page, a page on which a message is typed and a chatbot answers
//! (which of its events sends is weighed by `evidence`), and at last a named function that takes a
//! message and gives a text. Nothing is asked of anybody here; `super::turn` fires what was found.

use super::evidence::{self, Candidate};
use super::inputs::{self, Parameters};
use crate::chat::input::{Kind, SpaceInput};
use crate::gradio;
use crate::gradio::app::{App, Component, ComponentId, Dependency, FnIndex, Protocol, Visibility};
use crate::gradio::wiring::{self, Relevant};
use crate::provider::ProviderError;
use crate::provider::qwen;
use serde_json::Value;

/// The value of the button behind which a `ChatInterface` offers its function to programs.
const FAKE_API: &str = "Fake API";
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

/// The events of a component that its user sets.
pub const SETTING_EVENTS: [&str; 4] = ["input", "change", "select", "blur"];

/// What was found.
#[derive(Debug, Clone, PartialEq)]
pub enum Found {
    /// Qwen-Agent's web page, which has a provider of its own.
    QwenPage,
    /// A chat that `super::turn` can hold.
    Chat(Box<Chat>),
}

/// A chat: what is fired, what is set, and what is watched.
#[derive(Debug, Clone, PartialEq)]
pub struct Chat {
    /// How it was found.
    pub form: Form,
    /// The first function of a turn.
    pub first: FnIndex,
    /// The component that takes the message.
    pub message: ComponentId,
    /// The component whose value is the reply.
    pub reply: ComponentId,
    /// Who remembers the conversation.
    pub memory: Memory,
    /// What can be set.
    pub inputs: Vec<SpaceInput>,
    /// The component of each input.
    pub places: Vec<ComponentId>,
}

/// How a chat was found, and so how its reply is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A `ChatInterface`.
    Interface,
    /// A named function with a message and a text.
    Endpoint,
    /// A page with a message box and a chatbot.
    Page,
}

/// Who remembers the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Memory {
    /// The server, by session.
    Session,
    /// The chatbot component, whose value is sent with every message.
    Chatbot(ComponentId, Shape),
    /// Nobody: all of it is sent in the prompt, each time.
    Prompt,
}

/// How a chatbot component holds a conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// `[[user, assistant], …]`: Gradio 3 and 4, and 5 where its author chose so.
    Pairs,
    /// `[{role, content}, …]`.
    Messages,
    /// Messages whose content is a list of parts: Gradio 6.
    Parts,
}

impl Form {
    /// In words for a person.
    pub fn words(self) -> &'static str {
        match self {
            Self::Interface => "ChatInterface",
            Self::Endpoint => "named function",
            Self::Page => "page with a chatbot",
        }
    }
}

/// Finds the chat of an app; `info` is the answer of `/info`, or null.
pub fn find(app: &App, info: &Value) -> Result<Found, ProviderError> {
    if app.protocol == Protocol::WebSocket {
        return Err(unsupported(format!(
            "This Space is too old: it runs Gradio {}, which speaks over a web socket. Gradio 4.0 or later is needed.",
            app.version
        )));
    }
    let parameters = Parameters::new(app, info);
    if let Some((chat, visibility)) = interface(app, &parameters) {
        // What its author keeps from programs is used as a person uses it, where that can be.
        let as_page = || page(app, &parameters);
        let is_private = visibility == Visibility::Private;
        let chat = is_private.then(as_page).flatten().unwrap_or(chat);
        return Ok(Found::Chat(Box::new(chat)));
    }
    if qwen::is_page(app) {
        return Ok(Found::QwenPage);
    }
    let chat = page(app, &parameters).or_else(|| endpoint(app, &parameters));
    chat.map(|chat| Found::Chat(Box::new(chat))).ok_or_else(|| {
        unsupported(format!(
            "This app (Gradio {}) has no chat that could be found. Looked for: a ChatInterface, Qwen-Agent's page, a page with a message box and a chatbot, and a named function that takes a message and gives a text.",
            app.version
        ))
    })
}

fn unsupported(detail: String) -> ProviderError {
    gradio::Error::Unsupported { detail }.into()
}

/// The function behind the hidden button of a `ChatInterface`.
fn interface(app: &App, parameters: &Parameters<'_>) -> Option<(Chat, Visibility)> {
    let dependency = app.dependencies().iter().find(|dependency| {
        let mut targets = dependency.targets.iter();
        let is_fake = |id: &Option<ComponentId>| {
            let button = id.and_then(|id| app.component(id));
            button.is_some_and(|button| button.kind == "button" && button.value == FAKE_API)
        };
        dependency.backend_fn && targets.any(|(id, event)| event == "click" && is_fake(id))
    })?;
    let message = *dependency.inputs.first()?;
    let reply = *dependency.outputs.first()?;
    let chain = [dependency];
    let (inputs, places) = inputs::of(app, &chain, message, parameters);
    let chat = Chat {
        form: Form::Interface,
        first: dependency.id,
        message,
        reply,
        memory: Memory::Session,
        inputs,
        places,
    };
    Some((chat, dependency.visibility))
}

/// A public function that takes a message and gives a text, and is not a step of a page's chain.
fn endpoint(app: &App, parameters: &Parameters<'_>) -> Option<Chat> {
    let candidates = app.dependencies().iter().filter_map(|dependency| {
        let name = dependency.api_name.as_deref()?;
        let is_step = dependency.trigger_after.is_some()
            || app.triggered_after(dependency.id).next().is_some();
        if !dependency.backend_fn || dependency.visibility != Visibility::Public || is_step {
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
        let reply = of_kind(app, &dependency.outputs, is_text)
            .into_iter()
            .find(|id| *id != message)?;
        Some((known.unwrap_or(ENDPOINTS.len()), dependency, message, reply))
    });
    let (_, dependency, message, reply) = candidates.min_by_key(|candidate| candidate.0)?;
    let chain = [dependency];
    let (inputs, places) = inputs::of(app, &chain, message, parameters);
    Some(Chat {
        form: Form::Endpoint,
        first: dependency.id,
        message,
        reply,
        memory: memory(app, &chain),
        inputs,
        places,
    })
}

/// What a user does on the page: type a message, press Enter or a button, and look at the chatbot.
fn page(app: &App, parameters: &Parameters<'_>) -> Option<Chat> {
    let weighed = evidence::weighed(app, candidates(app));
    let (weight, best) = weighed.first().copied()?;
    tracing::debug!(
        weight,
        first = best.dependency.id,
        others = weighed.len() - 1,
        "the page's event"
    );
    let (message, reply) = (best.message, best.chat);
    let chain = app.chain(best.dependency);
    let mut settings = chain.clone();
    settings.extend(setters(app, message, reply));
    let (inputs, places) = inputs::of(app, &settings, message, parameters);
    Some(Chat {
        form: Form::Page,
        first: best.dependency.id,
        message,
        reply,
        memory: memory(app, &chain),
        inputs,
        places,
    })
}

/// Every event that takes a message and leads to a chatbot.
pub(super) fn candidates(app: &App) -> Vec<Candidate<'_>> {
    let fired = |dependency| {
        ["submit", "click"]
            .into_iter()
            .filter_map(move |event| fired(app, dependency, event))
    };
    app.dependencies().iter().flat_map(fired).collect()
}

/// The functions by which a box of settings acts: fired by a change of what they take, and of effect on the chat.
fn setters(
    app: &App,
    message: ComponentId,
    chat: ComponentId,
) -> impl Iterator<Item = &Dependency> {
    let relevant = Relevant::new(app, chat, Some(message));
    app.dependencies().iter().filter(move |dependency| {
        let mut targets = dependency.targets.iter();
        let is_set = |(id, event): &(Option<ComponentId>, String)| {
            SETTING_EVENTS.contains(&event.as_str())
                && id.is_some_and(|id| id != message && dependency.inputs.contains(&id))
        };
        targets.any(is_set) && relevant.is_changed_by(app, dependency)
    })
}

/// The message box and the chatbot of a function that `event` fires, where it has both.
fn fired<'a>(app: &'a App, dependency: &'a Dependency, event: &str) -> Option<Candidate<'a>> {
    let touched = dependency
        .targets
        .iter()
        .find(|(_, name)| name == event)?
        .0?;
    let chain = app.chain(dependency);
    let is_box = app.is(touched, Component::is_message_box);
    let mut boxes = chain
        .iter()
        .flat_map(|step| of_kind(app, &step.inputs, Component::is_message_box));
    let mut outputs = chain
        .iter()
        .flat_map(|step| of_kind(app, &step.outputs, Component::is_chatbot));
    // A State that a step writes may answer by its own change.
    let by_change = || {
        let written = chain.iter().flat_map(|step| &step.outputs);
        let fired = written.flat_map(|id| wiring::fired_by(app, *id, "change"));
        let mut outputs = fired.flat_map(|step| of_kind(app, &step.outputs, Component::is_chatbot));
        outputs.next()
    };
    Some(Candidate {
        dependency,
        touched,
        message: if is_box { touched } else { boxes.next()? },
        chat: outputs.next().or_else(by_change)?,
    })
}

/// A state may hold the history or something else; a new session then gets the past in its prompt,
/// which is right either way, and one that goes on has both state and chatbot as they were.
fn memory(app: &App, chain: &[&Dependency]) -> Memory {
    let inputs = || chain.iter().flat_map(|step| step.inputs.iter());
    let taken = || inputs().filter_map(|id| app.component(*id));
    if taken().any(Component::is_state) {
        return Memory::Session;
    }
    taken()
        .find(|component| component.is_chatbot())
        .map_or(Memory::Prompt, |chatbot| {
            Memory::Chatbot(chatbot.id, shape(app, chatbot))
        })
}

/// From what the chatbot shows at first, from its own word, or from the version.
fn shape(app: &App, chatbot: &Component) -> Shape {
    let is_newest = app
        .version
        .split('.')
        .next()
        .and_then(|major| major.parse::<u32>().ok())
        .is_some_and(|major| major >= 6);
    let first = chatbot.value.get(0);
    let said = chatbot.props.get("type").and_then(Value::as_str);
    match (first, said) {
        (Some(Value::Array(_)), _) => Shape::Pairs,
        _ if is_newest => Shape::Parts,
        (Some(Value::Object(_)), _) | (_, Some("messages")) => Shape::Messages,
        _ => Shape::Pairs,
    }
}

fn of_kind(app: &App, ids: &[ComponentId], is_kind: fn(&Component) -> bool) -> Vec<ComponentId> {
    let mut found = ids.to_vec();
    found.retain(|id| app.is(*id, is_kind));
    found
}

fn is_text(component: &Component) -> bool {
    matches!(
        component.kind.as_str(),
        "textbox" | "json" | "markdown" | "html" | "code" | "label"
    )
}

impl Chat {
    /// Whether a session goes on with the component values of its page, not with the server's
    /// memory alone.
    pub fn needs_page(&self) -> bool {
        self.form != Form::Interface && self.memory != Memory::Prompt
    }

    /// The input that takes the system message.
    pub fn system(&self) -> Option<usize> {
        self.inputs.iter().position(SpaceInput::is_system)
    }

    /// The input that chooses the model.
    pub fn model(&self) -> Option<usize> {
        let is_model = |input: &SpaceInput| {
            matches!(input.kind, Kind::Choice { many: false, .. })
                && matches!(
                    input.name.as_str(),
                    "model" | "model_name" | "model_id" | "model_choice" | "selected_model"
                )
        };
        self.inputs.iter().position(is_model)
    }
}
