//! Pages of sound and hostile conversations, as text; `tests/browser.rs` opens some in a browser.

use super::html;
use crate::chat::export::tests::branched;
use crate::chat::{Conversation, Message, Role};
use proptest::prelude::*;

#[test]
fn html_escapes_everything_and_sets_code_apart() {
    let mut conversation = branched();
    conversation.title = Some("</title><script>alert(1)</script>".to_owned());
    let text = html(&conversation);
    assert!(!text.contains("<script"));
    assert!(text.contains("What &lt;b&gt;is&lt;/b&gt; it?"));
    let code = "<pre data-language=\"rust\"><code>let a = &amp;b &lt; c;\n</code></pre>";
    assert!(text.contains(code), "{text}");
    assert!(text.contains("prefers-color-scheme: dark"));
}

/// What may be on a page of a reply.
const ELEMENTS: [&str; 34] = [
    "a",
    "article",
    "blockquote",
    "body",
    "br",
    "code",
    "del",
    "div",
    "em",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "html",
    "input",
    "li",
    "main",
    "ol",
    "p",
    "pre",
    "span",
    "strong",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "time",
    "ul",
    "tr",
];

/// What replies are made of that try to be more than text.
const PIECES: [&str; 30] = [
    "<script>",
    "</script>",
    "<img src=x onerror=y()>",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "<?x",
    "<b",
    ">",
    "\"",
    "'",
    "`",
    "```",
    "\n",
    "\n\n",
    "    ",
    "- ",
    "> ",
    "# ",
    "[",
    "](",
    ")",
    "![",
    "[^1]",
    "[^1]: ",
    "| a |\n|---|\n| ",
    "$",
    "\0",
    "javascript:x",
];

/// The main part of the page of a reply.
fn page_of(reply: &str) -> String {
    let mut conversation = Conversation::new("s", "", "");
    conversation.append(Message::new(Role::Assistant, reply));
    let text = html(&conversation);
    let main = text.find("<main>").unwrap();
    text[main..].to_owned()
}

#[test]
fn a_reply_is_set_as_markdown_and_what_was_typed_stays_as_it_was() {
    let page = page_of("# Big\n\n- *one*\n- two\n\n| a | b |\n|---|---|\n| 1 | x<br>y |\n");
    for part in [
        "<h3>Big</h3>",
        "<li><em>one</em></li>",
        "<th>a</th>",
        "<td>x<br />\ny</td>",
    ] {
        assert!(page.contains(part), "{part}: {page}");
    }
    let mut conversation = Conversation::new("s", "", "");
    conversation.append(Message::user("# no heading\n~~~\n  inside ``` still"));
    let text = html(&conversation);
    assert!(text.contains("<div class=\"typed\"># no heading\n~~~\n  inside ``` still</div>"));
}

#[test]
fn raw_html_in_a_reply_is_shown_as_text() {
    let page =
        page_of("a <b onclick=x()>b</b>\n\n<script>alert(1)</script>\n\n<img src=x onerror=y()>");
    assert!(
        page.contains("a &lt;b onclick=x()&gt;b&lt;/b&gt;"),
        "{page}"
    );
    assert!(
        page.contains("<pre><code>&lt;script&gt;alert(1)&lt;/script&gt;"),
        "{page}"
    );
    assert!(!page.contains("<img") && !page.contains("<script") && !page.contains("<b "));
}

#[test]
fn links_lead_to_the_web_or_to_a_mail_address_or_are_none() {
    for kept in [
        "https://a.example/?q=\"x\"",
        "HTTP://a.example",
        "mailto:a@b.example",
    ] {
        let page = page_of(&format!("[text](<{kept}>)"));
        assert_eq!(page.matches("<a href=\"").count(), 1, "{kept}: {page}");
        assert!(!page.contains("\"x\""), "{page}");
    }
    assert!(page_of("<a@b.example>").contains("<a href=\"mailto:a@b.example\">"));
    for dropped in [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "\u{1}javascript:alert(1)",
        "data:text/html,<script>alert(1)</script>",
        "vbscript:x",
        "file:///etc/passwd",
        "//a.example",
        "page.html",
        "&#106;avascript:alert(1)",
    ] {
        let page = page_of(&format!("[text](<{dropped}>) ![pic](<{dropped}>)"));
        assert!(
            !page.contains("<a ") && page.contains("text"),
            "{dropped}: {page}"
        );
        assert!(page.contains("pic"), "{page}");
    }
}

#[test]
fn a_picture_is_a_link_and_links_are_not_nested() {
    let page = page_of("![a cat](https://a.example/cat.png)");
    assert!(
        page.contains("<a href=\"https://a.example/cat.png\">a cat</a>"),
        "{page}"
    );
    let page = page_of("[![badge](https://b.example)](https://a.example)");
    assert!(
        page.contains("<a href=\"https://a.example\">badge</a>"),
        "{page}"
    );
}

#[test]
fn footnotes_of_two_replies_have_names_of_their_own() {
    let mut conversation = Conversation::new("s", "", "");
    for _ in 0..2 {
        conversation.append(Message::new(Role::Assistant, "a[^1]\n\n[^1]: note"));
    }
    let page = html(&conversation);
    for name in ["0-1", "1-1"] {
        assert_eq!(page.matches(&format!("id=\"{name}\"")).count(), 1, "{page}");
        assert_eq!(
            page.matches(&format!("href=\"#{name}\"")).count(),
            1,
            "{page}"
        );
    }
}

proptest! {
    #[test]
    fn a_page_has_no_element_but_those_of_markdown_whatever_a_reply_says(
        pieces in proptest::collection::vec(prop::sample::select(&PIECES[..]), 0..24),
    ) {
        let page = page_of(&pieces.concat());
        for (at, _) in page.match_indices('<') {
            let rest = page[at + 1..].trim_start_matches('/');
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap();
            prop_assert!(ELEMENTS.contains(&&rest[..end]), "<{rest}");
        }
        prop_assert!(!page.contains('\0'));
    }
}
