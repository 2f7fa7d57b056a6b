//! What a source of replies offers: a [`Request`] becomes a stream of [`ReplyEvent`]s.
//!
//! [`Provider`] is the whole interface. `qwen` is the provider of the Qwen demo Space, `space` that of any other
//! chat Space, `server` that of an OpenAI-compatible server, and `address` finds out which of the two is at an address.
//! `source` reads the names that users write. The wire protocols are not here but in `gradio` and `openai`.

mod address;
pub(crate) mod bubbles;
pub(crate) mod catalog;
pub(crate) mod endpoint;
pub(crate) mod error;
mod exchange;
pub(crate) mod hub;
pub(crate) mod info;
pub(crate) mod local;
pub(crate) mod qwen;
pub(crate) mod reply;
pub(crate) mod report;
pub(crate) mod server;
pub(crate) mod source;
pub(crate) mod space;
pub(crate) mod spoken;
pub(crate) mod tail;
pub(crate) mod thoughts;
mod uploads;

pub use crate::http::{KeyPlace, Options as ConnectOptions};
pub use crate::openai::ModelEntry;
pub use address::AddressProvider;
pub use catalog::{NameRules, SpaceRef};
pub use endpoint::SpaceEndpoint;
pub use error::{ProviderError, Report};
pub use hub::{Hub, Options as HubOptions, ResolvedHost};
pub use info::{ProviderInfo, UnknownModel};
pub use qwen::Qwen;
pub use reply::{Reply, ReplyEvent, ReplySender, Session};
pub use report::{
    ChatReport, GradioReport, ReportPart, ServerReport, SignInReport, SourceReport, Support,
};
pub use server::ServerProvider;
pub use source::{AddressRef, Headers, ServerRef, Source, SourceKind, UserSource};
pub use space::SpaceProvider;

use crate::chat::{Attachment, Content, FileForm, Message};
use crate::http::UploadSource;
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::Arc;

/// A source of replies.
pub trait Provider: Send + Sync {
    /// Its description. Cheap; no request is sent.
    fn info(&self) -> ProviderInfo;

    /// Begins a reply. Nothing is sent before the first poll of the tokio runtime, in whose
    /// context this must be called. Errors arrive through the [`Reply`].
    fn reply(&self, request: Request) -> Reply;

    /// How many tokens the prompt of a request would have, as the source counts them; `None` where it does not. No message
    /// is sent, and nothing leaves this machine. Safe to drop while it counts.
    fn count(&self, _request: Request) -> Pin<Box<dyn Future<Output = Option<u64>> + Send + '_>> {
        Box::pin(std::future::ready(None))
    }

    /// Looks at the source: whether it answers, and what it offers. No message is sent.
    fn look(
        &self,
    ) -> Pin<Box<dyn Future<Output = Result<SourceReport, ProviderError>> + Send + '_>>;
}

/// A request to a provider.
#[derive(Debug, Clone, Default)]
pub struct Request {
    /// The conversation so far; the last message is the user's newest.
    pub messages: Vec<Arc<Message>>,
    /// Files of this machine that go with the newest message, besides those attached to the
    /// messages themselves.
    pub files: Vec<PathBuf>,
    /// The system message; empty for none.
    pub system: String,
    /// The model's name or alias; empty for the default.
    pub model: String,
    /// Settings of the Space, by the name or label of its input; text is parsed as the input
    /// requires. A name that the Space does not know is an error.
    pub settings: BTreeMap<String, Value>,
    /// How the texts of attached files stand in a prompt.
    pub file_form: FileForm,
    /// Whether the user has agreed that the Space's functions get their token of the Hub, which can act in their name.
    pub sign_in: bool,
    /// A proxy for this request alone: `http://`, `https://`, `socks5://` or `socks5h://`.
    pub proxy: Option<String>,
    /// The session to continue. The caller guarantees that its past is exactly the messages before
    /// the newest; the provider checks that the app still knows it.
    pub session: Option<Session>,
    /// Whether to send a [`ReplyEvent::Session`], to continue with in the next request.
    pub return_conversation: bool,
}

impl Request {
    /// A request of one or more messages, everything else at its default.
    pub fn new(messages: impl IntoIterator<Item = Message>) -> Self {
        Self {
            messages: messages.into_iter().map(Arc::new).collect(),
            return_conversation: true,
            ..Self::default()
        }
    }

    /// The files that went with the messages before the newest, each with the position of its message. Errors as in
    /// [`Request::files_to_send`].
    pub fn files_of_past(&self) -> Result<Vec<(usize, UploadSource)>, ProviderError> {
        let past = self.messages.len().saturating_sub(1);
        let messages = self.messages.iter().take(past).enumerate();
        messages
            .flat_map(|(at, message)| message.attachments.iter().map(move |file| (at, file)))
            .filter_map(|(at, attachment)| Some(source(attachment)?.map(|file| (at, file))))
            .collect()
    }

    /// The files to upload for this request: those of the newest message where the source remembers the rest, those of
    /// all messages where it does not. A file whose saved content cannot be read is an error: the file at its path may
    /// be another one now.
    pub fn files_to_send(&self, is_remembered: bool) -> Result<Vec<UploadSource>, ProviderError> {
        let skipped = if is_remembered {
            self.messages.len().saturating_sub(1)
        } else {
            0
        };
        self.messages
            .iter()
            .skip(skipped)
            .flat_map(|message| &message.attachments)
            .filter_map(|attachment| source(attachment))
            .chain(self.files.iter().map(|path| Ok(UploadSource::at(path))))
            .collect()
    }
}

/// An attached file as it is sent; `None` for text.
fn source(attachment: &Attachment) -> Option<Result<UploadSource, ProviderError>> {
    let file = attachment.file.as_ref()?;
    let content = match &file.content {
        Content::Here(_, content) => Some(Arc::clone(content)),
        Content::AtPath => None,
        Content::Stored(..) => {
            return Some(Err(ProviderError::Unsupported(Report {
                message: format!(
                    "The saved content of {} cannot be read, so it was not sent.",
                    attachment.name
                ),
                hint: "Attach it again. spacechat doctor looks for what is damaged.".to_owned(),
                source: None,
            })));
        }
    };
    Some(Ok(UploadSource {
        path: file.path.clone(),
        name: attachment.name.clone(),
        content,
    }))
}
