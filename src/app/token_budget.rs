//! What a message will cost before it is sent: tokens by part, against the model's window; and
//! the very text that will travel.
//!
//! Estimates (see [`crate::chat::tokens`]), shown with `≈`. Nothing is ever cut silently: what is
//! over the window is told before, and sent only when the user says so again.

use crate::app::Model;
use crate::app::popups::text_view::TextView;
use crate::chat::{Message, format_prompt, tokens};
use std::fmt::Write;
use std::sync::Arc;

/// The parts of what will travel, with their tokens.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct TokenBudget {
    /// What each part is called, and its tokens; parts of nothing are left out.
    pub parts: Vec<(String, usize)>,
    /// Tokens of all parts.
    pub total: usize,
    /// What the model can hold, where that is known.
    pub window: Option<usize>,
}

impl TokenBudget {
    /// How many tokens there are too many.
    pub fn excess(&self) -> Option<usize> {
        self.total
            .checked_sub(self.window?)
            .filter(|excess| *excess > 0)
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
    let mut budget = TokenBudget {
        window: model.names().window,
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
    budget
}

/// The tokens of the system message, and of the messages that would travel.
pub(super) fn known(model: &Model) -> (usize, usize) {
    let messages = model.conversation().past_to_send();
    let past = messages.iter().map(|message| message.tokens()).sum();
    (tokens::estimate(model.system()), past)
}

/// Shows exactly what would travel with the draft.
pub(super) fn show(model: &mut Model) {
    let budget = token_budget(model, known(model));
    let mut text = String::new();
    for (name, tokens) in &budget.parts {
        // Writing to a string cannot fail.
        let _ = writeln!(text, "≈{tokens:>9} tokens  {name}");
    }
    let window = budget.window.map(|window| format!(" of {window}"));
    let _ = writeln!(
        text,
        "≈{:>9} tokens in all{}\n",
        budget.total,
        window.unwrap_or_default()
    );
    let open = model.conversation();
    let mut messages = open.past_to_send();
    let draft = open.composer.draft();
    let draft_is_empty = draft.is_empty();
    if !draft_is_empty {
        let mut message = Message::user(draft.text);
        message.attachments = draft.attachments;
        messages.push(Arc::new(message));
    }
    if draft_is_empty {
        text.push_str(
            "No message is written yet. The next one takes these earlier messages along:\n\n",
        );
    } else if messages.len() > 1 {
        text.push_str("If the Space still remembers exactly this conversation, only the last message is sent. If not (something was changed or left out, or the Space was restarted), all of this is sent:\n\n");
    }
    let system = model.system().to_owned();
    let messages: Vec<&Message> = messages.iter().map(AsRef::as_ref).collect();
    let prompt = format_prompt(model.defaults.file_form, &system, &messages);
    text.push_str(match prompt.strip_suffix("Assistant:") {
        Some(past) if draft_is_empty => past,
        _ => &prompt,
    });
    model.popups.push(TextView::new("What will be sent", text));
}
