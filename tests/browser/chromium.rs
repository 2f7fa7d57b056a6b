//! Chromium as a command: finds it, opens a page in it and returns the document after its scripts have run.

use std::fs::{self, File};
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use tempfile::TempDir;

/// As Debian, other systems and Google call it.
const CANDIDATES: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
/// How often the browser is looked at.
const POLL: Duration = Duration::from_millis(20);
/// A page takes about a second: a hang is to fail, a slow machine is not.
const DEADLINE: Duration = Duration::from_secs(120);

/// A browser that is there and runs.
pub struct Chromium {
    program: &'static str,
}

/// What a user has set their system to.
#[derive(Clone, Copy)]
pub enum Scheme {
    Dark,
    Light,
}

impl Chromium {
    /// Looks through the search path. The error says what was looked for.
    pub fn find() -> Result<Self, String> {
        let runs = |program: &&&str| {
            let version = Command::new(program).arg("--version").output();
            version.is_ok_and(|output| output.status.success())
        };
        match CANDIDATES.iter().find(runs) {
            Some(program) => Ok(Self { program }),
            None => Err(format!("no Chromium was found ({})", CANDIDATES.join(", "))),
        }
    }

    /// The document that `page` becomes, as HTML.
    pub fn document(&self, page: &str, scheme: Scheme) -> String {
        let folder = TempDir::new().unwrap();
        let place = |name| folder.path().join(name);
        fs::write(place("page.html"), page).unwrap();
        let scheme = match scheme {
            Scheme::Dark => 0,
            Scheme::Light => 1,
        };
        let mut child = Command::new(self.program)
            // Without a sandbox: it needs rights that containers have not, and the page is a test's own.
            .args([
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-dev-shm-usage",
            ])
            .args([
                "--no-first-run",
                "--disable-extensions",
                "--disable-background-networking",
            ])
            .arg(format!("--blink-settings=preferredColorScheme={scheme}"))
            .arg(format!("--user-data-dir={}", place("profile").display()))
            .arg("--dump-dom")
            .arg(format!("file://{}", place("page.html").display()))
            .env("HOME", folder.path())
            .stdin(Stdio::null())
            .stdout(File::create(place("dom.html")).unwrap())
            .stderr(File::create(place("stderr")).unwrap())
            .spawn()
            .unwrap();
        let end = Instant::now() + DEADLINE;
        let status = loop {
            match child.try_wait().unwrap() {
                Some(status) => break Some(status),
                None if Instant::now() > end => break None,
                None => thread::sleep(POLL),
            }
        };
        if status.is_none() {
            child.kill().unwrap();
            child.wait().unwrap();
        }
        let document = fs::read_to_string(place("dom.html")).unwrap();
        let complete =
            status.is_some_and(|status| status.success()) && document.contains("</html>");
        let complaints = fs::read_to_string(place("stderr")).unwrap_or_default();
        assert!(complete, "the browser ended with {status:?}: {complaints}");
        document
    }
}
