//! A source of the user's own, as `[sources.NAME]` of the settings describes it: its address and how it is asked.
//!
//! Plain data; the settings file is read in `config`. It holds no key, only where one is kept.

use crate::http::{HeaderMap, HeaderName, HeaderValue, KeyPlace};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::fmt;

/// What a header's value begins with where the rest names an environment variable.
const FROM_VARIABLE: &str = "env:";

/// A source of the user's own.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct UserSource {
    /// Its address.
    pub url: String,
    /// What it speaks; `None` where that is to be found out.
    pub kind: Option<SourceKind>,
    /// Its default model; empty for the server's own.
    pub model: String,
    /// Where its key is kept.
    pub key: KeyPlace,
    /// Headers that go along with every request.
    pub headers: Headers,
    /// How many tokens its model can hold.
    pub window: Option<usize>,
    /// Parameters of every request, as they stand in it: `temperature`, `max_tokens` and others.
    pub parameters: BTreeMap<String, Value>,
}

/// What a source speaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceKind {
    /// It is a Gradio app.
    Gradio,
    /// It speaks chat completions.
    OpenAi,
}

/// Extra headers by name. A value `env:NAME` stands for that environment variable.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Headers(pub BTreeMap<String, String>);

/// Shows the names only: a value may be a secret.
impl fmt::Debug for Headers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Headers {
    /// Whether a value names an environment variable in place of holding the header's text.
    pub fn is_from_variable(value: &str) -> bool {
        value.starts_with(FROM_VARIABLE)
    }

    /// The headers as they are sent, marked sensitive. `variable` tells the environment. The error names the header that
    /// cannot be sent and says why, without its value.
    pub fn resolved(
        &self,
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<HeaderMap, String> {
        let mut resolved = HeaderMap::new();
        for (name, value) in &self.0 {
            let text = match value.strip_prefix(FROM_VARIABLE) {
                None => value.clone(),
                Some(named) => {
                    let set = variable(named).filter(|text| !text.is_empty());
                    let set = set.ok_or_else(|| {
                        format!("{name} needs the environment variable {named}, which is not set")
                    })?;
                    set.to_string_lossy().trim().to_owned()
                }
            };
            let header = HeaderName::try_from(name.as_str());
            let mut value =
                HeaderValue::try_from(text).map_err(|_| format!("{name} cannot be sent"))?;
            value.set_sensitive(true);
            resolved.insert(header.map_err(|_| format!("{name} cannot be sent"))?, value);
        }
        Ok(resolved)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &str, value: &str) -> Headers {
        Headers(BTreeMap::from([(name.to_owned(), value.to_owned())]))
    }

    fn resolved(name: &str, value: &str) -> Result<HeaderMap, String> {
        headers(name, value).resolved(|name| (name == "SET").then(|| "secret\n".into()))
    }

    #[test]
    fn a_header_is_its_text_or_what_a_variable_holds() {
        for (value, expected) in [("plain", "plain"), ("env:SET", "secret")] {
            let map = resolved("X-Team", value).unwrap();
            assert_eq!(map["x-team"], expected);
            assert!(map["x-team"].is_sensitive());
        }
        let error = resolved("api-key", "env:UNSET").unwrap_err();
        assert!(error.contains("api-key needs the environment variable UNSET"));
        let error = resolved("X-Team", "two\nlines").unwrap_err();
        assert_eq!(error, "X-Team cannot be sent");
    }

    #[test]
    fn a_header_is_shown_by_its_name_only() {
        let shown = format!("{:?}", headers("api-key", "secret"));
        assert_eq!(shown, "{\"api-key\"}");
    }
}
