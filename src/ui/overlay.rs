//! What lies over the screen: the help, made from the table of keys; the boxes that choose; the
//! box for a title. The switcher is in a module of its own.

use super::caches::Caches;
use super::completing;
use super::composer::draw_line;
use super::switcher;
use super::theme::Theme;
use super::viewer;
use super::words::{age, count, fitted, fitting};
use crate::app::choosing::Choice;
use crate::app::editor::Editor;
use crate::app::keymap::{Action, Binding, Context, bindings, key_in, shown_key};
use crate::app::login::LoginBox;
use crate::app::outline::Entry;
use crate::app::picker::Picker;
use crate::app::{Menu, Model, Overlay, SpaceCheck, SpaceChoice, choosing};
use crate::chat::{Preset, Summary};
use crate::sanitize;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::{Line, Span};
use ratatui::widgets::{Block, BorderType, Clear, Paragraph, Wrap};
use std::sync::Arc;
use unicode_width::UnicodeWidthStr;

/// What the keys do in a box that chooses.
const TAKES: &str = " Enter takes · ↑ ↓ choose · Esc closes ";
/// The widest that the help becomes, in cells.
const HELP_WIDTH: u16 = 88;

/// Draws the open overlay. Gives how many rows it shows of what can be scrolled, and how far that
/// goes.
pub fn draw(
    model: &Model,
    theme: &Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> (usize, usize) {
    match &model.overlay {
        Some(Overlay::Help(row)) => return draw_help(*row, theme, frame, area),
        Some(Overlay::Text(view)) => return viewer::draw(view, theme, caches, frame, area),
        Some(Overlay::Outline(picker)) => draw_outline(picker, theme, frame, area),
        Some(Overlay::History(picker)) => draw_history(picker, theme, frame, area),
        Some(Overlay::Survey(shown)) => {
            let title = format!(" Attach {} ", sanitize::line(&shown.survey.of));
            let hint = " Enter attaches · ↑ ↓ scroll · Esc leaves it ";
            let inner = draw_box(&title, hint, theme, frame, area);
            let lines = completing::survey_lines(&shown.survey, theme);
            return draw_scrolled(lines, shown.row, frame, inner);
        }
        Some(Overlay::Switcher(found)) => switcher::draw(model, found, theme, frame, area),
        Some(Overlay::Palette(picker)) => {
            let shown = |choice: &Choice| {
                let keys = choice.binding.keys.iter().map(ToString::to_string);
                (choice.words.clone(), keys.collect::<Vec<_>>().join(", "))
            };
            let menu = (" Actions ", TAKES, picker.menu());
            draw_menu(menu, picker.found(), shown, theme, frame, area);
        }
        Some(Overlay::Spaces(menu, check)) => {
            let rows = choosing::spaces(model, menu).into_iter();
            let shown = |choice: SpaceChoice| (choice.id, choice.about);
            let below = draw_menu((" Space ", TAKES, menu), rows, shown, theme, frame, area);
            if let Some(check) = check {
                draw_check(check, theme, frame, below);
            }
        }
        Some(Overlay::Presets(shown)) => draw_presets(&shown.picker, theme, frame, area),
        Some(Overlay::Trash(picker)) => {
            let hint = " Enter brings it back · Esc closes ";
            match picker {
                Some(picker) => draw_trash(picker, hint, model, theme, frame, area),
                None => drop(draw_box(" Trash ", hint, theme, frame, area)),
            }
        }
        Some(Overlay::SavePreset(name)) => {
            let title = if model
                .presets
                .iter()
                .any(|preset| preset.name == name.text().trim())
            {
                " Save the system message, in place of the one of this name "
            } else {
                " Save the system message as "
            };
            draw_field(title, name, theme, frame, area);
        }
        Some(Overlay::Login(login)) => draw_login(login, theme, frame, area),
        Some(Overlay::Rename(_, title)) => draw_field(" Title ", title, theme, frame, area),
        Some(Overlay::Setting(input, text)) => {
            let label = sanitize::line(&input.label);
            let title = format!(" {label} · {} ", sanitize::line(&input.takes()));
            let title = fitted(&title, usize::from(area.width.min(HELP_WIDTH)) - 4);
            draw_field(&title, text, theme, frame, area);
        }
        None => {}
    }
    (0, 0)
}

/// The prompts of the conversation, with what each weighs.
fn draw_outline(picker: &Picker<Entry>, theme: &Theme, frame: &mut Frame, area: Rect) {
    let shown = |entry: &Entry| {
        let left_out = if entry.left_out { "left out · " } else { "" };
        let weight = format!("{left_out}≈{}", count(entry.tokens));
        (entry.words.clone(), weight)
    };
    let leaves_out = key_in(Action::LeaveOut, Context::Outline);
    let hint = format!(" Enter goes there · {leaves_out} leaves out · Esc closes ");
    let menu = (" Outline ", hint.as_str(), picker.menu());
    draw_menu(menu, picker.found(), shown, theme, frame, area);
}

/// What was deleted, with when its last message came.
fn draw_trash(
    picker: &Picker<Summary>,
    hint: &str,
    model: &Model,
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
) {
    let now = model.clock.wall;
    let shown = |deleted: &Summary| (deleted.title.clone(), age(now, deleted.updated_at));
    let menu = (" Trash, for 30 days ", hint, picker.menu());
    draw_menu(menu, picker.found(), shown, theme, frame, area);
}

/// The box that finds an earlier prompt, and below it the one at the mark.
fn draw_history(picker: &Picker<Arc<str>>, theme: &Theme, frame: &mut Frame, area: Rect) {
    let [list, preview] = above_preview(picker.found().len(), area);
    let shown = |prompt: &Arc<str>| {
        let words: Vec<&str> = prompt.split_whitespace().take(40).collect();
        (words.join(" "), String::new())
    };
    let menu = (" Earlier prompts ", TAKES, picker.menu());
    draw_menu(menu, picker.found(), shown, theme, frame, list);
    let inner = draw_box("", "", theme, frame, preview);
    match picker.chosen() {
        Some(prompt) => viewer::draw_beginning(prompt, theme, frame, inner),
        None => frame.render_widget(Span::styled("nothing found", theme.dim), inner),
    }
}

/// The place of a menu of so many rows, and that of what is at its mark below it.
fn above_preview(rows: usize, area: Rect) -> [Rect; 2] {
    let [most, _] = Layout::vertical([Constraint::Fill(1), Constraint::Percentage(40)]).areas(area);
    let height = menu_height(rows, most);
    Layout::vertical([Constraint::Length(height), Constraint::Fill(1)]).areas(area)
}

/// The saved system messages, and below them the one at the mark.
fn draw_presets(picker: &Picker<Preset>, theme: &Theme, frame: &mut Frame, area: Rect) {
    let [list, preview] = above_preview(picker.found().len(), area);
    let shown = |preset: &Preset| {
        let default = if preset.is_default { "default · " } else { "" };
        let weight = format!("{default}≈{}", count(preset.tokens));
        let name = match preset.name.as_str() {
            "" => "(what stood here before)",
            name => name,
        };
        (name.to_owned(), weight)
    };
    let key = |action| key_in(action, Context::Presets);
    let hint = format!(
        " Enter uses it · {} default · {} removes · Esc closes ",
        key(Action::DefaultPreset),
        key(Action::RemovePreset)
    );
    let menu = (" System messages ", hint.as_str(), picker.menu());
    draw_menu(menu, picker.found(), shown, theme, frame, list);
    let inner = draw_box("", "", theme, frame, preview);
    if let Some(preset) = picker.chosen() {
        viewer::draw_beginning(&preset.text, theme, frame, inner);
        return;
    }
    if !picker.menu().query.is_empty() {
        return;
    }
    let saves = shown_key(Action::SavePreset);
    let words = format!("none is saved; {saves} saves the one in force");
    frame.render_widget(Span::styled(words, theme.dim), inner);
}

/// A box with one field.
fn draw_field(title: &str, field: &Editor, theme: &Theme, frame: &mut Frame, area: Rect) {
    let area = Rect {
        height: area.height.min(3),
        ..area
    };
    let inner = draw_box(title, " Enter keeps it · Esc does not ", theme, frame, area);
    draw_line(field, true, theme, frame, inner);
}

/// The box that asks for a name and a password, which is shown as dots.
fn draw_login(login: &LoginBox, theme: &Theme, frame: &mut Frame, area: Rect) {
    let area = Rect {
        height: area.height.min(7),
        ..area
    };
    let hint = " Enter goes on · Esc leaves it ";
    let inner = draw_box(" Login ", hint, theme, frame, area);
    let asks = format!(
        "{} asks for a name and a password.",
        sanitize::line(&login.space)
    );
    let rows = Layout::vertical([Constraint::Length(1); 5]).split(inner);
    frame.render_widget(Span::styled(asks, theme.text), rows[0]);
    let dots = Editor::new(&"•".repeat(login.password.text().chars().count()));
    for (row, label, field, is_current) in [
        (1, "name", &login.name, !login.at_password),
        (3, "password", &dots, login.at_password),
    ] {
        frame.render_widget(Span::styled(label, theme.dim), rows[row]);
        if is_current {
            draw_line(field, true, theme, frame, rows[row + 1]);
        } else {
            let text = sanitize::line(&field.text());
            frame.render_widget(Span::styled(format!("  {text}"), theme.text), rows[row + 1]);
        }
    }
}

/// A menu: what is typed, and what it finds, each with a remark at its right. Gives the place of
/// its last rows, for what must be said of the chosen one.
fn draw_menu<T>(
    (title, hint, menu): (&str, &str, &Menu),
    rows: impl ExactSizeIterator<Item = T>,
    shown: impl Fn(T) -> (String, String),
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
) -> Rect {
    let area = Rect {
        height: menu_height(rows.len(), area),
        ..area
    };
    let title = format!("{title}· {} ", rows.len());
    let inner = draw_box(&title, hint, theme, frame, area);
    let [query, list] = Layout::vertical([Constraint::Length(1), Constraint::Fill(1)]).areas(inner);
    draw_line(&menu.query, true, theme, frame, query);
    let is_empty = rows.len() == 0;
    // The mark stands in the middle, so that what comes next is seen on both sides.
    let height = usize::from(list.height);
    let first = menu.at.saturating_sub(height / 2);
    let first = first.min(rows.len().saturating_sub(height));
    let width = usize::from(list.width);
    for (y, (position, row)) in (list.top()..list.bottom()).zip(rows.enumerate().skip(first)) {
        let (name, remark) = shown(row);
        let pointer = if position == menu.at { "▸ " } else { "  " };
        let remark = fitted(&sanitize::line(&remark), width / 2);
        let room = width.saturating_sub(remark.width() + 4);
        let name = fitted(&sanitize::line(&name), room);
        let gap = " ".repeat(room.saturating_sub(name.width()) + 1);
        let line = Line::from(vec![
            Span::styled(pointer, theme.picked),
            Span::styled(name, theme.text),
            Span::raw(gap),
            Span::styled(remark, theme.dim),
        ]);
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
        frame.render_widget(Span::styled("  nothing found", theme.dim), list);
    }
    let height = list.height.min(4);
    Rect {
        y: list.bottom() - height,
        height,
        ..list
    }
}

/// What is known of the Space that was chosen.
fn draw_check(check: &SpaceCheck, theme: &Theme, frame: &mut Frame, area: Rect) {
    frame.render_widget(Clear, area);
    let lines = match &check.failure {
        None => vec![Line::styled(
            format!("looking at {} …", sanitize::line(&check.space)),
            theme.warning,
        )],
        Some(failure) => vec![
            Line::styled(
                format!("✗ {}", sanitize::line(&failure.message)),
                theme.error,
            ),
            Line::styled(format!("→ {}", sanitize::line(&failure.hint)), theme.text),
        ],
    };
    frame.render_widget(Paragraph::new(lines).wrap(Wrap { trim: true }), area);
}

/// As high as its rows, a field and what may be said below need.
pub fn menu_height(rows: usize, area: Rect) -> u16 {
    let wanted = u16::try_from(rows).unwrap_or(u16::MAX).saturating_add(4);
    wanted.max(10).min(area.height)
}

/// A framed box over everything, at most as wide as the help.
pub fn draw_box(title: &str, hint: &str, theme: &Theme, frame: &mut Frame, area: Rect) -> Rect {
    let width = area.width.min(HELP_WIDTH);
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
    frame.render_widget(Clear, area);
    frame.render_widget(block, area);
    inner
}

fn draw_help(row: usize, theme: &Theme, frame: &mut Frame, area: Rect) -> (usize, usize) {
    let inner = draw_box(" Keys ", " ↑ ↓ scroll · Esc closes ", theme, frame, area);
    let lines = help_lines(theme, usize::from(inner.width));
    draw_scrolled(lines, row, frame, inner)
}

/// Draws lines from a row on, and gives how many there is room for, and how far they can be
/// scrolled.
fn draw_scrolled(lines: Vec<Line>, row: usize, frame: &mut Frame, inner: Rect) -> (usize, usize) {
    let limit = lines.len().saturating_sub(usize::from(inner.height));
    let shown: Vec<Line> = lines.into_iter().skip(row.min(limit)).collect();
    frame.render_widget(Paragraph::new(shown), inner);
    (usize::from(inner.height), limit)
}

fn help_lines(theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let sections = [
        Context::All,
        Context::Composer,
        Context::Text,
        Context::Picked,
        Context::List,
        Context::Shelf,
        Context::Outline,
        Context::Presets,
        Context::Find,
        Context::Settings,
    ];
    let mut lines = Vec::new();
    for context in sections {
        if !lines.is_empty() {
            lines.push(Line::default());
        }
        lines.push(Line::styled(context.title(), theme.assistant));
        // Nine rows for nine code blocks would say no more than one.
        let is_told = |binding: &&Binding| {
            binding.context == context && !matches!(binding.action, Action::CopyCode(2..))
        };
        let bindings = bindings().iter().filter(is_told);
        lines.extend(bindings.flat_map(|binding| help_line(binding, theme, width)));
    }
    lines
}

/// One binding: on one line, or on two where it does not fit.
fn help_line(binding: &Binding, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let keys: Vec<String> = binding.keys.iter().map(ToString::to_string).collect();
    let (keys, help) = match (binding.action, keys.is_empty()) {
        (Action::CopyCode(_), _) => ("1 … 9".to_owned(), "copy the code block of this number"),
        (_, true) => (format!("({})", shown_key(Action::Palette)), binding.help),
        _ => (keys.join(", "), binding.help),
    };
    let keys = format!(" {keys}");
    let column = 32;
    if keys.width() < column && column + help.width() <= width {
        let gap = " ".repeat(column - keys.width());
        return vec![Line::from(vec![
            Span::styled(keys, theme.key),
            Span::raw(gap),
            Span::styled(help, theme.text),
        ])];
    }
    let rows = crate::markdown::wrap_plain(help, width.saturating_sub(3).max(1));
    let mut lines = vec![Line::styled(keys, theme.key)];
    lines.extend(rows.into_iter().map(|row| {
        let text = help.get(row).unwrap_or("");
        Line::styled(format!("   {text}"), theme.text)
    }));
    lines
}
