//! The composer, the system panel, and what every text field has in common: its rows, and where its caret stands.
//!
//! A field only says where that is. Which of them has the terminal's cursor, [`super::draw`] decides.

pub mod completion;

use super::caches::Caches;
use super::theme::Theme;
use crate::app::actions::shown_key;
use crate::app::conversation::unsent::Edited;
use crate::app::editor::{Editor, shown};
use crate::app::keys::Action;
use crate::app::{Focus, Model, OpenConversation};
use crate::chat::Draft;
use crate::sanitize;
use crate::ui::conversation::annotations::chip;
use crate::ui::format::{count, fitted};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear};
use unicode_width::UnicodeWidthStr;

/// The height that the composer wants, in rows, frame included. At most a third of `height`, so
/// that the transcript stays readable.
pub fn wanted_height(model: &Model, width: u16, height: u16) -> u16 {
    let open = model.conversation();
    let text = open.composer.editor.rows(text_width(width)).len();
    let above = open.composer.tray().len() + open.queue.len();
    // However small the window: what stands above the text is never sent unseen.
    let most = (height / 3).max(if above > 0 { 4 } else { 3 });
    u16::try_from(text + above + 2)
        .unwrap_or(u16::MAX)
        .clamp(3, most)
}

/// The cells in which the text of a field of this width wraps: two for the frame, two for air,
/// and one for the caret behind a full row.
pub fn text_width(width: u16) -> usize {
    usize::from(width.saturating_sub(5)).max(1)
}

/// Draws the composer: queued messages, the tray, the text. Gives the place of its caret while it has the keyboard.
pub fn draw(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) -> Option<Position> {
    let open = model.conversation();
    let has_focus = model.focus == Focus::Composer && open.picked.is_none();
    let inner = draw_frame(
        " Message ",
        has_focus,
        theme,
        frame,
        area,
        &hint(model, area.width),
    );
    let marked = (model.focus == Focus::Tray).then_some(model.tray_at);
    let y = draw_above(model, marked, theme, frame, inner);
    let text = Rect {
        y,
        height: inner.bottom().saturating_sub(y),
        ..inner
    };
    let editor = &open.composer.editor;
    let caret = draw_field(editor, text_width(area.width), theme.text, frame, text);
    if open.composer.is_empty() && text.height > 0 {
        let words = if matches!(model.focus, Focus::Panel | Focus::Settings) {
            let keys = [Action::Back, Action::NextPane].map(shown_key);
            format!("{}: back to the message", keys.join(" or "))
        } else if open.turn.is_some() {
            "write the next message".to_owned()
        } else if open.waits() {
            format!(
                "write a message · {} alone sends what waits",
                shown_key(Action::Send)
            )
        } else {
            "write a message".to_owned()
        };
        let place = Rect { height: 1, ..text };
        frame.render_widget(Span::styled(words, theme.dim), place);
    }
    caret.filter(|_| has_focus)
}

/// Draws what stands above the text: queued messages and the tray. Gives the row below it.
fn draw_above(
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
    let is_edited = matches!(&open.editing, Some(editing) if editing.what == Edited::Queued(at));
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

/// Draws the panel of the system message, and below it the settings of the Space. Gives the place of its caret while it
/// has the keyboard.
pub fn draw_panel(
    model: &Model,
    theme: &Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    let editor = model.panel.as_ref()?;
    frame.render_widget(Clear, area);
    let settings = u16::try_from(model.inputs().count()).unwrap_or(u16::MAX);
    let settings = if settings == 0 {
        0
    } else {
        settings.saturating_add(2).min(area.height / 2)
    };
    let [system, settings] =
        Layout::vertical([Constraint::Fill(1), Constraint::Length(settings)]).areas(area);
    let has_focus = model.focus == Focus::Panel;
    let keys = [
        (Action::SystemPanel, "closes"),
        (Action::Presets, "saved ones"),
        (Action::SavePreset, "saves it"),
    ];
    let hint = keys_that_fit(&keys, system.width);
    let tokens = caches.system_tokens(&model.conversation().conversation.system);
    let title = match tokens {
        0 => " System message ".to_owned(),
        tokens => format!(" System message · ≈{} tokens ", count(tokens)),
    };
    let inner = draw_frame(&title, has_focus, theme, frame, system, &hint);
    let width = text_width(system.width);
    let caret = draw_field(editor, width, theme.text, frame, inner);
    if editor.is_empty() && inner.height > 0 {
        let words = Span::styled("how the model should behave", theme.dim);
        frame.render_widget(words, Rect { height: 1, ..inner });
    }
    draw_settings(model, theme, frame, settings);
    caret.filter(|_| has_focus)
}

/// Draws the settings of the Space, one to a row: name, value, what it takes.
fn draw_settings(model: &Model, theme: &Theme, frame: &mut Frame, area: Rect) {
    if area.height < 3 {
        return;
    }
    let has_focus = model.focus == Focus::Settings;
    let hint = if has_focus {
        let change = [
            Action::SettingLess,
            Action::SettingMore,
            Action::ChangeSetting,
        ]
        .map(shown_key);
        let reset = shown_key(Action::ResetSetting);
        format!(" {} change · {reset} default ", change.join(" "))
    } else {
        format!(" {} goes here ", shown_key(Action::NextPane))
    };
    let inner = draw_frame(
        " Settings of the Space ",
        has_focus,
        theme,
        frame,
        area,
        &hint,
    );
    let first = (model.setting_at + 1).saturating_sub(usize::from(inner.height));
    let inputs = model.inputs().enumerate().skip(first);
    for (y, (at, input)) in (inner.top()..inner.bottom()).zip(inputs) {
        let (value, is_set) = model.setting(input);
        let pointer = if has_focus && at == model.setting_at {
            "▸ "
        } else {
            "  "
        };
        let style = if is_set { theme.key } else { theme.text };
        let width = usize::from(inner.width);
        let line = Line::from(vec![
            Span::styled(pointer, theme.picked),
            Span::styled(fitted(&sanitize::line(&input.label), width / 2), theme.text),
            Span::raw("  "),
            Span::styled(sanitize::line(&value), style),
        ]);
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..inner
            },
        );
    }
}

/// The keys that matter now, as many as fit.
fn hint(model: &Model, width: u16) -> String {
    let open = model.conversation();
    let send = if open.turn.is_some() { "queue" } else { "send" };
    let above = match (open.queue.is_empty(), open.composer.tray().is_empty()) {
        (true, true) => None,
        (true, false) => Some((Action::Shelf, "chips")),
        (false, _) => Some((Action::Shelf, "what waits")),
    };
    let hints: Vec<(Action, &str)> = if matches!(model.focus, Focus::Panel | Focus::Settings) {
        vec![
            (Action::NextPane, "moves on"),
            (Action::Palette, "all actions"),
            (Action::Help, "keys"),
        ]
    } else if model.focus == Focus::Tray {
        vec![
            (Action::Preview, "shows"),
            (Action::Expand, "into the text"),
            (Action::RemoveChip, "removes"),
            (Action::ChipEarlier, "earlier"),
            (Action::ChipLater, "later"),
            (Action::Back, "leaves"),
        ]
    } else {
        let always = [
            (Action::Palette, "all actions"),
            (Action::NewLine, "newline"),
            (Action::SystemPanel, "system"),
            (Action::Help, "keys"),
        ];
        // Where room is short, the welcome has told of the panel.
        let is_shown =
            |(action, _): &(Action, &str)| above.is_none() || *action != Action::SystemPanel;
        let always = always.into_iter().filter(is_shown);
        [(Action::Send, send)]
            .into_iter()
            .chain(above)
            .chain(always)
            .collect()
    };
    keys_that_fit(&hints, width)
}

/// Keys with what they do, as many as fit in the frame of a box.
fn keys_that_fit(hints: &[(Action, &str)], width: u16) -> String {
    let mut line = String::new();
    for (action, words) in hints {
        let part = format!(" {} {words} ", shown_key(*action));
        if line.width() + part.width() + 4 > usize::from(width) {
            break;
        }
        line += if line.is_empty() { "" } else { "·" };
        line += &part;
    }
    line
}

fn draw_frame(
    title: &str,
    has_focus: bool,
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
    hint: &str,
) -> Rect {
    let style = if has_focus { theme.focus } else { theme.dim };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(style)
        .title(Span::styled(title.to_owned(), style))
        .title_bottom(Span::styled(hint.to_owned(), theme.dim));
    let inner = block.inner(area);
    frame.render_widget(block, area);
    Rect {
        x: inner.x + 1.min(inner.width),
        width: inner.width.saturating_sub(2),
        ..inner
    }
}

/// Draws the rows of a field around its caret, wrapped at `width`. Gives the place of the caret, where there is room.
fn draw_field(
    editor: &Editor,
    width: usize,
    style: Style,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    if area.is_empty() {
        return None;
    }
    let rows = editor.rows(width);
    let (caret_row, caret_cell) = editor.caret(&rows);
    let first = (caret_row + 1).saturating_sub(usize::from(area.height));
    for (y, row) in (area.top()..area.bottom()).zip(rows.iter().skip(first)) {
        let text = editor.lines()[row.line]
            .get(row.range.clone())
            .unwrap_or("");
        let line = Rect {
            y,
            height: 1,
            ..area
        };
        frame.render_widget(Span::styled(shown(text), style), line);
    }
    let clamp = |cell: usize, limit: u16| u16::try_from(cell).unwrap_or(u16::MAX).min(limit);
    Some(Position {
        // A space that hangs over the edge does not take the caret into the frame.
        x: area.x + clamp(caret_cell, area.width),
        y: area.y + clamp(caret_row - first, area.height - 1),
    })
}

/// Draws a field of one line; of a long one the part around the caret. Gives the place of the caret, where there is room.
pub fn draw_line(
    editor: &Editor,
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    let pointer = "› ";
    frame.render_widget(Span::styled(pointer, theme.focus), area);
    // The last cell is the caret's, behind a text that takes all others.
    let text = Rect {
        x: area.x.saturating_add(2).min(area.right()),
        width: area.width.saturating_sub(3),
        height: area.height.min(1),
        ..area
    };
    draw_field(editor, usize::from(text.width), theme.text, frame, text)
}
