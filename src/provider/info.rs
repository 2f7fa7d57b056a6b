//! The description of a provider, and how a model's name is resolved.

use crate::chat::Price;

/// How many names of models a hint lists.
const NAMES_SHOWN: usize = 12;

/// A provider's description. Its values for the Qwen demo Space are in `super::qwen`.
#[derive(Debug, Clone, PartialEq)]
pub struct ProviderInfo {
    /// Its name for a user.
    pub label: String,
    /// The address of the app behind it.
    pub url: String,
    /// The route of a turn's first request, below `url` and its prefix.
    pub api_endpoint: String,
    /// Whether the last request found the Space working; `None` before the first.
    pub working: Option<bool>,
    /// Whether replies come in pieces.
    pub supports_stream: bool,
    /// Whether a system message reaches the model.
    pub supports_system_message: bool,
    /// Whether the provider itself keeps the past of a conversation.
    pub supports_message_history: bool,
    /// The model that is used when none is asked for.
    pub default_model: String,
    /// Other names of models: `(alias, model)`.
    pub model_aliases: Vec<(String, String)>,
    /// The names that are offered to a user.
    pub models: Vec<String>,
    /// How many tokens a model can hold, where that is known of the source as a whole.
    pub context_window: Option<usize>,
    /// How many tokens each model can hold, where the source tells: `(model, tokens)`.
    pub windows: Vec<(String, usize)>,
    /// What each model costs, where the source tells.
    pub prices: Vec<(String, Price)>,
}

impl ProviderInfo {
    /// The model behind a name. An empty name is the default model; an alias is followed once.
    pub fn resolve(&self, name: &str) -> Result<&str, UnknownModel> {
        if name.is_empty() || name == self.default_model {
            return Ok(&self.default_model);
        }
        if let Some((_, model)) = self.model_aliases.iter().find(|(alias, _)| alias == name) {
            return Ok(model);
        }
        self.models
            .iter()
            .find(|model| *model == name)
            .map(String::as_str)
            .ok_or_else(|| UnknownModel {
                name: name.to_owned(),
                known: self.known_models(),
            })
    }

    /// How many tokens a model can hold; `None` where nobody has told.
    pub fn window(&self, model: &str) -> Option<usize> {
        let own = self.windows.iter().find(|(name, _)| name == model);
        own.map(|(_, tokens)| *tokens).or(self.context_window)
    }

    /// What a model costs; `None` where nobody has told.
    pub fn price(&self, model: &str) -> Option<Price> {
        let own = self.prices.iter().find(|(name, _)| name == model);
        own.map(|(_, price)| *price)
    }

    /// What a model is called on the screen: of a file its name, without folders and ending.
    pub fn shown(model: &str) -> &str {
        let Some(path) = model.strip_suffix(".gguf") else {
            return model;
        };
        path.rsplit(['/', '\\']).next().unwrap_or(path)
    }

    /// Every name that [`ProviderInfo::resolve`] accepts, each once.
    pub fn known_models(&self) -> Vec<String> {
        let aliases = self.model_aliases.iter().map(|(alias, _)| alias);
        let mut known: Vec<String> = std::iter::once(&self.default_model)
            .chain(&self.models)
            .chain(aliases)
            .cloned()
            .collect();
        let mut seen = std::collections::HashSet::new();
        known.retain(|name| seen.insert(name.clone()));
        known
    }
}

/// A model's name that the provider does not know.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("There is no model {name:?} here.")]
pub struct UnknownModel {
    /// The name that was asked for.
    pub name: String,
    /// The accepted names.
    pub known: Vec<String>,
}

impl UnknownModel {
    /// The accepted names, as a sentence; of a long list those that begin alike, or its first.
    pub fn hint(&self) -> String {
        if self.known.is_empty() {
            return "spacechat models lists what there is.".to_owned();
        }
        if self.known.len() <= NAMES_SHOWN {
            return format!("Known models: {}.", self.known.join(", "));
        }
        let begins = |known: &&String| {
            let length = self.name.len().min(4);
            let (head, name) = (known.get(..length), self.name.get(..length));
            head.zip(name)
                .is_some_and(|(head, name)| head.eq_ignore_ascii_case(name))
        };
        let alike: Vec<&str> = self
            .known
            .iter()
            .filter(begins)
            .map(String::as_str)
            .collect();
        let all: Vec<&str> = self.known.iter().map(String::as_str).collect();
        let shown = if alike.is_empty() { &all } else { &alike };
        let shown = &shown[..shown.len().min(NAMES_SHOWN)];
        format!(
            "Known models: {} and others. spacechat models lists them.",
            shown.join(", ")
        )
    }
}
