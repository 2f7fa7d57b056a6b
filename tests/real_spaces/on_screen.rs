//! The screen in a pseudo-terminal against a real server, with the helpers of `tests/terminal`.

use crate::environment::sha256_hex;
use crate::scenarios::{Scenario, scenarios};
use crate::space::Space;
use rig::home::Home;
use rig::screen::{Screen, WINDOW};

/// Run on Qwen-Agent's own page, whose scripted model can tell what it got.
pub const ON_EVERY_PAGE: &[Scenario] =
    scenarios![four_megabytes_pasted_stand_in_the_ledger_and_arrive_whole,];

fn four_megabytes_pasted_stand_in_the_ledger_and_arrive_whole(space: &Space) {
    let home = Home::new();
    let mut screen = Screen::start(&home, WINDOW, &["-s", &space.url()]);
    screen.wait_for_text("╭ Message");
    let line =
        "The cat 猫 sat\ton the mat;  \"quoted\" \\ back 🎉 e\u{301} <b>&amp; [link](file)\n";
    let book = format!("hash {}the end", line.repeat(4_000_000 / line.len()));
    let question = "How long is it?";
    screen.paste(&book);
    screen.wait_for_text("▣ pasted #1 · ");
    screen.type_text(question);
    screen.wait_for("the ledger", |shown| {
        shown.has("≈ pasted #1 ") && shown.has(" + draft ") && shown.has("M tokens")
    });
    screen.enter();
    let sent = format!("{book}\n\n{question}");
    let counted = format!(
        "{} characters, {} bytes, ",
        sent.chars().count(),
        sent.len()
    );
    let digest = sha256_hex(sent.as_bytes());
    screen.wait_for(&counted, |shown| {
        shown.has(&counted) && shown.has(&digest) && shown.is_ready()
    });
    screen.quit();
}
