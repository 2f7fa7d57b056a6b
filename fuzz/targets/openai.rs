//! `tests/fuzzing/openai.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/chance.rs"]
#[expect(dead_code, reason = "other targets use more of it")]
mod chance;
#[path = "../../tests/fuzzing/openai.rs"]
mod openai;

libfuzzer_sys::fuzz_target!(|input: &[u8]| openai::check(input));
