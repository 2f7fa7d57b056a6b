//! `tests/fuzzing/import.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/import.rs"]
mod import;

libfuzzer_sys::fuzz_target!(|input: &[u8]| import::check(input));
