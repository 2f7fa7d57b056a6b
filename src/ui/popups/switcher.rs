//! The switcher: what is typed, the titles it finds, and below them the messages,
//! each with the part in which the words are.

use super::{Scene, accepts, closes, draw_box, hint, menu_height, moves};
use crate::app::Model;
use crate::app::event::Page;
use crate::app::popups::switcher::{Found, Switcher};
use crate::chat::SearchHit;
use crate::sanitize;
use crate::ui::field::draw_line;
use crate::ui::format::{age, fitted};
use crate::ui::sidebar;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

/// Draws what is typed and what was found.
pub fn draw(switcher: &Switcher, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let (model, theme) = (scene.model, scene.theme);
    let found = switcher.found(&model.library.summaries);
    let hint = hint(&[
        (accepts(keys), "opens"),
        (moves(keys), "choose"),
        (closes(keys), "closes"),
    ]);
    let rows = found.iter().map(rows).sum::<usize>();
    let area = Rect {
        height: menu_height(rows.max(model.library.summaries.len()), area),
        ..area
    };
    let inner = draw_box(" Switch conversation ", &hint, theme, frame, area);
    let [query, list] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    scene.caret = draw_line(&switcher.menu.query, theme, frame, query);
    let at = switcher.menu.at;
    let first = first_shown(&found, at, usize::from(list.height));
    let mut y = list.top();
    for (position, found) in found.iter().enumerate().skip(first) {
        for line in lines(model, found, position == at, theme, list.width) {
            if y < list.bottom() {
                let row = Rect {
                    y,
                    height: 1,
                    ..list
                };
                frame.render_widget(line, row);
                y += 1;
            }
        }
        if y >= list.bottom() {
            break;
        }
    }
    if found.is_empty() {
        let words = if switcher.is_searching() {
            " Searching …"
        } else {
            " Nothing found"
        };
        frame.render_widget(Span::styled(words, theme.dim), list);
    }
    Page::default()
}

/// The rows that something takes that was found.
fn rows(found: &Found) -> usize {
    match found {
        Found::Title(_) => 1,
        Found::Text(_) => 2,
    }
}

/// The first that is shown, so that the one at the mark is in view, whole.
fn first_shown(found: &[Found], at: usize, height: usize) -> usize {
    let mut first = at.min(found.len());
    let mut left = height.saturating_sub(found.get(at).map_or(0, rows));
    while let Some(above) = first.checked_sub(1)
        && let Some(less) = left.checked_sub(rows(&found[above]))
    {
        (first, left) = (above, less);
    }
    first
}

fn lines(
    model: &Model,
    found: &Found,
    is_selected: bool,
    theme: &Theme,
    width: u16,
) -> Vec<Line<'static>> {
    match found {
        Found::Title(summary) => vec![sidebar::line(model, summary, is_selected, theme, width)],
        Found::Text(hit) => {
            let width = usize::from(width);
            let pointer = if is_selected { "▸" } else { " " };
            let age = age(model.clock.wall, hit.created_at);
            let room = width.saturating_sub(age.width() + 5);
            let title = fitted(&sidebar::shown_title(&hit.title), room);
            let gap = " ".repeat(room.saturating_sub(title.width()) + 1);
            let head = Line::from(vec![
                Span::styled(pointer, theme.picked),
                Span::styled("“ ", theme.dim),
                Span::styled(title, theme.text),
                Span::raw(gap),
                Span::styled(age, theme.dim),
            ]);
            vec![head, snippet(hit, theme, width)]
        }
    }
}

/// The part of the message in which the words are, these marked. Where there is little room, what
/// stands before the first of them is cut.
fn snippet(hit: &SearchHit, theme: &Theme, width: usize) -> Line<'static> {
    let part =
        |range: std::ops::Range<usize>| sanitize::line(hit.snippet.get(range).unwrap_or_default());
    let mut spans = vec![Span::raw("    ")];
    let mut left = width.saturating_sub(5);
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
        let between = if number == 0 {
            end_of(&between, width / 3)
        } else {
            between
        };
        push(between, theme.dim);
        push(part(found.clone()), theme.found);
        behind = found.end;
    }
    push(part(behind..hit.snippet.len()), theme.dim);
    Line::from(spans)
}

/// The end of a line, as much as fits in `width` cells.
fn end_of(line: &str, width: usize) -> String {
    if line.width() <= width {
        return line.to_owned();
    }
    let mut start = line.len();
    let mut used = 1;
    for (at, grapheme) in line.grapheme_indices(true).rev() {
        used += grapheme.width();
        if used > width {
            break;
        }
        start = at;
    }
    format!("…{}", &line[start..])
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
            let line = snippet(&hit(text, "京都"), &theme, width);
            let shown = line.to_string();
            assert!(shown.contains("京都"), "{width}: {shown}");
            assert!(shown.width() <= width, "{width}: {shown}");
        }
    }

    #[test]
    fn the_one_at_the_mark_is_shown_whole() {
        let hits: Vec<SearchHit> = (0..9).map(|_| hit("a", "a")).collect();
        let found: Vec<Found> = hits.iter().map(Found::Text).collect();
        assert_eq!(first_shown(&found, 0, 7), 0);
        assert_eq!(first_shown(&found, 2, 7), 0);
        assert_eq!(first_shown(&found, 3, 7), 1);
        assert_eq!(first_shown(&[], 0, 7), 0);
    }
}
