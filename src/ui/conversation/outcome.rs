//! What a source told of a reply, in words: what it cost, and which model wrote it.

use crate::chat::{Outcome, Usage};
use crate::ui::format::count;

/// What a reply cost, in parts of which the last can be left out: tokens, those of the prompt that were cached, how fast
/// they came, and money. Empty where nothing was counted.
pub fn usage(usage: &Usage) -> String {
    let tokens = |count_of: u64| count(usize::try_from(count_of).unwrap_or(usize::MAX));
    let (prompt, completion) = (tokens(usage.prompt), tokens(usage.completion));
    let mut parts = Vec::new();
    match (usage.prompt, usage.completion) {
        (0, 0) => {}
        (0, _) => parts.push(format!("{completion} tokens out")),
        (_, 0) => parts.push(format!("{prompt} tokens in")),
        _ => parts.push(format!("{prompt} tokens in, {completion} out")),
    }
    let cached = usage.cached_percent().filter(|percent| *percent > 0);
    parts.extend(cached.map(|percent| format!("{percent}% cached")));
    // What is shown of a speed that is no number would be none either.
    if let Some(speed) = usage.speed.filter(|speed| (0.5..1e6).contains(speed)) {
        parts.push(format!("{speed:.0} tok/s"));
    }
    parts.extend(
        usage
            .cost
            .filter(|cost| cost.0 > 0)
            .map(|cost| cost.to_string()),
    );
    parts.join(" · ")
}

/// Which model wrote a reply, where that is another than the one that was asked for.
pub fn writer(outcome: &Outcome) -> Option<String> {
    let model = outcome.model.as_deref()?.trim();
    (!model.is_empty()).then(|| format!("Written by {model}."))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::Cost;

    #[test]
    fn what_a_reply_cost_is_told_as_far_as_it_was_counted() {
        let whole = Usage {
            prompt: 12_400,
            cached: Some(9_920),
            completion: 350,
            speed: Some(35.4),
            cost: Some(Cost(4_200)),
        };
        assert_eq!(
            usage(&whole),
            "12k tokens in, 350 out · 80% cached · 35 tok/s · $0.0042"
        );
        let part = Usage {
            prompt: 0,
            cached: Some(7),
            completion: 350,
            speed: Some(f64::INFINITY),
            cost: None,
        };
        assert_eq!(usage(&part), "350 tokens out");
        let wrong = Usage {
            prompt: u64::MAX,
            cached: Some(u64::MAX),
            ..Usage::default()
        };
        assert!(usage(&wrong).ends_with("tokens in · 100% cached"));
        assert_eq!(usage(&Usage::default()), "");
    }
}
