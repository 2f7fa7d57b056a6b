//! What lies over the screen, each popup in a file of its own, and what they have in common: the frame, a menu, a field.

mod help;
mod history;
mod login;
mod outline;
mod palette;
mod presets;
mod rename;
mod save_preset;
mod setting;
mod sign_in;
mod source_picker;
mod survey;
mod switcher;
mod text_view;
mod trash;
mod version_tree;

use super::caches::Caches;
use super::field::draw_line;
use super::theme::Theme;
use crate::app::Model;
use crate::app::editor::Editor;
use crate::app::event::Page;
use crate::app::keys::{Action, Context, Keymap};
use crate::app::popups::picker::Menu;
use crate::app::popups::{
    Popup, help::Help, history::History, login::Login, outline::Outline, palette::Palette,
    presets::Presets, rename::Rename, save_preset::SavePreset, setting::Setting, sign_in::SignIn,
    source_picker::SourcePicker, survey::SurveyPopup, switcher::Switcher, text_view::TextView,
    trash::Trash, version_tree::VersionTree,
};
use crate::sanitize;
use crate::ui::format::{fitted, fitting};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph};
use std::any::Any;
use unicode_width::UnicodeWidthStr;

/// The widest that a popup becomes, in cells.
const WIDEST: u16 = 88;

/// What a popup is drawn with.
pub struct Scene<'a> {
    /// What is shown.
    pub model: &'a Model,
    /// How it looks.
    pub theme: &'a Theme,
    /// What was made for earlier frames.
    pub caches: &'a mut Caches,
    /// Where the caret of the popup that was drawn last stands, if something can be typed there.
    pub caret: Option<Position>,
}

/// Draws the open popups, the one on top last. Gives how much of that one is shown.
pub fn draw(scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let popups = scene.model.popups.stack();
    popups.fold(Page::default(), |_, popup| {
        // The caret of what lies below is covered.
        scene.caret = None;
        draw_one(popup, scene, frame, area)
    })
}

/// Which function draws which popup.
macro_rules! drawn_by {
    ($($popup:ty => $draw:path,)*) => {
        fn draw_one(popup: &dyn Popup, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
            let popup: &dyn Any = popup;
            $(if let Some(popup) = popup.downcast_ref::<$popup>() {
                return $draw(popup, scene, frame, area);
            })*
            Page::default()
        }
    };
}

drawn_by! {
    Help => help::draw,
    History => history::draw,
    Login => login::draw,
    Outline => outline::draw,
    Palette => palette::draw,
    Presets => presets::draw,
    Rename => rename::draw,
    SavePreset => save_preset::draw,
    Setting => setting::draw,
    SignIn => sign_in::draw,
    SourcePicker => source_picker::draw,
    SurveyPopup => survey::draw,
    Switcher => switcher::draw,
    TextView => text_view::draw,
    Trash => trash::draw,
    VersionTree => version_tree::draw,
}

/// What keys do, as the border of a popup shows it: `Enter opens · Esc closes`.
fn hint(keys: &[(String, &str)]) -> String {
    let parts = keys.iter().filter(|(key, _)| !key.is_empty());
    let parts: Vec<String> = parts.map(|(key, does)| format!("{key} {does}")).collect();
    parts.join(" · ")
}

/// The key that takes what is marked or typed.
fn accepts(keys: Keymap) -> String {
    keys.key_in(Action::Accept, Context::Menu)
}

/// The keys that move the mark.
fn moves(keys: Keymap) -> String {
    format!(
        "{} {}",
        keys.key_in(Action::MenuUp, Context::Menu),
        keys.key_in(Action::MenuDown, Context::Menu)
    )
}

/// The key that closes a popup.
fn closes(keys: Keymap) -> String {
    keys.shown_key(Action::Back)
}

/// The hint of a popup in which something is chosen.
fn takes(keys: Keymap) -> String {
    hint(&[
        (accepts(keys), "takes"),
        (moves(keys), "choose"),
        (closes(keys), "closes"),
    ])
}

/// The place of a menu of so many rows, and that of what is at its mark below it.
fn above_preview(rows: usize, area: Rect) -> [Rect; 2] {
    let [most, _] = Layout::vertical([Constraint::Fill(1), Constraint::Percentage(40)]).areas(area);
    let height = menu_height(rows, most);
    Layout::vertical([Constraint::Length(height), Constraint::Fill(1)]).areas(area)
}

/// A box with one field.
fn draw_field(title: &str, field: &Editor, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) {
    let keys = scene.model.keys;
    let area = Rect {
        height: area.height.min(3),
        ..area
    };
    let inner = draw_box(
        title,
        &hint(&[(accepts(keys), "saves"), (closes(keys), "cancels")]),
        scene.theme,
        frame,
        area,
    );
    scene.caret = draw_line(field, scene.theme, frame, inner);
}

/// A menu: what is typed, and what it finds, each with a toast at its right. Gives the place of
/// its last rows, for what must be said of the chosen one.
fn draw_menu<T>(
    (title, hint, menu): (&str, String, &Menu),
    rows: impl ExactSizeIterator<Item = T>,
    shown: impl Fn(T) -> (String, String),
    scene: &mut Scene<'_>,
    frame: &mut Frame,
    area: Rect,
) -> Rect {
    let theme = scene.theme;
    let spans = |row: T, width: usize| {
        let (name, remark) = shown(row);
        let name = (sanitize::line(&name), theme.text);
        apart(Vec::new(), name, &remark, theme, width)
    };
    let title = format!("{title}· {} ", rows.len());
    let rows = (rows, Vec::new());
    draw_list((&title, hint, menu), rows, spans, scene, frame, area)
}

/// What a row begins with, a text (of which the end is cut where it does not fit), and a remark at
/// the right.
fn apart(
    mut spans: Vec<Span<'static>>,
    (text, style): (String, Style),
    remark: &str,
    theme: &Theme,
    width: usize,
) -> Vec<Span<'static>> {
    let remark = fitted(&sanitize::line(remark), width / 2 + 1);
    let before: usize = spans.iter().map(Span::width).sum();
    let room = width.saturating_sub(before + remark.width() + 2);
    let text = fitted(&text, room);
    let gap = " ".repeat(room.saturating_sub(text.width()) + 1);
    spans.extend([
        Span::styled(text, style),
        Span::raw(gap),
        Span::styled(remark, theme.dim),
    ]);
    spans
}

/// A menu whose rows are drawn by `spans`, each in so many cells. Below them stand lines on the row at the mark.
fn draw_list<T>(
    (title, hint, menu): (&str, String, &Menu),
    (rows, below): (impl ExactSizeIterator<Item = T>, Vec<Line<'static>>),
    spans: impl Fn(T, usize) -> Vec<Span<'static>>,
    scene: &mut Scene<'_>,
    frame: &mut Frame,
    area: Rect,
) -> Rect {
    let theme = scene.theme;
    let area = Rect {
        height: menu_height(rows.len() + below.len(), area),
        ..area
    };
    let inner = draw_box(title, &hint, theme, frame, area);
    let [query, list, foot] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(u16::try_from(below.len()).unwrap_or(u16::MAX)),
    ])
    .areas(inner);
    frame.render_widget(Paragraph::new(below), foot);
    scene.caret = draw_line(&menu.query, theme, frame, query);
    let is_empty = rows.len() == 0;
    let first = first_in_view(menu.at, rows.len(), list.height);
    let width = usize::from(list.width).saturating_sub(2);
    for (y, (position, row)) in (list.top()..list.bottom()).zip(rows.enumerate().skip(first)) {
        let pointer = if position == menu.at { "▸ " } else { "  " };
        let mut line = Line::from(Span::styled(pointer, theme.picked));
        line.spans.extend(spans(row, width));
        frame.render_widget(
            line,
            Rect {
                y,
                height: 1,
                ..list
            },
        );
    }
    if is_empty {
        frame.render_widget(Span::styled("  Nothing found", theme.dim), list);
    }
    let height = list.height.min(4);
    Rect {
        y: list.bottom() - height,
        height,
        ..list
    }
}

/// The first of so many rows that is shown: the mark stands in the middle, so that what comes next is seen on both sides.
fn first_in_view(at: usize, rows: usize, height: u16) -> usize {
    let height = usize::from(height);
    let first = at.saturating_sub(height / 2);
    first.min(rows.saturating_sub(height))
}

/// As high as its rows, a field and what may be said below need.
pub fn menu_height(rows: usize, area: Rect) -> u16 {
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(4);
    wanted.max(10).min(area.height)
}

/// A framed popup, at most as wide as the help. Gives the room inside.
pub fn draw_box(title: &str, hint: &str, theme: &Theme, frame: &mut Frame, area: Rect) -> Rect {
    let width = area.width.min(WIDEST);
    let area = Rect {
        x: area.x + (area.width - width) / 2,
        width,
        ..area
    };
    let hint = match hint.trim() {
        "" => String::new(),
        hint => format!(" {} ", fitting(hint, usize::from(width).saturating_sub(4))),
    };
    let block = Block::bordered()
        .border_type(BorderType::Rounded)
        .border_style(theme.focus)
        .title(Span::styled(title.to_owned(), theme.focus))
        .title_bottom(Span::styled(hint, theme.dim));
    let inner = block.inner(area);
    clear_halves(frame, area);
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner
}

/// A wide character that the border would cut in two is taken away whole: a terminal would draw it over the border.
fn clear_halves(frame: &mut Frame, area: Rect) {
    let buffer = frame.buffer_mut();
    for y in area.top()..area.bottom() {
        if let Some(left) = area.x.checked_sub(1)
            && let Some(cell) = buffer.cell_mut((left, y))
            && cell.symbol().width() > 1
        {
            cell.set_symbol(" ");
        }
        if let Some(last) = area.right().checked_sub(1)
            && let Some(cell) = buffer.cell((last, y))
            && cell.symbol().width() > 1
            && let Some(behind) = buffer.cell_mut((area.right(), y))
        {
            behind.set_symbol(" ");
        }
    }
}

/// Draws lines from a row on, and gives how many there is room for, and how far they can be
/// scrolled.
fn draw_scrolled(lines: Vec<Line>, row: usize, frame: &mut Frame, inner: Rect) -> Page {
    let limit = lines.len().saturating_sub(usize::from(inner.height));
    let shown: Vec<Line> = lines.into_iter().skip(row.min(limit)).collect();
    frame.render_widget(Paragraph::new(shown), inner);
    Page {
        height: usize::from(inner.height),
        limit,
    }
}
