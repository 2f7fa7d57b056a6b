//! Reads the reply from the values of the components in which it appears.
//!
//! Of a chatbot, that is what it has gained since the message was sent; of a text, all of it. JSON and labels stand in
//! a fence. Where several chats answer side by side, each reply stands under the name of its chat.

use super::chat::{Chat, Form};
use crate::gradio::app::{App, Component, ComponentId};
use crate::gradio::{Chain, Session, files};
use crate::provider::bubbles::{Spoken, read_pairs};
use crate::provider::exchange::Moment;
use crate::provider::spoken::Reader;
use serde_json::Value;
use url::Url;

/// How the reply of one turn is read.
pub(super) struct ReplyReader<'a> {
    chat: &'a Chat,
    app: &'a App,
    base: Url,
    before: Vec<Before>,
}

/// What a chat held before the message was sent.
#[derive(Debug, Default)]
struct Before {
    count: usize,
    last: Option<Value>,
    /// A text that holds the whole conversation grows.
    text: String,
}

impl<'a> ReplyReader<'a> {
    /// Reads what is gained from now on, the page being as `session` holds it. Links are made below `base`.
    pub fn new(app: &'a App, chat: &'a Chat, session: &Session, base: Url) -> Self {
        let before = |id: &ComponentId| Before::of(session.value(app, *id));
        Self {
            before: chat.replies.iter().map(before).collect(),
            chat,
            app,
            base,
        }
    }

    /// What is said so far.
    pub fn read(&self, chain: &Chain, moment: Moment) -> Spoken {
        let mut said: Vec<(ComponentId, Spoken)> = Vec::new();
        for (id, before) in self.chat.replies.iter().zip(&self.before) {
            if let Some(value) = chain.watched(*id) {
                said.push((*id, self.value(*id, value, before, moment)));
            }
        }
        if said.len() < 2 {
            return said.pop().map(|(_, spoken)| spoken).unwrap_or_default();
        }
        self.side_by_side(said)
    }

    fn side_by_side(&self, said: Vec<(ComponentId, Spoken)>) -> Spoken {
        let (mut texts, mut thoughts) = (Vec::new(), Vec::new());
        for (at, (id, spoken)) in said.into_iter().enumerate() {
            let mut name = Chat::name_of(self.app, id);
            if name.trim().is_empty() {
                name = format!("Chat {}", at + 1);
            }
            if !spoken.text.is_empty() {
                texts.push(format!("**{name}**\n\n{}", spoken.text));
            }
            thoughts.extend(spoken.thinking.map(|words| format!("{name}: {words}")));
        }
        Spoken {
            text: texts.join("\n\n"),
            thinking: (!thoughts.is_empty()).then(|| thoughts.join("\n\n")),
        }
    }

    fn value(&self, id: ComponentId, value: &Value, before: &Before, moment: Moment) -> Spoken {
        if self.chat.form == Form::QwenAgent {
            return read_pairs(value);
        }
        let link =
            |file: &Value| files::link(&self.base, self.app, file).map(|url| url.to_string());
        let reader = Reader {
            link: &link,
            ended: moment != Moment::Growing,
        };
        if self.app.is(id, Component::is_chatbot) {
            let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
            let gained = reader.chatbot(before.gained(items));
            // A page may write the same conversation as before.
            return if moment == Moment::Complete && gained == Spoken::default() {
                reader.chatbot(items)
            } else {
                gained
            };
        }
        let kind = self.app.component(id).map(|found| found.kind.as_str());
        if matches!(kind, Some("json" | "label")) && !value.is_string() && !value.is_null() {
            return fenced(value);
        }
        let grown = value
            .as_str()
            .and_then(|text| text.strip_prefix(&*before.text));
        match grown.filter(|grown| !grown.trim().is_empty()) {
            Some(grown) if !before.text.is_empty() => {
                reader.reply(&Value::from(grown.trim_start()))
            }
            _ => reader.reply(value),
        }
    }
}

impl Before {
    fn of(value: &Value) -> Self {
        let items = value.as_array().map(Vec::as_slice).unwrap_or_default();
        Self {
            count: items.len(),
            last: items.last().cloned(),
            text: value.as_str().unwrap_or_default().to_owned(),
        }
    }

    /// The items that stand behind those of before; all of them where these have changed.
    fn gained<'a>(&self, items: &'a [Value]) -> &'a [Value] {
        let is_kept = match self.count.checked_sub(1) {
            None => true,
            Some(last) => items.get(last) == self.last.as_ref(),
        };
        if is_kept { &items[self.count..] } else { items }
    }
}

/// A value that is no text, as a block of JSON.
fn fenced(value: &Value) -> Spoken {
    let json = serde_json::to_string_pretty(value).unwrap_or_default();
    Spoken {
        text: format!("```json\n{json}\n```"),
        thinking: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn what_is_gained_stands_behind_what_was_there_unless_that_has_changed() {
        let before = json!([{"role": "assistant", "content": "Hello"}]);
        let after = json!([before[0], {"role": "assistant", "content": "New"}]);
        let gained = |before: &Value, after: &Value| {
            Before::of(before)
                .gained(after.as_array().unwrap())
                .to_vec()
        };
        assert_eq!(gained(&before, &after), after.as_array().unwrap()[1..]);
        assert_eq!(gained(&json!([]), &after).len(), 2);
        assert_eq!(
            gained(&json!([{"role": "user", "content": "x"}]), &after).len(),
            2
        );
        assert_eq!(gained(&after, &before).len(), 1);
        assert!(gained(&before, &before).is_empty());
        assert_eq!(gained(&json!(null), &json!([])), Vec::<Value>::new());
    }

    #[test]
    fn a_value_that_is_no_text_stands_in_a_fence() {
        assert_eq!(
            fenced(&json!({"a": 1})).text,
            "```json\n{\n  \"a\": 1\n}\n```"
        );
    }
}
