//! What a popup chooses from: what is typed, all that can be found, and what of it is. Found anew when one
//! of them changes and not with every frame; drawing only reads it.

use super::Step;
use crate::app::editor::Editor;
use crate::app::fuzzy::matching;

/// How far a page goes, in items.
const PAGE: usize = 8;

/// A query and a mark in what it finds.
#[derive(Debug, Default)]
pub struct Menu {
    /// What is looked for.
    pub query: Editor,
    /// The place of the mark in what was found.
    pub at: usize,
    /// The revision of the query for which was found.
    revision: u64,
}

impl Menu {
    /// Whether another query was written since this was asked last. Then the mark goes to the first; a caret that only
    /// moves leaves it where it is.
    pub fn is_edited(&mut self) -> bool {
        let revision = self.query.revision();
        let is_edited = std::mem::replace(&mut self.revision, revision) != revision;
        if is_edited {
            self.at = 0;
        }
        is_edited
    }

    /// Moves the mark among so many rows: from the last to the first, and back.
    pub fn select(&mut self, step: Step, rows: usize) {
        let last = rows.saturating_sub(1);
        self.at = match step {
            Step::Up => self.at.checked_sub(1).unwrap_or(last),
            Step::Down if self.at >= last => 0,
            Step::Down => self.at + 1,
            Step::PageUp => self.at.saturating_sub(PAGE),
            Step::PageDown => self.at + PAGE,
            Step::First => 0,
            Step::Last => last,
        };
        self.at = self.at.min(last);
    }
}

/// Something to be chosen from, by a query and a mark.
pub trait Choose {
    /// The field of what is looked for.
    fn query(&mut self) -> &mut Editor;

    /// The field was used: finds anew where another query stands there, the mark at the best.
    fn on_edit(&mut self);

    /// Moves the mark.
    fn select(&mut self, step: Step);
}

/// Items that are found by the words of each.
#[derive(Debug)]
pub struct Picker<T> {
    menu: Menu,
    all: Vec<T>,
    /// The places of what was found, best first; in their order where nothing is looked for.
    found: Vec<usize>,
    /// Where the mark stands while nothing is looked for.
    start: usize,
    words: fn(&T) -> &str,
}

impl<T> Picker<T> {
    /// Finds among `all` by these words of each.
    pub fn new(all: Vec<T>, words: fn(&T) -> &str) -> Self {
        Self {
            menu: Menu::default(),
            found: (0..all.len()).collect(),
            start: 0,
            all,
            words,
        }
    }

    /// What is typed, and the mark in what was found.
    pub fn menu(&self) -> &Menu {
        &self.menu
    }

    /// What was found, best first.
    pub fn found(&self) -> impl ExactSizeIterator<Item = &T> {
        self.found.iter().map(|at| &self.all[*at])
    }

    /// What the mark stands at.
    pub fn chosen(&self) -> Option<&T> {
        self.found.get(self.menu.at).map(|at| &self.all[*at])
    }

    /// Puts the mark at a place, at most the last.
    pub fn mark(&mut self, at: usize) {
        self.menu.at = at.min(self.found.len().saturating_sub(1));
    }

    /// Puts the mark at a place, and again whenever the query is taken back.
    pub fn start_at(&mut self, at: usize) {
        self.start = at;
        self.mark(at);
    }

    /// Whether something is looked for.
    pub fn is_filtered(&self) -> bool {
        !self.menu.query.text().trim().is_empty()
    }

    /// Finds among others from now on. The mark stays at the item at which it is, wherever that stands now; if that is
    /// gone, it stays at its place.
    pub fn set_all(&mut self, all: Vec<T>, is_same: impl Fn(&T, &T) -> bool) {
        let marked = self.found.get(self.menu.at).copied();
        let before = std::mem::replace(&mut self.all, all);
        self.find();
        let marked = marked.and_then(|at| before.get(at));
        let place = marked.and_then(|marked| self.found().position(|item| is_same(item, marked)));
        self.mark(place.unwrap_or(self.menu.at));
    }

    fn find(&mut self) {
        let words = self.all.iter().map(self.words);
        let words: Vec<(usize, &str)> = words.enumerate().collect();
        let found = matching(&self.menu.query.text(), &words, |(_, words)| words);
        self.found = found.into_iter().map(|(at, _)| *at).collect();
    }
}

impl<T> Choose for Picker<T> {
    fn query(&mut self) -> &mut Editor {
        &mut self.menu.query
    }

    fn on_edit(&mut self) {
        // A step of the caret finds nothing else: the mark stays.
        if self.menu.is_edited() {
            self.find();
            self.mark(if self.is_filtered() { 0 } else { self.start });
        }
    }

    fn select(&mut self, step: Step) {
        self.menu.select(step, self.found.len());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::keys::Edit;

    #[test]
    fn what_is_typed_finds_and_the_mark_stays_among_what_was_found() {
        let mut picker = Picker::new(vec!["one", "two", "three"], |word| word);
        picker.select(Step::PageDown);
        assert_eq!(picker.chosen(), Some(&"three"));
        picker.select(Step::Down);
        assert_eq!(picker.chosen(), Some(&"one"));
        picker.select(Step::Up);
        assert_eq!(picker.chosen(), Some(&"three"));
        picker.query().insert("o");
        picker.on_edit();
        assert_eq!(picker.found().collect::<Vec<_>>(), [&"one", &"two"]);
        picker.select(Step::Down);
        assert_eq!(picker.chosen(), Some(&"two"));
        picker.query().edit(Edit::LineStart);
        picker.on_edit();
        assert_eq!(picker.chosen(), Some(&"two"), "the caret moves no mark");
        picker.set_all(vec!["oh"], |one, other| one == other);
        assert_eq!(picker.chosen(), Some(&"oh"));
    }

    #[test]
    fn the_mark_stays_at_its_item_when_the_list_is_another_one() {
        let mut picker = Picker::new(vec!["one", "two", "three"], |word| word);
        picker.select(Step::Down);
        picker.set_all(vec!["zero", "one", "two"], |one, other| one == other);
        assert_eq!(picker.chosen(), Some(&"two"));
        picker.set_all(vec!["two", "zero", "one"], |one, other| one == other);
        assert_eq!(picker.chosen(), Some(&"two"));
        // What is gone leaves the mark to what stands there now.
        picker.set_all(vec!["zero", "one"], |one, other| one == other);
        assert_eq!(picker.chosen(), Some(&"zero"));
    }

    #[test]
    fn the_mark_is_where_it_started_when_the_query_is_taken_back() {
        let mut picker = Picker::new(vec!["one", "two", "three"], |word| word);
        picker.start_at(1);
        picker.query().insert("e");
        picker.on_edit();
        assert!(picker.is_filtered());
        assert_eq!(picker.menu().at, 0);
        picker.query().edit(Edit::DeleteLeft);
        picker.on_edit();
        assert_eq!(picker.chosen(), Some(&"two"));
    }
}
