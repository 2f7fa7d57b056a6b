//! The sign-in: which functions of a Space are given the user's token of the Hub, and what it means that one asks for it.
//!
//! Only what the user has agreed to is given ([`Request::sign_in`]); what takes a token without needing one does without. How a
//! token travels is in `gradio::sign_in`.

use super::chat::Chat;
use super::{Known, SpaceProvider};
use crate::gradio::app::FnIndex;
use crate::gradio::{Client, SignIn, SignInFunctions, wiring};
use crate::http::Token;
use crate::provider::{ProviderError, Report, Request, SignInReport};
use std::sync::Arc;

/// Where tokens are made.
const TOKENS: &str = "https://huggingface.co/settings/tokens";

/// The client of a turn: with the user's token, where they have agreed and it may go there.
pub(super) fn client(
    space: &SpaceProvider,
    client: &Client,
    (known, request): (&Known, &Request),
) -> Client {
    let token = space.endpoint.token().filter(|_| request.sign_in);
    match (token, &known.sign_in) {
        (Some(token), Some(functions)) if space.endpoint.may_sign_in(request.proxy.as_deref()) => {
            client.signed_in(SignIn::new(token.clone(), Arc::clone(functions)))
        }
        _ => client.clone(),
    }
}

/// The functions of a turn, and which of them take a token; `None` where the app takes none from a program.
fn functions<'a>(
    known: &'a Known,
    chat: &Chat,
) -> Option<(&'a SignInFunctions, impl Iterator<Item = FnIndex> + use<'a>)> {
    let first = known.app.dependency(chat.first)?;
    let steps = wiring::course(&known.app, first);
    Some((
        known.sign_in.as_deref()?,
        steps.into_iter().map(|step| step.id),
    ))
}

/// Refuses a turn that a function of it would refuse, before anything is sent.
pub(super) fn require(known: &Known, chat: &Chat, client: &Client) -> Result<(), ProviderError> {
    let is_required = functions(known, chat)
        .is_some_and(|(functions, mut steps)| steps.any(|step| functions.is_required_by(step)));
    if is_required && !client.is_signed_in() {
        // `explained` says it in the words that fit.
        return Err(ProviderError::SignIn(Report {
            message: String::new(),
            hint: String::new(),
            source: None,
        }));
    }
    Ok(())
}

/// What is told of a chat's sign-in.
pub(super) fn report(space: &SpaceProvider, known: &Known, chat: &Chat) -> Option<SignInReport> {
    let (functions, steps) = functions(known, chat)?;
    let steps: Vec<FnIndex> = steps.collect();
    let is_marked = steps.iter().any(|step| functions.is_marked(*step));
    is_marked.then(|| SignInReport {
        is_required: steps.iter().any(|step| functions.is_required_by(*step)),
        is_possible: space.endpoint.token().is_some() && space.endpoint.may_sign_in(None),
    })
}

/// The error of a turn in words that say what can be done about a sign-in, and without the token, which a Space may repeat.
pub(super) fn explained(
    space: &SpaceProvider,
    request: &Request,
    worked: Result<(), ProviderError>,
) -> Result<(), ProviderError> {
    let token = space.endpoint.token();
    worked.map_err(|error| match (error, token) {
        (ProviderError::SignIn(_), token) => wish(space, request, token),
        (error, Some(token)) if request.sign_in => error.without(token),
        (error, _) => error,
    })
}

/// What it means that a Space asks for a sign-in.
fn wish(space: &SpaceProvider, request: &Request, token: Option<&Token>) -> ProviderError {
    let name = space.endpoint.label();
    let report = |message: String, hint: String| Report {
        message,
        hint,
        source: None,
    };
    let in_browser = || "Open it in a browser, or choose another source.".to_owned();
    if !can_help(space, request) {
        return ProviderError::Unsupported(report(
            format!("{name} answers only users who have signed in with Hugging Face on its page."),
            in_browser(),
        ));
    }
    let Some(_) = token else {
        return ProviderError::Key(report(
            format!(
                "{name} answers only users who are signed in with Hugging Face, and there is no token."
            ),
            format!("Set HF_TOKEN to a token from {TOKENS} and start spacechat again."),
        ));
    };
    if request.sign_in {
        return ProviderError::Unsupported(report(
            format!("{name} was sent your Hugging Face token and asks for another sign-in."),
            in_browser(),
        ));
    }
    ProviderError::SignIn(report(
        format!("{name} asks who you are. Your Hugging Face token was not sent."),
        "Retry and agree to send it (ask does with --sign-in), or choose another source."
            .to_owned(),
    ))
}

/// Whether the Space may be given a token, and one of the functions of the turn may take it.
fn can_help(space: &SpaceProvider, request: &Request) -> bool {
    let known = space.learned().known.clone();
    let may_sign_in = space.endpoint.may_sign_in(request.proxy.as_deref());
    let Some(known) = known.filter(|_| may_sign_in) else {
        return false;
    };
    let chat = known.chosen(&request.settings).ok();
    let found = chat.and_then(|chat| functions(&known, chat));
    found.is_some_and(|(functions, mut steps)| steps.any(|step| functions.may_take(step)))
}
