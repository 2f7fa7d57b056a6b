//! Sending what is written: it goes out, waits in the queue or for its files, runs as a command, or is refused once for
//! its size.
//!
//! What becomes of a message that is sent is not here.

use crate::app::composer::slash;
use crate::app::conversation::delivery;
use crate::app::conversation::unsent::EditTarget;
use crate::app::editor::Editor;
use crate::app::keys::Action;
use crate::app::{Effect, Model, token_budget};
use crate::chat::{Draft, MessageId};

/// Sends what is written, unless it is more than the model can hold: then it is said first, and
/// sent when the user says so again.
pub(super) fn send_if_it_fits(model: &mut Model) -> Vec<Effect> {
    let revision = model.conversation().composer.revision();
    let is_told = model.oversize_told == Some((model.current, revision));
    let is_command = slash::is_command(&model.conversation().composer.editor.text());
    if !is_command && holds_for_files(model) {
        return Vec::new();
    }
    if !is_told
        && !is_command
        && let Some(excess) = token_budget::token_budget(model, token_budget::known(model)).excess()
    {
        model.oversize_told = Some((model.current, revision));
        let key = model.keys.shown_key(Action::Send);
        model.toast(format!(
            "≈{excess} tokens more than the model holds. The Space may cut or refuse it. {key} again sends it anyway."
        ));
        return Vec::new();
    }
    model.oversize_told = None;
    send(model)
}

/// Holds what is written back while a file that was asked for is being read: without it the message would be another one.
/// Asked again, it goes as it is. Gives whether it is held.
fn holds_for_files(model: &mut Model) -> bool {
    let open = model.conversation_mut();
    let is_something = !open.composer.tray().is_empty() || has_words(&open.composer.editor);
    let was_held = open.is_held();
    open.send_when_read = None;
    if open.reading == 0 || was_held || !is_something {
        return false;
    }
    open.send_when_read = Some(open.composer.editor.revision());
    let key = model.keys.shown_key(Action::Send);
    model.toast(format!(
        "A file is still being read. The message is sent after that. {key} sends it now."
    ));
    true
}

fn has_words(editor: &Editor) -> bool {
    editor.lines().iter().any(|line| !line.trim().is_empty())
}

/// Sends what is written, or queues it while a reply comes. With nothing written it is the
/// word for what waits.
fn send(model: &mut Model) -> Vec<Effect> {
    let id = model.current;
    let open = model.conversation_mut();
    let mut draft = open.composer.draft();
    if draft.text.trim().is_empty() && draft.attachments.is_empty() {
        return match open.editing {
            None => delivery::send_waiting(model, id),
            Some(_) => Vec::new(),
        };
    }
    let (is_new, is_command) = (open.editing.is_none(), slash::is_command(&draft.text));
    if is_new
        && is_command
        && let Some(effects) = slash::run(model, &draft)
    {
        return effects;
    }
    if is_new {
        slash::unescape(&mut draft);
    }
    let open = model.conversation_mut();
    match open.end_edit() {
        Some((EditTarget::Message(message), draft)) => send_version(model, message, draft),
        Some((EditTarget::Queued(at), draft)) => {
            open.queue.replace(at, draft);
            delivery::send_waiting(model, id)
        }
        None => {
            open.composer.take();
            if open.waits() {
                open.queue.push(draft);
                return delivery::send_waiting(model, id);
            }
            delivery::submit(model, id, draft)
        }
    }
}

/// Sends a message as another version of one that was sent.
fn send_version(model: &mut Model, message: MessageId, draft: Draft) -> Vec<Effect> {
    let (id, now) = (model.current, model.clock.wall);
    let open = model.conversation_mut();
    let message = open.conversation.message(message);
    let parent = message.and_then(|message| message.parent);
    let (reply, changes) = open.begin(parent, draft, now);
    delivery::start(model, id, reply, changes)
}
