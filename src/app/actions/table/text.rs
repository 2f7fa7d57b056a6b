//! The rows of text fields: moving and editing, as readline does it.

use crate::app::dispatch;
use crate::app::keys::chord::{ALT, CTRL, Chord, alt, ctrl, key};
use crate::app::keys::row::row;
use crate::app::keys::{Action, Context, Edit, Group, Row, Run};
use crossterm::event::KeyCode::{Backspace, Delete, Down, End, F, Home, Left, Right, Up};

const fn edit(edit: Edit, keys: &'static [Chord], help: &'static str, run: Run) -> Row {
    row(
        (Action::Edit(edit), Context::Text),
        keys,
        help,
        help,
        Group::Text,
        run,
    )
    .unlisted()
}

/// The function of an editing step.
macro_rules! does {
    ($edit:ident) => {
        |model, _| {
            dispatch::edit_text(model, Edit::$edit);
            Vec::new()
        }
    };
}

#[rustfmt::skip] // One row a line, so that it reads as the table that it is.
pub const ROWS: &[Row] = &[
    edit(Edit::Left, &[key(Left)], "Left", does!(Left)),
    edit(Edit::Right, &[key(Right)], "Right", does!(Right)),
    edit(Edit::Up, &[key(Up)], "Up. While nothing is written: the earlier prompt", does!(Up)),
    edit(Edit::Down, &[key(Down)], "Down. Behind an earlier prompt: the later one", does!(Down)),
    edit(Edit::LineStart, &[key(Home), ctrl('a')], "To the beginning of the line", does!(LineStart)),
    edit(Edit::LineEnd, &[key(End), ctrl('e')], "To the end of the line", does!(LineEnd)),
    edit(Edit::WordLeft, &[Chord(CTRL, Left), alt('b'), Chord(ALT, Left)], "A word to the left", does!(WordLeft)),
    edit(Edit::WordRight, &[Chord(CTRL, Right), alt('f'), Chord(ALT, Right)], "A word to the right", does!(WordRight)),
    edit(Edit::DeleteLeft, &[key(Backspace), ctrl('h')], "Delete to the left", does!(DeleteLeft)),
    edit(Edit::DeleteRight, &[key(Delete), ctrl('d')], "Delete to the right", does!(DeleteRight)),
    edit(Edit::DeleteWordLeft, &[ctrl('w'), Chord(ALT, Backspace), Chord(CTRL, Backspace)], "Delete a word to the left", does!(DeleteWordLeft)),
    edit(Edit::DeleteWordRight, &[alt('d'), Chord(CTRL, Delete)], "Delete a word to the right", does!(DeleteWordRight)),
    edit(Edit::KillToStart, &[ctrl('u')], "Delete to the beginning of the line", does!(KillToStart)),
    edit(Edit::KillToEnd, &[ctrl('k')], "Delete to the end of the line", does!(KillToEnd)),
    edit(Edit::Yank, &[ctrl('y')], "Insert what was deleted", does!(Yank)),
    row((Action::Edit(Edit::Undo), Context::Text), &[alt('z'), ctrl('_')], "Undo the last edit", "Undo",
        Group::Text, does!(Undo)).also("revert back"),
    row((Action::Edit(Edit::Redo), Context::Text), &[alt('Z'), key(F(8))], "Redo the last edit", "Redo",
        Group::Text, does!(Redo)).also("again forward"),
];
