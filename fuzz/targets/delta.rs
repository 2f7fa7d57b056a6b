//! `tests/fuzzing/delta.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/delta.rs"]
mod delta;

libfuzzer_sys::fuzz_target!(|input: &[u8]| delta::check(input));
