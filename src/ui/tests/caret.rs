//! The terminal's own cursor stands at the caret of the field that is typed into, and nowhere else: input methods open
//! their window there, and screen readers read from there.

use super::popups::{Opened, all, alt, ctrl, opened, pressed};
use super::*;
use unicode_width::UnicodeWidthStr;

/// The sizes at which it is looked at.
const SIZES: [(u16, u16); 2] = [(120, 16), (40, 10)];
/// The popups in which nothing can be typed.
const WITHOUT_FIELD: [&str; 4] = ["help", "text_view", "survey", "sign_in"];

/// What the row of the cursor shows before it; `None` where the cursor is hidden.
fn before_cursor(screen: &mut Screen) -> Option<String> {
    screen.draw();
    let backend = screen.terminal.backend();
    if !backend.cursor_visible() {
        return None;
    }
    let cursor = backend.cursor_position();
    let mut text = String::new();
    while text.width() < usize::from(cursor.x) {
        let x = u16::try_from(text.width()).unwrap();
        text.push_str(backend.buffer()[(x, cursor.y)].symbol());
    }
    Some(text)
}

fn paste(screen: &mut Screen, text: &str) {
    screen.tell(Event::Input(Input::Paste(text.to_owned())));
}

/// Writes into the field that has the keyboard, and follows the caret through it. A `secret` is shown as dots.
fn caret_is_followed(screen: &mut Screen, what: &str, is_secret: bool) {
    let shown = |text: &str| {
        let dots = "•".repeat(text.chars().count());
        if is_secret { dots } else { text.to_owned() }
    };
    let behind = |screen: &mut Screen, text: &str| {
        let before = before_cursor(screen);
        let before = before.unwrap_or_else(|| panic!("{what}: the cursor is hidden"));
        let end = shown(text);
        assert!(before.ends_with(&end), "{what}: {before:?} not {end:?}");
        before.width()
    };
    paste(screen, "zq完");
    let end = behind(screen, "zq完");
    pressed(screen, KeyCode::Left, KeyModifiers::NONE);
    let step = shown("完").width();
    assert_eq!(
        behind(screen, "zq"),
        end - step,
        "{what}: a step to the left"
    );
    pressed(screen, KeyCode::End, KeyModifiers::NONE);
    assert_eq!(behind(screen, "zq完"), end, "{what}: at the end");
    // More than any field is wide.
    paste(screen, &("word 完".repeat(30) + "zq"));
    behind(screen, "zq");
}

#[test]
fn the_cursor_is_at_the_caret_of_every_popup_with_a_field_and_hidden_in_the_others() {
    let switcher: Opened = ("switcher", |screen| ctrl(screen, 'o'));
    for (name, open) in all().into_iter().chain([switcher]) {
        for size in SIZES {
            let mut screen = opened(open, size);
            let what = format!("{name} at {size:?}");
            if WITHOUT_FIELD.contains(&name) {
                assert_eq!(before_cursor(&mut screen), None, "{what}");
            } else {
                caret_is_followed(&mut screen, &what, name == "login");
            }
        }
    }
}

#[test]
fn the_cursor_is_at_the_caret_of_the_fields_that_are_no_popups() {
    for size in SIZES {
        let mut screen = Screen::new(size.0, size.1);
        caret_is_followed(&mut screen, "message", false);
        pressed(&mut screen, KeyCode::F(2), KeyModifiers::NONE);
        caret_is_followed(&mut screen, "system message", false);
        ctrl(&mut screen, 'f');
        caret_is_followed(&mut screen, "find", false);
    }
}

#[test]
fn a_popup_without_a_field_hides_the_cursor_of_what_lies_below_it() {
    let fields: [Opened; 4] = [
        ("message", |_| ()),
        ("find", |screen| ctrl(screen, 'f')),
        ("palette", |screen| ctrl(screen, 'p')),
        ("switcher", |screen| ctrl(screen, 'o')),
    ];
    for (name, open) in fields {
        let mut screen = opened(open, (120, 16));
        assert!(before_cursor(&mut screen).is_some(), "{name}");
        pressed(&mut screen, KeyCode::F(1), KeyModifiers::NONE);
        assert_eq!(before_cursor(&mut screen), None, "{name}");
        pressed(&mut screen, KeyCode::Esc, KeyModifiers::NONE);
        assert!(before_cursor(&mut screen).is_some(), "{name}");
    }
}

#[test]
fn the_cursor_is_hidden_where_keys_are_no_letters() {
    let panes: [Opened; 2] = [
        ("list", |screen| {
            pressed(screen, KeyCode::F(3), KeyModifiers::NONE);
        }),
        ("picked message", |screen| {
            pressed(screen, KeyCode::Up, KeyModifiers::ALT);
        }),
    ];
    for (name, open) in panes {
        let mut screen = opened(open, (120, 16));
        assert_eq!(before_cursor(&mut screen), None, "{name}");
        alt(&mut screen, 'h');
        assert_eq!(before_cursor(&mut screen), None, "{name}, below the help");
    }
}
