//! What of a folder or a pattern would be attached, and what would not.

use super::{Scene, accepts, closes, draw_box, draw_scrolled, hint, moves};
use crate::app::event::Page;
use crate::app::files::Survey;
use crate::app::popups::survey::SurveyPopup;
use crate::sanitize;
use crate::ui::format::size;
use crate::ui::theme::Theme;
use ratatui::Frame;
use ratatui::layout::Rect;
use ratatui::text::{Line, Span};

pub fn draw(popup: &SurveyPopup, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let title = format!(" Attach {} ", sanitize::line(&popup.survey.of));
    let hint = hint(&[
        (accepts(keys), "attaches"),
        (moves(keys), "scroll"),
        (closes(keys), "cancels"),
    ]);
    let inner = draw_box(&title, &hint, scene.theme, frame, area);
    let lines = survey_lines(&popup.survey, scene.theme);
    draw_scrolled(lines, popup.row, frame, inner)
}

/// One file to a row.
fn survey_lines(survey: &Survey, theme: &Theme) -> Vec<Line<'static>> {
    let bytes = |bytes: u64| size(usize::try_from(bytes).unwrap_or(usize::MAX));
    let (taken, left) = (&survey.taken, &survey.left);
    let mut lines = Vec::with_capacity(taken.len() + left.len() + 4);
    if let Some(looked_at) = survey.ended_at {
        let words = format!("Only the first {looked_at} paths were read. There are more.");
        lines.push(Line::styled(words, theme.warning));
    }
    let files = if taken.len() == 1 { "file" } else { "files" };
    let words = format!(
        "Included: {} {files}, {}",
        taken.len(),
        bytes(survey.size())
    );
    lines.push(Line::styled(words, theme.assistant));
    lines.extend(taken.iter().map(|found| {
        Line::from(vec![
            Span::styled(format!("  {}", sanitize::line(&found.name)), theme.text),
            Span::styled(format!(" · {}", bytes(found.size)), theme.dim),
        ])
    }));
    if !left.is_empty() {
        lines.push(Line::styled("Left out", theme.assistant));
    }
    lines.extend(left.iter().map(|(name, why)| {
        let why = if why.is_empty() {
            String::new()
        } else {
            format!(" · {}", sanitize::line(why))
        };
        Line::from(vec![
            Span::styled(format!("  {}", sanitize::line(name)), theme.text),
            Span::styled(why, theme.warning),
        ])
    }));
    lines
}
