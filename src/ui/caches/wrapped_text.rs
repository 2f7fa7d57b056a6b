//! A long text made showable and wrapped, kept while it is shown.
//!
//! One text at a time; messages have their own layout. Of a text that takes long only the beginning is wrapped here, and
//! the whole is asked for ([`Job::Wrap`]).

use super::jobs::Job;
use crate::app::Discarded;
use crate::markdown::wrap_plain;
use crate::sanitize;
use std::ops::Range;
use std::sync::Arc;

/// The longest text, in bytes, that is wrapped between two frames, and how much of a longer one; more than a screen
/// shows.
const AT_ONCE: usize = 16 << 10;

/// A text made showable and wrapped, kept while it is shown.
#[derive(Debug, Default)]
pub struct WrappedText {
    of: Option<(Arc<str>, usize)>,
    /// The text.
    pub text: String,
    /// Its rows, as parts of the text.
    pub rows: Vec<Range<usize>>,
    /// Whether that is all of it; otherwise it is its beginning.
    pub is_whole: bool,
}

impl WrappedText {
    /// The page of this text at this width, however long that takes.
    pub fn new(text: Arc<str>, width: usize) -> Self {
        let shown = sanitize::text(&text).text;
        Self {
            rows: wrap_plain(&shown, width),
            text: shown,
            of: Some((text, width)),
            is_whole: true,
        }
    }

    /// The beginning of the page.
    fn beginning(text: Arc<str>, width: usize) -> Self {
        // No character is longer than four bytes.
        let mut heads = (0..4).filter_map(|cut| text.get(..AT_ONCE - cut));
        let head = heads.next().unwrap_or("");
        let mut page = Self::new(Arc::from(head), width);
        // It may go on in the row in which it was cut.
        page.rows.pop();
        Self {
            of: Some((text, width)),
            is_whole: false,
            ..page
        }
    }

    /// The page of this text at this width; made anew when either is another. What takes long is pushed to `wanted`.
    pub fn of(&mut self, text: &Arc<str>, width: usize, wanted: &mut Vec<Job>) -> &Self {
        if !self.is_of(text, width) {
            let text = Arc::clone(text);
            let page = if text.len() <= AT_ONCE {
                Self::new(text, width)
            } else {
                wanted.push(Job::Wrap(Arc::clone(&text), width));
                Self::beginning(text, width)
            };
            let before = std::mem::replace(self, page);
            if before.text.len() > AT_ONCE {
                let mut discarded = Discarded::default();
                discarded.push(before);
                wanted.push(Job::Discard(discarded));
            }
        }
        self
    }

    /// Takes a page that was made elsewhere, if it is of what is shown.
    pub fn take(&mut self, made: Self) {
        if let Some((text, width)) = &made.of
            && self.is_of(text, *width)
        {
            *self = made;
        }
    }

    fn is_of(&self, text: &Arc<str>, width: usize) -> bool {
        let known = self.of.as_ref();
        known.is_some_and(|(known, at)| Arc::ptr_eq(known, text) && *at == width)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn long() -> Arc<str> {
        "完了 of\ta long \u{202e}text, with words\n"
            .repeat(5000)
            .into()
    }

    #[test]
    fn a_long_text_begins_as_it_is_and_the_rest_is_asked_for_once() {
        let text = long();
        let mut page = WrappedText::default();
        let mut wanted = Vec::new();
        page.of(&text, 20, &mut wanted);
        assert!(!page.of(&text, 20, &mut wanted).is_whole);
        assert!(matches!(&wanted[..], [Job::Wrap(asked, 20)] if Arc::ptr_eq(asked, &text)));
        let whole = WrappedText::new(Arc::clone(&text), 20);
        let shown = |page: &WrappedText| -> Vec<String> {
            let rows = page.rows.iter().take(500);
            rows.map(|row| page.text[row.clone()].to_owned()).collect()
        };
        assert!(page.rows.len() > 500);
        assert_eq!(shown(&page), shown(&whole));
        page.take(whole);
        assert!(page.is_whole);
    }

    #[test]
    fn what_was_wrapped_for_another_width_or_text_is_not_shown() {
        let text = long();
        let mut page = WrappedText::default();
        page.of(&text, 20, &mut Vec::new());
        page.take(WrappedText::new(Arc::clone(&text), 30));
        page.take(WrappedText::new(long(), 20));
        assert!(!page.is_whole);
    }
}
