//! The description of a provider, and how a model's name is resolved.

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
    /// How many tokens the model can hold.
    pub context_window: Option<usize>,
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
    /// The accepted names, as a sentence.
    pub fn hint(&self) -> String {
        format!("Known models: {}.", self.known.join(", "))
    }
}
