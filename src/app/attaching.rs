//! Files on their way to the shelf: the box that tells what of a folder or a pattern is taken and
//! what is not, and which of the files on the shelf have changed on the disk.
//!
//! Plain state; folders are walked and files are read by `runtime`, which answers with
//! [`super::Event::Surveyed`], [`super::Event::Attached`] and [`super::Event::OriginsSeen`].

use super::popups::survey::SurveyPopup;
use super::{Effect, Event, Model, OpenConversation, completion};
use crate::chat::{Attachment, ConversationId, Origin};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::sync::Arc;

/// A file that can be attached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Found {
    /// Where it is.
    pub path: PathBuf,
    /// What the attachment will be called.
    pub name: String,
    /// Its size in bytes.
    pub size: u64,
}

/// What a folder or a pattern holds, before anything of it is on the shelf.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Survey {
    /// The folder or the pattern, as the user named it.
    pub of: String,
    /// The files that would be taken.
    pub taken: Vec<Found>,
    /// What would not, and why.
    pub left: Vec<(String, String)>,
    /// How many paths were looked at, where there are more than that.
    pub ended_at: Option<usize>,
}

impl Survey {
    /// The size of all that would be taken, in bytes.
    pub fn size(&self) -> u64 {
        self.taken.iter().map(|found| found.size).sum()
    }
}

/// Takes what was found on the disk.
pub(super) fn hear(model: &mut Model, event: Event) {
    match event {
        Event::Attached(id, read) => attached(model, id, read),
        Event::Surveyed(id, survey) => surveyed(model, id, survey),
        Event::PathsFound(number, paths) => model.completion.answered(number, paths),
        Event::PathSeen(id, path) => completion::offer(model, id, path),
        Event::OriginsSeen(seen) => mark(model, seen),
        _ => {}
    }
}

/// A file that was read goes on the shelf of the conversation that asked for it.
fn attached(model: &mut Model, id: ConversationId, read: Result<Attachment, String>) {
    match (model.open.get_mut(&id), read) {
        (Some(open), Ok(attachment)) => open.composer.attach(attachment),
        (None, Ok(_)) => {}
        (_, Err(words)) => model.remark(words),
    }
}

/// What was found is shown, unless the user has gone on to something else.
fn surveyed(model: &mut Model, conversation: ConversationId, survey: Survey) {
    if model.current != conversation || model.popups.is_open() {
        model.remark(format!(
            "{} was looked at; attach it again to see what it holds.",
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

/// Has the files of these attachments looked at, where any come from the disk.
pub(super) fn look<'a>(
    attachments: impl IntoIterator<Item = &'a Arc<Attachment>>,
) -> Option<Effect> {
    let origins = attachments.into_iter().filter_map(|one| one.origin.clone());
    let origins: BTreeSet<Origin> = origins.collect();
    let origins: Vec<Origin> = origins.into_iter().collect();
    (!origins.is_empty()).then_some(Effect::LookAtOrigins(origins))
}

/// Has all files looked at that are attached to what is seen of a conversation.
pub(super) fn look_at_all(open: &OpenConversation) -> Option<Effect> {
    let sent = open
        .conversation
        .path()
        .flat_map(|message| &message.attachments);
    let queued = open.queue.iter().flat_map(|draft| &draft.attachments);
    look(open.composer.shelf().iter().chain(queued).chain(sent))
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
