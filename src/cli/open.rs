//! The full screen, opened from the command line.

use super::Context;
use super::exit::{Exit, complain};
use crate::app::{Model, ProviderNames};
use crate::chat::Conversation;
use crate::provider::Provider;
use crate::runtime::{Time, run_screen};

/// Opens the full screen and stays until the person leaves it.
pub async fn run(context: Context) -> Exit {
    let names = match context.provider(&context.space) {
        Ok((space, provider)) => match names(&space.label, provider.as_ref(), &context.model) {
            Ok(names) => names,
            Err(unknown) => return complain(Exit::Usage, &unknown.to_string(), &unknown.hint()),
        },
        Err(error) => return complain(Exit::Usage, &error.to_string(), &error.hint()),
    };
    let system = context.system.as_str();
    let conversation = Conversation::new(&context.space, &context.model, system);
    let time = Time::new();
    let model = Model::new(conversation, names, time.now());
    let theme = context.settings.theme();
    let providers = context.providers();
    match run_screen(model, time, theme, providers, context.tracker).await {
        Ok(_) => Exit::Done,
        Err(error) => complain(Exit::Failed, &format!("The terminal failed: {error}"), ""),
    }
}

/// What the screen's header says. A model that is not known is refused before the screen opens.
pub(super) fn names(
    space: &str,
    provider: &dyn Provider,
    model: &str,
) -> Result<ProviderNames, crate::provider::UnknownModel> {
    let info = provider.info();
    let model = info.resolve(model)?.to_owned();
    Ok(ProviderNames {
        space: space.to_owned(),
        speaker: speaker(&model),
        model,
        window: info.context_window,
    })
}

/// A model's name at the head of its replies: `qwen-2.5-1m-demo` speaks as `Qwen 2.5 1M`.
fn speaker(model: &str) -> String {
    let words = model.trim_end_matches("-demo").split('-').map(|word| {
        let mut letters = word.chars();
        match letters.next() {
            Some(first) if first.is_ascii_digit() => word.to_uppercase(),
            Some(first) => first.to_uppercase().chain(letters).collect(),
            None => String::new(),
        }
    });
    words.collect::<Vec<_>>().join(" ")
}
