//! A conversation as one HTML file that needs nothing else: no scripts, no links to fetch.
//!
//! Messages keep their line breaks; fenced code is set as code. All text is escaped.

use super::{Part, ending, label, one_line, parts, speaker, time};
use crate::chat::{Conversation, Message, Role};
use std::fmt::Write as _;

/// What every file begins with, up to its title. The policy forbids a browser to load anything.
const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<style>
:root { color-scheme: light dark; --ink: #1c1d21; --page: #fbfbf9; --soft: #6a6d75; --box: #f0f0ec; --line: #d9d9d3 }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e4e4e0; --page: #16171a; --soft: #9a9da6; --box: #212328; --line: #34363c }
}
body { max-width: 46rem; margin: 2rem auto; padding: 0 1rem; color: var(--ink); background: var(--page);
  font: 1rem/1.55 system-ui, sans-serif }
h1 { font-size: 1.5rem; line-height: 1.25 }
h2 { font-size: .95rem; margin: 0 0 .4rem }
time, .about, .ending, summary { color: var(--soft); font-size: .85rem; font-weight: normal }
article { border-top: 1px solid var(--line); padding: 1rem 0 }
.text { white-space: pre-wrap; overflow-wrap: anywhere }
pre { background: var(--box); padding: .8rem 1rem; border-radius: 6px; overflow-x: auto; margin: .6rem 0;
  font: .875rem/1.45 ui-monospace, monospace }
details { margin: .4rem 0 }
</style>
<title>"#;

/// The path of `conversation` that is seen as an HTML document.
pub fn html(conversation: &Conversation) -> String {
    let title = escaped(&one_line(&conversation.shown_title()));
    let mut out = format!("{HEAD}{title}</title>\n</head>\n<body>\n<h1>{title}</h1>\n");
    let mut about = one_line(&conversation.space);
    if !conversation.model.is_empty() {
        let _ = write!(about, " · {}", one_line(&conversation.model));
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<p class=\"about\">{} · {:.0}</p>",
        escaped(&about),
        conversation.created_at
    );
    for part in parts(conversation) {
        match part {
            Part::System(text) => write_system(&mut out, text),
            Part::Message(message) => write_message(&mut out, message),
        }
    }
    out.push_str("</body>\n</html>\n");
    out
}

fn write_system(out: &mut String, text: &str) {
    let heading = speaker(Role::System);
    let _ = writeln!(out, "<article class=\"system\">\n<h2>{heading}</h2>");
    if text.is_empty() {
        out.push_str("<p class=\"ending\">No system message from here on.</p>\n");
    }
    write_text(out, text);
    out.push_str("</article>\n");
}

fn write_message(out: &mut String, message: &Message) {
    let class = message.role.label().to_lowercase();
    let _ = writeln!(
        out,
        "<article class=\"{class}\">\n<h2>{} <time datetime=\"{}\">{}</time></h2>",
        speaker(message.role),
        message.created_at,
        time(message)
    );
    for attachment in &message.attachments {
        write_folded(out, &label(attachment), &attachment.text);
    }
    if let Some(thoughts) = message.thoughts() {
        write_folded(out, "Thoughts", thoughts);
    }
    write_text(out, &message.text);
    if let Some(ending) = ending(message) {
        let _ = writeln!(out, "<p class=\"ending\">{}</p>", escaped(&ending));
    }
    out.push_str("</article>\n");
}

/// A text behind a line on which one clicks to see it.
fn write_folded(out: &mut String, name: &str, text: &str) {
    let _ = writeln!(
        out,
        "<details><summary>{}</summary><pre>{}</pre></details>",
        escaped(name),
        escaped(text)
    );
}

/// A message's text: what is between fences as code, the rest as it is.
fn write_text(out: &mut String, text: &str) {
    let mut plain = String::new();
    let mut lines = text.split_inclusive('\n');
    while let Some(line) = lines.next() {
        let Some(fence) = opening_fence(line) else {
            plain.push_str(line);
            continue;
        };
        flush_plain(out, &mut plain);
        let code: String = lines
            .by_ref()
            .take_while(|line| !closes(line, fence))
            .collect();
        let _ = writeln!(out, "<pre><code>{}</code></pre>", escaped(&code));
    }
    flush_plain(out, &mut plain);
}

fn flush_plain(out: &mut String, plain: &mut String) {
    let text = std::mem::take(plain);
    let text = text.trim_matches('\n');
    if !text.is_empty() {
        let _ = writeln!(out, "<div class=\"text\">{}</div>", escaped(text));
    }
}

/// The mark and the length of the fence that `line` opens, by the rules of CommonMark: three or
/// more backticks or tildes, and behind backticks no further backtick.
fn opening_fence(line: &str) -> Option<(char, usize)> {
    let line = line.trim();
    let mark = line.chars().next().filter(|c| matches!(c, '`' | '~'))?;
    let rest = line.trim_start_matches(mark);
    let length = line.len() - rest.len();
    (length >= 3 && !(mark == '`' && rest.contains('`'))).then_some((mark, length))
}

/// Whether `line` ends a block that `fence` opened.
fn closes(line: &str, (mark, length): (char, usize)) -> bool {
    let line = line.trim();
    line.len() >= length && line.chars().all(|c| c == mark)
}

/// `text` with everything replaced that means something in HTML, in attributes too.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // A browser would take it for the end or for something else.
            '\0' => out.push('\u{fffd}'),
            c => out.push(c),
        }
    }
    out
}
