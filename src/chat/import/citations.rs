//! Citations in `ChatGPT`'s replies: marks of private-use characters, and what stood in their places.
//!
//! A mark is `U+E200 cite U+E202 turn0search0 U+E201`; the message's `content_references` say for some of them what is shown
//! there (`alt`), or which pages are meant. A mark of which nothing is said is dropped: nobody can read it.

use serde_json::Value;
use std::collections::HashMap;

const START: char = '\u{e200}';
const END: char = '\u{e201}';

/// The characters that marks are made of.
fn is_of_mark(c: char) -> bool {
    ('\u{e200}'..='\u{e206}').contains(&c)
}

/// A reply's text with what its message's `metadata` says in the place of each mark.
pub fn resolved(text: &str, metadata: &Value) -> String {
    if !text.contains(START) {
        return text.to_owned();
    }
    let told = told(metadata);
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(START) {
        out.push_str(&rest[..at]);
        let mark = mark(&rest[at..]);
        rest = &rest[at + mark.len()..];
        match told.get(mark) {
            Some(shown) if out.ends_with(char::is_whitespace) => out.push_str(shown.trim_start()),
            Some(shown) => out.push_str(shown),
            // The space before it belonged to it.
            None if rest.is_empty() || rest.starts_with(ends_a_word) => {
                let length = out.trim_end_matches(' ').len();
                out.truncate(length);
            }
            None => {}
        }
    }
    out.push_str(rest);
    out.retain(|c| !is_of_mark(c));
    out
}

fn ends_a_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '.' | ',' | ';' | ':' | '!' | '?' | ')')
}

/// The mark that a text begins with: to its end, or, where the reply was cut within it, to the next space.
fn mark(text: &str) -> &str {
    let length = match text.find(END) {
        Some(at) => at + END.len_utf8(),
        None => text.find(char::is_whitespace).unwrap_or(text.len()),
    };
    &text[..length]
}

/// What is said of each mark.
fn told(metadata: &Value) -> HashMap<&str, String> {
    let references = metadata["content_references"].as_array();
    let references = references.into_iter().flatten();
    let told = references.filter_map(|reference| {
        // A footnote has a mere space in place of a mark.
        let mark = reference["matched_text"].as_str()?;
        let shown = shown(reference).filter(|_| mark.starts_with(START))?;
        Some((mark, shown))
    });
    told.collect()
}

/// What a reference shows: its own words for it, else the pages that it names.
fn shown(reference: &Value) -> Option<String> {
    let alt = reference["alt"].as_str().unwrap_or_default();
    if !alt.trim().is_empty() {
        return Some(alt.to_owned());
    }
    let items = reference["items"].as_array().map_or(&[][..], Vec::as_slice);
    let links: Vec<String> = items.iter().chain([reference]).filter_map(link).collect();
    (!links.is_empty()).then(|| format!(" ({})", links.join(", ")))
}

/// A page as a link.
fn link(page: &Value) -> Option<String> {
    let url = page["url"].as_str()?;
    let is_plain = !url.contains(|c: char| c.is_whitespace() || matches!(c, '(' | ')' | '<' | '>'));
    if !is_plain || !(url.starts_with("https://") || url.starts_with("http://")) {
        return None;
    }
    let title = page["title"].as_str().unwrap_or_default();
    let title = title.replace(['[', ']', '\n'], " ");
    let title = if title.trim().is_empty() {
        url
    } else {
        title.trim()
    };
    Some(format!("[{title}]({url})"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CITE: &str = "\u{e200}cite\u{e202}turn0search0\u{e202}turn0search3\u{e201}";

    #[test]
    fn a_mark_is_what_the_message_says_of_it() {
        let metadata = json!({"content_references": [
            {"matched_text": CITE, "type": "grouped_webpages", "alt": "([example.org](https://example.org/a))"},
            {"matched_text": " ", "type": "sources_footnote", "alt": "not this"},
        ]});
        let text = format!("It is so. {CITE} And more.");
        assert_eq!(
            resolved(&text, &metadata),
            "It is so. ([example.org](https://example.org/a)) And more."
        );
    }

    #[test]
    fn pages_that_are_named_become_links_and_other_addresses_do_not() {
        let metadata = json!({"content_references": [{
            "matched_text": CITE, "alt": null,
            "items": [
                {"title": "A [good] page", "url": "https://example.org/a"},
                {"title": "x", "url": "javascript:alert(1)"},
                {"url": "http://example.org/b"},
            ],
        }]});
        assert_eq!(
            resolved(&format!("So{CITE}."), &metadata),
            "So ([A  good  page](https://example.org/a), [http://example.org/b](http://example.org/b))."
        );
        let after_a_space = resolved(&format!("So {CITE}"), &metadata);
        assert!(after_a_space.starts_with("So ([A"), "{after_a_space}");
    }

    #[test]
    fn a_mark_of_which_nothing_is_said_is_dropped_with_its_space() {
        for (text, expected) in [
            (
                format!("One {CITE}. Two{CITE}\nthree {CITE}"),
                "One. Two\nthree",
            ),
            (format!("{CITE}One {CITE} two"), "One two"),
            ("cut \u{e200}cite\u{e202}turn0 off".to_owned(), "cut off"),
            (
                "\u{e203}marked\u{e204} \u{e200}x\u{e201}".to_owned(),
                "marked",
            ),
        ] {
            assert_eq!(resolved(&text, &Value::Null), expected);
        }
        let icons = "\u{e0b0} \u{e201} stay where there is no mark";
        assert_eq!(resolved(icons, &Value::Null), icons);
    }
}
