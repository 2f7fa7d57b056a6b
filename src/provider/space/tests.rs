mod replay;

use super::chat::Memory;
use super::chat::{Rebuilt, Shape};
use super::detect;
use super::*;
use serde_json::json;

fn recorded(config: &str) -> App {
    App::read(&serde_json::from_str(config).unwrap()).unwrap()
}

fn chat(app: &App, info: &Value) -> Chat {
    detect::find(app, info).unwrap().remove(0)
}

macro_rules! config {
    ($name:literal) => {
        recorded(include_str!(concat!(
            "../../../tests/fixtures/",
            $name,
            ".config.json"
        )))
    };
}

fn by_page(chatbot: i64, shape: Shape, functions: &[i64]) -> Memory {
    Memory::Chatbot(Rebuilt {
        chatbot,
        shape,
        functions: functions.to_vec(),
    })
}

#[test]
fn the_page_of_a_chat_interface_is_found_in_every_recorded_version() {
    for (app, message, reply, memory) in [
        (config!("chatinterface-4.8"), 7, 4, Memory::Session),
        (config!("chatinterface-4.16"), 7, 4, Memory::Session),
        (config!("chatinterface-4.20"), 10, 3, Memory::Session),
        (
            config!("chatinterface-4.44"),
            10,
            3,
            by_page(3, Shape::Pairs, &[]),
        ),
        (
            config!("chatinterface-5.49"),
            11,
            8,
            by_page(8, Shape::Messages, &[3]),
        ),
        (
            config!("chatinterface-6.31"),
            11,
            8,
            by_page(8, Shape::Parts, &[3]),
        ),
    ] {
        let chat = chat(&app, &Value::Null);
        assert_eq!(chat.form, Form::Interface, "{}", app.version);
        assert_eq!(chat.memory, memory, "{}", app.version);
        assert_eq!(
            (chat.first, chat.message, &*chat.replies),
            (0, message, &[reply][..]),
            "{}",
            app.version
        );
        let names: Vec<&str> = chat.inputs.iter().map(|input| &*input.name).collect();
        assert_eq!(names, ["system_message", "temperature"], "{}", app.version);
        assert_eq!((chat.system(), &*chat.places), (Some(0), &[0, 1][..]));
        assert_eq!(chat.inputs[0].default, json!("You are nice"));
        assert_eq!(chat.inputs[1].takes(), "a number from 0 to 2");
        assert_eq!(chat.doubts, Vec::<String>::new(), "{}", app.version);
    }
}

#[test]
fn the_function_of_a_chat_interface_without_a_page_is_used() {
    let mut config: Value = serde_json::from_str(include_str!(
        "../../../tests/fixtures/chatinterface-5.49.config.json"
    ))
    .unwrap();
    let dependencies = config["dependencies"].as_array_mut().unwrap();
    dependencies.retain(|dependency| dependency["id"] == 6);
    let chat = chat(&App::read(&config).unwrap(), &Value::Null);
    assert_eq!((chat.form, chat.first), (Form::Function, 6));
    assert_eq!((chat.message, chat.reply()), (11, 14));
    assert_eq!(chat.memory, Memory::Session);
}

#[test]
fn qwen_agents_page_is_known_by_its_functions() {
    let chats = detect::find(&config!("qwen-webui-4.44"), &Value::Null).unwrap();
    assert_eq!(chats.len(), 1);
    assert_eq!((chats[0].form, chats[0].first), (Form::QwenAgent, 1));
    assert_eq!(chats[0].memory, Memory::Session);
}

#[test]
fn an_app_of_gradio_3_is_too_old_and_told_with_its_version() {
    let error = detect::find(&config!("chatinterface-3.50"), &Value::Null).unwrap_err();
    assert_eq!(error.kind(), crate::chat::FailureKind::Unsupported);
    assert!(error.to_string().contains("too old"), "{error}");
    assert!(error.to_string().contains("3.50.2"), "{error}");
}

#[test]
fn an_app_without_a_chat_says_what_was_looked_for() {
    let app = app(
        &json!([[1, "image"], [2, "image"]]),
        json!([[[1], [2], "flip", "click"]]),
    );
    let error = detect::find(&app, &Value::Null).unwrap_err();
    assert_eq!(error.kind(), crate::chat::FailureKind::Unsupported);
    assert!(error.to_string().contains("ChatInterface"), "{error}");
}

/// An app of Gradio 5 from `[id, type]` and `[inputs, outputs, name, event]`; the event of one that
/// runs after another is that one's number.
fn app(components: &Value, dependencies: Value) -> App {
    let components = components.as_array().unwrap().iter().map(|component| {
        let props = component.get(2).cloned().unwrap_or(json!({}));
        json!({"id": component[0], "type": component[1], "props": props})
    });
    let Value::Array(dependencies) = dependencies else {
        panic!("a list")
    };
    let dependencies = dependencies.iter().enumerate().map(|(id, dependency)| {
        let event = &dependency[3];
        let targets = match event.as_str() {
            Some(event) => json!([[dependency[0][0], event]]),
            None => json!([[null, "then"]]),
        };
        json!({"id": id, "targets": targets, "inputs": dependency[0], "outputs": dependency[1],
            "api_name": dependency[2], "trigger_after": event.as_i64(), "queue": true})
    });
    App::read(&json!({
        "version": "5.50.0", "protocol": "sse_v3",
        "components": components.collect::<Vec<_>>(),
        "dependencies": dependencies.collect::<Vec<_>>(),
    }))
    .unwrap()
}

#[test]
fn a_page_whose_chatbot_is_the_history_is_used_as_its_users_do() {
    let app = app(
        &json!([[1, "textbox"], [2, "chatbot", {"type": "messages"}], [3, "slider", {"label": "Heat", "maximum": 2}]]),
        json!([
            [[1, 2], [1, 2], "add", "submit"],
            [[2, 3], [2], "answer", 0]
        ]),
    );
    let chat = chat(&app, &Value::Null);
    assert_eq!((chat.form, chat.first), (Form::Page, 0));
    assert_eq!((chat.message, chat.reply()), (1, 2));
    assert_eq!(chat.memory, by_page(2, Shape::Messages, &[]));
    assert_eq!(chat.inputs[0].name, "heat");
}

#[test]
fn a_slider_whose_limits_are_the_wrong_way_round_has_none() {
    let slider = json!({"label": "Heat", "minimum": 4, "maximum": 0.1, "step": 0});
    let app = app(
        &json!([[1, "textbox"], [2, "chatbot"], [3, "slider", slider]]),
        json!([[[1, 2, 3], [2], "answer", "submit"]]),
    );
    let none = crate::chat::input::Kind::number(None, None, None);
    assert_eq!(chat(&app, &Value::Null).inputs[0].kind, none);
}

#[test]
fn a_page_that_keeps_its_history_in_a_state_is_remembered_by_session() {
    let app = app(
        &json!([[1, "textbox"], [2, "chatbot"], [3, "state"]]),
        json!([[[1, 3], [2, 3], "talk", "submit"]]),
    );
    assert_eq!(chat(&app, &Value::Null).memory, Memory::Session);
}

#[test]
fn a_page_that_gives_nothing_but_a_picture_replies_with_it() {
    let components = json!([
        {"id": 1, "type": "textbox", "props": {"label": "Prompt"}},
        {"id": 2, "type": "image", "props": {"label": "Picture"}},
        {"id": 3, "type": "button", "props": {"value": "Submit"}},
    ]);
    let dependencies =
        json!([{"targets": [[3, "click"], [1, "submit"]], "inputs": [1], "outputs": [2]}]);
    let app = json!({"version": "5.50.0", "protocol": "sse_v3", "components": components, "dependencies": dependencies});
    let chat = chat(&App::read(&app).unwrap(), &Value::Null);
    assert_eq!((chat.message, chat.reply()), (1, 2));
}

#[test]
fn a_named_function_that_takes_a_message_and_gives_a_text_chats() {
    let app = app(
        &json!([[1, "textbox"], [2, "textbox"], [3, "checkbox"]]),
        json!([
            [[3], [3], "toggle", "change"],
            [[1, 3], [2], "predict", "click"]
        ]),
    );
    let info = json!({"named_endpoints": {"/predict": {"parameters": [
        {"parameter_name": "prompt"}, {"parameter_name": "be_brief"},
    ]}}});
    let chat = chat(&app, &info);
    assert_eq!((chat.form, chat.first), (Form::Function, 1));
    assert_eq!(chat.memory, Memory::Prompt);
    assert_eq!(chat.inputs[0].name, "be_brief");
}

#[test]
fn the_choices_of_a_model_are_the_models_of_the_space() {
    let choices =
        json!({"label": "Model", "value": "l", "choices": [["Small", "s"], ["Large", "l"]]});
    let app = app(
        &json!([[1, "textbox"], [2, "chatbot"], [3, "dropdown", choices]]),
        json!([[[1, 2, 3], [2], "talk", "submit"]]),
    );
    let chat = chat(&app, &Value::Null);
    let space = SpaceProvider::new(
        "http://localhost",
        http::Options::default(),
        TaskTracker::new(),
    );
    let mut info = space.info();
    offer(&mut info, &chat.inputs[chat.model().unwrap()]);
    assert_eq!(info.resolve(""), Ok("Large"));
    assert_eq!(info.resolve("s"), Ok("Small"));
    assert_eq!(
        info.resolve("huge").unwrap_err().known,
        ["Large", "Small", "s", "l"]
    );
}
