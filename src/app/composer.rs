//! The composer: the message being written, and the tray of pastes above it.
//!
//! A large paste never enters the text field (a megabyte in it costs tens of milliseconds a key);
//! it becomes an attachment in the tray. Earlier prompts are walked from the field's edges, and
//! what was being written comes back exactly. Plain state: what is drawn of it is `ui`'s.

pub mod completion;
pub(super) mod slash;

use super::editor::Editor;
use crate::app::keys::Edit;
use crate::chat::{Attachment, Draft};
use crate::sanitize;
use std::sync::Arc;

/// Pastes over this many bytes become attachments.
const PASTE_BYTES: usize = 4 << 10;
/// The most that the text field takes back from another editor, in bytes.
const FIELD_BYTES: usize = 64 << 10;
/// Pastes of more lines than this become attachments.
const PASTE_LINES: usize = 50;
/// How many drafts that were set aside are kept, the latest.
const ASIDE_KEPT: usize = 20;

/// The state of the composer of one conversation.
#[derive(Debug, Clone, Default)]
pub struct Composer {
    /// The text field.
    pub editor: Editor,
    tray: Vec<Arc<Attachment>>,
    /// The number of the last paste of this draft.
    pastes: usize,
    /// Drafts that were set aside, the latest last.
    aside: Vec<Draft>,
    aside_revision: u64,
    recall: Option<Recall>,
    /// Grows with every change of the tray.
    tray_revision: u64,
}

/// A walk through earlier prompts.
#[derive(Debug, Clone)]
struct Recall {
    /// Earlier prompts, the oldest first.
    prompts: Vec<Draft>,
    /// Which of them is shown.
    at: usize,
    /// What stood here before: nothing, or one of them.
    before: Draft,
}

impl Composer {
    /// A composer that goes on with what was saved: a draft, and those that were set aside.
    /// Without a draft, the last that was set aside stands in it.
    pub fn with_unsent(mut draft: Draft, mut aside: Vec<Draft>) -> Self {
        if draft.is_empty() {
            draft = aside.pop().unwrap_or_default();
        }
        let mut composer = Self {
            aside,
            ..Self::default()
        };
        composer.set(draft);
        composer
    }

    /// What stands in it.
    pub fn draft(&self) -> Draft {
        Draft {
            text: self.editor.text(),
            attachments: self.tray.clone(),
        }
    }

    /// The drafts that were set aside, the latest last.
    pub fn aside(&self) -> &[Draft] {
        &self.aside
    }

    /// Grows when drafts are set aside or sent after all.
    pub fn aside_revision(&self) -> u64 {
        self.aside_revision
    }

    /// The attachments, in the order in which they are sent.
    pub fn tray(&self) -> &[Arc<Attachment>] {
        &self.tray
    }

    /// Grows with every change of text or tray.
    pub fn revision(&self) -> u64 {
        self.editor.revision() + self.tray_revision
    }

    /// Whether there is nothing to send.
    pub fn is_empty(&self) -> bool {
        self.editor.is_empty() && self.tray.is_empty()
    }

    /// Replaces everything in it.
    pub fn set(&mut self, draft: Draft) {
        let pastes = draft.attachments.iter();
        self.pastes = pastes.filter_map(|paste| number(paste)).max().unwrap_or(0);
        self.editor.set(&draft.text);
        self.tray = draft.attachments;
        self.tray_revision += 1;
    }

    /// Takes everything out, to be sent. A draft that was set aside and brought back is no longer
    /// aside.
    pub fn take(&mut self) -> Draft {
        let draft = self.draft();
        self.no_longer_aside(&draft);
        self.clear();
        draft
    }

    fn no_longer_aside(&mut self, draft: &Draft) {
        let before = self.aside.len();
        self.aside.retain(|aside| aside != draft);
        self.aside_revision += u64::from(self.aside.len() != before);
    }

    fn clear(&mut self) {
        self.editor.set("");
        self.tray.clear();
        self.pastes = 0;
        self.tray_revision += 1;
        self.recall = None;
    }

    /// Takes what was queued back, in front of what is being written.
    pub fn give_back(&mut self, drafts: impl IntoIterator<Item = Draft>) {
        let mut texts = Vec::new();
        let mut attachments = Vec::new();
        for draft in drafts.into_iter().chain([self.draft()]) {
            texts.extend(Some(draft.text).filter(|text| !text.is_empty()));
            attachments.extend(draft.attachments);
        }
        self.set(Draft {
            text: texts.join("\n\n"),
            attachments,
        });
    }

    /// Takes a paste: into the text, or into the tray when it is large or holds characters that
    /// do not show. Line ends become LF (terminals send CR); then it is exact.
    pub fn paste(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n").replace('\r', "\n");
        self.recall = None;
        let is_small = text.len() <= PASTE_BYTES && text.lines().count() <= PASTE_LINES;
        if is_small && sanitize::count_hidden(&text) == 0 {
            self.editor.insert(&text);
            return;
        }
        self.pastes += 1;
        let name = format!("{}{}", Attachment::PASTED, self.pastes);
        self.attach(Attachment::new(name, text).counted());
    }

    /// Puts an attachment in the tray. It is counted already: a file may be a hundred megabytes.
    pub fn attach(&mut self, attachment: Attachment) {
        self.tray.push(Arc::new(attachment));
        self.tray_revision += 1;
    }

    /// Takes an attachment out of the tray, and gives it: it may be too large to be dropped in the loop.
    pub fn remove(&mut self, at: usize) -> Option<Arc<Attachment>> {
        if at >= self.tray.len() {
            return None;
        }
        self.tray_revision += 1;
        Some(self.tray.remove(at))
    }

    /// Puts an attachment `by` places further back; says whether there is such a place.
    pub fn swap(&mut self, at: usize, by: isize) -> bool {
        let other = at.checked_add_signed(by);
        let other = other.filter(|other| *other < self.tray.len() && at < self.tray.len());
        if let Some(other) = other {
            self.tray.swap(at, other);
            self.tray_revision += 1;
        }
        other.is_some()
    }

    /// Takes the text of an attachment into the text field, at the caret; says whether it is one
    /// that the field can hold.
    pub fn expand(&mut self, at: usize) -> bool {
        let attachment = self.tray.get(at).cloned();
        let small = attachment.filter(|small| {
            small.file.is_none() && small.text.len() + self.editor.text().len() <= FIELD_BYTES
        });
        if let Some(small) = &small {
            self.remove(at);
            self.change(|field| field.insert(&small.text));
        }
        small.is_some()
    }

    /// Takes the text as it came back from another editor: a large one goes in the tray.
    pub fn take_back(&mut self, text: &str) {
        let text = text.replace("\r\n", "\n");
        // Editors end a file with a line end that nobody typed.
        let text = text.strip_suffix('\n').unwrap_or(&text);
        self.recall = None;
        if text.len() <= FIELD_BYTES {
            self.editor.set(text);
        } else {
            self.editor.set("");
            self.paste(text);
        }
    }

    /// Takes what another editor made of `before`. The program went on meanwhile: messages that
    /// were queued may have come back in front of it, and stay there.
    pub fn take_edited(&mut self, before: &str, text: &str) {
        let now = self.editor.text();
        match now.strip_suffix(before) {
            Some("") => self.take_back(text),
            Some(front) if before.is_empty() => self.take_back(&format!("{front}\n\n{text}")),
            Some(front) => self.take_back(&format!("{front}{text}")),
            None => {
                self.set_aside();
                self.take_back(text);
            }
        }
    }

    /// Changes the text.
    pub fn change(&mut self, change: impl FnOnce(&mut Editor)) {
        self.recall = None;
        change(&mut self.editor);
    }

    /// Carries an editing step out. At the edges, Up and Down walk `earlier` prompts (the oldest first) while nothing was
    /// written, or nothing but one of them stands here; deleting to the left of an empty text takes the last attachment out of the tray, and gives it.
    pub fn edit(
        &mut self,
        edit: Edit,
        earlier: impl FnOnce() -> Vec<Draft>,
    ) -> Option<Arc<Attachment>> {
        if self.editor.edit(edit) {
            if !matches!(edit, Edit::Up | Edit::Down) {
                self.recall = None;
            }
            return None;
        }
        match edit {
            Edit::Up => self.recall_earlier(earlier),
            Edit::Down => self.recall_later(),
            Edit::DeleteLeft if self.editor.is_empty() => {
                self.tray_revision += 1;
                return self.tray.pop();
            }
            _ => {}
        }
        None
    }

    /// Sets what is being written aside; Up brings it back first.
    pub fn set_aside(&mut self) {
        let draft = self.take();
        self.put_aside(draft);
    }

    /// Sets a draft aside that does not stand here.
    pub fn put_aside(&mut self, draft: Draft) {
        if draft.is_empty() {
            return;
        }
        self.hold_aside(draft);
        // What several windows left may be more than that; it is not thrown away.
        if self.aside.len() > ASIDE_KEPT {
            self.aside.remove(0);
        }
    }

    fn hold_aside(&mut self, draft: Draft) {
        self.aside.retain(|aside| *aside != draft);
        self.aside.push(draft);
        self.aside_revision += 1;
    }

    fn recall_earlier(&mut self, earlier: impl FnOnce() -> Vec<Draft>) {
        if self.recall.is_none() {
            let mut prompts = earlier();
            prompts.append(&mut self.aside.clone());
            let before = self.draft();
            // Many terminals send arrow keys for the wheel: none replaces what was written.
            let is_replaced = before.is_empty() || prompts.contains(&before);
            if prompts.is_empty() || !is_replaced {
                return;
            }
            self.recall = Some(Recall {
                at: prompts.len(),
                before,
                prompts,
            });
        }
        if let Some(mut recall) = self.recall.take() {
            if let Some(at) = recall.at.checked_sub(1) {
                recall.at = at;
                self.set(recall.prompts[at].clone());
            }
            self.recall = Some(recall);
        }
    }

    fn recall_later(&mut self) {
        let Some(mut recall) = self.recall.take() else {
            return;
        };
        recall.at = (recall.at + 1).min(recall.prompts.len());
        if let Some(shown) = recall.prompts.get(recall.at) {
            self.set(shown.clone());
            self.recall = Some(recall);
        } else {
            self.no_longer_aside(&recall.before);
            self.set(recall.before);
        }
    }
}

/// The number of a paste; none of anything else.
fn number(attachment: &Attachment) -> Option<usize> {
    let number = attachment.name.strip_prefix(Attachment::PASTED)?;
    number.parse().ok()
}

#[cfg(test)]
mod tests;
