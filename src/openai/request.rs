//! The body of a request for a chat completion: the least that all servers take, and what one of them is known to want.
//!
//! The head of the prompt is the same bytes in every turn, so that servers find it in their caches: the members stand in
//! a fixed order, and what changes (the newest message) is last. No key is in here.

use serde_json::{Map, Value, json};

/// Who speaks. `developer` is not used: only one server knows it, and all know `system`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speaker {
    /// What the model is told to be.
    System,
    /// The user.
    User,
    /// The model.
    Assistant,
}

/// A message as it is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Turn {
    /// Who speaks.
    pub speaker: Speaker,
    /// What is said.
    pub text: String,
    /// Pictures that go with it, as `data:` addresses.
    pub pictures: Vec<String>,
}

impl Turn {
    fn to_value(&self) -> Value {
        let role = match self.speaker {
            Speaker::System => "system",
            Speaker::User => "user",
            Speaker::Assistant => "assistant",
        };
        // Parts only where a picture needs them: one server makes a message of each part.
        if self.pictures.is_empty() {
            return json!({"role": role, "content": self.text});
        }
        let mut parts = vec![json!({"type": "text", "text": self.text})];
        let pictures = self.pictures.iter();
        parts.extend(pictures.map(|url| json!({"type": "image_url", "image_url": {"url": url}})));
        json!({"role": role, "content": parts})
    }
}

/// How the limit of a reply's length is called.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum LimitName {
    /// `max_tokens`: every server but one.
    #[default]
    MaxTokens,
    /// `max_completion_tokens`: api.openai.com, whose newer models refuse the other.
    MaxCompletionTokens,
}

/// How a reply that ended too early is gone on with.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Prefill {
    /// In words: the last message is the user's.
    #[default]
    None,
    /// The last message is the model's, and the server goes on with it by itself (llama.cpp).
    Bare,
    /// The last message is the model's, and the server must be told to go on with it (vLLM, `SGLang`).
    Told,
}

/// What is known of the server, as far as it changes the request.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wants {
    /// No `stream_options`: it refused them.
    pub no_usage: bool,
    /// That it tells how far the prompt is read (llama.cpp).
    pub progress: bool,
    /// How the limit is called.
    pub limit: LimitName,
    /// Whether that is its second name, the first having been refused: neither is tried again.
    pub has_other_limit: bool,
    /// How it goes on with a reply.
    pub prefill: Prefill,
}

/// The body. `parameters` are sent as they are, but for `max_tokens`, which is called as the server wants it.
pub fn body(model: &str, turns: &[Turn], parameters: &Map<String, Value>, wants: Wants) -> Value {
    let mut body = Map::new();
    if !model.is_empty() {
        body.insert("model".to_owned(), model.into());
    }
    let messages: Vec<Value> = turns.iter().map(Turn::to_value).collect();
    body.insert("messages".to_owned(), messages.into());
    body.insert("stream".to_owned(), true.into());
    if !wants.no_usage {
        body.insert("stream_options".to_owned(), json!({"include_usage": true}));
    }
    if wants.progress {
        body.insert("return_progress".to_owned(), true.into());
    }
    let is_prefilled = turns
        .last()
        .is_some_and(|turn| turn.speaker == Speaker::Assistant);
    if is_prefilled && wants.prefill == Prefill::Told {
        body.insert("continue_final_message".to_owned(), true.into());
        body.insert("add_generation_prompt".to_owned(), false.into());
    }
    for (name, value) in parameters {
        let name = match (name.as_str(), wants.limit) {
            ("max_tokens", LimitName::MaxCompletionTokens) => "max_completion_tokens",
            (name, _) => name,
        };
        body.insert(name.to_owned(), value.clone());
    }
    Value::Object(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn user(text: &str) -> Turn {
        Turn {
            speaker: Speaker::User,
            text: text.to_owned(),
            pictures: Vec::new(),
        }
    }

    #[test]
    fn the_least_body_is_what_every_server_takes() {
        let body = body("m", &[user("hi")], &Map::new(), Wants::default());
        let expected = json!({"model": "m", "messages": [{"role": "user", "content": "hi"}], "stream": true, "stream_options": {"include_usage": true}});
        assert_eq!(body, expected);
    }

    #[test]
    fn a_picture_makes_parts_of_its_message_alone() {
        let mut picture = user("what is it?");
        picture
            .pictures
            .push("data:image/png;base64,AA==".to_owned());
        let body = body("", &[user("hi"), picture], &Map::new(), Wants::default());
        assert_eq!(body["messages"][0]["content"], "hi");
        assert_eq!(
            body["messages"][1]["content"][1]["image_url"]["url"],
            "data:image/png;base64,AA=="
        );
        assert!(body.get("model").is_none());
    }

    #[test]
    fn the_limit_is_called_as_the_server_wants_it() {
        let mut parameters = Map::new();
        parameters.insert("max_tokens".to_owned(), 8.into());
        let wants = Wants {
            limit: LimitName::MaxCompletionTokens,
            no_usage: true,
            ..Wants::default()
        };
        let sent = body("m", &[user("hi")], &parameters, wants);
        assert_eq!(
            (sent.get("max_tokens"), &sent["max_completion_tokens"]),
            (None, &json!(8))
        );
        assert!(sent.get("stream_options").is_none());
    }
}
