//! A conversation as one HTML file that needs nothing else: no scripts, nothing to fetch.
//!
//! What a user wrote stands as it was typed; replies and thoughts are Markdown and are set as such (see `reply`), as on
//! the screen. All text is escaped, so that a browser runs and loads nothing of it. The page's policy forbids it as
//! well, in case the escaping is wrong anywhere.

mod reply;
#[cfg(test)]
mod tests;

use super::{Part, ending, label, one_line, parts, speaker};
use crate::chat::{Conversation, Message, Role};
use jiff::Timestamp;
use std::fmt::Write as _;

/// What every file begins with, up to its style.
const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'">
<meta name="referrer" content="no-referrer">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<style>
"#;

const STYLE: &str = include_str!("html/page.css");

/// The path of `conversation` that is seen as an HTML document.
pub fn html(conversation: &Conversation) -> String {
    let title = escaped(&one_line(&conversation.shown_title()));
    let mut out = format!(
        "{HEAD}{STYLE}</style>\n<title>{title}</title>\n</head>\n<body>\n<header>\n<h1>{title}</h1>\n"
    );
    let mut about = one_line(&conversation.space);
    if !conversation.model.is_empty() {
        let _ = write!(about, " · {}", one_line(&conversation.model));
    }
    // Writing to a String cannot fail.
    let _ = writeln!(
        out,
        "<p>{} · {}</p>\n</header>\n<main>",
        escaped(&about),
        minute(conversation.created_at)
    );
    for (place, part) in parts(conversation).into_iter().enumerate() {
        match part {
            Part::System(text) => write_system(&mut out, text),
            Part::Message(message) => write_message(&mut out, message, place),
        }
    }
    out.push_str("</main>\n</body>\n</html>\n");
    out
}

fn write_system(out: &mut String, text: &str) {
    let heading = speaker(Role::System);
    let _ = writeln!(out, "<article class=\"system\">\n<h2>{heading}</h2>");
    if text.is_empty() {
        out.push_str("<p class=\"ending\">No system message from here on.</p>\n");
    }
    write_typed(out, text);
    out.push_str("</article>\n");
}

/// Writes a message; `place` distinguishes it from the others of the page.
fn write_message(out: &mut String, message: &Message, place: usize) {
    let class = message.role.label().to_lowercase();
    let _ = writeln!(
        out,
        "<article class=\"{class}\">\n<h2>{} <time datetime=\"{}\">{}</time></h2>",
        speaker(message.role),
        message.created_at,
        minute(message.created_at)
    );
    for attachment in &message.attachments {
        let name = escaped(&label(attachment));
        if attachment.text.is_empty() {
            let _ = writeln!(out, "<p class=\"file\">{name}</p>");
        } else {
            let text = escaped(&attachment.text);
            let _ = writeln!(
                out,
                "<details><summary>{name}</summary>\n<pre>{text}</pre></details>"
            );
        }
    }
    if let Some(thoughts) = message.thoughts() {
        out.push_str("<details><summary>Thoughts</summary>\n");
        reply::write(out, thoughts, &format!("{place}-thoughts"));
        out.push_str("</details>\n");
    }
    if message.role == Role::Assistant {
        reply::write(out, &message.text, &place.to_string());
    } else {
        write_typed(out, &message.text);
    }
    if let Some(ending) = ending(message) {
        let _ = writeln!(out, "<p class=\"ending\">{}</p>", escaped(&ending));
    }
    out.push_str("</article>\n");
}

fn minute(time: Timestamp) -> impl std::fmt::Display {
    time.strftime("%Y-%m-%d %H:%M UTC")
}

/// A text as it was typed, with its line ends and spaces.
fn write_typed(out: &mut String, text: &str) {
    let text = text.trim_matches('\n');
    if !text.is_empty() {
        let _ = writeln!(out, "<div class=\"typed\">{}</div>", escaped(text));
    }
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
