//! A page with every construct of Markdown, as it looks at three widths, in dark and light.
//!
//! `SPACECHAT_PAGES=FOLDER cargo test --lib page` writes pictures of it, to be looked at.

use super::screenshot::picture;
use super::*;
use ratatui::style::{Color, Modifier};

const PAGE: &str = r#"# First heading

Text with *emphasis*, **strong words**, ~~a mistake~~, `code`, a [link](https://example.org/page), <https://example.org> and a line that goes on for long enough to be wrapped at every width that is tried.

## Lists

1. One
2. Two, which holds
   - a point
     - and a deeper one
   - another with `code`
10. Ten

- [x] done
- [ ] not done

### A quotation

> Quoted text, with **strong words** in it.
>
> > And a quotation inside of it.

#### A table

| Script | Sample | Columns | What there is to say |
|:-------|:------:|--------:|----------------------|
| Latin | naïve café | 10 | Combining marks: é à ü |
| Chinese | 上下文长度 | 10 | 每个字占两列，表格不能错位。 |
| Emoji | 👩‍🚀 🏳️‍🌈 🎉 | 8 | Sequences are one character each. |
| Hebrew | שלום עולם | 9 | Right to left. |
| Code | `a \| b` | 5 | A bar in a cell, and **bold** text. |

---

```rust
/// Why it is so.
fn longest(text: &str) -> Option<&str> {
    let limit = 42; // a number
    text.split_whitespace().max_by_key(|word| word.chars().count() + limit + "a rather long line".len())
}
```

    indented code

A formula: \(x_1^2 \leq \alpha\), and one that stays: $\frac{a}{b}$.

<div class="note">HTML is shown as <b>text</b>.</div>

A footnote[^1].

[^1]: Its text, which is long enough to go on in another line when the window is narrow.
"#;

fn page(width: u16, theme: ThemeName) -> Screen {
    let mut screen = Screen::new(width, 120);
    screen.theme = Theme::new(theme);
    screen.says("Show me everything.");
    screen.hears(0, ReplyUpdate::Done(PAGE.to_owned()));
    if let Some(folder) = std::env::var_os("SPACECHAT_PAGES") {
        let name = format!("{theme:?}-{width}.svg").to_lowercase();
        std::fs::write(
            std::path::Path::new(&folder).join(name),
            picture(&mut screen),
        )
        .unwrap();
    }
    screen
}

/// The text that has each look, look by look.
fn looks(screen: &mut Screen) -> String {
    screen.draw();
    let buffer = screen.terminal.backend().buffer();
    let mut looks: Vec<((Color, Modifier), String)> = Vec::new();
    let mut last = None;
    for cell in buffer.content() {
        let look = (cell.fg, cell.modifier);
        let is_border = "─│┌┐└┘├┤┬┴┼╭╮╰╯▎┃".contains(cell.symbol());
        if cell.symbol() == " " || is_border {
            last = None;
            continue;
        }
        let at = looks.iter().position(|(known, _)| *known == look);
        let at = at.unwrap_or_else(|| {
            looks.push((look, String::new()));
            looks.len() - 1
        });
        let words = &mut looks[at].1;
        if last != Some(look) && !words.is_empty() {
            words.push(' ');
        }
        words.push_str(cell.symbol());
        last = Some(look);
    }
    let lines = looks.into_iter().map(|((colour, modifier), words)| {
        let words: String = words.chars().take(150).collect();
        format!("{colour:?} {modifier:?}: {words}")
    });
    lines.collect::<Vec<_>>().join("\n")
}

#[test]
fn every_construct_looks_right_at_three_widths() {
    for width in [120, 80, 40] {
        let mut screen = page(width, ThemeName::Dark);
        insta::assert_snapshot!(format!("page_{width}"), screen.shown());
    }
}

#[test]
fn what_is_told_by_colour_is_told_in_dark_in_light_and_without_colours() {
    for theme in [ThemeName::Dark, ThemeName::Light, ThemeName::Plain] {
        let mut screen = page(80, theme);
        let name = format!("page_looks_{theme:?}").to_lowercase();
        let local = format::clock_time(screen.model.clock.wall);
        insta::assert_snapshot!(name, looks(&mut screen).replace(&local, "10:42"));
    }
    page(120, ThemeName::Light);
    page(40, ThemeName::Light);
}
