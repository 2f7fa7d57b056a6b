//! Times gathered, and the table in which they are printed.

use std::fmt;
use std::time::Duration;

/// One line of the table.
pub struct Row {
    what: &'static str,
    goal: &'static str,
    measured: String,
}

impl Row {
    /// A line: what is measured, what it should be, what it is.
    pub fn new(what: &'static str, goal: &'static str, measured: String) -> Self {
        Self {
            what,
            goal,
            measured,
        }
    }
}

/// What picks some rows, and what measures them.
pub type Measurement = (&'static str, fn() -> Vec<Row>);

/// Measures what the command line picks, and prints it as a table below these words.
pub fn print(above: &str, measurements: &[Measurement]) {
    // Cargo adds `--bench`, or `--test` where it only wants to know that this runs.
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--test") {
        return;
    }
    let wanted = arguments
        .iter()
        .find(|argument| !argument.starts_with('-'))
        .map_or("", String::as_str);
    println!("{above}\n");
    println!("| what | goal | measured |\n|---|---|---|");
    for (name, measure) in measurements {
        if name.contains(wanted) {
            for row in measure() {
                println!("{row}");
            }
        }
    }
}

/// Markdown.
impl fmt::Display for Row {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "| {} | {} | {} |",
            self.what, self.goal, self.measured
        )
    }
}

/// Times of one kind. Shown as p50 and p99, with the longest behind them.
#[derive(Default)]
pub struct Times(Vec<Duration>);

impl Times {
    /// One more.
    pub fn add(&mut self, time: Duration) {
        self.0.push(time);
    }

    /// The middle one.
    pub fn p50(&self) -> Duration {
        self.share(50)
    }

    /// The shortest that is no shorter than so many percent of them.
    fn share(&self, percent: usize) -> Duration {
        let mut times = self.0.clone();
        times.sort_unstable();
        let rank = (times.len() * percent).div_ceil(100).max(1);
        *times.get(rank - 1).expect("something was measured")
    }
}

impl fmt::Display for Times {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [p50, p99, longest] = [50, 99, 100].map(|percent| milliseconds(self.share(percent)));
        write!(formatter, "{p50} / {p99} ms (longest {longest})")
    }
}

/// A time in milliseconds, to a tenth.
pub fn milliseconds(time: Duration) -> String {
    format!("{:.1}", time.as_secs_f64() * 1000.0)
}
