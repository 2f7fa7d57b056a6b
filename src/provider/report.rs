//! The result of inspecting a Space. Plain data.

use crate::chat::input::SpaceInput;
use crate::gradio::app::App;

/// The result of inspecting a Space.
#[derive(Debug, Clone, PartialEq)]
pub struct SpaceReport {
    /// Its address.
    pub url: String,
    /// The version of Gradio that it runs.
    pub gradio_version: String,
    /// The queue's protocol in words.
    pub protocol: String,
    /// The prefix of its routes, empty before Gradio 5.
    pub api_prefix: String,
    /// Its app instance id, new at every start.
    pub app_id: Option<String>,
    /// The functions of a turn, in order: number and name.
    pub functions: Vec<(i64, String)>,
    /// The number of the component that a message is typed into.
    pub message_box: i64,
    /// What kind of chat it is, in words.
    pub kind: String,
    /// The function that programs call, where it has a name for them.
    pub endpoint: Option<String>,
    /// The chats of the app, the selected one first.
    pub chats: Vec<ChatReport>,
    /// What is not certain about how the chat was found, in sentences.
    pub doubts: Vec<String>,
    /// What can be set beside the message.
    pub inputs: Vec<SpaceInput>,
    /// How a system message reaches the model.
    pub system: Support,
    /// How the past of a conversation reaches the model.
    pub history: Support,
    /// How files reach the model.
    pub files: Support,
    /// Whether text files are also sent as files. Where the model is made for long prompts, they
    /// are better in the prompt.
    pub sends_text_files: bool,
    /// Whether thoughts are separated from the reply.
    pub thinking: Support,
}

/// One of the chats of an app.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatReport {
    /// What `--chat` calls it.
    pub name: String,
    /// What can be set for it.
    pub inputs: Vec<SpaceInput>,
}

/// Whether the Space supports something itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Support {
    /// The Space has an input for it; which one.
    Native(String),
    /// It travels in the prompt.
    InPrompt,
}

impl Support {
    /// In words for a user.
    pub fn words(&self) -> String {
        match self {
            Self::Native(place) => place.clone(),
            Self::InPrompt => "in the prompt".to_owned(),
        }
    }

    /// Whether the Space has an input for it.
    pub fn is_native(&self) -> bool {
        matches!(self, Self::Native(_))
    }
}

impl SpaceReport {
    /// A report of the app's own description; the chat in it is filled in later.
    pub fn of(url: &str, app: &App) -> Self {
        Self {
            url: url.to_owned(),
            gradio_version: app.version.clone(),
            protocol: app.protocol_name.clone(),
            api_prefix: app.api_prefix.clone(),
            app_id: app.app_id.clone(),
            functions: Vec::new(),
            message_box: 0,
            kind: String::new(),
            endpoint: None,
            chats: Vec::new(),
            doubts: Vec::new(),
            inputs: Vec::new(),
            system: Support::InPrompt,
            history: Support::InPrompt,
            files: Support::InPrompt,
            sends_text_files: false,
            thinking: Support::InPrompt,
        }
    }
}
