//! The box of what was deleted: found by its title and brought back.
//!
//! It is read when the box opens, so that it holds what any window put in the trash. Putting there,
//! and bringing the last one back at once, is [`super::switching`]'s.

use super::picker::Picker;
use super::{Effect, Model, Overlay};
use crate::chat::{Change, Summary};
use crossterm::event::{KeyCode, KeyEvent};

/// Opens the box, and has the trash read.
pub(super) fn open(model: &mut Model) -> Vec<Effect> {
    model.overlay = Some(Overlay::Trash(None));
    vec![Effect::Trash]
}

/// Takes what is in the trash. An empty one is told and needs no box.
pub(super) fn hear(model: &mut Model, deleted: Vec<Summary>) {
    let Some(Overlay::Trash(shown)) = &mut model.overlay else {
        return;
    };
    if deleted.is_empty() {
        model.overlay = None;
        model.remark("The trash is empty.");
    } else {
        *shown = Some(Picker::new(deleted, |summary| &summary.title));
    }
}

/// A key in the box; `None` leaves it to the table.
pub(super) fn key(model: &mut Model, key: KeyEvent) -> Option<Vec<Effect>> {
    let Some(Overlay::Trash(shown)) = &mut model.overlay else {
        return None;
    };
    let picker = shown.as_mut()?;
    if key.code != KeyCode::Enter {
        return picker.key(key).then(Vec::new);
    }
    let chosen = picker.chosen().cloned();
    Some(chosen.map_or_else(Vec::new, |chosen| bring_back(model, &chosen)))
}

fn bring_back(model: &mut Model, chosen: &Summary) -> Vec<Effect> {
    let id = chosen.id;
    model.overlay = None;
    model.remark(format!("“{}” is back.", chosen.title));
    model.library.deleted.retain(|(deleted, _)| *deleted != id);
    model.library.selected = Some(id);
    vec![
        Effect::Keep(vec![Change::Restore { conversation: id }]),
        Effect::List,
    ]
}
