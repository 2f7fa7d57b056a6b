//! The page as `/config` and `/info` describe it: components, dependencies and their order, as Qwen-Agent's `WebUI`
//! builds them on Gradio 4.44, so that a client finds the message box at 5, `add_text` at 1 and `agent_run` at 2.
//! Icons, style sheets and JSON schemas that no client reads are left out.

use serde_json::{Value, json};

use super::functions::{ADD_TEXT, AGENT_RUN, CHANGE_AGENT, FLUSHED};
use super::space::Space;

const HISTORY: u64 = 1;
const CHATBOT: u64 = 4;
const INPUT: u64 = 5;
const SELECTOR: u64 = 8;

/// The HTML that a browser gets: there is no page behind it, only an explanation.
pub(super) const PAGE: &str = "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>spacechat demo</title></head>\n\
<body><h1>spacechat demo</h1><p>This is the Space that spacechat carries with it. It speaks the Gradio protocol and has \
no web page; start <code>spacechat --demo</code> to talk to it.</p></body></html>\n";

/// `/config`.
pub(super) fn config(space: &Space) -> Value {
    let mut config = json!({
        "version": "4.44.0",
        "mode": "blocks",
        "app_id": space.app_id,
        "dev_mode": false,
        "analytics_enabled": false,
        "components": components(),
        "connect_heartbeat": true,
        "title": "spacechat demo",
        "space_id": null,
        "enable_queue": true,
        "show_error": false,
        "show_api": true,
        "is_colab": false,
        "max_file_size": null,
        "protocol": "sse_v3",
        "layout": layout(),
        "dependencies": dependencies(),
        "root": space.root,
        "username": null,
    });
    if let (Value::Object(config), Value::Object(look)) = (&mut config, look()) {
        config.extend(look);
    }
    config
}

/// What concerns a browser only.
fn look() -> Value {
    json!({
        "css": null,
        "js": null,
        "head": null,
        "stylesheets": [],
        "theme": "default",
        "theme_hash": "",
        "body_css": {
            "body_background_fill": "white",
            "body_text_color": "#1f2937",
            "body_background_fill_dark": "#0b0f19",
            "body_text_color_dark": "#f3f4f6",
        },
        "fill_height": false,
        "fill_width": false,
    })
}

/// Which component stands in which; 0 is the page.
fn layout() -> Value {
    json!({"id": 0, "children": [
        {"id": HISTORY},
        {"id": 2, "children": [
            {"id": 3, "children": [{"id": CHATBOT}, {"id": 6, "children": [{"id": INPUT}]}]},
            {"id": 7, "children": [{"id": 9, "children": [{"id": SELECTOR}]}]},
        ]},
    ]})
}

fn components() -> Vec<Value> {
    let chatbot = json!({
        "likeable": false, "value": [], "show_label": true, "container": true, "visible": true, "elem_classes": [],
        "height": 900, "show_copy_button": true,
        "avatar_images": [{"name": "user", "avatar": null}, [
            {"name": "Guide", "avatar": null, "description": "a tour of spacechat"},
            {"name": "Second guide", "avatar": null, "description": "the same tour, in the second bubble"},
        ]],
        "render_markdown": true, "line_breaks": true, "flushing": false, "llm_thinking_presets": [],
    });
    let input = json!({
        "value": {"files": [], "text": ""}, "lines": 1, "max_lines": 20, "placeholder": "Ask how spacechat works",
        "show_label": true, "container": true, "visible": true, "elem_classes": [], "type": "text", "sources": ["upload"],
    });
    let selector = json!({
        "choices": [["Guide", 0], ["Second guide", 1]], "value": 0, "type": "value", "allow_custom_value": false,
        "filterable": true, "label": "Agents", "info": "Who answers", "show_label": true, "container": true,
        "interactive": true, "visible": true, "elem_classes": [],
    });
    let column = |scale: u64| json!({"scale": scale, "min_width": 320, "variant": "default", "visible": true});
    let form = || json!({"scale": 0, "min_width": 0});
    vec![
        component(
            HISTORY,
            "state",
            json!({"value": [], "time_to_live": null}),
            None,
        ),
        component(
            2,
            "row",
            json!({"variant": "default", "visible": true, "elem_classes": ["container"]}),
            None,
        ),
        component(3, "column", column(4), None),
        component(
            CHATBOT,
            "modelscopechatbot",
            chatbot,
            Some(json!({"type": "array", "title": "ChatbotData"})),
        ),
        component(
            INPUT,
            "modelscopemultimodalinput",
            input,
            Some(input_schema()),
        ),
        component(6, "form", form(), None),
        component(7, "column", column(1), None),
        component(SELECTOR, "dropdown", selector, Some(selector_schema())),
        component(9, "form", form(), None),
    ]
}

/// One component; those without a schema take no part in the API, the state component included.
fn component(id: u64, kind: &str, mut props: Value, schema: Option<Value>) -> Value {
    props["name"] = json!(kind);
    props["_selectable"] = json!(false);
    let class = format!("{:032x}", u128::from(id));
    let mut component = json!({
        "id": id, "type": kind, "props": props, "skip_api": schema.is_none(), "component_class_id": class, "key": null,
    });
    if let Some(schema) = schema {
        component["api_info"] = schema;
        component["example_inputs"] = example(id);
    }
    component
}

fn example(id: u64) -> Value {
    match id {
        CHATBOT => {
            json!([[{"text": "Hello!!", "files": []}, {"text": "Hello!!", "flushing": false}]])
        }
        INPUT => json!({"text": "Hello!!", "files": []}),
        _ => json!(0),
    }
}

fn input_schema() -> Value {
    json!({
        "properties": {
            "files": {"default": [], "items": {"type": "object", "title": "FileData"}, "title": "Files", "type": "array"},
            "text": {"title": "Text", "type": "string"},
        },
        "required": ["text"], "title": "MultimodalInputData", "type": "object",
    })
}

fn selector_schema() -> Value {
    json!({"type": "string", "enum": [0, 1]})
}

fn dependencies() -> Vec<Value> {
    vec![
        dependency(
            CHANGE_AGENT,
            "change_agent",
            &json!([[SELECTOR, "change"]]),
            (&[SELECTOR], &[SELECTOR]),
            None,
        ),
        dependency(
            ADD_TEXT,
            "add_text",
            &json!([[INPUT, "submit"]]),
            (&[INPUT, CHATBOT, HISTORY], &[INPUT, CHATBOT, HISTORY]),
            None,
        ),
        dependency(
            AGENT_RUN,
            "agent_run",
            &json!([[null, "then"]]),
            (&[CHATBOT, HISTORY, SELECTOR], &[CHATBOT, HISTORY, SELECTOR]),
            Some(ADD_TEXT),
        ),
        dependency(
            FLUSHED,
            "flushed",
            &json!([[null, "then"]]),
            (&[], &[INPUT]),
            Some(AGENT_RUN),
        ),
        page_load(),
    ]
}

fn dependency(
    id: u64,
    name: &str,
    targets: &Value,
    (inputs, outputs): (&[u64], &[u64]),
    after: Option<u64>,
) -> Value {
    json!({
        "id": id, "targets": targets, "inputs": inputs, "outputs": outputs, "backend_fn": true, "js": null,
        "queue": after.is_some(), "api_name": name, "scroll_to_output": false, "show_progress": "full", "batch": false,
        "max_batch_size": 4, "cancels": [], "types": {"generator": id != FLUSHED, "cancel": false},
        "collects_event_data": false, "trigger_after": after, "trigger_only_on_success": false,
        "trigger_mode": if id == CHANGE_AGENT { "always_last" } else { "once" },
        "show_api": true, "zerogpu": false, "rendered_in": null,
    })
}

/// The page's `load` event, which has no function behind it: clients must pass it over.
fn page_load() -> Value {
    let mut load = dependency(4, "unnamed", &json!([[0, "load"]]), (&[], &[]), None);
    load["backend_fn"] = json!(false);
    load["types"] = json!({"generator": false, "cancel": false});
    load["show_api"] = json!(false);
    load
}

/// `/info`: the endpoints with a name, whose lists leave the state component out.
pub(super) fn info() -> Value {
    let input = || {
        (
            "Modelscopemultimodalinput",
            "parameter_5",
            "_input",
            input_schema(),
            example(INPUT),
        )
    };
    let chatbot = |name| {
        (
            "Modelscopechatbot",
            "parameter_4",
            name,
            json!({"type": "array", "title": "ChatbotData"}),
            example(CHATBOT),
        )
    };
    let selector = |name| {
        (
            "Dropdown",
            "Agents",
            name,
            selector_schema(),
            example(SELECTOR),
        )
    };
    json!({
        "named_endpoints": {
            "/change_agent": endpoint(&[selector("agent_selector")], &[selector("")]),
            "/add_text": endpoint(&[input(), chatbot("_chatbot")], &[input(), chatbot("")]),
            "/agent_run": endpoint(&[chatbot("_chatbot"), selector("_agent_selector")], &[chatbot(""), selector("")]),
            "/flushed": endpoint(&[], &[input()]),
        },
        "unnamed_endpoints": {},
    })
}

/// Component, label, parameter name, schema, example.
type Slot = (&'static str, &'static str, &'static str, Value, Value);

fn endpoint(parameters: &[Slot], returns: &[Slot]) -> Value {
    let parameter = |(component, label, name, schema, example): &Slot| {
        json!({
            "label": label, "parameter_name": name, "parameter_has_default": true, "parameter_default": default(component),
            "type": schema, "python_type": {"type": "Any", "description": ""}, "component": component, "example_input": example,
        })
    };
    let returned = |(component, label, _, schema, _): &Slot| {
        let label = label.replace("parameter", "value");
        json!({"label": label, "type": schema, "python_type": {"type": "Any", "description": ""}, "component": component})
    };
    json!({
        "parameters": parameters.iter().map(parameter).collect::<Vec<_>>(),
        "returns": returns.iter().map(returned).collect::<Vec<_>>(),
        "show_api": true,
    })
}

fn default(component: &str) -> Value {
    match component {
        "Modelscopemultimodalinput" => json!({"files": [], "text": ""}),
        "Modelscopechatbot" => json!([]),
        _ => json!(0),
    }
}
