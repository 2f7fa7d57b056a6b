//! The description of a Gradio app in `/config`: components, dependencies, protocol, prefix.
//!
//! It is read leniently: any field may be missing, `false`, null or an object, and unknown parts
//! are skipped, because apps of every age answer here (Gradio 3.50 to 6.31 are tested from
//! recordings). Nothing is fetched here; see `super::client` for the request and
//! `super::session` for the values.

mod dependency;
mod layout;
mod words;

pub use dependency::{Dependency, Gives, RunsAfter, TriggerMode, Visibility};

use layout::Layout;
use serde_json::Value;
use std::collections::HashMap;
use words::Words;

/// A chain of dependencies longer than this is a loop.
pub const LONGEST_CHAIN: usize = 16;

/// How many entries of each list in `/config` are read. The largest known pages have some thousand
/// components; an endless list would keep the program busy.
const LONGEST_LIST: usize = 5000;

/// The number of a component in `/config`.
pub type ComponentId = i64;

/// The number of a dependency, sent as `fn_index`.
pub type FnIndex = i64;

/// A Gradio app, as `/config` describes it.
#[derive(Debug, Clone, PartialEq)]
pub struct App {
    /// Gradio's version, `"4.44.0"` for example; empty where it is missing.
    pub version: String,
    /// The queue's protocol.
    pub protocol: Protocol,
    /// The protocol as the app names it; `ws` where it names none.
    pub protocol_name: String,
    /// The path before every route but `/config`, `/login` and `/`: empty, or `/gradio_api`
    /// (Gradio 5 and later).
    pub api_prefix: String,
    /// Changes when the app restarts, which empties every session. It exceeds 2^53, so it is kept
    /// as the digits that were sent.
    pub app_id: Option<String>,
    /// The Space behind the app, where it runs on the Hub.
    pub space_id: Option<String>,
    /// The title that its author gave.
    pub title: Option<String>,
    /// Whether a dependency without a `queue` of its own is queued.
    pub enable_queue: bool,
    /// The largest file that it takes, in bytes; `None` for no limit.
    pub max_file_size: Option<u64>,
    components: HashMap<ComponentId, Component>,
    dependencies: Vec<Dependency>,
    layout: Layout,
}

/// The protocols of Gradio's queue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Protocol {
    /// 3.x: a web socket; not supported.
    WebSocket,
    /// 4.0 to 4.8, `sse`: the join itself is the stream.
    Sse,
    /// 4.9 to 4.16, `sse_v1`: whole values.
    SseV1,
    /// 4.17 and later, `sse_v2`, `sse_v2.1`, `sse_v3`: diffs.
    SseDiffs,
    /// An unknown name; treated as the newest protocol.
    Unknown,
}

impl Protocol {
    fn read(name: Option<&str>) -> Self {
        match name {
            None | Some("ws") => Self::WebSocket,
            Some("sse") => Self::Sse,
            Some("sse_v1") => Self::SseV1,
            Some("sse_v2" | "sse_v2.1" | "sse_v3") => Self::SseDiffs,
            Some(_) => Self::Unknown,
        }
    }

    /// Whether values after the first arrive as diffs.
    pub fn sends_diffs(self) -> bool {
        matches!(self, Self::SseDiffs | Self::Unknown)
    }
}

/// One component: a text box, a chatbot, a state.
#[derive(Debug, Clone, PartialEq)]
pub struct Component {
    /// Its number, as dependencies name it.
    pub id: ComponentId,
    /// Its type in lower case: `textbox`, `chatbot`, `state`, `modelscopechatbot`.
    pub kind: String,
    /// Its value when the page opens.
    pub value: Value,
    /// Its label.
    pub label: Option<String>,
    /// All its properties, the value included: limits, choices, flags.
    pub props: Value,
    /// Whether the app leaves it out of `/info`: layout, buttons, state.
    pub skip_api: bool,
}

impl App {
    /// Reads the answer of `GET /config`. `None` when it is not the description of a Gradio app
    /// (no list of dependencies).
    pub fn read(config: &Value) -> Option<Self> {
        Self::read_in(config, "en")
    }

    /// As [`App::read`]; labels that the app has in several languages are those of `language` (`de`, `pt_BR`), or English.
    pub fn read_in(config: &Value, language: &str) -> Option<Self> {
        let dependencies = config.get("dependencies")?.as_array()?;
        let words = Words::new(config, language);
        let components = list(config, "components")
            .filter_map(|component| Component::read(component, words))
            .map(|component| (component.id, component))
            .collect();
        Some(Self {
            version: text(config, "version").unwrap_or_default(),
            protocol_name: text(config, "protocol").unwrap_or_else(|| "ws".to_owned()),
            protocol: Protocol::read(config.get("protocol").and_then(Value::as_str)),
            api_prefix: text(config, "api_prefix")
                .map(|prefix| prefix.trim_end_matches('/').to_owned())
                .unwrap_or_default(),
            app_id: config.get("app_id").and_then(digits),
            space_id: text(config, "space_id"),
            title: text(config, "title"),
            enable_queue: flag(config, "enable_queue").unwrap_or(true),
            max_file_size: config.get("max_file_size").and_then(Value::as_u64),
            components,
            layout: Layout::read(config, LONGEST_LIST),
            dependencies: dependencies
                .iter()
                .take(LONGEST_LIST)
                .enumerate()
                .map(|(position, value)| Dependency::read(position, value))
                .collect(),
        })
    }

    /// The first two numbers of the version; `None` where it is missing.
    pub fn version_numbers(&self) -> Option<(u32, u32)> {
        let mut numbers = self.version.split('.').map(|number| number.parse().ok());
        Some((numbers.next()??, numbers.next()??))
    }

    /// The first number of the version; `None` where it is missing.
    pub fn major(&self) -> Option<u32> {
        self.version_numbers().map(|(major, _)| major)
    }

    /// Whether its queue sends one heartbeat only, so that silence means nothing (4.0 to 4.3; fixed in 4.4,
    /// gradio#6418).
    pub fn is_silent_at_work(&self) -> bool {
        matches!(self.version_numbers(), Some((4, 0..=3)))
    }

    /// The component with this number.
    pub fn component(&self, id: ComponentId) -> Option<&Component> {
        self.components.get(&id)
    }

    /// Whether the component with this number passes a test (`Component::is_chatbot`).
    pub fn is(&self, id: ComponentId, test: fn(&Component) -> bool) -> bool {
        self.component(id).is_some_and(test)
    }

    /// The dependency with this number.
    pub fn dependency(&self, id: FnIndex) -> Option<&Dependency> {
        self.dependencies
            .iter()
            .find(|dependency| dependency.id == id)
    }

    /// All dependencies, in the app's order.
    pub fn dependencies(&self) -> &[Dependency] {
        &self.dependencies
    }

    /// The dependencies that run by themselves after `id`.
    pub fn triggered_after(&self, id: FnIndex) -> impl Iterator<Item = &Dependency> {
        self.dependencies.iter().filter(move |dependency| {
            dependency.trigger_after == Some(id) && dependency.runs_after != RunsAfter::Failure
        })
    }

    /// Whether this dependency goes through the queue; the others are answered by one POST.
    pub fn is_queued(&self, dependency: &Dependency) -> bool {
        dependency.queue.unwrap_or(self.enable_queue)
    }

    /// Every component, in no order.
    pub fn components(&self) -> impl Iterator<Item = &Component> {
        self.components.values()
    }

    /// Whether a component is visible when the page opens; one in a background tab counts as visible.
    pub fn is_visible(&self, id: ComponentId) -> bool {
        std::iter::once(id)
            .chain(self.layout.around(id))
            .all(|id| self.component(id).is_none_or(Component::is_shown))
    }

    /// The label of the tab that a component stands in, the innermost where there are several.
    pub fn tab(&self, id: ComponentId) -> Option<&str> {
        let tabs = self.layout.around(id).filter_map(|id| self.component(id));
        tabs.filter(|around| around.is_tab())
            .find_map(|tab| tab.label.as_deref())
    }

    /// `first` and all that run by themselves after it, in the order in which they are reached. It
    /// ends after [`LONGEST_CHAIN`] of them have been followed, and follows none twice, also in
    /// loops.
    pub fn chain<'a>(&'a self, first: &'a Dependency) -> Vec<&'a Dependency> {
        let (mut chain, mut at) = (vec![first], 0);
        let mut followed: Vec<FnIndex> = Vec::new();
        while let Some(step) = chain.get(at)
            && followed.len() < LONGEST_CHAIN
        {
            at += 1;
            if !followed.contains(&step.id) {
                followed.push(step.id);
                chain.extend(self.triggered_after(step.id));
            }
        }
        chain
    }
}

impl Component {
    fn read(value: &Value, words: Words<'_>) -> Option<Self> {
        let props = value.get("props").unwrap_or(&Value::Null);
        let kind = text(value, "type").unwrap_or_default().to_lowercase();
        let mut translated = props.clone();
        words.translate(&kind, &mut translated);
        Some(Self {
            id: value.get("id")?.as_i64()?,
            value: initial_value(&kind, props),
            label: props.get("label").and_then(|label| words.text(label)),
            props: translated,
            kind,
            skip_api: flag(value, "skip_api").unwrap_or(false),
        })
    }

    /// Whether the server keeps its value by session, so that null is sent in its place.
    pub fn is_state(&self) -> bool {
        self.kind == "state"
    }

    /// Whether it shows a conversation (`chatbot`, `modelscopechatbot` and similar).
    pub fn is_chatbot(&self) -> bool {
        self.kind.ends_with("chatbot")
    }

    /// Whether a user writes a message in it: Gradio's boxes, and those of `modelscope_studio` (0.5 to 1.6).
    pub fn is_message_box(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "textbox" | "antdxsender" | "antdinput" | "antdinputtextarea"
        ) || self.takes_files()
    }

    /// Whether it shows a text.
    pub fn is_text(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "textbox" | "json" | "markdown" | "html" | "code" | "label" | "modelscopemarkdown"
        )
    }

    /// Whether it shows files: pictures, sounds, films, or their names.
    pub fn is_media(&self) -> bool {
        matches!(
            self.kind.as_str(),
            "image" | "gallery" | "audio" | "video" | "file"
        )
    }

    /// Whether its value is an object of text and files.
    pub fn takes_files(&self) -> bool {
        self.kind.ends_with("multimodalinput") || self.kind.ends_with("multimodaltextbox")
    }
}

/// What a component holds when the page opens: what the browser keeps (`BrowserState`) begins with a value of its own,
/// and a box for text is empty where it has none (4.44 to 6.31).
fn initial_value(kind: &str, props: &Value) -> Value {
    let own = (kind == "browserstate")
        .then(|| props.get("default_value"))
        .flatten();
    match own.or(props.get("value")) {
        None | Some(Value::Null) if kind == "textbox" => Value::String(String::new()),
        value => value.cloned().unwrap_or(Value::Null),
    }
}

fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    value
        .get(key)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .take(LONGEST_LIST)
}

fn text(value: &Value, key: &str) -> Option<String> {
    value.get(key).and_then(Value::as_str).map(str::to_owned)
}

fn flag(value: &Value, key: &str) -> Option<bool> {
    value.get(key).and_then(Value::as_bool)
}

/// The digits of an `app_id`, sent as a number or, to be safe, as text.
pub(super) fn digits(value: &Value) -> Option<String> {
    match value {
        Value::Number(number) => Some(number.to_string()),
        Value::String(text) => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
