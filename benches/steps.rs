//! What single turns of the event loop take: an update with one event and the frame behind it, for what is large. While a
//! turn lasts, no key is shown, so that none may be long, whatever happens beside the loop.
//!
//! `cargo bench --bench steps` prints one table; a word behind `--` picks rows (`attach`, `find`, `sent`, `open`, `sources`). It takes
//! about a minute. Nothing fails when a goal is missed. Of each turn the quickest of several counts, so that what else the
//! machine does is not measured; behind it stands the middle one of the longest. What the loop hands on is done here too,
//! between the turns, and its time is not counted; how the whole program feels is measured by `end_to_end`.

#[path = "end_to_end/conversations.rs"]
mod conversations;
#[path = "end_to_end/table.rs"]
mod table;
#[path = "end_to_end/text.rs"]
mod text;
#[path = "steps/turns.rs"]
mod turns;

use crossterm::event::{KeyCode, KeyModifiers};
use spacechat::chat::{Attachment, Conversation};
use spacechat::testing::app::{Event, LocalSource, SourceState};
use std::time::Duration;
use table::{Measurement, Row, Times, milliseconds};
use turns::Turns;

/// How often each is measured.
const TIMES: usize = 11;
/// Words of which a conversation of four megabytes has far more than a search counts.
const FREQUENT: &str = "e";
const GOAL: &str = "≤ 2 ms";

const CTRL: KeyModifiers = KeyModifiers::CONTROL;
const ALT: KeyModifiers = KeyModifiers::ALT;
const NONE: KeyModifiers = KeyModifiers::NONE;

/// The turns of one kind, measured several times.
#[derive(Default)]
struct Measured {
    /// Each turn when it was quickest.
    quickest: Vec<Duration>,
    /// The longest turn of each time.
    longest: Times,
}

impl Measured {
    /// The same turns once more.
    fn add(&mut self, turns: Vec<Duration>) {
        self.longest
            .add(turns.iter().copied().max().unwrap_or_default());
        self.quickest.resize(turns.len(), Duration::MAX);
        for (quickest, turn) in self.quickest.iter_mut().zip(turns) {
            *quickest = turn.min(*quickest);
        }
    }

    /// The longest of the turns: when each was quickest, and in the middle of all.
    fn row(&self, what: &'static str) -> Row {
        let quickest = self.quickest.iter().copied().max().unwrap_or_default();
        let [quickest, middle] = [quickest, self.longest.p50()].map(milliseconds);
        Row::new(what, GOAL, format!("{quickest} ms ({middle})"))
    }
}

fn long() -> Conversation {
    conversations::conversation(2000, 4_000_000)
}

/// A large file comes in, a key is typed, its draft is saved, and it is taken out again.
fn attach(what: [&'static str; 2], sample: &str, bytes: usize) -> Vec<Row> {
    let (mut comes, mut goes) = <(Measured, Measured)>::default();
    for _ in 0..TIMES.min(5) {
        let mut turns = Turns::new(None);
        let text = sample.repeat(bytes / sample.len());
        // As it is counted where it is read.
        let file = Attachment::new("book.txt", text).counted();
        turns.take(Event::Attached(turns.current(), Ok(file)));
        turns.key(KeyCode::Char('x'), NONE);
        turns.wait(300);
        comes.add(turns.times());
        turns.key(KeyCode::Backspace, NONE);
        turns.wait(300);
        turns.key(KeyCode::Backspace, NONE);
        goes.add(turns.times());
    }
    let [came, went] = what;
    vec![comes.row(came), goes.row(went)]
}

fn attachments() -> Vec<Row> {
    let ascii = text::markdown(1000);
    let cjk = "本书第一章讲述了语言模型的历史，第二章说明如何训练它们。\n";
    let mut rows = attach(
        ["32 MB of ASCII are attached", "32 MB of ASCII are removed"],
        &ascii,
        32 << 20,
    );
    rows.extend(attach(
        ["128 MB of CJK are attached", "128 MB of CJK are removed"],
        cjk,
        128 << 20,
    ));
    rows
}

/// At the end of a conversation 100,000 places are found, the ones before are gone to, another letter is typed, the search is closed.
fn find() -> Vec<Row> {
    let (mut found, mut steps, mut typed, mut closed) =
        <(Measured, Measured, Measured, Measured)>::default();
    for _ in 0..TIMES {
        let mut turns = Turns::new(Some(long()));
        turns.key(KeyCode::Char('f'), CTRL);
        drop(turns.times());
        turns.type_text(FREQUENT);
        found.add(turns.times());
        for _ in 0..20 {
            turns.key(KeyCode::Up, NONE);
        }
        steps.add(turns.times());
        turns.type_text("r");
        typed.add(turns.times());
        turns.key(KeyCode::Esc, NONE);
        closed.add(turns.times());
    }
    vec![
        found.row("100,000 places are found"),
        steps.row("the place before is gone to"),
        typed.row("another letter is looked for"),
        closed.row("the search is closed"),
    ]
}

/// What will be sent is shown, read to its end, and closed.
fn sent() -> Vec<Row> {
    let (mut opened, mut read, mut sent) = <(Measured, Measured, Measured)>::default();
    for _ in 0..TIMES {
        let mut turns = Turns::new(Some(long()));
        turns.type_text("Go on");
        drop(turns.times());
        turns.key(KeyCode::Char('t'), ALT);
        opened.add(turns.times());
        for key in [
            KeyCode::PageDown,
            KeyCode::Down,
            KeyCode::End,
            KeyCode::Up,
            KeyCode::Esc,
        ] {
            turns.key(key, NONE);
        }
        read.add(turns.times());
        turns.key(KeyCode::Enter, NONE);
        sent.add(turns.times());
    }
    vec![
        opened.row("what will be sent (4 MB) is shown"),
        read.row("it is read and closed"),
        sent.row("the message is sent"),
    ]
}

/// A conversation of 2,000 messages is opened, a key is typed, and another one is gone to.
fn open() -> Vec<Row> {
    let (mut opened, mut first, mut next) = <(Measured, Measured, Measured)>::default();
    for _ in 0..TIMES {
        let mut turns = Turns::new(None);
        turns.load(long());
        opened.add(turns.times());
        turns.key(KeyCode::Char('x'), NONE);
        first.add(turns.times());
        turns.wait(300);
        for _ in 0..20 {
            turns.load(conversations::conversation(2, 800));
        }
        next.add(turns.times());
    }
    vec![
        opened.row("2,000 messages of 4 MB come from the disk"),
        first.row("the first key behind that"),
        next.row("others are gone to until it is given up"),
    ]
}

/// The list of sources with 5,000 models comes, and a name is typed in it.
fn sources() -> Vec<Row> {
    let name = |number: usize| format!("maker-{}/model-{number}-instruct", number % 60);
    let models: Vec<String> = (0..5000).map(name).collect();
    let (mut comes, mut typed) = <(Measured, Measured)>::default();
    for _ in 0..TIMES {
        let mut turns = Turns::new(None);
        turns.key(KeyCode::Char('t'), CTRL);
        drop(turns.times());
        turns.take(Event::LocalFound(vec![LocalSource {
            name: "here".to_owned(),
            about: "a server".to_owned(),
            state: SourceState::Ready(None),
            models: models.clone().into(),
        }]));
        comes.add(turns.times());
        turns.type_text("m4-inst");
        typed.add(turns.times());
    }
    vec![
        comes.row("5,000 models can be chosen"),
        typed.row("a letter is typed among them"),
    ]
}

const MEASUREMENTS: [Measurement; 5] = [
    ("attach", attachments),
    ("find", find),
    ("sent", sent),
    ("open", open),
    ("sources", sources),
];

fn main() {
    table::print("the longest turn", &MEASUREMENTS);
}
