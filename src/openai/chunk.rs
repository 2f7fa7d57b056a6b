//! What one chunk of a streamed chat completion holds, whichever server it is from. Unknown members are ignored.

use super::failure::ServerFailure;
use serde_json::Value;

/// Why a reply ended. Servers have words of their own: the set is open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finish {
    /// The model was done.
    Stop,
    /// It was cut at a limit: of its length, or of the window.
    Length,
    /// It asked for a tool.
    ToolCall,
    /// The provider withheld it.
    Filtered,
    /// The server failed.
    Failed,
    /// The server stopped it.
    Aborted,
    /// In the server's own word.
    Other(String),
}

impl Finish {
    fn of(word: &str) -> Self {
        match word {
            "stop" | "eos" | "end_turn" | "stop_sequence" => Self::Stop,
            "length" | "max_tokens" | "model_context_window_exceeded" => Self::Length,
            "tool_calls" | "function_call" | "tool_use" => Self::ToolCall,
            "content_filter" | "refusal" => Self::Filtered,
            "error" => Self::Failed,
            "abort" => Self::Aborted,
            other => Self::Other(other.to_owned()),
        }
    }
}

/// What a reply cost, in tokens, as the server counted.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct Usage {
    /// Of the prompt, the cached ones included.
    pub prompt: u64,
    /// Of the prompt, those that were not read again.
    pub cached: Option<u64>,
    /// Of the reply.
    pub completion: u64,
    /// Tokens of the reply in a second.
    pub speed: Option<f64>,
    /// Dollars for all of it (`OpenRouter`).
    pub cost: Option<f64>,
}

/// How far the server is with reading the prompt, in tokens (llama.cpp).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PromptProgress {
    /// All of them.
    pub total: u64,
    /// Those that were in its cache.
    pub cached: u64,
    /// Those that are read, the cached ones included.
    pub processed: u64,
}

/// The meaning of a chunk.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Chunk {
    /// More of the reply.
    pub text: String,
    /// More of the thoughts.
    pub reasoning: String,
    /// The whole reply, from servers that send it at the end.
    pub whole: Option<String>,
    /// The names of the tools that are asked for.
    pub tools: Vec<String>,
    /// Why it ended.
    pub finish: Option<Finish>,
    /// What it cost so far: never to be added up.
    pub usage: Option<Usage>,
    /// How far the prompt is read.
    pub progress: Option<PromptProgress>,
    /// The model that answers.
    pub model: Option<String>,
    /// What went wrong.
    pub failure: Option<ServerFailure>,
}

impl Chunk {
    /// Reads a chunk, or a whole completion that came instead of a stream.
    pub fn of(value: &Value) -> Self {
        let mut chunk = Self {
            failure: ServerFailure::of(value),
            progress: progress(value),
            usage: usage(value),
            model: text(value, "model").filter(|model| !model.is_empty()),
            ..Self::default()
        };
        if let Some(choice) = value.get("choices").and_then(|choices| choices.get(0)) {
            chunk.take_choice(choice);
        }
        chunk
    }

    fn take_choice(&mut self, choice: &Value) {
        if let Some(delta) = choice.get("delta") {
            self.take_delta(delta);
        }
        if let Some(message) = choice.get("message") {
            self.whole = text(message, "content").or_else(|| text(message, "refusal"));
            if self.reasoning.is_empty() {
                self.reasoning = reasoning(message).unwrap_or_default();
            }
            self.tools.extend(tools(message));
        }
        let finish = text(choice, "finish_reason").filter(|word| !word.is_empty());
        self.finish = finish.map(|word| Finish::of(&word));
    }

    fn take_delta(&mut self, delta: &Value) {
        self.reasoning = reasoning(delta).unwrap_or_default();
        self.text = text(delta, "content").unwrap_or_default();
        if let Some(refusal) = text(delta, "refusal").filter(|refusal| !refusal.is_empty()) {
            self.text.push_str(&refusal);
        }
        self.tools.extend(tools(delta));
    }
}

fn text(value: &Value, name: &str) -> Option<String> {
    Some(value.get(name)?.as_str()?.to_owned())
}

/// The thoughts, under one of their two names; never under both.
fn reasoning(value: &Value) -> Option<String> {
    text(value, "reasoning_content")
        .filter(|text| !text.is_empty())
        .or_else(|| text(value, "reasoning"))
}

fn tools(value: &Value) -> Vec<String> {
    let calls = value.get("tool_calls").and_then(Value::as_array);
    let names = calls
        .into_iter()
        .flatten()
        .filter_map(|call| text(call.get("function")?, "name"));
    names.filter(|name| !name.is_empty()).collect()
}

fn usage(value: &Value) -> Option<Usage> {
    let timings = value.get("timings");
    let speed = timings.and_then(|timings| timings.get("predicted_per_second")?.as_f64());
    let counted = value.get("usage").filter(|usage| usage.is_object());
    let count =
        |value: Option<&Value>, name: &str| value.and_then(|value| value.get(name)?.as_u64());
    if let Some(usage) = counted {
        let details = usage.get("prompt_tokens_details");
        let cached = count(details, "cached_tokens").or_else(|| count(timings, "cache_n"));
        return Some(Usage {
            prompt: count(counted, "prompt_tokens")?,
            cached,
            completion: count(counted, "completion_tokens").unwrap_or_default(),
            speed,
            cost: usage.get("cost").and_then(Value::as_f64),
        });
    }
    // Not asked for usage, llama.cpp still tells its times.
    let cached = count(timings, "cache_n");
    Some(Usage {
        prompt: count(timings, "prompt_n")? + cached.unwrap_or_default(),
        cached,
        completion: count(timings, "predicted_n")?,
        speed,
        cost: None,
    })
}

fn progress(value: &Value) -> Option<PromptProgress> {
    let progress = value.get("prompt_progress")?;
    let count = |name: &str| progress.get(name).and_then(Value::as_u64);
    Some(PromptProgress {
        total: count("total")?,
        cached: count("cache").unwrap_or_default(),
        processed: count("processed")?,
    })
}
