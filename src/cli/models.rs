//! `spacechat models`: lists the models that a source offers.

use super::Context;
use super::exit::{Exit, complain, print};
use crate::provider::{ModelEntry, ReportPart};
use crate::sanitize;
use clap::Args;
use serde_json::{Value, json};
use std::fmt::Write;

/// What `models` takes.
#[derive(Debug, Args)]
pub struct ModelsArgs {
    /// The source; by default the one of --source or of the settings
    source: Option<String>,
    /// One JSON object a line
    #[arg(long)]
    json: bool,
}

/// Looks at the source and prints its models, those that are loaded first.
pub async fn run(mut context: Context, arguments: ModelsArgs) -> Exit {
    let provider = match context.named_provider(arguments.source.as_deref()).await {
        Ok(provider) => provider,
        Err(exit) => return exit,
    };
    let report = match provider.look().await {
        Ok(report) => report,
        Err(error) => {
            let failure = error.failure();
            return complain(Exit::of(&failure), &failure.message, &failure.hint);
        }
    };
    let models = match report.part {
        ReportPart::Server(part) => part.models,
        ReportPart::Gradio(_) => {
            let named = |id: String| ModelEntry {
                id,
                ..ModelEntry::default()
            };
            let info = provider.info();
            info.known_models().into_iter().map(named).collect()
        }
    };
    let mut text = String::new();
    for model in &models {
        let line = if arguments.json {
            model_json(model).to_string()
        } else {
            sanitize::line(&model_words(model))
        };
        // Writing to a string cannot fail.
        let _ = writeln!(text, "{line}");
    }
    print(&text)
}

/// A model as one JSON object.
pub(super) fn model_json(model: &ModelEntry) -> Value {
    json!({
        "id": model.id,
        "window": model.window,
        "trained_window": model.trained_window,
        "price": model.price.map(|(prompt, reply)| json!({"prompt": prompt, "reply": reply})),
        "pictures": model.takes_pictures,
        "state": model.state,
    })
}

/// A model in words: what is told of it, and nothing that is not.
pub(super) fn model_words(model: &ModelEntry) -> String {
    let mut words = vec![model.id.clone()];
    match (model.window, model.trained_window) {
        (Some(window), Some(most)) if most > window => {
            words.push(format!("{window} tokens (could hold {most})"));
        }
        (Some(window), _) => words.push(format!("{window} tokens")),
        (None, Some(most)) => words.push(format!("up to {most} tokens")),
        (None, None) => {}
    }
    if let Some((prompt, reply)) = model.price {
        words.push(match prompt + reply {
            0.0 => "free".to_owned(),
            _ => format!("${prompt:.2} / ${reply:.2} per million"),
        });
    }
    if model.takes_pictures == Some(true) {
        words.push("pictures".to_owned());
    }
    words.extend(model.state.clone());
    words.join(" · ")
}
