//! Reads what a user writes for a source of replies: the name of a Space, an address, or the name of a server.
//!
//! Pure text: nothing is asked, so an address stays open ([`Source::Address`]) until it is looked at. [`canonical`] gives the
//! one name that is stored and compared; read again, it leads to the same source.

pub mod entry;
pub mod server;

#[cfg(test)]
mod tests;

pub use entry::{Headers, SourceKind, UserSource};
pub use server::{BUILT_IN, BuiltIn, ServerRef};

use super::catalog::{self, NameRules, SpaceRef};
use super::{ProviderError, Report};
use crate::sanitize::without_logins;

/// The name of the embedded Space.
const DEMO: &str = "demo";

/// The name for the first server of this machine that answers.
pub const LOCAL: &str = "local";

/// Names as close as this are offered in place of an unknown one; 1 is the same.
const CLOSE: f64 = 0.85;

/// A source of replies, as far as its name tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// The embedded Space.
    Demo,
    /// The first server of this machine that answers.
    Local,
    /// A Space of the Hub, or an app of `hf.space`.
    Space(SpaceRef),
    /// An address that has to be looked at: a Gradio app, or a server that speaks chat completions.
    Address(Box<AddressRef>),
    /// A server that speaks chat completions.
    Server(Box<ServerRef>),
}

/// An address, as the one and as the other that it may turn out to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AddressRef {
    /// As a Gradio app, with the name and the password that stood in the address.
    pub space: SpaceRef,
    /// As a server, with its key and its headers, which a Gradio app does not receive.
    pub server: ServerRef,
    /// Whether the settings say that it is a Gradio app, so that it need not be looked at.
    pub is_gradio: bool,
}

impl Source {
    /// The name that is stored and compared.
    pub fn name(&self) -> &str {
        match self {
            Self::Demo => DEMO,
            Self::Local => LOCAL,
            Self::Space(space) => space.name(),
            Self::Address(address) => &address.server.name,
            Self::Server(server) => &server.name,
        }
    }
}

/// Reads a source and, where `NAME:MODEL` was written, the model: everything behind the first colon. Only a name that is
/// built in or one of the user's own has a model behind it; `myhost:8080` is an address.
pub fn read(written: &str, rules: &NameRules) -> Result<(Source, Option<String>), ProviderError> {
    let (name, model) = without_model(written.trim(), rules);
    let name = catalog::without_alias(name);
    let source = match name.as_str() {
        DEMO => Source::Demo,
        LOCAL => Source::Local,
        name => {
            if let Some(server) = BuiltIn::named(name) {
                Source::Server(Box::new(server.server()))
            } else if let Some(entry) = rules.sources.get(name) {
                of_user(name, entry, rules)?
            } else {
                at_address(name, rules)?
            }
        }
    };
    Ok((source, model.map(str::to_owned)))
}

/// The name of a source for storing and comparing, and the model that was written with it: aliases are followed, pages of the
/// Hub become `owner/name`, and addresses lose a name and a password. A name of no source is returned without its secrets.
pub fn canonical(written: &str, rules: &NameRules) -> (String, Option<String>) {
    if let Ok((source, model)) = read(written, rules) {
        return (source.name().to_owned(), model);
    }
    let (name, model) = without_model(written.trim(), rules);
    let name = without_logins(&catalog::without_alias(name));
    (name, model.map(str::to_owned))
}

/// Whether the program itself gives a meaning to this name, so that no source of a user may have it.
pub fn is_reserved(name: &str) -> bool {
    let is_listed = |entry: &catalog::Entry| {
        entry.id == name || entry.aliases.iter().any(|alias| alias == name)
    };
    // localhost:8080 has to stay an address.
    matches!(name, DEMO | LOCAL | "localhost")
        || BuiltIn::named(name).is_some()
        || catalog::entries().iter().any(is_listed)
}

fn without_model<'a>(written: &'a str, rules: &NameRules) -> (&'a str, Option<&'a str>) {
    let Some((name, model)) = written.split_once(':') else {
        return (written, None);
    };
    let is_name = matches!(name, DEMO | LOCAL)
        || BuiltIn::named(name).is_some()
        || rules.sources.contains_key(name);
    // `ollama://host` is an address of a kind that is not known.
    if !is_name || model.starts_with("//") {
        return (written, None);
    }
    (name, Some(model.trim()).filter(|model| !model.is_empty()))
}

/// What an entry of the settings describes. Its address is held to the same rules as one that is written.
fn of_user(name: &str, entry: &UserSource, rules: &NameRules) -> Result<Source, ProviderError> {
    let space = SpaceRef::parse(&entry.url, rules)?;
    if space.hub_id.is_some() {
        return Err(refusal(
            format!("The url of the source {name} is a Space of the Hub."),
            format!(
                "Use {} itself. A url in the settings is the address of a server.",
                space.label
            ),
        ));
    }
    let server = ServerRef::of_user(name, &space.url, entry);
    let kind = entry
        .kind
        .or_else(|| BuiltIn::at(&space.url).map(|_| SourceKind::OpenAi));
    if kind == Some(SourceKind::OpenAi) {
        return Ok(Source::Server(Box::new(server)));
    }
    let space = SpaceRef {
        label: name.to_owned(),
        ..space
    };
    Ok(Source::Address(Box::new(AddressRef {
        space,
        server,
        is_gradio: kind == Some(SourceKind::Gradio),
    })))
}

fn at_address(name: &str, rules: &NameRules) -> Result<Source, ProviderError> {
    let space =
        SpaceRef::parse(name, rules).map_err(|error| meant(name, rules).unwrap_or(error))?;
    if space.hub_id.is_some() || space.subdomain.is_some() {
        return Ok(Source::Space(space));
    }
    if let Some(server) = BuiltIn::at(&space.url) {
        return Ok(Source::Server(Box::new(server.server())));
    }
    let server = ServerRef::at(&space.url);
    Ok(Source::Address(Box::new(AddressRef {
        space,
        server,
        is_gradio: false,
    })))
}

/// The error for a name that is close to a known one.
fn meant(written: &str, rules: &NameRules) -> Option<ProviderError> {
    let name = written.split(':').next().unwrap_or(written);
    if name.contains('/') || written.contains("://") {
        return None;
    }
    let aliases = catalog::entries()
        .into_iter()
        .flat_map(|entry| entry.aliases);
    let known = BUILT_IN
        .iter()
        .map(|server| server.name.to_owned())
        .chain([DEMO, LOCAL].map(str::to_owned))
        .chain(rules.sources.keys().cloned())
        .chain(aliases);
    let scored = known.map(|known| (strsim::jaro_winkler(name, &known), known));
    let (score, known) = scored.max_by(|(a, _), (b, _)| a.total_cmp(b))?;
    (score >= CLOSE).then(|| {
        refusal(
            format!("{:?} is not a source.", without_logins(written)),
            format!("Did you mean {known}?"),
        )
    })
}

fn refusal(message: String, hint: String) -> ProviderError {
    ProviderError::Unsupported(Report {
        message,
        hint,
        source: None,
    })
}
