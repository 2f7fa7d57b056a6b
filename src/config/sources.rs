//! Reads `[sources.NAME]` of the settings file: the user's own sources.
//!
//! A wrong entry is reported and left out, and the rest of its source holds; a source whose name or address is wrong is left
//! out whole. The file never holds a key: an entry that could is refused, and no complaint repeats a value.

use super::complaint::{complaint_at, suggestion};
use crate::http::{HeaderName, KeyPlace, is_loopback};
use crate::provider::source::is_reserved;
use crate::provider::{Headers, SourceKind, UserSource};
use serde::Deserialize;
use serde_json::Value as Json;
use std::collections::BTreeMap;
use std::path::Path;
use toml::{Table, Value};
use url::Url;

/// The section that they stand in.
pub(super) const SECTION: &str = "sources";

/// What an entry may be called.
const ENTRIES: [&str; 9] = [
    "url",
    "kind",
    "model",
    "key_env",
    "key_file",
    "key_command",
    "headers",
    "window",
    "parameters",
];

/// What to write where a key was written.
const NO_KEY: &str = "is refused, because a key does not belong into this file. Write key_env = \"VARIABLE\", key_file = \"FILE\" or key_command = \"COMMAND\"";

/// Headers whose names hold one of these carry secrets.
const SECRET_WORDS: [&str; 5] = ["auth", "key", "token", "secret", "cookie"];

/// Parameters that the program writes itself.
const OWN_PARAMETERS: [&str; 5] = ["messages", "model", "stream", "stream_options", "n"];

/// The sources that can be used, and a complaint about each entry that cannot.
pub(super) fn read(text: &str, sources: Table) -> (BTreeMap<String, UserSource>, Vec<String>) {
    let mut reading = Reading {
        text,
        source: String::new(),
        complaints: Vec::new(),
    };
    let mut found = BTreeMap::new();
    for (name, entries) in sources {
        reading.source.clone_from(&name);
        let Value::Table(entries) = entries else {
            reading.complain(
                &[],
                "is not a section: write [sources.NAME] with a url below it",
            );
            continue;
        };
        if let Some(wrong) = wrong_name(&name) {
            reading.complain(&[], wrong);
            continue;
        }
        if let Some(source) = reading.source(entries) {
            found.insert(name, source);
        }
    }
    (found, reading.complaints)
}

/// Why a source cannot be called so.
fn wrong_name(name: &str) -> Option<&'static str> {
    if is_reserved(name) {
        return Some("has the name of a source that is built in. Choose another name");
    }
    let is_wrong = |c: char| matches!(c, '/' | ':') || c.is_whitespace() || c.is_control();
    (name.is_empty() || name.contains(is_wrong))
        .then_some("has a name with a slash, a colon or a space. Choose another name")
}

/// The reading of one source after the other.
struct Reading<'a> {
    text: &'a str,
    /// The one that is read.
    source: String,
    complaints: Vec<String>,
}

impl Reading<'_> {
    /// A complaint about an entry of the source, or about the source itself.
    fn complain(&mut self, entry: &[&str], wrong: &str) {
        let path: Vec<&str> = [SECTION, &self.source]
            .into_iter()
            .chain(entry.iter().copied())
            .collect();
        self.complaints.push(complaint_at(self.text, &path, wrong));
    }

    /// The value of an entry, read as `T`; the words for another kind of value never repeat it.
    fn value<T: for<'de> Deserialize<'de>>(&mut self, name: &str, value: Value) -> Option<T> {
        let kind = value.type_str();
        let read = T::deserialize(value).ok();
        if read.is_none() {
            self.complain(
                &[name],
                &format!("is invalid: a {kind} does not belong here"),
            );
        }
        read
    }

    /// The entries of a table, as they are written: what is read through serde loses its dates.
    fn table(&mut self, name: &str, value: Value) -> Table {
        if let Value::Table(table) = value {
            return table;
        }
        self.complain(&[name], "is not a table: write { NAME = VALUE }");
        Table::new()
    }

    fn source(&mut self, entries: Table) -> Option<UserSource> {
        let mut source = UserSource::default();
        let mut has_url = false;
        for (name, value) in entries {
            match name.as_str() {
                "url" => {
                    source.url = self.address(value)?;
                    has_url = true;
                }
                "kind" => source.kind = self.kind(value),
                "model" => source.model = self.value(&name, value).unwrap_or_default(),
                "key_env" | "key_file" | "key_command" => self.key(&mut source, &name, value),
                "headers" => source.headers = self.headers(value),
                "window" => source.window = self.window(value),
                "parameters" => source.parameters = self.parameters(value),
                "key" | "api_key" | "token" | "password" => self.complain(&[&name], NO_KEY),
                _ => {
                    let hint = suggestion(&name, ENTRIES.into_iter());
                    self.complain(&[&name], &format!("is unknown{hint}"));
                }
            }
        }
        if !has_url {
            self.complain(&[], "has no url, so it is left out");
        }
        has_url.then_some(source)
    }

    /// The address, where it can be one. Whether plain http may go there is decided when it is used.
    fn address(&mut self, value: Value) -> Option<String> {
        let text: String = self.value("url", value)?;
        let with_scheme = if text.contains("://") {
            text.clone()
        } else {
            format!("http://{text}")
        };
        let url = Url::parse(&with_scheme).ok();
        let url = url.filter(|url| url.has_host() && matches!(url.scheme(), "http" | "https"));
        let Some(url) = url else {
            self.complain(
                &["url"],
                "is not an address: write http(s)://host[:port][/path]",
            );
            return None;
        };
        if !url.username().is_empty() || url.password().is_some() {
            let wrong = "holds a name and a password, which do not belong into this file. Write key_env, or set SPACECHAT_LOGIN";
            self.complain(&["url"], wrong);
            return None;
        }
        // What has neither a scheme nor a port could be anything: owner/name, or a mistyped name.
        if !text.contains("://") && url.port().is_none() {
            let scheme = if is_loopback(&url) { "http" } else { "https" };
            self.complain(
                &["url"],
                &format!("is not an address: write {scheme}:// before it"),
            );
            return None;
        }
        Some(text)
    }

    fn kind(&mut self, value: Value) -> Option<SourceKind> {
        match self.value::<String>("kind", value)?.as_str() {
            "gradio" => Some(SourceKind::Gradio),
            "openai" => Some(SourceKind::OpenAi),
            _ => {
                self.complain(&["kind"], "is invalid: write \"gradio\" or \"openai\"");
                None
            }
        }
    }

    /// The place of the key. Only one holds where there are several.
    fn key(&mut self, source: &mut UserSource, name: &str, value: Value) {
        let Some(text) = self.value::<String>(name, value) else {
            return;
        };
        if source.key != KeyPlace::None {
            let wrong = "is one place too many: write one of key_env, key_file and key_command";
            self.complain(&[name], wrong);
            return;
        }
        // A key that stands in the place of its variable or file would be repeated later, as one that is not there.
        let is_variable = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
        source.key = match name {
            "key_env" if !text.chars().all(is_variable) || text.is_empty() => {
                let wrong = "is not the name of an environment variable in capitals";
                self.complain(&[name], wrong);
                return;
            }
            "key_file" if !text.starts_with("~/") && !Path::new(&text).is_absolute() => {
                self.complain(&[name], "is not a path from the root or from ~/");
                return;
            }
            "key_env" => KeyPlace::Variable(text),
            "key_file" => KeyPlace::File(text.into()),
            _ => KeyPlace::Command(text),
        };
    }

    fn headers(&mut self, value: Value) -> Headers {
        let mut headers = BTreeMap::new();
        let table = self.table("headers", value);
        for (name, value) in table {
            let Value::String(text) = value else {
                self.complain(
                    &["headers", &name],
                    "is invalid: write a text or \"env:VARIABLE\"",
                );
                continue;
            };
            let lower = name.to_ascii_lowercase();
            let is_secret = SECRET_WORDS.iter().any(|word| lower.contains(word));
            if HeaderName::try_from(lower.as_str()).is_err() {
                self.complain(&["headers", &name], "is not the name of a header");
            } else if is_secret && !Headers::is_from_variable(&text) {
                let wrong = "is refused, because a secret does not belong into this file. Write \"env:VARIABLE\"";
                self.complain(&["headers", &name], wrong);
            } else {
                headers.insert(name, text);
            }
        }
        Headers(headers)
    }

    fn window(&mut self, value: Value) -> Option<usize> {
        let tokens: usize = self.value("window", value)?;
        if tokens == 0 {
            self.complain(&["window"], "is 0, and must be larger");
        }
        Some(tokens).filter(|tokens| *tokens > 0)
    }

    fn parameters(&mut self, value: Value) -> BTreeMap<String, Json> {
        let table = self.table("parameters", value);
        let mut parameters = BTreeMap::new();
        for (name, value) in table {
            match parameter(&name, value) {
                Ok(value) => {
                    parameters.insert(name, value);
                }
                Err(wrong) => self.complain(&["parameters", &name], wrong),
            }
        }
        parameters
    }
}

/// A parameter as it stands in a request. The known ones are held to their types; all others are passed on.
fn parameter(name: &str, value: Value) -> Result<Json, &'static str> {
    if OWN_PARAMETERS.contains(&name) {
        return Err("is written by spacechat itself");
    }
    let value = json(value).ok_or("is invalid: a request cannot hold such a value")?;
    let (is_right, wrong) = match name {
        "temperature" | "top_p" => (value.is_number(), "is invalid: write a number"),
        "max_tokens" => (
            value.as_u64().is_some_and(|count| count > 0),
            "is invalid: write a whole number over 0",
        ),
        "seed" => (value.is_i64(), "is invalid: write a whole number"),
        "reasoning_effort" => (
            value.is_string(),
            "is invalid: write a word such as \"low\"",
        ),
        "stop" => {
            let is_list = value
                .as_array()
                .is_some_and(|all| all.iter().all(Json::is_string));
            (
                is_list || value.is_string(),
                "is invalid: write a text or a list of texts",
            )
        }
        _ => (true, ""),
    };
    is_right.then_some(value).ok_or(wrong)
}

/// A value as JSON; `None` for what JSON does not have: a date, an endless number.
fn json(value: Value) -> Option<Json> {
    Some(match value {
        Value::String(text) => Json::String(text),
        Value::Integer(number) => number.into(),
        Value::Float(number) => Json::Number(serde_json::Number::from_f64(number)?),
        Value::Boolean(flag) => Json::Bool(flag),
        Value::Datetime(_) => return None,
        Value::Array(values) => Json::Array(values.into_iter().map(json).collect::<Option<_>>()?),
        Value::Table(table) => {
            let pairs = table
                .into_iter()
                .map(|(name, value)| Some((name, json(value)?)));
            Json::Object(pairs.collect::<Option<_>>()?)
        }
    })
}

#[cfg(test)]
mod tests;
