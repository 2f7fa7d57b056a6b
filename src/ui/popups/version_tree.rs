//! All versions of a conversation, drawn as a tree.
//!
//! Lines stand only where there are versions. A row without one goes on from the row above it, and
//! replies stand a little to the right of prompts.

use super::{Scene, accepts, apart, closes, draw_list, hint, moves};
use crate::app::event::Page;
use crate::app::keys::{Action, Context};
use crate::app::popups::version_tree::{Entry, VersionTree};
use crate::chat::tree::{Indent, Joint};
use crate::chat::{Conversation, MessageState, Role};
use crate::sanitize;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::Span;

/// What stands before a message that is on the path that is seen, and before any other.
const SEEN: &str = "●";
const UNSEEN: &str = "○";

pub fn draw(popup: &VersionTree, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let (picker, theme) = (&popup.0, scene.theme);
    // Among what a query found, no row follows another.
    let is_whole = !picker.is_filtered();
    let conversation = &scene.model.conversation().conversation;
    let keys = scene.model.keys;
    let spans = |entry: &Entry, width: usize| {
        let lines = if is_whole {
            lines(entry, width)
        } else {
            String::new()
        };
        let (dot, style) = if entry.is_on_path {
            (SEEN, theme.focus)
        } else {
            (UNSEEN, theme.dim)
        };
        let lead = match entry.role {
            Role::Assistant if is_whole => "   ",
            _ => " ",
        };
        let lead = vec![
            Span::styled(lines, theme.dim),
            Span::styled(dot, style),
            Span::raw(lead),
        ];
        let remark = remark(entry, conversation);
        apart(lead, words(entry, theme), &remark, theme, width)
    };
    let key = |action| keys.key_in(action, Context::VersionTree);
    let forks = format!(
        "{} {}",
        key(Action::VersionsAbove),
        key(Action::VersionsBelow)
    );
    let hint = hint(&[
        (accepts(keys), "goes there"),
        (SEEN.to_owned(), "seen now"),
        (moves(keys), "choose"),
        (forks.trim().to_owned(), "versions"),
        (closes(keys), "closes"),
    ]);
    let title = match picker.found().len() {
        1 => " All versions · 1 message ".to_owned(),
        found => format!(" All versions · {found} messages "),
    };
    let menu = (title.as_str(), hint, picker.menu());
    draw_list(
        menu,
        (picker.found(), Vec::new()),
        spans,
        scene,
        frame,
        area,
    );
    Page::default()
}

/// The lines that lead to a message. Of a branch of branches of branches only the last ones are
/// drawn, so that two thirds of the row are left for words.
fn lines(entry: &Entry, width: usize) -> String {
    let Indent { depth, lines: bits } = entry.indent;
    let most = (width / 6).clamp(1, 64);
    let level = |level: usize| match bits >> level & 1 {
        _ if level + 1 == most && depth > most => "… ",
        1 => "│ ",
        _ => "  ",
    };
    let mut lines: String = (0..depth.min(most)).rev().map(level).collect();
    lines.push_str(match entry.joint {
        Joint::Straight => "",
        Joint::Fork => "├ ",
        Joint::Last => "└ ",
    });
    lines
}

fn words(entry: &Entry, theme: &Theme) -> (String, Style) {
    let words = sanitize::line(&entry.words);
    let style = match entry.role {
        Role::User => theme.text,
        Role::Assistant | Role::System => theme.dim,
    };
    if words.trim().is_empty() {
        return ("(empty)".to_owned(), theme.dim);
    }
    (words, style)
}

/// What became of a message, as it is now, and which version it is.
fn remark(entry: &Entry, conversation: &Conversation) -> String {
    let message = conversation.message(entry.id);
    let is_left_out = message.is_some_and(|message| conversation.is_left_out(message));
    let state = match message.map(|message| message.state) {
        Some(MessageState::Streaming) => "streaming",
        Some(MessageState::Stopped) => "stopped",
        Some(MessageState::Failed) => "failed",
        Some(MessageState::Interrupted) => "interrupted",
        Some(MessageState::Complete) | None => "",
    };
    let version = match entry.version {
        (at, count) if count > 1 => format!("{at}/{count}"),
        _ => String::new(),
    };
    let left_out = if is_left_out { "left out" } else { "" };
    let parts = [left_out, state, &version].into_iter();
    let parts: Vec<&str> = parts.filter(|part| !part.is_empty()).collect();
    parts.join(" · ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::MessageId;

    #[test]
    fn of_a_deep_branch_the_innermost_lines_are_drawn() {
        let lines_of = |depth: usize, lines: u64, width: usize| {
            let entry = Entry {
                id: MessageId::new(),
                role: Role::User,
                words: String::new(),
                indent: Indent { depth, lines },
                joint: Joint::Fork,
                version: (1, 2),
                is_on_path: false,
            };
            super::lines(&entry, width)
        };
        assert_eq!(lines_of(0, 0, 24), "├ ");
        assert_eq!(lines_of(3, 0b101, 24), "│   │ ├ ");
        assert_eq!(lines_of(4, 0b1111, 24), "│ │ │ │ ├ ");
        assert_eq!(lines_of(5, 0b1_1101, 24), "… │   │ ├ ");
        assert_eq!(lines_of(1000, u64::MAX, 0), "… ├ ");
    }
}
