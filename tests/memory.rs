//! How much memory a message of a Space takes while it is read: at most four times the limit, for every kind of
//! content, also while the message before it is still held. Counted by the allocator, so that it is the same on every
//! machine.

use peak_alloc::PeakAlloc;
use spacechat::testing::gradio::{Dialect, Jobs, Update};
use std::fmt::Write;
use std::sync::{Mutex, PoisonError};

#[global_allocator]
static COUNTED: PeakAlloc = PeakAlloc;

/// One test at a time: the allocator counts for the whole process.
static COUNTING: Mutex<()> = Mutex::new(());

const LIMIT: usize = 4 << 20;

/// How the bytes of a message arrive.
const PIECE: usize = 16 << 10;

/// A message whose first output is this JSON.
fn frame(kind: &str, output: &str) -> Vec<u8> {
    let mut frame = String::with_capacity(output.len() + 200);
    let _ = write!(
        frame,
        "data: {{\"msg\":\"{kind}\",\"event_id\":\"e\",\"success\":true,\"output\":{{\"data\":[{output}]}}}}\n\n"
    );
    frame.into_bytes()
}

/// Reads the same output twice, as it streams and as it ends. Whether it was taken, and the peak above what was held before.
fn read(output: &str) -> (bool, usize) {
    let frames = [
        frame("process_generating", output),
        frame("process_completed", output),
    ];
    let dialect = Dialect::default();
    let before = COUNTED.current_usage();
    COUNTED.reset_peak_usage();
    let mut jobs = Jobs::new(dialect, LIMIT, "test".to_owned());
    jobs.add("e".to_owned());
    let mut is_taken = true;
    'all: for piece in frames.iter().flat_map(|frame| frame.chunks(PIECE)) {
        if jobs.push(piece).is_err() {
            is_taken = false;
            break;
        }
        loop {
            match jobs
                .next_update()
                .map(|update| update.map(|update| update.update))
            {
                Ok(None) => break,
                Ok(Some(Update::Completed)) => break 'all,
                Ok(Some(_)) => {}
                Err(_) => {
                    is_taken = false;
                    break 'all;
                }
            }
        }
    }
    (is_taken, COUNTED.peak_usage() - before)
}

fn repeated(item: &str) -> String {
    let count = (LIMIT - 200) / (item.len() + 1);
    format!("[{}]", vec![item; count].join(","))
}

#[test]
fn a_message_takes_at_most_four_times_the_limit_whatever_it_is_made_of() {
    let _counting = COUNTING.lock().unwrap_or_else(PoisonError::into_inner);
    let half = LIMIT / 2 - 100;
    let fields: Vec<String> = (0..LIMIT / 14).map(|at| format!("\"{at:07}\":0")).collect();
    for (name, output, is_taken) in [
        ("empty lists", repeated("[]"), false),
        ("lists of one", repeated("[1]"), false),
        ("small objects", repeated("{\"a\":1}"), false),
        ("empty objects", repeated("{}"), false),
        ("small texts", repeated("\"a\""), false),
        ("numbers", repeated("1"), false),
        ("fields", format!("{{{}}}", fields.join(",")), false),
        ("nesting", "[".repeat(half) + &"]".repeat(half), false),
        (
            "halves of pairs",
            format!("\"{}\"", "\\ud83d".repeat(LIMIT / 6 - 50)),
            true,
        ),
        ("one text", format!("\"{}\"", "x".repeat(LIMIT - 200)), true),
        (
            "more than the limit",
            format!("\"{}\"", "x".repeat(LIMIT)),
            false,
        ),
        (
            "an ordinary past",
            repeated(&format!("[\"{0}\",\"{0}\"]", "word ".repeat(200))),
            true,
        ),
    ] {
        let (taken, peak) = read(&output);
        assert!(
            peak <= 4 * LIMIT,
            "{name} took {peak} bytes, {} times the limit",
            peak / LIMIT
        );
        assert_eq!(taken, is_taken, "{name}");
    }
}

#[test]
fn messages_of_jobs_that_nobody_has_joined_take_no_more() {
    let _counting = COUNTING.lock().unwrap_or_else(PoisonError::into_inner);
    let own = frame(
        "process_generating",
        &repeated(&format!("\"{}\"", "word ".repeat(200))),
    );
    let lists = format!("[{}]", vec!["[[]]"; LIMIT / 200].join(","));
    let of_others = frame("process_generating", &lists);
    let of_others = String::from_utf8(of_others).expect("JSON is UTF-8");
    let before = COUNTED.current_usage();
    COUNTED.reset_peak_usage();
    let mut jobs = Jobs::new(Dialect::default(), LIMIT, "test".to_owned());
    jobs.add("e".to_owned());
    jobs.push(&own).expect("it is within the limit");
    let own = jobs.next_update().expect("it is within the budget");
    assert!(own.is_some());
    for number in 0..200 {
        let other = of_others.replacen("\"e\"", &format!("\"other {number}\""), 1);
        jobs.push(other.as_bytes()).expect("it is within the limit");
        assert_eq!(jobs.next_update(), Ok(None));
    }
    let peak = COUNTED.peak_usage() - before;
    assert!(peak <= 4 * LIMIT, "{} times the limit", peak / LIMIT);
}
