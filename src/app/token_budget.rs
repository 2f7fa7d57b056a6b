//! What a message will cost before it is sent: tokens by part, against the model's window; and
//! the very text that will travel.
//!
//! Estimates (see [`crate::chat::tokens`]), shown with `≈`, unless the source has counted what stands there
//! (see [`super::counting`]). Nothing is ever cut silently: what is
//! over the window is told before, and sent only when the user says so again. Where a source told what it counted in the turn
//! before, estimates are corrected by that.

use crate::app::conversation::correction::Correction;
use crate::app::counting::would_travel;
use crate::app::popups::text_view::TextView;
use crate::app::prompt_preview::PromptRequest;
use crate::app::{Effect, Model};
use crate::chat::{Cost, ProviderNames, tokens};
use std::fmt::Write;
use std::sync::Arc;

/// What the view of what will be sent is called.
const TITLE: &str = "What will be sent";

/// The parts of what will travel, with their tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenBudget {
    /// What each part is called, and its tokens; parts of nothing are left out.
    pub parts: Vec<(String, usize)>,
    /// Tokens of all parts.
    pub total: usize,
    /// Whether the source has counted the total; the parts are estimates in any case.
    pub is_exact: bool,
    /// What the model can hold, where that is known.
    pub window: Option<usize>,
    /// What the prompt costs, where the model's price is known.
    pub cost: Option<Cost>,
    /// How many percent of the prompt before were cached, where the source told.
    pub cached: Option<u8>,
}

impl TokenBudget {
    /// How many tokens there are too many.
    pub fn excess(&self) -> Option<usize> {
        self.total
            .checked_sub(self.window?)
            .filter(|excess| *excess > 0)
    }

    fn correct(&mut self, correction: &Correction) {
        for (_, tokens) in &mut self.parts {
            *tokens = correction.apply(*tokens);
        }
        self.total = self.parts.iter().map(|(_, tokens)| tokens).sum();
    }

    /// The source has counted all of it: the parts have their shares of that.
    fn count_exactly(&mut self, counted: usize) {
        let estimated = self.total.max(1) as u128;
        let mut left = counted;
        if let Some((last, others)) = self.parts.split_last_mut() {
            for (_, tokens) in others {
                let share = *tokens as u128 * counted as u128 / estimated;
                *tokens = usize::try_from(share).unwrap_or(left).min(left);
                left -= *tokens;
            }
            last.1 = left;
        }
        self.total = counted;
        self.is_exact = true;
    }

    fn add(&mut self, name: &str, tokens: usize) {
        if tokens > 0 {
            self.parts.push((name.to_owned(), tokens));
            self.total += tokens;
        }
    }
}

/// The budget of what stands in the composer. The tokens of the system message and of the past are
/// told: who draws keeps them.
pub fn token_budget(model: &Model, (system, past): (usize, usize)) -> TokenBudget {
    let open = model.conversation();
    let ProviderNames { window, price, .. } = model.names();
    let mut budget = TokenBudget {
        window,
        ..TokenBudget::default()
    };
    budget.add("system", system);
    budget.add("past", past);
    for attachment in open.composer.tray() {
        budget.add(&attachment.name, attachment.tokens);
    }
    let lines = open.composer.editor.lines();
    let draft = lines.iter().map(|line| tokens::estimate(line)).sum();
    budget.add("draft", draft);
    let correction = open.correction.as_ref();
    if let Some(correction) = correction.filter(|correction| correction.is_of(&open.conversation)) {
        budget.correct(correction);
        budget.cached = correction.cached.filter(|percent| *percent > 0);
    }
    if let Some(counted) = model.counting.tokens(open) {
        budget.count_exactly(counted);
    }
    budget.cost = price.map(|price| price.of(budget.total as u64, 0));
    budget
}

/// The tokens of the system message, and of the messages that would travel.
pub(super) fn known(model: &Model) -> (usize, usize) {
    let messages = model.conversation().past_to_send();
    let past = messages.iter().map(|message| message.tokens()).sum();
    (tokens::estimate(model.system()), past)
}

/// Shows exactly what would travel with the draft; where that is long, when it is written out.
pub(super) fn show(model: &mut Model) -> Vec<Effect> {
    let budget = token_budget(model, known(model));
    let mut head = String::new();
    for (name, tokens) in &budget.parts {
        // Writing to a string cannot fail.
        let _ = writeln!(head, "≈{tokens:>9} tokens  {name}");
    }
    let window = budget.window.map(|window| format!(" of {window}"));
    let _ = writeln!(
        head,
        "{}{:>9} tokens in all{}{}",
        if budget.is_exact { " " } else { "≈" },
        budget.total,
        window.unwrap_or_default(),
        if budget.is_exact {
            ", as the server counts them"
        } else {
            ""
        }
    );
    if let Some(cost) = budget.cost {
        let _ = writeln!(head, "≈{:>9} for the prompt", cost.to_string());
    }
    if let Some(percent) = budget.cached {
        let _ = writeln!(head, "{percent:>9}% of the prompt before were cached");
    }
    head.push('\n');
    let open = model.conversation();
    let messages = would_travel(open);
    let has_draft = !open.composer.is_empty();
    let request = PromptRequest {
        number: model.previews + 1,
        head,
        system: Arc::clone(&open.conversation.system),
        messages,
        has_draft,
        file_form: model.defaults.file_form,
    };
    model.previews = request.number;
    if request.is_small() {
        model.popups.push(TextView::new(TITLE, request.text()));
        return Vec::new();
    }
    model.popups.push(TextView::awaiting(TITLE, request.number));
    vec![Effect::WritePrompt(request)]
}

/// Shows the text that was awaited, unless its view is closed.
pub(super) fn on_prompt_written(model: &mut Model, number: u64, text: Arc<str>) -> Vec<Effect> {
    let view = model.popups.find::<TextView>();
    if let Some(view) = view.filter(|view| view.awaits == Some(number)) {
        view.awaits = None;
        view.text = text;
    }
    Vec::new()
}
