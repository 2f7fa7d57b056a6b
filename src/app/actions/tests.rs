use super::*;
use crate::app::keys::chord::{ALT, CTRL, SHIFT};
use crate::app::keys::{Action, Chord, Context};
use crate::app::keys::{Edit, Keymap, Slash};
use crossterm::event::{KeyCode, KeyEvent};

#[test]
fn no_key_has_two_meanings_in_one_place() {
    let mut seen = std::collections::HashSet::new();
    for row in ROWS {
        for chord in row.keys {
            assert!(
                seen.insert((format!("{:?}", row.context), *chord)),
                "{chord} stands twice"
            );
        }
    }
}

#[test]
fn what_alt_does_is_in_the_palette_or_has_another_key() {
    let is_alt = |chord: &&Chord| chord.0.contains(ALT);
    for row in ROWS {
        let is_popups = !matches!(
            row.context,
            Context::All | Context::Composer | Context::Text
        );
        let has_alt = row.keys.iter().any(|chord| is_alt(&chord));
        let has_other = row.keys.iter().any(|chord| !is_alt(&chord));
        assert!(
            is_popups || !has_alt || has_other || row.is_listed,
            "{}",
            row.title
        );
    }
}

#[test]
fn keys_are_named_as_people_write_them() {
    assert_eq!(keymap().shown_key(Action::NewLine), "Ctrl+J");
    assert_eq!(keymap().shown_key(Action::Back), "Esc");
    assert_eq!(keymap().shown_key(Action::PageUp), "PgUp");
    assert_eq!(keymap().shown_key(Action::Edit(Edit::Redo)), "Alt+Shift+Z");
}

#[test]
fn a_letter_is_found_however_the_terminal_reports_it() {
    let redo = [
        KeyEvent::new(KeyCode::Char('Z'), ALT),
        KeyEvent::new(KeyCode::Char('Z'), ALT | SHIFT),
        KeyEvent::new(KeyCode::Char('z'), ALT | SHIFT),
    ];
    for key in redo {
        assert_eq!(
            Keymap::new(ROWS)
                .lookup(key, &[Context::Text])
                .map(|row| row.action),
            Some(Action::Edit(Edit::Redo)),
            "{key:?}"
        );
    }
    let quit = KeyEvent::new(KeyCode::Char('Q'), CTRL | SHIFT);
    let row = Keymap::new(ROWS).lookup(quit, &[Context::All]);
    assert_eq!(row.map(|row| row.action), Some(Action::Quit));
}

#[test]
fn a_super_letter_is_not_the_letter() {
    let held = KeyEvent::new(
        KeyCode::Char('q'),
        CTRL | crossterm::event::KeyModifiers::SUPER,
    );
    assert!(Keymap::new(ROWS).lookup(held, &[Context::All]).is_none());
}

#[test]
fn titles_are_commands_of_at_most_five_words_and_no_slash_command_stands_twice() {
    let mut names = std::collections::HashSet::new();
    for row in ROWS {
        assert!(!row.title.is_empty() && !row.help.is_empty(), "{row:?}");
        let is_listed = row.is_listed;
        let words = row.title.split_whitespace().count();
        assert!(!is_listed || words <= 5, "{}", row.title);
        assert!(
            !row.title.contains(';') && !row.help.contains(';'),
            "{row:?}"
        );
        for name in row.slash.into_iter().flat_map(Slash::names) {
            assert!(names.insert(name), "{name} stands twice");
        }
    }
}
