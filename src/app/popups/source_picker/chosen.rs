//! What becomes of the source that was chosen: used where it answers, with the message that waits; else the picker says why
//! not, and the conversation stays where it was.

use super::{Scope, SourcePicker, refresh, rows};
use crate::app::conversation::{source, versions};
use crate::app::popups::login;
use crate::app::sources::{Inspection, SourceState};
use crate::app::{DEMO_SPACE, Effect, Model};
use crate::chat::{Failure, FailureKind};

/// A source was looked at. One that answers is used from now on; of another one the popup says why
/// not, and the conversation stays where it was.
pub(in crate::app) fn on_inspected(
    model: &mut Model,
    asked: &str,
    (space, chosen): (&str, Option<String>),
    found: Result<Inspection, Failure>,
) -> Vec<Effect> {
    model.sources.take_inspected(space, &found);
    let picker = model.popups.find::<SourcePicker>();
    let check = picker.and_then(|picker| picker.check.as_mut());
    let check = check.filter(|check| check.space == asked && check.failure.is_none());
    let is_awaited = check.is_some();
    let chosen = check
        .as_ref()
        .and_then(|check| check.model.clone())
        .or(chosen);
    if let (Some(check), Err(failure)) = (check, &found) {
        check.failure = Some(failure.clone());
    }
    refresh(model);
    let found = match found {
        Ok(found) => found,
        Err(failure) if is_awaited && failure.kind == FailureKind::Login => {
            return log_in(model, space, chosen);
        }
        Err(_) => return Vec::new(),
    };
    let inputs = found.inputs.clone();
    model.inputs.insert(space.to_owned(), inputs);
    if !is_awaited {
        // What answered may be called otherwise than was thought.
        return vec![source::describe(&model.conversation().conversation)];
    }
    if goes_on(model, space, chosen.as_deref(), &found) {
        return Vec::new();
    }
    use_found(model, space, chosen, Some(&found.about))
}

/// Its settings are known once it is open to this user. What waits is asked again then.
fn log_in(model: &mut Model, space: &str, chosen: Option<String>) -> Vec<Effect> {
    let refused = model.conversation().unanswered();
    model.popups.close_all::<SourcePicker>();
    let effects = source::use_space(model, space, chosen);
    login::ask(model, refused);
    effects
}

/// Has the picker go on where something is still to be chosen: one of several chats, or a model where none is asked by
/// itself.
fn goes_on(model: &mut Model, space: &str, chosen: Option<&str>, found: &Inspection) -> bool {
    let scope = if chosen.is_none() && found.needs_model {
        Scope::Models(space.to_owned())
    } else if found.chats.names.len() > 1 {
        Scope::Chats(found.chats.clone())
    } else {
        return false;
    };
    let all = match &scope {
        Scope::Chats(chats) => rows::chats_of(space, &chats.names),
        _ => rows::models_of(model, space),
    };
    if let Some(picker) = model.popups.find::<SourcePicker>() {
        picker.is_looking = false;
        picker.go_to(scope, all);
    }
    true
}

/// Uses a source that was looked at, and asks it what waits. `about` says what was found there.
fn use_found(
    model: &mut Model,
    space: &str,
    chosen: Option<String>,
    about: Option<&str>,
) -> Vec<Effect> {
    model.popups.close_all::<SourcePicker>();
    let mut effects = source::use_space(model, space, chosen);
    if let Some(about) = about.filter(|about| !about.is_empty()) {
        let talks = model.toast.take().map(|(words, _)| words);
        model.toast(format!(
            "Found a chat ({about}). {}",
            talks.unwrap_or_default()
        ));
    }
    effects.extend(ask_what_waits(model));
    effects
}

/// Uses one chat of a page.
pub(super) fn use_chat(
    model: &mut Model,
    space: &str,
    (setting, chat): (&str, String),
) -> Vec<Effect> {
    let mut effects = source::use_space(model, space, None);
    let open = model.conversation_mut();
    open.settings.insert(setting.to_owned(), chat);
    open.saved.fields_changed();
    effects.extend(ask_what_waits(model));
    effects
}

/// Asks for the reply of which nothing came, which the user has just chosen another source for.
fn ask_what_waits(model: &mut Model) -> Vec<Effect> {
    if model.conversation().unanswered().is_none() || model.conversation().turn.is_some() {
        return Vec::new();
    }
    model.conversation_mut().picked = None;
    versions::retry(model)
}

/// `/model NAME`: asks for another model from the next message on. Without a name the picker offers those of the source.
pub(in crate::app) fn models_with(model: &mut Model, name: &str) -> Vec<Effect> {
    if !name.is_empty() {
        if versions::is_busy(model) {
            return Vec::new();
        }
        let space = model.conversation().conversation.space.clone();
        return source::use_space(model, &space, Some(name.to_owned()));
    }
    let effects = super::open_with(model, "");
    let space = model.conversation().conversation.space.clone();
    let all = rows::models_of(model, &space);
    let is_looking = model.sources.state(&space) == Some(&SourceState::Looking);
    if let Some(picker) = model.popups.find::<SourcePicker>() {
        picker.is_looking = is_looking;
        picker.go_to(Scope::Models(space), all);
    }
    effects
}

/// Goes on with the embedded Space in this conversation, and asks it what the other Space could
/// not be asked.
pub(in crate::app) fn use_demo(model: &mut Model) -> Vec<Effect> {
    if versions::is_busy(model) {
        return Vec::new();
    }
    if model.conversation().conversation.space == DEMO_SPACE {
        model.toast("This is the embedded Space already. /source goes to another.");
        return Vec::new();
    }
    use_found(model, DEMO_SPACE, None, None)
}
