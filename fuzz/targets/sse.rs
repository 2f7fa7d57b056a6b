//! `tests/fuzzing/sse.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/chance.rs"]
#[expect(dead_code, reason = "other targets use more of it")]
mod chance;
#[path = "../../tests/fuzzing/sse.rs"]
mod sse;

libfuzzer_sys::fuzz_target!(|input: &[u8]| sse::check(input));
