//! What stands around a message's text: its head line above, and below it what became of it.

use super::outcome;
use crate::app::keys::{Action, Keymap};
use crate::app::{Model, OpenConversation};
use crate::chat::{Attachment, Finish, Message, MessageState, Role};
use crate::markdown::wrap_plain;
use crate::sanitize;
use crate::ui::format::{clock_time, count, fitted, fitting, size, span};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Paragraph, Wrap};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// The rows that the welcome needs.
const WELCOME_ROWS: u16 = 13;
/// The lines of an attachment that are shown when it is opened.
const PREVIEW_LINES: usize = 200;

/// The rows over a message's text: a change of the system message, then who speaks and when.
pub fn head(
    model: &Model,
    message: &Message,
    user_before: Option<&Message>,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let mut rows = Vec::new();
    rows.extend(system_mark(message, user_before, theme, width));
    let (name, style) = match message.role {
        Role::User => ("You".to_owned(), theme.user),
        Role::Assistant => (sanitize::line(&model.names().speaker), theme.assistant),
        Role::System => ("System".to_owned(), theme.dim),
    };
    let is_left_out = model.conversation().conversation.is_left_out(message);
    let left_out = if is_left_out {
        " · left out of what is sent"
    } else {
        ""
    };
    let room = width.saturating_sub(name.width() + left_out.width() + 1);
    let right = match model.conversation().turn.as_ref() {
        Some(turn) if turn.reply == message.id => {
            let rate = turn.rate();
            let rate = rate.map_or("…".to_owned(), |rate| format!("streaming · {rate} tok/s"));
            versions(model, message) + &rate
        }
        _ => {
            let time = versions(model, message) + &clock_time(message.created_at);
            let usage = message.outcome.as_ref().and_then(|told| told.usage);
            match usage.map(|usage| outcome::usage(&usage)) {
                Some(cost) if !cost.is_empty() => fitting(&format!("{cost} · {time}"), room),
                _ => time,
            }
        }
    };
    let used = name.width() + left_out.width() + right.width();
    let gap = width.saturating_sub(used).max(1);
    rows.push(Line::from(vec![
        Span::styled(name, style),
        Span::styled(left_out, theme.warning),
        Span::raw(" ".repeat(gap)),
        Span::styled(right, theme.dim),
    ]));
    for attachment in &message.attachments {
        rows.push(chip(model, attachment, theme));
    }
    rows
}

/// Which version of how many this is: `‹ 2/3 › `.
fn versions(model: &Model, message: &Message) -> String {
    let versions = model.conversation().conversation.versions(message.id);
    let at = versions.iter().position(|version| *version == message.id);
    match at {
        Some(at) if versions.len() > 1 => format!("‹ {}/{} › ", at + 1, versions.len()),
        _ => String::new(),
    }
}

/// A line where the system message is another one than before.
fn system_mark(
    message: &Message,
    user_before: Option<&Message>,
    theme: &Theme,
    width: usize,
) -> Option<Line<'static>> {
    let system = message.system.as_deref()?;
    let before = user_before
        .and_then(|before| before.system.as_deref())
        .unwrap_or("");
    if system == before {
        return None;
    }
    let words = if system.is_empty() {
        "system message removed".to_owned()
    } else {
        format!("system: {}", sanitize::line(system))
    };
    Some(Line::styled(
        fitted(&format!("── {words} "), width),
        theme.dim,
    ))
}

/// An attachment as one line: name, and size and tokens of its text.
pub fn chip(model: &Model, attachment: &Attachment, theme: &Theme) -> Line<'static> {
    let what = if let Some(file) = &attachment.file {
        match file.size() {
            Some(bytes) => format!(
                " · {} · sent as a file",
                size(usize::try_from(bytes).unwrap_or(usize::MAX))
            ),
            None => " · sent as a file".to_owned(),
        }
    } else if attachment.text.is_empty() {
        " · only its name is here".to_owned()
    } else {
        format!(
            " · {} · ≈{} tokens",
            size(attachment.text.len()),
            count(attachment.tokens)
        )
    };
    let origin = attachment.origin.as_ref();
    let is_old = origin.is_some_and(|origin| model.changed.contains(origin));
    let changed = if is_old {
        " · changed on disk since"
    } else {
        ""
    };
    let hidden = match attachment.hidden {
        0 => String::new(),
        hidden => format!(" · ! {hidden} hidden characters"),
    };
    Line::from(vec![
        Span::styled("▣ ", theme.focus),
        Span::styled(sanitize::line(&attachment.name), theme.text),
        Span::styled(what, theme.dim),
        Span::styled(changed, theme.warning),
        Span::styled(hidden, theme.warning),
    ])
}

/// The rows below a message's text: thinking, hidden tail, failure, marks and notices.
pub fn below(
    (keys, open): (Keymap, &OpenConversation),
    message: &Message,
    hidden: usize,
    theme: &Theme,
    width: usize,
) -> Vec<Line<'static>> {
    let mut notes = Notes {
        rows: Vec::new(),
        width,
        keys,
    };
    let is_unfolded = open.unfolded.contains(&message.id);
    if is_unfolded {
        notes.attachments(message, theme);
    }
    let unfold = format!(
        "{}, then {}",
        keys.shown_key(Action::PickUp),
        keys.shown_key(Action::Unfold)
    );
    if message.text.is_empty() && !message.reasoning.is_empty() {
        notes.add("", &message.reasoning, theme.dim);
    } else if let Some(thoughts) = message.thoughts() {
        let length = count(thoughts.chars().count());
        let long = match message.thought_for {
            short if short < Duration::from_secs(1) => "thoughts of".to_owned(),
            long => format!("thought for {} ·", span(long)),
        };
        let folded = format!("{long} {length} characters · {unfold}");
        notes.fold(is_unfolded, &folded, thoughts, theme.dim);
    }
    if !message.hidden_tail.is_empty() {
        let length = message.hidden_tail.chars().count();
        let folded = format!("{} more characters · {unfold}", count(length));
        notes.fold(
            is_unfolded,
            &folded,
            message.hidden_tail.trim_start(),
            theme.dim,
        );
    }
    if hidden > 0 {
        notes.add(
            "! ",
            &format!("{hidden} invisible characters are shown as marks"),
            theme.warning,
        );
    }
    if open
        .turn
        .as_ref()
        .is_some_and(|turn| turn.reply == message.id)
    {
        for notice in &open.notices {
            notes.add("ℹ ", &notice.text, theme.warning);
        }
    }
    notes.end(open, message, theme);
    notes.rows
}

/// The keys that go on after a reply that is not whole.
fn ways_on(keys: Keymap) -> String {
    let pick = keys.shown_key(Action::PickUp);
    let (retry, go_on) = (
        keys.shown_key(Action::Retry),
        keys.shown_key(Action::Continue),
    );
    format!("{pick}, then {retry} retries, {go_on} goes on")
}

/// Rows that are being gathered.
struct Notes {
    rows: Vec<Line<'static>>,
    width: usize,
    keys: Keymap,
}

impl Notes {
    /// How the attachments of an unfolded message begin.
    fn attachments(&mut self, message: &Message, theme: &Theme) {
        for attachment in &message.attachments {
            let lines: Vec<&str> = attachment.text.lines().take(PREVIEW_LINES).collect();
            self.add("  ", &lines.join("\n"), theme.dim);
            let more = attachment.text.lines().count().saturating_sub(lines.len());
            if more > 0 {
                let words = format!("… and {} more lines", count(more));
                self.add("  ", &words, theme.warning);
            }
        }
    }

    /// A note behind a mark, wrapped.
    fn add(&mut self, mark: &'static str, text: &str, style: Style) {
        let text = sanitize::text(text).text;
        let width = self.width.saturating_sub(mark.width()).max(1);
        for (position, row) in wrap_plain(&text, width).into_iter().enumerate() {
            let lead = if position == 0 {
                mark.to_owned()
            } else {
                " ".repeat(mark.width())
            };
            let row = text.get(row).unwrap_or("").to_owned();
            self.rows.push(Line::from(vec![
                Span::styled(lead, style),
                Span::styled(row, style),
            ]));
        }
    }

    /// How the message ended, and what can be done.
    fn end(&mut self, open: &OpenConversation, message: &Message, theme: &Theme) {
        let is_waiting = open.undelivered() == Some(message.id);
        if let Some(failure) = &message.failure {
            self.add("✗ ", &failure.message, theme.error);
            self.add("→ ", &failure.hint, theme.text);
            let mut words = Vec::new();
            if is_waiting {
                let send = self.keys.shown_key(Action::Send);
                words.push(format!("your message waits: {send} sends it again"));
            }
            if open.unanswered() == Some(message.id) {
                let picker = self.keys.shown_key(Action::Spaces);
                words.push(format!("{picker} asks another source"));
            }
            if !is_waiting {
                words.push(ways_on(self.keys));
            }
            self.add("→ ", &words.join(" · "), theme.text);
        }
        match message.state {
            MessageState::Stopped => {
                self.add(
                    "■ ",
                    &format!("stopped · {}", ways_on(self.keys)),
                    theme.dim,
                );
            }
            MessageState::Interrupted => {
                let words = format!(
                    "interrupted: the program ended here · {}",
                    ways_on(self.keys)
                );
                self.add("■ ", &words, theme.warning);
            }
            MessageState::Complete
                if message.role == Role::Assistant && message.text.is_empty() =>
            {
                self.silence(message, theme);
            }
            _ => {}
        }
        if message.state != MessageState::Streaming {
            self.told(open, message, theme);
        }
    }

    /// A whole reply without a text.
    fn silence(&mut self, message: &Message, theme: &Theme) {
        let outcome = message.outcome.as_ref();
        let finish = outcome.and_then(|outcome| outcome.finish.as_ref());
        if message.thoughts().is_some() {
            self.add("■ ", "It thought, but said nothing.", theme.warning);
        } else if finish.and_then(Finish::words).is_none() {
            self.add("", "(empty reply)", theme.dim);
        }
    }

    /// What the source told of the reply's end.
    fn told(&mut self, open: &OpenConversation, message: &Message, theme: &Theme) {
        let Some(outcome) = &message.outcome else {
            return;
        };
        let finish = outcome.finish.as_ref();
        if let Some(mut words) = finish.and_then(Finish::words) {
            // A reply goes on behind the last message, wherever this one stands, and one without a text not at all.
            let (action, does) = if message.text.is_empty() {
                (Action::Retry, "retries")
            } else {
                (Action::Continue, "goes on")
            };
            let key = self.keys.shown_key(action);
            let is_last = open.head() == Some(message.id);
            if finish == Some(&Finish::Length) && is_last && !key.is_empty() {
                let pick = self.keys.shown_key(Action::PickUp);
                words = format!("{words} {pick}, then {key} {does}.");
            }
            // On one line: a word of the server's begins none that looks like the program's own.
            self.add("■ ", &sanitize::line(&words), theme.warning);
        }
        if let Some(writer) = outcome::writer(outcome) {
            self.add("", &sanitize::line(&writer), theme.dim);
        }
    }

    /// A line that can be opened, and what is in it when it is.
    fn fold(&mut self, is_open: bool, line: &str, text: &str, style: Style) {
        self.add(if is_open { "▾ " } else { "▸ " }, line, style);
        if is_open {
            self.add("  ", text, style);
        }
    }
}

/// What answers on this machine, where nobody has said what to talk to, and the key that uses it.
fn found_here(model: &Model) -> Option<String> {
    let server = model.offers_local()?;
    let opens = model.keys.shown_key(Action::Spaces);
    let about = sanitize::line(&server.about);
    Some(format!("{about} answers on this machine. {opens} uses it."))
}

/// What an empty conversation shows.
pub fn draw_welcome(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    let provider = model.names();
    let keys = model.keys;
    let key = |action, words: &str| {
        Line::from(vec![
            Span::styled(format!("{:>8}  ", keys.shown_key(action)), theme.key),
            Span::styled(words.to_owned(), theme.text),
        ])
    };
    let found = found_here(model);
    if area.height < WELCOME_ROWS {
        let mut words = format!(
            " Write a message below. {} sends it, {} finds other conversations, {} shows all actions, {} all keys.",
            keys.shown_key(Action::Send),
            keys.shown_key(Action::Switcher),
            keys.shown_key(Action::Palette),
            keys.shown_key(Action::Help)
        );
        if let Some(found) = found {
            words = format!(" {found}{words}");
        }
        let words = Paragraph::new(words).wrap(Wrap { trim: true });
        frame.render_widget(words, area);
        return;
    }
    let lines = vec![
        Line::default(),
        Line::from(vec![
            Span::raw(" You are talking to "),
            Span::styled(sanitize::line(&provider.speaker), theme.assistant),
            Span::styled(
                format!(" at {}.", sanitize::line(&provider.space)),
                theme.text,
            ),
        ]),
        Line::raw(" Write a message below. Whole books and code bases can be pasted."),
        found.map_or_else(Line::default, |found| {
            Line::styled(format!(" {found}"), theme.good)
        }),
        key(Action::Send, "send"),
        key(Action::NewLine, "new line"),
        key(Action::AtSign, "attach a file"),
        key(Action::Spaces, "another source or model"),
        key(Action::SystemPanel, "system message"),
        key(Action::Switcher, "other conversations: switch, search"),
        key(Action::Palette, "all actions, by name"),
        key(Action::Help, "all keys"),
        key(Action::Quit, "quit"),
    ];
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: false }), area);
}
