//! A long run: thousands of messages, switches and resizes against the embedded Space. At the end memory, threads and
//! file descriptors are as before, and everything is on the disk.
//!
//! `SPACECHAT_SOAK` is the number of seconds (10 when it is not set; the real run is `SPACECHAT_SOAK=3600`). With
//! `-- --nocapture` the figures are printed. The Space runs in the test's own process, so that its memory is not counted.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

use rig::home::Home;
use rig::keys::{CTRL_N, CTRL_PAGE_DOWN, CTRL_PAGE_UP};
use rig::screen::{Screen, WINDOW};
use spacechat::testing::demo::{Options, Server};
use std::time::{Duration, Instant};
use std::{env, fmt, fs};

/// Messages before the first look: every kind of work was done, and what is made once is there.
const WARM_UP: usize = 25;
/// A conversation gets so many messages; then a new one begins.
const TURNS: usize = 25;
/// The window changes with every message.
const WINDOWS: [(u16, u16); 4] = [(80, 24), (160, 50), (61, 20), WINDOW];

/// How much more memory of its own the program may hold at the end, in KB: 12 MB for what an allocator keeps of a peak and
/// for what stays open or cached, which has bounds of its own, and 2 KB for each conversation that the list can show.
fn memory_allowed(conversations: usize) -> usize {
    12_000 + 2 * conversations
}

/// Connections that are kept for the next request come and go.
const DESCRIPTORS_ALLOWED: usize = 6;
/// Threads for reads of the disk come and go.
const THREADS_ALLOWED: usize = 8;

/// What a process holds.
#[derive(Clone, Copy)]
struct Held {
    /// Memory that no file stands for, in KB.
    memory: usize,
    descriptors: usize,
    threads: usize,
}

impl Held {
    fn by(process: u32) -> Self {
        let status = fs::read_to_string(format!("/proc/{process}/status")).unwrap();
        let number = |name: &str| {
            let line = status.lines().find_map(|line| line.strip_prefix(name));
            let number = line.and_then(|line| line.split_whitespace().next()?.parse().ok());
            number.unwrap_or_else(|| panic!("no {name} in {status}"))
        };
        Self {
            memory: number("RssAnon:"),
            descriptors: fs::read_dir(format!("/proc/{process}/fd")).unwrap().count(),
            threads: number("Threads:"),
        }
    }
}

impl fmt::Display for Held {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            memory,
            descriptors,
            threads,
        } = self;
        write!(
            f,
            "{memory} KB, {descriptors} descriptors, {threads} threads"
        )
    }
}

/// How many words the replies of a conversation have, by which it is known on the screen.
fn words(conversation: usize) -> usize {
    20 + conversation % 60
}

/// One message and its reply, then another conversation for a moment, and another window.
fn go_round(screen: &mut Screen, round: usize) {
    let conversation = round / TURNS;
    if round.is_multiple_of(TURNS) && round > 0 {
        screen.press(CTRL_N);
        screen.wait_for_text("You are talking to");
    }
    let last = words(conversation) - 1;
    screen.ask(&format!("long {}", last + 1), &format!("word{last}"));
    // The list has to know the newest conversation, from which one goes to the one before it.
    if conversation > 0 && round % TURNS > 3 && round.is_multiple_of(3) {
        for (key, shown) in [
            (CTRL_PAGE_DOWN, conversation - 1),
            (CTRL_PAGE_UP, conversation),
        ] {
            let last = words(shown) - 1;
            screen.press(key);
            screen.wait_for("another conversation", |shown| {
                shown.last_word() == Some(last)
            });
        }
    }
    let (columns, rows) = WINDOWS[round % WINDOWS.len()];
    screen.resize(columns, rows);
    screen.wait_for("a frame in the new window", |shown| {
        let row = shown.row_with("╭ Message");
        shown.is_ready() && row.is_some_and(|row| row.chars().count() == usize::from(columns))
    });
}

#[test]
#[cfg_attr(not(target_os = "linux"), ignore = "looks at the program in /proc")]
fn a_long_run_ends_with_what_it_began_with_and_everything_saved() {
    let seconds = env::var("SPACECHAT_SOAK").map_or(10, |seconds| seconds.parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(1)
        .enable_all()
        .build()
        .unwrap();
    let options = Options {
        pace: Duration::ZERO,
        ..Options::default()
    };
    let server = runtime.block_on(Server::start(options)).unwrap();
    let home = Home::new();
    let mut screen = Screen::start(&home, WINDOW, &["-s", &server.url()]);
    screen.wait_for_text("╭ Message");
    let until = Instant::now() + Duration::from_secs(seconds);
    let mut first = None;
    let mut most = 0;
    let mut round = 0;
    while round <= WARM_UP + TURNS || Instant::now() < until {
        go_round(&mut screen, round);
        round += 1;
        let held = Held::by(screen.process());
        most = held.descriptors.max(most);
        if round == WARM_UP {
            first = Some(held);
        }
        if round.is_multiple_of(500) {
            println!("{round} messages: {held}");
        }
    }
    // As it began: an empty conversation in the first window.
    screen.resize(WINDOW.0, WINDOW.1);
    screen.press(CTRL_N);
    screen.wait_for_text("You are talking to");
    let (first, last) = (first.unwrap(), Held::by(screen.process()));
    println!("{round} messages and replies in {seconds} s");
    println!("began with {first}");
    println!("ended with {last}; {most} descriptors at most");
    // Quitting ends well only if all that waited to be saved is saved, within two seconds.
    screen.quit();
    let listed = home.listed();
    assert_eq!(listed.len(), round.div_ceil(TURNS));
    let saved = listed.iter().filter_map(|entry| entry["messages"].as_u64());
    assert_eq!(saved.sum::<u64>(), u64::try_from(2 * round).unwrap());
    let allowed = first.memory + memory_allowed(listed.len());
    assert!(last.memory <= allowed, "{} KB of {allowed}", last.memory);
    assert!(
        most <= first.descriptors + DESCRIPTORS_ALLOWED,
        "{most} descriptors"
    );
    assert!(
        last.threads <= first.threads + THREADS_ALLOWED,
        "{}",
        last.threads
    );
    runtime.block_on(server.stop());
}
