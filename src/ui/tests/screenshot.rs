//! The picture in the README, made by the program itself.
//!
//! The test draws a conversation and holds `assets/screenshot.svg` to it, so that the picture is
//! never older than the screen. `SPACECHAT_SCREENSHOT=write` writes the file anew.

use super::*;
use ratatui::buffer::Cell;
use ratatui::style::{Color, Modifier};
use std::fmt::Write;

/// The size of a cell in the picture, in its units.
const CELL: (usize, usize) = (9, 19);

const REPLY: &str = "The borrow checker refuses because `text` was **moved** into `shout` on line 3:\n\n\
```rust\nfn main() {\n    let text = String::from(\"hello\");\n    shout(&text); // lend it instead\n    println!(\"{text}\");\n}\n```\n\n\
| way | costs | when |\n|---|---|---|\n| `&text` | nothing | it is only read |\n| `text.clone()` | a copy | both must own it |\n\n\
1. A value has **one** owner.\n2. Lending it";

#[test]
fn the_picture_in_the_readme_shows_the_screen_as_it_is() {
    let mut screen = Screen::new(104, 30);
    let listed = [
        ("Explain this error", 0),
        ("Trip to Kyoto 京都", 24),
        ("Thesis review", 72),
    ];
    let listed = listed.map(|(title, hours)| summary(title, hours));
    screen.tell(Event::Store(StoreEvent::Listed(listed.to_vec())));
    screen.press(KeyCode::F(3), KeyModifiers::NONE);
    screen.press(KeyCode::Esc, KeyModifiers::NONE);
    let draft = Draft {
        text: "Why does main.rs not compile?".to_owned(),
        attachments: vec![Arc::new(Attachment::new(
            "main.rs",
            "fn main() {}\n".repeat(9_000),
        ))],
    };
    screen.tell(Event::Submit(screen.model.current, draft));
    screen
        .hears(0, ReplyUpdate::Stage(Stage::Streaming))
        .hears(0, delta(REPLY));
    let clock = screen.model.clock;
    let later = clock.uptime + Duration::from_secs(4);
    screen.tell(Event::Clock(Clock {
        uptime: later,
        ..clock
    }));
    screen.hears(0, delta(" is free."));
    screen.tell(Event::Input(Input::Paste("And in a loop?".to_owned())));
    let picture = picture(&mut screen);
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/assets/screenshot.svg");
    if std::env::var("SPACECHAT_SCREENSHOT").is_ok_and(|value| value == "write") {
        std::fs::write(path, &picture).unwrap();
    }
    let kept = std::fs::read_to_string(path).unwrap_or_default();
    assert!(
        kept == picture,
        "the picture is old: SPACECHAT_SCREENSHOT=write cargo test --lib picture"
    );
}

/// The screen as an SVG: a background, and each run of equal style as a text of fixed length.
pub(super) fn picture(screen: &mut Screen) -> String {
    let local = format::clock_time(screen.model.clock.wall);
    screen.draw();
    let is_light = screen.theme.name == ThemeName::Light;
    let buffer = screen.terminal.backend().buffer().clone();
    let (width, height) = (
        usize::from(buffer.area.width),
        usize::from(buffer.area.height),
    );
    let mut out = String::new();
    let (w, h) = (width * CELL.0 + 20, height * CELL.1 + 20);
    writeln!(out, "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {w} {h}\" font-family=\"DejaVu Sans Mono, Menlo, Consolas, monospace\" font-size=\"15\">").unwrap();
    writeln!(
        out,
        "<rect width=\"{w}\" height=\"{h}\" rx=\"8\" fill=\"{}\"/>",
        if is_light { "#fafafa" } else { "#16181d" }
    )
    .unwrap();
    for (y, row) in buffer.content().chunks(width).enumerate() {
        let mut x = 0;
        while x < width {
            let start = x;
            let mut text = String::new();
            while x < width && row[x].style() == row[start].style() {
                let symbol = row[x].symbol();
                text.push_str(symbol);
                x += unicode_width::UnicodeWidthStr::width(symbol).max(1);
            }
            let shown = text.trim_end();
            if shown.is_empty() {
                continue;
            }
            let cells = unicode_width::UnicodeWidthStr::width(shown);
            let escaped = shown
                .replace(&local, "10:42")
                .replace('&', "&amp;")
                .replace('<', "&lt;");
            let (left, base) = (10 + start * CELL.0, 10 + y * CELL.1 + 14);
            writeln!(
                out,
                "<text x=\"{left}\" y=\"{base}\" textLength=\"{}\" lengthAdjust=\"spacingAndGlyphs\" xml:space=\"preserve\" {}>{escaped}</text>",
                cells * CELL.0,
                style(&row[start], is_light),
            )
            .unwrap();
        }
    }
    out.push_str("</svg>\n");
    out
}

fn style(cell: &Cell, is_light: bool) -> String {
    let fill = match cell.fg {
        _ if cell.modifier.contains(Modifier::DIM) => "#7f848e",
        Color::Cyan => "#56b6c2",
        Color::Green => "#98c379",
        Color::Yellow => "#e5c07b",
        Color::Red => "#e06c75",
        Color::Magenta => "#c678dd",
        Color::Blue | Color::LightBlue => "#61afef",
        _ if is_light => "#24272e",
        _ => "#d7dae0",
    };
    let mut style = format!("fill=\"{fill}\"");
    if cell.modifier.contains(Modifier::BOLD) {
        style += " font-weight=\"bold\"";
    }
    if cell.modifier.contains(Modifier::ITALIC) {
        style += " font-style=\"italic\"";
    }
    if cell.modifier.contains(Modifier::UNDERLINED) {
        style += " text-decoration=\"underline\"";
    }
    if cell.modifier.contains(Modifier::CROSSED_OUT) {
        style += " text-decoration=\"line-through\"";
    }
    style
}
