//! `tests/fuzzing/thoughts.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/chance.rs"]
#[expect(dead_code, reason = "other targets use more of it")]
mod chance;
#[path = "../../tests/fuzzing/thoughts.rs"]
mod thoughts;

libfuzzer_sys::fuzz_target!(|input: &[u8]| thoughts::check(input));
