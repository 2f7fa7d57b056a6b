//! Resolves the name of a Space, as a user writes it, to an address.
//!
//! Pure text: an alias, `owner/name`, a page of the Hub or of its mirror, an address of `hf.space`, or any
//! Gradio app's address become an address to ask, and a name to be stored and compared
//! ([`SpaceRef::name`]). Plain http leaves this machine only when that is asked for. A name and a
//! password in an address are taken out of it at once.

use super::source::entry::UserSource;
use super::{ProviderError, Report};
use crate::http::address::take_login;
use crate::http::token::HUB;
use crate::http::{Login, is_loopback};
use crate::sanitize::without_logins;
use serde::Deserialize;
use std::collections::BTreeMap;
use url::Url;

/// A Space that is offered by name, from `assets/catalog.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `owner/name`.
    pub id: String,
    /// What it is.
    pub about: String,
    /// Its aliases.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// The Spaces that are offered, the Qwen demo Space first.
///
/// # Panics
/// Never: the catalog is part of the program, and a test reads it.
pub fn entries() -> Vec<Entry> {
    #[derive(Deserialize)]
    struct Catalog {
        space: Vec<Entry>,
    }
    let catalog: Catalog = toml::from_str(include_str!("../../assets/catalog.toml"))
        .expect("the catalog is part of the program, and a test reads it");
    catalog.space
}

/// The address of the Qwen demo Space's app.
pub const QWEN_URL: &str = "https://qwen-qwen2-5-1m-demo.hf.space";

/// The Qwen demo Space.
pub const QWEN_DEMO: &str = "Qwen/Qwen2.5-1M-Demo";

/// The rules for reading names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NameRules {
    /// The address of the Hub, whose pages name Spaces.
    pub hub: String,
    /// Whether plain http to another machine is allowed.
    pub insecure_http: bool,
    /// The user's own sources, by their names.
    pub sources: BTreeMap<String, UserSource>,
}

impl Default for NameRules {
    fn default() -> Self {
        Self {
            hub: HUB.to_owned(),
            insecure_http: false,
            sources: BTreeMap::new(),
        }
    }
}

/// A Space, found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpaceRef {
    /// How it is called: `owner/name`, or its host.
    pub label: String,
    /// The address of its app, without a slash at its end, a name or a password. For a Space of the Hub it is derived
    /// from the name, and is usually right; the Hub knows for certain.
    pub url: String,
    /// `owner/name`, where the Hub can be asked about it: `super::hub`.
    pub hub_id: Option<String>,
    /// `x` of `https://x.hf.space`: the Hub knows which Space that is.
    pub subdomain: Option<String>,
    /// The name and the password that stood in the address; in memory only.
    pub login: Option<Login>,
}

impl SpaceRef {
    /// Finds the Space that a user means.
    pub fn parse(name: &str, rules: &NameRules) -> Result<Self, ProviderError> {
        let name = without_alias(name.trim());
        if let Some((owner, space)) = hub_id(&name, &rules.hub) {
            return Ok(Self::of_hub(&format!("{owner}/{space}")));
        }
        let mut url = address(&name, rules.insecure_http).ok_or_else(|| {
            refusal(
                format!("{:?} is not a source.", without_logins(&name)),
                "Write owner/name, the address of its page, http(s)://host[:port], or a name such as ollama, hf or demo.",
            )
        })?;
        let login = take_login(&mut url);
        if url.scheme() == "http" && !rules.insecure_http && !is_loopback(&url) {
            return Err(refusal(
                format!("{url} would send everything unencrypted over the network."),
                "Use https, or add --insecure-http to allow it.",
            ));
        }
        let host = url.host_str().unwrap_or_default();
        let label = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            subdomain: subdomain_of(&url),
            label,
            url: url.as_str().trim_end_matches('/').to_owned(),
            hub_id: None,
            login,
        })
    }

    /// The Space of the Hub that is called `owner/name`.
    pub fn of_hub(id: &str) -> Self {
        let url = if id.eq_ignore_ascii_case(QWEN_DEMO) {
            QWEN_URL.to_owned()
        } else {
            format!("https://{}.hf.space", subdomain(id))
        };
        Self {
            label: id.to_owned(),
            url,
            hub_id: Some(id.to_owned()),
            subdomain: None,
            login: None,
        }
    }

    /// The app at this address, taken as it is.
    pub fn at(url: impl Into<String>) -> Self {
        let url = url.into();
        Self {
            label: without_logins(&url),
            url,
            hub_id: None,
            subdomain: None,
            login: None,
        }
    }

    /// The name that is stored and compared: `owner/name`, or the app's address.
    pub fn name(&self) -> &str {
        self.hub_id.as_deref().unwrap_or(&self.url)
    }
}

/// The name with an alias of the catalog followed.
pub(super) fn without_alias(name: &str) -> String {
    let entries = entries();
    let entry = entries
        .iter()
        .find(|entry| entry.aliases.iter().any(|alias| alias == name));
    entry.map_or(name, |entry| entry.id.as_str()).to_owned()
}

fn refusal(message: String, hint: &str) -> ProviderError {
    ProviderError::Unsupported(Report {
        message,
        hint: hint.to_owned(),
        source: None,
    })
}

/// `owner/name`, written so, with `spaces/` before it, or as a page of the Hub or of the mirror at `hub`,
/// whichever of its tabs.
fn hub_id<'a>(name: &'a str, hub: &str) -> Option<(&'a str, &'a str)> {
    let page = [HUB, "https://hf.co", hub.trim_end_matches('/')]
        .into_iter()
        .find_map(|hub| {
            let bare = hub.split_once("://").map_or(hub, |(_, bare)| bare);
            name.strip_prefix(hub)
                .or_else(|| name.strip_prefix(bare))?
                .strip_prefix('/')
        });
    let path = page.unwrap_or(name);
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    let below = path.strip_prefix("spaces/");
    if page.is_some() && below.is_none() {
        return None;
    }
    let mut parts = below.unwrap_or(path).split('/');
    let (owner, space, tab) = (parts.next()?, parts.next()?, parts.next());
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    let is_tab = tab.is_none_or(|tab| {
        below.is_some()
            && matches!(
                tab,
                "tree" | "blob" | "resolve" | "discussions" | "commits" | "settings" | "edit"
            )
    });
    (is_word(owner) && is_word(space) && is_tab).then_some((owner, space))
}

/// An address with its scheme, or `HOST:PORT[/path]` without one: http on this machine and where that is meant,
/// https elsewhere.
fn address(name: &str, insecure_http: bool) -> Option<Url> {
    let is_address = |url: &Url| url.has_host() && matches!(url.scheme(), "http" | "https");
    if name.contains("://") {
        return Url::parse(name).ok().filter(is_address);
    }
    let authority = name.split('/').next()?;
    let (_, port) = authority.rsplit_once(':')?;
    port.parse::<u16>().ok()?;
    let plain = Url::parse(&format!("http://{name}"))
        .ok()
        .filter(is_address)?;
    if insecure_http || is_loopback(&plain) {
        return Some(plain);
    }
    Url::parse(&format!("https://{name}")).ok()
}

/// `x` of `https://x.hf.space`.
fn subdomain_of(url: &Url) -> Option<String> {
    let subdomain = url.host_str()?.strip_suffix(".hf.space")?;
    let is_one = !subdomain.is_empty() && !subdomain.contains('.');
    (is_one && url.scheme() == "https" && url.port().is_none()).then(|| subdomain.to_owned())
}

/// The name of a Space's host: lower case, everything else a hyphen.
fn subdomain(label: &str) -> String {
    label
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() {
                c.to_ascii_lowercase()
            } else {
                '-'
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(name: &str, insecure_http: bool) -> Result<SpaceRef, ProviderError> {
        let hub = "http://127.0.0.1:9000".to_owned();
        let rules = NameRules {
            hub,
            insecure_http,
            ..NameRules::default()
        };
        SpaceRef::parse(name, &rules)
    }

    fn found(name: &str) -> (String, String) {
        let space = parse(name, false).unwrap();
        assert_eq!(space.hub_id.is_some(), space.label.contains('/'));
        (space.label, space.url)
    }

    #[test]
    fn a_space_is_found_by_each_of_its_names() {
        let qwen = (QWEN_DEMO.to_owned(), QWEN_URL.to_owned());
        assert_eq!(found(QWEN_DEMO), qwen);
        assert_eq!(
            found("https://huggingface.co/spaces/Qwen/Qwen2.5-1M-Demo?x=1"),
            qwen
        );
        assert_eq!(
            found("microsoft/TRELLIS.2").1,
            "https://microsoft-trellis-2.hf.space"
        );
        let local = (
            "127.0.0.1:7860".to_owned(),
            "http://127.0.0.1:7860".to_owned(),
        );
        assert_eq!(found("http://127.0.0.1:7860/"), local);
        assert_eq!(found("https://x.hf.space").0, "x.hf.space");
    }

    #[test]
    fn every_page_of_a_space_names_it_at_the_hub_and_at_its_mirror() {
        for page in [
            "a/b",
            "spaces/a/b",
            "huggingface.co/spaces/a/b",
            "https://hf.co/spaces/a/b/",
            "https://huggingface.co/spaces/a/b/tree/main",
            "https://huggingface.co/spaces/a/b/blob/main/app.py?x=1#L3",
            "https://huggingface.co/spaces/a/b/discussions/7",
            "http://127.0.0.1:9000/spaces/a/b",
            "127.0.0.1:9000/spaces/a/b/tree/main",
        ] {
            assert_eq!(found(page).0, "a/b", "{page}");
        }
        assert_eq!(found("http://127.0.0.1:9000/other/b").0, "127.0.0.1:9000");
    }

    #[test]
    fn a_host_with_a_port_is_an_address_without_a_scheme_too() {
        for (name, url) in [
            ("localhost:7860", "http://localhost:7860"),
            ("0.0.0.0:7860/app", "http://0.0.0.0:7860/app"),
            ("[::1]:7860", "http://[::1]:7860"),
            (
                "chat.example.org:8443/x/",
                "https://chat.example.org:8443/x",
            ),
        ] {
            assert_eq!(found(name).1, url, "{name}");
        }
        let meant = parse("chat.example.org:8000", true).unwrap();
        assert_eq!(meant.url, "http://chat.example.org:8000");
    }

    #[test]
    fn a_name_and_a_password_in_an_address_are_nowhere_but_in_the_login() {
        let space = parse("http://ann:hunter2@127.0.0.1:7905/", false).unwrap();
        assert_eq!(space.login, Some(Login::new("ann", "hunter2")));
        assert!(!format!("{space:?}").contains("hunter2"));
        assert_eq!(space.name(), "http://127.0.0.1:7905");
        for wrong in ["http://ann:hunter2@example.org", "ftp://ann:hunter2@host"] {
            let error = parse(wrong, false).unwrap_err();
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn the_hub_can_be_asked_which_space_a_host_is() {
        let subdomain = |name| parse(name, true).unwrap().subdomain;
        assert_eq!(subdomain("https://a-b.hf.space/x").as_deref(), Some("a-b"));
        for other in [
            "http://a-b.hf.space",
            "https://a.b.hf.space",
            "https://x.org",
        ] {
            assert_eq!(subdomain(other), None, "{other}");
        }
    }

    #[test]
    fn the_catalog_begins_with_the_qwen_demo_and_its_aliases_are_unambiguous() {
        let entries = entries();
        assert_eq!(entries[0].id, QWEN_DEMO);
        let mut names: Vec<&String> = entries.iter().flat_map(|entry| &entry.aliases).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(found("qwen").0, QWEN_DEMO);
    }

    #[test]
    fn the_qwen_demos_host_follows_the_rule_for_hosts() {
        assert_eq!(
            format!("https://{}.hf.space", subdomain(QWEN_DEMO)),
            QWEN_URL
        );
    }

    #[test]
    fn plain_http_leaves_this_machine_only_when_asked_for() {
        assert!(parse("http://example.org", false).is_err());
        assert!(parse("http://example.org", true).is_ok());
        assert!(parse("http://localhost:7860", false).is_ok());
        assert!(parse("http://[::1]:7860", false).is_ok());
    }

    #[test]
    fn what_names_no_space_is_refused() {
        for name in [
            "",
            "word",
            "ftp://x/y",
            "a b/c",
            "a/b/c",
            "http://",
            "word:x",
            ":80",
        ] {
            assert!(parse(name, false).is_err(), "{name:?}");
        }
    }
}
