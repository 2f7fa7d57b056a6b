//! `tests/fuzzing/config.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/config.rs"]
mod config;

libfuzzer_sys::fuzz_target!(|input: &[u8]| config::check(input));
