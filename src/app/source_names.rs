//! What the sources of replies are called: told by them now, learned before, or guessed.
//!
//! A source is only asked once something is sent to it or set there, but its names stand in the header from the first
//! frame. What it told an earlier run is as good as told, until it tells something else.

use crate::app::DEMO_SPACE;
use crate::chat::{Fact, Learned, ProviderNames};
use std::collections::HashMap;

/// How far names can be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Certainty {
    /// The source was not asked yet: how the user calls it.
    Guessed,
    /// The program knows them by itself.
    Known,
    /// The source has told them.
    Told,
}

/// The names of sources and of the models that are asked for there.
#[derive(Debug, Default)]
pub(in crate::app) struct SourceNames {
    /// By the Space and by the model that is asked for.
    entries: HashMap<String, HashMap<String, Entry>>,
    /// Whether it is known what is saved; nothing is saved before.
    is_read: bool,
}

#[derive(Debug, Default)]
struct Entry {
    /// What this run found.
    found: Option<(Certainty, ProviderNames)>,
    /// What is saved.
    saved: Option<ProviderNames>,
}

impl Entry {
    fn names(&self) -> Option<&ProviderNames> {
        let found = self.found.as_ref();
        let is_guess = matches!(found, Some((Certainty::Guessed, _)));
        let found = found.map(|(_, names)| names);
        match &self.saved {
            Some(saved) if is_guess => Some(saved),
            saved => found.or(saved.as_ref()),
        }
    }

    /// The names that are to be saved: those that the source has told and that are not.
    fn unsaved(&self) -> Option<&ProviderNames> {
        match &self.found {
            Some((Certainty::Told, names)) if self.saved.as_ref() != Some(names) => Some(names),
            _ => None,
        }
    }
}

impl SourceNames {
    /// How a source is called, with the model that is asked for there; `None` where nothing was ever said of them.
    pub fn names(&self, space: &str, model: &str) -> Option<&ProviderNames> {
        self.entries.get(space)?.get(model)?.names()
    }

    /// Takes how a source is called. Gives what is to be saved of that.
    pub fn take_names(
        &mut self,
        (space, model): (String, String),
        certainty: Certainty,
        names: ProviderNames,
    ) -> Option<Learned> {
        // The embedded Space is part of the program.
        let certainty = match certainty {
            Certainty::Told if space == DEMO_SPACE => Certainty::Known,
            certainty => certainty,
        };
        let of_space = self.entries.entry(space.clone()).or_default();
        let entry = of_space.entry(model.clone()).or_default();
        // A source that forgot what it had told, as after a login, is still called the same.
        if certainty != Certainty::Guessed || entry.found.is_none() {
            entry.found = Some((certainty, names));
        }
        if !self.is_read {
            return None;
        }
        let learned = entry.unsaved()?.clone();
        entry.saved = Some(learned.clone());
        Some(Learned::new(&space, &model, Fact::Names(learned)))
    }

    /// Takes what is saved. Gives what is to be saved, because it was told otherwise meanwhile.
    pub fn take_saved(&mut self, all: Vec<Learned>) -> Vec<Learned> {
        self.is_read = true;
        for learned in all {
            let Fact::Names(names) = learned.fact() else {
                continue;
            };
            let of_space = self.entries.entry(learned.space().to_owned()).or_default();
            let entry = of_space.entry(learned.model().to_owned()).or_default();
            entry.saved = Some(names.clone());
        }
        let mut unsaved = Vec::new();
        for (space, models) in &mut self.entries {
            for (model, entry) in models {
                if let Some(names) = entry.unsaved().cloned() {
                    entry.saved = Some(names.clone());
                    unsaved.push(Learned::new(space, model, Fact::Names(names)));
                }
            }
        }
        unsaved
    }
}
