//! The screen: [`draw`] shows a [`Model`] and changes nothing in it.
//!
//! What drawing finds out (where the view stands, how wide a field is) goes back to the model as
//! [`Regions`]; what it wants to keep for the next frame is in [`Caches`]. `runtime` calls this,
//! tests call it with a test backend. Nothing here waits, and nothing but `terminal` writes
//! escape sequences.

pub mod caches;
mod composer;
mod conversation;
mod field;
mod format;
mod hints;
mod popups;
mod render_worker;
mod search;
mod settings_panel;
mod sidebar;
mod status;
pub mod theme;
mod toast;
mod token_budget;
mod tray;

pub use caches::{Caches, Job};
pub use render_worker::{JobResult, RenderWorker};
pub use theme::{Theme, ThemeName};

use crate::app::{Focus, Model, Regions};
use crate::markdown;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Position, Rect};
use ratatui::widgets::Paragraph;

/// The smallest window in which everything works, in cells.
const SMALLEST: (u16, u16) = (40, 10);
/// From this width on the list and the system panel stand beside the transcript; below, over it.
const WIDE: u16 = 100;

/// The width of the list of conversations, in cells.
const LIST_WIDTH: u16 = 28;

/// Draws one frame and says how it came out.
pub fn draw(model: &Model, theme: &Theme, caches: &mut Caches, frame: &mut Frame) -> Regions {
    caches.begin_frame();
    let area = frame.area();
    if area.width < SMALLEST.0 || area.height < SMALLEST.1 {
        let words = format!(
            "This window is {}×{}; spacechat needs {}×{}.",
            area.width, area.height, SMALLEST.0, SMALLEST.1
        );
        let words = Paragraph::new(words).wrap(ratatui::widgets::Wrap { trim: true });
        frame.render_widget(words, area);
        return model.regions.clone();
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
    let panes = Panes::new(model, main);
    let view = conversation::draw(model, theme, caches, frame, panes.transcript);
    let message = composer::draw(model, theme, frame, composer);
    let in_panel = panes.draw(model, theme, caches, frame);
    let find = status::draw_status(model, theme, caches, frame, status);
    composer::completion::draw(model, theme, frame, composer);
    // Where rows are few, the help takes them all.
    let over = if area.height < 24 { area } else { main };
    let mut scene = popups::Scene {
        model,
        theme,
        caches,
        caret: None,
    };
    let popup = popups::draw(&mut scene, frame, over);
    // The terminal's cursor is at the caret that is typed at, for input methods and screen readers, and nowhere else.
    let caret = if model.popups.is_open() {
        scene.caret
    } else {
        message.or(in_panel).or(find)
    };
    if let Some(caret) = caret {
        frame.set_cursor_position(caret);
    }
    Regions {
        top: view.top,
        bottom: view.bottom,
        transcript_width: conversation::text_width(panes.transcript.width),
        at_end: view.at_end,
        transcript_height: usize::from(panes.transcript.height),
        composer_width: field::text_width(composer.width),
        panel_width: field::text_width(panes.panel.width),
        popup,
        is_list_over: model.library.is_shown && panes.list.intersects(panes.transcript),
    }
}

/// The source of a code block of a text, by its number from 1, as the transcript numbers them.
pub fn code_block(text: &str, number: usize) -> Option<String> {
    let blocks = markdown::parse(text);
    let code = *markdown::codes(&blocks).get(number.checked_sub(1)?)?;
    Some(code.text.clone())
}

/// Where the transcript, the list and the panel stand: side by side, or over the transcript where
/// there is little room.
struct Panes {
    list: Rect,
    transcript: Rect,
    panel: Rect,
}

impl Panes {
    fn new(model: &Model, main: Rect) -> Self {
        if main.width < WIDE {
            return Self {
                list: main,
                transcript: main,
                panel: main,
            };
        }
        let list = if model.library.is_shown {
            LIST_WIDTH
        } else {
            0
        };
        let panel = if model.panel.is_some() {
            main.width / 3
        } else {
            0
        };
        let [list, transcript, panel] = Layout::horizontal([
            Constraint::Length(list),
            Constraint::Fill(1),
            Constraint::Length(panel),
        ])
        .areas(main);
        Self {
            list,
            transcript,
            panel,
        }
    }

    /// Draws the list and the panel, where they are open. Gives the place of the panel's caret while it has the keyboard.
    fn draw(
        &self,
        model: &Model,
        theme: &Theme,
        caches: &mut Caches,
        frame: &mut Frame,
    ) -> Option<Position> {
        // Where there is little room the panes lie over each other: the one with the keyboard on top.
        if model.focus == Focus::List {
            settings_panel::draw(model, theme, caches, frame, self.panel);
        }
        if model.library.is_shown {
            sidebar::draw(model, theme, frame, self.list);
        }
        if model.focus == Focus::List {
            return None;
        }
        settings_panel::draw(model, theme, caches, frame, self.panel)
    }
}

#[cfg(test)]
mod tests;
