use super::*;

#[test]
fn no_key_has_two_meanings_in_one_place() {
    let mut seen = std::collections::HashSet::new();
    for binding in BINDINGS {
        for chord in binding.keys {
            assert!(
                seen.insert((format!("{:?}", binding.context), *chord)),
                "{chord} stands twice"
            );
        }
    }
}

#[test]
fn keys_are_named_as_people_write_them() {
    assert_eq!(shown_key(Action::NewLine), "Ctrl+J");
    assert_eq!(shown_key(Action::Back), "Esc");
    assert_eq!(shown_key(Action::PageUp), "PgUp");
    assert_eq!(shown_key(Action::Edit(Edit::Redo)), "Alt+Shift+Z");
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
            lookup(key, &[Context::Text]),
            Some(Action::Edit(Edit::Redo)),
            "{key:?}"
        );
    }
    let quit = KeyEvent::new(KeyCode::Char('Q'), CTRL | SHIFT);
    assert_eq!(lookup(quit, &[Context::All]), Some(Action::Quit));
}
