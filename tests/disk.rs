//! The disk under attack: full, read-only, not permitted, held by another program, damaged, newer, taken. Each time the
//! user is told what and where and what to do, what was there stays as it is, and `doctor` tells the same.
//!
//! What a machine cannot arrange is listed as ignored, with the reason: a small disk needs the right to mount one, and for
//! root the rights of files hold only where `setpriv` can drop that privilege.

#![cfg(unix)]
#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

#[path = "disk/full.rs"]
mod full;
#[path = "terminal/home.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod home;
#[path = "terminal/keys.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod keys;
#[path = "disk/refused.rs"]
mod refused;
#[path = "terminal/screen.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod screen;
#[path = "terminal/shown.rs"]
#[expect(dead_code, reason = "other tests use more of it")]
mod shown;

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
