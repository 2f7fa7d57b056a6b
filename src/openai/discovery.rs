//! What answers at an address: whose server it is, and what it tells of its models.
//!
//! Only to use more than all have in common, never to refuse. Each question is asked once, and none but the first must
//! have an answer.

use super::client::Client;
use super::models::ModelEntry;
use crate::http::Error;
use serde_json::Value;
use url::Url;

/// Whose server it is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum ServerKind {
    /// llama.cpp's own.
    LlamaCpp,
    /// Ollama.
    Ollama,
    /// LM Studio.
    LmStudio,
    /// vLLM.
    Vllm,
    /// `SGLang`.
    Sglang,
    /// The Hub's router to the providers behind it.
    HubRouter,
    /// `OpenRouter`.
    OpenRouter,
    /// `OpenAI` itself.
    OpenAi,
    /// `DeepSeek`.
    DeepSeek,
    /// Any other.
    #[default]
    Other,
}

impl ServerKind {
    /// What people call it.
    pub fn words(self) -> &'static str {
        match self {
            Self::LlamaCpp => "llama.cpp",
            Self::Ollama => "Ollama",
            Self::LmStudio => "LM Studio",
            Self::Vllm => "vLLM",
            Self::Sglang => "SGLang",
            Self::HubRouter => "Hugging Face router",
            Self::OpenRouter => "OpenRouter",
            Self::OpenAi => "OpenAI",
            Self::DeepSeek => "DeepSeek",
            Self::Other => "OpenAI-compatible server",
        }
    }

    /// By the host, where it is one of those that everybody knows.
    fn of_host(base: &str) -> Option<Self> {
        let url = Url::parse(base).ok()?;
        Some(match url.host_str()? {
            "router.huggingface.co" => Self::HubRouter,
            "openrouter.ai" => Self::OpenRouter,
            "api.openai.com" => Self::OpenAi,
            "api.deepseek.com" => Self::DeepSeek,
            _ => return None,
        })
    }

    /// By the owner of its models, or by its header.
    fn of_signs(models: &[ModelEntry], header: Option<&str>) -> Option<Self> {
        let owner = models.first().map_or("", |model| model.owner.as_str());
        match (owner, header) {
            ("llamacpp", _) | (_, Some("llama.cpp")) => Some(Self::LlamaCpp),
            ("vllm", _) => Some(Self::Vllm),
            ("sglang", _) => Some(Self::Sglang),
            _ => None,
        }
    }
}

/// A server, as far as it tells of itself.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Server {
    /// Whose it is.
    pub kind: ServerKind,
    /// Its version, where it tells.
    pub version: Option<String>,
    /// Its models, in its own order. A model that is loaded stands first where others are not.
    pub models: Vec<ModelEntry>,
    /// How many replies it writes at the same time, where it tells.
    pub slots: Option<u64>,
}

impl Server {
    /// A server that has no list of models; by its host it may be known nevertheless.
    pub fn without_list(client: &Client) -> Self {
        Self {
            kind: ServerKind::of_host(&client.base()).unwrap_or_default(),
            ..Self::default()
        }
    }
}

/// Finds out what `client`'s server is. An error where its list of models cannot be had.
pub async fn discover(client: &Client) -> Result<Server, Error> {
    let (models, header) = client.models().await?;
    let mut server = Server {
        models,
        ..Server::default()
    };
    let known = ServerKind::of_host(&client.base())
        .or_else(|| ServerKind::of_signs(&server.models, header.as_deref()));
    server.kind = match known {
        Some(kind) => kind,
        None => ask_whose(client, &mut server).await,
    };
    if server.kind == ServerKind::LlamaCpp {
        of_llama_cpp(client, &mut server).await;
    }
    // What is in memory answers at once.
    server.models.sort_by_key(|model| !model.is_loaded());
    Ok(server)
}

/// Asks for what only Ollama, and then for what only LM Studio has.
async fn ask_whose(client: &Client, server: &mut Server) -> ServerKind {
    let version = client.aside("/api/version").await;
    if let Some(version) = version
        .as_ref()
        .and_then(|answer| answer.get("version")?.as_str())
    {
        server.version = Some(version.to_owned());
        note_running(server, client.aside("/api/ps").await.as_ref());
        return ServerKind::Ollama;
    }
    let list = client.aside("/api/v1/models").await;
    let own = list.as_ref().and_then(super::models::models);
    match own {
        Some(own) if own.iter().any(|model| model.state.is_some()) => {
            // Its own list knows windows, which that of the chat lacks.
            server.models = own;
            ServerKind::LmStudio
        }
        _ => ServerKind::Other,
    }
}

/// Notes which models Ollama holds in memory, and how much they hold there.
fn note_running(server: &mut Server, running: Option<&Value>) {
    let running = running.and_then(super::models::models).unwrap_or_default();
    for model in &mut server.models {
        let found = running.iter().find(|entry| entry.id == model.id);
        model.state = Some(
            if found.is_some() {
                "loaded"
            } else {
                "unloaded"
            }
            .to_owned(),
        );
        model.window = found.and_then(|entry| entry.window).or(model.window);
    }
}

async fn of_llama_cpp(client: &Client, server: &mut Server) {
    let Some(props) = client.aside("/props").await else {
        return;
    };
    server.slots = props.get("total_slots").and_then(Value::as_u64);
    let version = props.get("build_info").and_then(Value::as_str);
    // A build from an archive does not know its number.
    let version = version.filter(|version| !version.contains("unknown"));
    server.version = version.map(str::to_owned);
    let window = props.pointer("/default_generation_settings/n_ctx");
    let vision = props.pointer("/modalities/vision").and_then(Value::as_bool);
    if let [only] = server.models.as_mut_slice() {
        only.window = window.and_then(Value::as_u64).or(only.window);
        only.takes_pictures = vision.or(only.takes_pictures);
    }
}

/// How much a model of Ollama holds, as it is loaded; `None` where it is not. What it could hold is not what it is given.
pub async fn window_at_ollama(client: &Client, model: &str) -> Option<u64> {
    let running = super::models::models(&client.aside("/api/ps").await?)?;
    // A name without a tag means the latest.
    let latest = format!("{model}:latest");
    let loaded = running
        .into_iter()
        .find(|entry| entry.id == model || entry.id == latest);
    loaded?.window
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_server_is_known_by_its_host_its_header_or_the_owner_of_its_models() {
        let of_host = |base| ServerKind::of_host(base);
        assert_eq!(
            of_host("https://router.huggingface.co/v1"),
            Some(ServerKind::HubRouter)
        );
        assert_eq!(of_host("https://api.openai.com.evil.org/v1"), None);
        let owned = |owner: &str| {
            vec![ModelEntry {
                owner: owner.to_owned(),
                ..ModelEntry::default()
            }]
        };
        let of_signs = |owner, header| ServerKind::of_signs(&owned(owner), header);
        assert_eq!(of_signs("llamacpp", None), Some(ServerKind::LlamaCpp));
        assert_eq!(of_signs("", Some("llama.cpp")), Some(ServerKind::LlamaCpp));
        assert_eq!(of_signs("vllm", Some("uvicorn")), Some(ServerKind::Vllm));
        assert_eq!(of_signs("library", None), None);
    }

    #[test]
    fn what_ollama_holds_in_memory_is_noted_with_its_window() {
        let named = |name: &str| ModelEntry {
            id: name.to_owned(),
            ..ModelEntry::default()
        };
        let mut server = Server {
            models: vec![named("a"), named("b")],
            ..Server::default()
        };
        let running = json!({"models": [{"name": "b", "model": "b", "context_length": 4096}]});
        note_running(&mut server, Some(&running));
        let told: Vec<_> = server
            .models
            .iter()
            .map(|model| (model.is_loaded(), model.window))
            .collect();
        assert_eq!(told, [(false, None), (true, Some(4096))]);
    }
}
