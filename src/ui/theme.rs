//! Every colour and glyph of the screen.
//!
//! Palette colours only, so that the terminal's own scheme holds. Colour never carries a meaning
//! alone: wherever one says something, a word or a mark says it too, and without colours
//! (`NO_COLOR`) the screen still reads.

use crate::markdown::{Links, Styles, Syntax};
use ratatui::style::{Color, Modifier, Style};

/// Which set of colours is used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ThemeName {
    /// For dark backgrounds.
    #[default]
    Dark,
    /// For light backgrounds.
    Light,
    /// Bold and reverse only, with black, white and yellow.
    HighContrast,
    /// No colours at all.
    Plain,
}

/// The styles of the screen's parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Theme {
    /// Which one it is, to tell cached layouts apart.
    pub name: ThemeName,
    /// Running text.
    pub text: Style,
    /// What stands back: hints, times, borders.
    pub dim: Style,
    /// The borders of what has the keyboard.
    pub focus: Style,
    /// The user's name over a message.
    pub user: Style,
    /// The model's name over a reply.
    pub assistant: Style,
    /// Failures.
    pub error: Style,
    /// Warnings and remarks.
    pub warning: Style,
    /// What goes well.
    pub good: Style,
    /// The mark beside a picked message.
    pub picked: Style,
    /// Keys in hints and in the help.
    pub key: Style,
    /// What a search has found.
    pub found: Style,
    /// The one of these that is looked at.
    pub found_here: Style,
    /// The parts of a text.
    pub markdown: Styles,
}

impl Theme {
    /// The theme of this name.
    pub fn new(name: ThemeName) -> Self {
        let plain = Style::new();
        let bold = plain.add_modifier(Modifier::BOLD);
        // No colour of the palette is sure to be seen on the background: colour 8 is that of Solarized's.
        let dim = match name {
            ThemeName::HighContrast => plain,
            _ => plain.fg(Color::Reset).add_modifier(Modifier::DIM),
        };
        let colour = |dark: Color, light: Color| match name {
            ThemeName::Dark => plain.fg(dark),
            ThemeName::Light => plain.fg(light),
            ThemeName::HighContrast => bold,
            ThemeName::Plain => plain,
        };
        let accent = colour(Color::Cyan, Color::Blue);
        let error = colour(Color::Red, Color::Red);
        let warning = colour(Color::Yellow, Color::Magenta);
        let good = colour(Color::Green, Color::Green);
        Self {
            name,
            text: plain,
            dim,
            focus: accent,
            user: good.add_modifier(Modifier::BOLD),
            assistant: accent.add_modifier(Modifier::BOLD),
            error,
            warning,
            good,
            picked: warning.add_modifier(Modifier::BOLD),
            key: bold,
            found: warning.add_modifier(Modifier::UNDERLINED),
            found_here: warning.add_modifier(Modifier::BOLD | Modifier::REVERSED),
            markdown: Styles {
                text: plain,
                strong: bold,
                emphasis: plain.add_modifier(Modifier::ITALIC),
                strike: plain.add_modifier(Modifier::CROSSED_OUT),
                code: colour(Color::Yellow, Color::Magenta),
                link: accent.add_modifier(Modifier::UNDERLINED),
                heading: accent.add_modifier(Modifier::BOLD),
                quote: dim,
                rule: dim,
                list_marker: accent,
                code_block: plain,
                code_border: dim,
                table_border: dim,
                dim,
                syntax: syntax(name),
                links: None,
            },
        }
    }

    /// This theme for a terminal that follows links: they are marked, and their addresses are not
    /// shown.
    #[must_use]
    pub fn with_links(mut self) -> Self {
        self.markdown.links = Some(Links::default());
        self
    }

    /// The theme for a terminal with these environment variables: `NO_COLOR` (any value but an
    /// empty one) and `COLORFGBG` (its last number is the background). The terminal itself is not
    /// asked, because its answer could be taken for typing.
    pub fn for_environment(no_color: Option<&str>, colorfgbg: Option<&str>) -> ThemeName {
        if no_color.is_some_and(|value| !value.is_empty()) {
            return ThemeName::Plain;
        }
        let background = colorfgbg.and_then(|value| value.rsplit(';').next()?.parse::<u8>().ok());
        match background {
            Some(7 | 9..=15) => ThemeName::Light,
            _ => ThemeName::Dark,
        }
    }
}

/// The parts of code. Comments and keywords are told apart without colours too.
fn syntax(name: ThemeName) -> Syntax {
    let plain = Style::new();
    let italic = plain.add_modifier(Modifier::ITALIC);
    let bold = plain.add_modifier(Modifier::BOLD);
    let colours = match name {
        ThemeName::Dark => [
            Color::Green,
            Color::Yellow,
            Color::Magenta,
            Color::LightBlue,
            Color::Cyan,
        ],
        ThemeName::Light => [
            Color::Green,
            Color::Red,
            Color::Magenta,
            Color::Blue,
            Color::Cyan,
        ],
        ThemeName::HighContrast | ThemeName::Plain => {
            return Syntax {
                comment: italic,
                keyword: bold,
                removed: plain.add_modifier(Modifier::DIM),
                added: bold,
                ..Syntax::default()
            };
        }
    };
    let [text, constant, keyword, function, class] = colours.map(|colour| plain.fg(colour));
    Syntax {
        comment: italic.add_modifier(Modifier::DIM),
        text,
        constant,
        keyword,
        function,
        class,
        name: class,
        added: plain.fg(Color::Green),
        removed: plain.fg(Color::Red),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_environment_chooses_the_theme() {
        let theme = Theme::for_environment;
        assert_eq!(theme(None, None), ThemeName::Dark);
        assert_eq!(theme(None, Some("0;15")), ThemeName::Light);
        assert_eq!(theme(None, Some("15;default;0")), ThemeName::Dark);
        assert_eq!(theme(Some("1"), Some("0;15")), ThemeName::Plain);
        assert_eq!(theme(Some(""), None), ThemeName::Dark);
    }

    #[test]
    fn nothing_is_drawn_in_a_colour_that_is_some_schemes_background() {
        for name in [ThemeName::Dark, ThemeName::Light] {
            let shown = format!("{:?}", Theme::new(name));
            for colour in ["DarkGray", "Black", "White"] {
                assert!(!shown.contains(colour), "{name:?}: {shown}");
            }
        }
    }

    #[test]
    fn the_plain_theme_has_no_colour() {
        let theme = Theme::new(ThemeName::Plain);
        let shown = format!("{theme:?}");
        assert!(!shown.contains("Cyan") && !shown.contains("Red"), "{shown}");
    }
}
