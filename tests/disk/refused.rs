//! A store that cannot be used: the commands and the screen refuse, and nothing of it changes.

use super::{Attack, anywhere};
use rig::home::{Home, program};
use rig::screen::{Screen, WINDOW};
use rusqlite::Connection;
use spacechat::testing::store::FILE_NAME;
use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::process::{Command, Stdio};

pub const ALL: &[Attack] = &[
    (
        "a_directory_that_cannot_be_written_is_told",
        no_rights_for_root,
        read_only_directory,
    ),
    (
        "a_database_that_cannot_be_written_is_told",
        no_rights_for_root,
        read_only_file,
    ),
    (
        "a_database_without_permission_is_told",
        no_rights_for_root,
        forbidden_file,
    ),
    (
        "a_database_held_by_another_program_is_told",
        anywhere,
        locked,
    ),
    ("a_file_that_is_no_database_is_told", anywhere, garbage),
    ("a_database_of_a_newer_version_is_told", anywhere, newer),
    (
        "a_directory_in_place_of_the_database_is_told",
        anywhere,
        directory,
    ),
    (
        "what_can_be_read_of_a_damaged_database_is_rescued",
        anywhere,
        rescued,
    ),
];

/// What takes root's privilege over the rights of files from a program.
const DROPPING: [&str; 3] = [
    "setpriv",
    "--bounding-set=-dac_override,-dac_read_search",
    "--",
];

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().unwrap();
    id.stdout == b"0\n"
}

/// Whether the rights of files hold for this user, or can be made to.
fn no_rights_for_root() -> Option<&'static str> {
    let mut dropping = Command::new(DROPPING[0]);
    dropping
        .args(&DROPPING[1..])
        .arg("true")
        .stderr(Stdio::null());
    let mut can_drop = || dropping.status().is_ok_and(|status| status.success());
    (is_root() && !can_drop())
        .then_some("root may do everything, and setpriv cannot drop that here")
}

/// The program with these arguments, for which the rights of files hold.
fn rightly<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    let before: &[&str] = if is_root() { &DROPPING } else { &[] };
    [before, &[program()], arguments].concat()
}

/// A home with a conversation in it.
fn filled() -> Home {
    let home = Home::new();
    home.printed(&["--demo", "ask", "repeat 2 ha"]);
    home
}

fn database(home: &Home) -> PathBuf {
    home.data().join(FILE_NAME)
}

/// What is in the database's file, read by another program: a lock that this one holds would end with the reading.
fn bytes(home: &Home) -> Vec<u8> {
    let read = Command::new("cat")
        .arg(database(home))
        .stderr(Stdio::null())
        .output();
    read.unwrap().stdout
}

/// A command and the screen end with `told` and `hint`, and `doctor` tells both; the database keeps every byte.
fn assert_refused(home: &Home, told: &str, hint: &str) {
    let before = bytes(home);
    let run = |arguments: &[&str]| {
        let line = rightly(arguments);
        let started = home.started(line[0], &line[1..]);
        started.wait_with_output().unwrap()
    };
    let listed = run(&["list"]);
    let said = String::from_utf8(listed.stderr).unwrap();
    assert_eq!(listed.status.code(), Some(1), "{said}");
    assert!(said.contains(told) && said.contains(hint), "list: {said}");
    assert!(listed.stdout.is_empty());

    let line = rightly(&["--demo"]);
    let mut screen = Screen::start_other(home, WINDOW, line[0], &line[1..]);
    assert_eq!(screen.wait_for_exit(), 1);
    screen.look(|emulator| {
        assert!(!emulator.screen().alternate_screen());
        // What is told may be broken at the end of a row.
        let together = |text: &str| text.split_whitespace().collect::<String>();
        let said = together(&emulator.screen().contents());
        for words in [told, hint] {
            assert!(
                said.contains(&together(words)),
                "screen: no {words:?} in {said}"
            );
        }
    });

    let examined = run(&["--demo", "doctor"]);
    let said = String::from_utf8(examined.stdout).unwrap();
    assert_eq!(examined.status.code(), Some(1), "{said}");
    assert!(said.contains(told) && said.contains(hint), "doctor: {said}");
    assert!(bytes(home) == before, "the database changed");
}

/// Sets rights, and takes them back when this is dropped, so that the home can be removed.
struct Rights(PathBuf, u32);

impl Rights {
    fn set(path: PathBuf, mode: u32) -> Self {
        let before = fs::metadata(&path).unwrap().permissions().mode();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
        Self(path, before)
    }
}

impl Drop for Rights {
    fn drop(&mut self) {
        let _ = fs::set_permissions(&self.0, fs::Permissions::from_mode(self.1));
    }
}

fn read_only_directory() {
    let home = filled();
    // With its companions there, the database could still be used.
    for suffix in ["-wal", "-shm"] {
        let _ = fs::remove_file(home.data().join(format!("{FILE_NAME}{suffix}")));
    }
    let _rights = Rights::set(home.data(), 0o500);
    assert_refused(
        &home,
        "cannot be written",
        "Make it and its directory writable",
    );
}

fn read_only_file() {
    let home = filled();
    let _rights = Rights::set(database(&home), 0o400);
    assert_refused(
        &home,
        "cannot be written",
        "Make it and its directory writable",
    );
}

fn forbidden_file() {
    let home = filled();
    let _rights = Rights::set(database(&home), 0o000);
    assert_refused(
        &home,
        "no permission to use ",
        "Check its owner and permissions",
    );
}

fn locked() {
    let home = filled();
    let holder = Connection::open(database(&home)).unwrap();
    let hold = "PRAGMA locking_mode = EXCLUSIVE; BEGIN EXCLUSIVE";
    holder.execute_batch(hold).unwrap();
    assert_refused(
        &home,
        "is locked by another program",
        "End the program that uses it",
    );
    drop(holder);
    assert_eq!(home.listed().len(), 1);
}

fn garbage() {
    let home = Home::new();
    fs::create_dir(home.data()).unwrap();
    fs::write(database(&home), "this is no database ".repeat(1000)).unwrap();
    assert_refused(&home, "is damaged: ", "spacechat doctor --rescue FILE");
}

fn newer() {
    let home = filled();
    let connection = Connection::open(database(&home)).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    assert_refused(
        &home,
        "was written by a newer spacechat",
        "Update spacechat",
    );
}

fn directory() {
    let home = Home::new();
    fs::create_dir_all(database(&home)).unwrap();
    assert_refused(&home, "is not a file", "Move it away");
}

fn rescued() {
    let home = filled();
    for number in 0..20 {
        let words = format!("repeat 1 {}", format!("number{number},").repeat(900));
        home.printed(&["--demo", "ask", &words]);
    }
    let path = database(&home);
    let mut damaged = fs::read(&path).unwrap();
    let words = b"number7,number7,";
    let at = damaged.windows(words.len()).position(|here| here == words);
    let page = at.expect("its text stands in the file") / 4096 * 4096;
    damaged[page..page + 4096].fill(0x5a);
    fs::write(&path, &damaged).unwrap();
    let examined = home.run(&["--demo", "doctor"]);
    let said = String::from_utf8(examined.stdout).unwrap();
    assert!(said.contains("spacechat doctor --rescue FILE"), "{said}");

    let copy = home.path().join("rescued.db");
    let said = home.printed(&["doctor", "--rescue", copy.to_str().unwrap()]);
    assert!(
        said.contains("conversations with") && said.contains("rescued.db"),
        "{said}"
    );
    assert!(said.contains("Not everything could be read: "), "{said}");
    assert!(
        fs::read(&path).unwrap() == damaged,
        "the damaged database changed"
    );
    let again = home.run(&["doctor", "--rescue", copy.to_str().unwrap()]);
    assert_eq!(
        again.status.code(),
        Some(1),
        "the rescued file is overwritten"
    );

    // What the command says to do.
    for suffix in ["", "-wal", "-shm"] {
        let _ = fs::remove_file(home.data().join(format!("{FILE_NAME}{suffix}")));
    }
    fs::rename(&copy, &path).unwrap();
    // Of a conversation that was on the broken page alone, nothing is left.
    let left = home.listed().len();
    assert!((15..=21).contains(&left), "{left} of 21 conversations");
    let found = home.printed(&["search", "number"]);
    assert!(found.contains("number"), "{found}");
    let examined = String::from_utf8(home.run(&["--demo", "doctor"]).stdout).unwrap();
    assert!(examined.contains("✓ conversations"), "{examined}");
}
