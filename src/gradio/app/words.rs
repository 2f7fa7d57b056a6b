//! The words on a page in the user's language.
//!
//! Gradio 5.27 and later can name a label by a key (`gr.I18n`): the value is then an object
//! `{"__type__": "translation_metadata", "key": "greeting"}`, or text that holds one behind `__i18n__`, and
//! `i18n_translations` of `/config` lists the words by language and key. Gradio's own words have keys, too, which no
//! app lists; they are left out.

use serde_json::Value;

/// The marker of a key within text.
const MARK: &str = "__i18n__";

/// The words of one app.
#[derive(Debug, Clone, Copy)]
pub(super) struct Words<'a> {
    translations: Option<&'a Value>,
    language: &'a str,
}

impl<'a> Words<'a> {
    /// The words that the answer of `/config` lists. `language` as in [`super::App::read_in`].
    pub(super) fn new(config: &'a Value, language: &'a str) -> Self {
        Self {
            translations: config.get("i18n_translations"),
            language,
        }
    }

    /// A text of a component, translated where it is a key; `None` for what is no text, and for a key that the app does
    /// not list.
    pub(super) fn text(self, value: &Value) -> Option<String> {
        match key(value) {
            Some(key) => self.translated(&key),
            None => value.as_str().map(str::to_owned),
        }
    }

    /// Translates all texts of a component: its label, its hints, the text of a button.
    pub(super) fn translate(self, kind: &str, props: &mut Value) {
        let Some(props) = props.as_object_mut() else {
            return;
        };
        for (name, value) in props.iter_mut() {
            let is_read = matches!(&**name, "label" | "placeholder" | "info")
                || (name == "value" && kind == "button");
            if is_read && key(value).is_some() {
                *value = self.text(value).map_or(Value::Null, Value::String);
            }
        }
        let choices = props.get_mut("choices").and_then(Value::as_array_mut);
        for label in choices
            .into_iter()
            .flatten()
            .filter_map(|choice| choice.get_mut(0))
        {
            if let Some(words) = key(label).and_then(|key| self.translated(&key)) {
                *label = Value::String(words);
            }
        }
    }

    /// In the given language, in its first part (`de` of `de_AT`), or in English.
    fn translated(self, key: &str) -> Option<String> {
        let written = self.language.replace('_', "-");
        let short = written.split('-').next().unwrap_or_default();
        [written.as_str(), short, "en"]
            .into_iter()
            .find_map(|language| {
                let listed = self.translations?.as_object()?.iter();
                let (_, words) = listed
                    .into_iter()
                    .find(|(name, _)| name.eq_ignore_ascii_case(language))?;
                words.get(key)?.as_str().map(str::to_owned)
            })
    }
}

/// The key of a text that is to be translated.
fn key(value: &Value) -> Option<String> {
    let of = |named: &Value| Some(named.get("key")?.as_str()?.to_owned());
    match value {
        Value::String(text) => {
            let named = serde_json::from_str(text.strip_prefix(MARK)?);
            Some(named.ok().as_ref().and_then(of).unwrap_or_default())
        }
        Value::Object(fields) if fields.get("__type__")?.as_str()? == "translation_metadata" => {
            of(value)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_key_is_read_in_the_language_its_first_part_or_english() {
        let config = json!({"i18n_translations": {
            "en": {"heat": "Heat", "size": "Size"}, "de": {"heat": "Hitze"}, "pt-BR": {"heat": "Calor"},
        }});
        let key = |key: &str| json!({"__type__": "translation_metadata", "key": key});
        let text = |language: &str, value: &Value| Words::new(&config, language).text(value);
        for (language, words) in [
            ("de_AT", "Hitze"),
            ("de", "Hitze"),
            ("pt_BR", "Calor"),
            ("fr", "Heat"),
            ("", "Heat"),
        ] {
            assert_eq!(
                text(language, &key("heat")).as_deref(),
                Some(words),
                "{language}"
            );
        }
        let written = format!("{MARK}{}", key("size"));
        assert_eq!(text("de", &json!(written)).as_deref(), Some("Size"));
        assert_eq!(text("de", &key("chatbot.label")), None);
        assert_eq!(text("de", &json!("__i18n__")), None);
        assert_eq!(text("de", &json!("Plain")).as_deref(), Some("Plain"));
    }

    #[test]
    fn what_a_user_reads_is_translated_and_a_value_is_not() {
        let config = json!({"i18n_translations": {"en": {"a": "Answer"}}});
        let key = json!({"__type__": "translation_metadata", "key": "a"});
        let mut props = json!({"label": key, "value": key, "choices": [[key, "x"]]});
        Words::new(&config, "en").translate("textbox", &mut props);
        assert_eq!(
            props,
            json!({"label": "Answer", "value": key, "choices": [["Answer", "x"]]})
        );
    }
}
