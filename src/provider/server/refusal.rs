//! What went wrong at a server, in words for its user.
//!
//! Servers refuse in words of their own ([`ServerFailure`]); here it is said what that means and what to do. The request is
//! never quoted.

use crate::chat;
use crate::gradio;
use crate::http::{Error, Refusal};
use crate::openai::{ModelEntry, ServerFailure, ServerKind};
use crate::provider::info::UnknownModel;
use crate::provider::{ProviderError, Report, error::shortened};
use std::sync::Arc;

/// A window that is known to be smaller than this is often the server's default and not the model's own.
const SMALL_WINDOW: u64 = 32_768;

/// What was asked, as far as a refusal speaks of it.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// Whose server it is.
    pub kind: ServerKind,
    /// The model.
    pub model: &'a str,
    /// The models that the server offers.
    pub known: &'a [ModelEntry],
    /// How many tokens the model holds.
    pub window: Option<u64>,
    /// The estimated tokens of what was sent.
    pub tokens: usize,
    /// Whether pictures were sent.
    pub has_pictures: bool,
}

fn report(message: String, hint: impl Into<String>) -> Report {
    Report {
        message: shortened(message),
        hint: hint.into(),
        source: None,
    }
}

/// No address leads to a server.
pub fn no_address() -> ProviderError {
    ProviderError::Setup(report(
        "No address of a server is known.".to_owned(),
        "Name one.",
    ))
}

/// No model was named, and none can be chosen for the user.
pub fn no_model(kind: ServerKind) -> ProviderError {
    ProviderError::Settings(report(
        format!("Which model of {} is to answer?", kind.words()),
        "Name it with -m MODEL. spacechat models lists them.",
    ))
}

/// The model takes no pictures.
pub fn no_pictures(model: &str) -> ProviderError {
    ProviderError::Unsupported(report(
        format!("{} takes no pictures. Nothing was sent.", named(model)),
        "Remove the picture, or choose a model that takes pictures.",
    ))
}

/// The error of a connection, or of an answer that is none.
pub fn of_connection(error: Error, kind: ServerKind) -> ProviderError {
    let source = Some(Arc::new(gradio::Error::Http(error.clone())));
    let with_source = |report: Report| Report { source, ..report };
    match error {
        Error::Status(refusal) => {
            let asked = Asked {
                kind,
                model: "",
                known: &[],
                window: None,
                tokens: 0,
                has_pictures: false,
            };
            of_refusal(&refusal, &ServerFailure::of_body(refusal.body()), asked)
        }
        Error::Broken { url, detail } => ProviderError::Space(with_source(report(
            format!("The connection to {url} broke before the reply was complete: {detail}."),
            "Check the network, and whether the server still runs, then retry.",
        ))),
        Error::Timeout { url, after } => ProviderError::Timeout(with_source(report(
            format!("{url} was silent for {} s.", after.as_secs()),
            "The server may be overloaded or stuck. Retry, or raise idle_timeout in the settings.",
        ))),
        Error::Decode {
            url,
            detail,
            excerpt,
        } => {
            let words = if excerpt.is_empty() {
                String::new()
            } else {
                format!(": {excerpt}")
            };
            ProviderError::Decode(with_source(report(
                format!("{url} is no OpenAI-compatible server ({detail}){words}"),
                "Check the address. It usually ends in /v1.",
            )))
        }
        Error::TooLarge { url, limit } => ProviderError::Decode(with_source(report(
            format!(
                "{url} sent more at once than the limit of {} MB.",
                limit >> 20
            ),
            "If you trust this server, raise frame_limit in the settings.",
        ))),
        // A message is not even sent on within the server: its body is gone.
        Error::Redirect {
            url,
            status,
            target,
        } => ProviderError::Status {
            status,
            report: with_source(report(
                format!("{url} leads to {target}. Nothing was sent there."),
                "If that is the server itself, give that address as the source.",
            )),
        },
        // A missing connection, a proxy, a certificate: nothing about these is a server's own.
        other => other.into(),
    }
}

/// The error of an answer with a status of 400 and above.
pub fn of_refusal(refusal: &Refusal, failure: &ServerFailure, asked: Asked<'_>) -> ProviderError {
    let status = refusal.status;
    if failure.is_too_long() || status == 413 {
        return too_long(failure, asked);
    }
    let words = said(failure);
    let url = &refusal.url;
    let told = format!("{url} answered with status {status}{words}");
    match status {
        401 => ProviderError::Key(report(
            format!("{url} wants a key, or refuses the one it got{words}"),
            key_hint(asked.kind),
        )),
        402 => ProviderError::Quota {
            retry_after: refusal.retry_after,
            report: report(
                format!(
                    "The account at {} has no credit left{words}",
                    asked.kind.words()
                ),
                "Add credit there, ask for a shorter reply (max_tokens), or choose another source.",
            ),
        },
        403 => ProviderError::Status {
            status,
            report: report(
                told,
                "The key may not do this, or the message was refused. The server's words say which.",
            ),
        },
        404 if speaks_of_model(failure, asked.model) => unknown_model(asked),
        429 | 503 => ProviderError::Unavailable {
            status,
            retry_after: refusal.retry_after,
            report: Report {
                source: Some(Arc::new(gradio::Error::Http(Error::Status(
                    refusal.clone(),
                )))),
                ..report(told, wait_hint(refusal))
            },
        },
        400 if asked.kind == ServerKind::HubRouter && speaks_of_model(failure, asked.model) => {
            ProviderError::Status {
                status,
                report: report(
                    told,
                    "Choose another model, or enable a provider of it at huggingface.co/settings/inference-providers.",
                ),
            }
        }
        400 | 500 if asked.has_pictures && failure.message.contains("image") => {
            ProviderError::Unsupported(report(
                format!("{} takes no pictures{words}", named(asked.model)),
                "Remove the picture, or choose a model that takes pictures.",
            ))
        }
        _ => ProviderError::Status {
            status,
            report: report(told, hint_of(status)),
        },
    }
}

/// The error that a server sends in the middle of a stream.
pub fn in_stream(failure: &ServerFailure, asked: Asked<'_>) -> ProviderError {
    if failure.is_too_long() {
        return too_long(failure, asked);
    }
    let words = match said(failure) {
        none if none.is_empty() => ", without a reason.".to_owned(),
        words => words,
    };
    ProviderError::Space(report(
        format!("{} failed while it replied{words}", asked.kind.words()),
        "Retry, or choose another model.",
    ))
}

/// The reply ended in the middle.
pub fn broken_off(asked: Asked<'_>) -> ProviderError {
    ProviderError::Space(report(
        format!(
            "{} broke the reply off without a reason.",
            asked.kind.words()
        ),
        "Continue it, or retry.",
    ))
}

/// Nothing came, and no reason.
pub fn silent(asked: Asked<'_>) -> ProviderError {
    let window = match asked.window {
        Some(window) => format!(
            " It holds {window} tokens, and about {} were sent.",
            asked.tokens
        ),
        None => format!(" About {} tokens were sent.", asked.tokens),
    };
    ProviderError::Space(report(
        format!(
            "{} ended without a word. The prompt may be too long for it.{window}",
            asked.kind.words()
        ),
        longer_window(asked.kind),
    ))
}

/// What came is no reply.
pub fn strange(url: &str) -> ProviderError {
    ProviderError::Decode(report(
        format!("{url} sent events that are no reply."),
        "Check that this is the address of an OpenAI-compatible server.",
    ))
}

/// The model thought and then said nothing.
pub fn thought_only(is_cut: bool) -> ProviderError {
    let hint = if is_cut {
        "Its thoughts took all of the room: raise max_tokens where it is set, or lower reasoning_effort."
    } else {
        "Retry, or lower reasoning_effort."
    };
    ProviderError::Space(report(
        "The model thought, but said nothing.".to_owned(),
        hint,
    ))
}

/// The model asked for tools and said nothing.
pub fn tool_only(names: &[String]) -> ProviderError {
    let words = chat::Finish::ToolCall(names.to_vec()).words();
    ProviderError::Space(report(
        words.unwrap_or_default(),
        "Ask again in other words, or choose another model.",
    ))
}

/// An end with a reason and without a word.
pub fn empty(asked: Asked<'_>, reason: &str) -> ProviderError {
    ProviderError::Space(report(
        format!("{} ended without a reply ({reason}).", asked.kind.words()),
        "Retry, or change the message.",
    ))
}

fn too_long(failure: &ServerFailure, asked: Asked<'_>) -> ProviderError {
    let window = failure.window.or(asked.window);
    let numbers = match (failure.prompt_tokens, window) {
        (Some(prompt), Some(window)) => format!(
            " It has {prompt} tokens, and {} holds {window}.",
            named(asked.model)
        ),
        (None, Some(window)) => format!(
            " {} holds {window} tokens, and about {} were sent.",
            named(asked.model),
            asked.tokens
        ),
        _ => format!(" About {} tokens were sent{}", asked.tokens, said(failure)),
    };
    let hint = match window {
        Some(window) if window < SMALL_WINDOW => longer_window(asked.kind),
        _ => "Send less, leave earlier messages out, or choose a model with a larger window.",
    };
    ProviderError::TooLong(report(format!("The prompt does not fit.{numbers}"), hint))
}

fn unknown_model(asked: Asked<'_>) -> ProviderError {
    ProviderError::UnknownModel(UnknownModel {
        name: asked.model.to_owned(),
        known: asked.known.iter().map(|model| model.id.clone()).collect(),
    })
}

/// How a larger window is had.
pub fn longer_window(kind: ServerKind) -> &'static str {
    match kind {
        ServerKind::Ollama => {
            "Give the model a larger window: start Ollama with OLLAMA_CONTEXT_LENGTH=32768, or set num_ctx in its Modelfile. Or send less."
        }
        ServerKind::LlamaCpp => {
            "Start the server with a larger window (-c, which its -np slots share), or send less."
        }
        ServerKind::LmStudio => {
            "Load the model with a larger context length in LM Studio, or send less."
        }
        ServerKind::Vllm => "Start the server with a larger --max-model-len, or send less.",
        _ => "Send less, or choose a model with a larger window.",
    }
}

fn key_hint(kind: ServerKind) -> &'static str {
    match kind {
        ServerKind::HubRouter => {
            "Set HF_TOKEN to a token with the permission to make calls to Inference Providers."
        }
        ServerKind::OpenAi => "Set OPENAI_API_KEY.",
        ServerKind::OpenRouter => "Set OPENROUTER_API_KEY.",
        ServerKind::DeepSeek => "Set DEEPSEEK_API_KEY.",
        _ => {
            "Name the key of this server in the settings: a section [sources.NAME] with url and key_env."
        }
    }
}

fn wait_hint(refusal: &Refusal) -> String {
    match refusal.retry_after {
        Some(wait) => format!(
            "Too many requests, or none can be taken now. Retry in {} s.",
            wait.as_secs()
        ),
        None => "Too many requests, or none can be taken now. Wait a minute and retry.".to_owned(),
    }
}

fn hint_of(status: u16) -> &'static str {
    match status {
        // It may have begun, and what it wrote may be charged: the user decides.
        408 | 500..=599 => "It may have begun to reply. Retry sends the message again.",
        404 => "There is no such route. Check the address of the source.",
        _ => "The server did not take the request. Its words say why.",
    }
}

fn speaks_of_model(failure: &ServerFailure, model: &str) -> bool {
    failure.message.to_lowercase().contains("model") || (!model.is_empty() && failure.names(model))
}

fn named(model: &str) -> &str {
    if model.is_empty() { "The model" } else { model }
}

/// The server's own words as the end of a sentence.
fn said(failure: &ServerFailure) -> String {
    match failure.message.trim() {
        "" => String::new(),
        words => format!(": {words}"),
    }
}
