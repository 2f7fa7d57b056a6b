//! A reply's Markdown as HTML. Raw HTML in it is shown as text; links lead to the web or to a mail
//! address or are none; a picture is a link, for a page that fetches nothing cannot show it.

use super::escaped;
use pulldown_cmark::{CodeBlockKind, CowStr, Event, LinkType, Options, Parser, Tag, TagEnd, html};

/// Appends `text` as HTML. `place` is part of the names of its footnotes, which would otherwise be
/// those of other replies on the page.
pub(super) fn write(out: &mut String, text: &str, place: &str) {
    let options = Options::ENABLE_TABLES
        | Options::ENABLE_FOOTNOTES
        | Options::ENABLE_STRIKETHROUGH
        | Options::ENABLE_TASKLISTS
        | Options::ENABLE_MATH;
    let mut gate = Gate {
        place,
        links: Vec::new(),
    };
    // A browser would take a NUL for the end or for something else.
    let text = text.replace('\0', "\u{fffd}");
    let events = Parser::new_ext(&text, options).map(|event| gate.pass(event));
    html::push_html(out, events);
}

/// What every event passes on its way to the page.
struct Gate<'a> {
    place: &'a str,
    /// For each link and picture that is open, whether it became a link.
    links: Vec<bool>,
}

impl Gate<'_> {
    fn pass<'e>(&mut self, event: Event<'e>) -> Event<'e> {
        match event {
            Event::Start(tag) => self.open(tag),
            Event::End(TagEnd::Link | TagEnd::Image) => match self.links.pop() {
                Some(true) => Event::End(TagEnd::Link),
                _ => nothing(),
            },
            Event::End(TagEnd::HtmlBlock | TagEnd::CodeBlock) => raw("</code></pre>\n"),
            Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
            Event::InlineHtml(tag) if is_line_break(&tag) => Event::HardBreak,
            Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
            Event::FootnoteReference(name) => Event::FootnoteReference(self.named(&name)),
            other => other,
        }
    }

    fn open<'e>(&mut self, tag: Tag<'e>) -> Event<'e> {
        match tag {
            Tag::Link {
                link_type,
                dest_url,
                ..
            } => self.open_link(link_type, dest_url),
            Tag::Image { dest_url, .. } => self.open_link(LinkType::Inline, dest_url),
            Tag::CodeBlock(CodeBlockKind::Fenced(info)) => {
                let language = info.split([' ', ',', '{']).next().unwrap_or_default();
                if language.is_empty() {
                    return raw("<pre><code>");
                }
                let language = escaped(language);
                raw(format!("<pre data-language=\"{language}\"><code>"))
            }
            Tag::HtmlBlock | Tag::CodeBlock(CodeBlockKind::Indented) => raw("<pre><code>"),
            Tag::Heading { level, .. } => Event::Start(Tag::Heading {
                level: lower(level),
                id: None,
                classes: Vec::new(),
                attrs: Vec::new(),
            }),
            Tag::FootnoteDefinition(name) => {
                Event::Start(Tag::FootnoteDefinition(self.named(&name)))
            }
            other => Event::Start(other),
        }
    }

    /// Begins a link, if it leads where links may lead. Links are not nested: HTML has none such.
    fn open_link<'e>(&mut self, link_type: LinkType, dest_url: CowStr<'e>) -> Event<'e> {
        let may_lead_there = link_type == LinkType::Email || is_for_the_web(&dest_url);
        let becomes_link = may_lead_there && !self.links.contains(&true);
        self.links.push(becomes_link);
        if !becomes_link {
            return nothing();
        }
        Event::Start(Tag::Link {
            link_type,
            dest_url,
            title: CowStr::Borrowed(""),
            id: CowStr::Borrowed(""),
        })
    }

    fn named<'e>(&self, name: &str) -> CowStr<'e> {
        format!("{}-{name}", self.place).into()
    }
}

fn raw<'e>(html: impl Into<CowStr<'e>>) -> Event<'e> {
    Event::InlineHtml(html.into())
}

fn nothing<'e>() -> Event<'e> {
    raw("")
}

/// Whether a browser takes `url` for a page, or for an address to write to, and for nothing else.
/// Nothing is forgiven: what browsers would pass over, white space or control characters before or
/// in the scheme, makes it no such address.
fn is_for_the_web(url: &str) -> bool {
    let begins_with = |scheme: &str| {
        let start = url.get(..scheme.len());
        start.is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    ["https://", "http://", "mailto:"]
        .into_iter()
        .any(begins_with)
}

/// Models write these inside table cells, where Markdown has no line break.
fn is_line_break(tag: &str) -> bool {
    ["<br>", "<br/>", "<br />"].contains(&tag)
}

/// Below the page's title and the headings that say who speaks.
fn lower(level: pulldown_cmark::HeadingLevel) -> pulldown_cmark::HeadingLevel {
    use pulldown_cmark::HeadingLevel::{H3, H4, H5, H6};
    match level as usize {
        1 => H3,
        2 => H4,
        3 => H5,
        _ => H6,
    }
}
