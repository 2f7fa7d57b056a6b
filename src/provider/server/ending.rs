//! The end of a reply: what the server told of it, and whether it is one at all.
//!
//! A status of success says nothing: there must be a reason why it ended, and no failure on the way.

use super::reply::ReplySoFar;
use super::sending::Sending;
use super::{ServerProvider, price, refusal};
use crate::chat::{self, Cost, Notice, Price};
use crate::openai::{End, Finish, ServerKind, Stream, Usage, discovery};
use crate::provider::reply::ReplySender;
use crate::provider::{ProviderError, ReplyEvent};

/// A prompt of fewer estimated tokens is too small to tell whether it was cut.
const TELLING: usize = 1000;

/// Tells how the reply ended, [`ReplyEvent::Done`] included. `so_far` is all of it.
pub async fn tell(
    server: &ServerProvider,
    sender: &ReplySender,
    sending: &Sending<'_>,
    (stream, so_far): (&Stream, &ReplySoFar<'_>),
) -> Result<(), ProviderError> {
    let completion = stream.completion();
    learn_window(server, sending).await;
    let window = server.window(sending.model);
    if let Some(name) = completion
        .model
        .as_deref()
        .filter(|name| is_another(sending.model, name))
    {
        sender.send(ReplyEvent::Model(name.to_owned())).await;
    }
    if let Some(usage) = completion.usage {
        let told = usage_of(usage, price_of(sending));
        sender.send(ReplyEvent::Usage(told)).await;
        if let Some(text) = cut_prompt(usage.prompt, sending, window) {
            let level = "warning".to_owned();
            sender
                .send(ReplyEvent::Notice(Notice { level, text }))
                .await;
        }
    }
    let asked = sending.asked(window);
    let finish = match completion.end() {
        End::Finished(finish) => finish,
        End::Failed(failure) => return Err(refusal::in_stream(&failure, asked)),
        End::BrokenOff => return Err(refusal::broken_off(asked)),
        End::Silent => return Err(refusal::silent(asked)),
        End::Strange => return Err(refusal::strange(&sending.found.client.base())),
    };
    let text = so_far.text();
    if text.trim().is_empty() {
        return Err(match &finish {
            // Not all of them give the reason that they should.
            finish if !completion.tools.is_empty() || *finish == Finish::ToolCall => {
                refusal::tool_only(&completion.tools)
            }
            finish if so_far.has_thoughts() => refusal::thought_only(*finish == Finish::Length),
            Finish::Length => refusal::silent(asked),
            Finish::Filtered => refusal::empty(asked, "the provider withheld it"),
            Finish::Other(word) => refusal::empty(asked, word),
            _ => refusal::empty(asked, "it says that it was done"),
        });
    }
    let finish = finish_of(finish, &completion.tools);
    sender.send(ReplyEvent::Finish(finish)).await;
    sender.send(ReplyEvent::Done(text.to_owned())).await;
    Ok(())
}

/// Ollama tells how much it holds once it has loaded the model.
async fn learn_window(server: &ServerProvider, sending: &Sending<'_>) {
    if sending.found.server.kind != ServerKind::Ollama || server.window(sending.model).is_some() {
        return;
    }
    let window = discovery::window_at_ollama(&sending.found.client, sending.model).await;
    if let Some(window) = window {
        let mut learned = server.learned();
        learned.windows.insert(sending.model.to_owned(), window);
    }
}

/// What the model that was asked for costs.
fn price_of(sending: &Sending<'_>) -> Option<Price> {
    let mut models = sending.found.server.models.iter();
    price(models.find(|entry| entry.id == sending.model)?)
}

/// What was counted. What the server says of its cost counts for more than its list of prices.
fn usage_of(usage: Usage, price: Option<Price>) -> chat::Usage {
    let told = usage.cost.and_then(Cost::of_dollars);
    let by_list = || Some(price?.of(usage.prompt, usage.completion));
    chat::Usage {
        cost: told.or_else(by_list),
        prompt: usage.prompt,
        cached: usage.cached,
        completion: usage.completion,
        speed: usage.speed,
    }
}

fn finish_of(finish: Finish, tools: &[String]) -> chat::Finish {
    match finish {
        Finish::Stop => chat::Finish::Stop,
        Finish::Length => chat::Finish::Length,
        Finish::ToolCall => chat::Finish::ToolCall(tools.to_vec()),
        Finish::Filtered => chat::Finish::Filtered,
        Finish::Aborted | Finish::Failed => chat::Finish::Aborted,
        Finish::Other(word) => chat::Finish::Other(word),
    }
}

/// Whether the model that answered is another than the one that was asked for. Servers lengthen names (a date, a path) and
/// shorten them (a provider's suffix).
fn is_another(asked: &str, answered: &str) -> bool {
    let plain = |name: &str| {
        let name = name.to_lowercase();
        let last = name.rsplit('/').next().unwrap_or_default();
        last.split(':').next().unwrap_or_default().to_owned()
    };
    let (asked, answered) = (plain(asked), plain(answered));
    !(asked.contains(&answered) || answered.contains(&asked))
}

/// What is said where the server has read far less than was sent: some cut a prompt without a word.
fn cut_prompt(read: u64, sending: &Sending<'_>, window: Option<u64>) -> Option<String> {
    let sent = sending.plan.tokens;
    let (read_of, sent_of) = (u128::from(read), sent as u128);
    let is_far_less = sent >= TELLING && read_of * 10 < sent_of * 6;
    if !is_far_less || sending.plan.has_pictures || !is_full(read, window) {
        return None;
    }
    Some(format!(
        "The server read {read} of about {sent} tokens: it seems to have cut the prompt. {}",
        refusal::longer_window(sending.found.server.kind)
    ))
}

/// Whether so many tokens fill the window, or a window as servers have it: a power of two, within 5 %.
fn is_full(read: u64, window: Option<u64>) -> bool {
    let near = |full: u64| read <= full && (full - read) * 20 <= full;
    match window {
        Some(window) => near(window) || near(window / 2),
        None => near(read.next_power_of_two()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_model_is_another_only_if_neither_name_holds_the_other() {
        for (asked, answered, expected) in [
            ("gpt-4o", "gpt-4o-2024-08-06", false),
            ("Qwen/Qwen3-8B:fastest", "qwen3-8b", false),
            ("", "models/smollm2.gguf", false),
            ("no-such-model", "SmolLM2", true),
            ("openrouter/auto", "openai/gpt-5", true),
        ] {
            assert_eq!(is_another(asked, answered), expected, "{asked}");
        }
    }

    #[test]
    fn a_full_window_is_one_that_is_known_or_a_power_of_two() {
        assert!(is_full(4090, None));
        assert!(!is_full(3000, None));
        assert!(is_full(7800, Some(8000)));
        assert!(is_full(2040, Some(4096)));
        assert!(!is_full(6000, Some(8000)));
    }
}
