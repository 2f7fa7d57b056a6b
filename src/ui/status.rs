//! The header and the status line: which Space and model, what the reply is doing, how full the
//! model's window is, and what is new below.

use super::caches::Caches;
use super::field::draw_line;
use super::hints::mode;
use super::theme::Theme;
use super::token_budget;
use crate::app::conversation::find::Find;
use crate::app::conversation::turn::Turn;
use crate::app::keys::Action;
use crate::app::token_budget::token_budget;
use crate::app::{Focus, Model, OpenConversation};
use crate::chat::{MessageState, Stage};
use crate::sanitize;
use crate::ui::format::{count, fitted, fitting, size, span};
use crate::ui::toast::{draw_rows, message};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::style::Style;
use ratatui::text::{Line, Span};
use std::time::Duration;
use unicode_width::UnicodeWidthStr;

/// Below this width, in cells, the header keeps to what matters most.
const NARROW: u16 = 60;
/// From this width on it says what it counts.
const WIDE: u16 = 100;

/// Draws the top line.
pub fn draw_header(
    model: &Model,
    theme: &Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) {
    let names = model.names();
    let conversation = &model.conversation().conversation;
    let used = caches.tokens(conversation) + caches.system_tokens(&conversation.system);
    let window = names.window.map(|window| format!(" / {}", count(window)));
    let unit = if area.width < WIDE { "" } else { " tokens" };
    let tokens = format!("≈{}{}{unit}", count(used), window.unwrap_or_default());
    let (mark, word, style) = match &model.conversation().turn {
        Some(turn) if turn.stage == Stage::Streaming => ("●", "replying", theme.good),
        Some(_) => ("◐", "waiting", theme.warning),
        None => idle(model, theme),
    };
    let state = if area.width < NARROW {
        mark.to_owned()
    } else {
        format!("{mark} {word} ·")
    };
    let right = vec![
        Span::styled(format!(" {state}"), style),
        Span::styled(format!(" {tokens} "), theme.dim),
    ];
    let left = vec![
        Span::styled(" spacechat", theme.assistant),
        Span::styled(format!(" · {}", sanitize::line(&names.space)), theme.text),
        Span::styled(format!(" · {}", sanitize::line(&names.model)), theme.dim),
    ];
    draw_sides(left, right, frame, area);
}

/// How the Space was found last, while no reply is on its way.
fn idle(model: &Model, theme: &Theme) -> (&'static str, &'static str, Style) {
    let open = model.conversation();
    if open.waits() {
        return ("⧗", "waiting", theme.warning);
    }
    let head = open.conversation.head();
    match head.map(|head| head.state) {
        None => ("○", "not asked yet", theme.dim),
        Some(MessageState::Failed) => ("✗", "failed", theme.error),
        Some(_) => ("●", "ready", theme.good),
    }
}

/// How much waits for the user's word.
fn waiting(model: &Model, open: &OpenConversation) -> String {
    let send = model.keys.shown_key(Action::Send);
    match open.queue.len() + usize::from(open.undelivered().is_some()) {
        1 => format!(" ⧗ a message waits · {send} sends it"),
        count => format!(" ⧗ {count} messages wait · {send} sends them"),
    }
}

/// Draws the line over the composer, and over the rows above it what does not fit there. Gives the place of the caret
/// while what is looked for is typed there.
pub fn draw_status(
    model: &Model,
    theme: &Theme,
    caches: &mut Caches,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    let open = model.conversation();
    if let Some(find) = &open.find {
        return draw_find(find, model, theme, frame, area);
    }
    let right = more_below(model, open, theme);
    let left = if let Some((words, style)) = message(model, theme) {
        let right: usize = right.iter().map(Span::width).sum();
        if words.width() + right + 2 > usize::from(area.width) {
            draw_rows(model.keys, &words, style, frame, area);
            return None;
        }
        vec![Span::styled(format!(" {words}"), style)]
    } else if let Some(turn) = &open.turn {
        let stops = if stops_by_key(model, open) {
            format!(" · {} stops", model.keys.shown_key(Action::Back))
        } else {
            String::new()
        };
        vec![
            Span::styled(format!(" {}", stage(turn, model.clock.uptime)), theme.focus),
            Span::styled(stops, theme.dim),
        ]
    } else if let Some(words) = mode(model, open) {
        let width = usize::from(area.width).saturating_sub(1);
        let words = format!(" {}", fitting(&words, width));
        frame.render_widget(Span::styled(words, theme.warning), area);
        return None;
    } else if !open.composer.is_empty() {
        let past = caches.tokens(&open.conversation);
        let system = caches.system_tokens(&open.conversation.system);
        let mut line = token_budget::line(
            &token_budget(model, (system, past)),
            theme,
            usize::from(area.width).saturating_sub(right.iter().map(Span::width).sum()),
        );
        line.extend(reading(open).map(|words| Span::styled(format!(" ·{words}"), theme.dim)));
        line
    } else if let Some(words) = reading(open) {
        vec![Span::styled(words, theme.dim)]
    } else if open.waits() {
        vec![Span::styled(waiting(model, open), theme.warning)]
    } else {
        Vec::new()
    };
    draw_sides(left, right, frame, area);
    None
}

/// That files are on their way to the tray.
fn reading(open: &OpenConversation) -> Option<String> {
    match open.reading {
        0 => None,
        1 => Some(" reading a file …".to_owned()),
        files => Some(format!(" reading {files} files …")),
    }
}

/// How much is below what is seen, where that is not the end.
fn more_below(model: &Model, open: &OpenConversation, theme: &Theme) -> Vec<Span<'static>> {
    if open.scroll.is_following() || model.regions.at_end {
        return Vec::new();
    }
    let new = match open.scroll.unseen {
        0 => "more below".to_owned(),
        1 => "1 new line below".to_owned(),
        lines => format!("{} new lines below", count(lines)),
    };
    let words = format!(" ↓ {new} · {} ", model.keys.shown_key(Action::End));
    vec![Span::styled(words, theme.warning)]
}

/// The field of what is looked for in the conversation, and what was found.
fn draw_find(
    find: &Find,
    model: &Model,
    theme: &Theme,
    frame: &mut Frame,
    area: Rect,
) -> Option<Position> {
    let keys = model.keys;
    let has_focus = model.focus == Focus::Find;
    let ends = keys.shown_key(Action::Back);
    let hint = if has_focus {
        let (next, before) = (Action::FindNext, Action::FindPrevious);
        let (next, before) = (keys.shown_key(next), keys.shown_key(before));
        format!(" · {next} next · {before} before · {ends} ends ")
    } else {
        format!(
            " · {} goes on · {ends} ends ",
            model.keys.shown_key(Action::Find)
        )
    };
    let found = find.status();
    // The field keeps a third of the line; the keys give way to it.
    let room = usize::from(area.width) * 2 / 3;
    let right = if found.width() + hint.width() <= room {
        found + &hint
    } else {
        found + " "
    };
    let right_width = u16::try_from(right.width()).unwrap_or(u16::MAX);
    let label = " Find ";
    let [left, field, right_area] = Layout::horizontal([
        Constraint::Length(u16::try_from(label.width()).unwrap_or(0)),
        Constraint::Fill(1),
        Constraint::Length(right_width),
    ])
    .areas(area);
    frame.render_widget(Span::styled(label, theme.focus), left);
    frame.render_widget(Span::styled(right, theme.dim), right_area);
    draw_line(&find.query, theme, frame, field).filter(|_| has_focus)
}

/// Whether Esc would stop the reply now: it leaves what is open before that.
fn stops_by_key(model: &Model, open: &OpenConversation) -> bool {
    let is_open = model.popups.is_open() || open.picked.is_some() || open.editing.is_some();
    model.focus == Focus::Composer && !is_open
}

/// Two groups of words at the two ends of a line; the left one gives way.
fn draw_sides(left: Vec<Span<'static>>, right: Vec<Span<'static>>, frame: &mut Frame, area: Rect) {
    let width: usize = right.iter().map(|span| span.content.width()).sum();
    let width = u16::try_from(width).unwrap_or(u16::MAX).min(area.width);
    let left_area = Rect {
        width: area.width - width,
        ..area
    };
    let right_area = Rect {
        x: area.x + area.width - width,
        width,
        ..area
    };
    frame.render_widget(cut(left, usize::from(left_area.width)), left_area);
    frame.render_widget(Line::from(right), right_area);
}

/// A line that ends in a mark where it does not fit.
fn cut(spans: Vec<Span<'static>>, width: usize) -> Line<'static> {
    let mut room = width;
    let mut out = Vec::new();
    for span in spans {
        let size = span.content.width();
        if size > room {
            out.push(Span::styled(fitted(&span.content, room), span.style));
            break;
        }
        room -= size;
        out.push(span);
    }
    Line::from(out)
}

/// What the reply is doing, in words.
pub fn stage(turn: &Turn, now: Duration) -> String {
    if turn.is_stopping {
        return "stopping …".to_owned();
    }
    let since = now.saturating_sub(turn.stage_since);
    let words = match &turn.stage {
        Stage::Resolving => with_time("reaching the Space", since),
        Stage::Waking(state) => {
            with_time(&format!("the Space is {}", sanitize::line(state)), since)
        }
        Stage::Uploading { sent, total } => {
            let size = |bytes: u64| size(usize::try_from(bytes).unwrap_or(usize::MAX));
            format!("sending {} of {}", size(*sent), size(*total))
        }
        Stage::QueueFull { retry_in } => {
            let left = retry_in.saturating_sub(since);
            format!("the queue is full · trying again in {}", span(left))
        }
        Stage::Queued { position, eta } => queued(*position, *eta, since),
        Stage::Reading => with_time("the model reads", since),
        Stage::Streaming => match (turn.stalled_for(now), turn.rate()) {
            (Some(silent), _) => format!("stalled for {}", span(silent)),
            (None, Some(rate)) => format!("streaming · {rate} tok/s"),
            (None, None) => "streaming".to_owned(),
        },
    };
    match &turn.progress {
        Some(progress) => {
            let desc = sanitize::line(&progress.desc);
            format!(
                "{words} · {desc} {}",
                progress.share.map(bar).unwrap_or_default()
            )
        }
        None => words,
    }
}

fn with_time(words: &str, since: Duration) -> String {
    if since < Duration::from_secs(1) {
        format!("{words} …")
    } else {
        format!("{words} · {}", span(since))
    }
}

fn queued(position: Option<u64>, eta: Option<f64>, since: Duration) -> String {
    let mut words = match position {
        None => "queued".to_owned(),
        Some(0) => "queued · next".to_owned(),
        Some(1) => "queued · 1 before you".to_owned(),
        Some(before) => format!("queued · {before} before you"),
    };
    // An estimate that is negative, infinite or of years is no estimate.
    if let Some(eta) = eta.filter(|eta| (1.0..86_400.0).contains(eta)) {
        words += " · about ";
        words += &span(Duration::from_secs_f64(eta));
    }
    with_time(&words, since)
}

/// A bar of ten cells and the share in percent.
fn bar(share: f64) -> String {
    let share = share.clamp(0.0, 1.0);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a share from 0 to 1"
    )]
    let (cells, percent) = ((share * 10.0) as usize, (share * 100.0) as u32);
    format!("{}{} {percent}%", "█".repeat(cells), "░".repeat(10 - cells))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::ReplyUpdate;
    use crate::app::effect::TurnId;
    use crate::chat::{MessageId, Progress};

    fn said(stage: Stage, after: u64) -> String {
        let mut turn = Turn::new(TurnId(0), MessageId::new(), Duration::ZERO);
        turn.note(&ReplyUpdate::Stage(stage), Duration::ZERO);
        super::stage(&turn, Duration::from_secs(after))
    }

    #[test]
    fn each_stage_is_told_in_words_with_its_time() {
        let queued = |position, eta| Stage::Queued { position, eta };
        assert_eq!(
            said(queued(Some(2), Some(12.4)), 3),
            "queued · 2 before you · about 12 s · 3 s"
        );
        assert_eq!(said(queued(Some(0), None), 0), "queued · next …");
        assert_eq!(said(queued(None, Some(f64::INFINITY)), 0), "queued …");
        assert_eq!(said(Stage::Reading, 75), "the model reads · 1 min 15 s");
        assert_eq!(
            said(
                Stage::Uploading {
                    sent: 1_200_000,
                    total: 3_900_000
                },
                1
            ),
            "sending 1.2 MB of 3.9 MB"
        );
        let full = Stage::QueueFull {
            retry_in: Duration::from_secs(8),
        };
        assert_eq!(said(full, 5), "the queue is full · trying again in 3 s");
    }

    #[test]
    fn the_progress_of_the_space_has_a_bar() {
        let mut turn = Turn::new(TurnId(0), MessageId::new(), Duration::ZERO);
        turn.note(&ReplyUpdate::Stage(Stage::Reading), Duration::ZERO);
        let progress = Progress {
            desc: "Loading".to_owned(),
            share: Some(0.35),
        };
        turn.note(&ReplyUpdate::Progress(progress), Duration::ZERO);
        assert_eq!(
            stage(&turn, Duration::ZERO),
            "the model reads … · Loading ███░░░░░░░ 35%"
        );
    }
}
