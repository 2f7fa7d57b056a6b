//! All actions by name: what cannot be remembered as a key is found here.

use super::Popup;
use super::picker::{Choose, Picker};
use crate::app::composer::slash;
use crate::app::keys::{Argument, Context, Row};
use crate::app::{Effect, Focus, Model};

/// An action that can be chosen.
#[derive(Debug, Clone)]
pub struct Choice {
    /// Its row of the table.
    pub row: &'static Row,
    /// All words by which it is found, its title first.
    words: String,
}

/// The popup of all actions that are offered now.
#[derive(Debug)]
pub struct Palette(pub Picker<Choice>);

impl Popup for Palette {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Menu]
    }

    fn choices(&mut self) -> Option<&mut dyn Choose> {
        Some(&mut self.0)
    }

    fn accept(self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        if let Some(choice) = self.0.chosen() {
            return run(model, choice.row);
        }
        model.popups.put_back(self);
        Vec::new()
    }
}

/// Opens the palette.
pub(in crate::app) fn open(model: &mut Model) {
    let offered = model
        .keys
        .rows()
        .iter()
        .filter(|row| row.is_listed && (row.is_offered)(model));
    let choice = |row: &'static Row| Choice {
        words: format!(
            "{} {} {} {}",
            row.title,
            row.synonyms,
            row.help,
            row.group.title()
        ),
        row,
    };
    let mut choices: Vec<Choice> = offered.map(choice).collect();
    choices.sort_by_key(|choice| choice.row.group);
    model
        .popups
        .push(Palette(Picker::new(choices, |choice| &choice.words)));
}

/// Does what was chosen. What is done to a picked message is done to the last one where none is picked; an edit to the
/// user's last. What needs something behind its slash command has that written.
fn run(model: &mut Model, row: &Row) -> Vec<Effect> {
    if let Some(slash) = row.slash
        && let Argument::Required(example) = slash.argument
    {
        let composer = &mut model.conversation_mut().composer;
        if composer.is_empty() {
            model.focus = Focus::Composer;
            let composer = &mut model.conversation_mut().composer;
            composer.change(|field| field.insert(&format!("{} ", slash.name())));
        } else {
            model.toast(format!(
                "Write {} {example} in an empty message.",
                slash.name()
            ));
        }
        return Vec::new();
    }
    match row.context {
        Context::Picked if model.conversation().picked.is_none() => {
            return slash::run_on_last(model, row);
        }
        Context::Composer | Context::Text => model.focus = Focus::Composer,
        _ => {}
    }
    (row.run)(model, "")
}
