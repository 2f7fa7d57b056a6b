//! Secrets stay where they belong: a token of the Hub, a password and an app's cookies are in no log, error, export or
//! database, and reach no other host; what a reply links to is never asked for. The whole program is run, its environment
//! full of secrets, and everything is searched that it wrote and sent.

use std::path::Path;
use std::process::Output;

use crate::program::{run_any, written};
use crate::scripted::{Answer, Script, Server};

const TOKEN: &str = "hf_SecretTokenOfTheHub93";
const PASSWORD: &str = "open-sesame-17";
const COOKIE: &str = "biscuit-of-the-app-41";

async fn run(home: &Path, arguments: &[&str]) -> Output {
    let login = format!("ada:{PASSWORD}");
    let secrets = [("HF_TOKEN", TOKEN), ("SPACECHAT_LOGIN", &login)];
    run_any(home, arguments, &secrets).await
}

/// Whether a text holds one of the secrets.
fn leaks(text: &str) -> bool {
    [TOKEN, PASSWORD, COOKIE]
        .iter()
        .any(|secret| text.contains(secret))
}

/// What one run printed, to both of its streams.
fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

#[tokio::test]
async fn a_secret_is_in_nothing_that_is_written_and_links_of_a_reply_are_never_asked_for() {
    let home = tempfile::tempdir().unwrap();
    let elsewhere = Server::start(Script::qwen("from elsewhere")).await;
    let other = elsewhere.url();
    let reply = format!(
        "![picture]({other}/pixel.png) [link]({other}/page) <img src=\"{other}/tracker.gif\">"
    );
    let cookie = format!("session={COOKIE}; Path=/; HttpOnly");
    let config = || Answer::json(200, &crate::scripted::config()).header("Set-Cookie", &cookie);
    let moved = Answer::page(307).header("Location", &format!("{other}/run/predict"));
    let script = Script::qwen(&reply).on("GET /config", [config(), config(), config()]);
    let server = Server::start(script).await;
    let failing = Script::qwen(&reply)
        .on("GET /config", [config()])
        .on("POST /run/predict", [moved]);
    let refusing = Server::start(failing).await;

    let output = run(home.path(), &["ask", "-s", &server.url(), "hi"]).await;
    assert!(said(&output).contains("pixel.png"), "{}", said(&output));
    let refused = run(home.path(), &["ask", "-s", &refusing.url(), "hi"]).await;
    assert_eq!(refused.status.code(), Some(4), "{}", said(&refused));
    let listed = run(home.path(), &["list", "--json"]).await;
    let listed = String::from_utf8_lossy(&listed.stdout).into_owned();
    let mut outputs = said(&output) + &said(&refused) + &listed;
    for line in listed.lines() {
        let entry: serde_json::Value = serde_json::from_str(line).unwrap();
        for format in ["md", "json", "html"] {
            let id = entry["id"].as_str().unwrap();
            let exported = run(home.path(), &["export", id, "--format", format]).await;
            assert!(exported.status.success(), "{}", said(&exported));
            outputs += &said(&exported);
        }
    }
    assert_eq!(listed.lines().count(), 2);
    assert!(!leaks(&outputs), "{outputs}");
    let files = written(home.path());
    assert!(files.contains("spch") || files.contains("SQLite format 3"));
    assert!(!leaks(&files));

    // Plain http is no place for a token, not even on this machine; the cookie goes back to its own app alone.
    let requests: Vec<String> = [&server, &refusing]
        .iter()
        .flat_map(|server| server.all_heard())
        .map(|requests| requests.head)
        .collect();
    assert!(
        requests.iter().any(|head| head.contains(COOKIE)),
        "{requests:?}"
    );
    assert!(
        !requests.iter().any(|head| head.contains(TOKEN)),
        "{requests:?}"
    );
    assert!(
        elsewhere.all_heard().is_empty(),
        "{:?}",
        elsewhere.all_heard()
    );
}

#[cfg(unix)]
#[tokio::test]
async fn what_is_written_is_its_owners_alone_also_where_it_existed_with_wider_rights() {
    use std::os::unix::fs::PermissionsExt;
    let home = tempfile::tempdir().unwrap();
    let server = Server::start(Script::qwen("yes")).await;
    let folders = [".local/share/spacechat", ".local/state/spacechat"];
    for folder in folders {
        let folder = home.path().join(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::set_permissions(&folder, std::fs::Permissions::from_mode(0o777)).unwrap();
    }
    let log = home.path().join(".local/state/spacechat/spacechat.log");
    std::fs::write(&log, "").unwrap();
    std::fs::set_permissions(&log, std::fs::Permissions::from_mode(0o666)).unwrap();
    let output = run(home.path(), &["ask", "-s", &server.url(), "hi"]).await;
    assert!(output.status.success(), "{}", said(&output));
    let mut wide = Vec::new();
    for folder in folders {
        let folder = home.path().join(folder);
        let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
        if mode(&folder) & 0o077 != 0 {
            wide.push(folder.clone());
        }
        let files = std::fs::read_dir(&folder)
            .unwrap()
            .map(|entry| entry.unwrap().path());
        wide.extend(files.filter(|file| mode(file) & 0o077 != 0));
    }
    assert!(wide.is_empty(), "{wide:?}");
}
