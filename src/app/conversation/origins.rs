//! The files that were attached, and whether they have changed on the disk since.
//!
//! The disk is not read here: it is asked for, and the answer comes back as an event.

use crate::app::{Effect, OpenConversation};
use crate::chat::{Attachment, Origin};
use std::collections::BTreeSet;
use std::sync::Arc;

/// Has the files of these attachments looked at, where any come from the disk.
pub(in crate::app) fn check<'a>(
    attachments: impl IntoIterator<Item = &'a Arc<Attachment>>,
) -> Option<Effect> {
    let origins = attachments.into_iter().filter_map(|one| one.origin.clone());
    let origins: BTreeSet<Origin> = origins.collect();
    let origins: Vec<Origin> = origins.into_iter().collect();
    (!origins.is_empty()).then_some(Effect::CheckOrigins(origins))
}

/// Has all files looked at that are attached to what is seen of a conversation.
pub(in crate::app) fn check_all(open: &OpenConversation) -> Option<Effect> {
    let sent = open
        .conversation
        .path()
        .flat_map(|message| &message.attachments);
    let queued = open.queue.iter().flat_map(|draft| &draft.attachments);
    check(open.composer.tray().iter().chain(queued).chain(sent))
}
