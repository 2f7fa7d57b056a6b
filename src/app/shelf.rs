//! The chips above the message, walked and changed by keys: looked at, taken into the text, put
//! in another order, removed.

use super::{Focus, Model, Overlay, TextView};

/// Gives the chips the keyboard, if there are any.
pub(super) fn enter(model: &mut Model) {
    let count = model.conversation().composer.shelf().len();
    if count > 0 {
        model.focus = Focus::Shelf;
        model.shelf_at = model.shelf_at.min(count - 1);
    }
}

/// Moves the mark.
pub(super) fn select(model: &mut Model, by: isize) {
    let count = model.conversation().composer.shelf().len();
    let last = count.saturating_sub(1);
    if by > 0 && model.shelf_at >= last {
        model.focus = Focus::Composer;
    } else {
        model.shelf_at = model.shelf_at.saturating_add_signed(by).min(last);
    }
}

/// Shows all of the text of the chip at the mark.
pub(super) fn preview(model: &mut Model) {
    let shelf = model.conversation().composer.shelf();
    let Some(attachment) = shelf.get(model.shelf_at).cloned() else {
        return;
    };
    if attachment.file.is_some() {
        model.remark("It is sent as a file; there is no text to show.");
        return;
    }
    let view = TextView {
        title: attachment.name.clone(),
        text: attachment.text.clone(),
        row: 0,
    };
    model.overlay = Some(Overlay::Text(view));
}

/// Takes the text of the chip into the message, where it can be changed.
pub(super) fn expand(model: &mut Model) {
    let at = model.shelf_at;
    if model.conversation_mut().composer.expand(at) {
        leave_if_empty(model);
        model.focus = Focus::Composer;
    } else {
        model.remark("It is too large for the text field; Ctrl+G writes in your own editor.");
    }
}

/// Removes the chip.
pub(super) fn remove(model: &mut Model) {
    let at = model.shelf_at;
    model.conversation_mut().composer.remove(at);
    leave_if_empty(model);
}

/// Sends the chip earlier (−1) or later (1).
pub(super) fn reorder(model: &mut Model, by: isize) {
    let at = model.shelf_at;
    if model.conversation_mut().composer.swap(at, by) {
        model.shelf_at = at.saturating_add_signed(by);
    }
}

fn leave_if_empty(model: &mut Model) {
    let count = model.conversation().composer.shelf().len();
    model.shelf_at = model.shelf_at.min(count.saturating_sub(1));
    if count == 0 {
        model.focus = Focus::Composer;
    }
}
