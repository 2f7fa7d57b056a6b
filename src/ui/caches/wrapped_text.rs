//! A long text made showable and wrapped, kept while it is shown.
//!
//! One text at a time; messages have their own layout.

use crate::markdown::wrap_plain;
use crate::sanitize;
use std::ops::Range;
use std::sync::Arc;

/// A text made showable and wrapped, kept while it is shown.
#[derive(Debug, Default)]
pub struct WrappedText {
    of: Option<(Arc<str>, usize)>,
    /// The text.
    pub text: String,
    /// Its rows, as parts of the text.
    pub rows: Vec<Range<usize>>,
}

impl WrappedText {
    /// The page of this text at this width; made anew when either is another.
    pub fn of(&mut self, text: &Arc<str>, width: usize) -> &Self {
        let is_same = self
            .of
            .as_ref()
            .is_some_and(|(known, at)| Arc::ptr_eq(known, text) && *at == width);
        if !is_same {
            self.text = sanitize::text(text).text;
            self.rows = wrap_plain(&self.text, width);
            self.of = Some((Arc::clone(text), width));
        }
        self
    }
}
