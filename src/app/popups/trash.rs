//! What was deleted: found by its title and brought back.
//!
//! It is read when the popup opens, so that it holds what any window put in the trash. Putting there,
//! and bringing the last one back at once, is not here.

use super::Popup;
use super::picker::{Choose, Picker};
use crate::app::keys::Context;
use crate::app::{Effect, Model};
use crate::chat::{Change, Summary};

/// The popup of what was deleted; empty until it was read.
#[derive(Debug, Default)]
pub struct Trash(pub Option<Picker<Summary>>);

impl Popup for Trash {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn choices(&mut self) -> Option<&mut dyn Choose> {
        self.0.as_mut().map(|picker| picker as &mut dyn Choose)
    }

    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        let chosen = self.0.as_ref().and_then(|picker| picker.chosen().cloned());
        if let Some(chosen) = chosen {
            return bring_back(model, &chosen);
        }
        model.popups.put_back(self);
        Vec::new()
    }
}

/// Opens it, and has the trash read.
pub(in crate::app) fn open(model: &mut Model) -> Vec<Effect> {
    model.popups.push(Trash::default());
    vec![Effect::Trash]
}

/// Takes what is in the trash. An empty one is told and needs no popup.
pub(in crate::app) fn on_trash(model: &mut Model, deleted: Vec<Summary>) {
    let Some(Trash(shown)) = model.popups.find() else {
        return;
    };
    if deleted.is_empty() {
        model.popups.close_all::<Trash>();
        model.toast("The trash is empty.");
    } else if let Some(picker) = shown {
        picker.set_all(deleted, |one, other| one.id == other.id);
    } else {
        *shown = Some(Picker::new(deleted, |summary| &summary.title));
    }
}

fn bring_back(model: &mut Model, chosen: &Summary) -> Vec<Effect> {
    let id = chosen.id;
    model.toast(format!("“{}” is back.", chosen.title));
    model.library.deleted.retain(|deleted| deleted.id != id);
    model.library.selected = Some(id);
    vec![
        Effect::Save(vec![Change::Restore { conversation: id }]),
        Effect::List,
    ]
}
