//! The screen: [`draw`] shows a [`Model`] and changes nothing in it.
//!
//! What drawing finds out (where the view stands, how wide a field is) goes back to the model as
//! [`Regions`]; what it wants to keep for the next frame is in [`Caches`]. `runtime` calls this,
//! tests call it with a test backend. Nothing here waits, and nothing but `terminal` writes
//! escape sequences.

pub mod caches;
mod composer;
mod notes;
mod overlay;
mod status;
pub mod theme;
mod transcript;
mod words;

pub use caches::Caches;
pub use theme::{Theme, ThemeName};

use crate::app::{Model, Regions};
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::widgets::Paragraph;

/// The smallest window in which everything works, in cells.
const SMALLEST: (u16, u16) = (40, 10);
/// From this width on the system panel stands beside the transcript; below, over it.
const WIDE: u16 = 100;

/// Draws one frame and says how it came out.
pub fn draw(model: &Model, theme: &Theme, caches: &mut Caches, frame: &mut Frame) -> Regions {
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let words = format!(
            "This window is {}×{}; spacechat needs {}×{}.",
            area.width, area.height, SMALLEST.0, SMALLEST.1
        );
        let words = Paragraph::new(words).wrap(ratatui::widgets::Wrap { trim: true });
        frame.render_widget(words, area);
        return model.drawn.clone();
    }
    let composer_height = composer::wanted_height(model, area.width, area.height);
    let [header, main, status, composer] = Layout::vertical([
        Constraint::Length(1),
        Constraint::Fill(1),
        Constraint::Length(1),
        Constraint::Length(composer_height),
    ])
    .areas(area);
    status::draw_header(model, theme, caches, frame, header);
    let (transcript, panel) = panes(model, main);
    let view = transcript::draw(model, theme, caches, frame, transcript);
    status::draw_status(model, theme, frame, status);
    composer::draw(model, theme, frame, composer);
    composer::draw_panel(model, theme, frame, panel);
    // Where rows are few, the help takes them all.
    let over = if area.height < 24 { area } else { main };
    let overlay_scroll_limit = overlay::draw(model, theme, frame, over);
    Regions {
        top: view.top,
        at_end: view.at_end,
        transcript_height: usize::from(transcript.height),
        composer_width: composer::text_width(composer.width),
        panel_width: composer::text_width(panel.width),
        overlay_scroll_limit,
    }
}

/// The transcript's place and the panel's: beside it, or over it where there is little room.
fn panes(model: &Model, main: Rect) -> (Rect, Rect) {
    if model.panel.is_none() {
        return (main, main);
    }
    if main.width < WIDE {
        return (main, main);
    }
    let [transcript, panel] =
        Layout::horizontal([Constraint::Fill(1), Constraint::Length(main.width / 3)]).areas(main);
    (transcript, panel)
}

#[cfg(test)]
mod tests;
