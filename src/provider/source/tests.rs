//! Every form in which a source is written.

use super::*;
use crate::http::{KeyPlace, Login};
use crate::provider::catalog::QWEN_DEMO;
use serde_json::json;

fn entry(url: &str) -> UserSource {
    UserSource {
        url: url.to_owned(),
        ..UserSource::default()
    }
}

/// Rules with some sources of a user.
fn rules() -> NameRules {
    let own = UserSource {
        model: "m".to_owned(),
        key: KeyPlace::Variable("OWN_KEY".to_owned()),
        window: Some(4096),
        parameters: [("seed".to_owned(), json!(1))].into(),
        ..entry("http://127.0.0.1:9000/v1/")
    };
    let gradio = UserSource {
        kind: Some(SourceKind::Gradio),
        ..own.clone()
    };
    let server = UserSource {
        kind: Some(SourceKind::OpenAi),
        ..own.clone()
    };
    let named = |(name, source): (&str, UserSource)| (name.to_owned(), source);
    let sources = [
        ("own", own),
        ("gradio", gradio),
        ("server", server),
        ("fast", entry("https://router.huggingface.co/v1")),
        ("far", entry("http://10.0.0.1:8080/v1")),
        ("page", entry("https://huggingface.co/spaces/a/b")),
        ("myhost", entry("http://127.0.0.1:9001")),
    ];
    NameRules {
        sources: sources.map(named).into(),
        ..NameRules::default()
    }
}

fn source(written: &str) -> Source {
    read(written, &rules()).unwrap().0
}

fn refused(written: &str) -> ProviderError {
    read(written, &rules()).unwrap_err()
}

fn server(written: &str) -> ServerRef {
    match source(written) {
        Source::Server(server) => *server,
        other => panic!("{written}: {other:?}"),
    }
}

fn address(written: &str) -> AddressRef {
    match source(written) {
        Source::Address(address) => *address,
        other => panic!("{written}: {other:?}"),
    }
}

#[test]
fn the_model_is_everything_behind_the_first_colon_of_a_name() {
    for (written, name, model) in [
        ("ollama", "ollama", None),
        ("ollama:", "ollama", None),
        ("ollama:gemma3:4b", "ollama", Some("gemma3:4b")),
        (
            "hf:Qwen/Qwen3-8B:fastest",
            "hf",
            Some("Qwen/Qwen3-8B:fastest"),
        ),
        (" openrouter:a/b:free ", "openrouter", Some("a/b:free")),
        ("local:x", "local", Some("x")),
        ("demo:x", "demo", Some("x")),
        ("own:m2", "own", Some("m2")),
        ("gradio:m2", "gradio", Some("m2")),
        ("localhost:8080", "http://localhost:8080", None),
        ("localhost:8080/v1", "http://localhost:8080/v1", None),
        ("otherhost:8080", "https://otherhost:8080", None),
        ("http://localhost:8080", "http://localhost:8080", None),
        ("qwen", QWEN_DEMO, None),
    ] {
        let expected = (name.to_owned(), model.map(str::to_owned));
        assert_eq!(canonical(written, &rules()), expected, "{written}");
        // What is stored leads to the same source.
        assert_eq!(canonical(name, &rules()), (name.to_owned(), None));
        assert_eq!(source(written), source(name), "{written}");
    }
    // A name of the user's own is one before it is a host.
    assert_eq!(
        canonical("myhost:8080", &rules()).1.as_deref(),
        Some("8080")
    );
}

#[test]
fn each_built_in_server_has_its_address_and_the_place_of_its_key() {
    let variable = |name: &str| KeyPlace::Variable(name.to_owned());
    for (name, url, key) in [
        ("ollama", "http://127.0.0.1:11434/v1", KeyPlace::None),
        ("lmstudio", "http://127.0.0.1:1234/v1", KeyPlace::None),
        ("llamacpp", "http://127.0.0.1:8080/v1", KeyPlace::None),
        ("vllm", "http://127.0.0.1:8000/v1", KeyPlace::None),
        ("hf", "https://router.huggingface.co/v1", KeyPlace::HubToken),
        (
            "openai",
            "https://api.openai.com/v1",
            variable("OPENAI_API_KEY"),
        ),
        (
            "openrouter",
            "https://openrouter.ai/api/v1",
            variable("OPENROUTER_API_KEY"),
        ),
        (
            "deepseek",
            "https://api.deepseek.com",
            variable("DEEPSEEK_API_KEY"),
        ),
    ] {
        let found = server(name);
        assert_eq!((found.url.as_str(), found.key), (url, key), "{name}");
        assert_eq!(found.name, name);
    }
    assert_eq!(source("demo"), Source::Demo);
    assert_eq!(source("tour"), Source::Demo);
    assert_eq!(source("local"), Source::Local);
}

#[test]
fn an_address_of_a_known_server_of_the_network_is_that_server() {
    for (written, name) in [
        ("https://api.openai.com/v1", "openai"),
        ("https://api.openai.com", "openai"),
        ("https://API.openai.com:443/v1/chat/completions", "openai"),
        ("https://router.huggingface.co/v1/", "hf"),
        ("https://openrouter.ai/api/v1", "openrouter"),
        ("https://api.deepseek.com/v1", "deepseek"),
        ("api.deepseek.com:443", "deepseek"),
    ] {
        assert_eq!(server(written), server(name), "{written}");
    }
    for other in [
        "https://api.openai.com:8443/v1",
        "https://api.openai.com.evil.org/v1",
        "http://127.0.0.1:11434/v1",
    ] {
        assert_eq!(address(other).server.key, KeyPlace::None, "{other}");
    }
}

#[test]
fn a_space_stays_a_space_and_any_other_address_stays_open() {
    for written in [
        "a/b",
        "https://huggingface.co/spaces/a/b",
        "https://a-b.hf.space/x",
    ] {
        assert!(matches!(source(written), Source::Space(_)), "{written}");
    }
    for written in [
        "http://127.0.0.1:8080",
        "http://127.0.0.1:8080/v1",
        "http://127.0.0.1:8080/v1/chat/completions",
        "https://chat.example.org/api/v1",
        "https://chat.example.org:8443",
    ] {
        let found = address(written);
        assert_eq!(
            (found.space.url.as_str(), found.server.url.as_str()),
            (written, written)
        );
        assert!(!found.is_gradio);
    }
    let found = address("http://ann:hunter2@127.0.0.1:8080/v1/");
    assert_eq!(found.space.login, Some(Login::new("ann", "hunter2")));
    assert_eq!(found.server.name, "http://127.0.0.1:8080/v1");
    assert!(!format!("{found:?}").contains("hunter2"));
}

#[test]
fn a_source_of_the_user_is_looked_at_unless_its_kind_is_told() {
    let own = address("own");
    assert_eq!(
        (own.server.name.as_str(), own.space.label.as_str()),
        ("own", "own")
    );
    assert_eq!(own.server.url, "http://127.0.0.1:9000/v1");
    assert!(!own.is_gradio && address("gradio").is_gradio);
    let server = server("server");
    assert_eq!(server.key, KeyPlace::Variable("OWN_KEY".to_owned()));
    assert_eq!(
        (server.window, server.default_model.as_str()),
        (Some(4096), "m")
    );
    assert_eq!(server.parameters["seed"], 1);
}

#[test]
fn a_source_of_the_user_at_a_known_server_has_its_key_and_its_own_name() {
    let fast = server("fast");
    assert_eq!((fast.name.as_str(), fast.key), ("fast", KeyPlace::HubToken));
}

#[test]
fn plain_http_to_another_machine_is_refused_for_every_form_unless_it_is_allowed() {
    for written in ["http://10.0.0.1:8080/v1", "far", "far:model"] {
        let name = written.trim_end_matches(":model");
        assert_eq!(canonical(written, &rules()).0, name);
        assert!(refused(written).hint().contains("--insecure-http"));
        let allowed = NameRules {
            insecure_http: true,
            ..rules()
        };
        assert!(read(written, &allowed).is_ok(), "{written}");
    }
}

#[test]
fn a_name_of_no_source_is_refused_with_what_could_be_meant() {
    for (written, words) in [
        ("olama:gemma3", "Did you mean ollama?"),
        ("openruoter", "Did you mean openrouter?"),
        ("myhots", "Did you mean myhost?"),
        ("nonsense", "Write owner/name"),
        ("ollama://127.0.0.1", "Write owner/name"),
        ("ftp://host", "Write owner/name"),
        ("", "Write owner/name"),
        ("page", "Use a/b itself"),
    ] {
        let error = refused(written);
        assert!(error.hint().contains(words), "{written}: {}", error.hint());
    }
}

#[test]
fn a_source_has_one_name_whatever_was_written() {
    let rules = NameRules::default();
    for (written, name) in [
        ("tour", "demo"),
        (" qwen ", QWEN_DEMO),
        ("https://huggingface.co/spaces/a/b/tree/main", "a/b"),
        ("http://127.0.0.1:7860/", "http://127.0.0.1:7860"),
        ("127.0.0.1:7860", "http://127.0.0.1:7860"),
        ("nonsense", "nonsense"),
    ] {
        assert_eq!(canonical(written, &rules), (name.to_owned(), None));
    }
    for wrong in ["http://ann:hunter2@example.org", "ftp://ann:hunter2@host"] {
        assert!(!canonical(wrong, &rules).0.contains("hunter2"));
    }
}

#[test]
fn a_name_that_means_something_already_is_reserved() {
    for name in [
        "ollama",
        "local",
        "demo",
        "tour",
        "qwen-1m",
        QWEN_DEMO,
        "localhost",
    ] {
        assert!(is_reserved(name), "{name}");
    }
    assert!(!is_reserved("mybox"));
}
