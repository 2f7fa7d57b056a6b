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

const MEASUREMENTS: [table::Measurement; 10] = [
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
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let load = std::fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let load = load.split(' ').next().unwrap_or_default();
    table::print(
        &format!("{cores} cores, load {load} at the start"),
        &MEASUREMENTS,
    );
}
