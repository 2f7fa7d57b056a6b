//! `spacechat source`: describes a source, its provider and its state. `space` is its other name.

use super::Context;
use super::exit::{Exit, complain, print};
use super::models::{model_json, model_words};
use crate::chat::input::{Kind, SpaceInput, slug};
use crate::provider::space::CHAT_SETTING;
use crate::provider::{
    GradioReport, ProviderInfo, ReportPart, ServerReport, SignInReport, SourceReport, Support,
};
use crate::sanitize;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;

/// How many models of a server are listed here.
const MODELS_SHOWN: usize = 8;

/// What `source` takes.
#[derive(Debug, Args)]
pub struct SourceArgs {
    /// The source; by default the one of --source or of the settings
    source: Option<String>,
    /// One JSON object on one line
    #[arg(long)]
    json: bool,
}

/// Looks at the source and prints the report.
pub async fn run(mut context: Context, arguments: SourceArgs) -> Exit {
    let named = arguments.source.as_deref();
    let provider = match context.named_provider(named).await {
        Ok(provider) => provider,
        Err(exit) => return exit,
    };
    let report = provider
        .look()
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
fn of_chat(mut report: SourceReport, context: &Context) -> SourceReport {
    let wanted = context.set.get(CHAT_SETTING);
    let chats = report.gradio().map_or(&[][..], |part| &part.chats);
    let chosen = chats.iter().find(|chat| Some(&chat.name) == wanted);
    if let Some(inputs) = chosen.map(|chat| chat.inputs.clone()) {
        report.inputs = inputs;
    }
    report
}

fn as_json(info: &ProviderInfo, report: Option<&SourceReport>) -> Value {
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
        let (name, part) = match &report.part {
            ReportPart::Gradio(part) => ("gradio", gradio_json(part)),
            ReportPart::Server(part) => ("server", server_json(part)),
        };
        line[name] = part;
        line["chat"] = chat_json(report);
    }
    line
}

fn gradio_json(part: &GradioReport) -> Value {
    let functions = part
        .functions
        .iter()
        .map(|(id, name)| json!({"fn_index": id, "api_name": name}));
    json!({
        "version": part.version,
        "protocol": part.protocol,
        "api_prefix": part.api_prefix,
        "app_id": part.app_id,
        "functions": functions.collect::<Vec<_>>(),
        "message_box": part.message_box,
        "gpu_quota": part.gpu_quota,
        "sign_in": part.sign_in.map(|it| if it.is_required { "required" } else { "optional" }),
    })
}

fn server_json(part: &ServerReport) -> Value {
    json!({
        "kind": part.server,
        "version": part.version,
        "slots": part.slots,
        "models": part.models.iter().map(model_json).collect::<Vec<_>>(),
    })
}

fn chat_json(report: &SourceReport) -> Value {
    let support = |support: &Support| match support {
        Support::Native(place) => json!({"native": true, "how": place}),
        Support::InPrompt => json!({"native": false, "how": support.words()}),
    };
    let chats = report.gradio().into_iter().flat_map(|part| &part.chats);
    json!({
        "kind": report.kind,
        "chats": chats.map(|chat| &chat.name).collect::<Vec<_>>(),
        "doubts": report.doubts,
        "endpoint": report.gradio().and_then(|part| part.endpoint.as_deref()),
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

fn as_text(info: &ProviderInfo, report: Option<&SourceReport>) -> String {
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
    let Some(report) = report else {
        // Nothing else is known of a source that does not answer.
        return text;
    };
    let mut endpoint = None;
    match &report.part {
        ReportPart::Gradio(part) => {
            gradio_rows(part, &mut row);
            endpoint = part.endpoint.as_deref();
        }
        ReportPart::Server(part) => server_rows(part, &report.software(), &mut row),
    }
    row("chat", &report.kind);
    for doubt in &report.doubts {
        row("not certain", doubt);
    }
    row(
        "endpoint",
        &endpoint.map_or_else(
            || info.api_endpoint.clone(),
            |name| format!("{} (/{name})", info.api_endpoint),
        ),
    );
    if report.gradio().is_some() {
        row("models", &info.known_models().join(", "));
    }
    row("default model", &info.default_model);
    if let Some(window) = info.window(&info.default_model) {
        row("window", &format!("{window} tokens"));
    }
    row("streams", yes_no(info.supports_stream));
    chat_rows(report, &mut row);
    text
}

fn gradio_rows(part: &GradioReport, row: &mut impl FnMut(&str, &str)) {
    row("gradio", &format!("{} ({})", part.version, part.protocol));
    let prefix = &part.api_prefix;
    row("prefix", if prefix.is_empty() { "none" } else { prefix });
    let functions = part
        .functions
        .iter()
        .map(|(id, name)| format!("{name} ({id})"));
    row("functions", &functions.collect::<Vec<_>>().join(" → "));
    row("message box", &format!("component {}", part.message_box));
    if let Some(quota) = &part.gpu_quota {
        row("quota", quota);
    }
    match part.sign_in {
        Some(SignInReport {
            is_required: true, ..
        }) => row("sign-in", "required, with your Hugging Face token"),
        Some(_) => row("sign-in", "optional, with your Hugging Face token"),
        None => {}
    }
    if part.chats.len() > 1 {
        let names: Vec<&str> = part.chats.iter().map(|chat| &*chat.name).collect();
        row("chats", &names.join(", "));
    }
}

fn server_rows(part: &ServerReport, software: &str, row: &mut impl FnMut(&str, &str)) {
    row("server", software);
    if let Some(slots) = part.slots {
        row("at once", &format!("{slots} replies"));
    }
    let more = part.models.len().saturating_sub(MODELS_SHOWN);
    for (at, model) in part.models.iter().take(MODELS_SHOWN).enumerate() {
        row(if at == 0 { "models" } else { "" }, &model_words(model));
    }
    if more > 0 {
        row("", &format!("and {more} more: spacechat models lists them"));
    }
}

fn chat_rows(report: &SourceReport, row: &mut impl FnMut(&str, &str)) {
    let system = match &report.system {
        Support::Native(place) if report.gradio().is_none() => format!("yes, {place}"),
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
