//! What the picker asks the Hub: Spaces by the words that are typed, and what is left of the user's GPU time.
//!
//! Which rows come of it, and in what order, is the picker's.

use super::{SourcePicker, SourceRow};
use crate::app::sources::{SourceChoice, SourceState};
use crate::app::{Effect, Model};

/// The search of Spaces.
#[derive(Debug, Default)]
pub(super) struct Search {
    /// The words that were asked for last, and the number.
    pub(super) asked: Option<(u64, String)>,
    pub(super) found: Vec<SourceRow>,
    /// Why nothing was found, in one line.
    pub(super) note: Option<String>,
    pub(super) is_running: bool,
}

/// The user's quota of GPU time.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) enum Quota {
    /// None of the rows has needed it yet.
    #[default]
    Unasked,
    /// It was asked for, or comes with a look.
    Asked,
}

/// Asks for Spaces where the words have changed.
pub(in crate::app) fn due(model: &mut Model) -> Option<Effect> {
    let number = model.finds + 1;
    let picker = model.popups.find::<SourcePicker>()?;
    let words = picker.searched();
    let before = picker.search.asked.as_ref();
    if before.map_or("", |(_, words)| words) == words {
        return None;
    }
    picker.search.note = None;
    picker.search.is_running = !words.is_empty();
    picker.search.asked = Some((number, words.clone()));
    let marked = picker.marked();
    picker.add_found(marked.as_ref());
    model.finds = number;
    Some(Effect::SearchSpaces { number, words })
}

/// Asks for the user's GPU time, once while the picker is open, where one of its Spaces runs on the Hub's shared GPUs. What
/// is being looked at tells it by itself.
pub(in crate::app) fn quota_due(model: &mut Model) -> Option<Effect> {
    let sources = &model.sources;
    let picker = model.popups.find::<SourcePicker>()?;
    let is_looking = sources.state(&picker.current) == Some(&SourceState::Looking);
    let is_zero_gpu =
        |row| (picker.choice(row)).is_some_and(|row| sources.is_zero_gpu(&row.source));
    if picker.quota == Quota::Asked || is_looking || !picker.rows.iter().any(is_zero_gpu) {
        return None;
    }
    picker.quota = Quota::Asked;
    (!sources.is_zero_gpu(&picker.current)).then_some(Effect::AskGpuQuota)
}

/// Takes what a search has found. An answer to an earlier one is dropped.
pub(in crate::app) fn on_found(
    model: &mut Model,
    number: u64,
    found: Result<Vec<SourceChoice>, String>,
) {
    let Some(picker) = model.popups.find::<SourcePicker>() else {
        return;
    };
    if picker.search.asked.as_ref().map(|(number, _)| *number) != Some(number) {
        return;
    }
    let row = |choice: SourceChoice| SourceRow {
        about: choice.about,
        state: choice.state,
        ..SourceRow::new(&choice.id, choice.group)
    };
    for choice in found.iter().flatten().filter(|choice| choice.is_zero_gpu) {
        model.sources.note_zero_gpu(&choice.id);
    }
    picker.search.is_running = false;
    let marked = picker.marked();
    (picker.search.found, picker.search.note) = match found {
        Ok(found) => (found.into_iter().map(row).collect(), None),
        Err(words) => (Vec::new(), Some(words)),
    };
    picker.add_found(marked.as_ref());
}
