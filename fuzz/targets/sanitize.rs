//! `tests/fuzzing/sanitize.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/chance.rs"]
#[expect(dead_code, reason = "other targets use more of it")]
mod chance;
#[path = "../../tests/rig/src/unseen.rs"]
mod unseen;
#[path = "../../tests/fuzzing/sanitize.rs"]
mod sanitize;

libfuzzer_sys::fuzz_target!(|input: &[u8]| sanitize::check(input));
