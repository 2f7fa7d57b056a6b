//! Messages that wait to be sent: behind a reply that is on its way, or until the Space can be
//! reached. They are shown above the message being written, and changed there by the tray's keys.
//!
//! When each is sent, and that it is saved, is not decided here.

use crate::chat::Draft;
use std::collections::VecDeque;

/// The messages of one conversation that wait, the next one first.
#[derive(Debug, Clone, Default)]
pub struct Queue {
    waiting: VecDeque<Draft>,
    /// Grows with every change.
    revision: u64,
}

impl Queue {
    /// The messages, the next one first.
    pub fn iter(&self) -> impl ExactSizeIterator<Item = &Draft> {
        self.waiting.iter()
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.waiting.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.waiting.is_empty()
    }

    /// The message at a place.
    pub fn get(&self, at: usize) -> Option<&Draft> {
        self.waiting.get(at)
    }

    /// Grows with every change.
    pub fn revision(&self) -> u64 {
        self.revision
    }

    /// Adds one behind the others.
    pub(in crate::app) fn push(&mut self, draft: Draft) {
        self.revision += 1;
        self.waiting.push_back(draft);
    }

    /// Takes the next one out.
    pub(in crate::app) fn pop(&mut self) -> Option<Draft> {
        self.revision += 1;
        self.waiting.pop_front()
    }

    /// Gives the one at a place other words.
    pub(in crate::app) fn replace(&mut self, at: usize, draft: Draft) {
        if let Some(place) = self.waiting.get_mut(at) {
            self.revision += 1;
            *place = draft;
        }
    }

    /// Takes the one at a place out.
    pub(in crate::app) fn remove(&mut self, at: usize) -> Option<Draft> {
        self.revision += 1;
        self.waiting.remove(at)
    }

    /// Puts the one at a place `by` places further back; says whether there is such a place.
    pub(in crate::app) fn swap(&mut self, at: usize, by: isize) -> bool {
        let other = at.checked_add_signed(by);
        let other = other.filter(|other| (*other).max(at) < self.waiting.len());
        if let Some(other) = other {
            self.revision += 1;
            self.waiting.swap(at, other);
        }
        other.is_some()
    }

    /// Takes all of them out.
    pub(in crate::app) fn take_all(&mut self) -> Vec<Draft> {
        self.revision += 1;
        self.waiting.drain(..).collect()
    }
}

impl From<Vec<Draft>> for Queue {
    fn from(waiting: Vec<Draft>) -> Self {
        Self {
            waiting: waiting.into(),
            revision: 0,
        }
    }
}
