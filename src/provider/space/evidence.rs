//! Which event of a page sends a message: every candidate is weighed by the evidence for and against it.
//!
//! The evidence is data, one row each, so that a decision can be explained and tested. Nothing is requested here.

use crate::gradio::app::{App, Component, ComponentId, Dependency};
use serde_json::Value;

/// An event that may send a message.
#[derive(Debug, Clone)]
pub struct Candidate<'a> {
    /// What it fires first.
    pub dependency: &'a Dependency,
    /// The component whose event it is: a message box or a button.
    pub touched: ComponentId,
    /// The component that takes the message.
    pub message: ComponentId,
    /// The chats that are written to.
    pub replies: Vec<ComponentId>,
}

/// A candidate and what it weighs.
#[derive(Debug)]
pub struct Weighed<'a> {
    /// The candidate.
    pub candidate: Candidate<'a>,
    /// All evidence together.
    pub weight: i32,
    /// The weight of the strongest piece of evidence for it.
    pub strongest: i32,
}

/// A criterion and its weight.
struct Evidence {
    weight: i32,
    holds: fn(&Seen<'_>) -> bool,
}

/// A candidate with the words that stand on it, in lower case.
struct Seen<'a> {
    app: &'a App,
    candidate: Candidate<'a>,
    box_words: String,
    button_words: Option<String>,
}

/// Words on a box that a message is written in.
const MESSAGE_WORDS: [&str; 18] = [
    "message",
    "ask",
    "question",
    "prompt",
    "chat",
    "query",
    "say",
    "type",
    "input",
    "your",
    "enter",
    "write",
    "talk",
    "msg",
    "输入",
    "消息",
    "问题",
    "メッセージ",
];
/// Words on a box for something else.
const OTHER_BOX: [&str; 18] = [
    "system",
    "persona",
    "instruction",
    "url",
    "address",
    "link",
    "api",
    "token",
    "key",
    "password",
    "secret",
    "title",
    "name",
    "email",
    "role",
    "search",
    "template",
    "negative",
];
/// Words on a button that sends.
const SEND_WORDS: [&str; 22] = [
    "send",
    "submit",
    "ask",
    "chat",
    "generate",
    "run",
    "go",
    "answer",
    "talk",
    "enter",
    "senden",
    "envoyer",
    "enviar",
    "отправить",
    "发送",
    "提交",
    "送信",
    "전송",
    "➤",
    "▶",
    "⬆",
    "↑",
];
/// Words on a button that does something else.
const OTHER_BUTTON: [&str; 27] = [
    "clear",
    "reset",
    "undo",
    "retry",
    "regenerate",
    "delete",
    "remove",
    "set",
    "load",
    "save",
    "stop",
    "cancel",
    "upload",
    "example",
    "new",
    "copy",
    "like",
    "share",
    "flag",
    "export",
    "apply",
    "refresh",
    "清除",
    "清空",
    "重置",
    "重试",
    "停止",
];

/// The evidence for and against a candidate.
const EVIDENCE: [Evidence; 12] = [
    // Enter in a box sends what stands in it.
    Evidence {
        weight: 4,
        holds: |seen| seen.button_words.is_none(),
    },
    Evidence {
        weight: 4,
        holds: |seen| seen.is_button_with(&SEND_WORDS),
    },
    Evidence {
        weight: -8,
        holds: |seen| seen.is_button_with(&OTHER_BUTTON),
    },
    // What was sent goes from its box.
    Evidence {
        weight: 4,
        holds: |seen| seen.clears_its_box(),
    },
    Evidence {
        weight: 3,
        holds: |seen| has_word(&seen.box_words, &MESSAGE_WORDS),
    },
    Evidence {
        weight: -5,
        holds: |seen| has_word(&seen.box_words, &OTHER_BOX),
    },
    // A box made for messages: text and files in one.
    Evidence {
        weight: 4,
        holds: |seen| seen.app.is(seen.candidate.message, Component::takes_files),
    },
    // The conversation so far goes along.
    Evidence {
        weight: 2,
        holds: |seen| seen.takes_the_past(),
    },
    Evidence {
        weight: -20,
        holds: |seen| seen.is_password(),
    },
    Evidence {
        weight: -20,
        holds: |seen| !seen.app.is_visible(seen.candidate.message),
    },
    Evidence {
        weight: -20,
        holds: |seen| !seen.app.is_visible(seen.candidate.touched),
    },
    // A tool in a tab of its own.
    Evidence {
        weight: -6,
        holds: |seen| seen.is_in_another_tab(),
    },
];

/// The candidates, the likeliest first. Of equal ones the app's first stands first.
pub fn weighed<'a>(app: &'a App, candidates: Vec<Candidate<'a>>) -> Vec<Weighed<'a>> {
    let weigh = |candidate: Candidate<'a>| {
        let seen = Seen::new(app, candidate);
        let held = || {
            EVIDENCE
                .iter()
                .filter(|evidence| (evidence.holds)(&seen))
                .map(|evidence| evidence.weight)
        };
        Weighed {
            weight: held().sum(),
            strongest: held().max().unwrap_or_default(),
            candidate: seen.candidate.clone(),
        }
    };
    let mut weighed: Vec<Weighed<'a>> = candidates.into_iter().map(weigh).collect();
    weighed.sort_by_key(|weighed| -weighed.weight);
    weighed
}

impl<'a> Seen<'a> {
    fn new(app: &'a App, candidate: Candidate<'a>) -> Self {
        let is_button = candidate.touched != candidate.message;
        Self {
            app,
            box_words: words(app, candidate.message, &["label", "placeholder", "elem_id"]),
            button_words: is_button
                .then(|| words(app, candidate.touched, &["value", "label", "elem_id"])),
            candidate,
        }
    }

    fn is_button_with(&self, known: &[&str]) -> bool {
        let words = self.button_words.as_deref();
        words.is_some_and(|words| has_word(words, known))
    }

    fn steps(&self) -> Vec<&'a Dependency> {
        self.app.chain(self.candidate.dependency)
    }

    fn clears_its_box(&self) -> bool {
        let message = self.candidate.message;
        self.steps()
            .iter()
            .any(|step| step.outputs.contains(&message))
    }

    fn takes_the_past(&self) -> bool {
        let is_past = |id: &ComponentId| {
            self.candidate.replies.contains(id) || self.app.is(*id, Component::is_state)
        };
        self.steps()
            .iter()
            .any(|step| step.inputs.iter().any(is_past))
    }

    fn is_in_another_tab(&self) -> bool {
        let (app, replies) = (self.app, &self.candidate.replies);
        let tab = app.tab(self.candidate.message);
        tab.is_some() && replies.iter().all(|reply| app.tab(*reply) != tab)
    }

    fn is_password(&self) -> bool {
        let component = self.app.component(self.candidate.message);
        let kind = component.and_then(|component| component.props.get("type"));
        kind.and_then(Value::as_str) == Some("password")
    }
}

/// The words that stand on a component, in lower case.
fn words(app: &App, id: ComponentId, props: &[&str]) -> String {
    let Some(component) = app.component(id) else {
        return String::new();
    };
    let said = props
        .iter()
        .filter_map(|prop| component.props.get(*prop)?.as_str());
    said.collect::<Vec<_>>().join(" ").to_lowercase()
}

/// Whether a text holds one of these: as a whole word, or anywhere where words are not set apart by spaces, or are signs.
fn has_word(text: &str, known: &[&str]) -> bool {
    let mut found = text.split(|c: char| !c.is_alphanumeric());
    found.any(|word| known.contains(&word))
        || known
            .iter()
            .any(|known| !known.is_ascii() && text.contains(known))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A page with a chat (9) and these boxes and buttons, each `[id, type, props]`; every function takes what its row names
    /// and writes what it names.
    fn page(components: &Value, dependencies: &Value) -> App {
        let components = components.as_array().unwrap().iter().map(
            |component| json!({"id": component[0], "type": component[1], "props": component[2]}),
        );
        let chat = json!({"id": 9, "type": "chatbot", "props": {}});
        let dependencies =
            dependencies.as_array().unwrap().iter().map(
                |row| json!({"targets": [[row[0], row[1]]], "inputs": row[2], "outputs": row[3]}),
            );
        App::read(&json!({
            "components": components.chain([chat]).collect::<Vec<_>>(),
            "dependencies": dependencies.collect::<Vec<_>>(),
        }))
        .unwrap()
    }

    /// The function that is taken for the one that sends.
    fn sends(components: &Value, dependencies: &Value) -> i64 {
        let app = page(components, dependencies);
        let chatbots = |_: &App, _: &Dependency, _| vec![9];
        let candidates = super::super::page::candidates(&app, chatbots);
        weighed(&app, candidates)[0].candidate.dependency.id
    }

    /// What decides, the boxes and buttons, and the events; the second one sends.
    type Case = (&'static str, Value, Value);

    fn text(id: i64, props: &Value) -> Value {
        json!([id, "textbox", props])
    }

    /// Of two events, one by Enter in each of two boxes.
    fn enters() -> Value {
        json!([[1, "submit", [1, 9], [9]], [2, "submit", [2, 9], [9]]])
    }

    fn by_button_and_course() -> [Case; 5] {
        let button = |id: i64, value: &str| json!([id, "button", {"value": value}]);
        let clicks = json!([[2, "click", [1, 9], [9]], [3, "click", [1, 9], [9]]]);
        let (plain, other) = (text(1, &json!({})), text(2, &json!({})));
        [
            (
                "a button that sends, not one that does something else",
                json!([plain, button(2, "Set prompt"), button(3, "Send")]),
                clicks.clone(),
            ),
            (
                "a sign for sending",
                json!([plain, button(2, "Help"), button(3, "➤")]),
                clicks,
            ),
            (
                "Enter, not a button of no meaning",
                json!([plain, button(2, "Help")]),
                json!([[2, "click", [1, 9], [9]], [1, "submit", [1, 9], [9]]]),
            ),
            (
                "what clears its box",
                json!([plain, other]),
                json!([[1, "submit", [1, 9], [9]], [2, "submit", [2, 9], [2, 9]]]),
            ),
            (
                "what takes the past along",
                json!([plain, other]),
                json!([[1, "submit", [1], [9]], [2, "submit", [2, 9], [9]]]),
            ),
        ]
    }

    fn by_box() -> [Case; 5] {
        let hidden = json!([[1, "submit", [1, 9], [1, 9]], [2, "submit", [2], [9]]]);
        let of = |props: Value| text(1, &props);
        let other = || text(2, &json!({}));
        [
            (
                "a box that is called a message's",
                json!([
                    of(json!({"label": "Speed"})),
                    text(2, &json!({"placeholder": "Type here"}))
                ]),
                enters(),
            ),
            (
                "not a box for an address",
                json!([
                    of(json!({"label": "Page URL"})),
                    text(2, &json!({"label": "Words"}))
                ]),
                enters(),
            ),
            (
                "a box for text and files",
                json!([of(json!({})), [2, "multimodaltextbox", {}]]),
                enters(),
            ),
            (
                "not a password",
                json!([of(json!({"type": "password", "label": "Message"})), other()]),
                hidden.clone(),
            ),
            (
                "not what is hidden",
                json!([of(json!({"visible": false, "label": "Message"})), other()]),
                hidden,
            ),
        ]
    }

    #[test]
    fn each_kind_of_evidence_decides_where_nothing_else_does() {
        for (what, components, dependencies) in by_button_and_course().into_iter().chain(by_box()) {
            assert_eq!(sends(&components, &dependencies), 1, "{what}");
        }
    }

    #[test]
    fn a_word_is_a_whole_word() {
        assert!(has_word("send now", &SEND_WORDS));
        assert!(!has_word("settings", &OTHER_BUTTON));
        assert!(has_word("⬆ up", &SEND_WORDS));
    }
}
