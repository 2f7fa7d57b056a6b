//! The list of a server's models, in whichever form it comes: what each is asked for by, how much it holds, what it costs.
//!
//! A list may hold thousands. What is not told is not guessed.

use serde_json::Value;

/// A model that a server offers.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct ModelEntry {
    /// What it is asked for by.
    pub id: String,
    /// How many tokens it holds now; of several providers of one model, the most that one of them tells.
    pub window: Option<u64>,
    /// How many it could hold, loaded otherwise.
    pub trained_window: Option<u64>,
    /// US dollars for a million tokens of a prompt, and of a reply; the lowest that is told.
    pub price: Option<(f64, f64)>,
    /// Whether it takes pictures, where that is told.
    pub takes_pictures: Option<bool>,
    /// In the server's own word: loaded, unloaded, loading, sleeping, live …
    pub state: Option<String>,
    /// Who runs it, as the server calls itself: `llamacpp`, `vllm` …
    pub owner: String,
}

impl ModelEntry {
    /// Whether it is in the server's memory, as far as that is told.
    pub fn is_loaded(&self) -> bool {
        self.state.as_deref() == Some("loaded")
    }
}

/// Reads a list. `None` where it is none.
pub fn models(list: &Value) -> Option<Vec<ModelEntry>> {
    let entries = ["data", "models"]
        .iter()
        .find_map(|name| list.get(name)?.as_array());
    let Some(entries) = entries.or_else(|| list.as_array()) else {
        // Ollama without a model has nothing in place of its list.
        let is_empty = list.get("object").is_some_and(|kind| kind == "list")
            && list.get("data").is_some_and(Value::is_null);
        return is_empty.then(Vec::new);
    };
    Some(entries.iter().filter_map(entry).collect())
}

fn entry(value: &Value) -> Option<ModelEntry> {
    let word = |name: &str| value.get(name).and_then(Value::as_str).map(str::to_owned);
    let id = ["id", "key", "model", "name"]
        .iter()
        .find_map(|name| word(name))
        .filter(|id| !id.is_empty())?;
    let providers = value
        .get("providers")
        .and_then(Value::as_array)
        .map_or(&[][..], Vec::as_slice);
    Some(ModelEntry {
        window: window(value, providers),
        trained_window: count(value, &["meta", "n_ctx_train"])
            .or_else(|| count(value, &["max_context_length"])),
        price: price(value, providers),
        takes_pictures: takes_pictures(value),
        state: state(value, providers),
        owner: word("owned_by").unwrap_or_default(),
        id,
    })
}

fn at<'a>(value: &'a Value, path: &[&str]) -> Option<&'a Value> {
    path.iter()
        .try_fold(value, |value, name| match name.parse::<usize>() {
            Ok(index) => value.get(index),
            Err(_) => value.get(name),
        })
}

fn count(value: &Value, path: &[&str]) -> Option<u64> {
    at(value, path)?.as_u64().filter(|count| *count > 0)
}

fn window(value: &Value, providers: &[Value]) -> Option<u64> {
    let paths: [&[&str]; 6] = [
        &["meta", "n_ctx"],
        &["loaded_instances", "0", "config", "context_length"],
        &["max_model_len"],
        &["top_provider", "context_length"],
        &["context_length"],
        &["max_input_tokens"],
    ];
    let own = paths.iter().find_map(|path| count(value, path));
    own.or_else(|| {
        providers
            .iter()
            .filter_map(|provider| count(provider, &["context_length"]))
            .max()
    })
}

/// A price: a number, or a number in words.
fn dollars(value: Option<&Value>) -> Option<f64> {
    let value = value?;
    let price = value.as_f64().or_else(|| value.as_str()?.parse().ok())?;
    // −1 stands for a price that depends.
    (price.is_finite() && price >= 0.0).then_some(price)
}

fn price(value: &Value, providers: &[Value]) -> Option<(f64, f64)> {
    // OpenRouter's prices are those of a single token.
    let each = value.get("pricing").and_then(|pricing| {
        Some((
            dollars(pricing.get("prompt"))? * 1e6,
            dollars(pricing.get("completion"))? * 1e6,
        ))
    });
    let offered = providers.iter().filter_map(|provider| {
        let pricing = provider.get("pricing")?;
        Some((
            dollars(pricing.get("input"))?,
            dollars(pricing.get("output"))?,
        ))
    });
    each.or_else(|| offered.min_by(|one, other| one.0.total_cmp(&other.0)))
}

fn takes_pictures(value: &Value) -> Option<bool> {
    if let Some(vision) = at(value, &["capabilities", "vision"]).and_then(Value::as_bool) {
        return Some(vision);
    }
    let modalities = at(value, &["architecture", "input_modalities"])?.as_array()?;
    Some(modalities.iter().any(|modality| modality == "image"))
}

fn state(value: &Value, providers: &[Value]) -> Option<String> {
    let word = |value: &Value| value.as_str().map(str::to_owned);
    if let Some(instances) = value.get("loaded_instances").and_then(Value::as_array) {
        return Some(
            if instances.is_empty() {
                "unloaded"
            } else {
                "loaded"
            }
            .to_owned(),
        );
    }
    let own = value
        .get("status")
        .and_then(|status| word(status).or_else(|| word(status.get("value")?)));
    own.or_else(|| {
        let states = providers
            .iter()
            .filter_map(|provider| word(provider.get("status")?));
        // One that answers is enough.
        states.min_by_key(|state| state != "live")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(list: &str) -> ModelEntry {
        let list: Value = serde_json::from_str(list).unwrap();
        models(&list).unwrap().remove(0)
    }

    #[test]
    fn each_servers_list_tells_what_it_can() {
        let llama = one(
            r#"{"models":[{"name":"m"}],"data":[{"id":"m","owned_by":"llamacpp","architecture":{"input_modalities":["text"]},"meta":{"n_ctx":2048,"n_ctx_train":8192}}]}"#,
        );
        assert_eq!(
            (llama.window, llama.trained_window, llama.takes_pictures),
            (Some(2048), Some(8192), Some(false))
        );
        assert_eq!(llama.owner, "llamacpp");
        let router = one(
            r#"{"data":[{"id":"Qwen/Qwen3-8B","providers":[{"context_length":65536,"status":"error","pricing":{"input":0.3,"output":0.9}},{"context_length":1048576,"status":"live","pricing":{"input":0.1,"output":0.5}}]}]}"#,
        );
        assert_eq!(
            (router.window, router.price, router.state.as_deref()),
            (Some(1_048_576), Some((0.1, 0.5)), Some("live"))
        );
        let open_router = one(
            r#"{"data":[{"id":"a/b","name":"B","context_length":8192,"pricing":{"prompt":"0.000001","completion":"0.000002"},"architecture":{"input_modalities":["text","image"]}}]}"#,
        );
        assert_eq!(
            open_router
                .price
                .map(|(prompt, reply)| (prompt.round(), reply.round())),
            Some((1.0, 2.0))
        );
        assert_eq!(
            (open_router.takes_pictures, open_router.id.as_str()),
            (Some(true), "a/b")
        );
        let studio = one(
            r#"{"models":[{"key":"gemma","display_name":"Gemma","max_context_length":131072,"loaded_instances":[{"config":{"context_length":4096}}],"capabilities":{"vision":true}}]}"#,
        );
        assert_eq!(
            (
                studio.window,
                studio.trained_window,
                studio.state.as_deref()
            ),
            (Some(4096), Some(131_072), Some("loaded"))
        );
        let vllm = one(r#"{"data":[{"id":"m","owned_by":"vllm","max_model_len":32768}]}"#);
        assert_eq!((vllm.window, vllm.owner.as_str()), (Some(32_768), "vllm"));
        let ollama = one(r#"{"models":[{"name":"gemma3:4b","model":"gemma3:4b"}]}"#);
        assert_eq!(ollama.id, "gemma3:4b");
    }

    #[test]
    fn what_is_no_list_is_none_and_strange_entries_are_left_out() {
        let value = |text| serde_json::from_str::<Value>(text).unwrap();
        assert_eq!(models(&value(r#"{"error":"x"}"#)), None);
        assert_eq!(models(&value(r#"{"data":[]}"#)), Some(Vec::new()));
        let none = value(r#"{"object":"list","data":null}"#);
        assert_eq!(models(&none), Some(Vec::new()));
        assert_eq!(models(&value(r#"{"data":[1,{},{"id":""},{"id":"m","pricing":{"prompt":"-1","completion":"x"},"context_length":-5}]}"#)).unwrap().len(), 1);
    }
}
