//! Runs of text with their marks, as styled rows of a width: what every kind of block lays its words out with.

use ratatui::style::{Color, Style};
use ratatui::text::Span;

use super::block::{Inline, Marks};
use super::styles::Styles;
use super::wrap::wrap_styled;

/// A row before it becomes a line.
pub(super) type Row = Vec<Span<'static>>;

/// Wraps runs of text.
pub(super) fn wrap_inlines(
    text: &[Inline],
    base: Style,
    styles: &Styles,
    width: usize,
) -> Vec<Row> {
    wrap_styled(&styled(text, base, styles), width)
}

/// The runs that are seen, each with its style.
pub(super) fn styled<'a>(
    text: &'a [Inline],
    base: Style,
    styles: &Styles,
) -> Vec<(&'a str, Style)> {
    let is_shown = |run: &&Inline| is_shown(run, styles);
    text.iter()
        .filter(is_shown)
        .map(|run| (run.text.as_str(), inline_style(run, base, styles)))
        .collect()
}

/// Whether a run is seen: the address of a link is not where the terminal follows the link.
pub(super) fn is_shown(run: &Inline, styles: &Styles) -> bool {
    !run.marks.has(Marks::TARGET) || link_mark(run, styles).is_none()
}

fn link_mark(run: &Inline, styles: &Styles) -> Option<Color> {
    styles.links.as_ref()?.mark(run.link.as_ref()?)
}

fn inline_style(run: &Inline, base: Style, styles: &Styles) -> Style {
    let mut style = base;
    if run.marks.has(Marks::TARGET) {
        return style.patch(styles.dim);
    }
    if run.link.is_some() {
        style = style.patch(styles.link);
        style.underline_color = link_mark(run, styles);
    }
    for (mark, patch) in [
        (Marks::STRONG, styles.strong),
        (Marks::EMPHASIS, styles.emphasis),
        (Marks::STRIKE, styles.strike),
        (Marks::CODE, styles.code),
    ] {
        if run.marks.has(mark) {
            style = style.patch(patch);
        }
    }
    style
}
