//! The theme that the settings and the environment choose. What a theme looks like is in `ui`.

use crate::config::{ScreenSettings, ThemeSetting};
use crate::ui::{Theme, ThemeName};

/// The theme for this terminal.
pub fn chosen(screen: &ScreenSettings) -> Theme {
    let variable = |name| std::env::var(name).ok();
    let theme = Theme::new(match screen.theme {
        ThemeSetting::Auto => Theme::for_environment(
            variable("NO_COLOR").as_deref(),
            variable("COLORFGBG").as_deref(),
        ),
        ThemeSetting::Dark => ThemeName::Dark,
        ThemeSetting::Light => ThemeName::Light,
        ThemeSetting::HighContrast => ThemeName::HighContrast,
        ThemeSetting::Plain => ThemeName::Plain,
    });
    if screen.links.is_on() {
        theme.with_links()
    } else {
        theme
    }
}
