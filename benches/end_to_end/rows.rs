//! The measurements, one function for each row or two of the table.

use super::conversations::{LAST_WORD, conversation};
use super::home;
use super::keys::{self, CTRL_END, CTRL_O, CTRL_U, ENTER, PAGE_UP};
use super::space::{ASK, LAST_PIECE, Space};
use super::table::{Row, Times, milliseconds};
use super::window::{Screen, Window};
use rig::home::{Home, program};
use std::thread;
use std::time::{Duration, Instant};

/// How often a start is measured; the middle one counts.
const STARTS: usize = 21;
/// How often a large text is pasted, and a long conversation opened.
const PASTES: usize = 11;
/// How many keys are pressed for a p99.
const KEYS: usize = 400;
/// How many pages are turned for a p99: fewer than a megabyte has.
const PAGES: usize = 200;
/// Long enough for everything that a start or a reply leaves to do.
const SETTLING: Duration = Duration::from_millis(1500);

/// The pace of a Space that is never asked anything.
pub const NO_PACE: Duration = Duration::ZERO;

/// A whole frame with the composer in it: the cursor stands in its place then.
pub fn shows_prompt(screen: &Screen) -> bool {
    screen.frames() > 0 && screen.has("╭ Message")
}

fn shows_end(screen: &Screen) -> bool {
    screen.has(LAST_WORD)
}

/// Opens the program and waits until it has nothing more to do.
pub fn open(home: &Home, space: &Space, arguments: &[&str]) -> Window {
    let arguments = [&["-s", &space.url], arguments].concat();
    let mut window = Window::start(home, program(), &arguments);
    window.wait_for("the composer", shows_prompt);
    thread::sleep(SETTLING);
    window
}

/// A home as it is after a year: 1,000 conversations of two questions and two replies.
fn with_many_conversations() -> Home {
    let many: Vec<_> = (0..1000).map(|_| conversation(4, 800)).collect();
    home::with(&many)
}

/// From the start of the program to a prompt that takes keys, beside a bare `cat`.
pub fn start() -> Vec<Row> {
    let space = Space::start(2, NO_PACE);
    let home = with_many_conversations();
    let (mut cats, mut frames, mut firsts) = <(Times, Times, Times)>::default();
    for _ in 0..STARTS {
        let mut cat = Window::start(&home, "cat", &[]);
        cat.write("x\n");
        // The first row is the terminal's own echo, the second is cat's word.
        let seen = cat.wait_for("cat", |screen| screen.cell((1, 0)) == "x");
        cats.add(seen - cat.started);
        let mut window = Window::start(&home, program(), &["-s", &space.url]);
        let seen = window.wait_for("the composer", shows_prompt);
        frames.add(seen - window.started);
        let place = keys::composer(&window);
        window.write("x");
        let seen = window.wait_for("a key", move |screen| screen.cell(place) == "x");
        firsts.add(seen - window.started);
    }
    let over = |times: &Times| milliseconds(times.p50().saturating_sub(cats.p50()));
    vec![Row::new(
        "start to usable prompt, with 1,000 saved conversations",
        "within 6 ms of a bare `cat`",
        format!(
            "+{} ms to the first frame ({} after {}), +{} ms to the first key shown",
            over(&frames),
            milliseconds(frames.p50()),
            milliseconds(cats.p50()),
            over(&firsts)
        ),
    )]
}

/// The echo of keys where nothing else happens.
pub fn echo() -> Vec<Row> {
    let space = Space::start(2, NO_PACE);
    let mut window = open(&Home::new(), &space, &[]);
    let times = keys::echoes(&mut window, KEYS);
    vec![Row::new(
        "echo of a key, empty chat, p50 / p99",
        "≤ 1 / 4 ms",
        times.to_string(),
    )]
}

/// The first key behind a paste of four megabytes, from the moment at which the terminal has handed all of it over.
pub fn paste() -> Vec<Row> {
    let space = Space::start(2, NO_PACE);
    let book = super::text::of_size(4_000_000).replace('\n', "\r");
    let paste = format!("\x1b[200~{book}\x1b[201~");
    let mut times = Times::default();
    for _ in 0..PASTES {
        let mut window = open(&Home::new(), &space, &[]);
        window.write(&paste);
        times.add(window.time("x", |screen| screen.has("▣ pasted #1") && screen.has("│ x")));
    }
    vec![Row::new(
        "echo of the next key behind a paste of 4 MB, p50 / p99",
        "≤ 100 ms",
        times.to_string(),
    )]
}

/// The echo of keys while a reply streams.
pub fn echo_while_streaming() -> Vec<Row> {
    let space = Space::start(2000, Duration::from_millis(10));
    let home = Home::new();
    let mut window = open(&home, &space, &[]);
    ask(&mut window);
    window.wait_for("the reply", |screen| screen.has("tok/s"));
    let times = keys::echoes(&mut window, KEYS);
    assert!(
        space.handed().is_none(),
        "the reply ended before the keys did"
    );
    vec![Row::new(
        "echo of a key while a reply streams at 100 tokens/s, p50 / p99",
        "p99 ≤ 6 ms",
        times.to_string(),
    )]
}

/// What a key and a page cost in long conversations, how soon they open and what memory they take.
pub fn long() -> Vec<Row> {
    let space = Space::start(2, NO_PACE);
    let one = conversation(2, 1_000_000);
    let all = conversation(2000, 4_000_000);
    let (one_id, all_id) = (one.id.to_string(), all.id.to_string());
    let home = home::with(&[one, all]);
    let mut opened = Times::default();
    for _ in 0..STARTS {
        let mut window = Window::start(&home, program(), &["-s", &space.url, "-r", &all_id]);
        let seen = window.wait_for("the last message", shows_end);
        opened.add(seen - window.started);
    }
    let mut window = open(&home, &space, &["-r", &one_id]);
    let one = (keys::echoes(&mut window, KEYS), pages(&mut window));
    drop(window);
    let mut window = open(&home, &space, &["-r", &all_id]);
    let memory = window.process().memory();
    let all = (keys::echoes(&mut window, KEYS), pages(&mut window));
    let paged = window.process().memory();
    vec![
        Row::new(
            "echo of a key and PageUp with a 1 MB reply, p50 / p99",
            "p99 ≤ 6 ms",
            format!("key {}; PageUp {}", one.0, one.1),
        ),
        Row::new(
            "the same with 4 MB in 2,000 messages, p50 / p99",
            "p99 ≤ 6 ms",
            format!("key {}; PageUp {}", all.0, all.1),
        ),
        Row::new(
            "the 2,000-message conversation: start to its last message shown",
            "≤ 60 ms",
            format!("{} ms", milliseconds(opened.p50())),
        ),
        Row::new(
            "memory with that conversation",
            "≤ 60 MB",
            format!("{memory:.0} MB opened, {paged:.0} MB after {PAGES} pages"),
        ),
    ]
}

/// The first key, as soon as the end of 2,000 messages is seen: after a start with them, and after a switch to them.
pub fn first_key() -> Vec<Row> {
    let space = Space::start(2, NO_PACE);
    let all = conversation(2000, 4_000_000);
    let id = all.id.to_string();
    let home = home::with(&[all]);
    let (mut started, mut switched) = <(Times, Times)>::default();
    for _ in 0..PASTES {
        let mut window = Window::start(&home, program(), &["-s", &space.url, "-r", &id]);
        started.add(first_echo(&mut window));
        drop(window);
        let mut window = open(&home, &space, &[]);
        window.write(CTRL_O);
        window.wait_for("the switcher", |screen| {
            screen.has("“") || screen.has("Question 1")
        });
        thread::sleep(keys::SPACING * 4);
        window.write(ENTER);
        switched.add(first_echo(&mut window));
    }
    vec![
        Row::new(
            "echo of the first key behind a start with 4 MB in 2,000 messages, p50 / p99",
            "p99 ≤ 6 ms",
            started.to_string(),
        ),
        Row::new(
            "the same behind a switch to them",
            "p99 ≤ 6 ms",
            switched.to_string(),
        ),
    ]
}

/// Types a key in the moment in which the last message is seen, and takes it back.
fn first_echo(window: &mut Window) -> Duration {
    window.wait_for("the last message", shows_end);
    let took = window.time("x", |screen| screen.has("│ x"));
    window.write(CTRL_U);
    window.wait_for("an empty composer", |screen| !screen.has("│ x"));
    // The empty draft is saved, for the next start to find.
    thread::sleep(SETTLING);
    took
}

/// Turns pages upward from the end.
fn pages(window: &mut Window) -> Times {
    window.time(CTRL_END, shows_end);
    let mut times = Times::default();
    for _ in 0..PAGES {
        thread::sleep(Duration::from_millis(20));
        let (before, frames) = window.look(|screen| (screen.transcript(), screen.frames()));
        times.add(window.time(PAGE_UP, move |screen| {
            screen.frames() > frames && screen.transcript() != before
        }));
    }
    times
}

/// A reply of 5,000 words as fast as it can be sent, and at 200 a second.
pub fn reply_at_full_speed() -> Vec<Row> {
    let streamed = Streamed::measure(Duration::ZERO);
    vec![Row::new(
        "a reply of 5,000 tokens of markdown at full speed: CPU of the program; lag of the last byte",
        "≤ 0.15 s; ≤ 50 ms",
        format!(
            "{:.2} s; {} ms (the reply took {:.1} s)",
            streamed.cpu.as_secs_f64(),
            milliseconds(streamed.lag),
            streamed.took.as_secs_f64()
        ),
    )]
}

/// See [`reply_at_full_speed`].
pub fn reply_at_200_a_second() -> Vec<Row> {
    let streamed = Streamed::measure(Duration::from_millis(5));
    vec![Row::new(
        "the same at 200 tokens/s: CPU; bytes written to the terminal; lag of the last byte",
        "≤ 0.4 s; ≤ 1.5 MB; ≤ 20 ms",
        format!(
            "{:.2} s; {:.2} MB; {} ms (the reply took {:.1} s)",
            streamed.cpu.as_secs_f64(),
            streamed.megabytes,
            milliseconds(streamed.lag),
            streamed.took.as_secs_f64()
        ),
    )]
}

/// What a whole reply cost.
struct Streamed {
    cpu: Duration,
    megabytes: f64,
    /// From the moment the last piece was handed to the socket until the terminal shows it.
    lag: Duration,
    /// From Enter to the last piece.
    took: Duration,
}

impl Streamed {
    fn measure(pace: Duration) -> Self {
        let space = Space::start(5000, pace);
        let home = Home::new();
        let mut window = open(&home, &space, &[]);
        let process = window.process();
        let counted = |window: &Window| (process.cpu(), window.look(Screen::bytes));
        let before = counted(&window);
        let asked = ask(&mut window);
        let seen = window.wait_for("the last piece", |screen| screen.has(LAST_PIECE));
        thread::sleep(SETTLING);
        let after = counted(&window);
        let handed = space.handed().expect("what is seen was sent");
        #[expect(clippy::cast_precision_loss, reason = "some megabytes")]
        let megabytes = (after.1 - before.1) as f64 / 1e6;
        Self {
            cpu: after.0.saturating_sub(before.0),
            megabytes,
            lag: seen - handed,
            took: handed - asked,
        }
    }
}

/// Sends the message that the long reply answers; gives the moment of Enter.
fn ask(window: &mut Window) -> Instant {
    for key in ASK.chars() {
        window.write(&key.to_string());
        thread::sleep(keys::SPACING);
    }
    thread::sleep(SETTLING);
    let asked = Instant::now();
    window.write(ENTER);
    asked
}

/// What the program takes while nobody does anything.
pub fn idle() -> Vec<Row> {
    let space = Space::start(2, NO_PACE);
    let home = with_many_conversations();
    let window = open(&home, &space, &[]);
    let process = window.process();
    let memory = process.memory();
    let before = process.cpu();
    thread::sleep(Duration::from_secs(10));
    let cpu = process.cpu().saturating_sub(before);
    vec![
        Row::new("memory, idle", "≤ 20 MB", format!("{memory:.0} MB")),
        Row::new(
            "CPU in 10 s idle",
            "0.00 s",
            format!("{:.2} s", cpu.as_secs_f64()),
        ),
    ]
}
