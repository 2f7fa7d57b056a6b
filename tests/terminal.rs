//! The whole program as a user has it: the real binary in a pseudo-terminal, against the embedded Space. What is typed
//! goes in as bytes, what is seen is read from a terminal emulator, and nothing else is looked at but files and exit codes.
//!
//! Everything waits for something that is seen, with a deadline that only a failure meets; nothing measures time.
//! `SPACECHAT_KILLS` sets how often the program is killed in mid-reply (6 when it is not set).

#![cfg(unix)]

#[path = "terminal/asking.rs"]
mod asking;
#[path = "terminal/failing.rs"]
mod failing;
#[path = "terminal/faults.rs"]
mod faults;
#[path = "terminal/files.rs"]
mod files;
#[path = "terminal/finding.rs"]
mod finding;
#[path = "terminal/home.rs"]
mod home;
#[path = "terminal/hostile.rs"]
mod hostile;
#[path = "terminal/keeping.rs"]
mod keeping;
#[path = "terminal/keys.rs"]
mod keys;
#[path = "terminal/killing.rs"]
mod killing;
#[path = "terminal/leaving.rs"]
mod leaving;
#[path = "terminal/library.rs"]
mod library;
#[path = "terminal/pasting.rs"]
mod pasting;
#[path = "terminal/presets.rs"]
mod presets;
#[path = "terminal/screen.rs"]
mod screen;
#[path = "terminal/shown.rs"]
mod shown;
#[path = "terminal/sleeping.rs"]
mod sleeping;
#[path = "terminal/streaming.rs"]
mod streaming;
#[path = "terminal/switching.rs"]
mod switching;
#[path = "fuzzing/unseen.rs"]
mod unseen;
#[path = "terminal/uses.rs"]
mod uses;
#[path = "terminal/versions.rs"]
mod versions;
#[path = "terminal/waiting.rs"]
mod waiting;
#[path = "terminal/written.rs"]
mod written;
