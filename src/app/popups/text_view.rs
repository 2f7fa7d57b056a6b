//! A text to be read, whole: an attachment, a queued message, what will be sent.

use super::Popup;
use crate::app::keys::Context;
use crate::app::{Effect, Model};
use std::sync::Arc;

/// A text that is shown whole.
#[derive(Debug, Clone)]
pub struct TextView {
    /// What it is.
    pub title: String,
    /// The text.
    pub text: Arc<str>,
    /// The first row that is shown.
    pub row: usize,
    /// The request whose answer is the text, until that is here.
    pub awaits: Option<u64>,
}

impl TextView {
    /// A text from its first row on.
    pub fn new(title: &str, text: impl Into<Arc<str>>) -> Self {
        Self {
            title: title.to_owned(),
            text: text.into(),
            row: 0,
            awaits: None,
        }
    }

    /// A text that is being written out, as the answer to this request.
    pub fn awaiting(title: &str, number: u64) -> Self {
        Self {
            awaits: Some(number),
            ..Self::new(title, "")
        }
    }
}

impl Popup for TextView {
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
