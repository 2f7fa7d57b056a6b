//! The sources that can be chosen, and what is known of each so far.
//!
//! Plain data. Which sources there are, what they are called and whether one answers is told from outside; the popup that
//! chooses one is not here.

use crate::chat::{Failure, FailureKind, SpaceInput};
use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

/// A source that is offered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceChoice {
    /// Its name, as it is stored.
    pub id: String,
    /// What it is.
    pub about: String,
    /// What it belongs to.
    pub group: SourceGroup,
    /// How it is, as far as that is known without asking it.
    pub state: Option<SourceState>,
    /// Whether it is listed while nothing is typed; the others are found by their names.
    pub is_listed: bool,
    /// Whether it runs on the Hub's shared GPUs, of whose time each user has a quota.
    pub is_zero_gpu: bool,
}

/// What a source belongs to, in the order in which the groups are listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum SourceGroup {
    /// Those that conversations used lately.
    Used,
    /// Servers on this machine.
    Local,
    /// The user's own, from the settings.
    Own,
    /// Servers of others, which want a key.
    Cloud,
    /// Spaces that the program knows.
    Space,
    /// What is built in.
    BuiltIn,
    /// Spaces that a search has found.
    Found,
    /// The models of the source that is chosen.
    Model,
    /// The chats of the page that is chosen.
    Chat,
}

impl SourceGroup {
    /// What is listed while nothing is typed, in this order.
    pub const LISTED: [Self; 6] = [
        Self::Used,
        Self::Local,
        Self::Own,
        Self::Cloud,
        Self::Space,
        Self::BuiltIn,
    ];

    /// What it is called.
    pub fn title(self) -> &'static str {
        match self {
            Self::Used => "Used lately",
            Self::Local => "On this machine",
            Self::Own => "Yours",
            Self::Cloud => "With your key",
            Self::Space => "Spaces",
            Self::BuiltIn => "Without a network",
            Self::Found => "Spaces found by search",
            Self::Model => "Models",
            Self::Chat => "Chats of this page",
        }
    }
}

/// How a source is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SourceState {
    /// It is being asked.
    Looking,
    /// It answers; after how long, where that was measured.
    Ready(Option<Duration>),
    /// It is there and not ready yet.
    Loading,
    /// It starts when it is asked.
    Asleep,
    /// It wants a key that is not there, or another one.
    NeedsKey,
    /// It wants a name and a password.
    NeedsLogin,
    /// No connection came about, or no answer.
    NotReached,
    /// It answers, and cannot be talked to.
    NotUsable,
    /// In the word of who knows it.
    Told(String),
}

impl SourceState {
    /// How a source is that could not be looked at.
    fn of_failure(failure: &Failure) -> Self {
        match failure.kind {
            FailureKind::Connect | FailureKind::Timeout => Self::NotReached,
            FailureKind::Asleep => Self::Asleep,
            FailureKind::Unavailable | FailureKind::QueueFull => Self::Loading,
            FailureKind::Key => Self::NeedsKey,
            FailureKind::Quota => Self::Told("no credit left".to_owned()),
            FailureKind::Login => Self::NeedsLogin,
            _ => Self::NotUsable,
        }
    }
}

/// A server that answers on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalSource {
    /// Its name, as it is stored.
    pub name: String,
    /// What runs there.
    pub about: String,
    /// How it is.
    pub state: SourceState,
    /// Its models.
    pub models: Arc<[String]>,
}

/// What a look at a source has found.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Inspection {
    /// What is there, in words.
    pub about: String,
    /// What can be set there.
    pub inputs: Vec<SpaceInput>,
    /// Its models, where it has a list of them.
    pub models: Arc<[String]>,
    /// Whether one of them must be asked for.
    pub needs_model: bool,
    /// Its chats, where there are several.
    pub chats: Chats,
    /// How long it took.
    pub took: Duration,
    /// Whether it takes the user's token of the Hub as a sign-in, and can be given it.
    pub takes_sign_in: bool,
    /// Whether it runs on the Hub's shared GPUs.
    pub is_zero_gpu: bool,
    /// What is left of the user's time on them, in words, where that is told.
    pub gpu_quota: Option<String>,
}

/// The chats of one page.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Chats {
    /// The setting that chooses among them.
    pub setting: String,
    /// Their names, the one that is used without a choice first.
    pub names: Vec<String>,
}

/// What is known of sources.
#[derive(Debug, Default)]
pub struct Sources {
    /// What answers on this machine; `None` until that was looked for.
    pub local: Option<Vec<LocalSource>>,
    states: HashMap<String, SourceState>,
    models: HashMap<String, Arc<[String]>>,
    /// Those that the user has agreed to sign in to.
    signed_in: BTreeSet<String>,
    /// Those that are known to take a sign-in.
    take_sign_in: HashSet<String>,
    /// Those that run on the Hub's shared GPUs.
    zero_gpu: HashSet<String>,
    /// What is left of the user's time on these, in words; `None` where that is not told.
    pub gpu_quota: Option<String>,
    pub(super) has_asked: bool,
}

impl Sources {
    /// How a source is.
    pub fn state(&self, name: &str) -> Option<&SourceState> {
        self.states.get(name)
    }

    /// The models of a source, as far as they are known.
    pub fn models(&self, name: &str) -> &[String] {
        self.models.get(name).map_or(&[], |models| &**models)
    }

    /// Whether the user has agreed that this source gets their token of the Hub.
    pub fn is_signed_in(&self, name: &str) -> bool {
        self.signed_in.contains(name)
    }

    /// Those that the user has agreed to sign in to, by name.
    pub fn signed_in(&self) -> impl Iterator<Item = &str> {
        self.signed_in.iter().map(String::as_str)
    }

    /// Takes whether this source may be given the user's token of the Hub.
    pub fn sign_in(&mut self, name: &str, is_agreed: bool) {
        if is_agreed {
            self.signed_in.insert(name.to_owned());
        } else {
            self.signed_in.remove(name);
        }
    }

    /// Whether a source is known to take the user's token of the Hub as a sign-in.
    pub fn takes_sign_in(&self, name: &str) -> bool {
        self.take_sign_in.contains(name)
    }

    /// Whether a source is known to run on the Hub's shared GPUs.
    pub fn is_zero_gpu(&self, name: &str) -> bool {
        self.zero_gpu.contains(name)
    }

    /// A source runs on the Hub's shared GPUs.
    pub(super) fn note_zero_gpu(&mut self, name: &str) {
        self.zero_gpu.insert(name.to_owned());
    }

    /// A source is being asked of which nothing is known yet.
    pub(super) fn note_looking(&mut self, name: &str) {
        let state = self.states.entry(name.to_owned());
        state.or_insert(SourceState::Looking);
    }

    /// Takes what a look has found.
    pub(super) fn take_inspected(&mut self, name: &str, found: &Result<Inspection, Failure>) {
        let state = match found {
            Ok(found) => SourceState::Ready(Some(found.took)),
            Err(failure) => SourceState::of_failure(failure),
        };
        self.states.insert(name.to_owned(), state);
        if let Ok(found) = found {
            self.models
                .insert(name.to_owned(), Arc::clone(&found.models));
            if found.takes_sign_in {
                self.take_sign_in.insert(name.to_owned());
            }
            if found.is_zero_gpu {
                self.note_zero_gpu(name);
                self.gpu_quota.clone_from(&found.gpu_quota);
            }
        }
    }

    /// Takes what answers on this machine. What answered before and does not now is not reached.
    pub(super) fn take_local(&mut self, found: Vec<LocalSource>) {
        for before in self.local.iter().flatten() {
            let state = SourceState::NotReached;
            self.states.insert(before.name.clone(), state);
        }
        for server in &found {
            self.states
                .insert(server.name.clone(), server.state.clone());
            self.models
                .insert(server.name.clone(), Arc::clone(&server.models));
        }
        self.local = Some(found);
    }
}
