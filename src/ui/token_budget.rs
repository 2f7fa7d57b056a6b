//! The token budget in words: what the message will cost, part by part, and what of it is too much.

use super::format::{count, grouped};
use super::theme::Theme;
use crate::app::token_budget::TokenBudget;
use crate::sanitize;
use ratatui::text::Span;

/// More parts of a message than these are told as one.
const MOST_PARTS: usize = 5;

/// What the message will cost, part by part; its price, and what of the prompt before was cached, as far as they fit in
/// `width` cells.
pub fn line(budget: &TokenBudget, theme: &Theme, width: usize) -> Vec<Span<'static>> {
    let mut parts: Vec<String> = budget
        .parts
        .iter()
        .map(|(name, tokens)| format!("{} {}", sanitize::line(name), count(*tokens)))
        .collect();
    if parts.len() > MOST_PARTS {
        let attached = &budget.parts[1..budget.parts.len() - 1];
        let tokens: usize = attached.iter().map(|(_, tokens)| tokens).sum();
        let words = format!("{} more {}", attached.len(), count(tokens));
        parts.splice(1..budget.parts.len() - 1, [words]);
    }
    let window = budget.window.map(|window| format!(" of {}", count(window)));
    let window = window.unwrap_or_default();
    let total = if budget.is_exact {
        grouped(budget.total)
    } else {
        count(budget.total)
    };
    let total = format!("{total}{window} tokens");
    let mut line = if parts.len() > 1 {
        vec![
            Span::styled(format!(" ≈ {} = ", parts.join(" + ")), theme.dim),
            Span::styled(total, theme.key),
        ]
    } else if budget.is_exact {
        vec![Span::styled(format!(" {total}"), theme.dim)]
    } else {
        vec![Span::styled(format!(" ≈ {total}"), theme.dim)]
    };
    if let Some(excess) = budget.excess() {
        let words = format!(" · ! {} too many", count(excess));
        line.push(Span::styled(words, theme.error));
    }
    let cost = budget.cost.map(|cost| match cost.0 {
        0 => " · free".to_owned(),
        _ => format!(" · ≈ {cost}"),
    });
    let cached = budget.cached;
    let cached = cached.map(|percent| format!(" · {percent}% cached last time"));
    let mut room = width.saturating_sub(line.iter().map(Span::width).sum());
    for words in [cost, cached].into_iter().flatten() {
        let words = Span::styled(words, theme.dim);
        if let Some(left) = room.checked_sub(words.width()) {
            room = left;
            line.push(words);
        }
    }
    line
}
