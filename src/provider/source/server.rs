//! Servers that speak chat completions: those that have a name in the program, and what is known of one before it is asked.
//!
//! Nothing is sent here. Whether a server answers, and what it can, is found out by its provider.

use super::entry::{Headers, UserSource};
use crate::http::{self, HeaderMap, KeyPlace};
use crate::provider::{ProviderError, Report};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use url::Url;

/// Where servers on this machine listen by default, with the name of each.
pub const LOCAL_PORTS: [(u16, &str); 5] = [
    (11434, "ollama"),
    (1234, "lmstudio"),
    (8080, "llamacpp"),
    (8000, "vllm"),
    (30000, "sglang"),
];

/// A server that has a name in the program.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BuiltIn {
    /// Its name.
    pub name: &'static str,
    /// Its base address.
    pub url: &'static str,
    /// What it is.
    pub about: &'static str,
    key: BuiltInKey,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum BuiltInKey {
    None,
    Variable(&'static str),
    HubToken,
}

/// The servers that have a name in the program: those on this machine, then those of the network.
#[rustfmt::skip]
pub const BUILT_IN: [BuiltIn; 8] = [
    built_in("ollama", "http://127.0.0.1:11434/v1", "Ollama on this machine", BuiltInKey::None),
    built_in("lmstudio", "http://127.0.0.1:1234/v1", "LM Studio on this machine", BuiltInKey::None),
    built_in("llamacpp", "http://127.0.0.1:8080/v1", "llama.cpp's server on this machine", BuiltInKey::None),
    built_in("vllm", "http://127.0.0.1:8000/v1", "vLLM on this machine", BuiltInKey::None),
    built_in("hf", "https://router.huggingface.co/v1", "the Hub's router of models, with HF_TOKEN", BuiltInKey::HubToken),
    built_in("openai", "https://api.openai.com/v1", "OpenAI, with OPENAI_API_KEY", BuiltInKey::Variable("OPENAI_API_KEY")),
    built_in("openrouter", "https://openrouter.ai/api/v1", "OpenRouter, with OPENROUTER_API_KEY",
        BuiltInKey::Variable("OPENROUTER_API_KEY")),
    built_in("deepseek", "https://api.deepseek.com", "DeepSeek, with DEEPSEEK_API_KEY",
        BuiltInKey::Variable("DEEPSEEK_API_KEY")),
];

const fn built_in(
    name: &'static str,
    url: &'static str,
    about: &'static str,
    key: BuiltInKey,
) -> BuiltIn {
    BuiltIn {
        name,
        url,
        about,
        key,
    }
}

impl BuiltIn {
    /// The one of this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        BUILT_IN.iter().find(|server| server.name == name)
    }

    /// The one of the network that this address belongs to, whatever its path. Those on this machine are known by their names
    /// only: anything may listen at their ports.
    pub fn at(url: &str) -> Option<&'static Self> {
        let url = Url::parse(url).ok()?;
        let own = |server: &&Self| {
            url.scheme() == "https"
                && Url::parse(server.url).is_ok_and(|own| own.origin() == url.origin())
        };
        BUILT_IN.iter().find(own)
    }

    /// Where its key is kept.
    pub fn key(&self) -> KeyPlace {
        match self.key {
            BuiltInKey::None => KeyPlace::None,
            BuiltInKey::Variable(name) => KeyPlace::Variable(name.to_owned()),
            BuiltInKey::HubToken => KeyPlace::HubToken,
        }
    }

    /// What is known of it.
    pub fn server(&self) -> ServerRef {
        ServerRef {
            name: self.name.to_owned(),
            key: self.key(),
            ..ServerRef::at(self.url)
        }
    }
}

/// A server that speaks chat completions, as far as it is known before it is asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ServerRef {
    /// The name that is stored and compared: of a built-in one, of the user's own, or the address.
    pub name: String,
    /// Its base address as it was written, without a slash at its end: the routes of it may still be part of it.
    pub url: String,
    /// Where its key is kept.
    pub key: KeyPlace,
    /// Headers that go along with every request.
    pub headers: Headers,
    /// How many tokens its model can hold, where the user says so.
    pub window: Option<usize>,
    /// Parameters of every request.
    pub parameters: BTreeMap<String, Value>,
    /// The model where none is asked for; empty for the server's own.
    pub default_model: String,
}

impl ServerRef {
    /// The server at this address, of which nothing else is known.
    pub fn at(url: &str) -> Self {
        Self {
            name: url.to_owned(),
            url: url.to_owned(),
            ..Self::default()
        }
    }

    /// The user's own of this name, at `url`. Without a key of its own it has that of the built-in server at the same origin.
    pub(super) fn of_user(name: &str, url: &str, entry: &UserSource) -> Self {
        let key = match &entry.key {
            KeyPlace::None => BuiltIn::at(url).map(BuiltIn::key).unwrap_or_default(),
            key => key.clone(),
        };
        Self {
            name: name.to_owned(),
            url: url.to_owned(),
            key,
            headers: entry.headers.clone(),
            window: entry.window,
            parameters: entry.parameters.clone(),
            default_model: entry.model.clone(),
        }
    }

    /// `options` with the key of this server, which is read now. `variable` tells the environment. A key that cannot be had is
    /// an error that names where it was looked for. May take as long as a command of the user does.
    pub async fn options(
        &self,
        options: http::Options,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<http::Options, ProviderError> {
        if self.key == KeyPlace::HubToken && options.token.is_none() {
            let message = format!("{} needs a token of Hugging Face.", self.name);
            let hint = "Set HF_TOKEN to one that may call inference providers.";
            return Err(no_key(message, hint.to_owned()));
        }
        let url = Url::parse(&self.url).map_err(|error| {
            let message = format!("The address of {} cannot be used: {error}.", self.name);
            setup(message, "Correct its url in the settings.".to_owned())
        })?;
        let key = self.key.read(&url, variable).await.map_err(|error| {
            let message = format!("The key of {} was not found: {error}.", self.name);
            no_key(message, error.hint())
        })?;
        Ok(http::Options { key, ..options })
    }

    /// The headers that go along with every request. `variable` tells the environment.
    pub fn header_map(
        &self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<HeaderMap, ProviderError> {
        self.headers.resolved(variable).map_err(|error| {
            let message = format!("The headers of {} cannot be sent: {error}.", self.name);
            let hint = format!("Look at [sources.{}] in the settings.", self.name);
            setup(message, hint)
        })
    }
}

fn no_key(message: String, hint: String) -> ProviderError {
    ProviderError::Key(Report {
        message,
        hint,
        source: None,
    })
}

fn setup(message: String, hint: String) -> ProviderError {
    ProviderError::Setup(Report {
        message,
        hint,
        source: None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::http::Token;
    use crate::http::key::Key;
    use crate::http::token::ROUTER;

    fn no_variable(_: &str) -> Option<OsString> {
        None
    }

    async fn key_of(name: &str, token: Option<Token>) -> Result<http::Options, ProviderError> {
        let server = BuiltIn::named(name).unwrap().server();
        let options = http::Options {
            token,
            ..http::Options::default()
        };
        let variable = |name: &str| (name == "OPENAI_API_KEY").then(|| "sk-1".into());
        server.options(options, variable).await
    }

    #[tokio::test]
    async fn a_key_is_that_of_the_servers_own_origin() {
        let options = key_of("openai", None).await.unwrap();
        let url = Url::parse("https://api.openai.com/v1/models").unwrap();
        assert_eq!(options.key, Key::new("sk-1", &url));
        assert_eq!(key_of("ollama", None).await.unwrap().key, None);
    }

    #[tokio::test]
    async fn a_key_that_is_missing_is_named_with_what_to_set() {
        for (name, place) in [
            ("openrouter", "OPENROUTER_API_KEY"),
            ("deepseek", "DEEPSEEK_API_KEY"),
            ("hf", "HF_TOKEN"),
        ] {
            let error = key_of(name, None).await.unwrap_err();
            assert!(matches!(error, ProviderError::Key(_)), "{error:?}");
            assert!(error.to_string().contains(name), "{error}");
            assert!(error.hint().contains(place), "{}", error.hint());
        }
        let token = Token::new("hf_1", http::token::HUB);
        assert_eq!(key_of("hf", token).await.unwrap().key, None);
    }

    #[test]
    fn a_header_that_cannot_be_had_is_named_with_its_source() {
        let headers = [("api-key".to_owned(), "env:NOT_SET".to_owned())].into();
        let server = ServerRef {
            headers: Headers(headers),
            ..BuiltIn::named("vllm").unwrap().server()
        };
        let error = server.header_map(no_variable).unwrap_err();
        let shown = format!("{error} {}", error.hint());
        assert!(shown.contains("api-key") && shown.contains("NOT_SET"));
        assert!(shown.contains("vllm"), "{shown}");
    }

    #[test]
    fn each_built_in_server_of_this_machine_listens_at_its_own_port() {
        for (port, name) in LOCAL_PORTS {
            if let Some(server) = BuiltIn::named(name) {
                assert_eq!(server.url, format!("http://127.0.0.1:{port}/v1"));
                assert_eq!(BuiltIn::at(server.url), None);
            }
        }
        assert_eq!(BuiltIn::at(ROUTER), BuiltIn::named("hf"));
    }
}
