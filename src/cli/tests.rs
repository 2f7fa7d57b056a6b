//! Options: what each says, and which goes before which.

use super::*;

#[test]
fn the_language_is_that_of_the_locale() {
    for (name, value, expected) in [
        ("LANG", "de_AT.UTF-8", "de_AT"),
        ("LANG", "C.UTF-8", "en"),
        ("LC_ALL", "pt_BR@euro", "pt_BR"),
        ("EDITOR", "vi", "en"),
    ] {
        let variable = |asked: &str| (asked == name).then(|| value.to_owned());
        assert_eq!(language(variable), expected, "{name}={value}");
    }
}

#[test]
fn a_setting_is_a_name_and_everything_behind_the_first_sign() {
    let read = |text| setting(text).unwrap();
    let pair = |name: &str, value: &str| (name.to_owned(), value.to_owned());
    assert_eq!(read("temperature=0.2"), pair("temperature", "0.2"));
    assert_eq!(read("Max new tokens = 7"), pair("Max new tokens", " 7"));
    assert_eq!(read("stop=a=b"), pair("stop", "a=b"));
    assert_eq!(read("stop="), pair("stop", ""));
    for wrong in ["temperature", "=1", ""] {
        assert!(setting(wrong).is_err(), "{wrong:?}");
    }
}

/// The context of a command line, with a settings file of this text.
fn context(settings: &str, arguments: &[&str]) -> Context {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("config.toml");
    std::fs::write(&file, settings).unwrap();
    let common = ["spacechat", "--config", file.to_str().unwrap()];
    let all = common.iter().chain(arguments);
    Context::new(Cli::parse_from(all).global).unwrap()
}

#[test]
fn a_source_is_named_by_each_of_its_options() {
    for option in ["-s", "--source", "--space"] {
        let found = context("", &[option, "ollama"]);
        assert_eq!(found.space, "ollama", "{option}");
        assert_eq!(found.given.space.as_deref(), Some("ollama"));
    }
    let both = ["spacechat", "--source", "a/b", "--space", "c/d"];
    assert!(Cli::try_parse_from(both).is_err());
}

#[test]
fn the_model_of_the_option_goes_before_that_of_the_source_and_that_before_the_settings() {
    let settings = "[chat]\nmodel = \"m0\"\nsource = \"ollama\"\n";
    for (arguments, source, model) in [
        (&[][..], "ollama", "m0"),
        (&["-s", "ollama:gemma3:4b"], "ollama", "gemma3:4b"),
        (&["-s", "hf:a/b:fastest", "-m", "x:y"], "hf", "x:y"),
        (&["-m", "x"], "ollama", "x"),
        (&["-s", "ollama"], "ollama", "m0"),
        // The settings' model is one of the settings' source.
        (&["-s", "vllm"], "vllm", ""),
        (&["--demo"], "demo", ""),
    ] {
        let found = context(settings, arguments);
        assert_eq!((&*found.space, &*found.model), (source, model));
        let given = found.given.model.as_deref();
        let names_model = arguments
            .iter()
            .any(|word| *word == "-m" || word.contains(':'));
        assert_eq!(given.is_some(), names_model, "{arguments:?}");
        assert!(given.is_none_or(|given| given == model));
    }
    let found = context("[chat]\nsource = \"vllm:a/b\"\n", &[]);
    assert_eq!((&*found.space, &*found.model), ("vllm", "a/b"));
    // A saved conversation keeps its own.
    assert_eq!(found.given, CliOverrides::default());
}

#[test]
fn the_environment_names_a_source_by_its_new_name_before_the_other() {
    let named = |pairs: &[(&str, &str)]| {
        environment(|asked| {
            let found = pairs.iter().find(|(name, _)| *name == asked);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    let (new, other) = (("SPACECHAT_SOURCE", "hf"), ("SPACECHAT_SPACE", "a/b"));
    assert_eq!(named(&[new, other]).as_deref(), Some("hf"));
    assert_eq!(named(&[other]).as_deref(), Some("a/b"));
    let empty = ("SPACECHAT_SOURCE", "");
    assert_eq!(named(&[empty, other]).as_deref(), Some("a/b"));
    assert_eq!(named(&[]), None);
}

#[test]
fn sources_of_the_settings_are_offered_and_reached_by_their_names() {
    let settings = "[sources.mybox]\nurl = \"http://10.0.0.5:8080\"\nkind = \"openai\"\n";
    let refusal = |context: &Context| match context.provider("mybox") {
        Ok(_) => String::new(),
        Err(error) => error.hint(),
    };
    let found = context(settings, &["-s", "mybox:m"]);
    assert_eq!((&*found.space, &*found.model), ("mybox", "m"));
    let is_offered = |id: &str| found.choices().iter().any(|choice| choice.id == id);
    assert!(is_offered("mybox") && is_offered("ollama"));
    assert!(refusal(&found).contains("--insecure-http"));
    let allowed = context(settings, &["--insecure-http"]);
    assert!(!refusal(&allowed).contains("--insecure-http"));
}

#[tokio::test]
async fn a_source_that_needs_a_key_is_not_asked_without_it_and_no_key_is_read_at_the_start() {
    let settings = "[sources.box]\nurl = \"http://127.0.0.1:1\"\nkind = \"gradio\"\nkey_command = \"exit 1\"\n[sources.bare]\nurl = \"http://127.0.0.1:1\"\n";
    let found = context(settings, &[]);
    assert!(found.settings.complaints.is_empty());
    assert!(found.provider("box").is_err());
    assert!(found.provider("bare").is_ok());
}
