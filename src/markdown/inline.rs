//! Gathers the inline events of one paragraph, heading or cell into runs of text.

use std::ops::Range;
use std::sync::Arc;

use pulldown_cmark::{CowStr, Event, Tag, TagEnd};
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::block::{Inline, Marks};
use super::formula;
use crate::sanitize;

/// The runs of one leaf block while its events come in.
#[derive(Default)]
pub(super) struct Runs {
    done: Vec<Inline>,
    strong: usize,
    emphasis: usize,
    strike: usize,
    /// Where the formula between escaped brackets ends that was begun.
    formula: Option<usize>,
    /// The links and images that are open: the target, and the first run of the text.
    links: Vec<(Arc<str>, usize)>,
}

impl Runs {
    /// Takes an inline event, with the source of its segment and the range that it was made of.
    pub(super) fn take(&mut self, event: Event<'_>, source: &str, range: Range<usize>) {
        if self.take_bracketed(&event, source, &range) {
            return;
        }
        let source = &source[range];
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if source.starts_with('&') => self.push_decoded(&text),
            Event::Text(text) => self.push(&text, Marks::NONE),
            Event::Code(text) => self.push(&text, Marks::CODE),
            Event::InlineMath(_) | Event::DisplayMath(_) => {
                self.push_formula(source.trim_matches('$'), source);
            }
            Event::InlineHtml(html) if is_line_break(&html) => self.push("\n", Marks::NONE),
            Event::InlineHtml(html) | Event::Html(html) => {
                self.push(&html.replace('\n', " "), Marks::NONE);
            }
            Event::FootnoteReference(label) => self.push(&format!("[^{label}]"), Marks::NONE),
            Event::SoftBreak => self.push(" ", Marks::NONE),
            Event::HardBreak => self.push("\n", Marks::NONE),
            Event::Rule | Event::TaskListMarker(_) => {}
        }
    }

    /// Takes what belongs to a formula between `\(` and `\)` or `\[` and `\]`, which models write
    /// and the parser takes for escaped brackets.
    fn take_bracketed(&mut self, event: &Event<'_>, source: &str, range: &Range<usize>) -> bool {
        if let Some(end) = self.formula.filter(|end| range.start < *end) {
            if range.end > end && matches!(event, Event::Text(_)) {
                self.push(&source[end..range.end], Marks::NONE);
            }
            return true;
        }
        self.formula = None;
        if !matches!(event, Event::Text(_)) || !is_escaped(source, range.start) {
            return false;
        }
        let Some(length) = bracketed(&source[range.start..]) else {
            return false;
        };
        let end = range.start + length + 2;
        self.formula = Some(end);
        let inner = &source[range.start + 1..range.start + length];
        self.push_formula(inner, &source[range.start - 1..end]);
        if range.end > end {
            self.push(&source[end..range.end], Marks::NONE);
        }
        true
    }

    /// A formula as text that reads, or as its source.
    fn push_formula(&mut self, formula: &str, source: &str) {
        let text = formula::readable(formula.trim());
        let text = text.map_or_else(|| source.replace('\n', " "), |text| sanitize::line(&text));
        self.push(&text, Marks::CODE);
    }

    /// The finished runs.
    pub(super) fn finish(mut self) -> Vec<Inline> {
        if let Some(last) = self.done.last_mut() {
            last.text.truncate(last.text.trim_end_matches('\n').len());
        }
        self.done.retain(|run| !run.text.is_empty());
        self.done
    }

    fn start(&mut self, tag: Tag<'_>) {
        match tag {
            Tag::Strong => self.strong += 1,
            Tag::Emphasis => self.emphasis += 1,
            Tag::Strikethrough => self.strike += 1,
            Tag::Link { dest_url, .. } => self.open_link(&dest_url),
            Tag::Image { dest_url, .. } => {
                self.push("[image] ", Marks::NONE);
                self.open_link(&dest_url);
            }
            _ => {}
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Strong => self.strong = self.strong.saturating_sub(1),
            TagEnd::Emphasis => self.emphasis = self.emphasis.saturating_sub(1),
            TagEnd::Strikethrough => self.strike = self.strike.saturating_sub(1),
            TagEnd::Link | TagEnd::Image => self.close_link(),
            _ => {}
        }
    }

    fn open_link(&mut self, target: &CowStr<'_>) {
        // The parser decodes character references in targets, behind the gate's back.
        let target = sanitize::line(target);
        self.links.push((target.into(), self.done.len()));
    }

    /// Adds the target behind the link's text, unless the text says the same.
    fn close_link(&mut self) {
        let Some((target, first)) = self.links.pop() else {
            return;
        };
        let text: String = self.done[first..]
            .iter()
            .map(|run| run.text.as_str())
            .collect();
        let bare = target.strip_prefix("mailto:").unwrap_or(&target);
        let same =
            text == *target || text == bare || target.strip_suffix('/') == Some(text.as_str());
        if !same && !target.is_empty() {
            let space = if text.is_empty() { "" } else { " " };
            // Where the text seems to be an address itself, the true one is shown in any case.
            let is_hidden = !text.is_empty() && !text.contains("://") && !text.contains("www.");
            self.done.push(Inline {
                text: format!("{space}({target})"),
                marks: Marks::TARGET,
                link: is_hidden.then_some(target),
            });
        }
    }

    /// Text that came from a character reference such as `&#27;` has not passed the gate.
    fn push_decoded(&mut self, text: &str) {
        let after_mark = self
            .done
            .last()
            .and_then(|run| run.text.chars().next_back());
        if text.width() == 0 && after_mark.is_none_or(|c| c.width() == Some(0)) {
            return;
        }
        self.push(&sanitize::line(text), Marks::NONE);
    }

    fn push(&mut self, text: &str, extra: Marks) {
        let mut marks = extra;
        for (count, mark) in [
            (self.strong, Marks::STRONG),
            (self.emphasis, Marks::EMPHASIS),
            (self.strike, Marks::STRIKE),
        ] {
            if count > 0 {
                marks = marks | mark;
            }
        }
        let link = self.links.last();
        // A link's text begins a run of its own, so that its target can be compared with it.
        let joins = link.is_none_or(|link| link.1 < self.done.len());
        let link = link.map(|link| Arc::clone(&link.0));
        match self.done.last_mut() {
            Some(last) if joins && last.marks == marks && last.link == link => {
                last.text.push_str(text);
            }
            _ => self.done.push(Inline {
                text: text.to_owned(),
                marks,
                link,
            }),
        }
    }
}

/// The length of a formula with its opening bracket, without the escaped closing one. People
/// escape brackets too, around words; those are none.
fn bracketed(text: &str) -> Option<usize> {
    let opening = text.chars().next().filter(|c| matches!(c, '(' | '['))?;
    let length = text.find(if opening == '(' { "\\)" } else { "\\]" })?;
    let inner = &text[1..length];
    let has_signs = inner.contains(|c| "\\^_={}".contains(c));
    let is_variable = opening == '(' && !inner.is_empty() && !inner.contains(char::is_whitespace);
    (!inner.contains("\n\n") && (has_signs || is_variable)).then_some(length)
}

/// Whether the character at an offset stands behind a backslash that is none itself.
fn is_escaped(source: &str, at: usize) -> bool {
    let before = &source[..at];
    let backslashes = before.len() - before.trim_end_matches('\\').len();
    backslashes % 2 == 1
}

fn is_line_break(html: &str) -> bool {
    let inner = html
        .trim_start_matches('<')
        .trim_end_matches('>')
        .trim_end_matches('/');
    inner.trim().eq_ignore_ascii_case("br")
}
