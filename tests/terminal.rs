//! The whole program as a user runs it: the real binary in a pseudo-terminal, against the embedded Space. Keys go in as
//! bytes, the screen is read from a terminal emulator, and only files and exit codes are examined besides.
//!
//! Every test waits for something on the screen, with a deadline that only a failure reaches; nothing measures time.
//! `SPACECHAT_KILLS` sets how often the program is killed in mid-reply (6 when it is not set).

#![cfg(unix)]

#[path = "terminal/ask.rs"]
mod ask;
#[path = "terminal/editor.rs"]
mod editor;
#[path = "terminal/exit.rs"]
mod exit;
#[path = "terminal/failures.rs"]
mod failures;
#[path = "terminal/faults.rs"]
mod faults;
#[path = "terminal/files.rs"]
mod files;
#[path = "terminal/find.rs"]
mod find;
#[path = "terminal/home.rs"]
mod home;
#[path = "terminal/hostile.rs"]
mod hostile;
#[path = "terminal/keys.rs"]
mod keys;
#[path = "terminal/kill.rs"]
mod kill;
#[path = "terminal/library.rs"]
mod library;
#[path = "terminal/paste.rs"]
mod paste;
#[path = "terminal/persistence.rs"]
mod persistence;
#[path = "terminal/presets.rs"]
mod presets;
#[path = "terminal/queue.rs"]
mod queue;
#[path = "terminal/screen.rs"]
mod screen;
#[path = "terminal/shown.rs"]
mod shown;
#[path = "terminal/stream.rs"]
mod stream;
#[path = "terminal/suspend.rs"]
mod suspend;
#[path = "terminal/switcher.rs"]
mod switcher;
#[path = "fuzzing/unseen.rs"]
mod unseen;
#[path = "terminal/uses.rs"]
mod uses;
#[path = "terminal/versions.rs"]
mod versions;
#[path = "terminal/written.rs"]
mod written;
