//! What is tried on the real servers. A scenario drives the program by its command line and compares what it printed
//! with what the server is known to end on; `tests/spaces/qwen_space.py` says what each first word of a prompt makes it
//! do. Several scenarios run at a time on one server, so none may rely on being alone there.

use std::fs;
use std::time::{Duration, Instant};

use libtest_mimic::Trial;
use serde_json::{Value, json};

use crate::environment::sha256_hex;
use crate::event_lines::{added_up, pieces_together};
use crate::program::{Ended, Program, Running};
use crate::space::{Space, free_address};

/// A sentence and what it claims.
#[derive(Clone, Copy)]
pub struct Scenario {
    pub name: &'static str,
    pub run: fn(&Space),
}

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => { &[$(Scenario { name: stringify!($name), run: $name }),*] };
}
pub(crate) use scenarios;

pub const ON_EVERY_SERVER: &[Scenario] = scenarios![
    a_reply_arrives_word_for_word,
    equal_pieces_in_a_row_are_all_kept,
    a_rewritten_reply_ends_as_the_server_ended_it,
    the_summary_tail_is_cut_from_the_reply,
    wide_and_joined_characters_arrive_unharmed,
    a_prompt_of_four_megabytes_arrives_whole_in_bounded_memory,
    a_file_arrives_behind_its_path_in_a_fence_and_before_the_question,
    files_that_are_no_text_arrive_with_their_names_and_sizes,
    the_space_can_be_named_by_an_option_before_and_after_the_command,
    a_failing_model_leaves_what_it_said_and_exits_with_four,
    the_words_of_an_error_reach_the_user,
    a_system_message_reaches_the_model,
    a_continued_conversation_sends_its_past,
    the_json_lines_of_a_growing_reply_add_up,
    the_json_lines_of_a_rewritten_reply_add_up,
    the_json_lines_never_show_a_summary_tail,
    the_json_lines_end_in_an_error_if_the_model_fails,
    an_unknown_model_is_refused_with_the_known_ones,
    the_space_is_described_for_people,
    the_space_is_described_as_json,
    an_interrupt_keeps_what_came_and_frees_the_server,
    a_closed_pipe_ends_it_silently,
    an_environment_proxy_is_not_used_for_loopback,
];

/// Those that do not need the real model's script: the embedded Space is held to them too, so that
/// it cannot drift away from what it imitates.
pub const ON_THE_EMBEDDED_SPACE: &[Scenario] = scenarios![
    a_file_arrives_behind_its_path_in_a_fence_and_before_the_question,
    equal_pieces_in_a_row_are_all_kept,
    a_rewritten_reply_ends_as_the_server_ended_it,
    the_summary_tail_is_cut_from_the_reply,
    a_prompt_of_four_megabytes_arrives_whole_in_bounded_memory,
    the_space_can_be_named_by_an_option_before_and_after_the_command,
    a_failing_model_leaves_what_it_said_and_exits_with_four,
    the_words_of_an_error_reach_the_user,
    the_json_lines_of_a_growing_reply_add_up,
    the_json_lines_of_a_rewritten_reply_add_up,
    the_json_lines_never_show_a_summary_tail,
    the_json_lines_end_in_an_error_if_the_model_fails,
    an_unknown_model_is_refused_with_the_known_ones,
    the_space_is_described_for_people,
    the_space_is_described_as_json,
    a_closed_pipe_ends_it_silently,
    an_environment_proxy_is_not_used_for_loopback,
];

/// What needs no server, so that it runs everywhere.
pub fn without_a_server() -> Vec<Trial> {
    vec![Trial::test("a_refused_connection_exits_with_three", || {
        a_refused_connection_exits_with_three();
        Ok(())
    })]
}

fn a_refused_connection_exits_with_three() {
    let program = Program::at_url(format!("http://{}", free_address()));
    let ended = program.run(["ask", "hello"]);
    ended.expect_code(3);
    assert_eq!(ended.text(), "");
    assert_ne!(ended.stderr.trim(), "", "an error is told: {ended}");
}

fn a_reply_arrives_word_for_word(space: &Space) {
    let ended = Program::at(space).run(["ask", "hello", "real", "server"]);
    ended.expect_code(0);
    assert_eq!(
        ended.text(),
        "turn 1: hello real server\n\n~~~rust\nfn main() {}\n~~~\n完了 🎉\n"
    );
    assert_eq!(
        ended.stderr, "",
        "nothing is told where stderr is no terminal"
    );
}

fn equal_pieces_in_a_row_are_all_kept(space: &Space) {
    let ended = Program::at(space).run(["ask", "repeat 200 ha"]);
    ended.expect_code(0);
    assert_eq!(ended.text(), "ha".repeat(200) + "\n");
}

fn a_rewritten_reply_ends_as_the_server_ended_it(space: &Space) {
    let ended = Program::at(space).run(["ask", "rewrite"]);
    ended.expect_code(0);
    assert_eq!(ended.text(), "The reply is 42.\n");
}

fn the_summary_tail_is_cut_from_the_reply(space: &Space) {
    let ended = Program::at(space).run(["ask", "suffix a b c"]);
    ended.expect_code(0);
    assert_eq!(ended.text(), "a b c\n");
}

fn wide_and_joined_characters_arrive_unharmed(space: &Space) {
    let words = "日本語 𠀀 e\u{301} 👩\u{200d}👩\u{200d}👧 🇯🇵 مرحبا שלום \u{202e}over\u{202c} zero\u{200b}width";
    let ended = Program::at(space).run(["ask", words]);
    ended.expect_code(0);
    assert_eq!(
        ended.text(),
        format!("turn 1: {words}\n\n~~~rust\nfn main() {{}}\n~~~\n完了 🎉\n")
    );
}

fn a_prompt_of_four_megabytes_arrives_whole_in_bounded_memory(space: &Space) {
    let line =
        "The cat 猫 sat\ton the mat;  \"quoted\" \\ back\u{7f} 🎉 e\u{301} <b>&amp; [link](file)\n";
    let prompt = format!("hash {}the end", line.repeat(4_000_000 / line.len()));
    let ended = Program::at(space).run_with_input(["ask"], &prompt);
    ended.expect_code(0);
    let (characters, bytes, digest) = (
        prompt.chars().count(),
        prompt.len(),
        sha256_hex(prompt.as_bytes()),
    );
    assert_eq!(
        ended.text(),
        format!("{characters} characters, {bytes} bytes, {digest}\n")
    );
    if cfg!(target_os = "linux") {
        let peak = ended.peak_kib.expect("Linux tells the peak of a process");
        assert!(peak < 200 * 1024, "the program held {peak} KiB");
    }
}

fn a_file_arrives_behind_its_path_in_a_fence_and_before_the_question(space: &Space) {
    let program = Program::at(space);
    // Its path is the first word of the prompt, which asks for the length and the hash of all of it.
    fs::write(program.home().join("hash"), "alpha\n```\nbeta").expect("the note can be written");
    let ended = program.run(["ask", "-f", "hash", "what is in the note"]);
    ended.expect_code(0);
    let prompt = "hash\n````\nalpha\n```\nbeta\n````\n\nwhat is in the note";
    let (length, digest) = (prompt.len(), sha256_hex(prompt.as_bytes()));
    assert_eq!(
        ended.text(),
        format!("{length} characters, {length} bytes, {digest}\n")
    );
}

fn files_that_are_no_text_arrive_with_their_names_and_sizes(space: &Space) {
    let program = Program::at(space);
    let (image, data) = ("image 1.png", "größe.bin");
    let mut png = b"\x89PNG\r\n\x1a\n".to_vec();
    png.resize(4_321, 0x89);
    fs::write(program.home().join(image), png).expect("the image can be written");
    fs::write(program.home().join(data), vec![0; 3_000_000]).expect("the data can be written");
    let ended = program.run(["ask", "-f", image, "-f", data, "files"]);
    ended.expect_code(0);
    let arrived: Value = serde_json::from_str(ended.text()).expect("the server answers in JSON");
    assert_eq!(
        arrived,
        json!([["image 1.png", 4_321], ["größe.bin", 3_000_000]])
    );
}

fn the_space_can_be_named_by_an_option_before_and_after_the_command(space: &Space) {
    let program = Program::at_url(format!("http://{}", free_address()));
    let url = space.url();
    for arguments in [
        ["-s", &url, "ask", "rewrite"],
        ["ask", "-s", &url, "rewrite"],
    ] {
        let ended = program.run(arguments);
        assert_eq!(ended.expect_code(0).text(), "The reply is 42.\n");
    }
}

fn a_failing_model_leaves_what_it_said_and_exits_with_four(space: &Space) {
    let ended = Program::at(space).run(["ask", "fail"]);
    ended.expect_code(4);
    assert_eq!(ended.text(), "some text and then\n");
    let told = ended
        .stderr
        .lines()
        .filter(|line| !line.trim().is_empty())
        .count();
    assert!(told >= 2, "an error and a hint are told: {ended}");
}

fn the_words_of_an_error_reach_the_user(space: &Space) {
    let ended = Program::at(space).run(["ask", "failtext The model is at lunch"]);
    ended.expect_code(4);
    assert_eq!(ended.text(), "some text and then\n");
    assert!(
        ended.stderr.contains("The model is at lunch"),
        "the Space's own words are told: {ended}"
    );
}

fn a_system_message_reaches_the_model(space: &Space) {
    let ended = Program::at(space).run(["ask", "--system", "Be brief.", "past"]);
    ended.expect_code(0);
    assert_eq!(
        past(&ended),
        json!([["system", "Be brief."], ["user", "past"]])
    );
}

fn a_continued_conversation_sends_its_past(space: &Space) {
    let program = Program::at(space);
    program.run(["ask", "repeat 3 ha"]).expect_code(0);
    let listed = program.run(["list", "--json"]);
    let listed = listed.expect_code(0).json_lines();
    let id = listed[0]["id"]
        .as_str()
        .expect("a conversation has an id")
        .to_owned();
    let ended = program.run(["ask", "--conversation", &id, "past"]);
    ended.expect_code(0);
    assert_eq!(
        past(&ended),
        json!([
            ["user", "repeat 3 ha"],
            ["assistant", "hahaha"],
            ["user", "past"]
        ])
    );
    let ended = program.run(["ask", "--conversation", &id, "turns"]);
    assert_eq!(
        ended.expect_code(0).text(),
        "turn 3: session 1, prompt 3\n",
        "a new process has no session to go on with"
    );
}

/// The answer to the prompt `past`: pairs of role and text.
fn past(ended: &Ended) -> Value {
    serde_json::from_str(ended.text())
        .unwrap_or_else(|error| panic!("{error} in the past that {ended}"))
}

fn the_json_lines_of_a_growing_reply_add_up(space: &Space) {
    let ended = Program::at(space).run(["ask", "--json", "repeat 50 ha"]);
    assert_eq!(added_up(ended.expect_code(0)), "ha".repeat(50));
}

fn the_json_lines_of_a_rewritten_reply_add_up(space: &Space) {
    let ended = Program::at(space).run(["ask", "--json", "rewrite"]);
    assert_eq!(added_up(ended.expect_code(0)), "The reply is 42.");
}

fn the_json_lines_never_show_a_summary_tail(space: &Space) {
    let ended = Program::at(space).run(["ask", "--json", "suffix one two three four"]);
    assert_eq!(added_up(ended.expect_code(0)), "one two three four");
    assert!(
        !ended.text().contains("summary"),
        "the tail is not shown for a moment: {ended}"
    );
}

fn the_json_lines_end_in_an_error_if_the_model_fails(space: &Space) {
    let ended = Program::at(space).run(["ask", "--json", "failtext The model is at lunch"]);
    let lines = ended.expect_code(4).json_lines();
    assert_eq!(pieces_together(&lines), "some text and then");
    let last = lines.last().expect("there are lines");
    assert_eq!(last["event"], "error", "{ended}");
    for field in ["kind", "message", "hint"] {
        assert!(
            last[field].as_str().is_some_and(|text| !text.is_empty()),
            "the error has no {field}: {ended}"
        );
    }
    assert!(
        last["message"]
            .as_str()
            .is_some_and(|text| text.contains("The model is at lunch")),
        "{ended}"
    );
}

fn an_unknown_model_is_refused_with_the_known_ones(space: &Space) {
    let ended = Program::at(space).run(["ask", "-m", "no-such-model", "hello"]);
    ended.expect_code(2);
    assert_eq!(ended.text(), "");
    assert!(
        ended.stderr.contains("no-such-model"),
        "the error names what was asked for: {ended}"
    );
    assert!(
        ended.stderr.contains("qwen-2.5-1m"),
        "the error lists what is known: {ended}"
    );
}

fn the_space_is_described_for_people(space: &Space) {
    let ended = Program::at(space).run(["space", &space.url()]);
    ended.expect_code(0);
    for fact in [space.version, "sse_v3"] {
        assert!(ended.text().contains(fact), "{fact} is told: {ended}");
    }
}

fn the_space_is_described_as_json(space: &Space) {
    let ended = Program::at(space).run(["space", &space.url(), "--json"]);
    let lines = ended.expect_code(0).json_lines();
    assert_eq!(lines.len(), 1, "one object on one line: {ended}");
    for fact in [space.version, "sse_v3"] {
        assert!(
            holds(&lines[0], fact),
            "{fact} is the value of a field: {ended}"
        );
    }
}

/// Whether a string of the value, at any depth, is `wanted`.
fn holds(value: &Value, wanted: &str) -> bool {
    match value {
        Value::String(text) => text == wanted,
        Value::Array(items) => items.iter().any(|item| holds(item, wanted)),
        Value::Object(fields) => fields.values().any(|field| holds(field, wanted)),
        _ => false,
    }
}

/// Waits until a reply on its way holds this word on the disk.
pub fn wait_until_saved(program: &Program, word: &str) {
    let until = Instant::now() + Duration::from_secs(120);
    loop {
        let listed = program.run(["list", "--json"]);
        let listed = listed.expect_code(0).json_lines();
        let id = listed
            .first()
            .and_then(|entry| entry["id"].as_str().map(str::to_owned));
        if let Some(id) = id
            && program.run(["show", &id]).text().contains(word)
        {
            return;
        }
        assert!(Instant::now() < until, "{word} was never saved");
    }
}

fn an_interrupt_keeps_what_came_and_frees_the_server(space: &Space) {
    if !cfg!(unix) {
        return;
    }
    let (program, mark) = (
        Program::at(space),
        format!("interrupted by {}", std::process::id()),
    );
    let running = Running::start(program.command(["ask", &format!("slow 100 {mark}")]));
    // That the server has said a word does not mean that it was received: what is saved was.
    wait_until_saved(&program, "word1");
    running.interrupt();
    let ended = running.ended();
    ended.expect_code(130);
    let whole = (0..100)
        .map(|n| format!("word{n}"))
        .collect::<Vec<_>>()
        .join(" ");
    let came = ended.text().trim_end();
    assert!(
        !came.is_empty() && came.len() < whole.len() && whole.starts_with(came),
        "a part came, and was kept: {ended}"
    );

    // The next request is answered, and while it is, nobody works on the interrupted one any more.
    let said = space.pieces_said(&mark);
    let next = program.run(["ask", "slow 8"]);
    assert_eq!(
        next.expect_code(0).text(),
        "word0 word1 word2 word3 word4 word5 word6 word7\n"
    );
    let still_said = space.pieces_said(&mark) - said;
    assert!(
        still_said <= 1,
        "the server went on for {still_said} pieces; one may have been under way"
    );
}

fn a_closed_pipe_ends_it_silently(space: &Space) {
    let (line, ended) = Program::at(space).run_until_first_line(["ask", "--json", "long 200"]);
    assert!(
        line.ends_with('\n'),
        "a first line was printed before the pipe closed: {line:?}"
    );
    assert_eq!(
        ended.stderr, "",
        "a closed pipe is nothing to complain about"
    );
    assert_ne!(ended.status.code(), Some(101), "it did not panic");
}

fn an_environment_proxy_is_not_used_for_loopback(space: &Space) {
    let program = Program::at(space);
    let mut command = program.command(["ask", "rewrite"]);
    let nobody = format!("http://{}", free_address());
    for name in ["HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"] {
        command.env(name, &nobody);
    }
    let ended = Running::start(command).ended();
    assert_eq!(ended.expect_code(0).text(), "The reply is 42.\n");
}
