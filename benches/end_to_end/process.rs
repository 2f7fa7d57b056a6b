//! What the system counts for a process: processor time and resident memory, from Linux's `/proc`.

use std::fs;
use std::time::Duration;

/// Ticks in a second in `/proc/PID/stat`: the kernel's interface has 100 on every machine it runs on.
const TICKS_PER_SECOND: u64 = 100;

/// A process by its number.
#[derive(Clone, Copy)]
pub struct Process(pub u32);

impl Process {
    /// Processor time that all its threads have used, in the kernel and outside of it; in steps of 10 ms.
    pub fn cpu(self) -> Duration {
        let stat = self.read("stat");
        // The name stands in parentheses and may hold anything; numbers are counted from behind it.
        let numbers = stat.rsplit(')').next().unwrap_or_default();
        let number = |index| -> u64 {
            let field = numbers.split_whitespace().nth(index);
            let field = field.and_then(|field| field.parse().ok());
            field.expect("fields 14 and 15 of /proc/PID/stat are times")
        };
        Duration::from_millis((number(11) + number(12)) * 1000 / TICKS_PER_SECOND)
    }

    /// Memory that it has in RAM, its program's own pages included, in megabytes of 1,000,000 bytes.
    pub fn memory(self) -> f64 {
        let status = self.read("status");
        let line = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:")?.strip_suffix("kB"));
        let kilobytes: Option<f64> = line.and_then(|line| line.trim().parse().ok());
        kilobytes.expect("/proc/PID/status has a VmRSS") * 1024.0 / 1e6
    }

    fn read(self, name: &str) -> String {
        let path = format!("/proc/{}/{name}", self.0);
        fs::read_to_string(&path).unwrap_or_else(|error| {
            panic!("{path} cannot be read ({error}): this bench needs Linux and a program that still runs")
        })
    }
}
