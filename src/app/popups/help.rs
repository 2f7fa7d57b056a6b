//! The help: every key, made from the table of actions. It lies on top of any other popup.

use super::Popup;
use crate::app::keys::Context;
use crate::app::{Effect, Model};

/// The help, scrolled by so many rows.
#[derive(Debug, Default)]
pub struct Help {
    /// The first row that is shown.
    pub row: usize,
}

impl Popup for Help {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Reader]
    }

    fn row(&mut self) -> Option<&mut usize> {
        Some(&mut self.row)
    }

    fn accept(self: Box<Self>, _: &mut Model) -> Vec<Effect> {
        Vec::new()
    }
}

/// Opens the help, or closes it where it is on top.
pub(in crate::app) fn toggle(model: &mut Model) {
    if model.popups.top::<Help>().is_some() {
        model.popups.close();
    } else {
        model.popups.push(Help::default());
    }
}
