//! The tray: what stands above the text of the composer. Queued messages first, then what goes with the message.

use super::conversation::annotations::chip;
use super::theme::Theme;
use crate::app::conversation::unsent::EditTarget;
use crate::app::{Model, OpenConversation};
use crate::chat::Draft;
use crate::sanitize;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

/// Draws what stands above the text: queued messages and the tray. Gives the row below it.
pub fn draw(
    model: &Model,
    marked: Option<usize>,
    theme: &Theme,
    frame: &mut Frame,
    inner: Rect,
) -> u16 {
    let open = model.conversation();
    let queued = open.queue.iter().enumerate();
    let queued = queued.map(|(at, draft)| queued_line(open, at, draft, theme));
    let tray = open.composer.tray().iter();
    let tray = tray.map(|attachment| chip(model, attachment, theme));
    let mut above: Vec<Line> = queued.chain(tray).collect();
    // Every row has the room of the mark while one is marked, so that none moves when it comes.
    for (at, line) in above.iter_mut().enumerate() {
        let mark = match marked {
            Some(marked) if marked == at => "▸ ",
            Some(_) => "  ",
            None => continue,
        };
        line.spans.insert(0, Span::styled(mark, theme.picked));
    }
    // The row of the caret always has its place; what stands above gives way, and is counted.
    let room = usize::from(inner.height.saturating_sub(1));
    let skip = above
        .len()
        .saturating_sub(room)
        .min(marked.unwrap_or(usize::MAX));
    if skip > 0
        && let Some(first) = above.get_mut(skip)
    {
        let more = Span::styled(format!("{skip} more · "), theme.warning);
        first.spans.insert(0, more);
    }
    let mut y = inner.y;
    for line in above.into_iter().skip(skip).take(room) {
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..inner
            },
        );
        y += 1;
    }
    y
}

/// A message that waits as one line: why, how it begins, how much travels with it.
fn queued_line(open: &OpenConversation, at: usize, draft: &Draft, theme: &Theme) -> Line<'static> {
    let is_edited =
        matches!(&open.editing, Some(editing) if editing.what == EditTarget::Queued(at));
    let why = match (is_edited, open.waits()) {
        (true, _) => "being edited",
        (false, true) => "waiting",
        (false, false) => "queued",
    };
    let words = sanitize::line(&draft.text);
    let chips = match draft.attachments.len() {
        0 => String::new(),
        chips => format!(" ▣ {chips}"),
    };
    Line::from(vec![
        Span::styled(format!("⧗ {why}:"), theme.warning),
        Span::styled(chips, theme.focus),
        Span::styled(format!(" {words}"), theme.warning),
    ])
}
