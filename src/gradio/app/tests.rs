use super::*;
use serde_json::json;

#[test]
fn the_recorded_qwen_space_has_its_chain_of_functions() {
    let app = recorded(include_str!(
        "../../../tests/fixtures/qwen-webui-4.44.config.json"
    ));
    assert_eq!(app.version, "4.44.0");
    assert_eq!(app.api_prefix, "");
    assert_eq!(app.app_id.as_deref(), Some("10181223975712207042"));
    let add_text = app.dependency(1).unwrap();
    assert_eq!(add_text.api_name.as_deref(), Some("add_text"));
    assert!(!app.is_queued(add_text));
    let next: Vec<_> = app.triggered_after(1).map(|next| next.id).collect();
    assert_eq!(next, [2]);
    assert!(app.is_queued(app.dependency(2).unwrap()));
}

#[test]
fn every_recorded_version_is_read() {
    for (config, version, protocol, prefix) in [
        (
            include_str!("../../../tests/fixtures/chatinterface-3.50.config.json"),
            "3.50.2",
            Protocol::WebSocket,
            "",
        ),
        (
            include_str!("../../../tests/fixtures/chatinterface-4.8.config.json"),
            "4.8.0",
            Protocol::Sse,
            "",
        ),
        (
            include_str!("../../../tests/fixtures/chatinterface-4.16.config.json"),
            "4.16.0",
            Protocol::SseV1,
            "",
        ),
        (
            include_str!("../../../tests/fixtures/chatinterface-4.20.config.json"),
            "4.20.1",
            Protocol::SseDiffs,
            "",
        ),
        (
            include_str!("../../../tests/fixtures/chatinterface-5.49.config.json"),
            "5.49.1",
            Protocol::SseDiffs,
            "/gradio_api",
        ),
        (
            include_str!("../../../tests/fixtures/chatinterface-6.31.config.json"),
            "6.31.0",
            Protocol::SseDiffs,
            "/gradio_api",
        ),
    ] {
        let app = recorded(config);
        assert_eq!(
            (app.version.as_str(), app.protocol, app.api_prefix.as_str()),
            (version, protocol, prefix)
        );
        assert!(app.components().any(Component::is_chatbot), "{version}");
        assert!(!app.dependencies().is_empty(), "{version}");
    }
}

#[test]
fn a_chain_ends_however_its_functions_are_tied_together() {
    let circle = vec![json!({"id": 1, "trigger_after": 1}); 100];
    let app = App::read(&json!({"dependencies": circle})).unwrap();
    assert_eq!(app.chain(&app.dependencies()[0]).len(), 101);
    let long: Vec<Value> = (0..100)
        .map(|id| json!({"id": id, "trigger_after": id - 1}))
        .collect();
    let app = App::read(&json!({"dependencies": long})).unwrap();
    assert_eq!(app.chain(&app.dependencies()[0]).len(), 1 + LONGEST_CHAIN);
}

#[test]
fn a_list_without_end_is_cut() {
    let endless = vec![json!({"inputs": vec![0; 10_000]}); 6000];
    let app = App::read(&json!({"dependencies": endless})).unwrap();
    assert_eq!(app.dependencies().len(), LONGEST_LIST);
    assert_eq!(app.dependencies()[0].inputs.len(), LONGEST_LIST);
}

#[test]
fn odd_fields_are_passed_over() {
    let app = App::read(&json!({
        "components": [{"id": 1, "props": {"label": {"key": "x"}, "value": 3}}, {"type": "no id"}, null],
        "dependencies": [{"api_name": false, "queue": null, "targets": [[null, "then"], 7]}, "text"],
        "app_id": "abc", "api_prefix": null, "title": false,
    }))
    .unwrap();
    assert_eq!(
        app.component(1).map(|component| &component.value),
        Some(&json!(3))
    );
    assert_eq!(app.dependencies()[0].api_name, None);
    assert_eq!(app.dependencies()[0].targets, [(None, "then".to_owned())]);
    assert_eq!(app.dependencies()[1].id, 1);
    assert!(app.is_queued(&app.dependencies()[0]));
}

#[test]
fn something_else_is_not_taken_for_an_app() {
    for other in [
        json!({}),
        json!([]),
        json!({"dependencies": "x"}),
        json!({"detail": "Not Found"}),
    ] {
        assert_eq!(App::read(&other), None);
    }
}

fn recorded(config: &str) -> App {
    App::read(&serde_json::from_str(config).unwrap()).unwrap()
}
