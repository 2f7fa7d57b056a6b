//! A full disk: what cannot be saved is reported and waits, the chat continues, and everything is saved once there is
//! room.

use super::Attack;
use rig::home::{Home, program};
use rig::keys::CTRL_Q;
use rig::screen::{Screen, WINDOW};
use rig::shown::words;
use rusqlite::Connection;
use spacechat::testing::store::FILE_NAME;
use std::fs::{self, File};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

pub const ALL: &[Attack] = &[
    (
        "a_full_disk_is_told_and_all_is_saved_once_there_is_room",
        no_mount,
        full_then_room,
    ),
    (
        "a_disk_that_stays_full_loses_what_came_after_and_nothing_before",
        no_mount,
        full_to_the_end,
    ),
    (
        "a_limit_on_the_size_of_files_is_told_and_all_is_saved_once_it_is_lifted",
        no_limit,
        limited,
    ),
];

/// A disk of two megabytes in memory, mounted at a directory until this is dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(at: &Path) -> Option<Self> {
        fs::create_dir_all(at).ok()?;
        let mut mount = Command::new("mount");
        mount
            .args(["-t", "tmpfs", "-o", "size=2m,mode=700", "none"])
            .arg(at);
        let status = mount.stderr(Stdio::null()).status().ok()?;
        status.success().then(|| Self(at.to_owned()))
    }

    /// Fills it to the last byte, with a file that makes room when it is removed.
    fn fill(&self) -> PathBuf {
        let filler = self.0.join("spacechat-filler");
        let mut file = File::create(&filler).unwrap();
        for size in [1 << 12, 1] {
            while file.write_all(&vec![0; size]).is_ok() {}
        }
        filler
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: what has a file open there may take a moment to end.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

fn no_mount() -> Option<&'static str> {
    let place = tempfile::tempdir().unwrap();
    let disk = SmallDisk::mount(place.path());
    disk.is_none()
        .then_some("a small disk to fill cannot be mounted here")
}

fn no_limit() -> Option<&'static str> {
    let prlimit = Command::new("prlimit").stdout(Stdio::null()).status();
    prlimit
        .is_err()
        .then_some("there is no prlimit here, which lifts a limit")
}

fn assert_whole(home: &Home) {
    let connection = Connection::open(home.data().join(FILE_NAME)).unwrap();
    let verdict = connection.query_row("PRAGMA integrity_check", [], |row| row.get::<_, String>(0));
    assert_eq!(verdict.as_deref(), Ok("ok"));
}

/// The texts of the only conversation.
fn texts(home: &Home) -> Vec<String> {
    let listed = home.listed();
    assert_eq!(listed.len(), 1, "{listed:?}");
    let saved = home.exported(listed[0]["id"].as_str().unwrap());
    let messages = saved["messages"].as_array().unwrap().iter();
    messages
        .map(|message| message["text"].as_str().unwrap().trim_end().to_owned())
        .collect()
}

fn full_then_room() {
    let home = Home::new();
    let disk = SmallDisk::mount(&home.data()).unwrap();
    let mut screen = Screen::demo(&home, &[]);
    screen.ask("repeat 2 ha", "haha");
    let filler = disk.fill();
    // The chat goes on, and what was said waits.
    screen.ask("long 60", "word59");
    screen.wait_for_text("Not saved yet: ");
    screen.ask("repeat 2 hi", "hihi");
    fs::remove_file(filler).unwrap();
    screen.wait_for_text("Everything is saved again.");
    screen.quit();
    assert_whole(&home);
    let said = [
        "repeat 2 ha",
        "haha",
        "long 60",
        &words(60),
        "repeat 2 hi",
        "hihi",
    ];
    assert_eq!(texts(&home), said);
    drop(disk);
}

fn full_to_the_end() {
    let home = Home::new();
    let disk = SmallDisk::mount(&home.data()).unwrap();
    let mut screen = Screen::demo(&home, &[]);
    screen.ask("repeat 2 ha", "haha");
    screen.quit();
    let mut screen = Screen::demo(&home, &["-c"]);
    let filler = disk.fill();
    screen.ask("long 60", "word59");
    screen.wait_for_text("Not saved yet: ");
    screen.press(CTRL_Q);
    assert_eq!(screen.wait_for_exit(), 1);
    screen.look(|emulator| {
        let told = emulator.screen().contents();
        assert!(
            told.contains("The last changes could not be saved"),
            "{told}"
        );
    });
    fs::remove_file(filler).unwrap();
    assert_whole(&home);
    assert_eq!(texts(&home)[..2], ["repeat 2 ha", "haha"]);
    drop(disk);
}

fn limited() {
    let home = Home::new();
    // The limit is half a megabyte and can be lifted; the signal that comes with it is passed over.
    let script = "trap '' XFSZ; ulimit -S -f 1024; exec \"$0\" --demo";
    let mut screen = Screen::start_other(&home, WINDOW, "sh", &["-c", script, program()]);
    screen.wait_for_text("╭ Message");
    screen.ask("repeat 2 ha", "haha");
    screen.paste(&"a line that is pasted\n".repeat(60_000));
    screen.wait_for_text("Not saved yet: ");
    let process = screen.process().to_string();
    let raised = Command::new("prlimit")
        .args(["--pid", &process, "--fsize=unlimited"])
        .status();
    assert!(raised.unwrap().success());
    screen.wait_for_text("Everything is saved again.");
    screen.quit();
    assert_whole(&home);
    let listed = home.listed();
    let saved = home.exported(listed[0]["id"].as_str().unwrap());
    let pasted = saved["draft"]["attachments"][0]["text"].as_str().unwrap();
    assert_eq!(pasted.len(), 22 * 60_000);
}
