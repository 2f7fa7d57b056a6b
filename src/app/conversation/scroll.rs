//! Where the transcript stands: at its end, or held at a place while text grows below.
//!
//! `update` does not know how many rows a text takes, so it only says where the view should go
//! ([`Scroll::pending`]); drawing finds the place and reports it back in [`crate::app::Event::Drawn`].
//! A place is named by message and block, never by a row count from the top, so that it stays put
//! through streaming, resizing and folding.

use crate::app::Model;
use crate::app::event::Regions;
use crate::app::rows::RowId;
use crate::chat::MessageId;

/// How many rows are shown above one that is jumped to.
const ROWS_ABOVE: isize = 4;

/// What the first row of the view is tied to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Anchor {
    /// The last row is shown at the bottom, and stays there while text arrives.
    #[default]
    End,
    /// The first row of the conversation.
    Start,
    /// This row is the first one shown.
    At(RowId),
}

/// The state of the view.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Scroll {
    /// What it is tied to.
    pub anchor: Anchor,
    /// Rows to move from there at the next frame; negative goes up.
    pub pending: isize,
    /// Lines that arrived below while the view was held.
    pub unseen: usize,
}

impl Scroll {
    /// Moves by `rows` at the next frame; negative goes up.
    pub fn by(&mut self, rows: isize) {
        self.pending = self.pending.saturating_add(rows);
    }

    /// Goes to the end and follows it.
    pub fn show_end(&mut self) {
        *self = Self::default();
    }

    /// Goes to the first row.
    pub fn show_start(&mut self) {
        self.anchor = Anchor::Start;
        self.pending = 0;
    }

    /// Goes to the head line of a message.
    pub fn show_message(&mut self, message: MessageId) {
        self.anchor = Anchor::At(RowId {
            message,
            block: 0,
            row: 0,
            is_plain: false,
        });
        self.pending = 0;
    }

    /// Shows a row with some above it.
    pub fn show_row(&mut self, place: RowId) {
        self.anchor = Anchor::At(place);
        self.pending = -ROWS_ABOVE;
    }

    /// Whether the end is followed.
    pub fn is_following(&self) -> bool {
        self.anchor == Anchor::End && self.pending >= 0
    }

    /// Counts text that arrived while the view was held elsewhere.
    pub fn arrived(&mut self, text: &str) {
        if !self.is_following() {
            self.unseen += text.matches('\n').count();
        }
    }

    /// Takes over where the last frame found the view to be.
    pub fn settle(&mut self, drawn: &Regions) {
        self.pending = 0;
        match drawn.top {
            Some(place) if !drawn.at_end => self.anchor = Anchor::At(place),
            _ => self.show_end(),
        }
    }
}

/// Scrolls the transcript by so many rows.
pub(in crate::app) fn scroll(model: &mut Model, rows: isize) {
    model.conversation_mut().scroll.by(rows);
}

/// A page is a screen less one row, so that the eye finds where it was.
pub(in crate::app) fn page(model: &mut Model, pages: isize) {
    let height = model.regions.transcript_height.max(2) - 1;
    scroll(model, isize::try_from(height).unwrap_or(isize::MAX) * pages);
}
