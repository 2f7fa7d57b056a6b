//! What a look at a source has found. Plain data.

use crate::chat::input::SpaceInput;
use crate::gradio::app::App;
use crate::openai::ModelEntry;

/// What a look at a source has found: what all sources have in common, and a part of its own for each kind.
#[derive(Debug, Clone, PartialEq)]
pub struct SourceReport {
    /// Its address.
    pub url: String,
    /// What kind of chat it is, in words.
    pub kind: String,
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
    /// What only this kind of source has.
    pub part: ReportPart,
}

/// What only one kind of source has.
#[derive(Debug, Clone, PartialEq)]
pub enum ReportPart {
    /// A Gradio app.
    Gradio(GradioReport),
    /// A server that speaks `OpenAI`'s chat completions.
    Server(ServerReport),
}

/// What is told of a Gradio app.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct GradioReport {
    /// The version of Gradio that it runs.
    pub version: String,
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
    /// The function that programs call, where it has a name for them.
    pub endpoint: Option<String>,
    /// The chats of the app, the selected one first.
    pub chats: Vec<ChatReport>,
    /// What is left of the user's time on the Hub's shared GPUs, in words, for a Space that runs on them.
    pub gpu_quota: Option<String>,
    /// Whether it runs on them.
    pub is_zero_gpu: bool,
    /// Whether it takes the user's token of the Hub as a sign-in.
    pub sign_in: Option<SignInReport>,
}

/// What is told of an app that takes the user's token of the Hub as a sign-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignInReport {
    /// Whether it does not answer without one.
    pub is_required: bool,
    /// Whether there is a token, and it may go there.
    pub is_possible: bool,
}

/// What is told of a server.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ServerReport {
    /// Whose server it is, in words.
    pub server: String,
    /// Its version, where it tells.
    pub version: Option<String>,
    /// How many replies it writes at the same time, where it tells.
    pub slots: Option<u64>,
    /// What it offers, the loaded ones first.
    pub models: Vec<ModelEntry>,
}

/// One of the chats of an app.
#[derive(Debug, Clone, PartialEq)]
pub struct ChatReport {
    /// What `--chat` calls it.
    pub name: String,
    /// What can be set for it.
    pub inputs: Vec<SpaceInput>,
}

/// Whether the source supports something itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Support {
    /// The source has a place for it; which one.
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

impl SourceReport {
    /// What runs there, with its version.
    pub fn software(&self) -> String {
        match &self.part {
            ReportPart::Gradio(part) => format!("Gradio {}", part.version),
            ReportPart::Server(part) => match &part.version {
                Some(version) => format!("{} {version}", part.server),
                None => part.server.clone(),
            },
        }
    }

    /// The part of a Gradio app.
    pub fn gradio(&self) -> Option<&GradioReport> {
        match &self.part {
            ReportPart::Gradio(part) => Some(part),
            ReportPart::Server(_) => None,
        }
    }
}

impl GradioReport {
    /// What the app says of itself; the chat in it is filled in later.
    pub fn of(app: &App) -> Self {
        Self {
            version: app.version.clone(),
            protocol: app.protocol_name.clone(),
            api_prefix: app.api_prefix.clone(),
            app_id: app.app_id.clone(),
            ..Self::default()
        }
    }
}
