//! Python for the real servers: finds an interpreter of a version that the pinned packages run on, and makes one
//! virtual environment for each set of requirements. Environments are made once and stay in a cache folder, which
//! several test runs may use at the same time.

use std::ffi::OsStr;
use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::Duration;

use sha2::{Digest, Sha256};

use crate::program;

/// Installing is bound by the registry; on a slow line the larger set takes some minutes.
const INSTALL_DEADLINE: Duration = Duration::from_secs(900);
const PROBE_DEADLINE: Duration = Duration::from_secs(60);
/// The best known version first. A plain `python3` comes last: it may be of any version.
const CANDIDATES: [&str; 5] = [
    "python3.11",
    "python3.12",
    "python3.10",
    "python3",
    "python",
];
/// Prints the version, and fails where virtual environments cannot be made (Debian packs them apart, as python3-venv).
const PROBE: &str = "import sys, venv, ensurepip; print('%d.%d' % sys.version_info[:2])";

/// An interpreter of version 3.10, 3.11 or 3.12 that can make virtual environments.
pub struct Python {
    program: &'static str,
    version: String,
}

/// Looks through the search path. The error says what was looked for and found.
pub fn find_python() -> Result<Python, String> {
    let mut seen = Vec::new();
    for program in CANDIDATES {
        // A name can be on the path and still not run: version switchers leave stubs there.
        let Ok(output) = run(Command::new(program).args(["-c", PROBE]), PROBE_DEADLINE) else {
            continue;
        };
        let version = String::from_utf8_lossy(&output.stdout).trim().to_owned();
        if !output.status.success() {
            if last_line(&output.stderr).contains("Error") {
                seen.push(format!(
                    "{program} cannot make virtual environments ({})",
                    last_line(&output.stderr)
                ));
            }
        } else if ["3.10", "3.11", "3.12"].contains(&version.as_str()) {
            return Ok(Python { program, version });
        } else {
            seen.push(format!("{program} is {version}"));
        }
    }
    let found = if seen.is_empty() {
        "none at all".to_owned()
    } else {
        seen.join(", ")
    };
    Err(format!(
        "no Python 3.10 to 3.12 with venv was found ({found})"
    ))
}

/// A virtual environment with all its packages.
pub struct Environment {
    folder: PathBuf,
}

impl Environment {
    /// Makes the environment for `tests/spaces/<requirements>`, or takes the one that an earlier run left.
    ///
    /// Another process that makes the same one is waited for. The error is a sentence for the list of ignored trials.
    pub fn prepare(python: &Python, requirements: &str) -> Result<Self, String> {
        let list = spaces_folder().join(requirements);
        let pinned = fs::read(&list)
            .map_err(|error| format!("{} cannot be read: {error}", list.display()))?;
        let name = requirements
            .trim_start_matches("requirements-")
            .trim_end_matches(".txt");
        let key = format!("{name}-py{}-{:.12}", python.version, sha256_hex(&pinned));
        let cache = cache_folder()?;
        let folder = cache.join(&key);
        let made = fs::create_dir_all(&cache)
            .and_then(|()| File::create(cache.join(format!("{key}.lock"))))
            .and_then(|lock| lock.lock().map(|()| lock));
        // Held until this function returns, and given back by the system if the process dies before.
        let _lock =
            made.map_err(|error| format!("the cache {} cannot be used: {error}", cache.display()))?;
        if !folder.join("ready").exists() {
            eprintln!(
                "real spaces: installing {requirements} into {} (once)",
                folder.display()
            );
            install(python, &list, &folder)?;
            eprintln!("real spaces: {requirements} is installed");
        }
        Ok(Self { folder })
    }

    /// The interpreter inside the environment.
    pub fn python(&self) -> PathBuf {
        interpreter(&self.folder)
    }
}

/// The folder with the Python apps and their pinned packages.
pub fn spaces_folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests")
        .join("spaces")
}

/// The digest of a text, as Python's `hexdigest` writes it.
pub fn sha256_hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes)
        .iter()
        .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join(if cfg!(windows) {
        "Scripts/python.exe"
    } else {
        "bin/python"
    })
}

fn install(python: &Python, list: &Path, folder: &Path) -> Result<(), String> {
    // What stands there without the mark is a half of an earlier try.
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|error| format!("{} cannot be removed: {error}", folder.display()))?;
    }
    let mut make = Command::new(python.program);
    make.args(["-m", "venv"]).arg(folder);
    checked(&mut make, "the virtual environment could not be made")?;
    let mut fill = Command::new(interpreter(folder));
    fill.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "--no-input",
    ]);
    // Without a network this gives up after seconds; the default repeats for much longer.
    if requirements_are_whole(list) {
        fill.arg("--no-deps");
    }
    fill.args(["--retries", "2", "--timeout", "60", "--requirement"])
        .arg(list);
    checked(&mut fill, "the packages could not be installed")?;
    // The rename makes the mark appear whole or not at all.
    let (unfinished, mark) = (folder.join("ready.new"), folder.join("ready"));
    fs::write(&unfinished, "all packages are installed\n")
        .and_then(|()| fs::rename(&unfinished, &mark))
        .map_err(|error| format!("{} cannot be written: {error}", mark.display()))
}

/// Whether a list names every package that is needed: the others name what they serve with, and take what that needs.
fn requirements_are_whole(list: &Path) -> bool {
    list.ends_with("requirements-llama.txt")
}

/// Runs a step of the set-up; its whole output goes to stderr if it fails, its last line into the reason.
fn checked(command: &mut Command, failure: &str) -> Result<(), String> {
    let output = run(command, INSTALL_DEADLINE).map_err(|error| format!("{failure}: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    eprintln!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Err(format!(
        "{failure}: {}",
        last_line(if output.stderr.is_empty() {
            &output.stdout
        } else {
            &output.stderr
        })
    ))
}

fn run(command: &mut Command, deadline: Duration) -> Result<Output, String> {
    command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let child = command
        .spawn()
        .map_err(|error| format!("{} did not start: {error}", command.get_program().display()))?;
    program::Running::watch(child, Vec::new(), deadline)
        .finish()
        .map(|ended| Output {
            status: ended.status,
            stdout: ended.stdout,
            stderr: ended.stderr.into_bytes(),
        })
}

fn last_line(output: &[u8]) -> String {
    String::from_utf8_lossy(output)
        .trim()
        .lines()
        .last()
        .unwrap_or("it said nothing")
        .to_owned()
}

/// `SPACECHAT_TEST_CACHE`, or `spacechat-tests` in the user's cache folder.
fn cache_folder() -> Result<PathBuf, String> {
    let variable = |name: &str| {
        std::env::var_os(name)
            .filter(|value: &_| value != OsStr::new(""))
            .map(PathBuf::from)
    };
    if let Some(folder) = variable("SPACECHAT_TEST_CACHE") {
        return Ok(folder);
    }
    let home = || {
        variable("HOME").map(|home| {
            home.join(if cfg!(target_os = "macos") {
                "Library/Caches"
            } else {
                ".cache"
            })
        })
    };
    variable("XDG_CACHE_HOME")
        .or_else(|| variable("LOCALAPPDATA"))
        .or_else(home)
        .map(|cache| cache.join("spacechat-tests"))
        .ok_or_else(|| "no cache folder is known (SPACECHAT_TEST_CACHE can name one)".to_owned())
}
