//! `spacechat space`: what the provider is and can, and how the Space is doing.

use super::Context;
use super::exit::{Exit, complain, print};
use crate::provider::{ProviderInfo, SpaceReport};
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

/// Looks at the Space and tells.
pub async fn run(context: Context, arguments: SpaceArgs) -> Exit {
    let name = arguments
        .space_name
        .unwrap_or_else(|| context.space.clone());
    let provider = match context.provider(&name) {
        Ok(provider) => provider,
        Err(error) => return complain(Exit::Usage, &error.to_string(), &error.hint()),
    };
    let looked = provider.look().await;
    let info = provider.info();
    let failure = looked
        .as_ref()
        .err()
        .map(crate::provider::ProviderError::failure);
    let printed = if arguments.json {
        let mut line = as_json(&info, looked.as_ref().ok());
        if let Some(failure) = &failure {
            line["error"] = json!(failure);
        }
        print(&format!("{line}\n"))
    } else {
        print(&as_text(&info, looked.as_ref().ok()))
    };
    match failure {
        None => printed,
        Some(failure) => complain(Exit::of(&failure), &failure.message, &failure.hint),
    }
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
            "takes_files": report.files.is_native(),
        });
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
        Some(true) => "it answers",
        Some(false) => "it does not answer",
        None => "not looked at",
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
        row("files", yes_no(report.files.is_native()));
    }
    row("endpoint", &info.api_endpoint);
    row("models", &info.known_models().join(", "));
    row("default model", &info.default_model);
    if let Some(window) = info.context_window {
        row("window", &format!("{window} tokens"));
    }
    row("streams", yes_no(info.supports_stream));
    row(
        "system message",
        if info.supports_system_message {
            "yes, in the prompt"
        } else {
            "no"
        },
    );
    let history = if info.supports_message_history {
        "kept by the provider"
    } else {
        "kept by the Space's session, or sent in the prompt"
    };
    row("history", history);
    text
}
