//! What a server is sent of a conversation.
//!
//! The beginning of it is the same bytes in each turn, so that servers find it in their caches: the system message first,
//! then each message as it was sent before, then the newest. Thoughts are not sent back.

use crate::chat::{FileForm, GO_ON, Message, Role, prompt_text, tokens};
use crate::http::UploadSource;
use crate::http::media_type::media_type;
use crate::openai::request::{Prefill, Speaker, Turn};
use crate::provider::{ProviderError, Report, Request};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// The largest picture that is sent, in bytes: what `OpenAI` takes.
const LARGEST_PICTURE: u64 = 20 << 20;

/// What is sent.
#[derive(Debug)]
pub struct Plan {
    /// The messages, in order.
    turns: Vec<Turn>,
    /// Its estimated tokens.
    pub tokens: usize,
    /// Whether there are pictures in it.
    pub has_pictures: bool,
    /// Whether the newest message only asks to go on with the reply before it.
    goes_on: bool,
}

impl Plan {
    /// What is sent to a server that goes on in this way: where it does so by itself, the words that ask for it are left
    /// out.
    pub fn turns(&self, prefill: Prefill) -> &[Turn] {
        match self.turns.as_slice() {
            [begun @ .., _] if self.goes_on && prefill != Prefill::None => begun,
            all => all,
        }
    }

    /// Whether the server was to go on by itself.
    pub fn is_prefilled(&self, prefill: Prefill) -> bool {
        self.turns(prefill).len() < self.turns.len()
    }
}

/// Makes what is sent of a request. Files that are no pictures are refused: no server takes them.
pub async fn plan(request: &Request) -> Result<Plan, ProviderError> {
    let mut turns = Vec::with_capacity(request.messages.len() + 1);
    let mut count = tokens::estimate(&request.system);
    if !request.system.is_empty() {
        turns.push(turn(Speaker::System, request.system.clone()));
    }
    // By position, so that a picture goes with the message that it was attached to.
    let before = turns.len();
    for message in &request.messages {
        turns.push(said(request.file_form, message));
        count += message.tokens();
    }
    let past = request.files_of_past()?;
    let newest = request.messages.len().saturating_sub(1);
    let new = request
        .files_to_send(true)?
        .into_iter()
        .map(|file| (newest, file));
    let mut has_pictures = false;
    for (at, file) in past.into_iter().chain(new) {
        if let Some(turn) = turns.get_mut(before + at) {
            turn.pictures.push(picture(&file).await?);
            has_pictures = true;
        }
    }
    let goes_on = goes_on(&turns);
    Ok(Plan {
        goes_on,
        turns,
        tokens: count,
        has_pictures,
    })
}

/// Whether the last two are a reply and the wish to go on with it.
fn goes_on(turns: &[Turn]) -> bool {
    let [.., reply, wish] = turns else {
        return false;
    };
    wish.text == GO_ON && reply.speaker == Speaker::Assistant && !reply.text.trim().is_empty()
}

fn turn(speaker: Speaker, text: String) -> Turn {
    Turn {
        speaker,
        text,
        pictures: Vec::new(),
    }
}

fn said(form: FileForm, message: &Message) -> Turn {
    let speaker = match message.role {
        Role::System => Speaker::System,
        Role::User => Speaker::User,
        Role::Assistant => Speaker::Assistant,
    };
    turn(speaker, prompt_text(form, message))
}

/// A picture as an address that holds it.
async fn picture(file: &UploadSource) -> Result<String, ProviderError> {
    let kind = media_type(&file.name);
    if !matches!(
        kind,
        "image/png" | "image/jpeg" | "image/webp" | "image/gif"
    ) {
        return Err(refused(
            format!(
                "{} is no picture, and this server takes no other files. Nothing was sent.",
                file.name
            ),
            "Attach it as text, or choose a Space that takes files.",
        ));
    }
    let content = match &file.content {
        Some(content) => content.to_vec(),
        None => tokio::fs::read(&file.path).await.map_err(|error| {
            refused(
                format!("{} cannot be read: {error}. Nothing was sent.", file.name),
                "Check its name and permissions.",
            )
        })?,
    };
    if content.len() as u64 > LARGEST_PICTURE {
        return Err(refused(
            format!(
                "{} is larger than {} MB. Nothing was sent.",
                file.name,
                LARGEST_PICTURE >> 20
            ),
            "Send a smaller picture.",
        ));
    }
    Ok(format!("data:{kind};base64,{}", STANDARD.encode(content)))
}

fn refused(message: String, hint: &str) -> ProviderError {
    ProviderError::Unsupported(Report {
        message,
        hint: hint.to_owned(),
        source: None,
    })
}
