//! Files on their way to the tray: the box that tells what of a folder or a pattern is taken and
//! what is not, the message that waits for them, and which of the files in the tray have changed on the disk.
//!
//! Plain state; folders are walked and files are read by `runtime`, which answers with
//! [`crate::app::Event::Surveyed`], [`crate::app::Event::Attached`] and [`crate::app::Event::OriginsChecked`].

use crate::app::composer::completion;
use crate::app::files::Survey;
use crate::app::popups::survey::SurveyPopup;
use crate::app::{Effect, Event, Model, submission};
use crate::chat::{Attachment, ConversationId, Origin};

/// Takes what was found on the disk.
pub(in crate::app) fn on_file_event(model: &mut Model, event: Event) -> Vec<Effect> {
    match event {
        Event::Attached(id, read) => return attached(model, id, read),
        Event::Surveyed(id, survey) => surveyed(model, id, survey),
        Event::PathsFound(number, paths) => model.completion.answered(number, paths),
        Event::PathChecked(id, path) => completion::offer(model, id, path),
        Event::OriginsChecked(seen) => mark(model, seen),
        _ => {}
    }
    Vec::new()
}

/// Counts the files that are asked for: what is sent meanwhile waits for them.
pub(in crate::app) fn note_asked(model: &mut Model, effects: &[Effect]) {
    for effect in effects {
        let (id, files) = match effect {
            Effect::Attach(_) => (model.current, 1),
            Effect::AttachAll(id, found) => (*id, found.len()),
            _ => continue,
        };
        if let Some(open) = model.open.get_mut(&id) {
            open.reading += files;
        }
    }
}

/// A file that was read goes in the tray of the conversation that asked for it.
fn attached(
    model: &mut Model,
    id: ConversationId,
    read: Result<Attachment, String>,
) -> Vec<Effect> {
    let is_read = read.is_ok();
    match (model.open.get_mut(&id), read) {
        (Some(open), Ok(attachment)) => open.composer.attach(attachment),
        (None, Ok(_)) => {}
        (_, Err(words)) => model.toast(words),
    }
    answered(model, id, is_read)
}

/// One of the files that were asked for is here, or is not to be had. With the last one goes the message that waits for
/// them; where one is missing, the user decides again.
fn answered(model: &mut Model, id: ConversationId, is_read: bool) -> Vec<Effect> {
    let Some(open) = model.open.get_mut(&id) else {
        return Vec::new();
    };
    open.reading = open.reading.saturating_sub(1);
    let is_held = open.is_held();
    if !is_read {
        open.send_when_read = None;
        return Vec::new();
    }
    if open.reading > 0 || !is_held {
        return Vec::new();
    }
    open.send_when_read = None;
    if model.current == id {
        return submission::send_if_it_fits(model);
    }
    // What is seen now is another conversation. There the draft is found as it was left.
    model.toast("A file was read. The message that waited for it is a draft there.");
    Vec::new()
}

/// What was found is shown, unless the user has gone on to something else.
fn surveyed(model: &mut Model, conversation: ConversationId, survey: Survey) {
    answered(model, conversation, false);
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
