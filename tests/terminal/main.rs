//! The whole program as a user runs it: the real binary in a pseudo-terminal, against the embedded Space. Keys go in as
//! bytes, the screen is read from a terminal emulator, and only files and exit codes are examined besides.
//!
//! Every test waits for something on the screen, with a deadline that only a failure reaches; nothing measures time.
//! `SPACECHAT_KILLS` sets how often the program is killed in mid-reply (6 when it is not set).

#![cfg(unix)]

mod ask;
mod editor;
mod exit;
mod failures;
mod faults;
mod files;
mod find;
mod header;
mod hostile;
mod input;
mod kill;
mod library;
mod paste;
mod persistence;
mod presets;
mod queue;
mod scripts;
mod served;
mod sign_in;
mod stopped;
mod stream;
mod suspend;
mod switcher;
use rig::unseen;
mod uses;
mod versions;
mod written;
