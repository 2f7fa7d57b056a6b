//! Where words stand in the transcript: every message laid out as it is shown, and its rows
//! searched. It costs as much as the conversation is long, so that it runs beside the loop.
//!
//! A hit may go on in the next row, as a wrapped line does. Frames of code and tables are no text.

use crate::app::FindRequest;
use crate::app::rows::RowId;
use crate::app::rows::{Hit, Hits};
use crate::chat::Message;
use crate::ui::caches::MessageLayout;
use crate::ui::theme::Theme;
use ratatui::text::Line;
use std::ops::Range;
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// More hits than these are not counted: nobody walks them.
const MOST: usize = 100_000;

/// Searches as asked; `None` when `is_wanted` says no before the end.
pub fn search(request: &FindRequest, theme: &Theme, is_wanted: impl Fn() -> bool) -> Option<Hits> {
    let query = Query::new(&request.query);
    let mut hits = Hits::default();
    for message in &request.messages {
        if !is_wanted() {
            return None;
        }
        if query.may_be_in(message) {
            search_message(message, request.width, &query, theme, &mut hits);
        }
        if hits.len() >= MOST {
            break;
        }
    }
    Some(hits)
}

fn search_message(message: &Message, width: usize, query: &Query, theme: &Theme, hits: &mut Hits) {
    let mut body = MessageLayout::of(message);
    body.resize(width, theme.name);
    for piece in 0..body.len() {
        let (rows, _) = body.rows(message.id, piece, theme, &mut Vec::new());
        let place = |row| RowId {
            message: message.id,
            block: piece + 1,
            row,
            is_plain: false,
        };
        let found = search_rows(&rows, query);
        let found = found.into_iter().map(|(row, columns, next_row)| Hit {
            place: place(row),
            columns,
            next_row,
        });
        hits.add(message.id, piece + 1, found.collect());
    }
}

/// What is looked for.
struct Query {
    /// Folded, unless case counts.
    text: String,
    is_exact: bool,
}

impl Query {
    fn new(query: &str) -> Self {
        let is_exact = query.chars().any(char::is_uppercase);
        Self {
            text: if is_exact {
                query.to_owned()
            } else {
                folded(query)
            },
            is_exact,
        }
    }

    fn fold(&self, text: &str) -> String {
        if self.is_exact {
            text.to_owned()
        } else {
            folded(text)
        }
    }

    /// Whether the words of the query are in the text as it was received. What is shown may join
    /// words that stand apart there, so only a single word says that there is nothing.
    fn may_be_in(&self, message: &Message) -> bool {
        let is_word = self.text.chars().all(char::is_alphanumeric);
        // Marks may stand within a word, and letters may be written as references.
        let is_plain = !message
            .text
            .contains(['*', '_', '`', '~', '\\', '&', '<', '\u{1b}']);
        !is_word || !is_plain || self.fold(&message.text).contains(&self.text)
    }
}

/// A text with every character in lower case whose lower case is as long, so that places are the
/// same in both.
fn folded(text: &str) -> String {
    let fold = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(single), None) if single.len_utf8() == c.len_utf8() => single,
            _ => c,
        }
    };
    text.chars().map(fold).collect()
}

/// The hits in rows that stand below each other: the row, the columns there and in the next one.
fn search_rows(
    rows: &[Line<'_>],
    query: &Query,
) -> Vec<(usize, Range<usize>, Option<Range<usize>>)> {
    let texts: Vec<String> = rows.iter().map(shown_text).collect();
    let (joined, starts) = joined(&texts);
    let folded = query.fold(&joined);
    let found = folded.match_indices(&query.text);
    found
        .filter_map(|(start, _)| {
            let end = start + query.text.len();
            let row = starts
                .partition_point(|from| *from <= start)
                .checked_sub(1)?;
            let columns = columns(&texts[row], starts[row], start..end);
            let next = starts.get(row + 1).filter(|next| **next < end);
            let next_row = next.map(|next| self::columns(&texts[row + 1], *next, start..end));
            Some((row, columns, next_row))
        })
        .collect()
}

/// The text of a row; nothing of a row that is only a frame.
fn shown_text(row: &Line<'_>) -> String {
    let text: String = row.spans.iter().map(|span| span.content.as_ref()).collect();
    let is_edge = |c: char| "┌┬┐├┼┤└┴┘─".contains(c);
    let is_frame = text.starts_with(is_edge) && text.trim_end().ends_with(is_edge);
    if is_frame {
        String::new()
    } else {
        text.trim_end().to_owned()
    }
}

/// The rows as one text, and where each begins in it. Between them is a space, as there was before
/// they were wrapped, but not between wide characters.
fn joined(texts: &[String]) -> (String, Vec<usize>) {
    let mut joined = String::new();
    let mut starts = Vec::with_capacity(texts.len());
    for text in texts {
        let is_wide = |c: Option<char>| c.and_then(UnicodeWidthChar::width) == Some(2);
        let meets_wide = is_wide(joined.chars().next_back()) && is_wide(text.chars().next());
        if !starts.is_empty() && !meets_wide {
            joined.push(' ');
        }
        starts.push(joined.len());
        joined.push_str(text);
    }
    (joined, starts)
}

/// The columns of a row that a part of the joined text takes.
fn columns(text: &str, start: usize, part: Range<usize>) -> Range<usize> {
    let from = part.start.saturating_sub(start).min(text.len());
    let to = part.end.saturating_sub(start).min(text.len());
    let width = |end: usize| text.get(..end).map_or(0, UnicodeWidthStr::width);
    width(from)..width(to)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::chat::{ConversationId, Role};
    use crate::ui::ThemeName;
    use std::sync::Arc;

    fn find(
        text: &str,
        query: &str,
        width: usize,
    ) -> Vec<(usize, Range<usize>, Option<Range<usize>>)> {
        let message = Message::new(Role::Assistant, text);
        let request = FindRequest {
            number: 1,
            conversation: ConversationId::new(),
            query: query.to_owned(),
            width,
            messages: vec![Arc::new(message.clone())],
        };
        let theme = Theme::new(ThemeName::Plain);
        let hits = search(&request, &theme, || true).unwrap();
        let rows = (1..20).flat_map(|block| (0..40).map(move |row| (block, row)));
        let mut numbers: Vec<(usize, Range<usize>, Option<Range<usize>>)> = Vec::new();
        for (block, row) in rows {
            for (number, columns) in hits.in_row(message.id, block, row) {
                match numbers.get_mut(number) {
                    Some(known) => known.2 = Some(columns),
                    None => numbers.push((row, columns, None)),
                }
            }
        }
        assert_eq!(numbers.len(), hits.len());
        numbers
    }

    #[test]
    fn words_are_found_where_they_are_shown_whatever_marks_stand_in_them() {
        assert_eq!(find("a **bo**ld word", "bold", 40), [(0, 2..6, None)]);
        assert_eq!(
            find("Case and case", "case", 40),
            [(0, 0..4, None), (0, 9..13, None)]
        );
        assert_eq!(find("Case and case", "Case", 40), [(0, 0..4, None)]);
        assert_eq!(
            find("完了 and 了", "了", 40),
            [(0, 2..4, None), (0, 9..11, None)]
        );
        assert_eq!(find("a [b](https://c.example)", "example", 40).len(), 1);
        assert_eq!(find("nothing", "else", 40), []);
    }

    #[test]
    fn a_hit_goes_on_in_the_next_row() {
        assert_eq!(
            find("one two three", "two three", 8),
            [(0, 4..7, Some(0..5))]
        );
        assert_eq!(find("完了完了完了", "了完了", 8), [(0, 2..8, None)]);
        assert_eq!(find("完了完了完了", "了完了完", 8), [(0, 2..8, Some(0..2))]);
    }

    #[test]
    fn frames_and_their_labels_are_no_text() {
        assert_eq!(find("```copy\nto copy\n```", "copy", 40), [(1, 5..9, None)]);
        assert_eq!(find("|a|\n|-|\n|─|", "─", 40).len(), 1);
    }

    #[test]
    fn a_search_that_nobody_wants_any_more_ends() {
        let request = FindRequest {
            number: 1,
            conversation: ConversationId::new(),
            query: "x".to_owned(),
            width: 10,
            messages: vec![Arc::new(Message::user("x"))],
        };
        let theme = Theme::new(ThemeName::Plain);
        assert_eq!(search(&request, &theme, || false), None);
    }
}
