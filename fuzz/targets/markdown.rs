//! `tests/fuzzing/markdown.rs` under libFuzzer.

#![no_main]

#[path = "../../tests/fuzzing/chance.rs"]
#[expect(dead_code, reason = "other targets use more of it")]
mod chance;
#[path = "../../tests/rig/src/unseen.rs"]
mod unseen;
#[path = "../../tests/fuzzing/markdown.rs"]
mod markdown;

libfuzzer_sys::fuzz_target!(|input: &[u8]| markdown::check(input));
