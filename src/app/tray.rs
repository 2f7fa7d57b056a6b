//! The rows above the message being written, walked and changed by keys: the messages that wait to
//! be sent, and below them the chips. Each is looked at, taken into the text, put in another
//! order, removed.

pub mod attachments;

use crate::app::conversation::unsent::EditTarget;
use crate::app::keys::{Action, Edit};
use crate::app::popups::text_view::TextView;
use crate::app::{Focus, Model};

/// What the mark stands at.
enum Row {
    /// A message that waits, by its place in the queue.
    Queued(usize),
    /// A chip, by its place in the tray.
    Chip(usize),
}

/// How many rows there are.
pub(super) fn rows(model: &Model) -> usize {
    let open = model.conversation();
    open.queue.len() + open.composer.tray().len()
}

fn marked(model: &Model) -> Row {
    let queued = model.conversation().queue.len();
    match model.tray_at.checked_sub(queued) {
        None => Row::Queued(model.tray_at),
        Some(at) => Row::Chip(at),
    }
}

/// Gives the rows the keyboard, if there are any.
pub(super) fn enter(model: &mut Model) {
    let count = rows(model);
    if count > 0 {
        model.conversation_mut().picked = None;
        model.focus = Focus::Tray;
        model.tray_at = model.tray_at.min(count - 1);
    }
}

/// Moves the mark.
pub(super) fn select(model: &mut Model, by: isize) {
    let last = rows(model).saturating_sub(1);
    if by > 0 && model.tray_at >= last {
        model.focus = Focus::Composer;
    } else {
        model.tray_at = model.tray_at.saturating_add_signed(by).min(last);
    }
}

/// Shows all of the text at the mark.
pub(super) fn preview(model: &mut Model) {
    let open = model.conversation();
    let view = match marked(model) {
        Row::Queued(at) => open
            .queue
            .get(at)
            .map(|draft| TextView::new("Waiting message", draft.text.as_str())),
        Row::Chip(at) => match open.composer.tray().get(at) {
            Some(chip) if chip.file.is_some() => {
                model.toast("It is sent as a file. There is no text to show.");
                return;
            }
            chip => chip.map(|chip| TextView::new(&chip.name, chip.text.clone())),
        },
    };
    if let Some(view) = view {
        model.popups.push(view);
    }
}

/// Takes the text of the chip into the message, where it can be changed; or the whole message
/// that waits, until Enter puts it back into its place.
pub(super) fn expand(model: &mut Model) {
    let row = marked(model);
    let open = model.conversation_mut();
    match row {
        Row::Queued(at) => {
            if let Some(draft) = open.queue.get(at).cloned() {
                open.begin_edit(EditTarget::Queued(at), draft);
                model.focus = Focus::Composer;
            }
        }
        Row::Chip(at) if open.composer.expand(at) => {
            leave_if_empty(model);
            model.focus = Focus::Composer;
        }
        Row::Chip(_) => {
            let key = model.keys.shown_key(Action::ExternalEditor);
            model.toast(format!(
                "Too large for the text field. {key} writes in your own editor."
            ));
        }
    }
}

/// Removes the chip, or takes the message that waits back; Up brings that into the composer.
pub(super) fn remove(model: &mut Model) {
    let row = marked(model);
    let open = model.conversation_mut();
    match row {
        Row::Queued(_) if open.editing.is_some() => {
            let keys = [Action::Send, Action::Back].map(|action| model.keys.shown_key(action));
            model.toast(format!(
                "Another message is being edited. {} ends that first.",
                keys.join(" or ")
            ));
        }
        Row::Queued(at) => {
            if let Some(draft) = open.queue.remove(at) {
                open.composer.put_aside(draft);
                // No arrow key replaces what is written.
                let when = if open.composer.is_empty() {
                    ""
                } else {
                    " in an empty message"
                };
                let up = model.keys.shown_key(Action::Edit(Edit::Up));
                model.toast(format!("It is not sent. {up}{when} brings it back."));
            }
        }
        Row::Chip(at) => {
            if let Some(removed) = open.composer.remove(at) {
                model.discarded.push_attachment(removed);
            }
        }
    }
    leave_if_empty(model);
}

/// Has the row at the mark sent earlier (−1) or later (1).
pub(super) fn reorder(model: &mut Model, by: isize) {
    let row = marked(model);
    let open = model.conversation_mut();
    let is_moved = match row {
        Row::Queued(_) if open.editing.is_some() => false,
        Row::Queued(at) => open.queue.swap(at, by),
        Row::Chip(at) => open.composer.swap(at, by),
    };
    if is_moved {
        model.tray_at = model.tray_at.saturating_add_signed(by);
    }
}

fn leave_if_empty(model: &mut Model) {
    let count = rows(model);
    model.tray_at = model.tray_at.min(count.saturating_sub(1));
    if count == 0 {
        model.focus = Focus::Composer;
    }
}

/// So many messages were taken from the head of the queue that is seen. The mark stays at what it stood at; where that is
/// sent, the keyboard goes back to the message, so that the next key does not meet another one.
pub(super) fn on_queue_taken(model: &mut Model, count: usize) {
    if model.focus != Focus::Tray || count == 0 {
        return;
    }
    match model.tray_at.checked_sub(count) {
        Some(at) => model.tray_at = at,
        None => model.focus = Focus::Composer,
    }
    leave_if_empty(model);
}
