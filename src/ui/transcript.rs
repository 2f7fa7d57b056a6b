//! The transcript: messages as blocks of rows, of which only those on screen are laid out.
//!
//! A message is a list of blocks: its head line, the blocks of its text, and its notes (failure,
//! hidden tail, what the Space said). The view is found from its anchor by walking blocks, never
//! by counting the rows of the whole conversation, so a frame costs as much as the screen.

use super::caches::{Caches, Rows};
use super::notes;
use super::theme::Theme;
use crate::app::scroll::{Anchor, Place};
use crate::app::{Model, OpenConversation};
use crate::chat::{Message, Role};
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};
use std::sync::Arc;

/// A row's address while the view is being found: message by position, block, row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct At {
    message: usize,
    block: usize,
    row: usize,
}

/// What drawing the transcript found out.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct View {
    /// The first row shown.
    pub top: Option<Place>,
    /// Whether the last row is shown.
    pub at_end: bool,
}

/// Draws the transcript of the conversation that is seen.
pub fn draw(
    model: &Model,
    theme: &Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> View {
    let open = model.conversation();
    let messages: Vec<&Arc<Message>> = open.conversation.path().collect();
    if messages.is_empty() {
        notes::draw_welcome(model, theme, frame, area);
        return View {
            top: None,
            at_end: true,
        };
    }
    let mut walk = Walk {
        model,
        open,
        messages,
        theme,
        caches,
        width: usize::from(area.width.saturating_sub(2)).max(1),
    };
    let height = usize::from(area.height);
    let (top, rows, at_end) = walk.view(height);
    for (offset, (row, is_picked)) in (0..area.height).zip(rows) {
        let line = Rect {
            y: area.y + offset,
            height: 1,
            ..area
        };
        let mark = if is_picked { "▌" } else { " " };
        frame.render_widget(Span::styled(mark, theme.picked), line);
        let text = Rect {
            x: line.x + 1.min(line.width),
            width: line.width.saturating_sub(1),
            ..line
        };
        frame.render_widget(row, text);
    }
    View {
        top: Some(Place {
            message: walk.messages[top.message].id,
            block: top.block,
            row: top.row,
        }),
        at_end,
    }
}

/// The blocks of the conversation, made as they are asked for.
struct Walk<'a> {
    model: &'a Model,
    open: &'a OpenConversation,
    messages: Vec<&'a Arc<Message>>,
    theme: &'a Theme,
    caches: &'a mut Caches,
    width: usize,
}

impl<'a> Walk<'a> {
    /// Finds the first row to show, and the rows from there on.
    fn view(&mut self, height: usize) -> (At, Vec<(Line<'static>, bool)>, bool) {
        let last = self.last_top(height);
        let scroll = self.open.scroll;
        let from = match scroll.anchor {
            Anchor::End => last,
            Anchor::Start => At {
                message: 0,
                block: 0,
                row: 0,
            },
            Anchor::At(place) => self.locate(place).unwrap_or(last),
        };
        let top = self.moved(from, scroll.pending).min(last);
        (top, self.rows_from(top, height), top == last)
    }

    /// The first row of a view that ends with the conversation's last row.
    fn last_top(&mut self, height: usize) -> At {
        let message = self.messages.len() - 1;
        let block = self.blocks(message) - 1;
        let row = self.rows(message, block).len() - 1;
        let end = At {
            message,
            block,
            row,
        };
        let up = isize::try_from(height.saturating_sub(1)).unwrap_or(isize::MAX);
        self.moved(end, -up)
    }

    fn locate(&mut self, place: Place) -> Option<At> {
        let message = self
            .messages
            .iter()
            .position(|message| message.id == place.message)?;
        let block = place.block.min(self.blocks(message) - 1);
        let row = place.row.min(self.rows(message, block).len() - 1);
        Some(At {
            message,
            block,
            row,
        })
    }

    /// The row `by` rows further down, or the first or last one.
    fn moved(&mut self, from: At, by: isize) -> At {
        let mut at = from;
        let mut left = by.unsigned_abs();
        while left > 0 {
            if by < 0 {
                let step = left.min(at.row);
                at.row -= step;
                left -= step;
                let Some((message, block)) = (left > 0).then(|| self.before(at)).flatten() else {
                    break;
                };
                at = At {
                    message,
                    block,
                    row: self.rows(message, block).len() - 1,
                };
                left -= 1;
            } else {
                let below = self.rows(at.message, at.block).len() - 1 - at.row;
                let step = left.min(below);
                at.row += step;
                left -= step;
                let Some((message, block)) = (left > 0).then(|| self.after(at)).flatten() else {
                    break;
                };
                at = At {
                    message,
                    block,
                    row: 0,
                };
                left -= 1;
            }
        }
        at
    }

    fn before(&mut self, at: At) -> Option<(usize, usize)> {
        if let Some(block) = at.block.checked_sub(1) {
            return Some((at.message, block));
        }
        let message = at.message.checked_sub(1)?;
        Some((message, self.blocks(message) - 1))
    }

    fn after(&mut self, at: At) -> Option<(usize, usize)> {
        if at.block + 1 < self.blocks(at.message) {
            return Some((at.message, at.block + 1));
        }
        (at.message + 1 < self.messages.len()).then_some((at.message + 1, 0))
    }

    fn rows_from(&mut self, top: At, height: usize) -> Vec<(Line<'static>, bool)> {
        let mut out = Vec::with_capacity(height);
        let mut at = Some(top);
        while let Some(here) = at.filter(|_| out.len() < height) {
            let is_picked = self.open.picked == Some(self.messages[here.message].id);
            let rows = self.rows(here.message, here.block);
            let wanted = rows.iter().skip(here.row).take(height - out.len());
            out.extend(wanted.map(|row| (row.clone(), is_picked)));
            at = self.after(here).map(|(message, block)| At {
                message,
                block,
                row: 0,
            });
        }
        out
    }

    /// How many blocks a message has: head, text, notes. What has a text that ends in a blank row
    /// and no notes needs none.
    fn blocks(&mut self, position: usize) -> usize {
        let message = self.messages[position];
        let text = self.caches.body(message, self.width, self.theme).len();
        let ends_in_blank = message.role == Role::Assistant && text > 0;
        let needs_notes = !ends_in_blank || !self.notes(position).is_empty();
        1 + text + usize::from(needs_notes)
    }

    /// The rows of a block, never none. A blank row ends the last block of a message.
    fn rows(&mut self, position: usize, block: usize) -> Rows {
        let message = self.messages[position];
        if block == 0 {
            let before = position.checked_sub(1).and_then(|at| self.user_before(at));
            return notes::head(self.model, message, before, self.theme, self.width).into();
        }
        let body = self.caches.body(message, self.width, self.theme);
        if block <= body.len() {
            return body.rows(block - 1, self.theme);
        }
        let mut rows = self.notes(position);
        rows.push(Line::default());
        rows.into()
    }

    fn notes(&mut self, position: usize) -> Vec<Line<'static>> {
        let message = self.messages[position];
        let body = self.caches.body(message, self.width, self.theme);
        notes::below(self.open, message, body.hidden(), self.theme, self.width)
    }

    /// The last message of the person up to `position`.
    fn user_before(&self, position: usize) -> Option<&'a Message> {
        let earlier = self.messages[..=position].iter().rev().copied();
        let mut users = earlier.filter(|message| message.role == Role::User);
        users.next().map(AsRef::as_ref)
    }
}
