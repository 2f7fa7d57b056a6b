//! A chat found in a Gradio app: plain data.

use crate::chat::input::{self, Kind, SpaceInput, slug};
use crate::gradio::app::{App, ComponentId, FnIndex};
use crate::gradio::wiring::Scope;
use crate::provider::report::Support;
use std::sync::Arc;

/// A chat: the function to fire, the inputs to set, and the components to watch.
#[derive(Debug, Clone)]
pub struct Chat {
    /// How it was found.
    pub form: Form,
    /// What it is called where an app has several.
    pub name: String,
    /// The first function of a turn.
    pub first: FnIndex,
    /// The component that takes the message.
    pub message: ComponentId,
    /// The components whose values are the reply: one, or several that answer side by side.
    pub replies: Vec<ComponentId>,
    /// Where the conversation is kept.
    pub memory: Memory,
    /// What can be set.
    pub inputs: Vec<SpaceInput>,
    /// The component of each input.
    pub places: Vec<ComponentId>,
    /// What matters in a turn.
    pub scope: Arc<Scope>,
    /// Whether a step that matters is a script of the page, which only a browser can run.
    pub needs_script: bool,
    /// Doubts about how it was found, for the user.
    pub doubts: Vec<String>,
}

/// How a chat was found, and so how it is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Qwen-Agent's web page.
    QwenAgent,
    /// The page of a `ChatInterface`.
    Interface,
    /// Another page on which a message is typed and a reply appears.
    Page,
    /// A function for programs.
    Function,
}

impl Form {
    /// In words for a user.
    pub fn words(self) -> &'static str {
        match self {
            Self::QwenAgent => "Qwen-Agent's page",
            Self::Interface => "ChatInterface",
            Self::Page => "page with a chat",
            Self::Function => "named function",
        }
    }

    /// Whether it is used as its page is, from the opening on.
    pub fn is_page(self) -> bool {
        matches!(self, Self::Interface | Self::Page)
    }
}

/// Where the conversation is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Memory {
    /// The server, by session. A new session is given the past in its prompt.
    Session,
    /// The chatbot component, whose value is sent with every message.
    Chatbot(Rebuilt),
    /// Nowhere: all of it is sent in the prompt, each time.
    Prompt,
}

impl Memory {
    /// In words for a user.
    pub fn support(&self) -> Support {
        match self {
            Self::Session => {
                Support::Native("in the Space's session, in the prompt of a new session".to_owned())
            }
            Self::Chatbot(_) => {
                Support::Native("in the page, restored in a new session".to_owned())
            }
            Self::Prompt => Support::InPrompt,
        }
    }
}

/// How a page is given a past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rebuilt {
    /// The component that shows the conversation.
    pub chatbot: ComponentId,
    /// How it holds it.
    pub shape: Shape,
    /// The functions by which the page itself makes its State from it.
    pub functions: Vec<FnIndex>,
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

/// Words by which the input that chooses the model is called.
const MODEL_WORDS: [&str; 5] = ["model", "models", "llm", "checkpoint", "engine"];

impl Chat {
    /// The input that takes the system message.
    pub fn system(&self) -> Option<usize> {
        input::system(&self.inputs)
    }

    /// The input that chooses the model: the one that is called so, before those in whose names the word only
    /// stands.
    pub fn model(&self) -> Option<usize> {
        let rank = |input: &SpaceInput| {
            let is_choice = matches!(input.kind, Kind::Choice { many: false, .. });
            let names = [slug(&input.name), slug(&input.label)];
            let words = |name: &String| name.split('_').any(|word| MODEL_WORDS.contains(&word));
            let is_called = |name: &String| {
                MODEL_WORDS.contains(&name.as_str())
                    || matches!(
                        name.as_str(),
                        "model_name" | "model_id" | "model_choice" | "model_selector"
                    )
            };
            match is_choice {
                true if names.iter().any(is_called) => Some(0),
                true if names.iter().any(words) => Some(1),
                _ => None,
            }
        };
        let ranked = self.inputs.iter().enumerate();
        let ranked = ranked.filter_map(|(at, input)| Some((rank(input)?, at)));
        ranked.min().map(|(_, at)| at)
    }

    /// The component that the reply is read from first.
    pub fn reply(&self) -> ComponentId {
        self.replies.first().copied().unwrap_or(self.message)
    }

    /// What a user calls one of its replies: what stands over it.
    pub fn name_of(app: &App, reply: ComponentId) -> String {
        app.component(reply)
            .and_then(|component| component.label.clone())
            .unwrap_or_default()
    }
}
