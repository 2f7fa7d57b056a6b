//! A library of many years: 10,000 conversations with 100,000 messages. How soon the program starts, the switcher finds
//! and the list is shown.

use super::conversations::conversation;
use super::home;
use super::keys::{CTRL_O, SPACING};
use super::rows::{NO_PACE, open, shows_prompt};
use super::space::Space;
use super::table::{Row, Times, milliseconds};
use super::text;
use super::window::{Screen, Window};
use rig::home::program;
use spacechat::chat::{Conversation, Message, Role};
use std::thread;
use std::time::Duration;

const CONVERSATIONS: usize = 10_000;
/// Questions and replies in each of them: ten messages.
const TURNS: usize = 5;
/// How often each is measured.
const TIMES: usize = 21;
/// Long enough for a search that was not waited for.
const PAUSE: Duration = Duration::from_millis(700);

const CTRL_B: &str = "\x02";
const ESC: &str = "\x1b";
/// Is in nearly every message; so is its beginning.
const FREQUENT: &str = "harbour";

/// A word that is in one message of this conversation and nowhere else.
fn rare(number: usize) -> String {
    // Letters alone, so that no number of it is the beginning of another.
    let digits = number.to_string();
    let letters = digits.bytes().map(|digit| char::from(digit - b'0' + b'a'));
    format!("zq{}x", letters.collect::<String>())
}

fn library() -> Vec<Conversation> {
    let of = |number: usize| {
        let mut conversation = Conversation::new("Qwen/Qwen2.5-1M-Demo", "", "");
        for turn in 0..TURNS {
            conversation.append(Message::user(format!("Question {number}: what of {turn}?")));
            let mut reply = text::markdown(60);
            if turn == TURNS / 2 {
                reply = format!("{reply}\n\nand {}", rare(number));
            }
            conversation.append(Message::new(Role::Assistant, reply));
        }
        conversation
    };
    let mut all: Vec<_> = (0..CONVERSATIONS).map(of).collect();
    all.push(conversation(2, 800));
    all
}

/// Pastes a word into the switcher, so that no part of it is looked for before, and gives the time until a message is
/// found by it.
fn finding(window: &mut Window, word: &str) -> Duration {
    window.write(CTRL_O);
    window.wait_for("the switcher", |screen| screen.has("╭ Switch conversation"));
    thread::sleep(SPACING * 4);
    let pasted = format!("\x1b[200~{word}\x1b[201~");
    // It stands in the query, and a second time in what was found.
    let word = word.to_owned();
    let took = window.time(&pasted, move |screen| screen.count(&word) > 1);
    // The whole search follows the first look.
    thread::sleep(PAUSE);
    thread::sleep(SPACING * 4);
    window.write(ESC);
    window.wait_for("no switcher", |screen: &Screen| {
        !screen.has("╭ Switch conversation")
    });
    thread::sleep(SPACING * 4);
    took
}

/// Start, switcher and list with all of it.
pub fn many() -> Vec<Row> {
    let space = Space::start(2, NO_PACE);
    let home = home::with(&library());
    let mut firsts = Times::default();
    for _ in 0..TIMES {
        let mut window = Window::start(&home, program(), &["-s", &space.url]);
        let seen = window.wait_for("the composer", shows_prompt);
        firsts.add(seen - window.started);
    }
    let mut window = open(&home, &space, &[]);
    let (mut rares, mut frequents, mut lists) = <(Times, Times, Times)>::default();
    for number in 0..TIMES {
        rares.add(finding(&mut window, &rare(number * 400)));
        frequents.add(finding(&mut window, FREQUENT));
        lists.add(window.time(CTRL_B, |screen| screen.has("│ Today")));
        window.write(CTRL_B);
        window.wait_for("no list", |screen| !screen.has("╭ Conversations"));
        thread::sleep(SPACING * 4);
    }
    vec![Row::new(
        "10,000 conversations with 100,000 messages: first frame; the switcher's first message found by a rare and by a \
         frequent word, p50 / p99; the list",
        "≤ 50 ms after the key",
        format!(
            "{} ms; rare {rares}, frequent {frequents}; list {lists}",
            milliseconds(firsts.p50())
        ),
    )]
}
