//! Which app is behind a Space's name as a person writes it.
//!
//! Pure text: `owner/name`, a page of the Hub, an address of `hf.space`, or any Gradio app's
//! address become an address to ask. Plain http leaves this machine only when that is asked for.

use super::{ProviderError, Report, qwen};
use crate::gradio::is_loopback;
use serde::Deserialize;
use url::Url;

/// A Space that is offered by name: data of `assets/catalog.toml`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// `owner/name`.
    pub id: String,
    /// What it is.
    pub about: String,
    /// What may be typed in its place.
    #[serde(default)]
    pub aliases: Vec<String>,
}

/// The Spaces that are offered, the seed's first.
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

/// The seed's Space.
pub const SEED: &str = "Qwen/Qwen2.5-1M-Demo";

/// A Space, found by its name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Space {
    /// How it is called: `owner/name`, or its host.
    pub label: String,
    /// The address of its app, without a slash at its end. For a Space of the Hub it follows from
    /// the name, mostly rightly; the Hub knows better.
    pub url: String,
    /// `owner/name`, where the Hub can be asked about it: [`super::hub`].
    pub hub_id: Option<String>,
}

impl Space {
    /// Finds the Space that a person means.
    pub fn parse(name: &str, insecure_http: bool) -> Result<Self, ProviderError> {
        let name = name.trim();
        let entries = entries();
        let entry = entries
            .iter()
            .find(|entry| entry.aliases.iter().any(|alias| alias == name));
        let name = entry.map_or(name, |entry| entry.id.as_str());
        if let Some((owner, space)) = hub_id(name) {
            let label = format!("{owner}/{space}");
            let url = if label.eq_ignore_ascii_case(SEED) {
                qwen::URL.to_owned()
            } else {
                format!("https://{}.hf.space", subdomain(&label))
            };
            return Ok(Self {
                hub_id: Some(label.clone()),
                label,
                url,
            });
        }
        let url = Url::parse(name).ok().filter(|url| url.host_str().is_some());
        let Some(url) = url.filter(|url| matches!(url.scheme(), "http" | "https")) else {
            return Err(refusal(
                format!("{name:?} names no Space."),
                "Write owner/name, the address of its page, or http(s)://host[:port].",
            ));
        };
        if url.scheme() == "http" && !insecure_http && !is_loopback(&url) {
            return Err(refusal(
                format!("{name} would send everything unencrypted over the network."),
                "Use https, or add --insecure-http if you mean it.",
            ));
        }
        let host = url.host_str().unwrap_or_default();
        let label = match url.port() {
            Some(port) => format!("{host}:{port}"),
            None => host.to_owned(),
        };
        Ok(Self {
            label,
            url: url.as_str().trim_end_matches('/').to_owned(),
            hub_id: None,
        })
    }
}

fn refusal(message: String, hint: &str) -> ProviderError {
    ProviderError::Unsupported(Report {
        message,
        hint: hint.to_owned(),
    })
}

/// `owner/name`, written so or as a page of the Hub.
fn hub_id(name: &str) -> Option<(&str, &str)> {
    let path = name
        .strip_prefix("https://huggingface.co/spaces/")
        .or_else(|| name.strip_prefix("https://hf.co/spaces/"))
        .or_else(|| name.strip_prefix("huggingface.co/spaces/"))
        .unwrap_or(name);
    let path = path.split(['?', '#']).next()?.trim_end_matches('/');
    let (owner, space) = path.split_once('/')?;
    let is_word = |word: &str| {
        !word.is_empty()
            && word
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.'))
    };
    (is_word(owner) && is_word(space)).then_some((owner, space))
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

    fn found(name: &str) -> (String, String) {
        let space = Space::parse(name, false).unwrap();
        assert_eq!(space.hub_id.is_some(), space.label.contains('/'));
        (space.label, space.url)
    }

    #[test]
    fn a_space_is_found_by_each_of_its_names() {
        let seed = (SEED.to_owned(), qwen::URL.to_owned());
        assert_eq!(found(SEED), seed);
        assert_eq!(
            found("https://huggingface.co/spaces/Qwen/Qwen2.5-1M-Demo?x=1"),
            seed
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
    fn the_catalog_begins_with_the_seed_and_its_aliases_are_unambiguous() {
        let entries = entries();
        assert_eq!(entries[0].id, SEED);
        let mut names: Vec<&String> = entries.iter().flat_map(|entry| &entry.aliases).collect();
        let count = names.len();
        names.sort();
        names.dedup();
        assert_eq!(names.len(), count);
        assert_eq!(found("qwen").0, SEED);
    }

    #[test]
    fn the_seeds_host_follows_the_rule_for_hosts() {
        assert_eq!(format!("https://{}.hf.space", subdomain(SEED)), qwen::URL);
    }

    #[test]
    fn plain_http_leaves_this_machine_only_when_asked_for() {
        assert!(Space::parse("http://example.org", false).is_err());
        assert!(Space::parse("http://example.org", true).is_ok());
        assert!(Space::parse("http://localhost:7860", false).is_ok());
        assert!(Space::parse("http://[::1]:7860", false).is_ok());
    }

    #[test]
    fn what_names_no_space_is_refused() {
        for name in ["", "word", "ftp://x/y", "a b/c", "a/b/c", "http://"] {
            assert!(Space::parse(name, false).is_err(), "{name:?}");
        }
    }
}
