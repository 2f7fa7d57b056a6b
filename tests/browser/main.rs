//! The HTML export in a real browser: headless Chromium opens the file and returns its document.
//!
//! Where no Chromium is found, each trial is listed as ignored with the reason; `SPACECHAT_BROWSER=require` (what continuous
//! integration sets) makes that a failure.

#![expect(clippy::unwrap_used, reason = "a test fails by panicking")]

mod chromium;
mod pages;

use std::process::ExitCode;
use std::sync::Arc;

use libtest_mimic::{Arguments, Completion, Trial};

use crate::chromium::Chromium;

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let chromium = Arc::new(Chromium::find());
    let trials = pages::ALL.iter().map(|(name, run)| {
        let chromium = Arc::clone(&chromium);
        Trial::ignorable_test(*name, move || match &*chromium {
            Ok(chromium) => {
                run(chromium);
                Ok(Completion::Completed)
            }
            Err(reason) if is_required() => {
                Err(format!("a browser is required here, and {reason}").into())
            }
            Err(reason) => Ok(Completion::ignored_with(reason)),
        })
    });
    libtest_mimic::run(&arguments, trials.collect()).exit_code()
}

fn is_required() -> bool {
    std::env::var_os("SPACECHAT_BROWSER").is_some_and(|value| value == "require")
}
