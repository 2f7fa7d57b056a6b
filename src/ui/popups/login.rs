//! A name and a password, which is shown as dots.

use super::{Scene, accepts, closes, draw_box, hint};
use crate::app::event::Page;
use crate::app::popups::login::Login;
use crate::sanitize;
use crate::ui::field::draw_line;
use ratatui::Frame;
use ratatui::layout::{Constraint, Layout, Rect};
use ratatui::text::Span;

pub fn draw(login: &Login, scene: &mut Scene<'_>, frame: &mut Frame, area: Rect) -> Page {
    let keys = scene.model.keys;
    let theme = scene.theme;
    let area = Rect {
        height: area.height.min(7),
        ..area
    };
    let hint = hint(&[(accepts(keys), "goes on"), (closes(keys), "cancels")]);
    let inner = draw_box(" Login ", &hint, theme, frame, area);
    let asks = format!(
        "{} asks for a name and a password.",
        sanitize::line(&login.space)
    );
    let rows = Layout::vertical([Constraint::Length(1); 5]).split(inner);
    frame.render_widget(Span::styled(asks, theme.text), rows[0]);
    let dots = login.password.masked();
    for (row, label, field, is_current) in [
        (1, "name", &login.name, !login.at_password),
        (3, "password", &dots, login.at_password),
    ] {
        frame.render_widget(Span::styled(label, theme.dim), rows[row]);
        if is_current {
            scene.caret = draw_line(field, theme, frame, rows[row + 1]);
        } else {
            let text = sanitize::line(&field.text());
            frame.render_widget(Span::styled(format!("  {text}"), theme.text), rows[row + 1]);
        }
    }
    Page::default()
}
