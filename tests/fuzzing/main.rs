//! Fuzzing of the code that reads foreign data: the corpus, and inputs mutated from it. Each target states what must
//! hold for every input.
//!
//! `SPACECHAT_FUZZ_ROUNDS=1000000 cargo test --release --test fuzzing` is the long run, `SPACECHAT_FUZZ_SEED` another one.
//! `cargo +nightly fuzz run TARGET` runs the same targets guided by what they reach.

mod chance;
mod config;
mod delta;
mod driver;
mod import;
#[cfg(unix)]
mod input;
mod markdown;
mod mutator;
mod openai;
mod sanitize;
mod sse;
mod thoughts;
use rig::unseen;

use driver::fuzz;

#[test]
fn any_bytes_of_an_event_stream_are_cut_into_the_same_frames() {
    fuzz("sse", sse::check);
}

#[test]
fn any_diffs_lead_to_the_values_of_a_plain_model() {
    fuzz("delta", delta::check);
}

#[test]
fn nothing_that_steers_or_hides_passes_the_gate() {
    fuzz("sanitize", sanitize::check);
}

#[test]
fn any_markdown_is_laid_out_whole_and_within_its_width() {
    fuzz("markdown", markdown::check);
}

#[test]
fn any_description_of_an_app_is_read_within_bounds() {
    fuzz("config", config::check);
}

#[test]
fn thoughts_are_split_off_as_a_plain_reading_does() {
    fuzz("thoughts", thoughts::check);
}

#[test]
fn any_stream_of_a_completion_is_the_same_reply_however_it_is_cut() {
    fuzz("openai", openai::check);
}

#[test]
fn any_file_to_import_ends_in_an_error_or_in_a_tree() {
    fuzz("import", import::check);
}

#[test]
#[cfg(unix)]
fn any_bytes_of_a_keyboard_are_the_same_keys_however_they_are_cut() {
    fuzz("input", input::check);
}
