//! Messages on their way out and replies on their way in.

use super::keep::keep;
use super::popups::{login, source_picker};
use super::turn::{Turn, TurnId};
use super::unsent::Edited;
use super::{DEMO_SPACE, Effect, Model, ReplyUpdate, TurnRequest, attaching, find, slash, tree};
use crate::chat::{Change, ConversationId, Draft, FailureKind, MessageId, MessageState, Role};
use std::sync::Arc;

/// What is said where a reply ended that messages waited for.
const GIVEN_BACK: &str = "What waited is in the message again.";

/// Enter: sends what is written, or queues it while a reply comes. With nothing written it is the
/// word for what waits.
pub(super) fn send(model: &mut Model) -> Vec<Effect> {
    let id = model.current;
    let open = model.conversation_mut();
    let mut draft = open.composer.draft();
    if draft.text.trim().is_empty() && draft.attachments.is_empty() {
        return match open.editing {
            None => send_waiting(model, id),
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
        Some((Edited::Message(message), draft)) => send_version(model, message, draft),
        Some((Edited::Queued(at), draft)) => {
            open.queue.replace(at, draft);
            send_waiting(model, id)
        }
        None => {
            open.composer.take();
            if open.waits() {
                open.queue.push(draft);
                return send_waiting(model, id);
            }
            submit(model, id, draft)
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
    start(model, id, reply, changes)
}

/// Sends a message in a conversation, behind its last one; queues it while a reply comes.
pub(super) fn submit(model: &mut Model, id: ConversationId, draft: Draft) -> Vec<Effect> {
    let now = model.clock.wall;
    let Some(open) = model.open.get_mut(&id) else {
        return Vec::new();
    };
    if open.turn.is_some() {
        open.queue.push(draft);
        return Vec::new();
    }
    let (reply, changes) = open.begin(open.head(), draft, now);
    start(model, id, reply, changes)
}

/// Sends what waits, unless a reply is on its way: first the message that the Space was not there
/// to hear, then those behind it, each when the reply before it is complete.
pub(super) fn send_waiting(model: &mut Model, id: ConversationId) -> Vec<Effect> {
    let now = model.clock.wall;
    let Some(open) = model.open.get_mut(&id).filter(|open| open.waits()) else {
        return Vec::new();
    };
    if let Some(reply) = open.undelivered() {
        let changes = open.begin_again(reply, now);
        return start(model, id, reply, changes);
    }
    match open.next_queued() {
        Some(next) => submit(model, id, next),
        None => Vec::new(),
    }
}

/// Asks for the reply that has just been begun.
pub(super) fn start(
    model: &mut Model,
    id: ConversationId,
    reply: MessageId,
    changes: Vec<Change>,
) -> Vec<Effect> {
    let turn = TurnId(model.turns);
    let now = model.clock.uptime;
    model.turns += 1;
    let Some(open) = model.open.get_mut(&id) else {
        return Vec::new();
    };
    open.turn = Some(Turn::new(turn, reply, now));
    let request = TurnRequest {
        turn,
        conversation: id,
        messages: open.messages_to_send(),
        reply,
        system: Arc::clone(&open.conversation.system),
        model: open.conversation.model.clone(),
        settings: open.settings.clone(),
        space: open.conversation.space.clone(),
        file_form: model.defaults.file_form,
    };
    let mut effects: Vec<Effect> = keep(changes).into_iter().collect();
    // What is sent is what was attached; the chip says whether the file is another one by now.
    let newest = request.messages.last();
    effects.extend(newest.and_then(|message| attaching::look(&message.attachments)));
    effects.extend([Effect::StartTurn(request), Effect::List]);
    effects
}

/// An update of a reply. One that belongs to no turn any more is dropped.
pub(super) fn reply(model: &mut Model, turn: TurnId, update: ReplyUpdate) -> Vec<Effect> {
    let now = model.clock.uptime;
    let current = model.current;
    let found = model
        .open
        .iter_mut()
        .find(|(_, open)| open.turn.as_ref().is_some_and(|running| running.id == turn));
    let Some((&id, open)) = found else {
        return Vec::new();
    };
    let is_complete = matches!(update, ReplyUpdate::Done(_));
    let asks_login =
        matches!(&update, ReplyUpdate::Failed(failure) if failure.kind == FailureKind::Login);
    if matches!(&update, ReplyUpdate::Delta(_) | ReplyUpdate::Replace(_)) {
        find::grown(open);
    }
    let Some(changes) = open.hear(update, now) else {
        return Vec::new();
    };
    open.is_unread = id != current;
    find::changed(open);
    let title = open.conversation.shown_title();
    let mut effects: Vec<Effect> = keep(changes).into_iter().collect();
    effects.push(Effect::List);
    if !model.has_focus {
        let how = if is_complete {
            "has answered"
        } else {
            "has ended"
        };
        effects.push(Effect::Ring(format!("{title}: the Space {how}")));
    }
    let Some(open) = model.open.get_mut(&id) else {
        return effects;
    };
    let mut is_given_back = false;
    if is_complete {
        effects.extend(send_waiting(model, id));
    } else if open.undelivered().is_none() {
        // What was queued was meant to follow a whole reply: the user decides again.
        is_given_back = open.give_back_queue();
    }
    if is_given_back {
        model.remark(GIVEN_BACK);
    }
    if is_complete && model.names().window.is_none() {
        // A Space that has answered is known better than before.
        effects.push(source_picker::describe(model));
    }
    if asks_login && id == model.current && !model.popups.is_open() {
        let refused = model.conversation().conversation.head();
        let refused = refused.map(|reply| reply.id);
        login::ask(model, refused);
    }
    effects
}

/// Asks for the end of the reply that is seen; asked again, ends it here without waiting for the
/// server to confirm.
pub(super) fn stop(model: &mut Model) -> Vec<Effect> {
    let open = model.conversation_mut();
    let Some(turn) = open.turn.as_mut() else {
        return Vec::new();
    };
    if std::mem::replace(&mut turn.is_stopping, true) {
        let changes = open.end(MessageState::Stopped, |_| {});
        if open.give_back_queue() {
            model.remark(GIVEN_BACK);
        }
        return keep(changes).into_iter().collect();
    }
    vec![Effect::CancelTurn(turn.id)]
}

/// Goes on with the embedded Space in this conversation, and asks it what the other Space could
/// not be asked.
pub(super) fn use_demo(model: &mut Model) -> Vec<Effect> {
    let open = model.conversation_mut();
    if open.turn.is_some() {
        model.remark("A reply is on its way; stop it first.");
        return Vec::new();
    }
    if open.conversation.space == DEMO_SPACE {
        model.remark("This is the embedded Space already; /space goes to another.");
        return Vec::new();
    }
    let failed = open.conversation.head().filter(|head| {
        head.role == Role::Assistant && head.state == MessageState::Failed && head.text.is_empty()
    });
    let retries = failed.is_some();
    let mut effects = source_picker::use_space(model, DEMO_SPACE);
    if retries {
        effects.extend(tree::retry(model));
    }
    effects
}
