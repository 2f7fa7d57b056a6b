//! `spacechat space`: describes a Space, its provider and its state.

use super::Context;
use super::exit::{Exit, complain, print};
use crate::chat::input::{Kind, SpaceInput, slug};
use crate::provider::space::CHAT_SETTING;
use crate::provider::{ProviderInfo, SpaceReport, Support};
use crate::sanitize;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;

/// What `space` takes.
#[derive(Debug, Args)]
pub struct SpaceArgs {
    /// The Space; by default the one of --space or of the settings
    space_name: Option<String>,
    /// One JSON object on one line
    #[arg(long)]
    json: bool,
}

/// Inspects the Space and prints the report.
pub async fn run(context: Context, arguments: SpaceArgs) -> Exit {
    let mut context = context;
    if let Some(written) = &arguments.space_name {
        context.talk_to(written);
    }
    let name = context.space.clone();
    let provider = match context.provider(&name) {
        Ok(provider) => provider,
        Err(error) => return complain(Exit::Usage, &error.to_string(), &error.hint()),
    };
    let report = provider
        .inspect()
        .await
        .map(|report| of_chat(report, &context));
    let info = provider.info();
    let failure = report
        .as_ref()
        .err()
        .map(crate::provider::ProviderError::failure);
    let printed = if arguments.json {
        let mut line = as_json(&info, report.as_ref().ok());
        if let Some(failure) = &failure {
            line["error"] = json!(failure);
        }
        print(&format!("{line}\n"))
    } else {
        print(&as_text(&info, report.as_ref().ok()))
    };
    match failure {
        None => printed,
        Some(failure) => complain(Exit::of(&failure), &failure.message, &failure.hint),
    }
}

/// The report with the settings of the chat that the command line names.
fn of_chat(mut report: SpaceReport, context: &Context) -> SpaceReport {
    let wanted = context.set.get(CHAT_SETTING);
    if let Some(chat) = report.chats.iter().find(|chat| Some(&chat.name) == wanted) {
        report.inputs.clone_from(&chat.inputs);
    }
    report
}

fn as_json(info: &ProviderInfo, report: Option<&SpaceReport>) -> Value {
    let aliases: serde_json::Map<String, Value> = info
        .model_aliases
        .iter()
        .map(|(alias, model)| (alias.clone(), json!(model)))
        .collect();
    let mut line = json!({
        "label": info.label,
        "url": info.url,
        "api_endpoint": info.api_endpoint,
        "working": info.working,
        "supports_stream": info.supports_stream,
        "supports_system_message": info.supports_system_message,
        "supports_message_history": info.supports_message_history,
        "default_model": info.default_model,
        "model_aliases": aliases,
        "models": info.models,
        "context_window": info.context_window,
    });
    if let Some(report) = report {
        let functions = report
            .functions
            .iter()
            .map(|(id, name)| json!({"fn_index": id, "api_name": name}));
        line["gradio"] = json!({
            "version": report.gradio_version,
            "protocol": report.protocol,
            "api_prefix": report.api_prefix,
            "app_id": report.app_id,
            "functions": functions.collect::<Vec<_>>(),
            "message_box": report.message_box,
        });
        line["chat"] = chat_json(report);
    }
    line
}

fn chat_json(report: &SpaceReport) -> Value {
    let support = |support: &Support| match support {
        Support::Native(place) => json!({"native": true, "how": place}),
        Support::InPrompt => json!({"native": false, "how": support.words()}),
    };
    json!({
        "kind": report.kind,
        "chats": report.chats.iter().map(|chat| &chat.name).collect::<Vec<_>>(),
        "doubts": report.doubts,
        "endpoint": report.endpoint,
        "inputs": report.inputs.iter().map(input_json).collect::<Vec<_>>(),
        "system_message": support(&report.system),
        "history": support(&report.history),
        "files": support(&report.files),
        "thinking": support(&report.thinking),
    })
}

fn input_json(input: &SpaceInput) -> Value {
    let mut line = json!({"name": input.name, "label": input.label, "default": input.default});
    match &input.kind {
        Kind::Text => line["type"] = json!("text"),
        Kind::Flag => line["type"] = json!("flag"),
        Kind::Number { min, max, step } => {
            line["type"] = json!("number");
            line["minimum"] = json!(min);
            line["maximum"] = json!(max);
            line["step"] = json!(step);
        }
        Kind::Choice { choices, many, .. } => {
            line["type"] = json!(if *many { "choices" } else { "choice" });
            let choices = choices
                .iter()
                .map(|(label, value)| json!({"label": label, "value": value}));
            line["choices"] = choices.collect();
        }
    }
    line
}

fn as_text(info: &ProviderInfo, report: Option<&SpaceReport>) -> String {
    let mut text = String::new();
    let mut row = |name: &str, value: &str| {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{name:<16}{}", sanitize::line(value));
    };
    let yes_no = |flag: bool| if flag { "yes" } else { "no" };
    row("provider", &info.label);
    row("address", &info.url);
    let state = match info.working {
        Some(true) => "answering",
        Some(false) => "not answering",
        None => "not checked",
    };
    row("state", state);
    if let Some(report) = report {
        row(
            "gradio",
            &format!("{} ({})", report.gradio_version, report.protocol),
        );
        let prefix = &report.api_prefix;
        row("prefix", if prefix.is_empty() { "none" } else { prefix });
        let functions = report
            .functions
            .iter()
            .map(|(id, name)| format!("{name} ({id})"));
        row("functions", &functions.collect::<Vec<_>>().join(" → "));
        row("message box", &format!("component {}", report.message_box));
        row("chat", &report.kind);
        if report.chats.len() > 1 {
            let names: Vec<&str> = report.chats.iter().map(|chat| &*chat.name).collect();
            row("chats", &names.join(", "));
        }
        for doubt in &report.doubts {
            row("not certain", doubt);
        }
    }
    if report.is_none() {
        // Nothing else is known of a Space that does not answer.
        return text;
    }
    let endpoint = report.and_then(|report| report.endpoint.as_deref());
    row(
        "endpoint",
        &endpoint.map_or_else(
            || info.api_endpoint.clone(),
            |name| format!("{} (/{name})", info.api_endpoint),
        ),
    );
    row("models", &info.known_models().join(", "));
    row("default model", &info.default_model);
    if let Some(window) = info.context_window {
        row("window", &format!("{window} tokens"));
    }
    row("streams", yes_no(info.supports_stream));
    if let Some(report) = report {
        chat_rows(report, &mut row);
    } else {
        row("system message", yes_no(info.supports_system_message));
    }
    text
}

fn chat_rows(report: &SpaceReport, row: &mut impl FnMut(&str, &str)) {
    let system = match &report.system {
        Support::Native(input) => format!("yes, in the setting {input}"),
        Support::InPrompt => "yes, in the prompt".to_owned(),
    };
    row("system message", &system);
    row("history", &report.history.words());
    row("files", &report.files.words());
    row("thinking", &report.thinking.words());
    for (at, input) in report.inputs.iter().enumerate() {
        let title = if at == 0 { "settings" } else { "" };
        let default = match &input.default {
            Value::Null => "empty".to_owned(),
            Value::String(text) => format!("{text:?}"),
            other => other.to_string(),
        };
        let (name, takes) = (&input.name, input.takes());
        let label = if slug(&input.label) == *name {
            String::new()
        } else {
            format!("{:?}, ", input.label)
        };
        row(title, &format!("{name} = {default} ({label}{takes})"));
    }
}
