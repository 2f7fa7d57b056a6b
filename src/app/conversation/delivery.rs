//! Messages on their way out and replies on their way in.
//!
//! What Enter means, and what another version of a message is, is not here.

use crate::app::conversation::persistence::save;
use crate::app::conversation::{origins, source};
use crate::app::{Effect, Model, ReplyUpdate, TurnRequest, conversation::find};
use crate::app::{conversation::turn::Turn, effect::TurnId};
use crate::chat::{Change, ConversationId, Draft, MessageId, MessageState};
use std::sync::Arc;

/// What is said where a reply ended that messages waited for.
const GIVEN_BACK: &str = "Your waiting messages are back in the text field.";

/// Sends a message in a conversation, behind its last one; queues it while a reply comes.
pub(in crate::app) fn submit(model: &mut Model, id: ConversationId, draft: Draft) -> Vec<Effect> {
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
pub(in crate::app) fn send_waiting(model: &mut Model, id: ConversationId) -> Vec<Effect> {
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
pub(in crate::app) fn start(
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
        sign_in: model.sources.is_signed_in(&open.conversation.space),
    };
    let mut effects: Vec<Effect> = save(changes).into_iter().collect();
    // What is sent is what was attached; the chip says whether the file is another one by now.
    let newest = request.messages.last();
    effects.extend(newest.and_then(|message| origins::check(&message.attachments)));
    effects.extend([Effect::StartTurn(request), Effect::List]);
    effects
}

/// An update of a reply. One that belongs to no turn any more is dropped.
pub(in crate::app) fn reply(model: &mut Model, turn: TurnId, update: ReplyUpdate) -> Vec<Effect> {
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
    // The Space has told what it runs before it gives a session.
    let is_known = is_complete || matches!(update, ReplyUpdate::Session(_));
    let described = is_known.then(|| source::describe(&open.conversation));
    if is_complete {
        model.counting.ask_again();
    }
    if matches!(&update, ReplyUpdate::Delta(_) | ReplyUpdate::Replace(_)) {
        find::grown(open);
    }
    let Some(changes) = open.apply(update, now) else {
        return described.into_iter().collect();
    };
    open.is_unread = id != current;
    find::changed(open);
    let title = open.conversation.shown_title();
    let mut effects: Vec<Effect> = save(changes).into_iter().collect();
    effects.push(Effect::List);
    if !model.has_focus {
        let how = if is_complete {
            "Reply finished"
        } else {
            "Reply ended"
        };
        effects.push(Effect::NotifyDesktop(format!("{how}: {title}")));
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
        model.toast(GIVEN_BACK);
    }
    effects.extend(described);
    effects
}

/// Asks for the end of the reply that is seen; asked again, ends it here without waiting for the
/// server to confirm.
pub(in crate::app) fn stop(model: &mut Model) -> Vec<Effect> {
    let open = model.conversation_mut();
    let Some(turn) = open.turn.as_mut() else {
        return Vec::new();
    };
    if std::mem::replace(&mut turn.is_stopping, true) {
        let changes = open.end(MessageState::Stopped, |_| {});
        if open.give_back_queue() {
            model.toast(GIVEN_BACK);
        }
        return save(changes).into_iter().collect();
    }
    vec![Effect::CancelTurn(turn.id)]
}
