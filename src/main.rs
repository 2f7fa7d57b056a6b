//! The program: parse what was typed, start the log, run it, end with its code.

use clap::Parser;
use spacechat::program::{Cli, Exit, log_path, report_panics, start_log, state_directory, usage};
use std::process::ExitCode;

fn main() -> ExitCode {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(said) => return usage(&said).into(),
    };
    report_panics(state_directory());
    if let Some(path) = log_path() {
        start_log(&path);
    }
    let runtime = tokio::runtime::Builder::new_multi_thread()
        // The loop has the main thread; replies are received beside it.
        .worker_threads(1)
        .enable_all()
        .build();
    match runtime {
        Ok(runtime) => {
            let exit = runtime.block_on(cli.run());
            // A blocked read of stdin must not delay the exit.
            runtime.shutdown_background();
            exit.into()
        }
        Err(error) => {
            eprintln!("spacechat: no threads could be started: {error}");
            Exit::Failed.into()
        }
    }
}
