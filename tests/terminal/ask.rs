//! The commands without a screen as scripts use them: what they read, what they print where, and what they leave behind.

use rig::home::{Home, program};
use std::fs::File;
use std::io::Write;
use std::process::{Command, Output};

fn told(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// What the embedded Space says of a prompt: its length in bytes, among others.
fn bytes_told(output: &Output) -> String {
    let printed = String::from_utf8_lossy(&output.stdout);
    let parts = printed.split(", ").nth(1).map(str::to_owned);
    parts.unwrap_or_else(|| panic!("{printed}{}", told(output)))
}

#[test]
fn a_pipe_that_is_named_as_a_file_is_read_once_and_whole() {
    let home = Home::new();
    let pipe = home.path().join("hash");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("there is mkfifo").success());
    // Longer than what is looked at first, and than a pipe holds.
    let text = "a line of text\n".repeat(20_000);
    for save in [&[][..], &["--no-save"]] {
        let (writing, text) = (pipe.clone(), text.clone());
        let length = text.len();
        let writer = std::thread::spawn(move || {
            let mut pipe = File::options().write(true).open(writing).unwrap();
            pipe.write_all(text.as_bytes()).unwrap();
        });
        let arguments = [&["ask", "--demo", "-f", "hash"], save, &["what is it"]].concat();
        let output = home.run(&arguments);
        writer.join().unwrap();
        // The path, the fences and the question go along.
        let expected = "hash\n```\n".len() + length + "```\n\nwhat is it".len();
        assert_eq!(bytes_told(&output), format!("{expected} bytes"));
    }
}

#[test]
fn a_file_travels_behind_its_path_as_the_settings_say() {
    let text = "fn main() {}\n";
    for (settings, prompt) in [
        ("", format!("hash\n```\n{text}```\n\nwhat is this")),
        (
            "[chat]\nattachments = \"none\"\n",
            format!("{text}\n\nwhat is this"),
        ),
    ] {
        let home = Home::with_settings(settings);
        let name = if settings.is_empty() { "hash" } else { "any" };
        let text = if settings.is_empty() {
            text.to_owned()
        } else {
            format!("hash {text}")
        };
        std::fs::write(home.path().join(name), &text).unwrap();
        let output = home.run(&["ask", "--demo", "-f", name, "what is this"]);
        let added = usize::from(!settings.is_empty()) * "hash ".len();
        assert_eq!(
            bytes_told(&output),
            format!("{} bytes", prompt.len() + added)
        );
        let saved = home.exported(home.listed()[0]["id"].as_str().unwrap());
        assert_eq!(saved["messages"][0]["text"], "what is this");
        assert_eq!(saved["messages"][0]["attachments"][0]["name"], name);
        assert_eq!(saved["messages"][0]["attachments"][0]["text"], text);
    }
}

#[test]
fn a_setting_or_a_model_that_is_refused_leaves_no_conversation() {
    let home = Home::new();
    for refused in [["--set", "nonsense=1"], ["--model", "nonsense"]] {
        let output = home.run(&[&["ask", "--demo"], &refused[..], &["hi"]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    }
    assert!(home.listed().is_empty(), "{:?}", home.listed());
    assert_eq!(home.printed(&["list", "--trash"]), "");
    // One that is there already keeps what was asked in it.
    home.printed(&["ask", "--demo", "repeat 2 ha"]);
    let id = home.id_of("repeat 2 ha");
    let output = home.run(&[
        "ask",
        "--demo",
        "--conversation",
        &id,
        "--set",
        "nonsense=1",
        "hi",
    ]);
    assert_eq!(output.status.code(), Some(2), "{}", told(&output));
    assert_eq!(home.exported(&id)["messages"][1]["text"], "haha");
}

#[test]
fn an_alias_is_stored_as_what_it_stands_for() {
    let home = Home::new();
    assert_eq!(
        home.printed(&["ask", "-s", "tour", "repeat 2 ha"]),
        "haha\n"
    );
    assert_eq!(home.listed()[0]["space"], "demo");
}

#[test]
fn the_doctor_checks_the_settings_file_that_is_in_force() {
    let home = Home::with_settings("[chat]\nmodel = \"usual\"\n");
    let other = home.path().join("other.toml");
    std::fs::write(&other, "[network]\nframe_limit = 0\n").unwrap();
    let output = home.run(&["--demo", "doctor"]);
    assert!(String::from_utf8_lossy(&output.stdout).contains("config.toml"));
    let named = other.to_str().unwrap();
    let output = home.run(&["--demo", "--config", named, "doctor"]);
    let printed = String::from_utf8_lossy(&output.stdout);
    assert!(printed.contains("other.toml"), "{printed}");
    assert!(printed.contains("frame_limit is 0"), "{printed}");
    assert_eq!(output.status.code(), Some(1));
}

#[test]
fn broken_certificates_are_an_error_that_names_them_before_anything_is_sent() {
    let home = Home::new();
    let bundle = home.path().join("roots.pem");
    std::fs::write(
        &bundle,
        "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n",
    )
    .unwrap();
    for name in ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"] {
        let output = Command::new(program())
            .args(["ask", "--no-save", "-s", "https://127.0.0.1:1", "hi"])
            .env_clear()
            .env("HOME", home.path())
            .env(name, &bundle)
            .stdin(std::process::Stdio::null())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(2), "{}", told(&output));
        assert!(told(&output).contains(name), "{}", told(&output));
        assert!(told(&output).contains("roots.pem"), "{}", told(&output));
    }
}

#[test]
#[cfg(target_os = "linux")]
fn output_to_a_full_disk_says_so_for_every_command() {
    let home = Home::new();
    home.printed(&["ask", "--demo", "repeat 2 ha"]);
    let id = home.id_of("repeat 2 ha");
    let commands: [&[&str]; 13] = [
        &["ask", "--demo", "repeat 2 ha"],
        &["ask", "--demo", "--json", "repeat 2 ha"],
        &["list"],
        &["show", &id],
        &["search", "ha"],
        &["export", &id],
        &["delete", &id],
        &["restore", &id],
        &["space", "demo"],
        &["space", "demo", "--json"],
        &["config"],
        &["completions", "bash"],
        &["--help"],
    ];
    for arguments in commands {
        let full = File::options().write(true).open("/dev/full").unwrap();
        let output = home.run_into(arguments, full);
        assert_eq!(
            output.status.code(),
            Some(1),
            "{arguments:?}: {}",
            told(&output)
        );
        assert!(
            told(&output).contains("No space left"),
            "{arguments:?}: {}",
            told(&output)
        );
    }
}
