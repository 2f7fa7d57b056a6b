//! A box that finds: what is typed, all that can be found, and what of it is. Found anew when one
//! of them changes and not with every frame; drawing only reads it.

use super::Menu;
use super::acting::edits;
use super::editor::Editor;
use super::library::matching;
use crossterm::event::{KeyCode, KeyEvent};

/// How far a page goes, in items.
const PAGE: usize = 8;

/// Something to be chosen from, by a query.
#[derive(Debug)]
pub struct Picker<T> {
    menu: Menu,
    all: Vec<T>,
    /// The places of what was found, best first; in their order where nothing is looked for.
    found: Vec<usize>,
    words: fn(&T) -> &str,
}

impl<T> Picker<T> {
    /// Finds among `all` by these words of each.
    pub fn new(all: Vec<T>, words: fn(&T) -> &str) -> Self {
        Self {
            menu: Menu::default(),
            found: (0..all.len()).collect(),
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

    /// Finds among others from now on. The mark stays at its place.
    pub fn set_all(&mut self, all: Vec<T>) {
        self.all = all;
        self.find();
        self.mark(self.menu.at);
    }

    /// Changes what is looked for.
    pub(super) fn change(&mut self, change: impl FnOnce(&mut Editor)) {
        change(&mut self.menu.query);
        self.menu.at = 0;
        self.find();
    }

    /// Takes a key; `false` when it means nothing here.
    pub(super) fn key(&mut self, key: KeyEvent) -> bool {
        match key.code {
            // From the first to the last, and back.
            KeyCode::Up => self.mark(self.menu.at.checked_sub(1).unwrap_or(usize::MAX)),
            KeyCode::Down if self.menu.at + 1 >= self.found.len() => self.mark(0),
            KeyCode::Down => self.mark(self.menu.at + 1),
            KeyCode::PageUp => self.mark(self.menu.at.saturating_sub(PAGE)),
            KeyCode::PageDown => self.mark(self.menu.at + PAGE),
            _ if edits(&mut self.menu.query, key) => self.change(|_| {}),
            _ => return false,
        }
        true
    }

    fn find(&mut self) {
        let words = self.all.iter().map(self.words);
        let words: Vec<(usize, &str)> = words.enumerate().collect();
        let found = matching(&self.menu.query.text(), &words, |(_, words)| words);
        self.found = found.into_iter().map(|(at, _)| *at).collect();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::KeyModifiers;

    #[test]
    fn what_is_typed_finds_and_the_mark_stays_among_what_was_found() {
        let mut picker = Picker::new(vec!["one", "two", "three"], |word| word);
        let key = |code| KeyEvent::new(code, KeyModifiers::NONE);
        assert!(picker.key(key(KeyCode::PageDown)));
        assert_eq!(picker.chosen(), Some(&"three"));
        picker.key(key(KeyCode::Down));
        assert_eq!(picker.chosen(), Some(&"one"));
        picker.key(key(KeyCode::Up));
        assert_eq!(picker.chosen(), Some(&"three"));
        picker.key(key(KeyCode::Char('o')));
        assert_eq!(picker.found().collect::<Vec<_>>(), [&"one", &"two"]);
        picker.key(key(KeyCode::Down));
        assert_eq!(picker.chosen(), Some(&"two"));
        picker.set_all(vec!["oh"]);
        assert_eq!(picker.chosen(), Some(&"oh"));
        assert!(!picker.key(key(KeyCode::Enter)));
    }
}
