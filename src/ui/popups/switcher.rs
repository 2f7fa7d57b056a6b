//! The switcher: what is typed, and the conversations it finds, below each the parts of its messages in which the words
//! are.

use super::{Scene, accepts, closes, draw_box, first_in_view, hint, menu_height, moves};
use crate::app::Model;
use crate::app::event::Page;
use crate::app::popups::switcher::{Switcher, SwitcherRow};
use crate::chat::{ConversationId, SearchHit};
use crate::sanitize;
use crate::ui::field::draw_line;
use crate::ui::format::{age, end_of, fitted};
use crate::ui::sidebar;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_width::UnicodeWidthStr;

/// The cells before what stands below a conversation; the mark is in them.
const INDENT: usize = 5;

/// Draws what is typed and what was found.
pub fn draw(switcher: &Switcher, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let (model, theme) = (scene.model, scene.theme);
    let rows = switcher.rows();
    let hint = hint(&[
        (accepts(keys), "opens"),
        (moves(keys), "choose"),
        (closes(keys), "closes"),
    ]);
    let area = Rect {
        height: menu_height(rows.len().max(model.library.summaries.len()), area),
        ..area
    };
    let inner = draw_box(" Switch conversation ", &hint, theme, frame, area);
    let [query, list] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    scene.caret = draw_line(&switcher.menu.query, theme, frame, query);
    let at = switcher.menu.at;
    let first = first_in_view(at, rows.len(), list.height);
    for (y, (position, row)) in (list.top()..list.bottom()).zip(rows.iter().enumerate().skip(first))
    {
        let line = line(scene, switcher, *row, position == at, list.width);
        let place = Rect {
            y,
            height: 1,
            ..list
        };
        frame.render_widget(line, place);
    }
    if rows.is_empty() {
        let words = if switcher.is_searching() {
            " Searching …"
        } else {
            " Nothing found"
        };
        frame.render_widget(Span::styled(words, theme.dim), list);
    }
    Page::default()
}

fn line(
    scene: &Scene<'_>,
    switcher: &Switcher,
    row: SwitcherRow,
    is_selected: bool,
    width: u16,
) -> Line<'static> {
    let theme = scene.theme;
    match row {
        SwitcherRow::Conversation(id) => {
            heading(scene.model, switcher, id, is_selected, theme, width)
        }
        SwitcherRow::Passage(message) => {
            let hit = switcher.hit(message);
            hit.map_or_else(Line::default, |hit| passage(hit, is_selected, theme, width))
        }
        SwitcherRow::More(id) => {
            let words = format!("{} more", switcher.hidden_in(id));
            let style = if is_selected { theme.text } else { theme.dim };
            Line::from(vec![indent(is_selected, theme), Span::styled(words, style)])
        }
    }
}

/// A conversation, as the list of them shows it. One that is not in the list yet is known by what was found in it.
fn heading(
    model: &Model,
    switcher: &Switcher,
    id: ConversationId,
    is_selected: bool,
    theme: &Theme,
    width: u16,
) -> Line<'static> {
    if let Some(summary) = model.library.summary(id) {
        return sidebar::line(model, summary, is_selected, theme, width);
    }
    let Some(hit) = switcher.hits_in(id).next() else {
        return Line::default();
    };
    let age = age(model.clock.wall, hit.created_at);
    let room = usize::from(width).saturating_sub(age.width() + 5);
    let title = fitted(&sidebar::shown_title(&hit.title), room);
    let gap = " ".repeat(room.saturating_sub(title.width()) + 1);
    Line::from(vec![
        Span::styled(if is_selected { "▸  " } else { "   " }, theme.picked),
        Span::styled(title, theme.text),
        Span::raw(gap),
        Span::styled(age, theme.dim),
    ])
}

/// What stands before a row that belongs to the conversation above.
fn indent(is_selected: bool, theme: &Theme) -> Span<'static> {
    let mark = if is_selected { "   ▸ " } else { "     " };
    Span::styled(mark, theme.picked)
}

/// A message that was found, as one line.
fn passage(hit: &SearchHit, is_selected: bool, theme: &Theme, width: u16) -> Line<'static> {
    let style = if is_selected { theme.text } else { theme.dim };
    let room = usize::from(width).saturating_sub(INDENT + 1);
    let mut spans = vec![indent(is_selected, theme)];
    spans.extend(snippet(hit, style, theme.found, room));
    Line::from(spans)
}

/// The part of the message in which the words are, these marked. Where there is little room, what
/// stands before the first of them is cut.
fn snippet(hit: &SearchHit, style: Style, found_style: Style, width: usize) -> Vec<Span<'static>> {
    let part =
        |range: std::ops::Range<usize>| sanitize::line(hit.snippet.get(range).unwrap_or_default());
    let fits = part(0..hit.snippet.len()).width() <= width;
    let mut spans = Vec::new();
    let mut left = width;
    let mut push = |text: String, style: Style| {
        let text = fitted(&text, left);
        left -= text.width().min(left);
        if !text.is_empty() {
            spans.push(Span::styled(text, style));
        }
    };
    let mut behind = 0;
    for (number, found) in hit.matches.iter().enumerate() {
        let between = part(behind..found.start);
        let between = if number == 0 && !fits {
            end_of(&between, width / 3)
        } else {
            between
        };
        push(between, style);
        push(part(found.clone()), found_style);
        behind = found.end;
    }
    push(part(behind..hit.snippet.len()), style);
    spans
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ConversationId, MessageId, Role};
    use crate::ui::ThemeName;

    fn hit(snippet: &str, word: &str) -> SearchHit {
        let start = snippet.find(word).unwrap();
        SearchHit {
            conversation: ConversationId::new(),
            message: MessageId::new(),
            title: String::new(),
            snippet: snippet.to_owned(),
            matches: std::iter::once(start..start + word.len()).collect(),
            created_at: jiff::Timestamp::UNIX_EPOCH,
            role: Role::User,
        }
    }

    #[test]
    fn the_word_that_was_found_is_in_view_however_narrow_the_box_is() {
        let theme = Theme::new(ThemeName::Plain);
        let text = "many words that stand before it and 京都 behind\nthem all";
        for width in 20..80 {
            let line = passage(&hit(text, "京都"), false, &theme, width);
            let shown = line.to_string();
            assert!(shown.contains("京都"), "{width}: {shown}");
            assert!(shown.width() <= usize::from(width), "{width}: {shown}");
        }
    }
}
