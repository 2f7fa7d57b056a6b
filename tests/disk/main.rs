//! Failures of the disk: full, read-only, not permitted, locked by another program, damaged, newer, taken. Each error
//! says what, where and what to do, existing data does not change, and `doctor` reports the same.
//!
//! What a machine cannot arrange is listed as ignored, with the reason: a small disk needs the right to mount one, and
//! for root, file permissions apply only where `setpriv` can drop that privilege.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod full;
mod refused;

use libtest_mimic::{Arguments, Completion, Trial};
use std::process::ExitCode;

/// A test: its name, why it cannot run here (if so), and what it does.
type Attack = (&'static str, fn() -> Option<&'static str>, fn());

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let attacks = refused::ALL.iter().chain(full::ALL);
    let trials = attacks.map(|(name, obstacle, run)| {
        Trial::ignorable_test(*name, move || {
            if let Some(reason) = obstacle() {
                return Ok(Completion::ignored_with(reason));
            }
            run();
            Ok(Completion::Completed)
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

/// Nothing stands in the way.
fn anywhere() -> Option<&'static str> {
    None
}
