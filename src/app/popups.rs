//! Popups: what lies over the screen and has the keyboard until it is closed.
//!
//! They are modal and stacked: the one on top gets every key, but for the few actions that reach past any popup, and gives
//! the keyboard back to the one below. Each is a file of its own here and draws in a file of the same name in `ui`.

pub mod help;
pub mod history;
pub mod login;
pub mod outline;
pub mod palette;
pub mod picker;
pub mod presets;
pub mod rename;
pub mod save_preset;
pub mod setting;
pub mod sign_in;
pub mod source_picker;
pub mod survey;
pub mod switcher;
pub mod text_view;
pub mod trash;
pub mod version_tree;

use super::editor::Editor;
use super::event::Page;
use super::{Effect, Model};
use crate::app::keys::{Action, Context, Edit};
use picker::Choose;
use std::any::Any;
use std::fmt::Debug;

/// What lies over the screen.
pub trait Popup: Any + Debug + Send {
    /// Where its keys are found, the nearest first.
    fn contexts(&self) -> &'static [Context];

    /// What is chosen from, where the popup is a list with a query: its query, its mark and its keys are those of every list.
    fn choices(&mut self) -> Option<&mut dyn Choose> {
        None
    }

    /// The first row that is shown, where the popup is a text to be read.
    fn row(&mut self) -> Option<&mut usize> {
        None
    }

    /// The field that is typed into; `None` where there is nothing to type.
    fn field(&mut self) -> Option<&mut Editor> {
        self.choices().map(Choose::query)
    }

    /// Takes what is typed or pasted.
    fn type_text(&mut self, text: &str) {
        if let Some(field) = self.field() {
            field.insert(text);
            self.on_edit();
        }
    }

    /// The field was used: another text may stand there, or only its caret elsewhere.
    fn on_edit(&mut self) {
        if let Some(choices) = self.choices() {
            choices.on_edit();
        }
    }

    /// Moves the mark, or what is read.
    fn select(&mut self, step: Step, page: Page) {
        if let Some(choices) = self.choices() {
            choices.select(step);
        } else if let Some(row) = self.row() {
            *row = step.scrolled(*row, page);
        }
    }

    /// Enter. The popup is closed already; to stay open it puts itself back on the stack.
    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect>;
}

/// A move of the mark, or of what is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// To the row above.
    Up,
    /// To the row below.
    Down,
    /// A page up.
    PageUp,
    /// A page down.
    PageDown,
    /// To the first row.
    First,
    /// To the last row.
    Last,
}

impl Step {
    /// The row to which a text is scrolled from `row`.
    pub fn scrolled(self, row: usize, page: Page) -> usize {
        // A page is a screen less one row, so that the eye finds where it was.
        let rows = page.height.max(2) - 1;
        // A text that was not laid out yet may have been scrolled further than it goes.
        let row = row.min(page.limit);
        let row = match self {
            Self::Up => row.saturating_sub(1),
            Self::Down => row.saturating_add(1),
            Self::PageUp => row.saturating_sub(rows),
            Self::PageDown => row.saturating_add(rows),
            Self::First => 0,
            Self::Last => usize::MAX,
        };
        row.min(page.limit)
    }
}

/// The open popups, the one on top last.
#[derive(Debug, Default)]
pub struct Popups(Vec<Box<dyn Popup>>);

impl Popups {
    /// Whether any is open.
    pub fn is_open(&self) -> bool {
        !self.0.is_empty()
    }

    /// All of them, the one on top last.
    pub fn stack(&self) -> impl Iterator<Item = &dyn Popup> {
        self.0.iter().map(|popup| &**popup)
    }

    /// The one on top, if it is of this kind.
    pub fn top<P: Popup>(&self) -> Option<&P> {
        let top: &dyn Any = &**self.0.last()?;
        top.downcast_ref()
    }

    /// The topmost one of this kind, wherever it lies: for an answer that it waits for.
    pub fn find<P: Popup>(&mut self) -> Option<&mut P> {
        let found = self.0.iter_mut().rev().map(|popup| {
            let popup: &mut dyn Any = &mut **popup;
            popup.downcast_mut()
        });
        found.flatten().next()
    }

    /// Lays one over the others.
    pub fn push(&mut self, popup: impl Popup) {
        self.0.push(Box::new(popup));
    }

    /// Puts one back that was closed to be asked.
    pub fn put_back(&mut self, popup: Box<dyn Popup>) {
        self.0.push(popup);
    }

    /// Closes the one on top. Gives whether there was one.
    pub fn close(&mut self) -> bool {
        self.0.pop().is_some()
    }

    /// Closes all.
    pub fn clear(&mut self) {
        self.0.clear();
    }

    /// Closes those of this kind, wherever they lie.
    pub fn close_all<P: Popup>(&mut self) {
        self.0.retain(|popup| {
            let popup: &dyn Any = &**popup;
            !popup.is::<P>()
        });
    }

    fn pop(&mut self) -> Option<Box<dyn Popup>> {
        self.0.pop()
    }

    /// Where the keys of the one on top are found; `None` while none is open.
    pub(super) fn contexts(&self) -> Option<&'static [Context]> {
        self.0.last().map(|top| top.contexts())
    }

    /// Types into the one on top.
    pub(super) fn type_text(&mut self, text: &str) {
        if let Some(top) = self.0.last_mut() {
            top.type_text(text);
        }
    }

    /// Edits the field of the one on top. Gives whether it has one.
    pub(super) fn edit(&mut self, edit: Edit) -> bool {
        let Some(top) = self.0.last_mut() else {
            return false;
        };
        let Some(field) = top.field() else {
            return false;
        };
        field.edit(edit);
        top.on_edit();
        true
    }
}

/// Moves the mark of the popup on top.
pub(super) fn select(model: &mut Model, step: Step) {
    let page = model.regions.popup;
    if let Some(top) = model.popups.0.last_mut() {
        top.select(step, page);
    }
}

/// Enter in the popup on top.
pub(super) fn accept(model: &mut Model) -> Vec<Effect> {
    match model.popups.pop() {
        Some(top) => top.accept(model),
        None => Vec::new(),
    }
}

/// Whether an action reaches past an open popup.
pub(super) fn is_passed(action: Action) -> bool {
    matches!(
        action,
        Action::Back
            | Action::Interrupt
            | Action::Quit
            | Action::Suspend
            | Action::Redraw
            | Action::Help
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_can_be_scrolled_past_what_is_known_of_it_and_back_from_its_end() {
        let unknown = Page {
            height: 10,
            limit: usize::MAX,
        };
        let end = Step::Last.scrolled(0, unknown);
        assert_eq!(Step::Down.scrolled(end, unknown), end);
        let known = Page {
            limit: 90,
            ..unknown
        };
        assert_eq!(Step::Up.scrolled(end, known), 89);
        assert_eq!(Step::PageDown.scrolled(end, known), 90);
    }
}
