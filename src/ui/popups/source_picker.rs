//! The sources that can be chosen, each with its state, and what is known of the one that was.

use super::{Scene, accepts, closes, draw_list, hint, moves};
use crate::app::Model;
use crate::app::event::Page;
use crate::app::keys::{Action, Context};
use crate::app::popups::source_picker::{PickerRow, SourcePicker, SourceRow, SpaceCheck};
use crate::app::sources::SourceState;
use crate::markdown::wrap_plain;
use crate::sanitize;
use crate::ui::format::{end_of, fitted};
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use ratatui::widgets::{Clear, Paragraph, Wrap};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// Below this width, in cells, a row has its name and its state only.
const NARROW: usize = 56;

pub fn draw(picker: &SourcePicker, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let does = if picker.has_waiting {
        "sends your message there"
    } else {
        "takes"
    };
    let sources = &scene.model.sources;
    let marked = picker.chosen().map(|row| row.source.as_str());
    let hint = hint(&[
        (accepts(keys), does),
        (moves(keys), "choose"),
        (closes(keys), "closes"),
    ]);
    let title = format!(" Source · {} ", picker.count());
    let rows = picker.rows().iter();
    let theme = scene.theme;
    let spans = |row: &PickerRow, width: usize| match row {
        PickerRow::Heading(group) => vec![Span::styled(group.title(), theme.dim)],
        PickerRow::Note(words) => {
            let words = fitted(&sanitize::line(words), width);
            vec![Span::styled(format!("  {words}"), theme.dim)]
        }
        row => picker
            .choice(row)
            .map(|row| line(row, sources.is_signed_in(&row.source), theme, width))
            .unwrap_or_default(),
    };
    let menu = (title.as_str(), hint, &picker.menu);
    let width = usize::from(area.width.min(super::WIDEST)).saturating_sub(4);
    let told = marked.map(|name| marked_lines(name, scene.model, theme, width));
    let rows = (rows, told.unwrap_or_default());
    let below = draw_list(menu, rows, spans, scene, frame, area);
    if let Some(check) = &picker.check {
        draw_check(check, scene.theme, frame, below);
    }
    Page::default()
}

/// What is told of the source at the mark: whether it is given the user's token, and what is left of the user's GPU time.
fn marked_lines(name: &str, model: &Model, theme: &Theme, width: usize) -> Vec<Line<'static>> {
    let sources = &model.sources;
    let key = model.keys.key_in(Action::SignIn, Context::Sources);
    let sign_in = if sources.is_signed_in(name) {
        Some(format!(
            "Signed in with your Hugging Face token. {key} signs out."
        ))
    } else {
        let takes = sources.takes_sign_in(name);
        takes.then(|| format!("{key} signs in with your Hugging Face token."))
    };
    let quota = (sources.gpu_quota.clone()).filter(|_| sources.is_zero_gpu(name));
    let mut lines = Vec::new();
    for text in [sign_in, quota].into_iter().flatten() {
        let rows = wrap_plain(&text, width.max(1));
        lines.extend(rows.into_iter().map(|row| {
            let row = text.get(row).unwrap_or_default();
            Line::styled(format!("  {row}"), theme.dim)
        }));
    }
    lines
}

/// A source: its name, what it is where there is room, and its state at the right.
fn line(row: &SourceRow, is_signed_in: bool, theme: &Theme, width: usize) -> Vec<Span<'static>> {
    let (state, style) = match (&row.state, row.is_current) {
        (None | Some(SourceState::Ready(None)), true) => ("in use".to_owned(), theme.good),
        (Some(state), true) if width >= NARROW => {
            (format!("in use · {}", words(state)), style(state, theme))
        }
        (Some(state), _) => (words(state), style(state, theme)),
        (None, false) => (String::new(), theme.dim),
    };
    let state = fitted(&sanitize::line(&state), width / 2);
    let room = width.saturating_sub(state.width() + 2);
    let name = fitted(&format!("  {}", name(row, room.saturating_sub(2))), room);
    let left = room.saturating_sub(name.width() + 2);
    let about = match width {
        narrow if narrow < NARROW => String::new(),
        _ if is_signed_in && row.about.is_empty() => fitted("signed in", left),
        _ if is_signed_in => fitted(&format!("signed in · {}", sanitize::line(&row.about)), left),
        _ => fitted(&sanitize::line(&row.about), left),
    };
    let gap = " ".repeat(width.saturating_sub(name.width() + 2 + about.width() + state.width()));
    vec![
        Span::styled(name, theme.text),
        Span::raw("  "),
        Span::styled(about, theme.dim),
        Span::raw(gap),
        Span::styled(state, style),
    ]
}

/// What a row is called. Of a model's name the end says most: before it stand its maker, or the folders of its file.
fn name(row: &SourceRow, width: usize) -> String {
    let words = sanitize::line(&row.words);
    let source = format!("{}:", sanitize::line(&row.source));
    match words.strip_prefix(&source) {
        Some(model) if row.model.is_some() && source.width() < width / 2 => {
            let model = end_of(model, width.saturating_sub(source.width()));
            format!("{source}{model}")
        }
        _ => words,
    }
}

/// How a source is, in words.
fn words(state: &SourceState) -> String {
    match state {
        SourceState::Looking => "looking …".to_owned(),
        SourceState::Ready(None) => "ready".to_owned(),
        SourceState::Ready(Some(took)) => format!("ready · {}", short(*took)),
        SourceState::Loading => "loading".to_owned(),
        SourceState::Asleep => "asleep".to_owned(),
        SourceState::NeedsKey => "needs a key".to_owned(),
        SourceState::NeedsLogin => "needs a login".to_owned(),
        SourceState::NotReached => "not reached".to_owned(),
        SourceState::NotUsable => "no chat".to_owned(),
        SourceState::Told(word) => word.clone(),
    }
}

/// Milliseconds, as people read them.
fn short(took: Duration) -> String {
    match took.as_millis() {
        0 => "< 1 ms".to_owned(),
        millis if millis < 10_000 => format!("{millis} ms"),
        _ => format!("{} s", took.as_secs()),
    }
}

fn style(state: &SourceState, theme: &Theme) -> Style {
    match state {
        SourceState::Ready(_) => theme.good,
        SourceState::Looking | SourceState::Told(_) => theme.dim,
        SourceState::Loading
        | SourceState::Asleep
        | SourceState::NeedsKey
        | SourceState::NeedsLogin => theme.warning,
        SourceState::NotReached | SourceState::NotUsable => theme.error,
    }
}

/// What is known of the source that was chosen.
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
