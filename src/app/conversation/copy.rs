//! Copying: a message, a code block, a reply, the whole conversation. What is copied is the text as it was written, never as
//! it is shown; the clipboard itself is not here.

use crate::app::keys::Action;
use crate::app::{Effect, Model};
use crate::chat::{Role, export};
use crate::sanitize;

/// Copies the picked message as it is, or as it is shown: without what cannot be seen.
pub(in crate::app) fn copy_message(model: &mut Model, is_clean: bool) -> Vec<Effect> {
    let open = model.conversation();
    let Some(message) = open.picked.and_then(|id| open.conversation.message(id)) else {
        return Vec::new();
    };
    let leaves = model.keys.shown_key(Action::Back);
    if is_clean {
        let text = sanitize::without_hidden(&message.text);
        model.toast(format!(
            "Copied without hidden characters. {leaves} leaves."
        ));
        return vec![Effect::Copy(text)];
    }
    let text = message.text.clone();
    model.toast(match sanitize::count_hidden(&text) {
        0 => format!("Copied the message. {leaves} leaves."),
        hidden => format!(
            "Copied with {hidden} hidden characters. {} copies without them.",
            model.keys.shown_key(Action::CopyClean)
        ),
    });
    vec![Effect::Copy(text)]
}

pub(in crate::app) fn copy_code(model: &Model, number: u8) -> Vec<Effect> {
    let open = model.conversation();
    let message = open.picked.and_then(|id| open.conversation.message(id));
    let copy = message.map(|message| Effect::CopyCode {
        text: message.text.clone(),
        number: usize::from(number),
    });
    copy.into_iter().collect()
}

/// The text of the last reply; says so where there is none.
fn last_reply(model: &mut Model) -> Option<String> {
    let mut path = model.conversation().conversation.path();
    let reply = path.rfind(|message| message.role == Role::Assistant);
    let text = reply.map(|reply| reply.text.clone());
    drop(path);
    if text.is_none() {
        model.toast("There is no reply to copy yet.");
    }
    text
}

/// `/copy`: the last reply, or a code block of it by its number.
pub(in crate::app) fn copy_reply(model: &mut Model, number: &str) -> Vec<Effect> {
    let Some(text) = last_reply(model) else {
        return Vec::new();
    };
    if number.is_empty() {
        model.toast("Copied the last reply.");
        return vec![Effect::Copy(text)];
    }
    if let Ok(number) = number.parse() {
        return vec![Effect::CopyCode { text, number }];
    }
    model.toast("/copy takes the number of a code block in the last reply.");
    Vec::new()
}

pub(in crate::app) fn copy_all(model: &mut Model) -> Vec<Effect> {
    let text = export::markdown(&model.conversation().conversation);
    model.toast("Copied the conversation.");
    vec![Effect::Copy(text)]
}
