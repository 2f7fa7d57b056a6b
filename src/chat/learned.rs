//! What was learned of a source of replies, or of a model there, and outlasts the program. Plain data.
//!
//! A fact is stored as its name and its value. One whose name is not known here was written by a newer version of the
//! program: it is never read, and stays as it is.

use super::price::Price;
use crate::sanitize::without_logins;
use serde::{Deserialize, Serialize};

/// How a source of replies is called.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct ProviderNames {
    /// The Space: `owner/name`, or its host.
    pub space: String,
    /// The model.
    pub model: String,
    /// How the model is called at the head of its replies.
    pub speaker: String,
    /// How many tokens the model can hold.
    pub window: Option<usize>,
    /// What the model costs, where the source tells.
    pub price: Option<Price>,
}

/// One thing that can be learned.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Fact {
    /// What the source calls itself and the model.
    Names(ProviderNames),
    /// Whether the source may be given the user's token of the Hub: only where they have agreed, and until they take that
    /// back. The token itself is kept nowhere.
    SignIn(bool),
}

impl Fact {
    /// Its name; another fact of the same source and model takes its place only under the same one.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Names(_) => "names",
            Self::SignIn(_) => "sign_in",
        }
    }

    /// Its value as JSON.
    pub fn value(&self) -> Option<String> {
        match self {
            Self::Names(names) => serde_json::to_string(names).ok(),
            Self::SignIn(is_agreed) => Some(is_agreed.to_string()),
        }
    }

    /// The fact of this name and value; `None` for what this version cannot read.
    pub fn read(name: &str, value: &str) -> Option<Self> {
        match name {
            "names" => serde_json::from_str(value).ok().map(Self::Names),
            "sign_in" => serde_json::from_str(value).ok().map(Self::SignIn),
            _ => None,
        }
    }

    fn without_logins(self) -> Self {
        match self {
            Self::Names(names) => Self::Names(ProviderNames {
                space: without_logins(&names.space),
                model: without_logins(&names.model),
                speaker: without_logins(&names.speaker),
                window: names.window,
                price: names.price,
            }),
            Self::SignIn(is_agreed) => Self::SignIn(is_agreed),
        }
    }
}

/// A fact, with the source and the model that it is about. No address in it holds a name and a password: there is no
/// other way to make one than [`Learned::new`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Learned {
    space: String,
    model: String,
    fact: Fact,
}

impl Learned {
    /// What was learned of the source that conversations name so, and of the model that they ask for there; an empty one
    /// stands for the source itself, and for the model that it uses unasked.
    pub fn new(space: &str, model: &str, fact: Fact) -> Self {
        Self {
            space: without_logins(space),
            model: without_logins(model),
            fact: fact.without_logins(),
        }
    }

    /// The source, as conversations name it.
    pub fn space(&self) -> &str {
        &self.space
    }

    /// The model that is asked for there, or nothing.
    pub fn model(&self) -> &str {
        &self.model
    }

    /// What was learned.
    pub fn fact(&self) -> &Fact {
        &self.fact
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fact_is_read_from_its_name_and_value_and_one_of_a_newer_version_is_not() {
        let names = Fact::Names(ProviderNames {
            model: "large".to_owned(),
            window: Some(4096),
            ..ProviderNames::default()
        });
        let value = names.value().unwrap();
        assert_eq!(Fact::read(names.name(), &value), Some(names));
        assert_eq!(Fact::read("sign_in", "true"), Some(Fact::SignIn(true)));
        assert_eq!(Fact::read("sign_in", "\"yes\""), None);
        assert_eq!(Fact::read("colour", "\"blue\""), None);
        assert_eq!(Fact::read("names", "\"blue\""), None);
        // What a newer version has added to a value is passed over.
        assert!(Fact::read("names", r#"{"model":"large","colour":"blue"}"#).is_some());
    }

    #[test]
    fn nothing_that_was_learned_holds_the_password_of_an_address() {
        let address = "http://ann:hunter2@host:1";
        let names = ProviderNames {
            space: address.to_owned(),
            model: address.to_owned(),
            speaker: address.to_owned(),
            window: None,
            price: None,
        };
        let learned = Learned::new(address, address, Fact::Names(names));
        assert_eq!(learned.space(), "http://host:1");
        assert!(!format!("{learned:?}").contains("hunter2"));
    }
}
