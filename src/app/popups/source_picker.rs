//! The picker of sources and models: those that were used, that answer on this machine, that are offered, that a search
//! finds, and any that is typed. One is looked at before it is used.
//!
//! What is typed is filtered once for each edit. Which sources there are is told from outside; see `rows` for their order.

mod chosen;
mod hub;
mod rows;

pub(in crate::app) use chosen::{models_with, on_inspected, use_demo};
pub(in crate::app) use hub::{due, on_found, quota_due};
pub use rows::SourceRow;

use super::picker::Menu;
use super::{Page, Popup, Step, sign_in};
use crate::app::conversation::versions;
use crate::app::editor::Editor;
use crate::app::fuzzy::{matching, narrows};
use crate::app::keys::Context;
use crate::app::sources::{Chats, SourceGroup, SourceState};
use crate::app::{Effect, Model};
use crate::chat::Failure;
use hub::{Quota, Search};

/// The fewest letters for which Spaces are searched.
const FEWEST: usize = 2;

/// The popup that chooses a source.
#[derive(Debug, Default)]
pub struct SourcePicker {
    /// What is typed, and the mark among the rows.
    pub menu: Menu,
    all: Vec<SourceRow>,
    /// The query before and which of all it has found: one that goes on from it finds no others.
    narrowed: Option<(String, Vec<usize>)>,
    rows: Vec<PickerRow>,
    /// Where in `rows` begins what a search has found.
    found_from: usize,
    scope: Scope,
    /// What is known of the one that was chosen.
    pub check: Option<SpaceCheck>,
    /// Whether a message waits for the one that is chosen.
    pub has_waiting: bool,
    /// The source of the conversation.
    current: String,
    search: Search,
    /// What answers on this machine is not known yet.
    is_looking: bool,
    /// Whether the mark was moved since the last edit.
    is_moved: bool,
    quota: Quota,
}

/// A source that is looked at before it is used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceCheck {
    /// The source, as it was named.
    pub space: String,
    /// The model that was chosen with it.
    pub model: Option<String>,
    /// What is wrong with it; `None` while it is looked at.
    pub failure: Option<Failure>,
}

/// What is chosen from.
#[derive(Debug, Default, PartialEq, Eq)]
enum Scope {
    /// All sources.
    #[default]
    All,
    /// The models of one.
    Models(String),
    /// The chats of a page that was looked at.
    Chats(Chats),
}

/// A row, by what it stands for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PickerRow {
    /// What the rows below belong to.
    Heading(SourceGroup),
    /// One of the known.
    Known(usize),
    /// One that was found by search, or what is typed, taken as a name.
    Other(Box<SourceRow>),
    /// What is to be said in place of rows.
    Note(String),
}

impl SourcePicker {
    /// What is shown.
    pub fn rows(&self) -> &[PickerRow] {
        &self.rows
    }

    /// What a row offers; `None` where it only says something.
    pub fn choice<'a>(&'a self, row: &'a PickerRow) -> Option<&'a SourceRow> {
        match row {
            PickerRow::Known(at) => self.all.get(*at),
            PickerRow::Other(row) => Some(row),
            PickerRow::Heading(_) | PickerRow::Note(_) => None,
        }
    }

    /// How many rows offer something.
    pub fn count(&self) -> usize {
        let is_choice = |row: &&PickerRow| self.choice(row).is_some();
        self.rows.iter().filter(is_choice).count()
    }

    /// The row at the mark.
    pub fn chosen(&self) -> Option<&SourceRow> {
        self.choice(self.rows.get(self.menu.at)?)
    }

    fn query(&self) -> String {
        self.menu.query.text().trim().to_owned()
    }

    /// What the mark was moved to.
    fn marked(&self) -> Option<SourceRow> {
        self.chosen().filter(|_| self.is_moved).cloned()
    }

    /// Finds anew, among the same.
    fn find(&mut self) {
        self.find_again(self.marked().as_ref());
    }

    /// Finds anew. The mark stays at what it was moved to, else it goes to the best.
    fn find_again(&mut self, marked: Option<&SourceRow>) {
        let query = self.query();
        self.rows = if query.is_empty() {
            self.listed()
        } else {
            self.filtered(&query)
        };
        self.found_from = self.rows.len();
        self.add_found(marked);
    }

    /// Takes in what the search tells, behind what is known, which is not filtered again for that.
    fn add_found(&mut self, marked: Option<&SourceRow>) {
        let query = self.query();
        let mut rows = std::mem::take(&mut self.rows);
        rows.truncate(self.found_from);
        if self.scope == Scope::All && !query.is_empty() {
            self.push_found(&query, &mut rows);
        }
        self.rows = rows;
        let place = marked.and_then(|marked| {
            let same = |row| self.choice(row).is_some_and(|row| row.is_same(marked));
            self.rows.iter().position(same)
        });
        self.menu.at = place.unwrap_or_else(|| self.best());
    }

    /// What is listed while nothing is typed, below the headings of the groups.
    fn listed(&self) -> Vec<PickerRow> {
        let one = [match &self.scope {
            Scope::Models(_) => SourceGroup::Model,
            _ => SourceGroup::Chat,
        }];
        let groups: &[SourceGroup] = match self.scope {
            Scope::All => &SourceGroup::LISTED,
            _ => &one,
        };
        let mut rows = Vec::new();
        for &group in groups {
            let is_here = |(_, row): &(usize, &SourceRow)| row.group == group && row.is_listed;
            let before = rows.len();
            rows.push(PickerRow::Heading(group));
            let here = self.all.iter().enumerate().filter(is_here);
            rows.extend(here.map(|(at, _)| PickerRow::Known(at)));
            if rows.len() > before + 1 {
                continue;
            }
            let note = match group {
                SourceGroup::Local | SourceGroup::Model if self.is_looking => Some("looking …"),
                SourceGroup::Local => Some("No server answers here."),
                SourceGroup::Model => Some("This source has no list of models."),
                _ => None,
            };
            match note {
                Some(note) => rows.push(PickerRow::Note(note.to_owned())),
                None => rows.truncate(before),
            }
        }
        rows
    }

    /// What the query finds, best first; before it what is typed itself, where it looks like a name or an address. Behind it
    /// where that goes on from the name of a source whose models are known: then one of these is meant.
    fn filtered(&mut self, query: &str) -> Vec<PickerRow> {
        let among = match self.narrowed.take() {
            Some((before, found)) if narrows(&before, query) => found,
            _ => (0..self.all.len()).collect(),
        };
        let words = among.iter().map(|at| (*at, self.all[*at].words.as_str()));
        let words: Vec<(usize, &str)> = words.collect();
        let mut found = matching(query, &words, |(_, words)| words);
        // What is written out whole is meant, whatever else holds it.
        found.sort_by_key(|(_, words)| *words != query);
        let is_new = found.first().is_none_or(|(_, words)| *words != query);
        let is_model = self.all.iter().any(|row| {
            let behind = query.strip_prefix(row.source.as_str());
            row.model.is_some() && behind.is_some_and(|behind| behind.starts_with(':'))
        });
        let mut places: Vec<usize> = found.into_iter().map(|(at, _)| *at).collect();
        let mut rows: Vec<_> = places.iter().copied().map(PickerRow::Known).collect();
        // Of equally good ones the first counts.
        places.sort_unstable();
        self.narrowed = Some((query.to_owned(), places));
        if self.scope == Scope::All && is_new && query.contains(['/', ':']) {
            let row = PickerRow::Other(Box::new(SourceRow {
                about: "as it is written".to_owned(),
                ..SourceRow::new(query, SourceGroup::Space)
            }));
            rows.insert(if is_model { rows.len() } else { 0 }, row);
        }
        rows
    }

    /// Adds what the search has found. Until another query is answered, what it finds of that.
    fn push_found(&self, query: &str, rows: &mut Vec<PickerRow>) {
        let is_answered = !self.search.is_running
            && (self.search.asked.as_ref()).is_some_and(|(_, words)| words == query);
        let found: Vec<&SourceRow> = if is_answered {
            self.search.found.iter().collect()
        } else {
            matching(query, &self.search.found, |row| &row.words)
        };
        let is_new = |row: &&SourceRow| {
            let all = rows.iter().filter_map(|shown| self.choice(shown));
            !all.into_iter().any(|shown| shown.is_same(row))
        };
        let found: Vec<SourceRow> = found.into_iter().filter(is_new).cloned().collect();
        let note = match (&self.search.note, self.search.is_running) {
            (_, true) => Some("searching …".to_owned()),
            (note, false) => note.clone(),
        };
        if found.is_empty() && note.is_none() {
            return;
        }
        rows.push(PickerRow::Heading(SourceGroup::Found));
        rows.extend((found.into_iter()).map(|row| PickerRow::Other(Box::new(row))));
        rows.extend(note.map(PickerRow::Note));
    }

    /// The row of the best: while nothing is typed the first of another source, for a message that waits one that answers.
    fn best(&self) -> usize {
        let place = |is_right: &dyn Fn(&SourceRow) -> bool| {
            let is_it = |row| self.choice(row).is_some_and(is_right);
            self.rows.iter().position(is_it)
        };
        let is_other = |row: &SourceRow| row.source != self.current;
        let answers =
            |row: &SourceRow| is_other(row) && matches!(row.state, Some(SourceState::Ready(_)));
        let is_listed = self.query().is_empty() && self.scope == Scope::All;
        let ready = (is_listed && self.has_waiting).then(|| place(&answers));
        let other = is_listed.then(|| place(&is_other));
        (ready.flatten())
            .or(other.flatten())
            .or_else(|| place(&|_| true))
            .unwrap_or_default()
    }

    /// The words for which Spaces are to be searched; none where something else is meant.
    fn searched(&self) -> String {
        let query = self.query();
        let is_name = query.contains(':') || self.all.iter().any(|row| row.words == query);
        let is_short = query.chars().count() < FEWEST && query.is_ascii();
        if self.scope != Scope::All || is_name || is_short {
            return String::new();
        }
        query
    }

    /// Chooses among others from now on, with an empty query.
    fn go_to(&mut self, scope: Scope, all: Vec<SourceRow>) {
        self.menu.query.set("");
        // The query that was just emptied is none of the user's.
        self.menu.is_edited();
        (self.scope, self.all) = (scope, all);
        self.narrowed = None;
        (self.check, self.is_moved) = (None, false);
        self.find();
    }
}

impl Popup for SourcePicker {
    fn contexts(&self) -> &'static [Context] {
        &[Context::Sources, Context::Menu]
    }

    fn field(&mut self) -> Option<&mut Editor> {
        Some(&mut self.menu.query)
    }

    fn on_edit(&mut self) {
        if self.menu.is_edited() {
            (self.check, self.is_moved) = (None, false);
            self.find();
        }
    }

    /// Moves the mark past the rows that offer nothing.
    fn select(&mut self, step: Step, _: Page) {
        let rows = self.rows.len();
        self.menu.select(step, rows);
        let on = match step {
            Step::Up | Step::Last => Step::Up,
            Step::Down | Step::First | Step::PageUp | Step::PageDown => Step::Down,
        };
        for _ in 0..rows {
            if self.chosen().is_some() {
                break;
            }
            self.menu.select(on, rows);
        }
        (self.check, self.is_moved) = (None, true);
    }

    /// The chosen one is looked at before it is used. A page whose chat is chosen was looked at already.
    fn accept(mut self: Box<Self>, model: &mut Model) -> Vec<Effect> {
        let Some(row) = self.chosen().cloned() else {
            model.popups.put_back(self);
            return Vec::new();
        };
        if let (Scope::Chats(chats), Some(chat)) = (&self.scope, row.chat) {
            return chosen::use_chat(model, &row.source, (&chats.setting, chat));
        }
        // What is awaited keeps the mark, whatever becomes known meanwhile.
        self.is_moved = true;
        self.check = Some(SpaceCheck {
            space: row.source.clone(),
            model: row.model,
            failure: None,
        });
        model.popups.put_back(self);
        vec![Effect::Inspect(row.source)]
    }
}

/// Opens it; one that is named already is looked at.
pub(in crate::app) fn open_with(model: &mut Model, name: &str) -> Vec<Effect> {
    if versions::is_busy(model) {
        return Vec::new();
    }
    let waits = model.conversation().unanswered().is_some();
    let current = model.conversation().conversation.space.clone();
    let mut picker = SourcePicker {
        has_waiting: waits,
        current: current.clone(),
        is_looking: true,
        ..SourcePicker::default()
    };
    picker.menu.query.set(name);
    picker.menu.is_edited();
    let mut effects = vec![Effect::FindLocal];
    // What is built in always answers, and need not be started to be listed.
    if name.is_empty() && current != crate::app::DEMO_SPACE {
        model.sources.note_looking(&current);
        effects.push(Effect::Inspect(current));
    }
    picker.is_looking = model.sources.local.is_none();
    picker.all = rows::all(model);
    picker.find();
    if name.is_empty() {
        model.popups.push(picker);
        return effects;
    }
    // What is named whole is meant.
    let is_named = |row| picker.choice(row).is_some_and(|row| row.words == name);
    let place = picker.rows.iter().position(is_named);
    picker.menu.at = place.unwrap_or(picker.menu.at);
    effects.extend(Box::new(picker).accept(model));
    effects
}

/// Takes in what became known of the sources.
pub(in crate::app) fn refresh(model: &mut Model) {
    let Some(picker) = model.popups.find::<SourcePicker>() else {
        return;
    };
    let models_of = match &picker.scope {
        Scope::All => None,
        Scope::Models(source) => Some(source.clone()),
        Scope::Chats(_) => return,
    };
    let (all, is_looking) = match models_of {
        None => (rows::all(model), model.sources.local.is_none()),
        Some(source) => {
            let is_looking = model.sources.state(&source) == Some(&SourceState::Looking);
            (rows::models_of(model, &source), is_looking)
        }
    };
    if let Some(picker) = model.popups.find::<SourcePicker>() {
        // By what it stands for: its place is another one now.
        let marked = picker.marked();
        (picker.all, picker.is_looking) = (all, is_looking);
        picker.narrowed = None;
        picker.find_again(marked.as_ref());
    }
}

/// Takes back the sign-in to the Space at the mark, or asks whether to sign in to it.
pub(in crate::app) fn change_sign_in(model: &mut Model) -> Vec<Effect> {
    let picker: Option<&SourcePicker> = model.popups.top();
    let Some(source) = picker
        .and_then(SourcePicker::chosen)
        .map(|row| row.source.clone())
    else {
        return Vec::new();
    };
    if model.sources.is_signed_in(&source) {
        return sign_in::answer(model, &source, false);
    }
    if model.sources.takes_sign_in(&source) {
        sign_in::ask(model, &source, None);
    }
    Vec::new()
}
