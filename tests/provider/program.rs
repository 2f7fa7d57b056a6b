//! What depends on the environment of a process, tried with the program itself: proxies and trusted certificates that the
//! environment names, the system's name service, and the log file.

use std::path::Path;
use std::process::{Command, Output, Stdio};

use crate::proxy::{Kind, Proxy};
use crate::received::{SAID, SECRET, soon};
use crate::scripted::{Answer, Script, Server};
use crate::tls;

/// Runs `spacechat ask` with these arguments and variables and no others.
async fn run(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    run_any(home, &[&["ask"], arguments].concat(), variables).await
}

/// Runs the program in a home of its own, with these arguments and variables and no others.
pub async fn run_any(home: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_spacechat"));
    command
        .args(arguments)
        .env_clear()
        .env("HOME", home)
        .env("SPACECHAT_LOG", "trace")
        .envs(variables.iter().copied())
        .stdin(Stdio::null());
    let running = tokio::task::spawn_blocking(move || command.output());
    let output = soon(running).await.expect("waiting does not panic");
    output.expect("the program was built with the tests")
}

fn printed(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn complained(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

/// The bytes of every file below a folder, as text.
pub fn written(folder: &Path) -> String {
    let mut text = String::new();
    for entry in std::fs::read_dir(folder).expect("a folder can be read") {
        let path = entry.expect("a folder can be read").path();
        if path.is_dir() {
            text.push_str(&written(&path));
        } else {
            let bytes = std::fs::read(&path).expect("a file can be read");
            text.push_str(&String::from_utf8_lossy(&bytes));
        }
    }
    text
}

#[tokio::test]
async fn a_proxy_of_the_environment_is_not_asked_for_loopback() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(Script::qwen("yes")).await;
    let proxy = Proxy::start(Kind::Http, usize::MAX).await;
    let url = proxy.url();
    let names = [
        "HTTP_PROXY",
        "http_proxy",
        "HTTPS_PROXY",
        "ALL_PROXY",
        "all_proxy",
    ];
    let variables = names.map(|name| (name, url.as_str()));
    let output = run(home.path(), &["-s", &server.url(), "hi"], &variables).await;
    assert_eq!(printed(&output), "yes\n", "{}", complained(&output));
    assert!(proxy.asked().is_empty(), "{:?}", proxy.asked());
}

#[tokio::test]
async fn a_whole_turn_goes_through_a_tunnel_to_a_secure_server() {
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(Script::qwen("yes")).await;
    let front = tls::front(server.port()).await;
    let roots = home.path().join("roots.pem");
    std::fs::write(&roots, front.certificate_pem()).unwrap();
    let roots = roots.to_string_lossy();
    for kind in [Kind::Http, Kind::Socks] {
        let proxy = Proxy::start(kind, 0).await;
        let arguments = ["-s", &front.url(), "--proxy", &proxy.url(), "hi"];
        let variables = [("SSL_CERT_FILE", roots.as_ref())];
        let output = run(home.path(), &arguments, &variables).await;
        assert_eq!(printed(&output), "yes\n", "{}", complained(&output));
        let asked = proxy.asked();
        assert!(!asked.is_empty());
        for target in asked {
            assert!(target.contains(&front.authority()), "{target}");
            assert_eq!(target.starts_with("CONNECT "), kind == Kind::Http);
        }
    }
}

#[tokio::test]
async fn a_name_without_an_address_says_so() {
    let home = tempfile::tempdir().unwrap();
    let output = run(
        home.path(),
        &["-s", "https://no-such-space.invalid", "hi"],
        &[],
    )
    .await;
    assert_eq!(output.status.code(), Some(3), "{}", complained(&output));
    assert_eq!(printed(&output), "");
    let complaint = complained(&output);
    assert!(complaint.contains("the host was not found"), "{complaint}");
    assert!(complaint.contains("spelling"), "{complaint}");
}

#[tokio::test]
async fn the_log_file_tells_how_replies_went_and_nothing_of_what_was_said() {
    let home = tempfile::tempdir().unwrap();
    let script = Script::qwen(SAID).on(
        "GET /queue/data",
        [
            Answer::events()
                .say(&crate::scripted::whole(
                    "process_completed",
                    &crate::scripted::chat(SAID),
                ))
                .end(),
            Answer::page(500),
        ],
    );
    let server = Server::start(script).await;
    let question = format!("{SECRET} opens it");
    let arguments = ["--no-save", "-s", &server.url(), &question];
    let output = run(home.path(), &arguments, &[]).await;
    assert_eq!(
        printed(&output),
        format!("{SAID}\n"),
        "{}",
        complained(&output)
    );
    let output = run(home.path(), &arguments, &[]).await;
    assert_eq!(output.status.code(), Some(4), "{}", complained(&output));
    let log = written(home.path());
    assert!(log.contains("the reply failed"), "{log}");
    assert!(!log.contains(SECRET), "{log}");
    assert!(!log.contains(SAID), "{log}");
}
