//! The transcript: messages as blocks of rows, of which only those on screen are laid out.
//!
//! A message is a list of blocks: its head line, the blocks of its text, and its notes (failure,
//! hidden tail, what the Space said). The view is found from its anchor by walking blocks, never
//! by counting the rows of the whole conversation, so a frame costs as much as the screen.

pub mod annotations;
mod outcome;

use crate::app::conversation::find::Find;
use crate::app::{Model, OpenConversation};
use crate::app::{conversation::scroll::Anchor, rows::RowId};
use crate::chat::{Message, MessageId, Role};
use crate::ui::caches::{Caches, MessageLayout, Rows};
use crate::ui::theme::Theme;
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
    pub top: Option<RowId>,
    /// The last row shown.
    pub bottom: Option<RowId>,
    /// Whether the last row of all is shown.
    pub at_end: bool,
}

/// The cells in which texts are laid out in a pane of this width: beside them stand the mark of
/// what is picked, and the scrollbar with a gap.
pub fn text_width(width: u16) -> usize {
    usize::from(width.saturating_sub(3)).max(1)
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
    let path = open.conversation.path_ids();
    if path.is_empty() {
        annotations::draw_welcome(model, theme, frame, area);
        return View {
            top: None,
            bottom: None,
            at_end: true,
        };
    }
    let mut walk = Walk {
        model,
        open,
        path,
        theme,
        caches,
        width: text_width(area.width),
        height: usize::from(area.height),
    };
    let height = walk.height;
    let (top, rows, at_end) = walk.view(height);
    let find = open.find.as_ref();
    let mut bottom = top;
    for (offset, (row, at)) in (0..area.height).zip(rows) {
        let message = walk.path[at.message];
        let is_picked = open.picked == Some(message);
        bottom = at;
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
        if let Some(find) = find {
            mark_hits(find, message, at, (theme, text), frame);
        }
    }
    let (top_place, bottom_place) = (walk.place(top), walk.place(bottom));
    let shown = walk.share(top);
    draw_scrollbar((shown, at_end), theme, frame, area);
    View {
        top: Some(top_place),
        bottom: Some(bottom_place),
        at_end,
    }
}

/// Marks what was found in a row.
fn mark_hits(
    find: &Find,
    message: MessageId,
    at: At,
    (theme, area): (&Theme, Rect),
    frame: &mut Frame,
) {
    for (number, columns) in find.hits.in_row(message, at.block, at.row) {
        let style = if find.at == Some(number) {
            theme.found_here
        } else {
            theme.found
        };
        let column = |at: usize| u16::try_from(at).unwrap_or(u16::MAX).min(area.width);
        let (from, to) = (column(columns.start), column(columns.end));
        let cells = Rect {
            x: area.x + from,
            width: to - from,
            ..area
        };
        frame.buffer_mut().set_style(cells, style);
    }
}

/// A bar at the right edge that shows how far down the view is, unless all is in view. Its length is
/// roughly the share that is seen: by the size of the texts, for most of their rows are never made.
fn draw_scrollbar((shown, at_end): (Share, bool), theme: &Theme, frame: &mut Frame, area: Rect) {
    if area.height < 3 || (at_end && shown.above == 0.0) {
        return;
    }
    let height = f64::from(area.height);
    let length = (height * shown.visible).clamp(1.0, height - 1.0).round();
    let top = if at_end {
        height - length
    } else {
        // Not at the end: the last row stays free, whatever the estimate says.
        ((height - length) * shown.above)
            .min(height - length - 1.0)
            .floor()
    };
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and the height, which is a u16"
    )]
    let (top, length) = (top.max(0.0) as u16, length as u16);
    for offset in top..top + length {
        let cell = Rect {
            x: area.right() - 1,
            y: area.y + offset,
            width: 1,
            height: 1,
        };
        frame.render_widget(Span::styled("┃", theme.dim), cell);
    }
}

/// Where the view stands in the conversation, by the bytes of the texts.
#[derive(Debug, Clone, Copy)]
struct Share {
    /// How much is above it, of all that can be.
    above: f64,
    /// How much of the whole it shows, roughly.
    visible: f64,
}

/// The blocks of the conversation, made as they are asked for.
struct Walk<'a> {
    model: &'a Model,
    open: &'a OpenConversation,
    path: &'a [MessageId],
    theme: &'a Theme,
    caches: &'a mut Caches,
    width: usize,
    height: usize,
}

impl<'a> Walk<'a> {
    fn message(&self, position: usize) -> &'a Arc<Message> {
        let id = self.path[position];
        let message = self.open.conversation.message(id);
        message.expect("the path leads over messages of the conversation")
    }

    fn body(&mut self, position: usize) -> &mut MessageLayout {
        let message = self.message(position);
        self.caches.body(message, self.width, self.theme)
    }

    fn is_provisional(&mut self, position: usize) -> bool {
        let message = self.message(position);
        self.body(position).is_provisional(message)
    }

    fn place(&mut self, at: At) -> RowId {
        RowId {
            message: self.path[at.message],
            block: at.block,
            row: at.row,
            is_plain: self.is_provisional(at.message),
        }
    }

    /// Where a view that begins at `top` stands.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a mark of some rows needs no exact number"
    )]
    fn share(&mut self, top: At) -> Share {
        let pieces = self.body(top.message).len().max(1);
        let conversation = &self.open.conversation;
        let (start, all) = self.caches.position(conversation, top.message);
        let (end, _) = self.caches.position(conversation, top.message + 1);
        let inside = (end - start) as f64 * (top.block.saturating_sub(1) as f64 / pieces as f64);
        let screen = (self.width.min(100) * self.height / 4) as f64;
        let all = (all as f64).max(1.0);
        let above = (start as f64 + inside) / (all - screen).max(1.0);
        let is_start = top.message == 0 && top.block == 0 && top.row == 0;
        Share {
            above: if is_start {
                0.0
            } else {
                above.clamp(0.001, 1.0)
            },
            visible: (screen / all).min(1.0),
        }
    }

    /// Finds the first row to show, and the rows from there on.
    fn view(&mut self, height: usize) -> (At, Vec<(Line<'static>, At)>, bool) {
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
        let message = self.path.len() - 1;
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

    fn locate(&mut self, place: RowId) -> Option<At> {
        let message = self.path.iter().position(|id| *id == place.message)?;
        let (mut block, mut row) = (place.block, place.row);
        if place.is_plain && block > 0 && !self.is_provisional(message) {
            (block, row) = self.body(message).after_parse(block - 1, row);
            block += 1;
        }
        let block = block.min(self.blocks(message) - 1);
        let row = row.min(self.rows(message, block).len() - 1);
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
        (at.message + 1 < self.path.len()).then_some((at.message + 1, 0))
    }

    fn rows_from(&mut self, top: At, height: usize) -> Vec<(Line<'static>, At)> {
        let mut out = Vec::with_capacity(height);
        let mut at = Some(top);
        while let Some(here) = at.filter(|_| out.len() < height) {
            let rows = self.rows(here.message, here.block);
            let wanted = rows.iter().enumerate().skip(here.row);
            let wanted = wanted.take(height - out.len());
            out.extend(wanted.map(|(row, line)| (line.clone(), At { row, ..here })));
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
        let message = self.message(position);
        let text = self.body(position).len();
        let ends_in_blank = message.role == Role::Assistant && text > 0;
        let needs_notes = !ends_in_blank || !self.notes(position).is_empty();
        1 + text + usize::from(needs_notes)
    }

    /// The rows of a block, never none. A blank row ends the last block of a message.
    fn rows(&mut self, position: usize, block: usize) -> Rows {
        let message = self.message(position);
        if block == 0 {
            let before = position.checked_sub(1).and_then(|at| self.user_before(at));
            return annotations::head(self.model, message, before, self.theme, self.width).into();
        }
        if block <= self.body(position).len() {
            return self.caches.rows(message, block - 1, self.theme);
        }
        let mut rows = self.notes(position);
        rows.push(Line::default());
        rows.into()
    }

    fn notes(&mut self, position: usize) -> Vec<Line<'static>> {
        let message = self.message(position);
        let hidden = self.body(position).hidden();
        annotations::below(
            (self.model.keys, self.open),
            message,
            hidden,
            self.theme,
            self.width,
        )
    }

    /// The last message of the user up to `position`.
    fn user_before(&self, position: usize) -> Option<&'a Message> {
        let earlier = (0..=position).rev().map(|at| self.message(at));
        let mut users = earlier.filter(|message| message.role == Role::User);
        users.next().map(AsRef::as_ref)
    }
}
