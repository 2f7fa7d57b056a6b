//! Large values that are done with. To free a hundred megabytes, or many thousands of texts, takes longer than a frame has:
//! the loop hands them on as [`crate::app::Effect::Discard`].
//!
//! What is small is dropped where it is.

use crate::chat::{Attachment, Content};
use std::any::Any;
use std::fmt;
use std::sync::Arc;

/// From this size on, in bytes, a text is handed on.
const LARGE: usize = 256 << 10;

/// Values to be dropped elsewhere.
#[derive(Clone, Default)]
pub struct Discarded(Vec<Arc<dyn Any + Send + Sync>>);

impl Discarded {
    /// One more.
    pub fn push(&mut self, value: impl Any + Send + Sync) {
        self.0.push(Arc::new(value));
    }

    /// An attachment, if it is large.
    pub(in crate::app) fn push_attachment(&mut self, attachment: Arc<Attachment>) {
        let content = attachment.file.as_ref().map(|file| &file.content);
        let bytes = match content {
            Some(Content::Here(_, bytes)) => bytes.len(),
            _ => attachment.text.len(),
        };
        if bytes >= LARGE {
            self.push(attachment);
        }
    }

    /// All of them; nothing for nothing.
    pub(in crate::app) fn take(&mut self) -> Option<Self> {
        Some(std::mem::take(self)).filter(|taken| !taken.0.is_empty())
    }
}

/// How many there are.
impl fmt::Debug for Discarded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Discarded").field(&self.0.len()).finish()
    }
}

/// The very same values.
impl PartialEq for Discarded {
    fn eq(&self, other: &Self) -> bool {
        let mut pairs = self.0.iter().zip(&other.0);
        self.0.len() == other.0.len() && pairs.all(|(a, b)| Arc::ptr_eq(a, b))
    }
}
