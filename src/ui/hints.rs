//! What the keys do where they do not simply write a message, as the status line says it: from the table of actions.

use crate::app::conversation::unsent::EditTarget;
use crate::app::keys::{Action, Context, Keymap};
use crate::app::{Focus, Model, OpenConversation};
use crate::chat::Role;
use std::fmt::Write as _;

/// What the keys do where they do not simply write a message.
pub fn mode(model: &Model, open: &OpenConversation) -> Option<String> {
    let keys = model.keys;
    let (send, back) = (keys.shown_key(Action::Send), keys.shown_key(Action::Back));
    if let Some(editing) = &open.editing {
        return Some(match editing.what {
            EditTarget::Message(_) => {
                format!("editing · {send} sends another version · {back} leaves")
            }
            EditTarget::Queued(_) => {
                format!("editing a queued message · {send} saves · {back} leaves")
            }
        });
    }
    if let Some(words) = picked(keys, open) {
        return Some(words);
    }
    match model.focus {
        Focus::Panel => {
            let saves = keys.shown_key(Action::SavePreset);
            let next = keys.shown_key(Action::NextPane);
            Some(format!(
                "applies from the next message · {saves} saves it · {back} or {next} leaves"
            ))
        }
        Focus::List => Some(offered(
            keys,
            Context::List,
            &[
                (Action::Open, "opens"),
                (Action::Delete, "deletes"),
                (Action::Undelete, "brings back"),
                (Action::Trash, "trash"),
                (Action::Rename, "renames"),
                (Action::Pin, "pins"),
                (Action::Duplicate, "duplicates"),
            ],
        )),
        _ => None,
    }
}

/// The keys of a place with what they do, and the one that leaves it.
fn offered(keys: Keymap, context: Context, actions: &[(Action, &str)]) -> String {
    let mut words = String::new();
    for (action, does) in actions {
        let key = keys.key_in(*action, context);
        if !key.is_empty() {
            // Writing to a string cannot fail.
            let _ = write!(words, "{key} {does} · ");
        }
    }
    words + &keys.shown_key(Action::Back) + " leaves"
}

/// What can be done with the picked message.
fn picked(keys: Keymap, open: &OpenConversation) -> Option<String> {
    let message = open.conversation.message(open.picked?)?;
    let key = |action| keys.key_in(action, Context::Picked);
    let is_reply = message.role == Role::Assistant;
    let mut actions = match message.role {
        Role::Assistant => vec![(Action::Retry, "retry"), (Action::Continue, "continue")],
        Role::User | Role::System => vec![(Action::EditMessage, "edit"), (Action::Retry, "retry")],
    };
    actions.extend([
        (Action::CopyMessage, "copy"),
        (Action::LeaveOut, "leave out"),
        (Action::Branch, "branch"),
    ]);
    let codes = format!(
        "{}-{} copy code · ",
        key(Action::CopyCode(1)),
        key(Action::CopyCode(9))
    );
    let versions = format!(
        "{} {} {} versions · ",
        key(Action::OlderVersion),
        key(Action::NewerVersion),
        key(Action::Versions)
    );
    let has_versions = open.conversation.versions(message.id).len() > 1;
    let more = [(is_reply, codes), (has_versions, versions)];
    let more: String = more
        .into_iter()
        .filter(|(is_so, _)| *is_so)
        .map(|(_, words)| words)
        .collect();
    actions.push((Action::Unfold, "open"));
    Some(format!(
        "picked: {more}{}",
        offered(keys, Context::Picked, &actions)
    ))
}
