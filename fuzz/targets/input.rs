//! `tests/fuzzing/input.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/chance.rs"]
#[expect(dead_code, reason = "other targets use more of it")]
mod chance;
#[path = "../../tests/fuzzing/input.rs"]
mod input;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| input::check(bytes));
