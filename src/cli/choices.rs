//! The sources that the picker offers by name, each with what is known of it without asking it.

use super::Context;
use crate::app::DEMO_SPACE;
use crate::app::sources::{SourceChoice, SourceGroup, SourceState};
use crate::http::KeyPlace;
use crate::provider::local::LOCAL;
use crate::provider::source::BuiltIn;
use crate::provider::{UserSource, catalog, source};

impl Context {
    /// The sources that are offered: the user's own, servers, Spaces.
    pub(super) fn choices(&self) -> Vec<SourceChoice> {
        let own = self.names.sources.iter();
        let own = own.map(|(name, entry)| self.own(name, entry));
        let servers = source::BUILT_IN.iter().map(|server| self.server(server));
        let spaces = catalog::entries().into_iter().map(|entry| {
            let group = match entry.id.as_str() {
                DEMO_SPACE => SourceGroup::BuiltIn,
                _ => SourceGroup::Space,
            };
            choice(&entry.id, &entry.about, group)
        });
        let first = SourceChoice {
            is_listed: false,
            is_zero_gpu: false,
            ..choice(LOCAL, "the first that answers here", SourceGroup::Local)
        };
        own.chain(servers).chain([first]).chain(spaces).collect()
    }

    fn own(&self, name: &str, entry: &UserSource) -> SourceChoice {
        SourceChoice {
            state: self.lacks_key(&entry.key),
            ..choice(name, &entry.url, SourceGroup::Own)
        }
    }

    /// A server of this machine is listed where it answers, one of others where its key is there. Each is found by its name.
    fn server(&self, server: &BuiltIn) -> SourceChoice {
        let key = server.key();
        let state = self.lacks_key(&key);
        let is_local = key == KeyPlace::None;
        let group = if is_local {
            SourceGroup::Local
        } else {
            SourceGroup::Cloud
        };
        SourceChoice {
            is_listed: !is_local && state.is_none(),
            is_zero_gpu: false,
            state,
            ..choice(server.name, server.about, group)
        }
    }

    /// Whether a key is known to be missing. Files and commands are not touched before a source is used.
    fn lacks_key(&self, place: &KeyPlace) -> Option<SourceState> {
        let is_missing = match place {
            KeyPlace::Variable(name) => std::env::var_os(name).is_none_or(|key| key.is_empty()),
            KeyPlace::HubToken => self.options.token.is_none(),
            _ => false,
        };
        is_missing.then_some(SourceState::NeedsKey)
    }
}

fn choice(id: &str, about: &str, group: SourceGroup) -> SourceChoice {
    SourceChoice {
        id: id.to_owned(),
        about: about.to_owned(),
        group,
        state: None,
        is_listed: true,
        is_zero_gpu: false,
    }
}
