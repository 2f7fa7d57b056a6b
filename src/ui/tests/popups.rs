//! What each popup looks like at 120 and at 40 columns.

use super::*;
use crate::app::files::{FoundFile, Survey};
use crate::app::sources::Inspection;
use crate::chat::input::Kind;
use crate::chat::{Failure, FailureKind, Preset, SpaceInput};

pub(super) fn pressed(screen: &mut Screen, code: KeyCode, modifiers: KeyModifiers) {
    screen.press(code, modifiers);
}

pub(super) fn ctrl(screen: &mut Screen, letter: char) {
    pressed(screen, KeyCode::Char(letter), KeyModifiers::CONTROL);
}

pub(super) fn alt(screen: &mut Screen, letter: char) {
    pressed(screen, KeyCode::Char(letter), KeyModifiers::ALT);
}

fn typed(screen: &mut Screen, text: &str) {
    for letter in text.chars() {
        pressed(screen, KeyCode::Char(letter), KeyModifiers::NONE);
    }
}

fn survey(screen: &mut Screen) {
    let taken = vec![FoundFile {
        path: "src/main.rs".into(),
        name: "src/main.rs".to_owned(),
        size: 4096,
    }];
    let survey = Survey {
        of: "src".to_owned(),
        taken,
        left: vec![("logo.png".to_owned(), "not text".to_owned())],
        ended_at: None,
    };
    let id = screen.model.current;
    screen.tell(Event::Surveyed(id, survey));
}

fn setting(screen: &mut Screen) {
    let input = SpaceInput {
        name: "temperature".to_owned(),
        label: "Temperature".to_owned(),
        kind: Kind::Number {
            min: Some(0.1),
            max: Some(4.0),
            step: Some(0.1),
        },
        default: serde_json::json!(0.7),
    };
    let space = screen.model.conversation().conversation.space.clone();
    pressed(screen, KeyCode::F(2), KeyModifiers::NONE);
    screen.tell(Event::Inspected {
        asked: space.clone(),
        name: space,
        model: None,
        found: Ok(Inspection {
            inputs: vec![input],
            ..Inspection::default()
        }),
    });
    pressed(screen, KeyCode::Tab, KeyModifiers::NONE);
    typed(screen, "9");
    pressed(screen, KeyCode::Enter, KeyModifiers::NONE);
}

fn login(screen: &mut Screen) {
    let failure = Failure {
        kind: FailureKind::Login,
        message: "It asks for a name and a password.".to_owned(),
        hint: String::new(),
    };
    screen.says("again").hears(1, ReplyUpdate::Failed(failure));
    typed(screen, "ann");
    pressed(screen, KeyCode::Enter, KeyModifiers::NONE);
    typed(screen, "secret");
}

fn sign_in(screen: &mut Screen) {
    let failure = Failure {
        kind: FailureKind::SignIn,
        message: "It asks who you are.".to_owned(),
        hint: String::new(),
    };
    screen.says("again").hears(1, ReplyUpdate::Failed(failure));
}

fn save_preset(screen: &mut Screen) {
    pressed(screen, KeyCode::F(2), KeyModifiers::NONE);
    typed(screen, "be kind");
    alt(screen, 's');
    typed(screen, "kind");
}

/// Two replies; behind the first of them an edited prompt, of which one version failed, and a
/// prompt that is left out.
fn version_tree(screen: &mut Screen) {
    let failure = Failure {
        kind: FailureKind::Space,
        message: "The Space failed.".to_owned(),
        hint: String::new(),
    };
    screen.says("And in \u{1b}[31mC?\nOr in 京都?");
    screen.hears(1, ReplyUpdate::Failed(failure));
    for _ in 0..2 {
        pressed(screen, KeyCode::Up, KeyModifiers::ALT);
    }
    typed(screen, "e! \u{202e}shalom שלום");
    pressed(screen, KeyCode::Enter, KeyModifiers::NONE);
    screen.hears(2, ReplyUpdate::Done("In C it would compile.".to_owned()));
    for _ in 0..2 {
        pressed(screen, KeyCode::Up, KeyModifiers::ALT);
    }
    typed(screen, "x");
    pressed(screen, KeyCode::Up, KeyModifiers::ALT);
    typed(screen, "rr");
    screen.hears(3, delta("You could bor"));
    screen.hears(3, ReplyUpdate::Cancelled);
    alt(screen, 'v');
}

/// A popup's name, and what opens it.
pub(super) type Opened = (&'static str, fn(&mut Screen));

pub(super) fn all() -> Vec<Opened> {
    vec![
        ("help", |screen| {
            pressed(screen, KeyCode::F(1), KeyModifiers::NONE);
        }),
        ("palette", |screen| {
            ctrl(screen, 'p');
            typed(screen, "copy");
        }),
        ("history", |screen| ctrl(screen, 'r')),
        ("outline", |screen| alt(screen, 'o')),
        ("text_view", |screen| alt(screen, 't')),
        ("presets", |screen| {
            let presets = vec![Preset::new("kind", Arc::from("be kind"))];
            screen.tell(Event::Store(StoreEvent::Presets(0, presets)));
            alt(screen, 'p');
        }),
        ("save_preset", save_preset),
        ("rename", |screen| {
            pressed(screen, KeyCode::F(3), KeyModifiers::NONE);
            pressed(screen, KeyCode::Down, KeyModifiers::NONE);
            typed(screen, "r");
        }),
        ("source_picker", |screen| {
            ctrl(screen, 'p');
            typed(screen, "choose a source");
            pressed(screen, KeyCode::Enter, KeyModifiers::NONE);
        }),
        ("survey", survey),
        ("setting", setting),
        ("login", login),
        ("sign_in", sign_in),
        ("trash", |screen| {
            ctrl(screen, 'p');
            typed(screen, "show the trash");
            pressed(screen, KeyCode::Enter, KeyModifiers::NONE);
            let deleted = vec![summary("Rust lifetimes", 24)];
            screen.tell(Event::Store(StoreEvent::Trash(deleted)));
        }),
        ("version_tree", version_tree),
    ]
}

/// A screen with a popup over a short conversation.
pub(super) fn opened(open: fn(&mut Screen), (width, height): (u16, u16)) -> Screen {
    let mut screen = Screen::new(width, height);
    screen
        .says("Explain")
        .hears(0, ReplyUpdate::Done(REPLY.to_owned()));
    let listed = vec![summary("Rust lifetimes", 0)];
    screen.tell(Event::Store(StoreEvent::Listed(listed)));
    screen.shown();
    open(&mut screen);
    screen
}

#[test]
fn every_popup_has_its_picture_at_both_widths() {
    for (name, open) in all() {
        for (width, height) in [(120, 16), (40, 12)] {
            let mut screen = opened(open, (width, height));
            insta::assert_snapshot!(format!("popup_{name}_{width}"), screen.shown());
        }
    }
}

#[test]
fn a_wide_character_under_a_border_leaves_the_border_whole() {
    let mut terminal = Terminal::new(TestBackend::new(100, 5)).unwrap();
    let theme = Theme::new(ThemeName::Dark);
    terminal
        .draw(|frame| {
            let area = frame.area();
            for (x, y) in [(5, 1), (93, 2)] {
                frame.buffer_mut().set_string(x, y, "完", theme.text);
            }
            crate::ui::popups::draw_box(" Title ", "", &theme, frame, area);
        })
        .unwrap();
    let buffer = terminal.backend().buffer();
    assert_eq!(
        buffer[(5, 1)].symbol(),
        " ",
        "the left half goes with the right one"
    );
    assert_eq!(buffer[(6, 1)].symbol(), "│");
    assert_eq!(buffer[(93, 2)].symbol(), "│");
    assert_eq!(buffer[(94, 2)].symbol(), " ");
}
