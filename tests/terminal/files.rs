//! Files that are sent as they are stay with their conversation, also when they change on the disk.

use rig::home::Home;
use rig::keys::{ALT_UP, FOCUS_GAINED, TAB};
use rig::screen::Screen;

/// Opens the last conversation and asks for another reply.
fn retry(home: &Home) -> Screen {
    let mut screen = Screen::demo(home, &["-c"]);
    screen.wait_for_text("image.png");
    screen.press(ALT_UP);
    screen.wait_for_text("picked:");
    screen.retry();
    screen
}

#[test]
fn a_file_is_sent_again_after_it_was_removed_and_in_the_home_of_another_who_imports_it() {
    let home = Home::new();
    let image = home.path().join("image.png");
    std::fs::write(&image, b"\x89PNG\r\n\x1a\n\0\xff").unwrap();
    let told = home.printed(&["--demo", "ask", "-f", "image.png", "Look at it"]);
    let received = "image.png, 10 bytes";
    assert!(told.replace('`', "").contains(received), "{told}");
    std::fs::remove_file(image).unwrap();

    let screen = retry(&home);
    screen.wait_for("the file, received", |shown| {
        shown.has("‹ 2/2 ›") && shown.has(received) && shown.is_ready()
    });
    screen.quit();

    let id = home.id_of("Look at it image.png");
    let exported = home.exported(&id);
    let other = Home::new();
    std::fs::write(other.path().join("it.json"), exported.to_string()).unwrap();
    other.printed(&["import", "it.json"]);
    let screen = retry(&other);
    screen.wait_for("the file, received", |shown| {
        shown.has("‹ 3/3 ›") && shown.has(received) && shown.is_ready()
    });
    screen.quit();
}

#[test]
fn a_path_is_completed_behind_an_at_sign_and_what_changes_on_the_disk_is_marked() {
    let home = Home::new();
    std::fs::create_dir(home.path().join("work")).unwrap();
    // Latin-1: no UTF-8.
    std::fs::write(
        home.path().join("work/summary.txt"),
        b"Die Gr\xfc\xdfe kommen sp\xe4ter.\n",
    )
    .unwrap();
    let mut screen = Screen::demo(&home, &[]);
    screen.type_text("hash @smry");
    screen.wait_for_text("▸ work/summary.txt");
    screen.press_apart(TAB);
    let shown = screen.wait_for_text("▣ work/summary.txt");
    assert!(
        shown.draft().ends_with("hash work/summary.txt"),
        "{}",
        shown.text()
    );
    std::fs::write(home.path().join("work/summary.txt"), "another text").unwrap();
    screen.press(FOCUS_GAINED);
    screen.wait_for_text("changed on disk since");
    screen.enter();
    screen.wait_for("the message sent", |shown| {
        shown.has("write a message") && shown.is_ready()
    });
    screen.quit();
    let id = home.listed()[0]["id"].as_str().unwrap().to_owned();
    let sent = &home.exported(&id)["messages"][0]["attachments"][0];
    assert_eq!(sent["name"], "work/summary.txt");
    assert_eq!(sent["text"], "Die Grüße kommen später.\n");
    assert!(
        !sent.to_string().contains("/work/summary"),
        "no path leaves"
    );
    let screen = Screen::demo(&home, &["-c"]);
    screen.wait_for_text("changed on disk since");
    screen.quit();
}

#[test]
fn a_folder_tells_what_it_holds_before_any_of_it_is_attached() {
    let home = Home::new();
    let folder = home.path().join("work");
    std::fs::create_dir_all(folder.join("made")).unwrap();
    for (name, text) in [
        (".gitignore", "made\n"),
        ("one.md", "1\n"),
        ("two.md", "2\n"),
        ("made/out.md", "3\n"),
    ] {
        std::fs::write(folder.join(name), text).unwrap();
    }
    let mut screen = Screen::demo(&home, &[]);
    screen.type_text("/attach work");
    screen.enter();
    let shown = screen.wait_for_text("Included: 2 files");
    assert!(shown.has("work/made/ · in .gitignore"), "{}", shown.text());
    assert!(!shown.has("▣"), "{}", shown.text());
    screen.enter();
    screen.wait_for("both in the tray", |shown| {
        shown.has("▣ work/one.md") && shown.has("▣ work/two.md")
    });
    screen.quit();
}

#[test]
fn a_path_that_is_pasted_is_attached_instead_on_tab() {
    let home = Home::new();
    let path = home.path().join("my notes.txt");
    std::fs::write(&path, "notes").unwrap();
    let mut screen = Screen::demo(&home, &[]);
    screen.paste(&path.display().to_string().replace(' ', "\\ "));
    screen.wait_for_text("attach instead of its path");
    screen.press_apart(TAB);
    let shown = screen.wait_for_text("▣ my notes.txt");
    assert!(!shown.has("my\\ notes"), "{}", shown.text());
    screen.quit();
}

#[test]
fn a_conversation_is_exported_to_a_new_file_from_the_message_box() {
    let home = Home::new();
    let mut screen = Screen::demo(&home, &[]);
    screen.ask("repeat 2 ha", "haha");
    for (file, words) in [
        ("talk.md", "haha"),
        ("talk.html", "<!doctype html>"),
        ("talk.json", "\"haha\""),
    ] {
        screen.type_text(&format!("/export ~/{file}"));
        screen.wait_for_text(&format!("/export ~/{file}"));
        screen.enter();
        let path = home.path().join(file);
        screen.wait_for("where it is", |shown| {
            shown.has("Exported to") && shown.has(file)
        });
        let written = std::fs::read_to_string(&path).unwrap();
        assert!(written.to_lowercase().contains(words), "{written}");
        #[cfg(unix)]
        {
            let rights = std::fs::metadata(&path).unwrap();
            let rights = std::os::unix::fs::PermissionsExt::mode(&rights.permissions());
            assert_eq!(rights & 0o777, 0o600, "{file}");
        }
    }
    screen.type_text("/export ~/talk.md");
    screen.wait_for_text("/export ~/talk.md");
    screen.enter();
    screen.wait_for_text("already exists. Nothing was written");
    screen.quit();

    let other = Home::new();
    let exported = home.path().join("talk.json");
    other.printed(&["import", exported.to_str().unwrap()]);
    let saved = other.exported(&other.id_of("repeat 2 ha"));
    assert_eq!(saved["messages"][1]["text"], "haha");
}
