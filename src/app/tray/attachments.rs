//! Files on their way to the tray: the box that tells what of a folder or a pattern is taken and
//! what is not, and which of the files in the tray have changed on the disk.
//!
//! Plain state; folders are walked and files are read by `runtime`, which answers with
//! [`crate::app::Event::Surveyed`], [`crate::app::Event::Attached`] and [`crate::app::Event::OriginsChecked`].

use crate::app::composer::completion;
use crate::app::files::Survey;
use crate::app::popups::survey::SurveyPopup;
use crate::app::{Event, Model};
use crate::chat::{Attachment, ConversationId, Origin};

/// Takes what was found on the disk.
pub(in crate::app) fn on_file_event(model: &mut Model, event: Event) {
    match event {
        Event::Attached(id, read) => attached(model, id, read),
        Event::Surveyed(id, survey) => surveyed(model, id, survey),
        Event::PathsFound(number, paths) => model.completion.answered(number, paths),
        Event::PathChecked(id, path) => completion::offer(model, id, path),
        Event::OriginsChecked(seen) => mark(model, seen),
        _ => {}
    }
}

/// A file that was read goes in the tray of the conversation that asked for it.
fn attached(model: &mut Model, id: ConversationId, read: Result<Attachment, String>) {
    match (model.open.get_mut(&id), read) {
        (Some(open), Ok(attachment)) => open.composer.attach(attachment),
        (None, Ok(_)) => {}
        (_, Err(words)) => model.toast(words),
    }
}

/// What was found is shown, unless the user has gone on to something else.
fn surveyed(model: &mut Model, conversation: ConversationId, survey: Survey) {
    if model.current != conversation || model.popups.is_open() {
        model.toast(format!(
            "{} has been read. Attach it again to choose from it.",
            survey.of
        ));
        return;
    }
    model.popups.push(SurveyPopup {
        conversation,
        survey,
        row: 0,
    });
}

/// The files were looked at; one that is again as it was is not marked any longer.
fn mark(model: &mut Model, seen: Vec<(Origin, bool)>) {
    for (origin, has_changed) in seen {
        if has_changed {
            model.changed.insert(origin);
        } else {
            model.changed.remove(&origin);
        }
    }
}
