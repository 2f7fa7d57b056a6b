//! Versions: another wording of a message, another reply, and the way between them.
//!
//! Nothing is overwritten. A new version is a sibling in the tree, and the path that is seen goes
//! through it from then on.

use crate::app::conversation::delivery;
use crate::app::conversation::unsent::EditTarget;
use crate::app::keys::{Action, Context};
use crate::app::{Effect, Model, OpenConversation};
use crate::chat::{Change, Draft, GO_ON, MessageId, Role};

/// Takes the picked message of the user into the composer. What stands there comes back when
/// the new version is sent, or with Esc.
pub(in crate::app) fn edit(model: &mut Model) -> Vec<Effect> {
    if is_busy(model) {
        return Vec::new();
    }
    let open = model.conversation_mut();
    let Some(message) = open
        .picked
        .and_then(|id| open.conversation.message(id).cloned())
    else {
        return Vec::new();
    };
    if message.role != Role::User {
        let retry = model.keys.key_in(Action::Retry, Context::Picked);
        model.toast(format!(
            "Only your own messages can be edited. {retry} asks for another reply."
        ));
        return Vec::new();
    }
    open.begin_edit(EditTarget::Message(message.id), Draft::from(&*message));
    open.picked = None;
    Vec::new()
}

/// Asks for another reply to the picked message, or to the one before the picked reply; without a
/// picked one, for another last reply.
pub(in crate::app) fn retry(model: &mut Model) -> Vec<Effect> {
    if is_busy(model) {
        return Vec::new();
    }
    let (id, now) = (model.current, model.clock.wall);
    let open = model.conversation_mut();
    let target = open.picked.or_else(|| open.head());
    let user = target.and_then(|id| {
        let message = open.conversation.message(id)?;
        match message.role {
            Role::User => Some(message.id),
            Role::Assistant | Role::System => message.parent,
        }
    });
    let Some(user) = user else {
        return Vec::new();
    };
    let undelivered = open
        .undelivered()
        .and_then(|id| open.conversation.message(id));
    if undelivered.is_some_and(|reply| reply.parent == Some(user)) {
        return delivery::send_waiting(model, id);
    }
    let from = open.head();
    let mut changes = open.save_fields();
    let (reply, more) = open.begin_reply(user, now, from);
    changes.extend(more);
    delivery::start(model, id, reply, changes)
}

/// Asks the model to go on where its last reply ended.
pub(in crate::app) fn go_on(model: &mut Model) -> Vec<Effect> {
    if is_busy(model) {
        return Vec::new();
    }
    model.conversation_mut().picked = None;
    delivery::submit(model, model.current, Draft::new(GO_ON))
}

/// Shows another version of the picked message, and what followed it.
pub(in crate::app) fn show_version(model: &mut Model, by: isize) -> Vec<Effect> {
    if is_busy(model) {
        return Vec::new();
    }
    let open = model.conversation_mut();
    let Some(other) = open
        .picked
        .and_then(|id| beside(&open.conversation.versions(id), id, by))
    else {
        return Vec::new();
    };
    let change = go_through(open, other);
    open.picked = Some(other);
    vec![Effect::Save(vec![change])]
}

/// Leaves a message out of what is sent from now on, or takes it in again. With a prompt goes the
/// reply to it.
pub(in crate::app) fn leave_out(model: &mut Model, id: MessageId) -> Vec<Effect> {
    let open = model.conversation_mut();
    let Some(message) = open.conversation.message(id).cloned() else {
        return Vec::new();
    };
    if !message.left_out && open.conversation.is_left_out(&message) {
        model.toast("Left out with its prompt. Take the prompt in again.");
        return Vec::new();
    }
    let left_out = !message.left_out;
    open.conversation.leave_out(id, left_out);
    model.toast(match (left_out, message.role) {
        (true, Role::User) => "Left out of what is sent, with the reply to it.",
        (true, _) => "Left out of what is sent.",
        (false, _) => "Taken in again.",
    });
    vec![Effect::Save(vec![Change::LeaveOut {
        message: id,
        left_out,
    }])]
}

/// Leaves the picked message out.
pub(in crate::app) fn leave_out_picked(model: &mut Model) -> Vec<Effect> {
    match model.conversation().picked {
        Some(id) => leave_out(model, id),
        None => Vec::new(),
    }
}

/// Brings a message into view, in whichever version it is.
pub(in crate::app) fn show_message(model: &mut Model, id: MessageId) -> Vec<Effect> {
    let open = model.conversation_mut();
    if open.conversation.message(id).is_none() {
        model.toast("This message no longer exists.");
        return Vec::new();
    }
    if open.conversation.path_ids().contains(&id) {
        open.scroll.show_message(id);
        return Vec::new();
    }
    if is_busy(model) {
        return Vec::new();
    }
    let change = go_through(model.conversation_mut(), id);
    vec![Effect::Save(vec![change])]
}

/// Leads the path that is seen through a message, and the view to it.
fn go_through(open: &mut OpenConversation, id: MessageId) -> Change {
    let from = open.head();
    let end = open.conversation.newest_below(id);
    open.conversation.set_head(Some(end));
    open.scroll.show_message(id);
    open.head_moved(from)
}

fn beside(versions: &[MessageId], id: MessageId, by: isize) -> Option<MessageId> {
    let at = versions.iter().position(|version| *version == id)?;
    versions.get(at.checked_add_signed(by)?).copied()
}

/// Whether a reply is being received, which is said then: neither the tree nor the source changes below it.
pub(in crate::app) fn is_busy(model: &mut Model) -> bool {
    let is_busy = model.conversation().turn.is_some();
    if is_busy {
        model.toast("A reply is still coming. Stop it first.");
    }
    is_busy
}
