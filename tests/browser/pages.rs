//! The trials: conversations that are imported, exported as HTML by the program, and opened.

use std::fs;
use std::process::Command;
use std::sync::Arc;

use spacechat::chat::{
    Attachment, Conversation, Failure, Message, MessageState, Role, Settings, Unsent,
};
use spacechat::testing::chat::json;
use tempfile::TempDir;

use crate::chromium::{Chromium, Scheme};

/// Name and trial.
pub type Named = (&'static str, fn(&Chromium));

/// All trials.
pub const ALL: [Named; 5] = [
    (
        "a_script_that_a_page_has_is_run_so_that_the_other_trials_can_fail",
        a_script_is_run,
    ),
    (
        "a_page_shows_the_title_and_what_was_said",
        a_page_shows_what_was_said,
    ),
    (
        "nothing_of_a_hostile_conversation_is_run",
        nothing_hostile_is_run,
    ),
    (
        "nothing_would_be_run_without_the_policy_either",
        nothing_is_run_without_the_policy,
    ),
    (
        "a_page_is_light_or_dark_as_the_user_has_it",
        a_page_is_light_or_dark,
    ),
];

/// What the program exports of `conversation`, imported into a home of its own.
fn exported(conversation: &Conversation) -> String {
    let home = TempDir::new().unwrap();
    let file = home.path().join("conversation.json");
    let json = json(conversation, &Unsent::default(), &Settings::new());
    fs::write(&file, json.to_string()).unwrap();
    let run = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_spacechat"))
            .arg("--data-dir")
            .arg(home.path().join("data"))
            .args(arguments)
            .env("SPACECHAT_CONFIG", "/dev/null")
            .output()
            .unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.success(), "{said}");
        String::from_utf8(output.stdout).unwrap()
    };
    run(&["import", file.to_str().unwrap()]);
    let id = conversation.id.to_string();
    run(&["export", &id, "--format", "html"])
}

fn a_script_is_run(chromium: &Chromium) {
    let page = "<!DOCTYPE html><title>page</title><img src=x onerror=\"document.title='ran'\">";
    let document = chromium.document(page, Scheme::Light);
    assert!(document.contains("<title>ran</title>"), "{document}");
}

fn a_page_shows_what_was_said(chromium: &Chromium) {
    let mut conversation = Conversation::new("owner/space", "model", "be brief");
    conversation.title = Some("Roots & <numbers>".to_owned());
    let mut question = Message::user("What is  the root of 2?\n  # as typed");
    question.system = Some("be brief".into());
    let notes = Attachment::new("notes.md", "some & notes");
    question.attachments.push(Arc::new(notes));
    conversation.append(question);
    let text = "# Answer\n\n1. **about** `1.4142`\n\n```rust\nlet a = 2_f64.sqrt() < 2.;\n```\n\n\
        | n | root |\n|---|---|\n| 2 | 1.41 |\n\n[more](https://example.org/?a=1&b=2)\n";
    let mut reply = Message::new(Role::Assistant, text);
    reply.reasoning = String::from("Let me *see*.");
    conversation.append(reply);
    let document = chromium.document(&exported(&conversation), Scheme::Light);
    for part in [
        "<title>Roots &amp; &lt;numbers&gt;</title>",
        "<h1>Roots &amp; &lt;numbers&gt;</h1>",
        "owner/space · model",
        "<div class=\"typed\">be brief</div>",
        "<summary>notes.md</summary>",
        "some &amp; notes",
        "<div class=\"typed\">What is  the root of 2?\n  # as typed</div>",
        "Let me <em>see</em>.",
        "<h3>Answer</h3>",
        "<strong>about</strong> <code>1.4142</code>",
        "<pre data-language=\"rust\"><code>let a = 2_f64.sqrt() &lt; 2.;\n</code></pre>",
        "<td>1.41</td>",
        "<a href=\"https://example.org/?a=1&amp;b=2\">more</a>",
    ] {
        assert!(document.contains(part), "{part}: {document}");
    }
}

/// Texts each of which renames the page if a browser takes any of it for more than text.
const HOSTILE: [&str; 14] = [
    "<script>document.title='ran'</script>",
    "</title></style></textarea></pre></code><script>document.title='ran'</script>",
    "<img src=x onerror=\"document.title='ran'\">",
    "<svg onload=\"document.title='ran'\"></svg>",
    "<iframe srcdoc=\"<script>parent.document.title='ran'</script>\"></iframe>",
    "<details open ontoggle=\"document.title='ran'\"><summary>x</summary></details>",
    "<input autofocus onfocus=\"document.title='ran'\">",
    "\" autofocus tabindex=1 onfocus=\"document.title='ran'\" x=\"",
    "' onmouseover='document.title=1' x='",
    "```\"><script>document.title='ran'</script>\ncode\n```",
    "[x](javascript:document.title='ran') ![x](x\"onerror=\"document.title='ran')",
    "[^\"><script>document.title='ran'</script>]\n\n[^\"><script>document.title='ran'</script>]: x",
    "$<script>document.title='ran'</script>$\n\n$$<img src=x onerror=document.title='ran'>$$",
    "| <script>document.title='ran'</script> | <!-- |\n|---|---|\n| --><img src=x onerror=document.title='ran'> | x |",
];

/// A conversation that is hostile wherever a text can stand.
fn hostile() -> Conversation {
    let all = HOSTILE.join("\n\n");
    let mut conversation = Conversation::new(HOSTILE[1], HOSTILE[1], "");
    conversation.title = Some(all.clone());
    for text in HOSTILE {
        let mut question = Message::user(text);
        question.system = Some(text.into());
        let attachment = Attachment::new(text, text);
        question.attachments.push(Arc::new(attachment));
        conversation.append(question);
        let mut reply = Message::new(Role::Assistant, text);
        reply.reasoning = String::from(text);
        reply.state = MessageState::Failed;
        reply.failure = Some(Failure {
            kind: spacechat::chat::FailureKind::Space,
            message: text.to_owned(),
            hint: text.to_owned(),
        });
        conversation.append(reply);
    }
    conversation.append(Message::new(Role::Assistant, all));
    conversation
}

fn assert_is_only_text(document: &str) {
    assert!(!document.contains("<title>ran</title>"), "a script was run");
    for tag in [
        "<script",
        "<img",
        "<svg",
        "<iframe",
        "<input",
        "javascript:document",
    ] {
        let begins = format!("href=\"{tag}");
        let tag = if tag.starts_with('<') { tag } else { &begins };
        assert!(!document.contains(tag), "{tag}: {document}");
    }
    let shown = document
        .matches("&lt;script&gt;document.title='ran'")
        .count();
    assert!(
        shown > 20,
        "what is hostile is shown as text, {shown} times"
    );
}

fn nothing_hostile_is_run(chromium: &Chromium) {
    let document = chromium.document(&exported(&hostile()), Scheme::Light);
    assert_is_only_text(&document);
}

fn nothing_is_run_without_the_policy(chromium: &Chromium) {
    let page = exported(&hostile());
    let open = page.replacen(
        "http-equiv=\"Content-Security-Policy\"",
        "name=\"no-policy\"",
        1,
    );
    assert_ne!(page, open);
    assert_is_only_text(&chromium.document(&open, Scheme::Light));
}

fn a_page_is_light_or_dark(chromium: &Chromium) {
    let mut conversation = Conversation::new("owner/space", "", "");
    conversation.append(Message::user("hello"));
    let page = exported(&conversation);
    let open = page.replacen(
        "http-equiv=\"Content-Security-Policy\"",
        "name=\"no-policy\"",
        1,
    );
    let script =
        "<script>document.title = getComputedStyle(document.body).backgroundColor</script>";
    let telling = open.replacen("</body>", &format!("{script}</body>"), 1);
    let title = |scheme| {
        let document = chromium.document(&telling, scheme);
        let (_, rest) = document.split_once("<title>").unwrap();
        rest.split_once("</title>").unwrap().0.to_owned()
    };
    assert_eq!(title(Scheme::Light), "rgb(252, 252, 250)");
    assert_eq!(title(Scheme::Dark), "rgb(23, 24, 27)");
}
