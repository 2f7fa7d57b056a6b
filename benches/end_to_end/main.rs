//! The budgets of the whole program, measured as a user meets them: the release binary in a pseudo-terminal of 120×40,
//! against the embedded Space.
//!
//! `cargo bench --bench end_to_end` prints one table; a word behind `--` picks measurements by name (`start`, `echo`,
//! `paste`, `streaming`, `long`, `first key`, `reply`, `idle`, `many`). It takes about three minutes. Nothing fails when a goal is
//! missed: machines differ, and the table is for reading. Linux only: processor time and memory come from `/proc`.

mod conversations;
mod home;
mod keys;
mod many;
mod process;
mod rows;
mod space;
mod table;
mod text;
mod window;

type Measurement = fn() -> Vec<table::Row>;

const MEASUREMENTS: [(&str, Measurement); 10] = [
    ("start", rows::start),
    ("echo", rows::echo),
    ("paste", rows::paste),
    ("echo streaming", rows::echo_while_streaming),
    ("long", rows::long),
    ("first key", rows::first_key),
    ("reply full", rows::reply_at_full_speed),
    ("reply 200", rows::reply_at_200_a_second),
    ("idle", rows::idle),
    ("many", many::many),
];

fn main() {
    // Cargo adds `--bench`, or `--test` where it only wants to know that this runs.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let wanted = arguments
        .iter()
        .find(|argument| !argument.starts_with('-'))
        .map_or("", String::as_str);
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    println!("{cores} cores, load {load} at the start\n");
    println!("| what | goal | measured |\n|---|---|---|");
    for (name, measure) in MEASUREMENTS {
        if name.contains(wanted) {
            for row in measure() {
                println!("{row}");
            }
        }
    }
}
