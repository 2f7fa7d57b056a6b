//! Sources of the user's own, right and wrong.

use crate::config::Settings;
use crate::http::KeyPlace;
use crate::provider::SourceKind;
use serde_json::json;

fn complaints(text: &str) -> (Settings, String) {
    let settings = Settings::parse(text).unwrap();
    let complaints = settings.complaints.join("\n");
    (settings, complaints)
}

#[test]
fn a_source_is_read_with_all_that_it_says() {
    let text = r#"
[sources.mybox]
url = "http://10.0.0.5:8080/v1"
kind = "openai"
model = "qwen3"
key_command = "pass show mybox"
headers = { X-Team = "blue", api-key = "env:TEAM_KEY" }
window = 32768

[sources.mybox.parameters]
temperature = 0.2
max_tokens = 512
stop = ["END"]
seed = -1
reasoning_effort = "low"
chat_template_kwargs = { enable_thinking = false }

[sources.other]
url = "localhost:7860"
key_env = "OTHER_KEY"

[sources.third]
url = "https://chat.example.org"
key_file = "~/.keys/third"
"#;
    let (settings, complaints) = complaints(text);
    assert_eq!(complaints, "");
    let source = &settings.sources["mybox"];
    assert_eq!(source.url, "http://10.0.0.5:8080/v1");
    assert_eq!(
        (source.kind, source.window),
        (Some(SourceKind::OpenAi), Some(32768))
    );
    assert_eq!(source.key, KeyPlace::Command("pass show mybox".to_owned()));
    assert_eq!(source.headers.0["api-key"], "env:TEAM_KEY");
    let parameters = json!({
        "temperature": 0.2, "max_tokens": 512, "stop": ["END"], "seed": -1, "reasoning_effort": "low",
        "chat_template_kwargs": {"enable_thinking": false},
    });
    assert_eq!(json!(source.parameters), parameters);
    let other = &settings.sources["other"];
    assert_eq!(
        (other.kind, &other.key),
        (None, &KeyPlace::Variable("OTHER_KEY".to_owned()))
    );
    assert_eq!(
        settings.sources["third"].key,
        KeyPlace::File("~/.keys/third".into())
    );
}

#[test]
fn a_key_in_the_file_is_refused_and_never_repeated() {
    const SECRET: &str = "sk-doNotShowThis";
    for (entry, words) in [
        (
            format!("key = \"{SECRET}\""),
            "line 3: sources.box.key is refused, because",
        ),
        (
            format!("api_key = \"{SECRET}\""),
            "Write key_env = \"VARIABLE\"",
        ),
        (
            format!("key_env = \"{SECRET}\""),
            "is not the name of an environment variable",
        ),
        (
            "key_env = \"hf_doNotShowThis\"".to_owned(),
            "is not the name of an environment variable in capitals",
        ),
        (
            format!("key_file = \"{SECRET}\""),
            "is not a path from the root or from ~/",
        ),
        (
            format!("headers = {{ Authorization = \"Bearer {SECRET}\" }}"),
            "Write \"env:VARIABLE\"",
        ),
        (
            format!("headers = {{ X-Api-Key = \"{SECRET}\" }}"),
            "line 3: sources.box.headers.X-Api-Key is refused",
        ),
        (format!("kind = \"{SECRET}\""), "write \"gradio\" or"),
        (
            format!("window = \"{SECRET}\""),
            "sources.box.window is invalid: a string does not",
        ),
    ] {
        let (settings, complaints) =
            complaints(&format!("[sources.box]\nurl = \"http://h:1\"\n{entry}\n"));
        assert!(complaints.contains(words), "{entry}: {complaints}");
        assert_eq!(settings.complaints.len(), 1);
        assert!(!complaints.contains("doNotShow"), "{complaints}");
        let source = &settings.sources["box"];
        assert_eq!(
            (source.url.as_str(), &source.key),
            ("http://h:1", &KeyPlace::None)
        );
    }
    let (settings, complaints) = complaints(&format!(
        "[sources.box]\nurl = \"http://ann:{SECRET}@h:1\"\n"
    ));
    assert!(complaints.contains("line 2: sources.box.url holds a name and a password"));
    assert!(!complaints.contains(SECRET) && settings.sources.is_empty());
    let broken = format!("[sources.box]\nurl = \"http://h:1\"\nkey = {SECRET}\n");
    let error = Settings::parse(&broken).unwrap_err();
    assert!(
        error.contains("line 3") && !error.contains(SECRET),
        "{error}"
    );
}

#[test]
fn a_source_with_a_name_that_means_something_else_is_refused() {
    for (name, words) in [
        (
            "ollama",
            "line 1: sources.ollama has the name of a source that is built in",
        ),
        ("tour", "is built in"),
        ("local", "is built in"),
        ("\"a/b\"", "line 1: sources.a/b has a name with a slash"),
        ("\"a:b\"", "a colon"),
        ("\"a b\"", "or a space"),
        ("\"\"", "has a name with"),
    ] {
        let text = format!(
            "[sources.{name}]\nurl = \"http://h:1\"\n\n[sources.good]\nurl = \"http://h:2\"\n"
        );
        let (settings, complaints) = complaints(&text);
        assert!(complaints.contains(words), "{name}: {complaints}");
        assert_eq!(settings.sources.keys().collect::<Vec<_>>(), ["good"]);
    }
}

#[test]
fn a_wrong_entry_is_named_with_its_line_and_the_rest_of_the_source_holds() {
    let text = "[sources.box]\nurl = \"http://h:1\"\nmodle = \"m\"\nwindow = 0\nkey_env = \"A\"\nkey_file = \"/b\"\n\n[sources.box.parameters]\ntop_p = 0.9\ntemperature = \"warm\"\nseed = 1.5\nmax_tokens = 0\nmessages = []\nday = 2025-01-01\nheat = nan\n";
    let (settings, complaints) = complaints(text);
    for expected in [
        "line 3: sources.box.modle is unknown. Did you mean model?",
        "line 4: sources.box.window is 0, and must be larger",
        "line 6: sources.box.key_file is one place too many",
        "line 10: sources.box.parameters.temperature is invalid: write a number",
        "line 11: sources.box.parameters.seed is invalid",
        "line 12: sources.box.parameters.max_tokens is invalid",
        "line 13: sources.box.parameters.messages is written by spacechat itself",
        "line 14: sources.box.parameters.day is invalid",
        "line 15: sources.box.parameters.heat is invalid",
    ] {
        assert!(complaints.contains(expected), "{expected}: {complaints}");
    }
    assert_eq!(settings.complaints.len(), 9, "{complaints}");
    let source = &settings.sources["box"];
    assert_eq!(
        (source.window, &source.key),
        (None, &KeyPlace::Variable("A".to_owned()))
    );
    assert_eq!(json!(source.parameters), json!({"top_p": 0.9}));
}

#[test]
fn a_source_without_an_address_is_left_out() {
    for (text, words) in [
        (
            "[sources.box]\nmodel = \"m\"",
            "line 1: sources.box has no url",
        ),
        (
            "[sources.box]\nurl = \"owner/name\"",
            "line 2: sources.box.url is not an address: write https://",
        ),
        (
            "[sources.box]\nurl = \"localhost/v1\"",
            "write http:// before it",
        ),
        (
            "[sources.box]\nurl = \"ftp://h\"",
            "line 2: sources.box.url is not an address",
        ),
        (
            "[sources.box]\nurl = 5",
            "line 2: sources.box.url is invalid",
        ),
        (
            "[sources]\nbox = \"http://h:1\"",
            "line 2: sources.box is not a section",
        ),
        (
            "[source.box]\nurl = \"http://h:1\"",
            "unknown section [source]. Did you mean sources?",
        ),
    ] {
        let (settings, complaints) = complaints(text);
        assert!(complaints.contains(words), "{text}: {complaints}");
        assert!(settings.sources.is_empty());
    }
    let (settings, complaints) =
        complaints("[sources]\nbox = { url = \"http://h:1\", window = 0 }\n");
    assert!(
        complaints.contains("line 2: sources.box.window is 0"),
        "{complaints}"
    );
    assert_eq!(settings.sources["box"].url, "http://h:1");
}

#[test]
fn the_settings_are_shown_without_the_values_of_headers_and_commands() {
    let text = "[sources.box]\nurl = \"http://h:1\"\nkey_command = \"echo hunter2\"\nheaders = { X-Team = \"hunter2\" }\n";
    let (settings, _) = complaints(text);
    assert!(!format!("{settings:?}").contains("hunter2"));
}
