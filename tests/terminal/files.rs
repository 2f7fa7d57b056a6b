//! Files that are sent as they are stay with their conversation, whatever becomes of them on the disk.

use super::home::Home;
use super::keys::ALT_UP;
use super::screen::Screen;

/// Opens the last conversation and asks for another reply.
fn retry(home: &Home) -> Screen {
    let mut screen = Screen::demo(home, &["-c"]);
    screen.wait_for_text("image.png");
    screen.press(ALT_UP);
    screen.wait_for_text("picked:");
    screen.press("r");
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
